"""Which rules the rows of a relation can make fire, as far as rows and constants tell without a case."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from steelyard.facts.case import Row
from steelyard.ir.contents import expressions, grant_expressions, told
from steelyard.ir.expressions import (
    Aggregate,
    Aggregation,
    And,
    Comparator,
    Compare,
    Expr,
    Field,
    IsMissing,
    Literal,
    OneOf,
    OneRow,
    Or,
    Parameter,
    Rank,
)
from steelyard.ir.reading import DefineKey, Reading
from steelyard.ir.ruleset import Relation, Ruleset

_UNKNOWN = object()
"""Stands for a value that depends on the case."""
_COMPARISONS: Mapping[Comparator, Callable[[Any, Any], bool]] = {
    Comparator.EQ: operator.eq,
    Comparator.NE: operator.ne,
    Comparator.LT: operator.lt,
    Comparator.LE: operator.le,
    Comparator.GT: operator.gt,
    Comparator.GE: operator.ge,
}


@dataclass(frozen=True, slots=True)
class RowRules:
    """The rules that read the rows of a relation, each with its conditions on a row; None stands for any row."""

    conditions: Mapping[str, tuple[Expr | None, ...]]
    joins: Expr | None
    _known: Mapping[str, object]
    """The values of parameters."""
    _defines: Mapping[DefineKey, Expr]

    def of(self, row: Row) -> frozenset[str]:
        """Return the rules that a row may have made fire."""
        if self.joins is not None and not self._may_hold(self.joins, row):
            return frozenset()
        return frozenset(
            rule
            for rule, conditions in self.conditions.items()
            if any(one is None or self._may_hold(one, row) for one in conditions)
        )

    def _may_hold(self, expr: Expr, row: Row) -> bool:
        match expr:
            case And(items=items):
                return all(self._may_hold(one, row) for one in items)
            case Or(items=items):
                return any(self._may_hold(one, row) for one in items)
            case Compare(comparator=comparator, left=left, right=right):
                one, other = self._value(left, row), self._value(right, row)
                if _UNKNOWN in {one, other}:
                    return True
                return one is not None and other is not None and _COMPARISONS[comparator](one, other)
            case OneOf(operand=operand, items=items):
                value, found = self._value(operand, row), [self._value(one, row) for one in items]
                return value is _UNKNOWN or _UNKNOWN in found or (value is not None and value in found)
            case IsMissing(operand=operand, negated=negated):
                value = self._value(operand, row)
                return value is _UNKNOWN or (value is None) != negated
            case _:  # a truth value, or what only a case can tell
                value = self._value(expr, row)
                return value is _UNKNOWN or value is True

    def _value(self, expr: Expr, row: Row) -> object:
        """Return a value; None where it is missing, `_UNKNOWN` where only a case can tell."""
        match expr:
            case Literal(value=value):
                return value
            case Parameter(name=name):
                return self._known.get(name, _UNKNOWN)
            case Rank(operand=operand, levels=levels):
                value = self._value(operand, row)
                return levels.index(value) if isinstance(value, str) and value in levels else value
            case Field() if (define := self._defines.get((expr.relation, expr.name))) is not None:
                return self._value(define, row)
            case Field(name=name):
                return row.values.get(name)
            case _:  # reads the case, or computes
                return _UNKNOWN


def row_rules(ruleset: Ruleset, relation: Relation) -> RowRules | None:
    """Return the rules that read the rows of a relation and that results list as fired.

    Returns:
        None where something else reads the rows too, such as an indicator: then results do not tell which cases were
        affected.
    """
    reading, read = Reading(ruleset), _rules(ruleset)
    followed = {id(one) for _, some in read.values() for one in some} | set(map(id, reading.defines.values()))
    rest = [one for one in expressions(ruleset) if id(one) not in followed and one is not relation.joins]
    families = {one.family.relation for one in ruleset.indicators if one.family is not None}
    if relation.id in families or any(True for one in rest for _ in _readers(one, relation, reading)):
        return None
    conditions: dict[str, tuple[Expr | None, ...]] = {}
    for rule, (for_each, some) in read.items():
        if for_each == relation.id:
            conditions[rule] = (some[0],)
        elif found := [node for one in some for node in _readers(one, relation, reading)]:
            conditions[rule] = tuple(
                node.where if isinstance(node, Aggregate) and node.aggregation is not Aggregation.ALL else None
                for node in found
            )
    known = {one.id: one.value for one in ruleset.parameters}
    return RowRules(conditions, relation.joins, known, reading.defines)


def _rules(ruleset: Ruleset) -> dict[str, tuple[str | None, list[Expr]]]:
    """Return the rules that results list as fired: the relation for each of whose rows one fires, and its expressions.

    The first of these is its condition.
    """
    found: dict[str, tuple[str | None, list[Expr]]] = {}
    for one in ruleset.exemptions:
        given = [value for grant in one.grants for value in grant_expressions(grant)]
        found[one.id] = one.for_each, [one.when, *given]
    for one in ruleset.weights.adjustments:
        found[one.id] = None, [one.when, *one.multiply.values(), *one.set.values()]
    for one in ruleset.points:
        found[one.id] = one.for_each, [one.when, one.amount, *(() if one.cap is None else (one.cap,)), *told(one)]
    return found


def _readers(expr: Expr, relation: Relation, reading: Reading) -> Iterator[Aggregate | Field | OneRow]:
    """Give the nodes that read rows of a relation, also in the defines that an expression names.

    Nothing is given that stands in an aggregate over them.
    """

    def reads(node: Expr) -> TypeGuard[Aggregate | Field | OneRow]:
        return isinstance(node, Aggregate | Field | OneRow) and node.relation == relation.id

    return filter(reads, reading.followed((expr,), closed=reads))
