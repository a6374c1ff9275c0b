"""Explains what an exemption granted to an indicator, and whether the grant took effect."""

from __future__ import annotations

from typing import assert_never

from steelyard.diagnostics import msg
from steelyard.explain.records import GrantStory
from steelyard.explain.terms import Text, duration_text
from steelyard.explain.words import Words
from steelyard.ir.ruleset import SCORE_DIGITS, AtLeastGrant, PauseGrant, TargetGrant, WaiveGrant
from steelyard.ir.types import Type
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Fixed
from steelyard.semantics.records import Granted, Result
from steelyard.semantics.values import Missing, Value


def grant_story(granted: Granted, result: Result, evaluation: Evaluation, words: Words) -> GrantStory:
    """Explain one grant."""
    exemption = next(e for e in evaluation.ruleset.exemptions if e.id == granted.exemption)
    row = None
    if exemption.for_each is not None and granted.row is not None:
        row = words.row(exemption.for_each, granted.row.row)
    return GrantStory(words.name(exemption.id), row, _text(granted, result, words), granted.counted)


def concerns(granted: Granted, words: Words) -> bool:
    """Whether a grant says something of the case: of windows that recur, those that took time of the clock."""
    exemption = next(e for e in words.ruleset.exemptions if e.id == granted.exemption)
    recurs = exemption.for_each is not None and words.relations[exemption.for_each].recurring is not None
    return not (recurs and isinstance(granted.grant, PauseGrant) and granted.refused is None and not granted.value)


def _text(granted: Granted, result: Result, words: Words) -> Text:
    if granted.refused is not None:
        return msg("refused: {missing} is missing", missing=words.missing(granted.refused.reasons))
    match granted.grant:
        case TargetGrant():
            return _target_text(granted, result, words)
        case PauseGrant():
            return _pause_text(granted.window, granted.value, words)
        case AtLeastGrant():
            points = Fixed(granted.value or 0, SCORE_DIGITS)
            if granted.counted:
                return msg("{points} points at least", points=points)
            return msg("{points} points at least; another exemption grants as much or more", points=points)
        case WaiveGrant():
            return msg("not scored")
        case _:
            assert_never(granted.grant)


def _pause_text(window: tuple[int, int] | None, time: int | None, words: Words) -> Text:
    if window is None or time is None:
        return msg("the clock was not running in this time")
    start, end = (words.zone.local_text(at) for at in window)
    if time == 0:
        return msg("from {start} to {end} there was no working time, so the clock lost none", start=start, end=end)
    paused = duration_text(time)
    return msg("the clock stood still for {time}, from {start} to {end}", time=paused, start=start, end=end)


def _target_text(granted: Granted, result: Result, words: Words) -> Text:
    kind = result.indicator.measure_type if result.indicator.target is None else result.indicator.target.type
    asked = _value(granted.target, kind, words) or msg("missing")
    if granted.stricter:
        return msg("a target of {target} would be stricter, so it counts as no change", target=asked)
    relaxed = words.distance(granted.value or 0, kind)
    if not granted.value:
        return msg("a target of {target} changes nothing", target=asked)
    if granted.counted:
        return msg("target relaxed by {difference} to {target}", difference=relaxed, target=asked)
    return msg(
        "a target of {target} ({difference} more) was asked for; a larger one counts",
        target=asked,
        difference=relaxed,
    )


def _value(value: Value | None, type: Type, words: Words) -> Text | None:  # noqa: A002 - the word
    return None if value is None or isinstance(value, Missing) else words.value(value, type)
