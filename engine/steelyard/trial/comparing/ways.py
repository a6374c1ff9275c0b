"""How points are given for a measure, in one sentence for readers."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from steelyard.diagnostics import Message, msg
from steelyard.explain.phrases import phrase
from steelyard.explain.terms import Text, decimal_text
from steelyard.explain.words import Words
from steelyard.ir.indicators import (
    AsMeasure,
    Bands,
    Curve,
    Met,
    PointsExpression,
    Proportion,
    RelativeStep,
    Steps,
    Way,
)
from steelyard.ir.ruleset import SCORE_DIGITS
from steelyard.ir.types import Type


def way_text(way: Way, measured: Type, words: Words) -> Text:
    """Say how points are given.

    Args:
        way: of an indicator.
        measured: the type of its measure.
        words: the labels of its ruleset.
    """
    match way:
        case Met():
            return msg("100 where the target is met, else 0")
        case Proportion():
            return msg("in proportion to the target")
        case Steps():
            return _steps(way, words)
        case Bands(bands=bands):
            each = tuple(
                msg("{condition}: {points} points", condition=phrase(one.test, words), points=_points(one.points))
                for one in bands
            )
            return msg("{items}", items=each)
        case Curve(points=points):
            each = tuple(
                msg("{condition}: {points} points", condition=words.value(at, measured), points=_points(found))
                for at, found in points
            )
            return msg("straight lines between {items}", items=each)
        case AsMeasure():
            return msg("the measure itself")
        case PointsExpression(value=value):
            return phrase(value, words)
        case _:
            assert_never(way)


def _steps(way: Steps, words: Words) -> Message:
    said = {"off": phrase(way.deduct, words), "step": _step(way, words), "floor": phrase(way.floor, words)}
    if way.begun_counts:
        return msg("{off} points off for each {step} beyond the target, steps begun count, at least {floor}", **said)
    return msg("{off} points off for each whole {step} beyond the target, at least {floor}", **said)


def _step(way: Steps, words: Words) -> Text:
    match way.each:
        case RelativeStep(units=units, scale=scale):
            return msg("{percent}% of the target", percent=decimal_text(Fraction(units * 100, 10**scale)))
        case expr:
            return phrase(expr, words)


def _points(hundredths: int) -> str:
    return decimal_text(Fraction(hundredths, 10**SCORE_DIGITS))
