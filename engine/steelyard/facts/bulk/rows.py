"""Reads the fields of a case or a relation from all its sources, as one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from steelyard.calendars.zones import Zone
from steelyard.facts.bulk import clocks, sql
from steelyard.facts.bulk.sources import Group, Source, grouped
from steelyard.facts.bulk.values import Reader, reader, stored_type
from steelyard.facts.readers.notations import asked_of
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Date, DateTime, Range, default_range

ROW = "_case"
_NO_STEP: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Rows:
    """The values that sources hold for some fields.

    Attributes:
        query: selects the row's number (`_case`), its line (`_line`), and for each field by position its value (`v0`,
            ...) and whether its cell is empty (`e0`, ...). Values may be out of range: see `good`.
        fields: the fields, in their order.
        ranges: the ranges of their values.
        zone: the time zone of local times.
    """

    query: str
    fields: tuple[InputField, ...]
    ranges: tuple[Range | None, ...]
    zone: Zone

    def value(self, id_: str) -> str:
        """Return the column of a field's value."""
        return f"v{self._place(id_)}"

    def readable(self, id_: str) -> str:
        """Return the SQL condition that a field has a value in range."""
        place = self._place(id_)
        return sql.both((f"v{place} IS NOT NULL", *_inside(f"v{place}", self.ranges[place])))

    def safe(self, id_: str) -> str:
        """Return the SQL for a field's value, NULL where it is out of range."""
        inside = _inside(self.value(id_), self.ranges[self._place(id_)])
        return sql.when(sql.both(inside), self.value(id_)) if inside else self.value(id_)

    @property
    def good(self) -> str:
        """The SQL condition that a row has no fault."""
        fields = [
            self.readable(field.id) if not field.can_be_missing else self._readable_or_empty(place)
            for place, field in enumerate(self.fields)
        ]
        return sql.both((*fields, *self._ordered()))

    def _readable_or_empty(self, place: int) -> str:
        inside = _inside(f"v{place}", self.ranges[place])
        return sql.when(f"v{place} IS NULL", f"e{place}", sql.both(inside))

    def _ordered(self) -> list[str]:
        by_id = {field.id: field for field in self.fields}
        found: list[str] = []
        for field in self.fields:
            earlier = by_id.get(field.not_before or "")
            if earlier is None:
                continue
            first, second = self.value(earlier.id), self.value(field.id)
            match earlier.type, field.type:
                case Date(), DateTime():
                    second = clocks.local_day(second, self.zone, field.range or Range(None, None))
                case DateTime(), Date():
                    first = clocks.local_day(first, self.zone, earlier.range or Range(None, None))
                case _:  # both are stored in the same unit
                    pass
            found.append(f"({second} < {first}) IS NOT TRUE")
        return found

    def _place(self, id_: str) -> int:
        return next(place for place, field in enumerate(self.fields) if field.id == id_)


def _inside(column: str, range_: Range | None) -> list[str]:
    if range_ is None:
        return []
    low = [] if range_.low is None else [f"{column} >= {range_.low}"]
    return low + ([] if range_.high is None else [f"{column} <= {range_.high}"])


def rows(sources: Sequence[Source], fields: Sequence[InputField], zone: Zone) -> Rows:
    """Build the query that reads fields of all rows of sources. Nothing is read yet."""
    parts: list[str] = []
    ranges: tuple[Range | None, ...] = tuple(field.range or default_range(field.type) for field in fields)
    for group in grouped(sources):
        columns, written = group.source.columns, group.source.options.notations.fields(fields)
        readers = [
            reader(columns.get(asked_of(field)), field.type, field.range, zone, f"s{place}")
            for place, field in enumerate(written)
        ]
        parts.append(_read(group, readers))
    return Rows(sql.union(parts) or _nothing(fields), tuple(fields), ranges, zone)


def _read(group: Group, readers: Sequence[Reader]) -> str:
    rows = {ROW: group.row, "_line": group.source.line}
    emptiness = {f"e{place}": one.empty for place, one in enumerate(readers)}
    values = {f"v{place}": one.value for place, one in enumerate(readers)}
    table, names = group.table, [f"c{place}" for place in range(group.source.width)]
    for layer in zip_longest(*(one.steps for one in readers), fillvalue=_NO_STEP):
        known = {name: name for name in names}
        steps = {name: value for step in layer for name, value in step.items()}
        table = sql.within(sql.select({**rows, **known, **steps}, table), "cells")
        rows = {name: name for name in rows}
        names += steps
    return sql.select({**rows, **values, **emptiness}, table)


def _nothing(fields: Sequence[InputField]) -> str:
    columns = {ROW: "CAST(NULL AS BIGINT)", "_line": "CAST(NULL AS BIGINT)"}
    for place, field in enumerate(fields):
        columns[f"v{place}"] = f"CAST(NULL AS {stored_type(field.type)})"
        columns[f"e{place}"] = "true"
    return sql.select(columns, "(SELECT 1) AS none", "WHERE false")
