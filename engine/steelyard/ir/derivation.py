"""What of each case a derived relation needs, and what its values are made of (LANGUAGE.md section 9).

Every aggregate becomes sums over the cases of a group, so that engines read each case once and rows of relations by
the key of their case alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from steelyard.ir.expressions import (
    Aggregate,
    Aggregation,
    Argument,
    Comparator,
    Compare,
    Divide,
    Expr,
    Literal,
    Rounding,
)
from steelyard.ir.ruleset import CASES, Definition, Derived, Relation, Ruleset
from steelyard.ir.types import Boolean, Number, Type
from steelyard.ir.walk import rebuild


@dataclass(frozen=True, slots=True)
class Derivation:
    """A derived relation in two steps.

    Attributes:
        by: the keys, of a case.
        sums: count, sum, min, max, any or all over the cases of a group; arguments and conditions are of a case.
        written: for each sum the aggregate that it computes, as it was written; of a mean its sum and its count.
        values: of a group; `Argument(n)` is the result of sum n.
    """

    by: tuple[Definition, ...]
    sums: tuple[Aggregate, ...]
    written: tuple[Aggregate, ...]
    values: tuple[Definition, ...]


def derivation(derived: Derived) -> Derivation:
    """Split the values of a derived relation into sums over cases and what is made of them."""
    sums: dict[Aggregate, tuple[int, Aggregate]] = {}

    def of_sums(expr: Expr) -> Expr:
        if not isinstance(expr, Aggregate):
            return rebuild(expr, of_sums)
        if expr.aggregation is Aggregation.MEAN and expr.argument is not None:
            return _quotient(expr, expr.argument, of_sums)
        one = expr if expr.relation == CASES else _over_cases(expr)
        position, _ = sums.setdefault(one, (len(sums), expr))
        return Argument(position, type=one.type, span=expr.span)

    values = tuple(replace(one, value=of_sums(one.value)) for one in derived.values)
    return Derivation(derived.by, tuple(sums), tuple(written for _, written in sums.values()), values)


def derived_relations(ruleset: Ruleset) -> tuple[tuple[Relation, Derived], ...]:
    """The derived relations of a ruleset."""
    return tuple((one, one.derived) for one in ruleset.relations if one.derived is not None)


def _quotient(mean: Aggregate, argument: Expr, of_sums: Callable[[Expr], Expr]) -> Expr:
    total = replace(mean, aggregation=Aggregation.SUM, type=argument.type)
    digits = _digits(mean.type) - _digits(argument.type)
    return Divide(
        of_sums(total), of_sums(_counted(mean)), max(digits, 0), max(-digits, 0), Rounding.HALF_UP, type=mean.type
    )


def _over_cases(expr: Aggregate) -> Aggregate:
    """An aggregate over the rows of all cases of a group, as one over the cases."""
    match expr.aggregation:
        case Aggregation.ANY | Aggregation.ALL:
            return replace(expr, relation=CASES, where=expr)
        case Aggregation.MIN | Aggregation.MAX:
            some = Compare(Comparator.GT, _counted(expr), Literal(0, type=Number(0)), type=Boolean())
            return replace(expr, relation=CASES, argument=expr, where=some)
        case Aggregation.COUNT | Aggregation.SUM | Aggregation.MEAN:
            return replace(expr, aggregation=Aggregation.SUM, relation=CASES, argument=expr, where=None)


def _counted(expr: Aggregate) -> Aggregate:
    return replace(expr, aggregation=Aggregation.COUNT, argument=None, type=Number(0))


def _digits(kind: Type) -> int:
    return kind.scale if isinstance(kind, Number) else 0
