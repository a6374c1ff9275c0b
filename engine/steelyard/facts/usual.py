"""Usual spellings of values that have only one reading, as rewritings into the grammar of parse.py.

The rewritings are regular expressions that Python and DuckDB (RE2) interpret in the same way, because both intakes use
them: without look-around, back-references and classes such as white space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import assert_never

from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type

_PRINTED = "".join(map(chr, range(0x21, 0x7F)))
WIDE = "".join(chr(ord(sign) + 0xFEE0) for sign in _PRINTED) + "\N{IDEOGRAPHIC SPACE}\N{NO-BREAK SPACE}\N{MINUS SIGN}"
"""Full-width signs, and signs that stand for an ASCII one."""
NARROW = _PRINTED + "  -"
"""For each sign of WIDE, the ASCII sign that is read in its place."""
_NARROWED = str.maketrans(WIDE, NARROW)


@dataclass(frozen=True, slots=True)
class Rewriting:
    """Replaces the first match of a pattern. `replacement` is written as RE2 has it."""

    pattern: str
    replacement: str


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Rewritings, applied in their order. `guard` matches wherever one of them does, so testing it only saves time."""

    guard: str | None
    rewritings: tuple[Rewriting, ...]


def usual(text: str, type: Type) -> str | None:  # noqa: A002 - the word
    """Rewrite a text into the grammar of a type: without blanks at the edge, with ASCII signs, as `groups` say.

    Returns:
        The new text, which may still be no value of the type; None where the type holds text as it is written.

    >>> usual("２０２４年5月1日 9时05分", DateTime()), usual("8.0", Number(0)), usual("Yes ", Boolean())
    ('2024-05-01 09:05', '8', 'yes')
    """
    steps = groups(type)
    if steps is None:
        return None
    return _applied(steps, text.lower() if isinstance(type, Boolean) else text)


def narrowed(text: str) -> str:
    """Return the text without blanks at its edges, with ASCII signs for the full-width ones."""
    return (text if text.isascii() else text.translate(_NARROWED)).strip()


def usual_day(text: str) -> str:
    """Rewrite a day as `usual` does for dates, but no midnight."""
    return _applied(_DAYS, text)


def groups(type: Type) -> tuple[Group, ...] | None:  # noqa: A002 - the word
    """Return the rewritings of a type; None where it holds text as it is written."""
    match type:
        case Number():
            return _NUMBERS
        case Boolean():
            return _BOOLEANS
        case Date():
            return _DATES
        case DateTime():
            return _DATETIMES
        case Duration():
            return _DURATIONS
        case Days():
            return _WHOLE_DAYS
        case Region(scheme="name") | Regions(scheme="name") | Text():
            return None
        case Region():
            return _CODES
        case Regions():
            return ()
        case _ as unreachable:
            assert_never(unreachable)


def _applied(steps: tuple[Group, ...], text: str) -> str:
    text = narrowed(text)
    for guard, rewritings in _compiled(steps):
        if guard is None or guard.search(text):
            for pattern, replacement in rewritings:
                text = pattern.sub(replacement, text, count=1)
    return text


@cache
def _compiled(
    steps: tuple[Group, ...],
) -> tuple[tuple[re.Pattern[str] | None, tuple[tuple[re.Pattern[str], str], ...]], ...]:
    """Return the rewritings for Python, which needs angle brackets around the number of a group before a digit."""
    return tuple(
        (
            None if group.guard is None else re.compile(group.guard),
            tuple(
                (re.compile(one.pattern), re.sub(r"\\([0-9])", r"\\g<\1>", one.replacement)) for one in group.rewritings
            ),
        )
        for group in steps
    )


def _group(guard: str | None, *pairs: tuple[str, str]) -> Group:
    return Group(guard, tuple(Rewriting(*pair) for pair in pairs))


_NUMBERS = (
    _group(
        None,
        (r"^\+([0-9.])", r"\1"),
        (r"^(-?)\.([0-9])", r"\10.\2"),
        (r"^(-?[0-9]+)\.0*( *%)?$", r"\1\2"),
        (r"^(-?[0-9]+\.[0-9]*[1-9])0+( *%)?$", r"\1\2"),
        (r"^([-0-9.]+) +%$", r"\1%"),
    ),
)
"""`+5`, `.5`, `5.`, `8.0`, `98.50 %`: zeros at the end of a fraction do not count."""

_BOOLEANS = (_group(None, (r"^([01])\.0+$", r"\1")),)

_CODES = (_group(None, (r"^([0-9]+)\.0+$", r"\1")),)

_WHOLE_DAYS = (
    _group(
        None,
        (r"^\+([0-9])", r"\1"),
        (r"^(-?[0-9]+)\.0+( *[^0-9 ]*)$", r"\1\2"),
        (r"^(-?[0-9]+) *(?:[dD]|days?|天)$", r"\1d"),
    ),
)

