"""Explains how a scoring way computed a score, in sentences that an auditor can check by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from steelyard.diagnostics import msg
from steelyard.explain.phrases import band_text, phrase
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.terms import Text, decimal_text, duration_text, percentage_points
from steelyard.explain.tree import spoken, uncalled
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
from steelyard.ir.types import Days, Duration, Number, Type
from steelyard.semantics.outcome import Fixed
from steelyard.semantics.records import Result, Scoring
from steelyard.semantics.values import divide


def how_scored(result: Result, at: EvaluationPlace) -> tuple[Text, ...]:
    """Return the sentences that lead from measure and target to the score; empty where waived."""
    sentences: list[Text] = []
    if result.score is None:
        return ()
    scoring = result.scoring
    if scoring is not None and scoring.exact is not None:
        way_score = _rounded(scoring.exact)
        sentences.append(_way(result, scoring, way_score, at))
        clamped = _clamp(result.indicator, way_score)
        if clamped != way_score:
            points = Fixed(clamped, SCORE_DIGITS)
            sentences.append(msg("kept within the bounds of a score: {points}", points=points))
        before = clamped
    elif result.missing_score and result.indicator.missing is not None:
        before = result.indicator.missing.score or 0
        points = Fixed(before, SCORE_DIGITS)
        sentences.append(msg("something is missing, and the rule gives {points} for that", points=points))
    else:
        before = result.score
    if result.at_least is not None:
        floor = Fixed(result.at_least, SCORE_DIGITS)
        if result.score != before:
            sentences.append(msg("raised to the {points} points that an exemption grants at least", points=floor))
        else:
            sentences.append(msg("an exemption grants {points} points at least, which changes nothing", points=floor))
    return tuple(sentences)


def _rounded(exact: tuple[int, int]) -> int:
    return divide(exact[0] * 10**SCORE_DIGITS, exact[1])


def _clamp(rule: Indicator, score: int) -> int:
    if rule.clamp is None:
        return score
    score = score if rule.clamp.low is None else max(score, rule.clamp.low)
    return score if rule.clamp.high is None else min(score, rule.clamp.high)


def _way(result: Result, scoring: Scoring, score: int, at: EvaluationPlace) -> Text:
    points = str(Fixed(score, SCORE_DIGITS))
    measure = _value(result.measure, result.indicator.measure_type, at)
    match result.indicator.way:
        case Met():
            return _met(result, scoring, points, measure, at)
        case Proportion():
            return _proportion(result, scoring, points, measure, at)
        case Steps() as steps:
            return _steps(result, steps, scoring, {"measure": measure, "points": points}, at)
        case Bands(bands=bands):
            band = bands[scoring.band or 0]
            test = band_text(band.test, at.words)
            return msg("{measure} lies in the band “{band}”: {points}", measure=measure, band=test, points=points)
        case Curve() as curve:
            return _curve(result, curve, scoring, {"measure": measure, "points": points}, at)
        case AsMeasure():
            return msg("the measured value is the score: {points}", points=points)
        case PointsExpression(value=value):
            inside = phrase(uncalled(value, at.words), at.words)
            if value.formula is None:
                return msg("computed as {expression}: {points}", expression=inside, points=points)
            call = spoken(value, at)
            return msg(
                "computed as {call}, that is {expression}: {points}", call=call, expression=inside, points=points
            )
        case _:
            assert_never(result.indicator.way)


def _value(value: object, type: Type, at: EvaluationPlace) -> Text:  # noqa: A002 - the word
    return at.words.value(value, type) if isinstance(value, int | str) else msg("missing")


def _target(result: Result, at: EvaluationPlace) -> Text:
    rule = result.indicator
    return _value(result.target, rule.measure_type if rule.target is None else rule.target.type, at)


def _met(result: Result, scoring: Scoring, points: str, measure: Text, at: EvaluationPlace) -> Text:
    shown = {"measure": measure, "target": _target(result, at), "points": points}
    match scoring.met is True, result.indicator.better is Better.LOWER:
        case True, True:
            return msg("{measure} is not over the target of {target}: met, {points}", **shown)
        case True, False:
            return msg("{measure} is not under the target of {target}: met, {points}", **shown)
        case False, True:
            return msg("{measure} is over the target of {target}: not met, {points}", **shown)
        case False, False:
            return msg("{measure} is under the target of {target}: not met, {points}", **shown)


def _proportion(result: Result, scoring: Scoring, points: str, measure: Text, at: EvaluationPlace) -> Text:
    if scoring.met is True:
        return _met(result, scoring, points, measure, at)
    shown = {"measure": measure, "target": _target(result, at), "points": points}
    if result.indicator.better is Better.LOWER:
        return msg("{measure} is over the target of {target}: 100 × {target} ÷ {measure} = {points}", **shown)
    return msg("{measure} is under the target of {target}: 100 × {measure} ÷ {target} = {points}", **shown)


def _steps(result: Result, steps: Steps, scoring: Scoring, said: dict[str, Text], at: EvaluationPlace) -> Text:
    target = _target(result, at)
    lower = result.indicator.better is Better.LOWER
    if not scoring.beyond:
        shown = {**said, "target": target}
        if lower:
            return msg("{measure} is not over the target of {target}: no step, {points}", **shown)
        return msg("{measure} is not under the target of {target}: no step, {points}", **shown)
    beyond = at.words.distance(scoring.beyond, result.indicator.measure_type)
    count, off = scoring.steps or 0, at.shown(steps.deduct)
    distance = {"measure": said["measure"], "beyond": beyond, "target": target}
    over = (
        msg("{measure} is {beyond} over the target of {target}", **distance)
        if lower
        else msg("{measure} is {beyond} under the target of {target}", **distance)
    )
    steps_taken = _counted(count, begun=steps.begun_counts)
    shown = {"over": over, "steps": steps_taken, "step": _step(result, steps, at), "count": count, "off": off}
    if scoring.exact is not None and not _reaches(scoring.exact, count, steps.deduct, at):
        return msg(
            "{over}: {steps} of {step}, 100 − {count} × {off} would fall under the least score {floor}: {points}",
            floor=at.shown(steps.floor),
            points=said["points"],
            **shown,
        )
    return msg("{over}: {steps} of {step}, 100 − {count} × {off} = {points}", points=said["points"], **shown)


def _counted(count: int, *, begun: bool) -> Text:
    if count == 1:
        return msg("1 step begun") if begun else msg("1 whole step")
    return (
        msg("{count} {count:step|steps} begun", count=count)
        if begun
        else msg("{count} whole {count:step|steps}", count=count)
    )


def _reaches(exact: tuple[int, int], count: int, deduct: Expr, at: EvaluationPlace) -> bool:
    """Return whether the steps alone gave the score, so that the floor did not apply."""
    off = at.value(deduct)
    if not isinstance(off, int) or not isinstance(deduct.type, Number):
        return True
    return Fraction(*exact) == 100 - count * Fraction(off, 10**deduct.type.scale)


def _step(result: Result, steps: Steps, at: EvaluationPlace) -> Text:
    if not isinstance(steps.each, RelativeStep):
        each = at.value(steps.each)
        return at.words.distance(each, steps.each.type) if isinstance(each, int) else at.shown(steps.each)
    part = Fraction(steps.each.units, 10**steps.each.scale)
    percent = decimal_text(part * 100)
    width = _exact_part(result.target, part, result.indicator.measure_type)
    return msg("{percent}% of the target ({width})", percent=percent, width=width)


def _exact_part(target: object, part: Fraction, type: Type) -> Text:  # noqa: A002 - the word
    """Return a percentage of the target, exactly, in the target's unit."""
    width = part * (target if isinstance(target, int) else 0)
    if isinstance(type, Number):
        number = width / 10**type.scale
        return percentage_points(decimal_text(number * 100)) if type.percent else decimal_text(number)
    if width.denominator == 1 and isinstance(type, Duration):
        return duration_text(int(width))
    if isinstance(type, Days):
        return msg("{days} {days:day|days}", days=decimal_text(width))
    return (
        msg("{seconds} s", seconds=decimal_text(width / 1_000_000))
        if isinstance(type, Duration)
        else decimal_text(width)
    )


def _curve(result: Result, curve: Curve, scoring: Scoring, said: dict[str, Text], at: EvaluationPlace) -> Text:
    kind = result.indicator.measure_type
    first, second = scoring.segment or (0, 0)
    low, low_points = curve.points[first]
    high, high_points = curve.points[second]
    start, start_points = _value(low, kind, at), Fixed(low_points, SCORE_DIGITS)
    if first == second:
        if result.measure == low:
            return msg("{measure} is a point of the curve: {points}", **said)
        return msg("{measure} is beyond {start}, the end of the curve: {points}", start=start, **said)
    return msg(
        "{measure} lies on the line from {start} ({start_points}) to {end} ({end_points}): {points}",
        start=start,
        start_points=start_points,
        end=_value(high, kind, at),
        end_points=Fixed(high_points, SCORE_DIGITS),
        **said,
    )
