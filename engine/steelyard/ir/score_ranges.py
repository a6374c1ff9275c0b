"""The range of the scores that an indicator, and a score before its points rules, can have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import assert_never

from steelyard.ir.expressions import Expr
from steelyard.ir.indicators import (
    SCORE_DIGITS,
    AsMeasure,
    Bands,
    Clock,
    Curve,
    Indicator,
    Met,
    PointsExpression,
    Proportion,
    Steps,
)
from steelyard.ir.ranges import UNBOUNDED
from steelyard.ir.scoring import Method, Score
from steelyard.ir.types import Number, Range

_UNDECLARED = 10**14
"""Ends beyond this are those of a type, which nobody declared, and count as open."""
_FULL = 100 * 10**SCORE_DIGITS

Known = Callable[[Expr], Range]
"""Gives the range of an expression."""


def indicator_range(indicator: Indicator, known: Known, *, raised: bool) -> Range:
    """Return the range of an indicator's score, in hundredths; an end of None is open.

    `raised`: whether an exemption grants it a least score; then its clamp alone bounds it above.
    """
    found = _way_range(indicator, known)
    low, high = found.low, found.high
    if (clamp := indicator.clamp) is not None:
        low = _clamped(low, clamp.low, clamp.high, open_end=clamp.low)
        high = _clamped(high, clamp.low, clamp.high, open_end=clamp.high)
    if raised:
        high = None if clamp is None else clamp.high
    score = None if indicator.missing is None else indicator.missing.score
    if score is None:
        return Range(low, high)
    return Range(None if low is None else min(low, score), None if high is None else max(high, score))


def combined_range(score: Score, chosen: Sequence[Indicator], known: Known, raised: Collection[str]) -> Range:
    """Return the range of the base score of its indicators, any of which may be waived, in hundredths.

    Args:
        score: how it combines them, and the value that it is or starts with.
        chosen: the indicators.
        known: the ranges of expressions.
        raised: the ids of the indicators to which an exemption grants a least score.
    """
    ranges = [indicator_range(one, known, raised=one.id in raised) for one in chosen]
    lows, highs = [one.low for one in ranges], [one.high for one in ranges]
    match score.method:
        case Method.WEIGHTED_MEAN | Method.LOWEST | Method.HIGHEST:
            low = None if None in lows else min((one for one in lows if one is not None), default=None)
            high = None if None in highs else max((one for one in highs if one is not None), default=None)
        case Method.SUM:
            many = any(one.family is not None for one in chosen)
            start = Range(0, 0) if score.value is None else _hundredths(score.value, known)
            low = _sum([start.low, _sum([None if one is None else min(one, 0) for one in lows], many=many)])
            high = _sum([start.high, _sum([None if one is None else max(one, 0) for one in highs], many=many)])
        case Method.VALUE | Method.START:
            return UNBOUNDED if score.value is None else _hundredths(score.value, known)
        case _:
            assert_never(score.method)
    return Range(low, high)


def at_digits(hundredths: int, digits: int) -> int:
    """Return a score in units of its own last digit, halves rounded away from zero."""
    if digits >= SCORE_DIGITS:
        return hundredths * 10 ** (digits - SCORE_DIGITS)
    unit = 10 ** (SCORE_DIGITS - digits)
    return (-1 if hundredths < 0 else 1) * ((2 * abs(hundredths) + unit) // (2 * unit))


def _sum(ends: Sequence[int | None], *, many: bool = False) -> int | None:
    known = [one for one in ends if one is not None]
    return None if len(known) < len(ends) or (many and any(known)) else sum(known)


def _way_range(indicator: Indicator, known: Known) -> Range:
    match indicator.way:
        case Met():
            return Range(0, _FULL)
        case Proportion():  # of a measure that may be below 0
            return Range(None, _FULL)
        case Steps(floor=floor):
            return Range(_hundredths(floor, known).low, _FULL)
        case Bands(bands=bands):
            points = [band.points for band in bands]
            return Range(min(points), max(points))
        case Curve(points=corners):
            return Range(min(points for _, points in corners), max(points for _, points in corners))
        case AsMeasure():
            return UNBOUNDED if isinstance(indicator.measure, Clock) else _hundredths(indicator.measure, known)
        case PointsExpression(value=value):
            return _hundredths(value, known)
        case _:
            assert_never(indicator.way)


def _hundredths(expr: Expr, known: Known) -> Range:
    """The range of a number, its ends rounded outwards."""
    found = known(expr)
    if not isinstance(expr.type, Number):
        return UNBOUNDED
    digits = SCORE_DIGITS - expr.type.scale
    up, unit = 10 ** max(digits, 0), 10 ** max(-digits, 0)
    low = None if found.low is None else found.low * up // unit
    high = None if found.high is None else -(-found.high * up // unit)
    return Range(*(None if end is None or abs(end) > _UNDECLARED else end for end in (low, high)))


def _clamped(end: int | None, low: int | None, high: int | None, *, open_end: int | None) -> int | None:
    if end is None:
        return open_end
    end = end if low is None else max(end, low)
    return end if high is None else min(end, high)
