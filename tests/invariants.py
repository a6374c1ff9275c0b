"""What holds of every ruleset that was lowered; engines and explanations rely on it. Run in all tests.

Each invariant is one sentence and a function that yields what breaks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import assert_never

from steelyard.ir.expressions import (
    Add,
    Aggregate,
    Aggregation,
    And,
    Apply,
    Compare,
    Define,
    Divide,
    Expr,
    Field,
    IsMissing,
    Literal,
    Multiply,
    Not,
    OneOf,
    OpenEnd,
    Or,
    Rank,
    Scale,
    Subtract,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.functions import FUNCTIONS
from steelyard.ir.ruleset import (
    AsMeasure,
    AtLeastGrant,
    Bands,
    Clock,
    Curve,
    Indicator,
    Met,
    PointsExpression,
    Proportion,
    RelativeStep,
    Ruleset,
    Steps,
    TargetGrant,
)
from steelyard.ir.types import Boolean, DateTime, Days, Number, Text
from steelyard.ir.walk import children, nodes


def broken(ruleset: Ruleset) -> tuple[str, ...]:
    """The sentences that a ruleset breaks, each with what breaks it; empty for a sound one."""
    return tuple(
        f"{sentence}: {culprit}" for sentence, invariant in INVARIANTS.items() for culprit in invariant(ruleset)
    )


def expressions(ruleset: Ruleset) -> Iterator[Expr]:
    """Every expression, cells and bands too; a list may be the value of an output only."""
    yield from (output.value for output in ruleset.outputs)
    yield from _others(ruleset)


def _others(ruleset: Ruleset) -> Iterator[Expr]:
    found: list[Expr | None] = [define.value for define in ruleset.defines]
    for relation in ruleset.relations:
        found += [relation.joins, *(define.value for define in relation.defines)]
    for table in ruleset.tables:
        found += [cell for row in table.rows for cell in row.cells]
    for indicator in ruleset.indicators:
        found += _of_indicator(indicator)
    found += _conditions(ruleset)
    for exemption in ruleset.exemptions:
        found += [grant.target for grant in exemption.grants if isinstance(grant, TargetGrant)]
        found += [grant.points for grant in exemption.grants if isinstance(grant, AtLeastGrant)]
    for adjustment in ruleset.weights.adjustments:
        found += [*adjustment.multiply.values(), *adjustment.set.values()]
    for limit in ruleset.weights.limits:
        found += [limit.at_least, limit.at_most]
    for rule in ruleset.points:
        found += [rule.amount, rule.cap]
    found += [ruleset.weights.total, *(score.value for score in ruleset.scores)]
    return (expr for expr in found if expr is not None)


def _of_indicator(indicator: Indicator) -> list[Expr | None]:
    found = [indicator.target, indicator.weight]
    match indicator.measure:
        case Clock() as clock:
            found += clock.expressions()
        case measure:
            found.append(measure)
    match indicator.way:
        case Steps(each=each, deduct=deduct, floor=floor):
            found += [deduct, floor]
            found += [] if isinstance(each, RelativeStep) else [each]
        case Bands(bands=bands):
            found += [band.test for band in bands]
        case PointsExpression(value=value):
            found.append(value)
        case Met() | Proportion() | Curve() | AsMeasure():
            pass
        case _:
            assert_never(indicator.way)
    return found


def _conditions(ruleset: Ruleset) -> list[Expr]:
    found = [relation.joins for relation in ruleset.relations]
    found += [indicator.only_if for indicator in ruleset.indicators]
    named = (*ruleset.exemptions, *ruleset.weights.adjustments, *ruleset.unscored, *ruleset.points)
    found += [one.when for one in named]
    return [expr for expr in found if expr is not None]


def _nodes(ruleset: Ruleset) -> Iterator[Expr]:
    return (node for expr in expressions(ruleset) for node in nodes(expr))


def _unlike_scales(ruleset: Ruleset) -> Iterator[Expr]:
    for node in _nodes(ruleset):
        match node:
            case Add() | Subtract() if isinstance(node.type, Number):
                sides: tuple[Expr, ...] = (node.left, node.right)
            case Compare():
                sides = (node.left, node.right)
            case Within(operand=operand, low=low, high=high):
                sides = tuple(side for side in (operand, low, high) if side is not None)
            case OneOf(operand=operand, items=items):
                sides = (operand, *items)
            case _:  # nothing that has sides to compare
                continue
        kinds = {_bare(side) for side in sides}
        if len(kinds) > 1:
            yield node


def _bare(expr: Expr) -> object:
    """A type for comparison: texts are compared whatever values they list."""
    match expr.type:
        case Text():
            return Text
        case DateTime():
            return DateTime
        case kind:
            return kind


def _product_scales(ruleset: Ruleset) -> Iterator[Expr]:
    for node in _nodes(ruleset):
        match node:
            case Multiply(left=left, right=right, type=Number(scale=scale)):
                scales = [side.type.scale if isinstance(side.type, Number) else -1 for side in (left, right)]
                if min(scales) < 0 or sum(scales) != scale:
                    yield node
            case Scale(operand=operand, digits=digits, type=Number(scale=scale)):
                if not isinstance(operand.type, Number) or operand.type.scale + digits != scale or digits <= 0:
                    yield node
            case Divide(up=up, down=down) if min(up, down) != 0:
                yield node
            case _:  # nothing that this is about
                pass


def _misplaced_not(ruleset: Ruleset) -> Iterator[Expr]:
    for node in _nodes(ruleset):
        match node:
            case Not(operand=And() | Or() | Not() | Compare() | IsMissing() | Literal(value=bool())):
                yield node
            case Not(operand=Aggregate(aggregation=Aggregation.ANY | Aggregation.ALL)):
                yield node
            case _:  # nothing that this is about
                pass


def _misplaced_lists(ruleset: Ruleset) -> Iterator[Expr]:
    lists = {table.id for table in ruleset.tables if table.hit.gives_list}
    shown = {id(output.value) for output in ruleset.outputs}
    for expr in expressions(ruleset):
        if isinstance(expr, TableCall) and expr.table in lists and id(expr) not in shown:
            yield expr
        for node in nodes(expr):
            for child in children(node):
                is_list = isinstance(child, TableCall) and child.table in lists
                if is_list is not isinstance(node, TableAggregate) and isinstance(child, TableCall):
                    yield child


def _nested_aggregates(ruleset: Ruleset) -> Iterator[Expr]:
    for node in _nodes(ruleset):
        if isinstance(node, Aggregate):
            below = (inner for child in children(node) for inner in nodes(child))
            yield from (inner for inner in below if isinstance(inner, Aggregate))


def _early_defines(ruleset: Ruleset) -> Iterator[str]:
    seen: set[str] = set()
    for define in ruleset.defines:
        reads = {node.name for node in nodes(define.value) if isinstance(node, Define)}
        yield from sorted(reads - seen)
        seen.add(define.id)
    for relation in ruleset.relations:
        before = {field.id for field in relation.fields}
        for define in relation.defines:
            found = [n for n in nodes(define.value) if isinstance(n, Field) and n.relation == relation.id]
            yield from sorted({n.name for n in found} - before)
            before.add(define.id)


def _untrue_conditions(ruleset: Ruleset) -> Iterator[Expr]:
    yield from (expr for expr in _conditions(ruleset) if not isinstance(expr.type, Boolean))


def _bare_open_ends(ruleset: Ruleset) -> Iterator[Expr]:
    """Open datetimes that are compared without `OpenEnd`, and ends that are none."""
    for node in _nodes(ruleset):
        match node:
            case Compare() | Within() | OneOf():
                yield from (child for child in children(node) if child.type == DateTime(open=True))
            case OpenEnd(operand=operand) if operand.type != DateTime(open=True):
                yield node
            case _:  # nothing that this is about
                pass


def _unranked_order(ruleset: Ruleset) -> Iterator[Expr]:
    for node in _nodes(ruleset):
        match node:
            case Rank(operand=operand, levels=levels):
                if not isinstance(operand.type, Text) or not set(operand.type.values or ("\0",)) <= set(levels):
                    yield node
            case Compare(comparator=comparator, left=left) if comparator.value not in {"=", "!="}:
                if isinstance(left.type, Text | Boolean):
                    yield node
            case _:  # nothing that this is about
                pass


def _unpaired_targets(ruleset: Ruleset) -> Iterator[str]:
    for indicator in ruleset.indicators:
        if indicator.target is not None and indicator.target.type != indicator.measure_type:
            yield indicator.id


def _unaligned_calls(ruleset: Ruleset) -> Iterator[Expr]:
    inputs = {table.id: tuple(one.type for one in table.inputs) for table in ruleset.tables}
    for node in _nodes(ruleset):
        if isinstance(node, TableCall):
            asked = tuple(argument.type for argument in node.arguments)
            wanted = inputs[node.table]
            if len(asked) != len(wanted) or any(
                isinstance(one, Number | Days) and one != other for one, other in zip(asked, wanted, strict=True)
            ):
                yield node


def _misapplied_functions(ruleset: Ruleset) -> Iterator[Expr]:
    for node in _nodes(ruleset):
        if isinstance(node, Apply):
            entry = FUNCTIONS[node.function]
            signature = entry.signature([argument.type for argument in node.arguments])
            alike = not entry.alike or all(type(argument.type) is type(node.type) for argument in node.arguments)
            if signature is None or not alike or entry.calendar is (node.calendar is None):
                yield node


INVARIANTS: dict[str, Callable[[Ruleset], Iterator[object]]] = {
    "what is added or compared has one type and scale": _unlike_scales,
    "scales of products add up, and quotients move the point one way": _product_scales,
    "not stands above no and, or, not, comparison, is_missing, truth value, any or all": _misplaced_not,
    "a list of a table's hits is aggregated or shown, and nothing else of a table is aggregated": _misplaced_lists,
    "no aggregate stands inside an aggregate": _nested_aggregates,
    "a define reads only defines before it": _early_defines,
    "a condition is a truth value": _untrue_conditions,
    "an open datetime is compared inside an open end only": _bare_open_ends,
    "only ranks of ordered text have an order, and every text ranked has a rank": _unranked_order,
    "a target has its measure's type and scale": _unpaired_targets,
    "a table is asked for as many values as it has inputs, at their scales": _unaligned_calls,
    "a function is applied to what its entry says, with a calendar where it counts by one": _misapplied_functions,
}
