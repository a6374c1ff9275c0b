"""Aggregates over rows, and over the hits of a table (LANGUAGE.md sections 4 and 5).

A row counts where it belongs to the case *and* its `where` holds, three-valued: a false `where` drops
even a row of unknown membership. One unknown row makes an aggregate missing, save that `any` is true
once one row is true and `all` false once one is false. Over no rows: count and sum 0, any false, all
true, min, max and mean missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import Aggregate, Aggregation
from steelyard.ir.types import Number, Type
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.values import Missing, Truth, divide, missing, union


def both(member: Truth, condition: Truth) -> Truth:
    """Combine a row's membership and a condition on it by the three-valued `and`."""
    if condition is False or member is False:
        return False
    if isinstance(member, Missing) or isinstance(condition, Missing):
        return union((member, condition))
    return True


def aggregate(node: Aggregate, relation: int, argument: Meaning | None, where: Meaning | None) -> Meaning:
    """Build the meaning of an aggregate over the relation at this position."""
    match node.aggregation:
        case Aggregation.ANY:
            return _any(relation, where)
        case Aggregation.ALL:
            return _all(relation, where)
        case Aggregation.COUNT | Aggregation.SUM | Aggregation.MIN | Aggregation.MAX | Aggregation.MEAN:
            return _folded(node, relation, argument, where)
        case _:
            assert_never(node.aggregation)


def _any(relation: int, where: Meaning | None) -> Meaning:
    def evaluate(env: Env) -> Truth:
        unknown: list[Missing] = []
        bound, outer, found = env.bound, env.bound[relation], False
        for row in env.rows[relation]:
            bound[relation] = row
            truth = both(row.member, True if where is None else where(env))
            if truth is True:
                found = True
            elif truth is not False:
                unknown.append(truth)
        bound[relation] = outer
        return found or (union(unknown) if unknown else False)

    return evaluate


def _all(relation: int, claim: Meaning | None) -> Meaning:
    if claim is None:
        raise InternalError("all() without a claim")

    def evaluate(env: Env) -> Truth:
        unknown: list[Truth] = []
        bound, outer, refuted = env.bound, env.bound[relation], False
        for row in env.rows[relation]:
            bound[relation] = row
            truth: Truth = claim(env)
            if truth is False and row.member is True:
                refuted = True
            elif truth is not True:
                unknown += (truth, row.member)
        bound[relation] = outer
        return not refuted and (union(unknown) if unknown else True)

    return evaluate


def _folded(node: Aggregate, relation: int, argument: Meaning | None, where: Meaning | None) -> Meaning:
    if argument is None and node.aggregation is not Aggregation.COUNT:
        raise InternalError(f"{node.aggregation.value}() without an argument")
    digits = 0 if node.argument is None else _digits(node.type) - _digits(node.argument.type)
    nothing = missing(node.relation)

    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        bound, outer = env.bound, env.bound[relation]
        unknown: list[Missing] = []
        counted: list[Any] = []
        for row in env.rows[relation]:
            bound[relation] = row
            truth = both(row.member, True if where is None else where(env))
            if truth is True:
                value = 1 if argument is None else argument(env)
                if isinstance(value, Missing):
                    unknown.append(value)
                else:
                    counted.append(value)
            elif truth is not False:
                unknown.append(truth)
        bound[relation] = outer
        return union(unknown) if unknown else fold(node.aggregation, counted, digits, nothing)

    return evaluate


def fold(aggregation: Aggregation, values: Sequence[Any], digits: int, nothing: Missing) -> Any:  # noqa: ANN401
    """Combine the values of the rows that count.

    Args:
        aggregation: the kind of aggregate.
        values: the values, of one type and scale, none missing.
        digits: how many more digits a mean has than its values.
        nothing: name of the relation or table, given as the missing reason where min, max or mean have no values.
    """
    match aggregation:
        case Aggregation.COUNT:
            return len(values)
        case Aggregation.SUM:
            return sum(values)
        case Aggregation.ANY:
            return any(values)
        case Aggregation.ALL:
            return all(values)
        case Aggregation.MIN:
            return min(values) if values else nothing
        case Aggregation.MAX:
            return max(values) if values else nothing
        case Aggregation.MEAN:
            if not values:
                return nothing
            return divide(sum(values) * 10 ** max(digits, 0), len(values) * 10 ** max(-digits, 0))
        case _:
            assert_never(aggregation)


def table_fold(aggregation: Aggregation, call: Meaning, result: Type, output: Type, table: str) -> Meaning:
    """Build the meaning of an aggregate over the list that a table returns."""
    digits, nothing = _digits(result) - _digits(output), missing(table)

    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        hits = call(env)
        if isinstance(hits, Missing):
            return hits
        unknown = [hit for hit in hits if isinstance(hit, Missing)]
        if unknown and aggregation is not Aggregation.COUNT:
            return _decided(aggregation, hits, unknown)
        return fold(aggregation, hits, digits, nothing)

    return evaluate


def _decided(aggregation: Aggregation, hits: Sequence[Any], unknown: list[Missing]) -> Truth:
    """Return the result that a single hit decides whatever the missing ones are (`any`, `all`)."""
    if aggregation is Aggregation.ANY and True in hits:
        return True
    if aggregation is Aggregation.ALL and False in hits:
        return False
    return union(unknown)


def _digits(type_: Type) -> int:
    return type_.scale if isinstance(type_, Number) else 0