_DURATIONS = (
    _group("小?时", (r"([0-9]) *小?时 *", r"\1h")),
    _group("分", (r"([0-9]) *分钟? *", r"\1min")),
    _group("秒", (r"([0-9]) *秒", r"\1s")),
    _group(" ", (r"([0-9]) +h", r"\1h"), (r"([0-9]) +min", r"\1min"), (r"([0-9]) +s", r"\1s")),
    _group(" ", (r"h +([0-9])", r"h\1"), (r"min +([0-9])", r"min\1")),
)

_YEAR_MONTH = r"^([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\.([0-9]{1,2})\.| *年 *([0-9]{1,2}) *月 *)"
_TIME = r"([-+:.0-9A-Za-z 上下午时点分秒]+)$"
_OFFSET = r"(Z|[-+][0-9]{2}:?[0-9]{2})?"
_DAYS = (
    _group(
        None,
        (rf"{_YEAR_MONTH}([0-9]{{1,2}})(?: *[日号])?$", r"\1-\2\3\4\5-\6"),
        (rf"{_YEAR_MONTH}([0-9]{{1,2}})(?: *[日号] *|[Tt]| +){_TIME}", r"\1-\2\3\4\5-\6 \7"),
        (r"^([0-9]{4})-([0-9])-", r"\1-0\2-"),
        (r"^([0-9]{4}-[0-9]{2})-([0-9])( |$)", r"\1-0\2\3"),
    ),
    _group("^[0-9]{8}", (r"^([0-9]{4})([0-9]{2})([0-9]{2})(?:\.0+)?$", r"\1-\2-\3")),
)
_DAY = "^([0-9]{4}-[0-9]{2}-[0-9]{2})"
_CLOCK = r"([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)"
_TIMES = (
    _group(
        "^[0-9]{8}",
        (rf"^([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})(?:[Tt]| +){_TIME}", r"\1-\2-\3 \4"),
        (r"^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})$", r"\1-\2-\3 \4:\5:\6"),
    ),
    _group(
        "[时点]",
        (r"([时点]) *([0-9]) *分", r"\10\2分"),
        (r"分 *([0-9]) *秒", r"分0\1秒"),
        (r"([0-9]) *[时点] *([0-9]{2}) *分 *([0-9]{2}) *秒$", r"\1:\2:\3"),
        (r"([0-9]) *[时点] *([0-9]{2}) *分$", r"\1:\2"),
        (r"([0-9]) *[时点]$", r"\1:00"),
    ),
    _group(
        "[AaPp][Mm]|[上下]午",
        (rf"{_DAY} +上午 *{_CLOCK}$", r"\1 \2上"),
        (rf"{_DAY} +下午 *{_CLOCK}$", r"\1 \2P"),
        (rf"{_DAY} +{_CLOCK} *[Aa][Mm]$", r"\1 \2A"),
        (rf"{_DAY} +{_CLOCK} *[Pp][Mm]$", r"\1 \2P"),
        (rf"{_DAY} 12(:[0-9:.]+)A$", r"\1 00\2"),
        (rf"{_DAY} 12(:[0-9:.]+)P$", r"\1 12\2"),
        (rf"{_DAY} (0?[1-9]|1[01])(:[0-9:.]+)[A上]$", r"\1 \2\3"),
        *((rf"{_DAY} 0?{hour}(:[0-9:.]+)P$", rf"\1 {hour + 12}\2") for hour in range(1, 12)),
    ),
    _group(None, (rf"{_DAY}[ Tt] *([0-9]):", r"\1 0\2:")),
    _group(
        "[Zz]$|UTC$|[+-][0-9]{2}$| [-+]",
        (r"(:[0-9]{2}(?:\.[0-9]+)?) *(?:[Zz]|UTC)$", r"\1Z"),
        (r"(:[0-9]{2}(?:\.[0-9]+)?) *([-+][0-9]{2})$", r"\1\200"),
        (r"(:[0-9]{2}(?:\.[0-9]+)?) +([-+][0-9]{2}:?[0-9]{2})$", r"\1\2"),
    ),
    _group(r"\.[0-9]{7}", (rf"(:[0-9]{{2}}\.[0-9]{{6}})0+{_OFFSET}$", r"\1\2")),
)
"""Noon and midnight of 12 o'clock are clear in `12:00 PM` and `12:00 AM`, but not in `上午12:00`, which is refused."""

_DATETIMES = (*_DAYS, *_TIMES)
_DATES = (
    *_DATETIMES,
    _group("00:00", (rf"{_DAY} 00:00(?::00(?:\.0+)?)?{_OFFSET}$", r"\1")),
)
"""A day may be written with midnight, as databases do; the offset is ignored, the day is the one that stands there."""
