"""Negation normal form: conditions as the engines take them (LANGUAGE.md section 5).

`not` is moved inward until its operand is an atom: a boolean value, `in`, a function. Comparisons are inverted, `not
any(p)` becomes `all(not p)`. In three-valued logic none of this changes a truth value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import (
    Add,
    Aggregate,
    Aggregation,
    And,
    Apply,
    Argument,
    Bounded,
    Coalesce,
    Comparator,
    Compare,
    Define,
    Divide,
    Expr,
    Field,
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
from steelyard.ir.types import Boolean
from steelyard.ir.walk import rebuild

_OPPOSITE = {
    Comparator.EQ: Comparator.NE,
    Comparator.NE: Comparator.EQ,
    Comparator.LT: Comparator.GE,
    Comparator.GE: Comparator.LT,
    Comparator.GT: Comparator.LE,
    Comparator.LE: Comparator.GT,
}


def normalise(expr: Expr) -> Expr:
    """The expression in negation normal form, everywhere inside it."""
    if isinstance(expr, Not):
        return negate(expr.operand)
    return rebuild(expr, normalise)


def negate(expr: Expr) -> Expr:
    """The negation of a boolean expression, in negation normal form."""
    match expr:
        case Not(operand=operand):
            return normalise(operand)
        case And(items=items):
            return Or(tuple(negate(item) for item in items), type=expr.type, span=expr.span)
        case Or(items=items):
            return And(tuple(negate(item) for item in items), type=expr.type, span=expr.span)
        case Compare(comparator=comparator, left=left, right=right):
            one, other = normalise(left), normalise(right)
            return replace(expr, comparator=_OPPOSITE[comparator], left=one, right=other, formula=None)
        case IsMissing(operand=operand, negated=negated):
            return replace(expr, operand=normalise(operand), negated=not negated, formula=None)
        case Literal(value=bool() as value):
            return replace(expr, value=not value)
        case Aggregate(aggregation=Aggregation.ANY, where=where):
            claim = Literal(value=False, type=Boolean()) if where is None else negate(where)
            return replace(expr, aggregation=Aggregation.ALL, where=claim, formula=None)
        case Aggregate(aggregation=Aggregation.ALL, where=where) if where is not None:
            return replace(expr, aggregation=Aggregation.ANY, where=negate(where), formula=None)
        case Literal() | Input() | Parameter() | Define() | Field() | OneRow() | TableCall() | TableAggregate():
            return Not(rebuild(expr, normalise), type=expr.type, span=expr.span)
        case IndicatorPart() | OwnTarget() | OwnMeasure() | ScoreValue() | Argument():
            return Not(rebuild(expr, normalise), type=expr.type, span=expr.span)
        case Within() | OneOf() | If() | Coalesce() | Apply() | Aggregate():
            return Not(rebuild(expr, normalise), type=expr.type, span=expr.span)
        case Negate() | Add() | Subtract() | Multiply() | Scale() | Divide() | Bounded() | Rank() | OpenEnd():
            raise InternalError(f"no condition: {expr}")
        case _:
            assert_never(expr)
