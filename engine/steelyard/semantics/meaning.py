"""The meaning of every expression: one `match`, one small closure per node.

Compositional: the meaning of a node is built only from the meanings of its operands. Every operator is strict
(LANGUAGE.md section 5): one missing operand makes the result missing, with the reasons of all missing operands. The
    exceptions are and, or, if, coalesce, is_missing, an open end, aggregates and tables. `if` and `coalesce` evaluate
    only the operands they need; every other node evaluates all.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any, assert_never

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import (
    Add,
    Aggregate,
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
    Stored,
    Subtract,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.types import OPEN, Number
from steelyard.semantics import aggregates, bounds, functions, logic, parts, tables
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.functions import strict
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.values import LEFT_EMPTY, Missing, divide, missing, rescale, union
from steelyard.semantics.working import apply_working

_COMPARISONS: dict[Comparator, Callable[[Any, Any], bool]] = {
    Comparator.EQ: operator.eq,
    Comparator.NE: operator.ne,
    Comparator.LT: operator.lt,
    Comparator.LE: operator.le,
    Comparator.GT: operator.gt,
    Comparator.GE: operator.ge,
}


def meaning(expr: Expr, scope: RulesetScope) -> Meaning:  # noqa: C901 - a case for each node
    """Build the meaning of an expression in a ruleset's scope."""
    match expr:
        case Literal():
            return constant(LEFT_EMPTY if expr.value is None else expr.value)
        case Parameter():
            return constant(scope.parameter(expr.name))
        case Input():
            return _input(expr.name)
        case Define():
            return _define(expr, scope)
        case Field():
            return _field(expr, scope)
        case OneRow():
            return _one_row(expr, scope)
        case IndicatorPart():
            return parts.part(expr.indicator, expr.part)
        case OwnTarget():
            return _own_target
        case OwnMeasure():
            return _own_measure
        case ScoreValue():
            return _score(expr)
        case Argument():
            return _argument(expr.position)
        case TableCall():
            return _table_call(expr, scope)
        case Negate():
            return strict(operator.neg, (meaning(expr.operand, scope),))
        case Add():
            return strict(operator.add, (meaning(expr.left, scope), meaning(expr.right, scope)))
        case Subtract():
            return strict(operator.sub, (meaning(expr.left, scope), meaning(expr.right, scope)))
        case Multiply():
            return strict(operator.mul, (meaning(expr.left, scope), meaning(expr.right, scope)))
        case Scale():
            return strict(partial(operator.mul, 10**expr.digits), (meaning(expr.operand, scope),))
        case Divide():
            return _divide(expr, scope)
        case Bounded():
            return bounds.bounded(expr, meaning(expr.operand, scope), scope)
        case Compare():
            return _compare(expr, scope)
        case Rank():
            ranks = {level: rank for rank, level in enumerate(expr.levels)}
            return strict(ranks.__getitem__, (meaning(expr.operand, scope),))
        case OpenEnd(operand=OneRow() as one):
            return _open_end_of_row(meaning(one, scope), scope.relations[one.relation])
        case OpenEnd():
            return _open_end(meaning(expr.operand, scope))
        case Within():
            return _within(expr, scope)
        case OneOf():
            return _one_of(expr, scope)
        case And():
            return logic.conjunction(tuple(meaning(item, scope) for item in expr.items), scope.reading.may_reject(expr))
        case Or():
            return logic.disjunction(tuple(meaning(item, scope) for item in expr.items), scope.reading.may_reject(expr))
        case Not():
            return strict(operator.not_, (meaning(expr.operand, scope),))
        case If():
            return logic.choice(meaning(expr.condition, scope), meaning(expr.yes, scope), meaning(expr.no, scope))
        case Coalesce():
            return logic.first_present(tuple(meaning(item, scope) for item in expr.items))
        case IsMissing():
            return logic.absence(meaning(expr.operand, scope), expr.negated)
        case Apply():
            operands = tuple(meaning(argument, scope) for argument in expr.arguments)
            if expr.calendar is not None:
                return apply_working(expr, operands, expr.calendar, scope.calendars[expr.calendar])
            return functions.apply(expr, operands, scope.local_date)
        case Aggregate():
            argument = None if expr.argument is None else meaning(expr.argument, scope)
            where = None if expr.where is None else meaning(expr.where, scope)
            return aggregates.aggregate(expr, scope.relations[expr.relation], argument, where)
        case TableAggregate():
            call = meaning(expr.call, scope)
            return aggregates.table_fold(expr.aggregation, call, expr.type, expr.call.type, expr.call.table)
        case _:
            assert_never(expr)


def constant(value: Stored | Missing) -> Meaning:
    """Build a meaning that always returns this value."""
    return lambda _: value


# Nodes that read a value


def _input(name: str) -> Meaning:
    nothing = missing(name)
    return lambda env: env.values.get(name, nothing)


def _define(node: Define, scope: RulesetScope) -> Meaning:
    position, found = scope.defines[node.name], scope.define(None, node.name, meaning)
    if found is None:  # pragma: no cover - the line above has raised
        raise InternalError(f"there is no define `{node.name}`")
    value, keep = found
    if not keep:
        return value

    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        known = env.defines[position]
        if known is None:
            known = env.defines[position] = value(env)
        return known

    return evaluate


