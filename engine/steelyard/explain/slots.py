"""The values of a case that may be changed to see what would have changed its score: inputs, and fields of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from steelyard.explain.place import EvaluationPlace
from steelyard.facts.case import Case, Row
from steelyard.ir.expressions import Aggregate, Expr, Field, OneRow, Stored
from steelyard.ir.reading import Reading
from steelyard.ir.ruleset import InputField, Relation
from steelyard.ir.types import Boolean, Text
from steelyard.semantics.bound_row import BoundRow

MOST_ROWS = 6
"""In so many rows of a relation a change of a field is looked for."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that may be changed.

    Attributes:
        field: the input, or the field of a row.
        relation: the row's relation; None for an input.
        place: the row's place among the rows of the relation that the case holds.
    """

    field: InputField
    relation: str | None = None
    place: int = 0

    @property
    def key(self) -> tuple[str | None, int, str]:
        """What tells values that may be changed apart."""
        return self.relation, self.place, self.field.id

    def row(self, case: Case) -> Row | None:
        """The row; None for an input."""
        return None if self.relation is None else case.rows[self.relation][self.place]

    def value(self, case: Case) -> Stored | None:
        """The value as it is; None where it is missing."""
        row = self.row(case)
        return (case.values if row is None else row.values).get(self.field.id)


@dataclass(frozen=True, slots=True)
class RowSlots:
    """The fields of rows that may be changed.

    Attributes:
        slots: those of at most `MOST_ROWS` rows for each field, in the order in which they are to be tried.
        rows: how many rows of the case there are in the relations that are read.
        tried: how many of them have a slot.
        closed: whether a value that is not among the slots can change which of the rows belong to the case.
    """

    slots: tuple[Slot, ...]
    rows: int
    tried: int
    closed: bool


def row_slots(exprs: Iterable[Expr], reading: Reading, at: EvaluationPlace, own: dict[str, list[BoundRow]]) -> RowSlots:
    """Find the fields of rows that expressions read, defines followed.

    Args:
        exprs: the expressions.
        reading: follows the defines.
        at: the case.
        own: the rows that alone matter of a relation: those for which a rule fired, or the row of a family.
    """
    read: dict[str, list[str]] = {}
    wheres: dict[str, list[Expr]] = {}
    for node in reading.followed(exprs):
        match node:
            case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
                read.setdefault(relation, []).append(name)
            case Aggregate(relation=relation, where=where):
                read.setdefault(relation, [])
                wheres.setdefault(relation, []).extend(() if where is None else (where,))
            case _:  # no other node reads a row
                pass
    found: list[Slot] = []
    rows = 0
    for relation in at.evaluation.ruleset.relations:
        if relation.id not in read or relation.recurring is not None:
            continue
        members = own.get(relation.id) or at.members(relation.id)
        rows += len(members)
        first, others = _parted(relation, members, wheres.get(relation.id, []), at)
        places = {id(row): place for place, row in enumerate(at.evaluation.case.rows.get(relation.id, ()))}
        for field in _changeable(relation, read[relation.id]):
            chosen = (*_extremes(field, first), *others)[:MOST_ROWS]
            found += (Slot(field, relation.id, places[id(one.row)]) for one in chosen if id(one.row) in places)
    found.sort(key=lambda slot: not isinstance(slot.field.type, Boolean | Text))  # few runs each
    tried = len({(slot.relation, slot.place) for slot in found})
    joined = any(one.joins is not None for one in at.evaluation.ruleset.relations if one.id in read)
    return RowSlots(tuple(found), rows, tried, closed=not joined)


def _changeable(relation: Relation, names: list[str]) -> Iterator[InputField]:
    """The fields that are read, but those that tell the rows apart or say to which case or group they belong."""
    keys = {relation.row_id, relation.of_case}
    if relation.derived is not None:
        keys |= {one.id for one in relation.derived.by}
    return (field for field in relation.fields if field.id in names and field.id not in keys)


def _parted(
    relation: Relation, rows: list[BoundRow], wheres: list[Expr], at: EvaluationPlace
) -> tuple[list[BoundRow], list[BoundRow]]:
    """Part the rows into those that most aggregates count, and the others."""
    if not wheres or len(rows) <= 1:
        return rows, []
    places = [at.within(relation.id, row) for row in rows]
    counts = [sum(place.truth(where) is True for where in wheres) for place in places]
    most = max(counts)
    return (
        [row for row, count in zip(rows, counts, strict=True) if count == most],
        [row for row, count in zip(rows, counts, strict=True) if count < most],
    )


def _extremes(field: InputField, rows: list[BoundRow]) -> list[BoundRow]:
    """Put the rows with the largest and the smallest value first: they decide most aggregates."""
    numbers = [(value, row) for row in rows if isinstance(value := row.values.get(field.id), int)]
    if not numbers:
        return rows
    ends = max(numbers, key=lambda one: one[0])[1], min(numbers, key=lambda one: one[0])[1]
    return list({id(one): one for one in (*ends, *rows)}.values())
