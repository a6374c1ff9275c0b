"""Decides which expressions can be missing, and so where `missing:` and `unknown:` must be written."""

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
    Coalesce,
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
    Part,
    Rank,
    Scale,
    ScoreValue,
    Subtract,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.functions import FUNCTIONS
from steelyard.ir.walk import children


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known about leaves of expressions.

    Attributes:
        leaf: whether an input, a field, a define's value can be missing.
        membership: whether it can be unknown if a row belongs to the case.
        table: whether a table can have no result though its arguments are known.
        measure, target: whether those of the indicator can be missing.
    """

    leaf: Callable[[Input | Define | Field], bool]
    membership: Callable[[str], bool]
    table: Callable[[TableCall | TableAggregate], bool]
    target: bool = True
    measure: bool = True


def can_be_missing(expr: Expr, known: Knowledge) -> bool:  # noqa: C901 - a case for each node
    """Return whether an expression can be missing or unknown. May return True where it cannot, never the reverse."""
    match expr:
        case Literal(value=value):
            return value is None
        case OneRow() | OpenEnd(operand=OneRow()):
            return True
        case Parameter() | IsMissing() | OpenEnd() | ScoreValue():
            return False
        case Input() | Define() | Field():
            return known.leaf(expr)
        case IndicatorPart(part=part):
            return part is not Part.STATUS
        case OwnTarget():
            return known.target
        case OwnMeasure():
            return known.measure
        case Divide(numerator=numerator, denominator=denominator):
            zero = not (isinstance(denominator, Literal) and denominator.value)
            return zero or can_be_missing(numerator, known) or can_be_missing(denominator, known)
        case Coalesce(items=items):
            return all(can_be_missing(item, known) for item in items)
        case Apply(function=function, arguments=arguments):
            entry = FUNCTIONS[function]
            endless = not entry.total and all(isinstance(end, OpenEnd) for end in arguments[1::2])
            return entry.partial or endless or any(can_be_missing(argument, known) for argument in arguments)
        case Aggregate(aggregation=aggregation, relation=relation):
            empty = aggregation in {Aggregation.MIN, Aggregation.MAX, Aggregation.MEAN}
            return empty or known.membership(relation) or any(can_be_missing(c, known) for c in children(expr))
        case TableAggregate(aggregation=aggregation, call=call):
            empty = aggregation in {Aggregation.MIN, Aggregation.MAX, Aggregation.MEAN}
            return empty or known.table(expr) or any(can_be_missing(a, known) for a in call.arguments)
        case TableCall(arguments=arguments):
            return known.table(expr) or any(can_be_missing(a, known) for a in arguments)
        case Argument() | If() | Negate() | Add() | Subtract() | Multiply() | Scale():
            return any(can_be_missing(child, known) for child in children(expr))
        case Compare() | Rank() | Within() | OneOf() | And() | Or() | Not():
            return any(can_be_missing(child, known) for child in children(expr))
        case _:
            assert_never(expr)
