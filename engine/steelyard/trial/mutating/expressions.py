"""Changes an expression at one place: a constant, `<` against `≤`, `and` against `or`, an area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from steelyard.diagnostics import Span
from steelyard.explain.phrases import bare
from steelyard.ir.expressions import (
    Add,
    And,
    Apply,
    Coalesce,
    Comparator,
    Compare,
    Divide,
    Expr,
    Literal,
    Multiply,
    OneOf,
    Or,
    Rank,
    Subtract,
    Within,
)
from steelyard.ir.types import Region, Regions
from steelyard.ir.walk import children, rebuild
from steelyard.trial.mutating.units import shifted, unit, wider

OTHER_SIDE = {
    Comparator.LT: Comparator.LE,
    Comparator.LE: Comparator.LT,
    Comparator.GT: Comparator.GE,
    Comparator.GE: Comparator.GT,
}
"""Comparisons that differ in whether the bound itself belongs to them."""

_SHOWN = (Compare, Within, OneOf, Apply, Coalesce, Add, Subtract, Multiply, Divide)
"""A constant is shown within these: without them nobody knows what it is for."""


@dataclass(frozen=True, slots=True)
class Changed:
    """An expression with one change.

    Attributes:
        expr: the whole expression.
        old, new: the part that a reader is shown: what is right around a constant, else what was changed itself.
        span: where it stands.
    """

    expr: Expr
    old: Expr
    new: Expr
    span: Span | None


def changed(expr: Expr) -> Iterator[Changed]:
    """Every small change of an expression. What the compiler wrote into it is left as it is."""
    for new in _own(expr):
        yield Changed(new, plain(expr), plain(new), expr.span)
    for child in {id(one): one for one in children(expr)}.values():
        for one in _within(expr, child):
            whole = _exchanged(expr, child, one.expr)
            if isinstance(expr, _SHOWN) and isinstance(bare(one.old), Literal):
                yield Changed(whole, plain(expr), plain(whole), one.span or expr.span)
            else:
                yield replace(one, expr=whole, span=one.span or expr.span)


def plain(expr: Expr) -> Expr:
    """An expression without the call of the formula that it was."""
    return expr if expr.formula is None else replace(expr, formula=None)


def levels_beside(expr: Expr, operand: Expr) -> int | None:
    """How many levels there are, where an operand is compared with the rank of one; None where it is not."""
    sides = [one for one in children(expr) if one is not operand]
    return next((len(one.levels) for one in sides if isinstance(one, Rank)), None)


def equal_to_a_shift(literal: Literal, levels: int | None, *, up: bool) -> bool:
    """Whether taking a bound in, or out, is the same as a constant that is one unit higher (`up`) or lower."""
    if not isinstance(literal.value, int) or unit(literal.value, literal.type) != 1:
        return False
    return levels is None or 0 <= literal.value + (1 if up else -1) < levels


def _within(expr: Expr, child: Expr) -> Iterator[Changed]:
    """The changes of an operand; a level can only become another level."""
    levels = levels_beside(expr, child)
    for one in changed(child):
        new = one.expr
        outside = levels is not None and isinstance(new, Literal) and new.value not in range(levels)
        if not outside:
            yield one


def _exchanged(expr: Expr, child: Expr, new: Expr) -> Expr:
    return rebuild(expr, lambda one: new if one is child else one)


def _own(expr: Expr) -> Iterator[Expr]:
    """The changes of a node itself."""
    match expr:
        case Literal(value=bool() | None):
            pass
        case Literal(value=int() as value) if expr.span is not None:
            yield from (replace(expr, value=new) for new in shifted(value, expr.type))
        case Literal(value=str() as code, type=Region(scheme=scheme)):
            around = wider(scheme, code)
            if around is not None:
                yield replace(expr, value=around)
        case Literal(value=tuple() as codes, type=Regions(scheme=scheme)):
            for place, code in enumerate(codes):
                around = wider(scheme, code)
                if around is not None:
                    yield replace(expr, value=(*codes[:place], around, *codes[place + 1 :]))
        case Compare(comparator=comparator) if comparator in OTHER_SIDE:
            if not any(_as_shift(expr, one) for one in (expr.left, expr.right)):
                yield replace(expr, comparator=OTHER_SIDE[comparator])
        case Within(low=low, high=high):
            if low is not None and not _end_as_shift(low, expr, up=expr.low_closed):
                yield replace(expr, low_closed=not expr.low_closed)
            if high is not None and not _end_as_shift(high, expr, up=not expr.high_closed):
                yield replace(expr, high_closed=not expr.high_closed)
        case And(items=items):
            yield Or(items, type=expr.type, span=expr.span)
        case Or(items=items):
            yield And(items, type=expr.type, span=expr.span)
        case _:  # what is below it may be changed
            pass


def _as_shift(expr: Compare, side: Expr) -> bool:
    """Whether another comparator is the same as another constant on a side, which is a change already."""
    if not isinstance(side, Literal) or side.span is None:
        return False
    rises = expr.comparator in (Comparator.LT, Comparator.GE)  # `x < 5` to `x <= 5` is `x < 6`
    return equal_to_a_shift(side, levels_beside(expr, side), up=rises if side is expr.right else not rises)


def _end_as_shift(end: Expr, expr: Within, *, up: bool) -> bool:
    if not isinstance(end, Literal) or end.span is None:
        return False
    return equal_to_a_shift(end, levels_beside(expr, end), up=up)
