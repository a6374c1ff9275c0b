"""Explains each indicator: its measure and target, the exemptions that changed it, and how its score was computed."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from steelyard.diagnostics import InternalError, msg
from steelyard.explain.distance import joined, why_not
from steelyard.explain.grants import concerns, grant_story
from steelyard.explain.hours import hours_counted
from steelyard.explain.naming import result_name
from steelyard.explain.phrases import phrase
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import ClockStory, IndicatorStory, Node, ShareStory
from steelyard.explain.terms import Text
from steelyard.explain.tree import grow, worked
from steelyard.explain.ways import how_scored
from steelyard.explain.words import Words
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import (
    LEDGER_DIGITS,
    SCORE_DIGITS,
    AtLeastGrant,
    ChosenCalendar,
    Clock,
    Indicator,
    PauseGrant,
    PointsExpression,
    TargetGrant,
    WaiveGrant,
)
from steelyard.ir.types import DateTime, Duration, Type
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Fixed
from steelyard.semantics.records import Granted, Result
from steelyard.semantics.values import Missing, Value


def indicator_stories(evaluation: Evaluation, words: Words) -> tuple[IndicatorStory, ...]:
    """Explain every indicator that was evaluated; a family gives one story per row."""
    return tuple(_story(result, evaluation, words) for result in evaluation.results)


def _story(result: Result, evaluation: Evaluation, words: Words) -> IndicatorStory:
    rule = result.indicator
    family = rule.family
    at = EvaluationPlace(evaluation, words, result=result)
    if family is not None and result.row is not None:
        at = at.within(family.relation, result.row)
    row = None if family is None or result.row is None else words.row(family.relation, result.row.row)
    target_type = rule.measure_type if rule.target is None else rule.target.type
    return IndicatorStory(
        name=result_name(result, at),
        group=None if rule.group is None else words.name(rule.group),
        clause=words.clause(rule.source),
        row=row,
        row_id=result.row_id,
        measured_by=_measured_by(rule, at),
        measure=_value(result.measure, rule.measure_type, words),
        base_target=_value(result.base_target, target_type, words),
        target=_value(result.target, target_type, words),
        clock=_clock(result, words),
        grants=tuple(
            grant_story(granted, result, evaluation, words) for granted in result.grants if concerns(granted, words)
        ),
        how=how_scored(result, at),
        score=None if result.score is None else Fixed(result.score, SCORE_DIGITS),
        baseline=Fixed(rule.baseline, SCORE_DIGITS),
        waived=_waived(result, at),
        only_if=None if rule.only_if is None else grow(rule.only_if, at),
        shares=_shares(result, evaluation, words),
        reason=result.reason,
        working=_working(result, at),
    )


def _working(result: Result, at: EvaluationPlace) -> tuple[Node, ...]:
    """Take apart what was computed: the measure or the clock's times, the target, grants, the points."""
    rule, words = result.indicator, at.words
    parts: list[tuple[Text, Expr, EvaluationPlace]] = []
    if isinstance(rule.measure, Clock):
        ends = (msg("start of the clock"), rule.measure.start), (msg("end of the clock"), rule.measure.stop)
        parts += [(name, expr, at) for name, expr in ends]
        if rule.measure.until is not None and (result.timing is None or result.timing.still_running):
            parts.append((msg("end of the clock where it is still running"), rule.measure.until, at))
        if isinstance(rule.measure.calendar, ChosenCalendar):
            parts.append((msg("what chooses the calendar"), rule.measure.calendar.by, at))
    else:
        parts.append((msg("measured value"), rule.measure, at))
    if rule.target is not None:
        parts.append((msg("target"), rule.target, at))
    before = replace(at, result=replace(result, target=result.base_target))
    for granted in result.grants:
        exemption = words.name(granted.exemption)
        there = before if granted.row is None else before.within(_relation(granted, at), granted.row)
        match granted.grant:
            case TargetGrant(target=target):
                parts.append((msg("target by {exemption}", exemption=exemption), target, there))
            case AtLeastGrant(points=points):
                parts.append((msg("points at least by {exemption}", exemption=exemption), points, there))
            case PauseGrant() | WaiveGrant():
                pass
            case _:
                assert_never(granted.grant)
    if isinstance(rule.way, PointsExpression) and result.score is not None:
        parts.append((msg("points"), rule.way.value, at))
    if isinstance(rule.reason, Expr) and result.reason is not None and not _banded(result):
        parts.append((msg("reason code"), rule.reason, at))
    return tuple(node for name, expr, there in parts for node in worked(name, expr, there))


