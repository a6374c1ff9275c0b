"""Finds the rows of a joined relation that can belong to a case, so that durable is asked about these only.

A joined relation holds the rows of all cases. Where its `joins` requires that a field equals a value of the case, an
index finds the rows with that value, and those without the field, whose membership is unknown. Rows with another value
do not belong, whatever else the condition says. durable decides about the rows found.
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
    """Rows by the value of a field. Rebuilt when other rows are passed.

    Attributes:
        name: the field.
        value: the meaning of the value of the case that the field must equal.
        rows: the rows last indexed.
        by_value: positions of rows by the field's value.
        without_value: positions of rows in which the field is missing.
    """

    name: str
    value: Meaning
    rows: Sequence[Row] | None = None
    by_value: dict[Stored, list[int]] = field(default_factory=dict[Stored, list[int]])
    without_value: list[int] = field(default_factory=list[int])

    def find(self, rows: Sequence[Row], env: Env) -> list[Row]:
        """Return the rows that may belong to the case, in their order."""
        value: Value = self.value(env)
        if isinstance(value, Missing):
            return list(rows)
        if rows is not self.rows:
            self._build(rows)
        return [rows[number] for number in sorted((*self.by_value.get(value, ()), *self.without_value))]

    def _build(self, rows: Sequence[Row]) -> None:
        self.rows, self.by_value, self.without_value = rows, {}, []
        for number, row in enumerate(rows):
            found = row.values.get(self.name)
            (self.without_value if found is None else self.by_value.setdefault(found, [])).append(number)


def make_index(relation: Relation, program: Program) -> Index | None:
    """Build the index of a relation; None where its `joins` requires no equality, or may reject the case."""
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
            case _:  # any other condition is no equality
                pass
    return None
