"""Conditions on a value (FEEL's unary tests): table cells, bands."""

from __future__ import annotations

from typing import assert_never

from steelyard.diagnostics import msg
from steelyard.ir.expressions import Comparator, Expr, Not, Or
from steelyard.ir.scope import Scope
from steelyard.ir.types import Boolean, Region, Text
from steelyard.ir.typing.expression import expression
from steelyard.ir.typing.literals import LiteralSyntax, literal
from steelyard.ir.typing.logic import compare, interval
from steelyard.language import syntax


def unary_test(node: syntax.UnaryTest, tested: Expr, scope: Scope) -> Expr | syntax.AnyValue | None:
    """The condition as a boolean expression over `tested`; `AnyValue` for `-`; None after an error."""
    match node:
        case syntax.AnyValue():
            return node
        case syntax.BareWord():
            return _word(node, tested, scope)
        case syntax.CompareTest(operator=operator, value=value):
            if not isinstance(value, LiteralSyntax):
                return _not_constant(value, scope)
            typed = literal(value, scope.lookup.zone, scope.diagnostics, tested.type)
            return None if typed is None else compare(Comparator(operator), tested, typed, node, scope)
        case syntax.IntervalTest(interval=bounds):
            for end in (bounds.low, bounds.high):
                if end is not None and not isinstance(end, LiteralSyntax):
                    return _not_constant(end, scope)
            return interval(tested, bounds, node, scope, expression)
        case syntax.OneOfTests(tests=tests):
            items = tuple(unary_test(item, tested, scope) for item in tests)
            if any(isinstance(item, syntax.AnyValue) for item in items):
                return syntax.AnyValue(span=node.span)
            good = tuple(item for item in items if item is not None and not isinstance(item, syntax.AnyValue))
            return Or(good, type=Boolean(), span=node.span) if len(good) == len(items) else None
        case syntax.NotTest(test=inner):
            found = unary_test(inner, tested, scope)
            if found is None or isinstance(found, syntax.AnyValue):
                scope.diagnostics.add("T106", node.span, msg("`not(-)` matches nothing")) if found is not None else None
                return None
            return Not(found, type=Boolean(), span=node.span)
        case _:
            assert_never(node)


def _word(node: syntax.BareWord, tested: Expr, scope: Scope) -> Expr | None:
    if not isinstance(tested.type, Text | Region):
        scope.diagnostics.add(
            "T106",
            node.span,
            msg("`{word}` is a word, but the value tested is not text", word=node.text),
            help=msg("write a condition such as `>= 90`, `[60..75)` or `-`"),
        )
        return None
    quoted = syntax.Quoted(node.text, span=node.span)
    typed = literal(quoted, scope.lookup.zone, scope.diagnostics, tested.type)
    wrapped = syntax.CompareTest("=", quoted, span=node.span)
    return None if typed is None else compare(Comparator.EQ, tested, typed, wrapped, scope)


def _not_constant(node: syntax.Expression, scope: Scope) -> None:
    scope.diagnostics.add(
        "T106", node.span, msg("a condition on a value compares it with constants only"), help=msg("write e.g. `>= 90`")
    )
