"""Aggregates over the rows of a relation, or over the list of a table's hits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from steelyard.diagnostics import msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Aggregate, Aggregation, Expr, TableAggregate, TableCall
from steelyard.ir.ruleset import CASES
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Type
from steelyard.ir.typing.counts import fits
from steelyard.ir.typing.logic import condition
from steelyard.ir.typing.names import closed
from steelyard.language import syntax

Lower = Callable[[syntax.Expression, NameScope], Expr | None]
NAMES = frozenset(a.value for a in Aggregation)
_OF_ROWS = frozenset({Aggregation.COUNT, Aggregation.ANY, Aggregation.ALL})


def is_aggregate(node: syntax.Call) -> bool:
    """Min and max with two or more arguments and no `where` are scalar functions."""
    if node.function not in NAMES:
        return False
    return node.function not in {"min", "max"} or len(node.arguments) == 1 or node.where is not None


def aggregate(node: syntax.Call, scope: NameScope, lower: Lower) -> Expr | None:
    """count(R where c), sum(R.x where c), mean(R.x, digits where c), any(R where c), sum(table) ..."""
    aggregation = Aggregation(node.function)
    if scope.aggregating:
        scope.diagnostics.add(
            "N109", node.span, msg("an aggregate inside an aggregate"), help=msg("define it by a name")
        )
        return None
    wanted = 2 if aggregation is Aggregation.MEAN else 1
    hint = msg("write `mean(R.x, 2 where …)`: the digits it is rounded to") if wanted > 1 else None
    if not fits(node, (wanted, wanted), scope, hint, where=True):
        return None
    table = _table(node, scope)
    if table is not None:
        return _over_table(aggregation, node, scope, lower)
    relation = _relation(node, scope)
    if relation is None:
        return None
    inside = replace(scope, row=relation, bare_row=True, aggregating=True)
    if relation == CASES:  # what stands inside is of one case
        inside = replace(inside, aggregating=False, grouped=False)
    where = None if node.where is None else condition(node.where, inside, lower)
    argument = None if aggregation in _OF_ROWS else lower(node.arguments[0], inside)
    if where is None and node.where is not None:
        return None
    if aggregation is Aggregation.ALL and where is None:
        scope.diagnostics.add(
            "T105", node.span, msg("`all` without a condition"), help=msg("write `all({name} where …)`", name=relation)
        )
        return None
    if aggregation in _OF_ROWS:
        kind: Type = Number(0) if aggregation is Aggregation.COUNT else Boolean()
        return Aggregate(aggregation, relation, None, where, type=kind, span=node.span)
    if argument is None:
        return None
    result = _result(aggregation, argument.type, node, scope)
    return None if result is None else Aggregate(aggregation, relation, argument, where, type=result, span=node.span)


def _table(node: syntax.Call, scope: NameScope) -> str | None:
    """The table whose hits are aggregated; None where rows are, each of which may ask a table."""
    match node.arguments[0]:
        case syntax.Call(function=name) as call if (
            scope.lookup.kind(name) == "table"
            and any(scope.lookup.kind(owner) == "relation" and not _one_row(owner, scope) for owner in _owners(call))
            and not _gives_list(name, node, scope)
        ):
            return None
        case syntax.Name(parts=(name, *_)) | syntax.Call(function=name) if scope.lookup.kind(name) == "table":
            return name
        case _:  # no table
            return None


def _over_table(aggregation: Aggregation, node: syntax.Call, scope: NameScope, lower: Lower) -> Expr | None:
    inner = lower(node.arguments[0], scope)
    if not isinstance(inner, TableCall):
        return None
    table = scope.lookup.table(inner.table, node.span)
    if table is None:
        return None
    if not table.hit.gives_list or node.where is not None:
        scope.diagnostics.add(
            "T106",
            node.span,
            msg("`{name}` of a table needs one that gives a list", name=node.function),
            help=msg("its hit policy must be rule order, output order or collect, and `where` does not apply"),
        )
        return None
    if aggregation is Aggregation.COUNT:
        return TableAggregate(aggregation, inner, type=Number(0), span=node.span)
    if aggregation in {Aggregation.ANY, Aggregation.ALL}:
        if not isinstance(inner.type, Boolean):
            return _wrong(inner.type, node, scope)
        return TableAggregate(aggregation, inner, type=Boolean(), span=node.span)
    result = _result(aggregation, inner.type, node, scope)
    return None if result is None else TableAggregate(aggregation, inner, type=result, span=node.span)


def _relation(node: syntax.Call, scope: NameScope) -> str | None:
    argument = node.arguments[0]
    if node.function in {"count", "any", "all"}:
        if isinstance(argument, syntax.Name) and len(argument.parts) == 1:
            if _is_relation(argument.parts[0], scope):
                return argument.parts[0]
            relations = tuple(n for n in scope.lookup.names() if scope.lookup.kind(n) == "relation")
            near = closest(argument.parts[0], relations)
            scope.diagnostics.add(
                "N101",
                argument.span,
                msg("`{name}` is not a relation", name=argument.parts[0]),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg("the relations are: {names}", names=listed(relations[:5]))
                if relations
                else msg("declare it under `relations`"),
            )
            return None
        scope.diagnostics.add(
            "N109",
            argument.span,
            msg("`{name}` takes the name of a relation", name=node.function),
            help=msg("write `{name}(R where …)`", name=node.function),
        )
        return None
    found = tuple(dict.fromkeys(name for name in _owners(argument) if _is_relation(name, scope)))
    many = tuple(name for name in found if not _one_row(name, scope))
    candidates = many or found
    if len(candidates) == 1:
        return candidates[0]
    scope.diagnostics.add(
        "N109",
        argument.span,
        msg("an aggregate reads exactly one relation, this one reads {count}", count=len(candidates)),
        help=msg("write the relation before the field: `{name}(R.x)`", name=node.function),
    )
    return None


def _is_relation(name: str, scope: NameScope) -> bool:
    """Whether rows have this name: those of a relation, or the cases of a group."""
    return (name == CASES and scope.grouped) or scope.lookup.kind(name) == "relation"


def _gives_list(name: str, node: syntax.Call, scope: NameScope) -> bool:
    table = scope.lookup.table(name, node.span)
    return table is not None and table.hit.gives_list


def _one_row(name: str, scope: NameScope) -> bool:
    relation = scope.lookup.relation(name)
    return relation is not None and relation.one_row


def _owners(node: syntax.Tree) -> Iterator[str]:
    """The first parts of the dotted names in a syntax tree."""
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, syntax.Name) and len(one.parts) > 1:
            yield one.parts[0]
        stack.extend(reversed(syntax.children(one)))


def _result(aggregation: Aggregation, kind: Type, node: syntax.Call, scope: NameScope) -> Type | None:
    match aggregation, kind:
        case Aggregation.SUM, Number() | Duration() | Days():
            return kind
        case ((Aggregation.MIN | Aggregation.MAX), Number() | Duration() | Days() | Date() | DateTime()):
            return closed(kind)
        case Aggregation.MEAN, Number() | Duration() | Days():
            return _mean_type(kind, node, scope)
        case _:  # every other type
            return _wrong(kind, node, scope)


def _mean_type(kind: Type, node: syntax.Call, scope: NameScope) -> Type | None:
    digits = node.arguments[1]
    if not isinstance(digits, syntax.Number) or digits.scale or digits.percent or digits.units > 15:
        scope.diagnostics.add("T106", digits.span, msg("the digits of `mean` are a whole number from 0 to 15"))
        return None
    if isinstance(kind, Number):
        return Number(digits.units)
    if digits.units:
        scope.diagnostics.add("T106", digits.span, msg("the mean of {kind} is whole: write 0", kind=describe(kind)))
        return None
    return kind


def _wrong(kind: Type, node: syntax.Call, scope: NameScope) -> None:
    scope.diagnostics.add(
        "T106",
        node.arguments[0].span,
        msg("`{name}` cannot be taken of {kind}", name=node.function, kind=describe(kind)),
    )
