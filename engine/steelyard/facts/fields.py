"""Converts the cells of a row to typed values, by the declared fields of a case or a relation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from steelyard.calendars.clock_text import read_date
from steelyard.calendars.zones import Zone
from steelyard.diagnostics import msg
from steelyard.diagnostics.plain import encodable
from steelyard.facts.case import Reject
from steelyard.facts.cells import Cell, masked, shown
from steelyard.facts.format import format_value
from steelyard.facts.problem import Problem
from steelyard.facts.quick import reader
from steelyard.facts.readers import BadLine
from steelyard.facts.repair import marks_missing
from steelyard.facts.usual import usual_day
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Relation
from steelyard.ir.types import Date, DateTime
from steelyard.source.yaml_text import quoted_in_yaml

SHOWN = 80
"""How many characters of a refused value are shown."""


_REQUIRED = Problem(msg("a value (it is required)"))


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a row: the column, the value found, what was expected; and the other faults of the row.

    Attributes:
        others: faults of other cells, which have no others.
    """

    where: str
    value: str
    problem: Problem
    others: tuple[Fault, ...] = ()

    def reject(
        self,
        key: str,
        *,
        line: int | None = None,
        file: str = "",
        relation: str = "",
        values: Mapping[str, Stored] = MappingProxyType({}),
    ) -> Reject:
        """Make the reject of a case, or of a row of a relation. `values`: of the case, what could be read."""
        others = tuple(_reject(one, key, line, file, relation) for one in self.others)
        return _reject(self, key, line, file, relation, others, values)

    def of_row(self, fault: Fault | None) -> Fault:
        """Give this fault, followed by those that were found in the cells of the same row."""
        return self if fault is None else joined_fault((self, fault)) or self

    @property
    def all(self) -> tuple[Fault, ...]:
        """The faults of the row, each alone."""
        return (replace(self, others=()), *self.others) if self.others else (self,)


def _reject(  # noqa: PLR0917 - the parts of a reject
    fault: Fault,
    key: str,
    line: int | None,
    file: str,
    relation: str,
    others: tuple[Reject, ...] = (),
    values: Mapping[str, Stored] = MappingProxyType({}),
) -> Reject:
    value = fault.value if len(fault.value) <= SHOWN else fault.value[:SHOWN] + "…"
    where = ".".join(part for part in (relation, fault.where) if part)
    problem = fault.problem
    text, named = encodable(value), encodable(file)
    return Reject(encodable(key), where, text, problem.expected, line, problem.hint, named, others, values)


def joined_fault(faults: Sequence[Fault]) -> Fault | None:
    """Make one fault of all that a row has, each column once; None where there are none."""
    if not faults:
        return None
    by_column: dict[str, Fault] = {}
    for fault in faults:
        for one in fault.all:
            by_column.setdefault(one.where, one)
    first, *others = by_column.values()
    return replace(first, others=tuple(others)) if others else first


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a row. Where there is a fault, they are those that could be read, to identify the row's case.

    The faults are in the order of the fields; those of times that stand before others come last.
    """

    values: dict[str, Stored]
    fault: Fault | None


class RowReader:
    """Reads rows with the same fields. What rows share is prepared once. Thread-safe."""

    def __init__(self, fields: Sequence[InputField], zone: Zone) -> None:
        """Prepare.

        Args:
            fields: the declared fields; each names its column.
            zone: the time zone of local times.
        """
        self._zone = zone
        self._readers = [
            (one, reader(one.type, one.range, zone, one.written), Fault(one.column, "", _REQUIRED)) for one in fields
        ]
        by_id = {one.id: one for one in fields}
        self._ordered = [(by_id[one.not_before], one) for one in fields if one.not_before is not None]

    def read(self, cells: Mapping[str, Cell]) -> Values:
        """Read every field of a row; a missing value is absent from the result.

        Args:
            cells: by column; an absent column counts as empty.
        """
        values: dict[str, Stored] = {}
        faults: list[Fault] = []
        for field, read, absent in self._readers:
            value = read(cells.get(field.column))
            if value is None:
                if not field.can_be_missing:
                    faults.append(absent)
            elif isinstance(value, Problem):
                faults.append(field_fault(field, cells.get(field.column), value))
            else:
                values[field.id] = value
        faults += _out_of_order(self._ordered, cells, values, self._zone)
        return Values(values, joined_fault(faults))


def field_fault(field: InputField, cell: Cell, problem: Problem) -> Fault:
    """Make the fault of a cell; a value that tells of a person is not quoted."""
    text = shown(cell)
    if field.can_be_missing and marks_missing(text):
        hint = msg(
            "leave the field empty where the value is missing, or declare what means that: `missing: [{mark}]`",
            mark=quoted_in_yaml(text.strip()),
        )
        return Fault(field.column, text, Problem(problem.expected, hint))
    if field.personal:
        return Fault(field.column, masked(text), Problem(problem.expected))
    return Fault(field.column, text, problem)


def quoted(field: InputField, text: str) -> str:
    """Return a value of a field as messages show it."""
    return masked(text) if field.personal else text


def line_fault(line: BadLine, fields: Sequence[InputField]) -> Fault:
    """Make the fault of a row whose fields cannot be separated."""
    personal = any(field.personal for field in fields)
    return Fault("", masked(line.text) if personal else line.text, line.problem)


def in_order(earlier: InputField, later: InputField, values: Mapping[str, Stored], zone: Zone) -> bool:
    """Return whether a milestone is not before the one that it must not precede; missing ones are not compared."""
    first, second = values.get(earlier.id), values.get(later.id)
    if not isinstance(first, int) or not isinstance(second, int):
        return True
    if isinstance(earlier.type, Date) and isinstance(later.type, DateTime):
        second = zone.local_date(second)
    elif isinstance(earlier.type, DateTime) and isinstance(later.type, Date):
        first = zone.local_date(first)
    return second >= first


def _out_of_order(
    ordered: Sequence[tuple[InputField, InputField]],
    cells: Mapping[str, Cell],
    values: Mapping[str, Stored],
    zone: Zone,
) -> Iterator[Fault]:
    """Find milestones that are earlier than the one they must not precede."""
    for earlier, field in ordered:
        if not in_order(earlier, field, values, zone):
            limit = format_value(values[earlier.id], earlier.type, zone)
            value = quoted(earlier, limit)
            expected = msg("not before `{column}`, which is `{value}`", column=earlier.column, value=value)
            yield field_fault(field, cells.get(field.column), Problem(expected))


def feed_cells(relation: Relation, cells: Mapping[str, Cell]) -> Mapping[str, Cell]:
    """Convert a feed's dates to half-open times: midnight of the first day to midnight after the last.

    A day that the relation leaves out is no part of the event.
    """
    days_later = {"starts": int(relation.without_first_day), "ends": int(not relation.without_last_day)}
    changed: dict[str, Cell] = {}
    for field in relation.fields:
        cell = cells.get(field.column)
        if isinstance(cell, date) and not isinstance(cell, datetime):
            cell = cell.isoformat()
        if field.id in days_later and isinstance(field.type, DateTime) and isinstance(cell, str):
            day = read_date(usual_day(cell))
            if isinstance(day, date) and day < date.max:
                midnight = day + timedelta(days=days_later[field.id])
                changed[field.column] = f"{midnight.isoformat()} 00:00"
    return {**cells, **changed} if changed else cells
