"""Computes ranges of values by interval arithmetic on stored integers, for proofs (LANGUAGE.md section 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from steelyard.ir.expressions import (
    Add,
    Aggregate,
    Aggregation,
    And,
    Apply,
    Argument,
    Bounded,
    Coalesce,
    Compare,
    Define,
    Divide,
    Expr,
    Field,
    Function,
    If,
    IndicatorPart,
    Input,
    IsMissing,
    Literal,
    Multiply,
    Negate,
    Not,
    OneOf,
    OneRow,
    OpenEnd,
    Or,
    OwnMeasure,
    OwnTarget,
    Parameter,
    Rank,
    Scale,
    ScoreValue,
    Subtract,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.types import DAYS_OF_YEARS, Number, Range, Type, default_range

UNBOUNDED = Range(None, None)
Leaf = Input | Parameter | Define | Field | OneRow | TableCall | TableAggregate
"""What has a range by a declaration."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known about leaves of expressions.

    Attributes:
        leaf: the range of an input, parameter, field; of a define's and a table's results; of an aggregate over the
            list of a table's hits, but for its mean.
        rows: the range of the number of rows of a relation that belong to a case; an end of None is open.
        target, measure: of the indicator's own, where read.
    """

    leaf: Callable[[Leaf], Range | None]
    rows: Callable[[str], Range]
    target: Range = UNBOUNDED
    measure: Range = UNBOUNDED


LARGEST = 2**127
"""Ends beyond this magnitude become open: no SQL engine can hold such numbers, and products of them grow."""


def range_of(expr: Expr, known: Bounds) -> Range:
    """Return a range that contains every value of the expression that is not missing; its ends are within `LARGEST`."""
    found = _range_of(expr, known)
    low, high = found.low, found.high
    if low is not None:
        low = None if low < -LARGEST else min(low, LARGEST)
    if high is not None:
        high = None if high > LARGEST else max(high, -LARGEST)
    return Range(low, high)


def _range_of(expr: Expr, known: Bounds) -> Range:
    match expr:
        case Literal(value=bool()):
            return UNBOUNDED
        case Literal(value=int() as value):
            return Range(value, value)
        case Literal():
            return UNBOUNDED
        case Input() | Parameter() | Define() | Field() | OneRow() | TableCall():
            return known.leaf(expr) or _by_type(expr.type)
        case Bounded(operand=operand, range=declared):
            return within(range_of(operand, known), declared)
        case OwnTarget() | OwnMeasure():
            return known.target if isinstance(expr, OwnTarget) else known.measure
        case If(yes=yes, no=no):
            return hull((range_of(yes, known), range_of(no, known)))
        case Coalesce(items=items):
            return hull(tuple(range_of(item, known) for item in items if not _is_missing(item)))
        case Apply(function=function, arguments=arguments):
            return _function(function, tuple(range_of(a, known) for a in arguments))
        case Aggregate():
            return _aggregate(expr, known)
        case TableAggregate():
            return _of_list(expr, known)
        case Negate() | Scale() | Add() | Subtract() | Multiply() | Divide():
            return _arithmetic(expr, known)
        case IndicatorPart() | ScoreValue() | Argument() | Rank() | OpenEnd():
            return UNBOUNDED
        case Compare() | Within() | OneOf() | And() | Or() | Not() | IsMissing():
            return UNBOUNDED
        case _:
            assert_never(expr)


def _arithmetic(expr: Negate | Scale | Add | Subtract | Multiply | Divide, known: Bounds) -> Range:
    match expr:
        case Negate(operand=operand):
            inner = range_of(operand, known)
            return Range(_minus(inner.high), _minus(inner.low))
        case Scale(operand=operand, digits=digits):
            inner = range_of(operand, known)
            return Range(_times(inner.low, 10**digits), _times(inner.high, 10**digits))
        case Add(left=left, right=right):
            one, other = range_of(left, known), range_of(right, known)
            return Range(_plus(one.low, other.low), _plus(one.high, other.high))
        case Subtract(left=left, right=right):
            one, other = range_of(left, known), range_of(right, known)
            return Range(_plus(one.low, _minus(other.high)), _plus(one.high, _minus(other.low)))
        case Multiply(left=left, right=right):
            return _product(range_of(left, known), range_of(right, known))
        case Divide():
            return _quotient(expr, known)
        case _:
            assert_never(expr)


def _is_missing(expr: Expr) -> bool:
    return isinstance(expr, Literal) and expr.value is None


def _aggregate(expr: Aggregate, known: Bounds) -> Range:
    inner = UNBOUNDED if expr.argument is None else range_of(expr.argument, known)
    rows = known.rows(expr.relation)
    counted = Range(0 if rows.low is None or expr.where is not None else rows.low, rows.high)
    match expr.aggregation:
        case Aggregation.COUNT:
            return counted
        case Aggregation.SUM:
            return Range(_total(inner.low, counted), _minus(_total(_minus(inner.high), counted)))
        case Aggregation.MIN | Aggregation.MAX:
            return inner
        case Aggregation.MEAN:
            return UNBOUNDED if expr.argument is None else _mean(inner, expr.argument.type, expr.type)
        case Aggregation.ANY | Aggregation.ALL:
            return UNBOUNDED
        case _:
            assert_never(expr.aggregation)


def _total(least: int | None, counted: Range) -> int | None:
    """The least sum of so many values that are not below the least one."""
    times = counted.low if least is not None and least >= 0 else counted.high
    return None if least is None or times is None else least * times


def _of_list(expr: TableAggregate, known: Bounds) -> Range:
    if expr.aggregation is Aggregation.MEAN:
        return _mean(known.leaf(expr.call) or UNBOUNDED, expr.call.type, expr.type)
    return known.leaf(expr) or UNBOUNDED


def _mean(inner: Range, of: Type, kind: Type) -> Range:
    """The range of a mean, which is rounded to the scale of its type."""
    digits = (kind.scale if isinstance(kind, Number) else 0) - (of.scale if isinstance(of, Number) else 0)
    up, unit = 10 ** max(digits, 0), 10 ** max(-digits, 0)
    low = None if inner.low is None else inner.low * up // unit
    return Range(low, None if inner.high is None else -(-inner.high * up // unit))


def within(found: Range, declared: Range) -> Range:
    """Return the part of a range that is declared; all that is declared where they have nothing in common."""
    lows = [end for end in (found.low, declared.low) if end is not None]
    highs = [end for end in (found.high, declared.high) if end is not None]
    low, high = max(lows, default=None), min(highs, default=None)
    return declared if low is not None and high is not None and low > high else Range(low, high)


def holds_all(declared: Range, found: Range) -> bool:
    """Whether every value of a range lies in the one that is declared."""
    low = declared.low is None or (found.low is not None and found.low >= declared.low)
    return low and (declared.high is None or (found.high is not None and found.high <= declared.high))


def holds_none(declared: Range, found: Range) -> bool:
    """Whether no value of a range lies in the one that is declared."""
    above = declared.high is not None and found.low is not None and found.low > declared.high
    return above or (declared.low is not None and found.high is not None and found.high < declared.low)


def hull(ranges: tuple[Range, ...]) -> Range:
    """Return the smallest range that contains several."""
    lows = [r.low for r in ranges]
    highs = [r.high for r in ranges]
    if not ranges:
        return UNBOUNDED
    return Range(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
    )


def _by_type(kind: Type) -> Range:
    return default_range(kind) or UNBOUNDED


def _minus(value: int | None) -> int | None:
    return None if value is None else -value


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _times(one: int | None, factor: int) -> int | None:
    return None if one is None else one * factor


def _product(one: Range, other: Range) -> Range:
    ends = (one.low, one.high, other.low, other.high)
    if any(end is None for end in ends):
        if one.low is not None and one.low >= 0 and other.low is not None and other.low >= 0:
            return Range(one.low * other.low, None)
        return UNBOUNDED
    corners = [a * b for a in (one.low, one.high) for b in (other.low, other.high) if a is not None and b is not None]
    return Range(min(corners), max(corners))


def _quotient(expr: Divide, known: Bounds) -> Range:
    numerator, denominator = range_of(expr.numerator, known), range_of(expr.denominator, known)
    if denominator.low is None or denominator.low <= 0:
        return UNBOUNDED
    up, down = 10**expr.up, 10**expr.down

    def bound(value: int | None, *, lower: bool) -> int | None:
        if value is None:
            return None
        divisor = denominator.high if (value >= 0) is lower else denominator.low
        if divisor is None:
            return 0 if (value >= 0) is lower else None
        quotient, rest = divmod(value * up, divisor * down)
        return quotient if lower or not rest else quotient + 1

    return Range(bound(numerator.low, lower=True), bound(numerator.high, lower=False))


def _function(function: Function, ranges: tuple[Range, ...]) -> Range:
    lows, highs = [r.low for r in ranges], [r.high for r in ranges]
    match function:
        case Function.MIN:
            known = [high for high in highs if high is not None]
            return Range(hull(ranges).low, min(known) if known else None)
        case Function.MAX:
            known = [low for low in lows if low is not None]
            return Range(max(known) if known else None, hull(ranges).high)
        case Function.ABS:
            return _absolute(ranges[0])
        case Function.CLAMP:
            # max(low, min(high, x)): the low end wins where low > high
            return Range(lows[1], None if highs[1] is None or highs[2] is None else max(highs[1], highs[2]))
        case Function.OVERLAP_TIME | Function.LENGTH:
            return Range(0, None)
        case Function.DATE_OF:
            return Range(*DAYS_OF_YEARS)
        case Function.DATE | Function.YEAR | Function.MONTH | Function.DAYS:
            return UNBOUNDED
        case Function.YEAR_MONTH | Function.COVERS | Function.OVERLAPS:
            return UNBOUNDED
        case Function.STARTS_WITH | Function.ENDS_WITH | Function.CONTAINS | Function.TRIM | Function.CONCAT:
            return UNBOUNDED
        case Function.ADD_MONTHS | Function.MONTHS_BETWEEN | Function.END_OF_MONTH:
            return UNBOUNDED
        case Function.WORKING_TIME | Function.ADD_BUSINESS_DAYS | Function.BUSINESS_DAYS_BETWEEN:
            return UNBOUNDED
        case _:
            assert_never(function)


def _absolute(inner: Range) -> Range:
    least = 0
    if inner.low is not None and inner.low > 0:
        least = inner.low
    elif inner.high is not None and inner.high < 0:
        least = -inner.high
    return Range(least, None if inner.low is None or inner.high is None else max(abs(inner.low), abs(inner.high)))
