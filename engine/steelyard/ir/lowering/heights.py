"""Limits the height of expressions, counted through defines, so that later passes can recurse safely."""

from __future__ import annotations

from collections.abc import Callable

from steelyard.diagnostics import Diagnostics, msg
from steelyard.ir.expressions import (
    Define,
    Expr,
    Field,
    OneRow,
)
from steelyard.ir.reading import asks_calendar, varies
from steelyard.ir.walk import children, nodes

MOST = 300
"""The greatest height of an expression, counted through the defines that it reads."""


def height(expr: Expr, define_height: Callable[[Define | Field | OneRow], int]) -> int:
    """Return the number of nodes on the longest path down, through defines."""
    highest, stack = 0, [(expr, 1)]
    while stack:
        node, above = stack.pop()
        below = define_height(node) if isinstance(node, Define | Field | OneRow) else 0
        highest = max(highest, above + below)
        stack.extend((child, above + 1) for child in children(node))
    return highest


def check(found: int, expr: Expr, diagnostics: Diagnostics) -> bool:
    """Return whether the height is within the limit; report where it is not."""
    if found <= MOST:
        return True
    diagnostics.add(
        "Y202",
        expr.span,
        msg("this rests on a chain of more than {limit} expressions", limit=MOST),
        help=msg("let fewer defines read one another: a sum of many reads them side by side"),
    )
    return False


def reads_case(expr: Expr) -> bool:
    """Return whether an expression reads more than literals and parameters, or uses a calendar."""
    return any(varies(node) or asks_calendar(node) for node in nodes(expr))
