"""Properties of the cells of a decision table: what they say of a missing value, what they compute."""

from __future__ import annotations

from collections.abc import Mapping

from steelyard.ir.expressions import (
    And,
    Argument,
    Compare,
    Expr,
    IsMissing,
    Literal,
    Not,
    OneOf,
    Or,
    Rank,
    Scale,
    Stored,
    Within,
)
from steelyard.ir.ruleset import HitPolicy, Table
from steelyard.ir.walk import nodes


def at_missing(cell: Expr | None) -> bool | None:
    """The truth of a cell for a missing value of its input; None where it is unknown."""
    match cell:
        case None:
            return True
        case IsMissing(negated=negated):
            return not negated
        case Literal(value=bool() as truth):
            return truth
        case Not(operand=operand):
            inner = at_missing(operand)
            return None if inner is None else not inner
        case And(items=items) | Or(items=items):
            decisive = isinstance(cell, Or)
            truths = [at_missing(item) for item in items]
            if decisive in truths:
                return decisive
            return None if None in truths else not decisive
        case _:  # every comparison is unknown
            return None


def speaks_of_missing(cell: Expr | None) -> bool:
    """Whether a cell names the missing value."""
    return cell is not None and any(isinstance(node, IsMissing) for node in nodes(cell))


def aware(table: Table) -> frozenset[int]:
    """The inputs of which a cell names the missing value: none of their cells is unknown for it."""
    columns = range(len(table.inputs))
    return frozenset(place for place in columns if any(speaks_of_missing(row.cells[place]) for row in table.rows))


def computes(table: Table) -> bool:
    """Whether an output of a row, or of the default, is computed."""
    said = [one for row in table.rows for one in row.outputs]
    return any(isinstance(one, Argument) for one in (*said, *(table.default or ())))


def ranks(table: Table) -> tuple[Mapping[Stored | None, int], ...]:
    """Of each output the rank of its values: 0 the most important, None missing, last where its order says nothing."""
    return tuple(
        {None: len(one.priority)} | {value: rank for rank, value in enumerate(one.priority)} for one in table.outputs
    )


def ranks_computed(table: Table) -> bool:
    """Whether the rank of a row differs between cases, because its outputs are ranked and computed."""
    return table.hit in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER} and computes(table)


def plain(cell: Expr | None) -> bool:
    """Whether a cell only compares its own input with constants."""
    match cell:
        case And(items=items) | Or(items=items):
            return all(plain(item) for item in items)
        case Not(operand=operand):
            return plain(operand)
        case None | Argument() | IsMissing():
            return True
        case Compare(left=left, right=right):
            return _tested(left) and _constant(right)
        case Within(operand=operand, low=low, high=high):
            return _tested(operand) and all(end is None or _constant(end) for end in (low, high))
        case OneOf(operand=operand, items=items):
            return _tested(operand) and all(_constant(item) for item in items)
        case _:  # anything else reads more, or computes
            return False


def _tested(expr: Expr) -> bool:
    match expr:
        case Argument():
            return True
        case Scale(operand=operand) | Rank(operand=operand):
            return isinstance(operand, Argument)
        case _:  # anything else is computed
            return False


def _constant(expr: Expr) -> bool:
    match expr:
        case Literal(value=value):
            return value is not None
        case Rank(operand=Literal(value=value)):
            return value is not None
        case _:  # anything else is computed
            return False
