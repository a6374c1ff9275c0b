"""The single grammar of values in files, parameters and worked cases (LANGUAGE.md section 12)."""

from __future__ import annotations

from typing import assert_never

from steelyard.calendars.clock_text import Written, read_date, read_datetime
from steelyard.calendars.zones import Ambiguous, Zone
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.plain import HALF
from steelyard.diagnostics.suggestions import alternatives, closest, listed
from steelyard.facts.cells import Cell
from steelyard.facts.format import Style, format_units, format_value
from steelyard.facts.notation import in_grammar, written_as
from steelyard.facts.numbers import read_days, read_duration, read_number
from steelyard.facts.places import well_formed
from steelyard.facts.problem import Problem
from steelyard.facts.repair import general_hint, no_such_place, spellings
from steelyard.facts.usual import usual
from steelyard.ir.expressions import Stored
from steelyard.ir.notation import AS_THE_GRAMMAR, Notation
from steelyard.ir.types import (
    Boolean,
    Date,
    DateTime,
    Days,
    Duration,
    Number,
    Range,
    Region,
    Regions,
    Text,
    Type,
    default_range,
)
from steelyard.source.files import BYTE_ORDER_MARK

BOOLEANS = {
    "true": True, "false": False, "1": True, "0": False, "yes": True, "no": False, "y": True, "n": False,
    "t": True, "f": False, "是": True, "否": False, "真": True, "假": False,
}  # fmt: skip


def parse(
    cell: Cell,
    type: Type,  # noqa: A002 - the words
    range: Range | None,  # noqa: A002
    zone: Zone,
    notation: Notation = AS_THE_GRAMMAR,
) -> Stored | Problem | None:
    """Read a value exactly as it is written, or else in a usual spelling that has only one reading (usual.py).

    Args:
        cell: text, or a typed cell (XLSX, Parquet).
        type: the declared type.
        range: the declared range in stored units; None for the range of the type itself.
        zone: the time zone of local times.
        notation: how the values of the field are written.

    Returns:
        The stored value (ir/types.py); a problem; None where the cell is empty, which means missing.
    """
    text = in_grammar(cell, type, notation, zone)
    if text is None or isinstance(text, Problem):
        return text
    if isinstance(text, tuple):
        return _regions(text, type) if isinstance(type, Regions) else Problem(_expected(type), _one_value())
    value = _read(text, type, zone)
    if not _good(value) and (other := usual(text, type)) is not None and other != text:
        if not other:
            return None
        text, value = other, _read(other, type, zone)
    if value is None:
        return Problem(written_as(type, notation) or _expected(type), _hint(text, type, zone))
    if isinstance(value, Problem):
        return Problem(written_as(type, notation) or value.expected, value.hint)
    if isinstance(value, str | tuple | bool):
        return value
    return _within(value, text, type, range or default_range(type), zone)


def _read(text: str, type: Type, zone: Zone) -> Stored | Problem | None:  # noqa: A002
    """Match a text against the grammar of its type; None where it does not match."""
    match type:
        case Number(scale):
            return read_number(text, scale)
        case Boolean():
            return BOOLEANS.get(text)
        case Date():
            return zone.parse_date(text)
        case DateTime():
            instant = zone.parse_datetime(text)
            return Problem(_expected(type), _which(text, instant, zone)) if isinstance(instant, Message) else instant
        case Duration():
            return read_duration(text)
        case Days():
            return read_days(text)
        case Text(values=values):
            return _text(text, values)
        case Region(scheme=scheme):
            return _place(text, scheme)
        case Regions():
            return _regions(tuple(text.split(";")), type)
        case _ as unreachable:
            assert_never(unreachable)


def _which(text: str, hint: Message, zone: Zone) -> Message:
    """Add to the hint for a time that the clocks showed twice that an input can declare which one is meant."""
    written = read_datetime(text)
    if isinstance(written, Written) and isinstance(zone.to_instant(written.wall), Ambiguous):
        return msg("{hint}, or declare it of the input: `ambiguous: first` or `ambiguous: second`", hint=hint)
    return hint


def _text(text: str, values: tuple[str, ...]) -> str | Problem:
    if (bad := _unstorable(text)) is not None:
        return bad
    if not values or text in values:
        return text
    near = closest(text, values)
    if near is not None:
        return Problem(msg("one of {values}", values=listed(values)), msg("did you mean `{near}`?", near=near))
    if len(values) <= 5:
        return Problem(msg("one of {values}", values=listed(values)))
    some = listed(alternatives(text, values))
    return Problem(msg("one of {count} {count:value|values}, such as {values}", count=len(values), values=some))