def _field(node: Field | OneRow, scope: RulesetScope) -> Meaning:
    """Build the reading of a field of the bound row, or of a row's define, which is computed once per row."""
    relation, name = scope.relations[node.relation], node.name
    found = scope.define(node.relation, name, meaning)
    if found is None:
        nothing = missing(f"{node.relation}.{name}")

        def read(env: Env) -> Any:  # noqa: ANN401 - see Meaning
            row = env.bound[relation]
            if row is None:
                raise InternalError(f"`{node.relation}.{name}` was read where no row is at hand")
            return row.values.get(name, nothing)

        return read
    value, keep = found

    def compute(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        row = env.bound[relation]
        if row is None:
            raise InternalError(f"`{node.relation}.{name}` was read where no row is at hand")
        known = row.defines.get(name)
        if known is None:
            known = row.defines[name] = value(env)
        return known

    return compute if keep else value


def _one_row(node: OneRow, scope: RulesetScope) -> Meaning:
    relation, field = scope.relations[node.relation], _field(node, scope)
    nothing = missing(node.relation)

    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        row = env.single[relation]
        if row is None:
            return nothing
        if isinstance(row, Missing):
            return row
        outer, env.bound[relation] = env.bound[relation], row
        value = field(env)
        env.bound[relation] = outer
        return value

    return evaluate


def _own_target(env: Env) -> Any:  # noqa: ANN401 - see Meaning
    if env.own_target is None:
        raise InternalError("`target` was read where there is none")
    return env.own_target


def _own_measure(env: Env) -> Any:  # noqa: ANN401 - see Meaning
    if env.own_measure is None:
        raise InternalError("`measure` was read where there is none")
    return env.own_measure


def _score(node: ScoreValue) -> Meaning:
    if not isinstance(node.type, Number):
        raise InternalError(f"the score `{node.name}` is no number")
    name, scale, nothing = node.name, node.type.scale, missing(node.name)

    def evaluate(env: Env) -> int | Missing:
        score = env.scores.get(name)
        return nothing if score is None else rescale(score.value, score.scale, scale)

    return evaluate


def _argument(position: int) -> Meaning:
    return lambda env: env.arguments[position]


def _table_call(node: TableCall, scope: RulesetScope) -> Meaning:
    table = scope.tables[node.table]
    arguments = tuple(meaning(argument, scope) for argument in node.arguments)
    position = next(index for index, output in enumerate(table.outputs) if output.id == node.output)
    ask = tables.question(table, arguments, scope.cells(table, meaning))
    return tables.output(table, ask if scope.hears is None else tables.overheard(table, ask, scope.hears), position)


# Operators without a direct equivalent in Python


def _divide(node: Divide, scope: RulesetScope) -> Meaning:
    up, down, rounding = 10**node.up, 10**node.down, node.rounding
    nothing = missing("division by zero")

    def quotient(numerator: int, denominator: int) -> int | Missing:
        return divide(numerator * up, denominator * down, rounding) if denominator else nothing

    return strict(quotient, (meaning(node.numerator, scope), meaning(node.denominator, scope)))


def _compare(node: Compare, scope: RulesetScope) -> Meaning:
    compare, left = _COMPARISONS[node.comparator], meaning(node.left, scope)
    if not isinstance(node.right, Literal | Parameter):
        return strict(compare, (left, meaning(node.right, scope)))
    bound = meaning(node.right, scope)(scope.nothing)

    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        value = left(env)
        if isinstance(value, Missing) or isinstance(bound, Missing):
            return union((value, bound))
        return compare(value, bound)

    return evaluate


def _open_end(operand: Meaning) -> Meaning:
    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        value = operand(env)
        return OPEN if isinstance(value, Missing) else value

    return evaluate


def _open_end_of_row(operand: Meaning, relation: int) -> Meaning:
    """Build an open end read from a one_row relation: where the relation has no row it is missing, not open."""

    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        value = operand(env)
        there = env.single[relation] is not None and not isinstance(env.single[relation], Missing)
        return OPEN if isinstance(value, Missing) and there else value

    return evaluate


def _within(node: Within, scope: RulesetScope) -> Meaning:
    above = operator.ge if node.low_closed else operator.gt
    below = operator.le if node.high_closed else operator.lt
    value = meaning(node.operand, scope)
    low = None if node.low is None else meaning(node.low, scope)
    high = None if node.high is None else meaning(node.high, scope)
    if low is not None and high is not None:

        def between(operand: int, least: int, most: int) -> bool:
            return above(operand, least) and below(operand, most)

        return strict(between, (value, low, high))
    if low is not None:
        return strict(above, (value, low))
    if high is not None:
        return strict(below, (value, high))
    return strict(_anything, (value,))


def _one_of(node: OneOf, scope: RulesetScope) -> Meaning:
    items = tuple(meaning(item, scope) for item in node.items)
    return strict(_among, (meaning(node.operand, scope), *items))


def _anything(_: object) -> bool:
    return True


def _among(value: Stored, *items: Stored) -> bool:
    return value in items
