"""Carries through expressions that a number was written as a percentage, so that readers see it as one.

A constant with a percent sign makes what is compared with it, added to it or chosen beside it a percentage as well.
Meaning, equality and digests do not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from steelyard.ir.expressions import (
    Add,
    Aggregate,
    Apply,
    Bounded,
    Coalesce,
    Expr,
    Function,
    If,
    Negate,
    Scale,
    Subtract,
)
from steelyard.ir.types import Number, Type

Kind = TypeVar("Kind", bound=Type)
_SIGNS = ("%", "％")
_KEEPING = frozenset({Function.MIN, Function.MAX, Function.ABS, Function.CLAMP})


def is_percent(kind: Type | None) -> bool:
    """Whether values of the type are shown as percentages."""
    return isinstance(kind, Number) and kind.percent


def percent(kind: Type) -> Type:
    """The same type, of percentages where it is one of numbers."""
    return replace(kind, percent=True) if isinstance(kind, Number) and not kind.percent else kind


def percent_where_written(kind: Kind, texts: Iterable[str | None]) -> Kind:
    """The type of numbers that are written in these places: of percentages where one of them has a percent sign."""
    if isinstance(kind, Number) and any(sign in text for text in texts if text is not None for sign in _SIGNS):
        return replace(kind, percent=True)
    return kind


def in_percent(expr: Expr) -> Expr:
    """The same expression, shown as a percentage, and so are the terms that it adds or chooses from."""
    kind = percent(expr.type)
    match expr:
        case Add(left=left, right=right) | Subtract(left=left, right=right):
            return replace(expr, left=in_percent(left), right=in_percent(right), type=kind)
        case Negate(operand=operand) | Scale(operand=operand) | Bounded(operand=operand):
            return replace(expr, operand=in_percent(operand), type=kind)
        case If(yes=yes, no=no):
            return replace(expr, yes=in_percent(yes), no=in_percent(no), type=kind)
        case Coalesce(items=items):
            return replace(expr, items=tuple(map(in_percent, items)), type=kind)
        case Apply(function=function, arguments=arguments) if function in _KEEPING:
            return replace(expr, arguments=tuple(map(in_percent, arguments)), type=kind)
        case Aggregate(argument=argument) if argument is not None:
            return replace(expr, argument=in_percent(argument), type=kind)
        case _:  # a constant, a name, or a result that has another unit than its parts
            return replace(expr, type=kind)
