"""Which expressions can be missing: what `missing:` and `unknown:` must be written for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from steelyard.ir.expressions import (
    Aggregate,
    Aggregation,
    Apply,
    Coalesce,
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
    OneRow,
    OpenEnd,
    OwnMeasure,
    OwnTarget,
    Parameter,
    Part,
    ScoreValue,
    TableAggregate,
    TableCall,
)
from steelyard.ir.walk import children


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the leaves.

    Attributes:
        leaf: whether an input, a field, a define's value can be missing.
        membership: whether it can be unknown if a row belongs to the case.
        table: whether a table can have no result though its arguments are known.
        measure, target: whether the indicator's own can be missing, where read.
    """

    leaf: Callable[[Input | Define | Field], bool]
    membership: Callable[[str], bool]
    table: Callable[[TableCall | TableAggregate], bool]
    target: bool = True
    measure: bool = True


def can_be_missing(expr: Expr, known: Knowledge) -> bool:
    """Whether some case can make the expression missing, or unknown. Errs on the side of yes."""
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
        case If(condition=condition, yes=yes, no=no):
            return any(can_be_missing(part, known) for part in (condition, yes, no))
        case Apply(function=Function.OVERLAP_TIME, arguments=(_, one, _, other)):
            both_open = isinstance(one, OpenEnd) and isinstance(other, OpenEnd)
            return both_open or any(can_be_missing(child, known) for child in children(expr))
        case Aggregate(aggregation=aggregation, relation=relation):
            empty = aggregation in {Aggregation.MIN, Aggregation.MAX, Aggregation.MEAN}
            return empty or known.membership(relation) or any(can_be_missing(c, known) for c in children(expr))
        case TableAggregate(aggregation=aggregation, call=call):
            empty = aggregation in {Aggregation.MIN, Aggregation.MAX, Aggregation.MEAN}
            return empty or known.table(expr) or any(can_be_missing(a, known) for a in call.arguments)
        case TableCall(arguments=arguments):
            return known.table(expr) or any(can_be_missing(a, known) for a in arguments)
        case _:
            return any(can_be_missing(child, known) for child in children(expr))
