"""Checks that targets and steps used as divisors are above 0 under every exemption, weights and minima not below 0.

Checked while a ruleset is lowered, and again once its parameters are bound to other values.
"""

from __future__ import annotations

from typing import assert_never

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.ir.expressions import Expr
from steelyard.ir.knowledge import Knower
from steelyard.ir.ranges import UNBOUNDED
from steelyard.ir.ruleset import (
    AsMeasure,
    Bands,
    Better,
    Curve,
    Indicator,
    Met,
    PointsExpression,
    Proportion,
    RelativeStep,
    Ruleset,
    Score,
    Steps,
    TargetGrant,
)
from steelyard.ir.types import Days, Duration, Range


def check_positive(ruleset: Ruleset, knower: Knower, diagnostics: Diagnostics) -> None:
    """Check every indicator and every grant of a ruleset."""
    by_id = {indicator.id: indicator for indicator in ruleset.indicators}
    for indicator in ruleset.indicators:
        check_indicator(indicator, knower, diagnostics)
    for score in ruleset.scores:
        check_minimum(score, knower, diagnostics)
    for exemption in ruleset.exemptions:
        for grant in exemption.grants:
            if isinstance(grant, TargetGrant):
                check_grant(by_id[grant.indicator], grant, knower, diagnostics)


def check_indicator(indicator: Indicator, knower: Knower, diagnostics: Diagnostics) -> None:
    """Check the base target, the width of an absolute step, and weights of rows."""
    if _relative(indicator) and indicator.target is not None:
        _check_target(indicator.target, UNBOUNDED, indicator.span, knower, diagnostics)
    if indicator.family is not None and indicator.weight is not None:
        _check_weight(indicator, indicator.weight, knower, diagnostics)
    match indicator.way:
        case Steps(each=each) if not isinstance(each, RelativeStep):
            low = knower.value_range(each).low
            if low is None or low <= 0:
                diagnostics.add(
                    "T112",
                    each.span or indicator.span,
                    msg("this step can be 0 or less"),
                    help=msg("write a step above 0, or give the parameter a `range` above 0"),
                )
        case Steps() | Met() | Proportion() | Bands() | Curve() | AsMeasure() | PointsExpression():
            pass
        case _:
            assert_never(indicator.way)


def _check_weight(indicator: Indicator, weight: Expr, knower: Knower, diagnostics: Diagnostics) -> None:
    """Check that no row weighs less than 0; one of weight 0 does not count."""
    low = knower.value_range(weight).low
    if low is None or low < 0:
        diagnostics.add(
            "H202",
            weight.span or indicator.span,
            msg("the weight of a row of `{name}` can be below 0", name=indicator.id),
            help=msg("declare a range from 0 on for what it reads, or take the greater of it and 0"),
        )


def check_minimum(score: Score, knower: Knower, diagnostics: Diagnostics) -> None:
    """Check that the number of indicators that a score needs is not below 0, where it is computed."""
    minimum = score.minimum_present
    if minimum is None or isinstance(minimum, int):
        return
    low = knower.value_range(minimum).low
    if low is None or low < 0:
        diagnostics.add(
            "H206",
            minimum.span or score.span,
            msg("`minimum_present` of `{name}` can be below 0", name=score.id),
            help=msg("declare a range from 0 on for what it reads, or take the greater of it and 0"),
        )


def check_grant(indicator: Indicator, grant: TargetGrant, knower: Knower, diagnostics: Diagnostics) -> None:
    """Check a granted target; where lower is better it only grows and needs no check."""
    if not _relative(indicator) or indicator.better is not Better.HIGHER or indicator.target is None:
        return
    span = grant.target.span or indicator.span
    if indicator.stack:
        diagnostics.add(
            "T112",
            span,
            msg("grants that stack can bring this target to 0 or less, and the score is relative to it"),
            help=msg("leave `combine: stack` out"),
        )
        return
    _check_target(grant.target, knower.value_range(indicator.target), span, knower, diagnostics)


def _relative(indicator: Indicator) -> bool:
    match indicator.way:
        case Proportion():
            return True
        case Steps(each=each):
            return isinstance(each, RelativeStep)
        case Met() | Bands() | Curve() | AsMeasure() | PointsExpression():
            return False
        case _:
            assert_never(indicator.way)


def _check_target(target: Expr, base: Range, span: Span | None, knower: Knower, diagnostics: Diagnostics) -> None:
    low = knower.value_range(target, base).low
    if low is None or low <= 0:
        diagnostics.add(
            "T112",
            target.span or span,
            msg("this target can be 0 or less, and the score is relative to it"),
            help=msg(
                "declare a `range` above 0 for what it reads, or write `{form}` around it", form=_at_least(target)
            ),
        )


def _at_least(target: Expr) -> str:
    """Return what keeps a target of its type above 0, `…` for the target."""
    match target.type:
        case Duration():
            return "max(…, 1h)"
        case Days():
            return "max(…, 1d)"
        case _:  # every other type has no order or is a number
            return "max(…, 1)"
