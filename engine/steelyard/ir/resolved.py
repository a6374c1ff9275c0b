"""The declarations of a lowered ruleset, for `knowledge`."""

from __future__ import annotations

from steelyard.ir.expressions import Define, Expr, Field
from steelyard.ir.knowledge import Knower, Value
from steelyard.ir.ruleset import Definition, InputField, ParameterDeclaration, Ruleset, Table
from steelyard.ir.types import Range, Type


class Resolved:
    """The declarations of a ruleset by name (implements `knowledge.Declared`)."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._inputs = {one.id: one for one in ruleset.inputs}
        self._parameters = {one.id: one for one in ruleset.parameters}
        self._defines = {one.id: one.value for one in ruleset.defines}
        self._tables = {one.id: one for one in ruleset.tables}
        self._joins = {one.id: one.joins for one in ruleset.relations}
        self._counts = {one.id: one.rows for one in ruleset.relations}
        self._rows: dict[tuple[str, str], Value] = {}
        for relation in ruleset.relations:
            self._rows.update({(relation.id, field.id): field for field in relation.fields})
            self._rows.update({(relation.id, define.id): define.value for define in relation.defines})

    def declared_input(self, name: str) -> InputField | None:
        """An input of the case."""
        return self._inputs.get(name)

    def declared_parameter(self, name: str) -> ParameterDeclaration | None:
        """A parameter."""
        return self._parameters.get(name)

    def defined(self, name: str) -> Expr | None:
        """The expression of a define of the case."""
        return self._defines.get(name)

    def row_value(self, relation: str, name: str) -> Value | None:
        """A field of a row, or the expression of a define of it."""
        return self._rows.get((relation, name))

    def joins(self, relation: str) -> Expr | None:
        """The condition of a relation's join."""
        return self._joins.get(relation)

    def declared_table(self, name: str) -> Table | None:
        """A table."""
        return self._tables.get(name)

    def declared_rows(self, relation: str) -> Range | None:
        """The range of the number of rows of a relation that belong to a case."""
        return self._counts.get(relation)


def knower(ruleset: Ruleset) -> Knower:
    """Return the knowledge about a lowered ruleset."""
    found = Knower(Resolved(ruleset))
    for relation in ruleset.relations:
        for define in relation.defines:
            found.learn(Field(relation.id, define.id, type=_type(define)))
    for define in ruleset.defines:
        found.learn(Define(define.id, type=_type(define)))
    return found


def _type(define: Definition) -> Type:
    return define.value.type
