"""Collects the timeline of a case: its milestones, its clocks against their targets, the events that concern it."""

from __future__ import annotations

from steelyard.calendars import Calendar
from steelyard.explain.phrases import bare
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import Bar, EventWindow, Milestone
from steelyard.explain.recurring import in_time_of_case
from steelyard.explain.words import Words
from steelyard.ir.expressions import Input, Subtract
from steelyard.ir.ruleset import Better, Clock, Relation
from steelyard.ir.types import DateTime, Duration, Text
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.records import Result
from steelyard.semantics.values import Missing

_MOST_OFF = 120
"""More windows outside working hours than this are not drawn: each would be thinner than a line."""


def milestones(evaluation: Evaluation, words: Words) -> tuple[Milestone, ...]:
    """Return the inputs that are instants and have a value, in time order."""
    found = [
        Milestone(words.name(field.id), value)
        for field in evaluation.ruleset.inputs
        if isinstance(field.type, DateTime) and isinstance(value := evaluation.case.values.get(field.id), int)
    ]
    return tuple(sorted(found, key=lambda milestone: milestone.at))


def bars(evaluation: Evaluation, words: Words) -> tuple[Bar, ...]:
    """Return the time span of every indicator that measures one, from a clock or as a difference of two inputs."""
    found: list[Bar] = []
    for result in evaluation.results:
        span = _span(result, evaluation, words)
        if span is None:
            continue
        start, end = span
        timing = result.timing
        paused = 0 if timing is None else timing.paused
        time = result.measure if isinstance(result.measure, int) else end - start - paused
        limit = _length(result, result.target)
        base = _length(result, result.base_target)
        pauses = {g.window for g in result.grants if g.window is not None and g.counted and g.value}
        found.append(
            Bar(
                name=words.name(result.indicator.id),
                start=start,
                end=end,
                still_running=timing is not None and timing.still_running,
                time=time,
                spare=None if limit is None else limit - time,
                due=None if limit is None else _reached(result, start, limit + paused),
                base_due=None if base is None else _reached(result, start, base),
                pauses=tuple(sorted(pauses)),
                off=() if timing is None or timing.calendar is None else _off(timing.calendar, start, end),
            )
        )
    return tuple(found)


def _off(calendar: Calendar, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return the windows of [start, end) outside working hours; none where they are more than a drawing can hold."""
    windows: list[tuple[int, int]] = []
    until = start
    for low, high in calendar.stretches(start, end):
        if until < low:
            windows.append((until, low))
        until = high
        if len(windows) > _MOST_OFF:
            return ()
    return tuple([*windows, (until, end)] if until < end else windows)


def _reached(result: Result, start: int, time: int) -> int | None:
    """Return the instant at which the clock has run for `time` microseconds; None where its calendar ends earlier."""
    calendar = None if result.timing is None else result.timing.calendar
    return start + time if calendar is None else calendar.reached(start, time)


def _span(result: Result, evaluation: Evaluation, words: Words) -> tuple[int, int] | None:
    if result.timing is not None:
        start, end = result.timing.start, result.timing.end
        return None if start is None or end is None else (start, end)
    measure = result.indicator.measure
    match measure if isinstance(measure, Clock) else bare(measure):
        case Clock():
            return None
        case Subtract(left=Input() as end_expr, right=Input() as start_expr) if isinstance(end_expr.type, DateTime):
            at = EvaluationPlace(evaluation, words)
            start, end = at.value(start_expr), at.value(end_expr)
            if isinstance(start, int) and isinstance(end, int) and start <= end:
                return start, end
            return None
        case _:  # any other measure: not a difference of two inputs that are instants
            return None


def _length(result: Result, target: object) -> int | None:
    """Return a target as microseconds from the start; None where the target is not an upper limit on a duration."""
    rule = result.indicator
    if rule.better is not Better.LOWER or not isinstance(rule.measure_type, Duration):
        return None
    return target if isinstance(target, int) else None


def windows(evaluation: Evaluation, words: Words) -> tuple[EventWindow, ...]:
    """Return the rows with a time window that belong to the case, in time order."""
    found: list[EventWindow] = []
    for relation in evaluation.ruleset.relations:
        names = _window_of(relation)
        if names is None:
            continue
        for bound in EvaluationPlace(evaluation, words).members(relation.id):
            start, end = bound.values.get(names[0]), bound.values.get(names[1])
            if not isinstance(start, int) or isinstance(bound.member, Missing):
                continue
            if not in_time_of_case(relation, bound, evaluation):
                continue
            level = _level(relation, bound.values.get("level"))
            row = words.row(relation.id, bound.row)
            ended = end if isinstance(end, int) else None
            found.append(EventWindow(row, start, ended, level, len(relation.levels)))
    return tuple(sorted(found, key=lambda window: (window.start, window.row.id)))


def _window_of(relation: Relation) -> tuple[str, str] | None:
    if relation.window is not None:
        return relation.window.start, relation.window.end
    return ("starts", "ends") if relation.feed is not None else None


def _level(relation: Relation, level: object) -> int | None:
    kinds = {field.id: field.type for field in relation.fields}
    ordered = isinstance(kinds.get("level"), Text)
    return relation.levels.index(level) if ordered and isinstance(level, str) and level in relation.levels else None
