"""Removes rows from a case that its joins certainly exclude, so that the reference does not test them for every case.

Portfolios have relations of thousands of rows that every case sees. A row is removed only where its `joins` contains an
equality with an input, or a `covers` with the place of the case, that is false for it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace

from steelyard.facts.case import Case, Row
from steelyard.facts.places import levels
from steelyard.ir.expressions import (
    And,
    Apply,
    Comparator,
    Compare,
    Expr,
    Field,
    Function,
    Input,
)
from steelyard.ir.reading import Reading
from steelyard.ir.ruleset import Relation, Ruleset
from steelyard.ir.types import Region, Regions


@dataclass(frozen=True, slots=True)
class _Key:
    """A field of the row and the input that it is compared with: equal, or (with a `scheme`) an area that covers it."""

    field: str
    input: str
    scheme: str | None

    def of_row(self, row: Row) -> tuple[Hashable, ...]:
        """Return the input values for which the row is kept; None among them means every value."""
        value = row.values.get(self.field)
        if value is None:
            return (None,)
        return value if isinstance(value, tuple) else (value,)

    def of_case(self, case: Case) -> tuple[Hashable, ...] | None:
        """Return the field values for which the case keeps a row.

        None where every row is kept, as the input is missing.
        """
        value = case.values.get(self.input)
        if value is None:
            return None
        return (value,) if self.scheme is None else tuple(levels(self.scheme, str(value)))


@dataclass
class Narrowing:
    """Removes rows from the cases of one ruleset. The index of rows that cases share is built once."""

    ruleset: Ruleset
    _keys: dict[str, _Key | None] = field(init=False)
    _found: dict[str, tuple[tuple[Row, ...], dict[Hashable, list[int]]]] = field(default_factory=lambda: {})

    def __post_init__(self) -> None:
        """Find the key of each relation."""
        reading = Reading(self.ruleset)
        self._keys = {relation.id: _key(relation, reading) for relation in self.ruleset.relations}

    def narrowed(self, case: Case) -> Case:
        """Return the case with fewer rows; every engine gives it the same outcome."""
        rows = dict(case.rows)
        for relation in self.ruleset.relations:
            key, own = self._keys[relation.id], rows.get(relation.id, ())
            wanted = None if key is None else key.of_case(case)
            if key is not None and wanted is not None and own:
                index = self._index(relation.id, key, own)
                places = {place for value in (None, *wanted) for place in index.get(value, ())}
                rows[relation.id] = tuple(own[place] for place in sorted(places))
        return replace(case, rows=rows)

    def _index(self, relation: str, key: _Key, rows: tuple[Row, ...]) -> dict[Hashable, list[int]]:
        """Map input values to positions of rows. The index is cached while cases have the same rows."""
        known = self._found.get(relation)
        if known is None or known[0] is not rows:
            index: dict[Hashable, list[int]] = {}
            for place, row in enumerate(rows):
                for value in key.of_row(row):
                    index.setdefault(value, []).append(place)
            known = self._found[relation] = rows, index
        return known[1]


def _key(relation: Relation, reading: Reading) -> _Key | None:
    """Return a key of a relation's join; None if there is none, the join may reject, or the rows belong to one case."""
    if relation.joins is None or relation.of_case is not None:
        return None
    if reading.may_reject(relation.joins):
        return None
    return next((key for part in _parts(relation.joins) if (key := _of(part, relation)) is not None), None)


def _parts(joins: Expr) -> Iterator[Expr]:
    yield from joins.items if isinstance(joins, And) else (joins,)


def _of(part: Expr, relation: Relation) -> _Key | None:
    fields = {one.id for one in relation.fields}
    match part:
        case Compare(comparator=Comparator.EQ, left=Field() as one, right=Input() as other):
            return _Key(one.name, other.name, None) if one.name in fields else None
        case Compare(comparator=Comparator.EQ, left=Input() as other, right=Field() as one):
            return _Key(one.name, other.name, None) if one.name in fields else None
        case Apply(
            function=Function.COVERS, arguments=(Field(type=Regions()) as areas, Input(type=Region(scheme)) as at)
        ):
            return _Key(areas.name, at.name, scheme) if areas.name in fields else None
        case _:  # any other condition gives no key
            return None
