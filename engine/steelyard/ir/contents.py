"""Every expression of a ruleset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import (
    AsMeasure,
    AtLeastGrant,
    Bands,
    Clock,
    Curve,
    Grant,
    Indicator,
    Met,
    PauseGrant,
    PointsExpression,
    PointsRule,
    Proportion,
    RelativeStep,
    Ruleset,
    Steps,
    TargetGrant,
    WaiveGrant,
    Way,
)


def expressions(ruleset: Ruleset) -> Iterator[Expr]:
    """Every expression that a case can meet, weights and limits too; not the cells of tables."""
    for relation in ruleset.relations:
        yield from (define.value for define in relation.defines)
        yield from _there(relation.joins)
        if relation.derived is not None:
            yield from (one.value for one in (*relation.derived.by, *relation.derived.values))
    yield from (define.value for define in ruleset.defines)
    for indicator in ruleset.indicators:
        measure = indicator.measure
        yield from measure.expressions() if isinstance(measure, Clock) else (measure,)
        yield from _there(indicator.only_if, indicator.target, indicator.weight)
        yield from way_expressions(indicator.way)
        yield from told(indicator)
    for exemption in ruleset.exemptions:
        yield exemption.when
        yield from (value for grant in exemption.grants for value in grant_expressions(grant))
    for adjustment in ruleset.weights.adjustments:
        yield from (adjustment.when, *adjustment.multiply.values(), *adjustment.set.values())
    for limit in ruleset.weights.limits:
        yield from _there(limit.at_least, limit.at_most)
    yield from _there(ruleset.weights.total)
    for score in ruleset.scores:
        computed = () if isinstance(score.minimum_present, int) else (score.minimum_present,)
        yield from _there(score.value, *(score.only_if or {}).values(), *computed)
    yield from (rule.when for rule in ruleset.unscored)
    for rule in ruleset.points:
        yield from _there(rule.when, rule.amount, rule.cap)
        yield from told(rule)
    yield from (output.value for output in ruleset.outputs)


def told(rule: Indicator | PointsRule) -> Iterator[Expr]:
    """Give the expressions of a reason code and of a name for readers."""
    yield from _there(rule.reason if isinstance(rule.reason, Expr) else None, rule.naming)


def way_expressions(way: Way) -> Iterator[Expr]:
    """Give the expressions of a way to score."""
    match way:
        case Steps(each=each, deduct=deduct, floor=floor):
            yield from (deduct, floor)
            if not isinstance(each, RelativeStep):
                yield each
        case Bands(bands=bands):
            yield from (band.test for band in bands)
        case PointsExpression(value=value):
            yield value
        case Met() | Proportion() | Curve() | AsMeasure():
            pass
        case _:
            assert_never(way)


def grant_expressions(grant: Grant) -> Iterator[Expr]:
    """Give the expressions of a grant."""
    match grant:
        case TargetGrant(target=value) | AtLeastGrant(points=value):
            yield value
        case PauseGrant() | WaiveGrant():
            pass
        case _:
            assert_never(grant)


def _there(*found: Expr | None) -> Iterator[Expr]:
    return (expr for expr in found if expr is not None)