def _unstorable(text: str) -> Problem | None:
    """Return a problem for text that no result file can store, or that begins with a mark; None for any other."""
    if "\0" in text:
        return Problem(msg("text without NUL characters"), msg("the file may be damaged, or of another encoding"))
    if text.startswith(BYTE_ORDER_MARK):
        hint = msg("files were joined here: take away the mark, and the names of columns if they stand below it")
        return Problem(msg("text that does not begin with a byte order mark (U+FEFF)"), hint)
    if not text.isascii() and (half := HALF.search(text)):
        if not "\udc80" <= half[0] <= "\udcff":
            return Problem(msg("text without halves of surrogate pairs"))
        hint = msg(
            "what is shown as `\\x` is a byte that is no text: mend it, or state its encoding, as `--encoding cp1252` "
            "or `--encoding gb18030`"
        )
        return Problem(msg("text in the encoding of the file"), hint)
    return None


def _place(text: str, scheme: str) -> str | Problem | None:
    if scheme == "name":
        return _unstorable(text) or text
    return text if well_formed(scheme, text) else None


def _regions(parts: tuple[str, ...], type: Regions) -> tuple[str, ...] | Problem | None:  # noqa: A002
    for part in parts:
        if not part or part != part.strip() or ";" in part:
            return _not_a_list(parts, type)
        place = _place(part, type.scheme)
        if place is None:
            return _not_a_list(parts, type)
        if isinstance(place, Problem):
            return place
    return parts


def _not_a_list(parts: tuple[str, ...], type: Regions) -> Problem:  # noqa: A002
    for tidy in spellings(";".join(parts), type):
        places = [_place(part, type.scheme) if part else None for part in tidy.split(";")]
        if all(isinstance(place, str) and place == place.strip() for place in places):
            return Problem(_expected(type), msg("write `{text}`", text=tidy))
    return Problem(_expected(type), no_such_place(parts, type.scheme))


def _within(value: int, text: str, type: Type, range: Range | None, zone: Zone) -> int | Problem:  # noqa: A002
    if range is None or range.holds(value):
        return value
    return Problem(describe_range(range, type, zone), _percent(text, type, range))


def describe_range(range: Range, type: Type, zone: Zone) -> Message:  # noqa: A002 - the words
    """Describe the values that a range allows."""
    style = Style.READER if isinstance(type, Number) else Style.DATA  # a percentage is read back as well
    low = None if range.low is None else format_value(range.low, type, zone, style)
    high = None if range.high is None else format_value(range.high, type, zone, style)
    if low is None:
        return msg("a value of at most `{high}`", high=high)
    if high is None:
        return msg("a value of at least `{low}`", low=low)
    return msg("a value from `{low}` to `{high}`", low=low, high=high)


def _percent(text: str, type: Type, range: Range) -> Message | None:  # noqa: A002
    """Return a hint where the number would be in range as a percentage."""
    meant = read_number(f"{text}%", type.scale) if isinstance(type, Number) else None
    if not isinstance(type, Number) or not isinstance(meant, int) or not range.holds(meant):
        return None
    fraction = format_units(meant, type.scale).rstrip("0").rstrip(".")
    return msg("write `{percent}` or `{fraction}`", percent=f"{text}%", fraction=fraction)


def _hint(text: str, type: Type, zone: Zone) -> Message | None:  # noqa: A002
    if isinstance(type, Date) and (impossible := read_date(text)) is not None:
        return impossible if isinstance(impossible, Message) else None
    for spelling in spellings(text, type):
        other = usual(spelling, type) or spelling
        if other != text and other and _good(_read(other, type, zone)):
            if isinstance(type, Region) and len(other) > len(text):
                return msg("digits may have been lost: write `{text}`", text=other)
            if isinstance(type, Number) and "," in text:
                return msg("write `{text}`, or declare the sign between digits: `grouping: ','`", text=other)
            return msg("write `{text}`", text=other)
    return general_hint(text, type)


def _good(value: Stored | Problem | None) -> bool:
    return value is not None and not isinstance(value, Problem)


def _one_value() -> Message:
    return msg("the field holds a list")


def _expected(type: Type) -> Message:  # noqa: A002
    match type:
        case Number(scale=0):
            return msg("a whole number")
        case Number(scale):
            return msg("a number with at most {scale} {scale:digit|digits} after the point", scale=scale)
        case Boolean():
            return msg("one of {values}", values=listed(BOOLEANS))
        case Date():
            return msg("a date such as `2024-05-01`")
        case DateTime():
            return msg("a date and time such as `2024-05-01 10:00`")
        case Duration():
            return msg("a length of time such as `1h30min` or `PT1H30M`")
        case Days():
            return msg("a whole number of days such as `15d`")
        case Text():
            return msg("text")
        case Region(scheme="gb2260"):
            return msg("a region code of six digits (GB/T 2260)")
        case Region(scheme="fips"):
            return msg("a region code of two or five digits (FIPS)")
        case Region():
            return msg("the name of a region")
        case Regions():
            return msg("a list of regions, with `;` between them")
        case _ as unreachable:
            assert_never(unreachable)
