"""Suggests what the writer of a refused cell may have meant. Suggestions are hints only, never used as values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from typing import assert_never

from steelyard.calendars.clock_text import read_date
from steelyard.calendars.time_format import rewritten
from steelyard.diagnostics import Message, msg
from steelyard.facts.places import well_formed
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type

_LONGEST = 200
"""Limit of characters; a longer text is no near spelling of a value of these types."""

_DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})(?![0-9])\s*日?(.*)", re.DOTALL)
_PACKED_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(.*)", re.DOTALL)
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?%?")
_COMMA = re.compile(r"[+-]?[0-9]{1,15}(?:([.' ])[0-9]{3})*,[0-9]{1,15}(?: ?%)?")
"""A number with a comma before its fraction."""
_ISO_DAYS = re.compile(r"P([0-9]{1,5})DT(?:([0-9]{1,5})H)?(.*)")


MARKS = frozenset(
    (
        "na",
        "n/a",
        "#n/a",
        "n.a.",
        "null",
        "none",
        "nil",
        "nan",
        "-",
        "--",
        "—",
        "——",
        "/",
        ".",
        "?",
        "？",
        "无",
        "空",
        "缺失",
    )
)
"""What people write where a value is missing, in lower case."""


def marks_missing(text: str) -> bool:
    """Return whether a text is one that people write where a value is missing, such as `N/A`."""
    return text.strip().casefold() in MARKS


def spellings(text: str, type: Type) -> Iterator[str]:  # noqa: A002 - the word
    """Give spellings that the text may stand for, likeliest first. The caller suggests the first that can be read."""
    if len(text) > _LONGEST:
        return
    plain = unicodedata.normalize("NFKC", text).strip()
    yield plain
    match type:
        case Number():
            yield from _numbers(plain)
        case Date():
            yield from (day for day, _ in _days(plain))
        case Duration():
            yield from _durations(plain)
        case Region(scheme=scheme):
            yield from _region(plain, scheme)
        case Regions():
            yield ";".join(part.strip() for part in re.split(r"[;,|、]", plain) if part.strip())
        case Text() | Boolean() | DateTime() | Days():
            pass
        case _ as unreachable:
            assert_never(unreachable)


def general_hint(text: str, type: Type) -> Message | None:  # noqa: A002 - the word
    """Return a hint where no suggested spelling can be read; None where there is none."""
    match type:
        case DateTime() if any(not rest for _, rest in _days(text)):
            day = next(_days(text))[0]
            found = read_date(day)
            return found if isinstance(found, Message) else msg("add the time of day: `{text}`", text=f"{day} 09:00")
        case DateTime() if text.endswith("上"):  # of `上午`, as usual.py leaves it
            return msg("12 o'clock in the morning has two readings: write `00:05` or `12:05`")
        case DateTime() if re.search(r"\.[0-9]{7,}", text):
            return msg("write at most 6 digits of a second")
        case Date() | DateTime() if re.match(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}", text):
            forms = [f'format: "{form}"' for form in _forms(text)]
            if len(forms) > 1:
                return msg(
                    "write the year first; or declare what comes first, the day or the month: `{first}` or `{second}`",
                    first=forms[0],
                    second=forms[1],
                )
            if forms:
                return msg("write the year first; or declare how it is written: `{form}`", form=forms[0])
            return msg("write the year first, then the month, then the day")
        case Number() if (found := _COMMA.fullmatch(text.strip())) is not None:
            if found[1]:
                return msg("declare the signs between digits: `decimal: ','` and `grouping: '{sign}'`", sign=found[1])
            return msg("declare the sign before the fraction: `decimal: ','`")
        case Duration() if re.fullmatch(r"[0-9.]{1,20}", text):
            return msg(
                "write the unit: `{hours}` or `{minutes}`; or declare it: `unit: hours` or `unit: minutes`",
                hours=f"{text}h",
                minutes=f"{text}min",
            )
        case Region(scheme=scheme):
            return no_such_place((text,), scheme)
        case _:  # no advice
            return None


def _forms(text: str) -> list[str]:
    """Return the forms of dates that the text may be written in: day or month first, with its time of day."""
    sign = text.lstrip("0123456789")[0]
    days = (sign.join(("%d", "%m", "%Y")), sign.join(("%m", "%d", "%Y")))
    times = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
    fitting = ((f"{day}{time}", rewritten(text, f"{day}{time}")) for day in days for time in times)
    return [form for form, found in fitting if found and isinstance(read_date(found[:10]), date)]


def no_such_place(codes: Iterable[str], scheme: str) -> Message | None:
    """Return a hint where a code has a valid length but an invalid part, e.g. `310015`."""
    lengths = {"gb2260": (6,), "fips": (5,)}.get(scheme, ())
    for code in codes:
        if len(code) in lengths and code.isascii() and code.isdigit() and not well_formed(scheme, code):
            return msg("`{code}` is no place: zeros stand for a whole, and nothing can follow them", code=code)
    return None


def _numbers(plain: str) -> Iterator[str]:
    if _THOUSANDS.fullmatch(plain):
        yield plain.replace(",", "")


def _days(text: str) -> Iterator[tuple[str, str]]:
    """Give the dates that the text may begin with, and the text after each."""
    match = _DAY.fullmatch(text) or _PACKED_DAY.fullmatch(text)
    if match:
        yield f"{match[1]}-{match[2].rjust(2, '0')}-{match[3].rjust(2, '0')}", match[4].strip()


def _durations(plain: str) -> Iterator[str]:
    joined = plain.replace(" ", "")
    yield joined.lower()
    if match := _ISO_DAYS.fullmatch(joined):
        yield f"PT{24 * int(match[1]) + int(match[2] or 0)}H{match[3]}"


def _region(plain: str, scheme: str) -> Iterator[str]:
    if not (plain.isascii() and plain.isdigit()):
        return
    if scheme == "fips" and len(plain) in (1, 4):
        yield "0" + plain
    if scheme == "gb2260" and len(plain) in (2, 4):
        yield plain.ljust(6, "0")
