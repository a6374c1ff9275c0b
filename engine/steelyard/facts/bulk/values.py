"""Builds the SQL from a file's column to the stored values of a field.

The same as facts/cells.py and facts/parse.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from steelyard.calendars.zones import DAY_US, Zone
from steelyard.facts.bulk import clocks, grammar, sql
from steelyard.facts.bulk.cells import Column, Kind
from steelyard.facts.usual import groups
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

EXACT = 2**50
"""Below this many units, a double determines the decimal that it stands for: rounding gives the right integer."""
_WIDEST = 38
"""The digits of DuckDB's widest decimal."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """The range of a field's values, None where all are allowed, and the zone of its local times."""

    range: Range | None
    zone: Zone


@dataclass(frozen=True, slots=True)
class Reader:
    """How a field is read.

    Attributes:
        steps: one after the other, columns by name, each an expression over the cells and the columns of earlier steps.
        value: the stored value, over cells and steps; NULL where the cell is empty or cannot be read.
        empty: condition, over cells and steps, that the cell is empty.
        range: the range of allowed values; None where all are allowed.
    """

    steps: tuple[Mapping[str, str], ...]
    value: str
    empty: str
    range: Range | None


def stored_type(kind: Type) -> str:
    """Return the SQL type of a type's stored values."""
    match kind:
        case Text() | Region():
            return "VARCHAR"
        case Regions():
            return "VARCHAR[]"
        case Boolean():
            return "BOOLEAN"
        case Number() | Date() | DateTime() | Duration() | Days():
            return "BIGINT"


def reader(column: Column | None, kind: Type, declared: Range | None, zone: Zone, step: str) -> Reader:
    """Build the reader of a field.

    Args:
        column: the column in the file; None where the file has no such column.
        kind: the declared type.
        declared: the declared range.
        zone: the time zone of local times.
        step: prefix of the names of its steps.
    """
    if column is None or column.kind is Kind.NOTHING:
        return Reader((), f"CAST(NULL AS {stored_type(kind)})", "true", None)
    range_ = declared or default_range(kind)
    if column.kind is Kind.STORED:
        return Reader((), column.cell, column.empty, range_)
    steps: tuple[Mapping[str, str], ...] = ()
    if isinstance(kind, DateTime) and column.kind not in (Kind.TEXT, Kind.INTEGER):
        steps, value = _instant(column, range_, zone, step)
    elif (value := _typed(column, kind, range_)) is None:
        text = column.text
        if text is not None:
            return _text_reader(column, text, kind, _Limits(range_, zone), step)
        value = "NULL"
    return Reader(steps, f"CAST({value} AS {stored_type(kind)})", column.empty, range_)


def _text_reader(column: Column, text: str, kind: Type, limits: _Limits, step: str) -> Reader:
    """Read texts by the grammar, and those that it refuses again in their usual spelling."""
    first, again, narrow, usual = (f"{step}_{name}" for name in ("first", "again", "narrow", "usual"))
    rewritings = groups(kind)
    if rewritings is None:
        return Reader((), f"CAST({grammar.value(text, kind)} AS {stored_type(kind)})", column.empty, limits.range)
    refused = f"{first} IS NULL AND NOT {column.empty}"
    steps: list[Mapping[str, str]] = [
        _from_text(text, kind, first),
        {narrow: sql.when(refused, grammar.narrowed(text, kind))},
        {usual: grammar.usual(narrow, rewritings)},
        _from_text(usual, kind, again),
    ]
    found = f"coalesce({first}, {again})"
    if isinstance(kind, DateTime):
        wall, offset = f"{step}_wall", f"{step}_offset"
        written = sql.when(f"{first} IS NULL", f"{again}_offset", f"{first}_offset")
        steps.append({wall: found, offset: written})
        local = clocks.instant(wall, limits.zone, limits.range or Range(None, None))
        found = sql.when(f"{offset} IS NULL", local, f"{wall} - {offset}")
    empty = f"({column.empty} OR coalesce({narrow} = '', false))"
    return Reader(tuple(steps), f"CAST({found} AS {stored_type(kind)})", empty, limits.range)


