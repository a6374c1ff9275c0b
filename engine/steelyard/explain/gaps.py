"""Measures how far a comparison, an interval test or a function was from being true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard, assert_never

from steelyard.diagnostics import InternalError, msg
from steelyard.explain.phrases import SIGNS, bare, interval, phrase
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.terms import Text, TypedValue
from steelyard.ir.expressions import (
    Apply,
    Comparator,
    Compare,
    Expr,
    Function,
    Literal,
    OpenEnd,
    Parameter,
    Rank,
    Within,
)
from steelyard.ir.levels import named
from steelyard.semantics.values import Missing

FAR = 1 << 80
"""Stands for a distance that cannot be measured; larger than any measured one."""

_MIRRORED = {
    Comparator.EQ: Comparator.EQ,
    Comparator.NE: Comparator.NE,
    Comparator.LT: Comparator.GT,
    Comparator.LE: Comparator.GE,
    Comparator.GT: Comparator.LT,
    Comparator.GE: Comparator.LE,
}


@dataclass(frozen=True, slots=True)
class Miss:
    """An atom that was not true.

    Attributes:
        text: what the atom says, and how far it was from true.
        size: the distance in stored units, used only to find the nearest of several rows.
        distance: the same as a value for programs, where it is a quantity; for ordered text the number of levels.
        atoms: how many atoms failed together, where it speaks of a row.
    """

    text: Text
    size: int = FAR
    distance: TypedValue | None = None
    atoms: int = 1


def compared(expr: Compare, at: EvaluationPlace) -> Miss:
    """Explain why a comparison is false."""
    comparator, left, right = expr.comparator, expr.left, expr.right
    if isinstance(bare(left), Literal | Parameter) and not isinstance(bare(right), Literal | Parameter):
        comparator, left, right = _MIRRORED[comparator], right, left
    what, value, bound = phrase(left, at.words), _shown(left, at), _bound(named(right, left), at)
    low, high = at.value(left), at.value(right)
    size = abs(high - low) if _is_count(low) and _is_count(high) else FAR
    if comparator is Comparator.EQ:
        gap = None if size == FAR else _gap(size, left, at)
        return Miss(msg("{what} is {value}, not {bound}", what=what, value=value, bound=bound), size, gap)
    if comparator is Comparator.NE:
        return Miss(msg("{what} is {value}, and must be another", what=what, value=value))
    wanted = {"what": what, "value": value, "bound": bound}
    if size == 0:
        if comparator is Comparator.GT:
            return Miss(msg("{what} is {value}, exactly {bound}, but must be above it", **wanted), 0, _gap(0, left, at))
        return Miss(msg("{what} is {value}, exactly {bound}, but must be below it", **wanted), 0, _gap(0, left, at))
    below = comparator in {Comparator.GT, Comparator.GE}
    gap = _gap(size, left, at)
    if isinstance(left, Rank) or isinstance(right, Rank):
        return Miss(_ranks(size, below=below, wanted=wanted), size, gap)
    sign = SIGNS[comparator]
    if below:
        return Miss(msg("{what} is {value}, {gap} short of {sign} {bound}", gap=gap, sign=sign, **wanted), size, gap)
    return Miss(msg("{what} is {value}, {gap} too much for {sign} {bound}", gap=gap, sign=sign, **wanted), size, gap)


def _ranks(count: int, *, below: bool, wanted: dict[str, Text]) -> Text:
    if below and count == 1:
        return msg("{what} is {value}, one level below {bound}", **wanted)
    if below:
        return msg("{what} is {value}, {count} {count:level|levels} below {bound}", count=count, **wanted)
    if count == 1:
        return msg("{what} is {value}, one level above {bound}", **wanted)
    return msg("{what} is {value}, {count} {count:level|levels} above {bound}", count=count, **wanted)


def within_missed(expr: Within, at: EvaluationPlace) -> Miss:
    """Explain why a value is not in an interval."""
    value = at.value(expr.operand)
    shown = {
        "what": phrase(expr.operand, at.words),
        "value": _shown(expr.operand, at),
        "interval": interval(expr, at.words),
    }
    for end, sign in ((expr.low, 1), (expr.high, -1)):
        limit = None if end is None else at.value(end)
        if _is_count(value) and _is_count(limit) and (limit - value) * sign > 0:
            size = abs(limit - value)
            gap = _gap(size, expr.operand, at)
            if sign > 0:
                return Miss(msg("{what} is {value}, {gap} below {interval}", gap=gap, **shown), size, gap)
            return Miss(msg("{what} is {value}, {gap} above {interval}", gap=gap, **shown), size, gap)
    return Miss(msg("{what} is {value}, on the open end of {interval}", **shown), 0, _gap(0, expr.operand, at))


def function_missed(expr: Apply, at: EvaluationPlace) -> Miss:
    """Explain why covers, overlaps or starts_with is false."""
    match expr.function:
        case Function.OVERLAPS:
            start, end, other_start, other_end = expr.arguments
            return _apart((start, end), (other_start, other_end), at)
        case Function.COVERS:
            areas, place = expr.arguments
            return Miss(msg("{place} does not lie in {areas}", place=at.shown(place), areas=at.shown(areas)))
        case Function.STARTS_WITH:
            what, prefix = expr.arguments
            shown = {"what": phrase(what, at.words), "value": at.shown(what), "prefix": at.shown(prefix)}
            return Miss(msg("{what} is {value}, which does not start with {prefix}", **shown))
        case Function.ENDS_WITH:
            what, suffix = expr.arguments
            shown = {"what": phrase(what, at.words), "value": at.shown(what), "suffix": at.shown(suffix)}
            return Miss(msg("{what} is {value}, which does not end with {suffix}", **shown))
        case Function.CONTAINS:
            what, part = expr.arguments
            shown = {"what": phrase(what, at.words), "value": at.shown(what), "part": at.shown(part)}
            return Miss(msg("{what} is {value}, which does not contain {part}", **shown))
        case Function.MIN | Function.MAX | Function.ABS | Function.CLAMP | Function.DAYS | Function.OVERLAP_TIME:
            raise InternalError(f"no condition: {expr}")
        case Function.DATE | Function.DATE_OF | Function.YEAR | Function.MONTH | Function.YEAR_MONTH:
            raise InternalError(f"no condition: {expr}")
        case Function.ADD_MONTHS | Function.MONTHS_BETWEEN | Function.END_OF_MONTH:
            raise InternalError(f"no condition: {expr}")
        case Function.LENGTH | Function.TRIM | Function.CONCAT:
            raise InternalError(f"no condition: {expr}")
        case Function.WORKING_TIME | Function.ADD_BUSINESS_DAYS | Function.BUSINESS_DAYS_BETWEEN:
            raise InternalError(f"no condition: {expr}")
        case _:
            assert_never(expr.function)


def _apart(window: tuple[Expr, Expr], other: tuple[Expr, Expr], at: EvaluationPlace) -> Miss:
    """Explain why two half-open windows do not overlap, with the time between them."""
    start, end, other_start, other_end = (at.value(expr) for expr in (*window, *other))
    if not (_is_count(start) and _is_count(end) and _is_count(other_start) and _is_count(other_end)):
        return Miss(msg("the two times do not overlap"))
    if end <= other_start:
        size, moment = other_start - end, _shown(other[0], at)
        gap = _gap(size, bare(window[0]), at)
        if size == 0:
            return Miss(msg("it ended exactly at {moment}, so the two times only touch", moment=moment), 0, gap)
        return Miss(msg("it ended {gap} before {moment}", gap=gap, moment=moment), size, gap)
    if start >= other_end:
        size, moment = start - other_end, _shown(other[1], at)
        gap = _gap(size, bare(window[0]), at)
        if size == 0:
            return Miss(msg("it began exactly at {moment}, so the two times only touch", moment=moment), 0, gap)
        return Miss(msg("it began {gap} after {moment}", gap=gap, moment=moment), size, gap)
    return Miss(msg("one of the two times is empty"), 0)


def _gap(size: int, expr: Expr, at: EvaluationPlace) -> TypedValue:
    """Convert a distance to a value of the type that differences of `expr` have (both sides share type and scale)."""
    return at.words.distance(size, expr.type)


def _shown(expr: Expr, at: EvaluationPlace) -> Text:
    """Show the value as it was given, before the compiler rescaled it."""
    if isinstance(expr, OpenEnd) and isinstance(at.value(expr.operand), Missing):
        return msg("not ended yet")
    return at.shown(bare(expr))


def _bound(expr: Expr, at: EvaluationPlace) -> Text:
    """Show what a value is compared with: a literal by its value, anything else by its name and value."""
    plain = bare(expr)
    if isinstance(plain, Literal):
        return _shown(expr, at)
    return msg("{name} ({value})", name=phrase(plain, at.words), value=_shown(expr, at))


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
