"""A condition as it stood in a case: each part with its truth, the values it used, its own parts."""

from __future__ import annotations

from steelyard.explain.phrases import bare, phrase
from steelyard.explain.place import Place
from steelyard.explain.records import Node
from steelyard.explain.terms import Text
from steelyard.ir.expressions import (
    Aggregate,
    And,
    Define,
    Expr,
    Field,
    IndicatorPart,
    Input,
    Literal,
    Not,
    OneRow,
    Or,
    OwnMeasure,
    OwnTarget,
    Parameter,
    ScoreValue,
    TableAggregate,
    TableCall,
)
from steelyard.ir.types import Boolean
from steelyard.ir.walk import children
from steelyard.semantics.values import Missing

ROWS = 8
"""At most so many rows are shown below an aggregate or a rule."""

_READS = Input | Parameter | Define | Field | OneRow | IndicatorPart | OwnTarget | OwnMeasure | ScoreValue


def grow(expr: Expr, at: Place, row: str | None = None) -> Node:
    """Show a condition at a place.

    Args:
        expr: the condition.
        at: where it is looked at.
        row: the row's id, where the node is one of several rows.
    """
    truth = at.truth(expr)
    unknown = at.words.missing(truth.reasons) if isinstance(truth, Missing) else ()
    return Node(
        text=phrase(expr, at.words),
        value=None,
        truth=None if isinstance(truth, Missing) else truth,
        condition=True,
        missing=unknown,
        children=_parts(expr, at),
        row=row,
    )


def _parts(expr: Expr, at: Place) -> tuple[Node, ...]:
    match expr:
        case And(items=items) | Or(items=items):
            return tuple(grow(item, at) for item in items)
        case Not(operand=operand):
            return (grow(operand, at),)
        case Define(name=name) if isinstance(expr.type, Boolean):
            return (grow(at.words.definitions[name].value, at),)
        case Field(relation=relation, name=name) if (relation, name) in at.words.row_definitions:
            return (grow(at.words.row_definitions[relation, name].value, at),)
        case Input() | Field() | OneRow() | Literal():
            return ()
        case Aggregate():
            return _rows(expr, at)
        case _:
            return values_used(expr, at)


def values_used(expr: Expr, at: Place) -> tuple[Node, ...]:
    """The values that an expression read, each once, in the order written; aggregates row by row."""
    found: dict[str, Node] = {}
    _collect(expr, at, found)
    return tuple(found.values())


def _collect(expr: Expr, at: Place, found: dict[str, Node]) -> None:
    match expr:
        case Aggregate():
            found.setdefault(repr(expr), _value(expr, at, _rows(expr, at)))
        case TableCall() | TableAggregate():
            found.setdefault(repr(expr), _value(expr, at))
            for child in children(expr.call if isinstance(expr, TableAggregate) else expr):
                _collect(child, at, found)
        case _ if isinstance(expr, _READS):
            found.setdefault(repr(expr), _value(expr, at))
        case _:
            for child in children(expr):
                _collect(child, at, found)


def _value(expr: Expr, at: Place, parts: tuple[Node, ...] = ()) -> Node:
    value = at.value(expr)
    shown: Text | None = None if isinstance(value, Missing) else at.shown(expr)
    unknown = at.words.missing(value.reasons) if isinstance(value, Missing) else ()
    return Node(phrase(bare(expr), at.words), shown, None, condition=False, missing=unknown, children=parts)


def _rows(expr: Aggregate, at: Place) -> tuple[Node, ...]:
    rows: list[Node] = []
    for bound in at.members(expr.relation)[:ROWS]:
        inside = at.within(expr.relation, bound)
        if expr.where is not None:
            rows.append(grow(expr.where, inside, bound.row.id))
        elif expr.argument is not None:
            rows += values_used(expr.argument, inside)
    return tuple(rows)
