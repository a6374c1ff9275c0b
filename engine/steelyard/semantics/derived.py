"""The rows of a derived relation (LANGUAGE.md section 9).

Cases are grouped by the keys; one of which a key is missing is in no group. Aggregates run over the cases of a group,
and over the rows of all of them, by the rules of section 5. Groups are in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from steelyard.diagnostics import InternalError
from steelyard.facts.case import Case, Row
from steelyard.ir.derivation import derivation
from steelyard.ir.expressions import Aggregate, Aggregation, Stored
from steelyard.ir.ruleset import Relation, Ruleset
from steelyard.semantics.aggregates import fold
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.meaning import meaning
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.values import Missing, missing, union

_NOTHING = missing("cases")


@dataclass(slots=True)
class _Sum:
    """What one aggregate has met of the cases of a group."""

    node: Aggregate
    counted: list[Any] = field(default_factory=list[Any])
    unknown: list[Missing] = field(default_factory=list[Missing])

    def take(self, truth: Any, value: Any) -> None:  # noqa: ANN401 - see Meaning
        """Take a case: whether it counts, and its value."""
        if self.node.aggregation in {Aggregation.ANY, Aggregation.ALL}:
            value, truth = truth, True
        if truth is False:
            return
        unknown = next((one for one in (truth, value) if isinstance(one, Missing)), None)
        if unknown is None:
            self.counted.append(value)
        else:
            self.unknown.append(unknown)

    @property
    def result(self) -> Any:  # noqa: ANN401 - see Meaning
        """The aggregate of the group."""
        decided = {Aggregation.ANY: True, Aggregation.ALL: False}.get(self.node.aggregation)
        if self.unknown and (decided is None or decided not in self.counted):
            return union(self.unknown)
        return fold(self.node.aggregation, self.counted, 0, _NOTHING)


class Deriving:
    """Derives the rows of one relation from cases that it takes one by one."""

    def __init__(self, ruleset: Ruleset, relation: Relation) -> None:
        """Prepare; the ruleset is the one that declares the relation, with its parameters bound."""
        if relation.derived is None:
            raise InternalError(f"{relation.id} is not derived")
        made = derivation(relation.derived)
        scope = RulesetScope(ruleset)
        self._ruleset, self._scope, self._sums = ruleset, scope, made.sums
        self._by = [(one.id, meaning(one.value, scope)) for one in made.by]
        self._parts = [(_meaning(one.argument, scope), _meaning(one.where, scope)) for one in made.sums]
        self._values = [(one.id, meaning(one.value, scope)) for one in made.values]
        self._groups: dict[tuple[Stored, ...], list[_Sum]] = {}

    def key(self, case: Case) -> tuple[Stored, ...] | None:
        """The group of a case; None where a key is missing."""
        return self._key(self._env(case))

    def take(self, case: Case) -> None:
        """Count a case in its group."""
        env = self._env(case)
        key = self._key(env)
        if key is None:
            return
        sums = self._groups.get(key)
        if sums is None:
            sums = self._groups[key] = [_Sum(one) for one in self._sums]
        for one, (argument, where) in zip(sums, self._parts, strict=True):
            truth = True if where is None else where(env)
            one.take(truth, 1 if argument is None or truth is False else argument(env))

    def rows(self) -> tuple[Row, ...]:
        """The rows of the groups so far; `sums` of a row are what its values were made of."""
        return tuple(self._row(number, key) for number, key in enumerate(sorted(self._groups), 1))  # pyright: ignore[reportArgumentType] - keys of one type

    def _key(self, env: Env) -> tuple[Stored, ...] | None:
        found = tuple(value(env) for _, value in self._by)
        return None if any(isinstance(one, Missing) for one in found) else found

    def _row(self, number: int, key: tuple[Stored, ...]) -> Row:
        env = self._env(Case("", {}))
        env.arguments = tuple(one.result for one in self._groups[key])
        found: dict[str, Any] = {name: one for (name, _), one in zip(self._by, key, strict=True)}
        found |= {name: value(env) for name, value in self._values}
        known = {name: one for name, one in found.items() if not isinstance(one, Missing)}
        return Row(str(number), known, sums=tuple(None if isinstance(a, Missing) else a for a in env.arguments))

    def _env(self, case: Case) -> Env:
        relations = self._ruleset.relations
        rows = [[BoundRow(row, row.values, True, {}) for row in _own(one, case)] for one in relations]
        nothing = [None] * len(relations)
        return Env(case, case.values, [None] * len(self._ruleset.defines), [*nothing], rows, [*nothing])


def derive(ruleset: Ruleset, relation: Relation, cases: Iterable[Case]) -> tuple[Row, ...]:
    """Derive the rows of a relation from cases."""
    deriving = Deriving(ruleset, relation)
    for case in cases:
        deriving.take(case)
    return deriving.rows()


def _own(relation: Relation, case: Case) -> tuple[Row, ...]:
    """The rows that name a case; those of other relations are not read."""
    return case.rows.get(relation.id, ()) if relation.of_case is not None and relation.joins is None else ()


def _meaning(expr: Any, scope: RulesetScope) -> Meaning | None:  # noqa: ANN401 - an expression or None
    return None if expr is None else meaning(expr, scope)