def _banded(result: Result) -> bool:
    """Whether the reason code is that of the band."""
    return result.scoring is not None and result.scoring.reason is not None


def _relation(granted: Granted, at: EvaluationPlace) -> str:
    """The relation of a grant's row."""
    exemption = next(one for one in at.evaluation.ruleset.exemptions if one.id == granted.exemption)
    if exemption.for_each is None:
        raise InternalError(f"{exemption.id} has a row and no relation")
    return exemption.for_each


def _measured_by(rule: Indicator, at: EvaluationPlace) -> Text:
    words = at.words
    if not isinstance(rule.measure, Clock):
        return phrase(rule.measure, words)
    start, stop = phrase(rule.measure.start, words), phrase(rule.measure.stop, words)
    if rule.measure.until is None:
        time = msg("time from {start} to {stop}", start=start, stop=stop)
    else:
        until = phrase(rule.measure.until, words)
        time = msg("time from {start} to {stop}, else to {until}", start=start, stop=stop, until=until)
    match rule.measure.calendar:
        case None:
            return time
        case str() as name:
            return msg("{time}, working time only ({calendar})", time=time, calendar=words.calendar(name))
        case ChosenCalendar() as choice:
            return msg("{time}, working time only ({calendar})", time=time, calendar=_chosen(choice, at))


def _chosen(choice: ChosenCalendar, at: EvaluationPlace) -> Text:
    """Name the calendar that was chosen, and what chose it."""
    by, place = phrase(choice.by, at.words), at.value(choice.number)
    if not isinstance(place, int):
        return msg("no calendar is chosen, since {by} is missing", by=by)
    calendar = at.words.calendar(choice.calendars[place])
    return msg("{calendar}, chosen by {by}: {value}", calendar=calendar, by=by, value=at.shown(choice.by))


def _value(value: Value | None, type: Type, words: Words) -> Text | None:  # noqa: A002 - the word
    return None if value is None or isinstance(value, Missing) else words.value(value, type)


def _clock(result: Result, words: Words) -> ClockStory | None:
    timing = result.timing
    if timing is None:
        return None
    return ClockStory(
        start=None if timing.start is None else words.value(timing.start, DateTime()),
        end=None if timing.end is None else words.value(timing.end, DateTime()),
        still_running=timing.still_running,
        paused=words.value(timing.paused, Duration()) if timing.paused else None,
        hours=hours_counted(timing),
    )


def _waived(result: Result, at: EvaluationPlace) -> Text | None:
    """Say why an indicator is waived: the reason given by its rule, with labels in place of ids."""
    if result.waived is None:
        return None
    words = at.words
    rule = result.indicator
    if rule.family is not None and rule.weight is not None and at.value(rule.weight) == 0:
        return msg("not counted: its weight is 0")
    if result.only_if is False:
        return _not_applicable(result, at)
    if isinstance(result.only_if, Missing):
        lacking = words.missing(result.only_if.reasons)
        return msg("unknown whether it applies: {missing} is missing", missing=lacking)
    waiver = next((granted for granted in result.grants if isinstance(granted.grant, WaiveGrant)), None)
    if waiver is not None:
        return msg("waived by the exemption “{exemption}”", exemption=words.name(waiver.exemption))
    reasons = frozenset[str]().union(
        *(value.reasons for value in (result.measure, result.target) if isinstance(value, Missing))
    )
    if result.scoring is not None and result.scoring.missing is not None:
        reasons |= result.scoring.missing.reasons
    return msg("waived, because {missing} is missing", missing=words.missing(reasons))


def _not_applicable(result: Result, at: EvaluationPlace) -> Text:
    """List what kept `only_if` from holding, with distances; empty for a row that its family does not include."""
    condition = result.indicator.only_if
    misses = () if condition is None else why_not(condition, at)
    if not misses:
        return msg("not applicable: its condition does not hold")
    return msg("not applicable: {why}", why=joined(misses))


def _shares(result: Result, evaluation: Evaluation, words: Words) -> tuple[ShareStory, ...]:
    return tuple(
        ShareStory(words.score(scored.id), share, scored.denominator, Fixed(lost, LEDGER_DIGITS))
        for scored in evaluation.scores
        if scored.denominator is not None
        for who, share, lost in scored.contributions
        if who is result
    )
