"""The grammar of LANGUAGE.md section 12 as SQL: the same as facts/parse.py.

A regular expression checks the form before anything is cast, because DuckDB's own casts accept `1e2`, `1_000`,
`24:00:00` and more. RE2 has neither look-ahead nor back-references, so some forms are spelled out; its `[0-9]` matches
only ASCII digits, and the whole text including line ends must match.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from steelyard.facts.bulk import sql
from steelyard.facts.numbers import UNITS
from steelyard.facts.parse import BOOLEANS
from steelyard.facts.usual import NARROW, WIDE, Group
from steelyard.ir.folding import BLANKS
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type
from steelyard.source.files import BYTE_ORDER_MARK

_TRUE, _FALSE = ([word for word, meant in BOOLEANS.items() if meant is one] for one in (True, False))
_DAY = "[0-9]{4}(?:-[0-9]{2}-[0-9]{2}|/[0-9]{2}/[0-9]{2})"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
_OFFSET = "(?:Z|[+-](?:(?:0[0-9]|1[0-7]):?[0-5][0-9]|18:?00))"
_PART = r"[0-9]+(?:\.[0-9]+)?"
_SPELLED = {"h": "h", "min": "min", "s": "s"}
_ISO = {"h": "H", "min": "M", "s": "S"}
_NOT_00 = "(?:[1-9][0-9]|0[1-9])"
_CODES = {
    "gb2260": f"(?:000000|{_NOT_00}(?:0000|{_NOT_00}[0-9]{{2}}))",
    "fips": f"(?:00(?:000)?|{_NOT_00}(?:[0-9]{{3}})?)",
}
_SPACES = "".join(f"\\x{{{ord(sign):x}}}" for sign in BLANKS)
_EDGE, _INNER = rf"[^;\x{{0}}{_SPACES}]", r"[^;\x{0}]"
_GUARDED = 8
"""From this many rewritings on the guard of a group is tested: it saves time and changes nothing."""
_NAME = f"{_EDGE}(?:{_INNER}*{_EDGE})?"


def matches(text: str, pattern: str) -> str:
    """Return the SQL condition that a whole text matches a pattern."""
    return f"regexp_full_match({text}, {sql.literal(pattern)})"


def narrowed(text: str, kind: Type) -> str:
    """Return the SQL for a text with ASCII signs and without blanks at its edges, as facts/usual.py begins."""
    ascii_only = f"strlen({text}) = length({text})"  # for speed: `translate` builds its table for every text anew
    narrow = sql.when(ascii_only, text, f"translate({text}, {sql.literal(WIDE)}, {sql.literal(NARROW)})")
    plain = stripped(narrow)
    return f"lower({plain})" if isinstance(kind, Boolean) else plain


def stripped(text: str) -> str:
    """Return the SQL for a text without blanks at its edges."""
    return _replaced(text, f"^[{_SPACES}]+|[{_SPACES}]+$", "", "g")


def usual(text: str, groups: Sequence[Group]) -> str:
    """Return the SQL for a text that `narrowed` made, in the spelling to which facts/usual.py rewrites it."""
    for place, group in enumerate(groups):
        if group.guard is not None and len(group.rewritings) >= _GUARDED:
            rest = groups[place + 1 :]
            return sql.when(
                f"regexp_matches({text}, {sql.literal(group.guard)})",
                _rewritten(text, groups),
                _rewritten(text, (*groups[:place], *rest)),
            )
    return _rewritten(text, groups)


def _rewritten(text: str, groups: Sequence[Group]) -> str:
    for group in groups:
        for one in group.rewritings:
            text = _replaced(text, one.pattern, one.replacement)
    return text


def _replaced(text: str, pattern: str, replacement: str, options: str = "") -> str:
    more = f", {sql.literal(options)}" if options else ""
    return f"regexp_replace({text}, {sql.literal(pattern)}, {sql.literal(replacement)}{more})"


def value(text: str, kind: Type) -> str:
    """Return the SQL for the stored value of a text; NULL where it has none. Ranges are checked elsewhere.

    Datetimes are not read here, because they need the time zone (`wall` and `offset`).
    """
    match kind:
        case Number(scale):
            return _number(text, scale)
        case Boolean():
            true, false = (sql.listed(map(sql.literal, words)) for words in (_TRUE, _FALSE))
            return f"CASE WHEN {text} IN ({true}) THEN true WHEN {text} IN ({false}) THEN false END"
        case Date():
            day = f"TRY_CAST(replace({text}, '/', '-') AS DATE) - DATE '1970-01-01'"
            return sql.when(matches(text, _DAY), day)
        case Duration():
            return f"coalesce({_duration(text, '', _SPELLED)}, {_duration(text, 'PT', _ISO)})"
        case Days():
            return sql.when(matches(text, "-?[0-9]+d?"), f"TRY_CAST(rtrim({text}, 'd') AS BIGINT)")
        case Text(values=()) | Region(scheme="name"):
            bad = f"contains({text}, chr(0)) OR starts_with({text}, chr({ord(BYTE_ORDER_MARK)}))"
            return sql.when(f"{text} <> '' AND NOT ({bad})", text)
        case Text(values=values):
            return sql.when(f"{text} IN ({sql.listed(map(sql.literal, values))})", text)
        case Region(scheme=scheme):
            return sql.when(matches(text, _CODES[scheme]), text)
        case Regions(scheme=scheme):
            one = _CODES.get(scheme, _NAME)
            return sql.when(matches(text, f"{one}(?:;{one})*"), f"string_split({text}, ';')")
        case DateTime():
            raise ValueError(kind)
        case _ as unreachable:
            assert_never(unreachable)


def wall(text: str) -> str:
    """Return the SQL for the local time that a datetime states, in microseconds; NULL where the text is no datetime."""
    bare = (
        f"CASE WHEN right({text}, 1) = 'Z' THEN left({text}, -1) WHEN {_signed(text, 6)} THEN left({text}, -6) "
        f"WHEN {_signed(text, 5)} THEN left({text}, -5) ELSE {text} END"
    )
    local = f"epoch_us(TRY_CAST({bare} AS TIMESTAMP))"
    return sql.when(matches(text, f"{_DAY}[T ]{_TIME}{_OFFSET}?"), local)


def offset(text: str) -> str:
    """Return the SQL for a datetime's offset from UTC in microseconds, NULL without one.

    Undefined for any other text.
    """
    known = [f"WHEN {_signed(text, place)} THEN {_ahead(text, place)}" for place in (6, 5)]
    return f"CASE WHEN right({text}, 1) = 'Z' THEN 0 {known[0]} {known[1]} END"


def _signed(text: str, place: int) -> str:
    """Return the SQL condition for a sign at this distance from the end of a datetime, where only an offset has one."""
    return f"substr({text}, -{place}, 1) IN ('+', '-')"


def _ahead(text: str, place: int) -> str:
    sign = f"CASE WHEN substr({text}, -{place}, 1) = '-' THEN -60000000 ELSE 60000000 END"
    hours, minutes = f"TRY_CAST(substr({text}, -{place - 1}, 2) AS BIGINT)", f"TRY_CAST(right({text}, 2) AS BIGINT)"
    return f"({hours} * 60 + {minutes}) * ({sign})"


def _number(text: str, scale: int) -> str:
    bare, percent = f"rtrim({text}, '%')", "NULL"
    if scale >= 2:
        percent = sql.when(matches(text, f"-?[0-9]+{_fraction(scale - 2)}%"), _units(bare, scale - 2))
    return sql.when(matches(text, f"-?[0-9]+{_fraction(scale)}"), _units(text, scale), percent)


def _fraction(digits: int) -> str:
    return rf"(?:\.[0-9]{{1,{digits}}})?" if digits else ""


def _units(text: str, scale: int) -> str:
    """Return the SQL for a number without its decimal point.

    NULL with more digits than 64 bits hold (out of every range).
    """
    if scale == 0:
        return f"TRY_CAST({text} AS BIGINT)"
    fraction = f"rpad(split_part({text}, '.', 2), {scale}, '0')"
    return f"TRY_CAST(split_part({text}, '.', 1) || {fraction} AS BIGINT)"


def _duration(text: str, prefix: str, units: dict[str, str]) -> str:
    optional = "".join(f"(?:{_PART}{unit})?" for unit in units.values())
    parts = [_part(text, unit, UNITS[known]) for known, unit in units.items()]
    total = " + ".join(parts)
    sign = f"CASE WHEN starts_with({text}, '-') THEN -1 ELSE 1 END"
    shape = f"{matches(text, f'-?{prefix}{optional}')} AND {matches(text, f'-?{prefix}[0-9].*')}"
    return sql.when(shape, f"TRY_CAST(({total}) * ({sign}) AS BIGINT)")


def _part(text: str, unit: str, microseconds: int) -> str:
    """Return the SQL for the microseconds of one unit, in 128 bits; NULL where fractional or beyond every range.

    A fraction of up to 10 digits can be whole microseconds: 3.6 * 10^9 has ten factors of 2 and eight of 5.
    """
    whole = f"ltrim(regexp_extract({text}, '([0-9]+)(?:\\.[0-9]+)?{unit}', 1), '0')"
    fraction = f"rtrim(regexp_extract({text}, '\\.([0-9]+){unit}', 1), '0')"
    units = f"CAST(('0' || {whole}) || rpad({fraction}, 10, '0') AS HUGEINT) * {microseconds}"
    inside = f"length({whole}) <= 16 AND length({fraction}) <= 10"
    return sql.when(inside, sql.when(f"({units}) % 10000000000 = 0", f"({units}) // 10000000000"))
