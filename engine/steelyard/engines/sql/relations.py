"""Stratum 1: which rows belong to the case, as joins (LANGUAGE.md sections 2, 5 and 12; `semantics.relations`).

Membership is three-valued. Equal keys, and areas that cover a place, are joined by hashing; other conditions filter.
A row whose `joins` is unknown stays, as one that may belong. There are three forms:

- *keyed*: where a relation joins by nothing but equal keys that are never missing, and the expressions over its rows
  read nothing of the case, the rows are aggregated by those keys before they are joined to the cases.
- *pairs*: else each case is joined to each of its rows.
- *pass*: expressions of a later stratum join the pairs again, with all columns of the cases that are settled by then.
"""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.carried import further
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.reach import reach
from steelyard.engines.sql.row_fields import RowFields
from steelyard.engines.sql.row_pairs import paired
from steelyard.engines.sql.scope import Program, RelationRows, Scope
from steelyard.engines.sql.value import Value
from steelyard.ir.expressions import Expr
from steelyard.ir.join_keys import JoinKey, case_key, conjuncts, key_of
from steelyard.ir.ruleset import Relation


def joined(relation: Relation, program: Program) -> Joined:
    """The joins of a relation, made once for a program."""
    found = program.cached.get(("joined", relation.id))
    if not isinstance(found, Joined):
        found = Joined(relation, program)
        program.cached["joined", relation.id] = found
    return found


def rows_for(
    relation: Relation, program: Program, outer: Scope, asked: Sequence[Expr], seen: Sequence[E] = ()
) -> RelationRows:
    """The rows of a relation, in a frame below `outer` that sees what expressions over the rows read.

    Args:
        relation: whose rows are wanted.
        program: what is compiled.
        outer: the scope of the cases, or of a family's rows.
        asked: the expressions.
        seen: further columns of the outer frame that the frame of the rows is to see.
    """
    level, reads = reach(asked, relation, program, outer)
    level, reads = max([level, *(outer.frame.depth_of(e) for e in seen)]), reads or bool(seen)
    own = joined(relation, program)
    if outer.frame is program.cases:
        if not reads and own.keys is not None:
            return own.keyed
        if level <= own.pairs.frame.level:
            return own.pairs
    return own.at(outer.frame, level)


class Joined:
    """A relation joined to the cases; each form is made when it is first asked for.

    Attributes:
        keys: the equalities, where the relation joins by nothing else; None where it joins otherwise, or where one
            can be missing or reject the case.
    """

    def __init__(self, relation: Relation, program: Program) -> None:
        self.relation = relation
        self._program = program
        self.keys = self._only_keys()
        self._keyed: RelationRows | None = None
        self._pairs: RelationRows | None = None
        self._passes: list[RelationRows] = []

    @property
    def keyed(self) -> RelationRows:
        """The rows by their keys."""
        if self._keyed is None:
            self._keyed = self._by_keys(self.keys or [])
        return self._keyed

    @property
    def pairs(self) -> RelationRows:
        """The rows with their cases."""
        if self._pairs is None:
            level, _ = reach(conjuncts(self.relation), self.relation, self._program, self._program.case_scope)
            self._pairs = paired(self.relation, level, self._program)
        return self._pairs

    def at(self, parent: Frame, level: int) -> RelationRows:
        """The rows below a frame of cases or of a family's rows, seeing its columns up to a depth."""
        fits = [one for one in self._passes if one.frame.parent is parent and one.frame.level >= level]
        if fits:
            return min(fits, key=lambda one: one.frame.level)
        made = further(self.pairs, parent, level, self._program, f"{self.relation.id}_later")
        self._passes.append(made)
        return made

    def _only_keys(self) -> list[JoinKey] | None:
        missing, may_reject = self._program.knower.missing, self._program.reading.may_reject
        found: list[JoinKey] = []
        for part in conjuncts(self.relation):
            key = key_of(part, self.relation)
            if key is None or may_reject(part) or missing(key.of_row) or missing(key.of_case):
                return None
            found.append(key)
        if self.relation.of_case is not None:
            found.append(case_key(self.relation, self._program.inputs[self._program.ruleset.key]))
        return found or None

    def _by_keys(self, keys: list[JoinKey]) -> RelationRows:
        program, relation = self._program, self.relation
        fields = RowFields(relation, program)
        name = program.names.take(relation.id)
        frame = Frame(name, fields.alone, program.names)
        rows = RelationRows(relation, frame, Value(build.boolean(value=True)), fields.fetch(frame))
        inner = Scope(frame, {relation.id: rows})
        of_row = [program.value(key.of_row, inner).sql for key in keys]
        of_case = [program.value(key.of_case, program.case_scope).sql for key in keys]
        frame.key = tuple(frame.put(f"{relation.id}__key", e).name for e in of_row)
        frame.on = tuple(of_case)
        frame.parent = program.cases
        frame.level = max(program.cases.depth_of(e) for e in of_case)
        return rows
