"""Which rows of a joined relation are worth asking about.

A joined relation holds the rows of all cases. Where its `joins` demands that a field equals a value of the
case, an index finds the rows that may: equal ones, and those without the field, which may belong for all that
is known. A row with another value does not belong, whatever else holds. durable then decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from steelyard.facts.case import Row
from steelyard.ir.expressions import And, Comparator, Compare, Field, Stored
from steelyard.ir.reading import reads_row
from steelyard.ir.ruleset import Relation
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.program import Program
from steelyard.semantics.values import Missing, Value


@dataclass(slots=True, eq=False)
class Index:
    """Rows by the value of a field; built anew where other rows are given.

    Attributes:
        name: of the field.
        value: of the case.
        rows: the rows last indexed.
        by_value: numbers of rows; `loose` are those without the field.
    """

    name: str
    value: Meaning
    rows: Sequence[Row] | None = None
    by_value: dict[Stored, list[int]] = field(default_factory=dict[Stored, list[int]])
    loose: list[int] = field(default_factory=list[int])

    def find(self, rows: Sequence[Row], env: Env) -> list[Row]:
        """The rows that may belong to the case, in their order."""
        value: Value = self.value(env)
        if isinstance(value, Missing):
            return list(rows)
        if rows is not self.rows:
            self._build(rows)
        return [rows[number] for number in sorted((*self.by_value.get(value, ()), *self.loose))]

    def _build(self, rows: Sequence[Row]) -> None:
        self.rows, self.by_value, self.loose = rows, {}, []
        for number, row in enumerate(rows):
            found = row.values.get(self.name)
            (self.loose if found is None else self.by_value.setdefault(found, [])).append(number)


def make_index(relation: Relation, program: Program) -> Index | None:
    """The index of a relation; None where its `joins` demands no equality, or may reject the case."""
    if relation.joins is None or program.scope.reading.may_reject(relation.joins):
        return None
    fields = {one.id for one in relation.fields}
    demands = relation.joins.items if isinstance(relation.joins, And) else (relation.joins,)
    for demand in demands:
        match demand:
            case Compare(comparator=Comparator.EQ, left=left, right=right):
                for own, other in ((left, right), (right, left)):
                    if isinstance(own, Field) and own.name in fields and not reads_row(other, relation.id):
                        return Index(own.name, program.meaning(other))
            case _:  # no equality
                pass
    return None
