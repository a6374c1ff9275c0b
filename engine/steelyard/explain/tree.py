"""Shows a condition as a tree with its truth in the case: each part with its own truth, values used, and parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from steelyard.explain.phrases import bare, phrase
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import Node
from steelyard.explain.terms import Text
from steelyard.ir.expressions import (
    Add,
    Aggregate,
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
    Rank,
    Scale,
    ScoreValue,
    Subtract,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.types import Boolean
from steelyard.ir.walk import children
from steelyard.semantics.values import Missing

ROWS = 8
"""How many rows are shown below an aggregate or a rule at most."""


def grow(expr: Expr, at: EvaluationPlace, row: str | None = None) -> Node:
    """Build the tree of a condition as evaluated in a context.

    Args:
        expr: the condition.
        at: the context.
        row: the row's id, where the node stands for one of several rows; else None.
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


def _parts(expr: Expr, at: EvaluationPlace) -> tuple[Node, ...]:
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
        case Define() | Parameter() | IndicatorPart() | OwnTarget() | OwnMeasure() | ScoreValue() | Argument():
            return values_used(expr, at)
        case (
            Compare() | Within() | OneOf() | If() | Coalesce() | IsMissing() | Apply() | TableCall() | TableAggregate()
        ):
            return values_used(expr, at)
        case Negate() | Add() | Subtract() | Multiply() | Scale() | Divide() | Rank() | OpenEnd():
            return values_used(expr, at)
        case _:
            assert_never(expr)


def values_used(expr: Expr, at: EvaluationPlace) -> tuple[Node, ...]:
    """Return the values that an expression read, each once, in the order written; for aggregates row by row."""
    found: dict[str, Node] = {}
    _collect(expr, at, found)
    return tuple(found.values())


def _collect(written: Expr, at: EvaluationPlace, found: dict[str, Node]) -> None:
    expr = at.words.inner(written)
    match expr:
        case Aggregate():
            found.setdefault(repr(expr), _value(expr, at, _rows(expr, at)))
        case TableCall() | TableAggregate():
            if repr(expr) in found:
                return
            found[repr(expr)] = _value(expr, at)
            _collect_all(children(expr.call if isinstance(expr, TableAggregate) else expr), at, found)
        case Input() | Parameter() | Define() | Field() | OneRow():
            found.setdefault(repr(expr), _value(expr, at))
        case IndicatorPart() | OwnTarget() | OwnMeasure() | ScoreValue():
            found.setdefault(repr(expr), _value(expr, at))
        case Literal() | Argument():
            pass
        case Negate() | Add() | Subtract() | Multiply() | Scale() | Divide() | Rank() | OpenEnd() | Apply():
            _collect_all(children(expr), at, found)
        case Compare() | Within() | OneOf() | And() | Or() | Not() | If() | Coalesce() | IsMissing():
            _collect_all(children(expr), at, found)
        case _:
            assert_never(expr)


def _collect_all(exprs: Iterable[Expr], at: EvaluationPlace, found: dict[str, Node]) -> None:
    for expr in exprs:
        _collect(expr, at, found)


def _value(expr: Expr, at: EvaluationPlace, parts: tuple[Node, ...] = ()) -> Node:
    value = at.value(expr)
    shown: Text | None = None if isinstance(value, Missing) else at.shown(expr)
    unknown = at.words.missing(value.reasons) if isinstance(value, Missing) else ()
    return Node(phrase(bare(expr), at.words), shown, None, condition=False, missing=unknown, children=parts)


def _rows(expr: Aggregate, at: EvaluationPlace) -> tuple[Node, ...]:
    rows: list[Node] = []
    for bound in at.members(expr.relation)[:ROWS]:
        inside = at.within(expr.relation, bound)
        if expr.where is not None:
            rows.append(grow(expr.where, inside, bound.row.id))
        elif expr.argument is not None:
            rows += values_used(expr.argument, inside)
    return tuple(rows)
