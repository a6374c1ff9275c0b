"""Decides which expressions can be missing, and so where `missing:` and `unknown:` must be written.

A guard is understood: where `not is_missing(x)` holds, in the branch of an `if` or beside it in an `and`, x is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import assert_never

from steelyard.ir.expressions import (
    Add,
    Aggregate,
    Aggregation,
    And,
    Apply,
    Argument,
    Bounded,
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
from steelyard.ir.walk import children, nodes

Given = frozenset[Expr]
"""Expressions that are not missing where another one is evaluated."""
NOTHING: Given = frozenset()
MOST_NAMES = 20
"""Guards are followed through so many names at most."""
ROUNDS = 8
"""In an `and` or `or` a guard may depend on another one, through so many at most."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known about leaves of expressions.

    Attributes:
        leaf: whether an input, a field, a define's value can be missing.
        value: the expression of a define; None for what is no define.
        membership: whether it can be unknown if a row belongs to the case.
        present: whether every case has a row of a relation.
        table: whether a table can have no result, given which of its arguments can be missing.
        measure, target: whether those of the indicator can be missing.
        found: results for defines under guards.
    """

    leaf: Callable[[Input | Define | Field], bool]
    value: Callable[[Input | Define | Field], Expr | None]
    membership: Callable[[str], bool]
    present: Callable[[str], bool]
    table: Callable[[TableCall | TableAggregate, Callable[[Expr], bool]], bool]
    target: bool = True
    measure: bool = True
    found: dict[tuple[Expr, Given], bool] = field(default_factory=dict[tuple[Expr, Given], bool])


def can_be_missing(  # noqa: C901 - a case for each node
    expr: Expr, known: Knowledge, given: Given = NOTHING, depth: int = MOST_NAMES
) -> bool:
    """Return whether an expression can be missing or unknown. May return True where it cannot, never the reverse.

    Args:
        expr: the expression.
        known: what is known about leaves.
        given: what is not missing here.
        depth: through how many more names guards are followed.
    """

    def some(items: Iterable[Expr]) -> bool:
        return any(can_be_missing(item, known, given, depth) for item in items)

    if given and expr in given:
        return False
    match expr:
        case Literal(value=value):
            return value is None
        case OpenEnd(operand=OneRow() as operand):
            return operand not in given
        case OneRow(relation=relation, name=name):
            field = Field(relation, name, type=expr.type)
            return known.membership(relation) or not known.present(relation) or known.leaf(field)
        case Parameter() | IsMissing() | OpenEnd() | ScoreValue():
            return False
        case Input() | Define() | Field():
            return known.leaf(expr) and _define_missing(expr, known, given, depth)
        case IndicatorPart(part=part):
            return part is not Part.STATUS
        case OwnTarget():
            return known.target
        case OwnMeasure():
            return known.measure
        case Divide(numerator=numerator, denominator=denominator):
            return not _is_never_zero(denominator) or some((numerator, denominator))
        case Coalesce(items=items):
            return all(can_be_missing(item, known, given, depth) for item in items)
        case Apply(function=function, arguments=arguments):
            entry = FUNCTIONS[function]
            endless = not entry.total and all(isinstance(end, OpenEnd) for end in arguments[1::2])
            return entry.partial or endless or some(arguments)
        case Aggregate():
            return _aggregate_missing(expr, known, given, depth)
        case TableAggregate(aggregation=aggregation):
            return aggregation in _OF_SOME or known.table(expr, lambda one: some((one,)))
        case TableCall():
            return known.table(expr, lambda one: some((one,)))
        case If(condition=condition, yes=yes, no=no):
            return (
                can_be_missing(condition, known, given, depth)
                or can_be_missing(yes, known, given | given_by(condition, known, truth=True), depth)
                or can_be_missing(no, known, given | given_by(condition, known, truth=False), depth)
            )
        case And(items=items) | Or(items=items):
            return _junction_missing(items, known, given, depth, truth=isinstance(expr, And))
        case Argument() | Negate() | Add() | Subtract() | Multiply() | Scale() | Bounded():
            return some(children(expr))
        case Compare() | Rank() | Within() | OneOf() | Not():
            return some(children(expr))
        case _:
            assert_never(expr)


_OF_SOME = frozenset({Aggregation.MIN, Aggregation.MAX, Aggregation.MEAN})
"""Aggregates that are missing over no rows."""


def _define_missing(leaf: Input | Define | Field, known: Knowledge, given: Given, depth: int) -> bool:
    """Whether a value that can be missing can be so under guards."""
    value = known.value(leaf) if given and depth else None
    if value is None:
        return True
    if (leaf, given) not in known.found:
        known.found[leaf, given] = True
        known.found[leaf, given] = can_be_missing(value, known, given, depth - 1)
    return known.found[leaf, given]


def _aggregate_missing(expr: Aggregate, known: Knowledge, given: Given, depth: int) -> bool:
    """Whether an aggregate can be missing; its argument is read of rows only for which `where` holds."""
    if known.membership(expr.relation):
        return True
    if expr.aggregation in _OF_SOME and (expr.where is not None or not known.present(expr.relation)):
        return True
    inside = frozenset(one for one in given if not _reads_field(one, expr.relation))
    if expr.where is not None and can_be_missing(expr.where, known, inside, depth):
        return True
    held = NOTHING if expr.where is None else given_by(expr.where, known, truth=True)
    return expr.argument is not None and can_be_missing(expr.argument, known, inside | held, depth)


def _reads_field(expr: Expr, relation: str) -> bool:
    return any(isinstance(node, Field) and node.relation == relation for node in nodes(expr))


def _junction_missing(items: tuple[Expr, ...], known: Knowledge, given: Given, depth: int, *, truth: bool) -> bool:
    """Whether an `and` (truth True) or an `or` (False) can be unknown.

    An item that cannot be unknown decides the whole by its other truth; so what it gives holds for the others.
    """
    rest = items
    for _ in range(ROUNDS):
        unsure = tuple(item for item in rest if can_be_missing(item, known, given, depth))
        if not unsure:
            return False
        more = given.union(*(given_by(item, known, truth=truth) for item in items if item not in unsure))
        if more == given:
            return True
        rest, given = unsure, more
    return True


def given_by(condition: Expr, known: Knowledge, *, truth: bool, depth: int = MOST_NAMES) -> Given:
    """Return what is not missing where a condition has this truth."""

    def junction(items: tuple[Expr, ...], *, all_hold: bool) -> Given:
        each = [given_by(item, known, truth=truth, depth=depth) for item in items]
        return NOTHING.union(*each) if all_hold else each[0].intersection(*each)

    match condition:
        case IsMissing(operand=operand, negated=negated):
            return _strict_parts(operand, known) if negated is truth else NOTHING
        case Not(operand=operand):
            return given_by(operand, known, truth=not truth, depth=depth)
        case And(items=items):
            return junction(items, all_hold=truth)
        case Or(items=items):
            return junction(items, all_hold=not truth)
        case Define() | Field() if depth and (value := known.value(condition)) is not None:
            return given_by(value, known, truth=truth, depth=depth - 1) | {condition}
        case _:  # a condition with a truth is not missing, and nor are its operands
            return _strict_parts(condition, known)


def _is_never_zero(expr: Expr) -> bool:
    """Whether an expression is a constant other than 0, also as the step of `round_to`, which is a product."""
    match expr:
        case Literal(value=value):
            return bool(value)
        case Scale(operand=operand) | Negate(operand=operand):
            return _is_never_zero(operand)
        case Multiply(left=left, right=right):
            return _is_never_zero(left) and _is_never_zero(right)
        case _:  # every other expression may be 0
            return False


_STRICT = (Negate, Add, Subtract, Multiply, Scale, Divide, Bounded, Rank, Compare, Within, OneOf, Apply)
MOST_PARTS = 200
"""So many parts of a guard are known to be given at most."""


def _strict_parts(expr: Expr, known: Knowledge) -> Given:
    """What is not missing where an expression is not: itself and the operands of strict nodes, through names."""
    found: dict[Expr, None] = {}
    stack = [expr]
    while stack and len(found) < MOST_PARTS:
        node = stack.pop()
        if node in found:
            continue
        found[node] = None
        if isinstance(node, _STRICT):
            stack += children(node)
        elif isinstance(node, Define | Field) and (value := known.value(node)) is not None:
            stack.append(value)
    return frozenset(found)