def _from_text(text: str, kind: Type, name: str) -> Mapping[str, str]:
    """Return the column of a text's value; for a datetime those of its local time and its offset."""
    if isinstance(kind, DateTime):
        return {name: grammar.wall(text), f"{name}_offset": grammar.offset(text)}
    return {name: grammar.value(text, kind)}


def _typed(column: Column, kind: Type, declared: Range | None) -> str | None:
    """Return the value without converting it to text; None where only the grammar of texts can read it."""
    cell = column.cell
    match column.kind, kind:
        case Kind.INTEGER, Number(scale) if declared is not None:
            return _scaled(cell, 10**scale, declared)
        case Kind.INTEGER, Days() if declared is not None:
            return _scaled(cell, 1, declared)
        case Kind.INTEGER, Boolean():
            return f"CASE WHEN {cell} = 1 THEN true WHEN {cell} = 0 THEN false END"
        case Kind.BOOLEAN, Boolean():
            return cell
        case Kind.DECIMAL, Number(scale) if column.scale <= scale and column.width + scale + 1 <= _WIDEST:
            power = f"CAST({10**scale} AS DECIMAL({scale + 1}, 0))"
            return f"TRY_CAST({cell} * {power} AS BIGINT)"
        case Kind.DOUBLE, _:
            return _double(column, kind, declared)
        case Kind.DATE, Date():
            return f"{cell} - DATE '1970-01-01'"
        case Kind.LOCAL, Date():
            us = column.microseconds
            return sql.when(f"{us} % {DAY_US} = 0", f"{us} // {DAY_US}")
        case Kind.TEXTS, Regions():
            joined = sql.joined(cell, ";")
            whole = f"len(string_split({joined}, ';')) = len({cell})"
            return sql.when(whole, grammar.value(joined, kind))
        case _:  # any other pair is read from its text
            return None


def _scaled(cell: str, one: int, declared: Range) -> str:
    """Return an integer times a power of ten. The range is checked first, so that nothing overflows."""
    low, high = declared.low, declared.high
    ends = ([] if low is None else [f"{cell} >= {-(-low // one)}"]) + (
        [] if high is None else [f"{cell} <= {high // one}"]
    )
    return sql.when(sql.both(ends), f"CAST({cell} AS BIGINT) * {one}")


def _double(column: Column, kind: Type, declared: Range | None) -> str | None:
    cell = column.cell
    match kind:
        case Number(scale):
            one = f"CAST({10**scale} AS DOUBLE)"
            units = f"round({cell} * {one})"
            found = sql.when(f"{units} / {one} = {cell}", f"CAST({units} AS BIGINT)")
            most = EXACT // 10**scale
            return sql.when(f"{cell} BETWEEN -{most} AND {most}", found)
        case Boolean():  # the text is compared, because -0, which is no boolean, equals 0
            text = f"CAST({cell} AS VARCHAR)"
            return f"CASE WHEN {text} = '1.0' THEN true WHEN {text} = '0.0' THEN false END"
        case Days() if declared is not None:
            inside = f"{cell} BETWEEN -{EXACT} AND {EXACT}"
            return sql.when(inside, sql.when(f"floor({cell}) = {cell}", f"CAST({cell} AS BIGINT)"))
        case Text() | Region() | Regions() | Date():
            return None
        case Days() | DateTime() | Duration():
            return "NULL"


def _instant(
    column: Column, declared: Range | None, zone: Zone, step: str
) -> tuple[tuple[Mapping[str, str], ...], str]:
    """Return the steps and the value of an instant from a column that holds no texts."""
    match column.kind:
        case Kind.LOCAL:
            wall = f"{step}_wall"
            return ({wall: column.microseconds},), clocks.instant(wall, zone, declared or Range(None, None))
        case Kind.INSTANT:
            return (), column.microseconds
        case _:  # any other cell is no instant
            return (), "NULL"
