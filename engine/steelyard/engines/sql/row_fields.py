"""The fields of a relation's rows as columns of a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Emission, Frame
from steelyard.engines.sql.scope import Fetch, Program, interval_of
from steelyard.engines.sql.value import Value, Why
from steelyard.ir.ruleset import Relation

ROW, ROW_ID = "_row", "_id"
"""The columns of every relation's table beside its fields: the place of a row (from 0), and its id."""


class RowFields:
    """The columns of a frame that hold fields of a relation's table; one for each field that something reads."""

    def __init__(self, relation: Relation, program: Program) -> None:
        self._relation = relation
        self._program = program
        self._fields: dict[str, str] = {}
        self._values: dict[str, Value] = {}

    def fetch(self, frame: Frame) -> Fetch:
        """A function that gives a field, `ROW` or `ROW_ID` as a column of the frame."""

        def fetch(name: str) -> Value:
            if name not in self._values:
                column = self._program.names.take(f"{self._relation.id}__{name.lstrip('_')}")
                self._fields[column] = name
                self._values[name] = self._value(name, frame.want(column))
            return self._values[name]

        return fetch

    def _value(self, name: str, sql: E) -> Value:
        declared = next((one for one in self._relation.fields if one.id == name), None)
        if declared is None:  # ROW or ROW_ID
            return Value(sql)
        why: Why = {f"{self._relation.id}.{name}": build.missing(sql)} if declared.can_be_missing else {}
        return Value(sql, interval_of(declared), why=why)

    def selected(self, wanted: Sequence[str]) -> list[E]:
        """The wanted columns, aliased: fields are read from the table `r`, all others from the cases `it`."""
        return [build.aliased(self._read(name), name) for name in wanted]

    def qualified(self) -> Callable[[E], E]:
        """A function that lets an expression over the frame's columns read the table `r` and the cases `it`."""

        def change(node: E) -> E:
            return self._read(node.name) if isinstance(node, exp.Column) and not node.table else node

        return lambda e: e.transform(change)

    def _read(self, column: str) -> E:
        field = self._fields.get(column)
        return build.column(column, "it") if field is None else build.column(field, "r")

    def alone(self, _: Emission, __: Frame, wanted: Sequence[str]) -> exp.Query:
        """The rows without cases (a frame's `Base`)."""
        source = build.table(self._program.sources[self._relation.id], "r")
        return exp.select(*self.selected(wanted), copy=False).from_(source, copy=False)
