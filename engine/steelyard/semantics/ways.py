"""Ways to score: from a measure and a target to exact points (LANGUAGE.md section 7).

A score is exact, numerator over denominator, until the indicator clamps and rounds it. T is the resolved
target; the compiler has proved that T > 0 where a way divides by it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import assert_never

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import (
    SCORE_DIGITS,
    AsMeasure,
    Bands,
    Better,
    Curve,
    Indicator,
    Met,
    PointsExpression,
    Proportion,
    RelativeStep,
    Steps,
)
from steelyard.ir.types import Number
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.records import Scoring
from steelyard.semantics.values import Missing, Value, missing, union

PreparedWay = Callable[[Env, int, int], Scoring]
"""Computes a score from the environment, the measure, and the target (0 where the indicator has none)."""

Compiler = Callable[[Expr], Meaning]

_HUNDREDTHS = 10**SCORE_DIGITS


def prepare_way(indicator: Indicator, meaning: Compiler) -> PreparedWay:
    """Prepare an indicator's way to score."""
    match indicator.way:
        case Met():
            met = _met(indicator)
            return lambda _, measure, target: Scoring((100 if met(measure, target) else 0, 1), met=met(measure, target))
        case Proportion():
            return _proportion(indicator)
        case Steps() as steps:
            return _steps(indicator, steps, meaning)
        case Bands() as bands:
            return _bands(indicator, bands, meaning)
        case Curve() as curve:
            return lambda _, measure, __: _curve(curve, measure)
        case AsMeasure():
            scale = _scale(indicator.measure_type)
            return lambda _, measure, __: Scoring((measure, 10**scale))
        case PointsExpression(value):
            return _points(meaning(value), _scale(value.type))
        case _:
            assert_never(indicator.way)


def _met(indicator: Indicator) -> Callable[[int, int], bool]:
    match indicator.better:
        case Better.LOWER:
            return lambda measure, target: measure <= target
        case Better.HIGHER:
            return lambda measure, target: measure >= target
        case None:
            raise InternalError(f"`{indicator.id}` needs a direction")
        case _:
            assert_never(indicator.better)


def _proportion(indicator: Indicator) -> PreparedWay:
    met, lower = _met(indicator), indicator.better is Better.LOWER

    def score(_: Env, measure: int, target: int) -> Scoring:
        if met(measure, target):
            return Scoring((100, 1), met=True)
        _positive(target, indicator)
        return Scoring((100 * target, measure) if lower else (100 * measure, target), met=False)

    return score


def _steps(indicator: Indicator, steps: Steps, meaning: Compiler) -> PreparedWay:
    lower = indicator.better is Better.LOWER
    _met(indicator)
    deduct, floor = meaning(steps.deduct), meaning(steps.floor)
    deduct_unit, floor_unit = 10 ** _scale(steps.deduct.type), 10 ** _scale(steps.floor.type)
    relative = isinstance(steps.each, RelativeStep)
    units, scale = (steps.each.units, 10**steps.each.scale) if isinstance(steps.each, RelativeStep) else (1, 1)
    absolute = None if isinstance(steps.each, RelativeStep) else meaning(steps.each)

    def score(env: Env, measure: int, target: int) -> Scoring:
        each: Value = target if absolute is None else absolute(env)
        off: Value = deduct(env)
        least: Value = floor(env)
        if isinstance(each, Missing) or isinstance(off, Missing) or isinstance(least, Missing):
            return Scoring(None, union((each, off, least)))
        if not (isinstance(each, int) and isinstance(off, int) and isinstance(least, int)):
            raise InternalError(f"the steps of `{indicator.id}` are no numbers")
        _positive(each * units, indicator)
        beyond = max(0, measure - target if lower else target - measure)
        # u = each * units / scale, so d / u = d * scale / (each * units)
        whole, rest = divmod(beyond * scale, each * units)
        count = whole + (steps.begun_counts and rest > 0)
        exact, bottom = (100 * deduct_unit - count * off, deduct_unit), (least, floor_unit)
        better = exact if exact[0] * floor_unit >= least * deduct_unit else bottom
        return Scoring(better, beyond=beyond, steps=count, met=None if relative else beyond == 0)

    return score


def _bands(indicator: Indicator, bands: Bands, meaning: Compiler) -> PreparedWay:
    tests = tuple(meaning(band.test) for band in bands.bands)
    nothing = missing(indicator.id)

    def score(env: Env, _: int, __: int) -> Scoring:
        truths = [test(env) for test in tests]
        if True in truths:
            position = truths.index(True)
            band = bands.bands[position]
            return Scoring((band.points, _HUNDREDTHS), band=position, reason=band.reason)
        unknown = union(truths)
        return Scoring(None, unknown if unknown.reasons else nothing)

    return score


def _curve(curve: Curve, measure: int) -> Scoring:
    points = curve.points
    after = bisect_right(points, measure, key=lambda point: point[0])
    if after == 0:
        return Scoring((points[0][1], _HUNDREDTHS), segment=(0, 0))
    low, low_points = points[after - 1]
    if after == len(points) or measure == low:
        return Scoring((low_points, _HUNDREDTHS), segment=(after - 1, after - 1))
    high, high_points = points[after]
    rise = (measure - low) * (high_points - low_points)
    width = high - low
    return Scoring((low_points * width + rise, _HUNDREDTHS * width), segment=(after - 1, after))


def _points(value: Meaning, scale: int) -> PreparedWay:
    unit = 10**scale

    def score(env: Env, _: int, __: int) -> Scoring:
        points = value(env)
        return Scoring(None, points) if isinstance(points, Missing) else Scoring((points, unit))

    return score


def _positive(value: int, indicator: Indicator) -> None:
    if value <= 0:
        raise InternalError(f"`{indicator.id}` divides by a target or step that is not above 0")


def _scale(type_: object) -> int:
    if not isinstance(type_, Number):
        raise InternalError("points are no number")
    return type_.scale
