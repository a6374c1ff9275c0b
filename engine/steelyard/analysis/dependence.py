"""Which inputs of a table cannot have every value of their range beside any values of the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from steelyard.ir.expressions import (
    Aggregate,
    Apply,
    Bounded,
    Define,
    Expr,
    Field,
    Function,
    IndicatorPart,
    Input,
    OneRow,
    OwnMeasure,
    OwnTarget,
    Parameter,
    Scale,
    ScoreValue,
    TableCall,
)
from steelyard.ir.resolved import Resolved
from steelyard.ir.ruleset import InputField
from steelyard.ir.walk import nodes

Leaf = tuple[str, ...]
"""The name of an input or parameter, or the names of a relation and its field."""


def bound(asked: Sequence[Expr], declared: Resolved) -> frozenset[int]:
    """Return the places of the arguments that are computed, or that depend on what another argument reads.

    A result of a table has each of its values, so it counts only for what it reads.
    """
    plain = [_plain(one, declared) for one in asked]
    reads = [frozenset(_leaves(one, declared)) for one in plain]
    free = Input | Field | OneRow | Parameter | TableCall
    found = {place for place, one in enumerate(plain) if reads[place] and not isinstance(one, free)}
    for place, mine in enumerate(reads):
        linked = mine | {(*leaf[:-1], name) for leaf in mine if (name := _not_before(leaf, declared)) is not None}
        for other, theirs in enumerate(reads):
            if other != place and linked & theirs:
                found |= {place, other}
    return frozenset(found)


def _plain(expr: Expr, declared: Resolved) -> Expr:
    """The expression behind names, changes of scale, and the day of an instant."""
    while True:
        match expr:
            case (
                Scale(operand=operand) | Bounded(operand=operand) | Apply(function=Function.DATE, arguments=(operand,))
            ):
                expr = operand
            case Define(name=name) if (value := declared.defined(name)) is not None:
                expr = value
            case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
                value = declared.row_value(relation, name)
                if value is None or isinstance(value, InputField):
                    return expr
                expr = value
            case _:  # itself
                return expr


def _leaves(expr: Expr, declared: Resolved) -> Iterator[Leaf]:
    """What an expression reads, also by way of names; each name is followed once."""
    followed: set[Expr] = set()
    stack = [expr]
    while stack:
        for node in nodes(stack.pop()):
            match node:
                case Input(name=name):
                    yield (name,)
                case Define() | Field() | OneRow() if node not in followed:
                    followed.add(node)
                    inner = _plain(node, declared)
                    if inner != node:
                        stack.append(inner)
                    elif isinstance(node, Field | OneRow):
                        yield node.relation, node.name
                case Aggregate(relation=relation):
                    yield relation, ""
                case IndicatorPart(indicator=indicator):
                    yield indicator, ""
                case ScoreValue() | OwnTarget() | OwnMeasure():
                    yield "", type(node).__name__
                case _:  # reads nothing itself, or was followed; a parameter is the same for all cases
                    pass


def _not_before(leaf: Leaf, declared: Resolved) -> str | None:
    """The input or field that a leaf is not before."""
    value = declared.declared_input(leaf[0]) if len(leaf) == 1 else declared.row_value(*leaf)
    return value.not_before if isinstance(value, InputField) else None
