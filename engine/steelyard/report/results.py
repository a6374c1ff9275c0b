"""The table of results under one version of a ruleset or several: the columns of all, and a row for each case.

Each row has the version and digest that it came from. A column of two versions with numbers of different scales
takes the larger scale, which changes no value; one of different kinds holds text, as a CSV file has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from steelyard.calendars.zones import Zone, zone
from steelyard.facts.case import Case
from steelyard.ir.canonical import policy_digest
from steelyard.ir.result_columns import ResultColumn, added_columns, result_columns
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.types import Number, Text
from steelyard.ir.versions import Versions, versions_of
from steelyard.report.columns import CellValue, columns, csv_text
from steelyard.semantics.outcome import Outcome


class Results:
    """The columns of a run. A ruleset that stands alone is the only version of itself."""

    def __init__(self, rules: Ruleset | Versions, added: Sequence[str] = ()) -> None:
        """Prepare. `added`: inputs by id whose values stand after the key."""
        self._versions = versions_of(rules)
        self._zone = zone(self._versions.newest.timezone)
        self._digests = {one.version: policy_digest(one) for one in self._versions.rulesets}
        self._heads = {one.version: _head(one, added) for one in self._versions.rulesets}
        self._own = {version: {column.name: column for column in head} for version, head in self._heads.items()}
        self.columns = reduce(union, reversed(self._heads.values()))
        """Of all versions: those of the newest in their order, each older one's own after its neighbour."""

    @property
    def timezone(self) -> str:
        """Of the times in the table."""
        return self._versions.newest.timezone

    def row(self, case: Case, outcome: Outcome) -> dict[str, CellValue]:
        """A case's values by column; empty where its version has no such column."""
        version = self._versions.of(case.values) or self._versions.newest
        own = self._own[version.version]
        head = self._heads[version.version]
        values = columns(version, outcome, self._digests[version.version], head, case.values)
        return {
            column.name: _adapted(values[column.name], own[column.name], column, self._zone)
            if column.name in own
            else None
            for column in self.columns
        }


def _head(ruleset: Ruleset, added: Sequence[str]) -> tuple[ResultColumn, ...]:
    key, *others = result_columns(ruleset)
    return (key, *added_columns(ruleset, added), *others)


def union(newer: Sequence[ResultColumn], older: Sequence[ResultColumn]) -> tuple[ResultColumn, ...]:
    """The columns of two versions; what only the older one has stands after what precedes it there."""
    found = list(newer)
    place = -1
    for column in older:
        at = next((number for number, other in enumerate(found) if other.name == column.name), None)
        if at is None:
            place += 1
            found.insert(place, column)
        else:
            place = at
            found[at] = _common(found[at], column)
    return tuple(found)


def _common(one: ResultColumn, other: ResultColumn) -> ResultColumn:
    """A column that holds the values of both."""
    if one == other:
        return one
    if one.many != other.many or bool(one.fields) != bool(other.fields):
        return ResultColumn(one.name, Text())
    if one.fields:
        return replace(one, fields=union(one.fields, other.fields))
    match one.type, other.type:
        case Number(scale), Number(further):
            return replace(one, type=Number(max(scale, further)))
        case first, second if type(first) is type(second):
            return one
        case _:
            return replace(one, type=Text())


def _adapted(value: CellValue, own: ResultColumn, column: ResultColumn, here: Zone) -> CellValue:
    """A value of a version's own column as the common one holds it."""
    if value is None or own == column:
        return value
    if own.many and not column.many:
        return csv_text(own, value, here)
    if own.many:
        items = value if isinstance(value, tuple) else (value,)
        return tuple(_item(item, own, column, here) for item in items)
    return _plain(value, own, column, here)


def _item(item: object, own: ResultColumn, column: ResultColumn, here: Zone) -> object:
    """An item of a list; that of a family has its fields in the order of the common column."""
    if not column.fields:
        return None if item is None else _plain(item, own, column, here)  # pyright: ignore[reportArgumentType] - stored
    parts: tuple[CellValue, ...] = item if isinstance(item, tuple) else ()  # pyright: ignore[reportUnknownVariableType] - of columns()
    by_name = {field.name: (field, part) for field, part in zip(own.fields, parts, strict=True)}
    return tuple(
        _adapted(by_name[field.name][1], by_name[field.name][0], field, here) if field.name in by_name else None
        for field in column.fields
    )


def _plain(value: CellValue, own: ResultColumn, column: ResultColumn, here: Zone) -> CellValue:
    match own.type, column.type, value:
        case Number(scale), Number(further), int():
            return value * 10 ** (further - scale)
        case first, second, _ if type(first) is not type(second):
            return csv_text(ResultColumn(own.name, own.type), value, here)
        case _:
            return value
