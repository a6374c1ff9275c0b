"""What an expression reads: enough to tell the case's atoms from the row's, and constants from both."""

from __future__ import annotations

from steelyard.ir.expressions import (
    Aggregate,
    Argument,
    Define,
    Expr,
    Field,
    IndicatorPart,
    Input,
    Literal,
    OneRow,
    OwnMeasure,
    OwnTarget,
    Parameter,
    ScoreValue,
    TableCall,
)
from steelyard.ir.walk import children, nodes

_CHANGING = (
    Input
    | Define
    | Field
    | OneRow
    | IndicatorPart
    | OwnTarget
    | OwnMeasure
    | ScoreValue
    | Argument
    | Aggregate
    | TableCall
)


def reads_row(node: Expr, relation: str) -> bool:
    """Whether the value depends on the row of this relation at hand."""
    if isinstance(node, Field):
        return node.relation == relation
    if isinstance(node, Aggregate) and node.relation == relation:
        return False
    return any(reads_row(child, relation) for child in children(node))


def is_constant(node: Expr) -> bool:
    """Whether the value is the same for every case of a bound ruleset."""
    return not any(isinstance(inner, _CHANGING) for inner in nodes(node))


def is_plain(node: Expr) -> bool:
    """Whether the node is a value of a fact as it came in, a parameter or a literal."""
    return isinstance(node, Input | Field | Parameter | Literal)
