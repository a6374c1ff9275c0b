"""Ways to score: from a measure and a target to hundredths of a point (LANGUAGE.md section 7; `semantics.ways`).

Fractions stay exact until they are rounded once. NULL in measure or target gives NULL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import assert_never

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, literals
from steelyard.engines.sql.build import E
from steelyard.engines.sql.intervals import Interval, hull, point
from steelyard.engines.sql.scope import Program, Scope
from steelyard.engines.sql.value import Value, constant, rejections, union
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

_HUNDREDTHS = 10**SCORE_DIGITS


@dataclass(frozen=True, slots=True)
class Way:
    """A score in hundredths before the clamp; `reasons` are the codes of bands with a code, by condition."""

    score: Value
    reasons: tuple[tuple[E, str], ...] = ()


def score(indicator: Indicator, measure: Value, target: Value | None, program: Program, scope: Scope) -> Way:
    """Compute the score of an indicator by its way, from its measure and its resolved target."""
    inner = replace(scope, measure=measure, target=target)
    whole = constant(100 * _HUNDREDTHS)
    a = program.arithmetic
    match indicator.way:
        case Met():
            return Way(a.choose([(_met(indicator, measure, _there(target)), whole)], constant(0)))
        case Proportion():
            return Way(_proportion(indicator, measure, _there(target), program))
        case Steps() as steps:
            return Way(_steps(indicator, steps, measure, _there(target), program, inner))
        case Bands() as bands:
            return _bands(indicator, bands, program, inner)
        case Curve() as curve:
            return Way(_curve(curve, measure, program))
        case AsMeasure():
            return Way(_hundredths(measure, _scale(indicator.measure_type), program))
        case PointsExpression(value):
            return Way(_expressed(value, program, inner))
        case _:
            assert_never(indicator.way)


def _there(target: Value | None) -> Value:
    if target is None:
        raise InternalError("a way without its target")
    return target


def _met(indicator: Indicator, measure: Value, target: Value) -> E:
    return (build.at_most if indicator.better is Better.LOWER else build.at_least)(measure.sql, target.sql)


def _proportion(indicator: Indicator, measure: Value, target: Value, program: Program) -> Value:
    a, full = program.arithmetic, constant(100 * _HUNDREDTHS)
    met = _met(indicator, measure, target)
    # where the target is missed, the divisor is above 0: it is the target, or a measure above the target
    positive = Interval(max(1, target.bounds.low), max(1, target.bounds.high))
    divisor = replace(target, interval=positive)
    if indicator.better is Better.LOWER:
        larger = Interval(max(positive.low + 1, measure.bounds.low), max(positive.low + 1, measure.bounds.high))
        guarded = build.case([(build.greater(measure.sql, target.sql), measure.sql)], build.null())
        missed = a.divide(a.times(divisor, 100 * _HUNDREDTHS), replace(measure, sql=guarded, interval=larger))
        missed = replace(missed, interval=Interval(0, 100 * _HUNDREDTHS))
    else:
        beyond = Interval(min(measure.bounds.low, positive.high), min(measure.bounds.high, positive.high))
        smaller = build.case([(build.less(measure.sql, target.sql), measure.sql)], build.integer(0))
        missed = a.divide(
            a.times(replace(measure, sql=smaller, interval=hull(beyond, point(0))), 100 * _HUNDREDTHS), divisor
        )
        missed = replace(missed, interval=Interval(missed.bounds.low, 100 * _HUNDREDTHS))
    return a.narrowed(a.choose([(met, full)], replace(missed, why={}, rejects=())))


def _steps(indicator: Indicator, steps: Steps, measure: Value, target: Value, program: Program, scope: Scope) -> Value:  # noqa: PLR0917 - all of a rule
    a = program.arithmetic
    off, least = (program.value(e, scope) for e in (steps.deduct, steps.floor))
    if isinstance(steps.each, RelativeStep):
        each, scale = a.times(target, steps.each.units), 10**steps.each.scale
    else:
        each, scale = program.value(steps.each, scope), 1
    each = replace(each, interval=Interval(max(1, each.bounds.low), max(1, each.bounds.high)))
    lower = indicator.better is Better.LOWER
    difference = a.subtract(measure, target) if lower else a.subtract(target, measure)
    beyond = a.maximum([replace(difference, why={}, rejects=()), constant(0)])
    beyond = a.times(beyond, scale)
    from steelyard.ir.operators import Rounding

    rounding = Rounding.CEILING if steps.begun_counts else Rounding.FLOOR
    count = a.divide(beyond, each, rounding)
    deduct_unit, floor_unit = 10 ** _scale(steps.deduct.type), 10 ** _scale(steps.floor.type)
    lost = a.multiply(count, off)
    exact = a.subtract(constant(100 * deduct_unit), lost)
    made = a.maximum([_to_hundredths(exact, deduct_unit, program), _to_hundredths(least, floor_unit, program)])
    operands = (each, off, least)
    why = union(one.why for one in operands)
    lacking = build.disj([build.missing(one.sql) for one in operands if one.nullable])
    return replace(made, sql=build.case([(lacking, build.null())], made.sql), why=why, rejects=rejections(operands))


def _to_hundredths(units: Value, unit: int, program: Program) -> Value:
    return _rescaled(replace(units, why={}, rejects=()), unit, program)


def _rescaled(units: Value, unit: int, program: Program) -> Value:
    a = program.arithmetic
    if _HUNDREDTHS % unit == 0:
        return a.times(units, _HUNDREDTHS // unit)
    return a.divide(a.times(units, _HUNDREDTHS), constant(unit))


def _bands(indicator: Indicator, bands: Bands, program: Program, scope: Scope) -> Way:
    a = program.arithmetic
    tests = [program.value(band.test, scope) for band in bands.bands]
    holds = [one.sql if not one.nullable else build.true(one.sql) for one in tests]
    nothing = Value(literals.typed_null(Number(SCORE_DIGITS), program), None)
    points = [constant(band.points) for band in bands.bands]
    made = a.choose(list(zip(holds, points, strict=True)), replace(nothing, interval=points[0].bounds))
    sql = scope.frame.put(f"{indicator.id}__points", program.dialect.cast_narrow(made.sql))
    none = build.missing(sql)
    unknown = {name: build.conj((none, one)) for name, one in union(test.why for test in tests).items()}
    silent = build.conj((none, *(build.not_(one) for one in unknown.values())))
    why = union((unknown, {indicator.id: silent}))
    before: list[E] = []
    reasons: list[tuple[E, str]] = []
    for band, holding in zip(bands.bands, holds, strict=True):
        if band.reason is not None:
            reasons.append((build.conj((*(build.not_(one) for one in before), holding)), band.reason))
        before.append(holding)
    return Way(Value(sql, hull(*(one.bounds for one in points)), why=why, rejects=rejections(tests)), tuple(reasons))


def _curve(curve: Curve, measure: Value, program: Program) -> Value:
    a = program.arithmetic
    points = curve.points
    bare = replace(measure, why={}, rejects=())
    whens: list[tuple[E, Value]] = [(build.at_most(measure.sql, a.literal(points[0][0]).sql), constant(points[0][1]))]
    for (low, low_points), (high, high_points) in pairwise(points):
        within = Interval(max(low, bare.bounds.low), min(high, bare.bounds.high))
        inside = replace(bare, interval=within if within.low <= within.high else point(low))
        rise = a.times(a.subtract(inside, a.literal(low)), high_points - low_points)
        exact = a.add(a.literal(low_points * (high - low)), rise)
        whens.append((build.at_most(measure.sql, a.literal(high).sql), a.divide(exact, a.literal(high - low))))
    made = a.choose(whens, constant(points[-1][1]))
    return a.narrowed(made)


def _expressed(value: Expr, program: Program, scope: Scope) -> Value:
    return _hundredths(program.value(value, scope), _scale(value.type), program)


def _hundredths(units: Value, scale: int, program: Program) -> Value:
    return _rescaled(units, 10**scale, program)


def _scale(type_: object) -> int:
    if not isinstance(type_, Number):
        raise InternalError("points are no number")
    return type_.scale
