"""Levels of ordered texts, which comparisons hold as ranks."""

from __future__ import annotations

from steelyard.ir.expressions import Expr, Literal, Rank
from steelyard.ir.types import Text


def named(expr: Expr, other: Expr) -> Expr:
    """Turn a rank that the compiler wrote back into its level, where the other side of the comparison is a rank."""
    if isinstance(other, Rank) and isinstance(expr, Literal) and isinstance(expr.value, int):
        inside = 0 <= expr.value < len(other.levels)
        return Literal(other.levels[expr.value], type=Text()) if inside else expr
    return expr
