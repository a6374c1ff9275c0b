"""The entry point: converts a syntax tree to a typed expression."""

from __future__ import annotations

from typing import assert_never

from steelyard.ir.expressions import Expr, Literal
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Type
from steelyard.ir.typing import aggregates, arithmetic, calls, logic
from steelyard.ir.typing.literals import literal
from steelyard.ir.typing.names import name
from steelyard.language import syntax


def expression(node: syntax.Expression, scope: NameScope) -> Expr | None:
    """Type an expression in a scope, or report what is wrong and return None."""
    match node:
        case (
            syntax.Number()
            | syntax.Quoted()
            | syntax.Truth()
            | syntax.DurationLiteral()
            | syntax.DaysLiteral()
            | syntax.DateLiteral()
            | syntax.MissingLiteral()
        ):
            return literal(node, scope.lookup.zone, scope.diagnostics)
        case syntax.Name():
            return name(node, scope)
        case syntax.Negative():
            return arithmetic.negative(node, scope, expression)
        case syntax.Arithmetic():
            return arithmetic.arithmetic(node, scope, expression)
        case syntax.Comparison():
            return logic.comparison(node, scope, expression)
        case syntax.And() | syntax.Or():
            return logic.junction(node, scope, expression)
        case syntax.Not():
            return logic.negation(node, scope, expression)
        case syntax.InInterval():
            return logic.within(node, scope, expression)
        case syntax.InList():
            return logic.one_of(node, scope, expression)
        case syntax.If():
            return logic.choice(node, scope, expression)
        case syntax.Call():
            if aggregates.is_aggregate(node):
                return aggregates.aggregate(node, scope, expression)
            return calls.call(node, scope, expression)
        case _:
            assert_never(node)


def fitted(node: syntax.Expression, kind: Type, scope: NameScope) -> Expr | None:
    """Type an expression where a type is required: a literal adopts it, anything else must match."""
    expr = (
        literal(node, scope.lookup.zone, scope.diagnostics, kind)
        if isinstance(node, syntax.Quoted | syntax.MissingLiteral)
        else expression(node, scope)
    )
    if expr is None:
        return None
    if isinstance(expr, Literal) and expr.value is None:
        return Literal(None, type=kind, span=expr.span)
    return calls.fit(expr, kind, scope)
