"""Reports milestones that score better when missing than when late."""

from __future__ import annotations

from typing import assert_never

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.ir.expressions import Add, Apply, Bounded, Expr, Function, Literal, Subtract
from steelyard.ir.ruleset import (
    AsMeasure,
    Bands,
    Better,
    Clock,
    Curve,
    Indicator,
    Met,
    OnMissing,
    PointsExpression,
    Proportion,
    Steps,
)
from steelyard.ir.types import Date, DateTime, Number


def check_lateness(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report indicators of time whose missing end is waived, or scored above the worst late one."""
    for indicator in subject.ruleset.indicators:
        if indicator.missing is None or not _end_can_be_missing(subject, indicator):
            continue
        match indicator.missing.action:
            case OnMissing.REJECT:
                continue
            case OnMissing.WAIVE:
                headline = msg("`{name}` without its end is waived, while a late one loses points", name=indicator.id)
            case OnMissing.SCORE:
                least = _least(indicator)
                if least is None or (indicator.missing.score or 0) <= least:
                    continue
                headline = msg("`{name}` without its end can score better than a late one", name=indicator.id)
        diagnostics.add("L121", indicator.span, headline, help=_advice(indicator))


def _advice(indicator: Indicator) -> Message:
    if isinstance(indicator.measure, Clock):
        return msg("let the clock run on: write `until:` with a cut-off, e.g. a parameter `as_of`")
    return msg("measure it by a `clock` with `until:`, or write `missing: {{score: 0}}`")


def _end_can_be_missing(subject: Subject, indicator: Indicator) -> bool:
    """Return whether the later milestone can be missing without a replacement value."""
    measure = indicator.measure
    if isinstance(measure, Clock):
        return measure.until is None and subject.knower.missing(measure.stop)
    if indicator.better is not Better.LOWER:
        return False
    return any(subject.knower.missing(end) for end in _ends(measure))


def _ends(measure: Expr) -> list[Expr]:
    """Give the ends of a measured time: the left sides of differences of dates or instants."""
    match measure:
        case Subtract(left=left) if isinstance(left.type, Date | DateTime):
            return [left]
        case Apply(function=Function.WORKING_TIME | Function.BUSINESS_DAYS_BETWEEN, arguments=(_, end)):
            return [end]
        case Bounded(operand=operand):
            return _ends(operand)
        case Add(left=left, right=right) | Subtract(left=left, right=right):
            return _ends(left) + _ends(right)
        case _:  # no time that is measured up to something
            return []


def _least(indicator: Indicator) -> int | None:
    """Return the worst score of the way in hundredths; None where it is unknown."""
    floor = indicator.clamp.low if indicator.clamp is not None else None
    match indicator.way:
        case Met() | Proportion():
            least = 0
        case Steps(floor=Literal(value=int() as units, type=Number(scale=scale))):
            least = units * 100 // 10**scale
        case Bands(bands=bands):
            least = min(band.points for band in bands)
        case Curve(points=points):
            least = min(height for _, height in points)
        case Steps() | AsMeasure() | PointsExpression():
            return floor
        case _:
            assert_never(indicator.way)
    return least if floor is None else max(least, floor)
