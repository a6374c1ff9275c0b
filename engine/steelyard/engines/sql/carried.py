"""Rows of a frame once more, in a frame of their own that sees more of the parent's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Emission, Frame
from steelyard.engines.sql.scope import Program, RelationRows
from steelyard.engines.sql.value import Value


def further(rows: RelationRows, parent: Frame, level: int, program: Program, hint: str) -> RelationRows:
    """The same rows in a frame of their own below a parent, seeing its columns up to a depth."""
    carried = Carried(rows.frame, parent, level, program, hint)
    relation = rows.relation
    fetched: dict[str, Value] = {}

    def fetch(name: str) -> Value:
        if name not in fetched:
            found = rows.fetch(name)
            sql = carried.carry(found.sql, f"{relation.id}__{name.lstrip('_')}")
            fetched[name] = replace(found, sql=sql, why={k: build.missing(sql) for k in found.why})
        return fetched[name]

    member = rows.member
    if not build.is_true(member.sql):
        sql = carried.carry(member.sql, f"{relation.id}__member")
        why = {name: carried.carry(one, f"{relation.id}__unknown") for name, one in member.why.items()}
        member = Value(sql, why=why)
    return RelationRows(relation, carried.frame, member, fetch)


class Carried:
    """A frame that reads the rows of another frame of rows, and columns of the parent up to a depth.

    Attributes:
        frame: the new frame; its rows are found by the identity of the parent's.
    """

    def __init__(self, source: Frame, parent: Frame, level: int, program: Program, hint: str) -> None:
        self._source = source
        self._program = program
        self._columns: dict[str, str] = {}
        self.frame = Frame(
            program.names.take(hint),
            self._base,
            program.names,
            parent,
            level,
            key=parent.identity,
            on=tuple(build.column(name) for name in parent.identity),
        )
        self.frame.sources.append(source)
        for name in parent.identity:
            self.frame.want(name)

    def carry(self, e: E, hint: str) -> E:
        """An expression over the source frame, as a column of this one."""
        source = self._source.put(hint, e)
        if not isinstance(source, exp.Column):
            return source
        name = self._program.names.take(hint)
        self._columns[name] = source.name
        return self.frame.want(name)

    def _base(self, emission: Emission, frame: Frame, wanted: Sequence[str]) -> exp.Query:
        if frame.parent is None:
            raise InternalError("rows without a parent")
        parent, source = emission.met(frame.parent, frame.level), emission.last(self._source)
        on = build.equal(build.column("_case", "p"), build.column("_case", "it"))
        query = exp.select(copy=False).from_(build.table(source, "p"), copy=False)
        query = query.join(build.table(parent, "it"), on=on, copy=False)
        for name in wanted:
            own = name in self._columns
            column = build.column(self._columns[name], "p") if own else build.column(name, "it")
            query = query.select(build.aliased(column, name), copy=False)
        return query
