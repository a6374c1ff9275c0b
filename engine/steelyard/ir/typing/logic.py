"""Comparisons, `in`, and, or, not, if."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from steelyard.diagnostics import Span, msg
from steelyard.ir.describe import describe
from steelyard.ir.expressions import (
    And,
    Argument,
    Comparator,
    Compare,
    Expr,
    If,
    IsMissing,
    Literal,
    Not,
    OneOf,
    OpenEnd,
    Or,
    Rank,
    Within,
)
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Boolean, DateTime, Number, Region, Regions, Text, Type
from steelyard.ir.typing.literals import is_literal, literal
from steelyard.ir.typing.numbers import adopt, unify, unit_hint, wanted_hint
from steelyard.ir.typing.percent import is_percent
from steelyard.language import syntax

Lower = Callable[[syntax.Expression, NameScope], Expr | None]
EQUALITY = frozenset({Comparator.EQ, Comparator.NE})


def condition(node: syntax.Expression, scope: NameScope, lower: Lower) -> Expr | None:
    """An expression that must be a truth value."""
    expr = lower(node, scope)
    if expr is None or isinstance(expr.type, Boolean):
        return expr
    if isinstance(expr, Literal) and expr.value is None:
        return replace(expr, type=Boolean())
    scope.diagnostics.add(
        "T107",
        expr.span,
        msg("a condition is wanted here, this is {kind}", kind=describe(expr.type)),
        help=wanted_hint(Boolean(), expr.type),
    )
    return None


def comparison(node: syntax.Comparison, scope: NameScope, lower: Lower) -> Expr | None:
    """Lower a comparison."""
    sides = _pair(node.left, node.right, scope, lower)
    if sides is None:
        return None
    comparator = Comparator(node.operator)
    unknown = [isinstance(side, Literal) and side.value is None for side in sides]
    if comparator in EQUALITY and sum(unknown) == 1:
        asked = sides[unknown.index(False)]
        return IsMissing(asked, negated=comparator is Comparator.NE, type=Boolean(), span=node.span)
    return compare(comparator, *sides, node, scope)


def _pair(
    left: syntax.Expression, right: syntax.Expression, scope: NameScope, lower: Lower
) -> tuple[Expr, Expr] | None:
    """Both sides; a literal takes the type of the other side (a region, a closed text)."""
    if is_literal(left) and not is_literal(right):
        other = lower(right, scope)
        one = None if other is None else against(left, other.type, scope, lower)
    else:
        one = lower(left, scope)
        other = lower(right, scope) if one is None else against(right, one.type, scope, lower)
    return None if one is None or other is None else (one, other)


def against(node: syntax.Expression, kind: Type, scope: NameScope, lower: Lower) -> Expr | None:
    """An operand that stands beside a value of a type."""
    if is_literal(node):
        return literal(node, scope.lookup.zone, scope.diagnostics, kind)
    return lower(node, scope)


def _never_true(items: tuple[Expr | None, ...], span: Span, scope: NameScope) -> bool:
    """Report the word `missing` among things compared."""
    if any(isinstance(item, Literal) and item.value is None for item in items):
        help_ = (
            msg("write `missing` alone, for no value")
            if any(isinstance(item, Argument) for item in items)
            else msg("write `is_missing(x)`")
        )
        scope.diagnostics.add("T102", span, msg("a comparison with `missing` is never true"), help=help_)
        return True
    return False


def compare(
    comparator: Comparator, left: Expr, right: Expr, node: syntax.Comparison | syntax.CompareTest, scope: NameScope
) -> Expr | None:
    """A typed comparison: one scale, ranks for ordered text, open ends made comparable."""
    if _never_true((left, right), node.span, scope):
        return None
    match left.type, right.type:
        case Number(scale=one), Number(scale=other):
            kind = Number(max(one, other), percent=is_percent(left.type) or is_percent(right.type))
            left, right = adopt(left, kind), adopt(right, kind)
        case Text() as one, Text() as other:
            if comparator not in EQUALITY:
                return _compare_ranks(comparator, (left, one), (right, other), node, scope)
        case DateTime(), DateTime():
            left, right = _comparable(left), _comparable(right)
        case (Regions(), _) | (_, Regions()):
            return _clash(left.type, right.type, node, scope)
        case one, other if one == other:
            if isinstance(one, Region | Boolean) and comparator not in EQUALITY:
                return _unordered(one, node, scope)
        case one, other:
            return _clash(one, other, node, scope)
    return Compare(comparator, left, right, type=Boolean(), span=node.span)


def _compare_ranks(
    comparator: Comparator,
    left: tuple[Expr, Text],
    right: tuple[Expr, Text],
    node: syntax.Comparison | syntax.CompareTest,
    scope: NameScope,
) -> Expr | None:
    (one, kind), (other, other_kind) = left, right
    if not kind.ordered or kind.values != other_kind.values:
        return _unordered(kind if not kind.ordered else other_kind, node, scope)
    return Compare(comparator, _rank(one, kind), _rank(other, kind), type=Boolean(), span=node.span)


def _rank(expr: Expr, kind: Text) -> Expr:
    if isinstance(expr, Literal) and isinstance(expr.value, str):
        return Literal(kind.values.index(expr.value), type=Number(0), span=expr.span)
    return Rank(expr, kind.values, type=Number(0), span=expr.span)


def _comparable(expr: Expr) -> Expr:
    if expr.type == DateTime(open=True):
        return OpenEnd(expr, type=DateTime(), span=expr.span)
    return expr


def _unordered(kind: Type, node: syntax.Comparison | syntax.CompareTest, scope: NameScope) -> None:
    scope.diagnostics.add(
        "T108",
        node.span,
        msg("{kind} has no order here: only = and != compare it", kind=describe(kind)),
        help=msg("declare the values lowest first: `ordered: [low, high]`") if isinstance(kind, Text) else None,
    )


def _clash(left: Type, right: Type, node: syntax.Comparison | syntax.CompareTest, scope: NameScope) -> None:
    scope.diagnostics.add(
        "T102",
        node.span,
        msg("{left} cannot be compared with {right}", left=describe(left), right=describe(right)),
        help=unit_hint(left, right),
    )


def junction(node: syntax.And | syntax.Or, scope: NameScope, lower: Lower) -> Expr | None:
    """Lower `a and b`, `a or b`."""
    items = tuple(condition(item, scope, lower) for item in node.items)
    good = tuple(item for item in items if item is not None)
    if len(good) < len(items):
        return None
    return (And if isinstance(node, syntax.And) else Or)(good, type=Boolean(), span=node.span)


def negation(node: syntax.Not, scope: NameScope, lower: Lower) -> Expr | None:
    """Lower `not a`."""
    operand = condition(node.operand, scope, lower)
    return None if operand is None else Not(operand, type=Boolean(), span=node.span)


def choice(node: syntax.If, scope: NameScope, lower: Lower) -> Expr | None:
    """Lower `if c then a else b`; both branches of one type."""
    asked = condition(node.condition, scope, lower)
    yes, no = lower(node.yes, scope), lower(node.no, scope)
    if asked is None or yes is None or no is None:
        return None
    branches = unify((yes, no), scope)
    if branches is None:
        return None
    (yes, no), kind = branches
    return If(asked, yes, no, type=kind, span=node.span)


def within(node: syntax.InInterval, scope: NameScope, lower: Lower) -> Expr | None:
    """Lower `x in [a..b)`."""
    operand = lower(node.operand, scope)
    if operand is None:
        for end in (node.interval.low, node.interval.high):
            _ = None if end is None else lower(end, scope)  # for its own mistakes
        return None
    return interval(operand, node.interval, node, scope, lower)


def interval(
    operand: Expr,
    bounds: syntax.Interval,
    node: syntax.InInterval | syntax.IntervalTest,
    scope: NameScope,
    lower: Lower,
) -> Expr | None:
    """A typed interval around an operand."""
    ends = [None if end is None else against(end, operand.type, scope, lower) for end in (bounds.low, bounds.high)]
    if any(end is None and given is not None for end, given in zip(ends, (bounds.low, bounds.high), strict=True)):
        return None
    low, high = ends
    if _never_true((operand, low, high), node.span, scope):
        return None
    kind = operand.type
    if isinstance(kind, Text) and kind.ordered and all(e is None or e.type == kind for e in (low, high)):
        operand = _rank(operand, kind)
        low, high = (None if e is None else _rank(e, kind) for e in (low, high))
    elif isinstance(kind, Text | Boolean | Region | Regions):
        scope.diagnostics.add(
            "T108", node.span, msg("{kind} has no order here: no interval holds it", kind=describe(kind))
        )
        return None
    present = tuple(_comparable(e) for e in (operand, low, high) if e is not None)
    unified = unify(present, scope)
    if unified is None:
        return None
    values = iter(unified[0])
    operand = next(values)
    low = None if low is None else next(values)
    high = None if high is None else next(values)
    return Within(operand, low, bounds.low_closed, high, bounds.high_closed, type=Boolean(), span=node.span)


def one_of(node: syntax.InList, scope: NameScope, lower: Lower) -> Expr | None:
    """Lower `x in (a, b)`."""
    operand = lower(node.operand, scope)
    if operand is None:
        return None
    items = tuple(against(item, operand.type, scope, lower) for item in node.items)
    good = tuple(item for item in items if item is not None)
    if len(good) < len(items) or _never_true((operand, *good), node.span, scope):
        return None
    if isinstance(operand.type, Regions):
        scope.diagnostics.add(
            "T102",
            node.span,
            msg("a list of regions is not one of several values"),
            help=msg("regions are compared with `covers(larger, smaller)`"),
        )
        return None
    unified = unify(tuple(_comparable(item) for item in (operand, *good)), scope)
    if unified is None:
        return None
    operand, *rest = unified[0]
    return OneOf(operand, tuple(rest), type=Boolean(), span=node.span)
