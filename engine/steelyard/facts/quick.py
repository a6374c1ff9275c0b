"""Fast readers of one declared field: they read common well-formed cells themselves and pass all others to `parse`.

A fast reader gives a value only where `parse` would give the same one; a property test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import assert_never

from steelyard.calendars.zones import MICROSECOND, Zone, day_number
from steelyard.facts.cells import Cell, units_of
from steelyard.facts.parse import BOOLEANS, parse
from steelyard.facts.places import pattern
from steelyard.facts.problem import Problem
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

Reader = Callable[[Cell], Stored | Problem | None]
"""Reads a cell like `parse`: returns a stored value, a problem, or None where it is missing."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
    r"(Z|[+-](?:0[0-9]|1[0-7]):[0-5][0-9])?"
)
_REMEMBERED = 4096
"""How many texts of a field in a notation of its own are remembered."""
_UNBOUNDED = Range(None, None)


def reader(
    type: Type,  # noqa: A002 - the words of `parse`
    range: Range | None,  # noqa: A002
    zone: Zone,
    notation: Notation = AS_THE_GRAMMAR,
) -> Reader:
    """Build a reader; the arguments are those of `parse`."""

    def whole(cell: Cell) -> Stored | Problem | None:
        return parse(cell, type, range, zone, notation)

    if notation != AS_THE_GRAMMAR:
        return _remembering(whole)
    bounds = range or default_range(type) or _UNBOUNDED
    match type:
        case Text(values=values):
            return _text(frozenset(filter(str.isprintable, values)), whole) if values else _open_text(whole)
        case Region(scheme="name"):
            return _open_text(whole)
        case Region(scheme=scheme):
            return _matching(pattern(scheme), whole)
        case Boolean():
            return _boolean(whole)
        case Number(scale):
            return _number(scale, bounds, whole)
        case Date():
            return _date(bounds, whole)
        case DateTime():
            return _datetime(bounds, zone, whole)
        case Duration() | Days() | Regions():
            return whole
        case _ as unreachable:
            assert_never(unreachable)


def _remembering(whole: Reader) -> Reader:
    """Remember the last texts, since a column holds the same ones again and again."""
    known = lru_cache(_REMEMBERED, typed=True)(whole)

    def read(cell: Cell) -> Stored | Problem | None:
        return known(cell) if isinstance(cell, str) else whole(cell)

    return read


def _open_text(whole: Reader) -> Reader:
    def read(cell: Cell) -> Stored | Problem | None:
        # isprintable is false for NUL and lone surrogates, which no result file can store
        return cell if type(cell) is str and cell and cell.isprintable() else whole(cell)

    return read


def _text(values: frozenset[str], whole: Reader) -> Reader:
    def read(cell: Cell) -> Stored | Problem | None:
        return cell if type(cell) is str and cell and cell in values else whole(cell)

    return read


def _matching(form: re.Pattern[str], whole: Reader) -> Reader:
    def read(cell: Cell) -> Stored | Problem | None:
        return cell if type(cell) is str and form.fullmatch(cell) else whole(cell)

    return read


def _boolean(whole: Reader) -> Reader:
    def read(cell: Cell) -> Stored | Problem | None:
        found = BOOLEANS.get(cell) if type(cell) is str else None
        return whole(cell) if found is None else found

    return read


def _number(scale: int, bounds: Range, whole: Reader) -> Reader:
    fraction = rf"(?:\.([0-9]{{1,{scale}}}))?" if scale else "()"
    form = re.compile(rf"(-?[0-9]{{1,18}}){fraction}")

    def read(cell: Cell) -> Stored | Problem | None:
        units = None
        if type(cell) is float:
            units = units_of(cell, scale)
        elif isinstance(cell, str) and (found := form.fullmatch(cell)) is not None:
            units = int(found[1] + (found[2] or "").ljust(scale, "0"))
        return whole(cell) if units is None or not bounds.holds(units) else units

    return read


def _date(bounds: Range, whole: Reader) -> Reader:
    def read(cell: Cell) -> Stored | Problem | None:
        day = None
        if type(cell) is date:
            day = day_number(cell)
        elif type(cell) is str and _DATE.fullmatch(cell):
            try:
                day = day_number(date.fromisoformat(cell))
            except ValueError:
                return whole(cell)
        return whole(cell) if day is None or not bounds.holds(day) else day

    return read


def _datetime(bounds: Range, zone: Zone, whole: Reader) -> Reader:
    def read(cell: Cell) -> Stored | Problem | None:
        instant = None
        if type(cell) is str and (found := _DATETIME.fullmatch(cell)):
            try:
                written = datetime.fromisoformat(cell)
            except ValueError:
                return whole(cell)
            instant = zone.to_instant(written) if found[1] is None else (written - _EPOCH) // MICROSECOND
        elif type(cell) is datetime and cell.tzinfo is None:
            instant = zone.to_instant(cell)
        return instant if isinstance(instant, int) and bounds.holds(instant) else whole(cell)

    return read
