"""Clamps and points written as literals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steelyard.diagnostics import msg
from steelyard.ir.ruleset import Bounds
from steelyard.ir.types import Number
from steelyard.ir.typing.literals import expected_literal
from steelyard.language.parser import parse_interval, parse_literal
from steelyard.language.printer import print_expression
from steelyard.language.syntax import Expression
from steelyard.source import Text

if TYPE_CHECKING:
    from steelyard.ir.lowering.context import Context


def points(context: Context, text: Text, digits: int) -> int | None:
    """A number of points in units of 10^-digits."""
    parsed = parse_literal(text, context.diagnostics)
    value = expected_literal(parsed, str(text), text.span, Number(digits), context.zone, context.diagnostics)
    return value if isinstance(value, int) else None


def clamp(context: Context, text: Text | None, digits: int, default: Bounds | None) -> Bounds | None:
    """`[0..100]`, an end left open, or `none`; what is held lies between closed ends."""
    if text is None:
        return default
    if text == "none":
        return None
    interval = parse_interval(text, context.diagnostics)
    if interval is None:
        return default
    if (interval.low is not None and not interval.low_closed) or (
        interval.high is not None and not interval.high_closed
    ):
        context.diagnostics.add(
            "T109",
            text.span,
            msg("a clamp holds its ends"),
            help=msg("write closed ends, e.g. `[0..100]`, or leave one open"),
        )
        return default
    low, high = _end(context, interval.low, digits), _end(context, interval.high, digits)
    if low is not None and high is not None and low > high:
        context.diagnostics.add("T109", text.span, msg("the range `{text}` is empty", text=text))
        return default
    return Bounds(low, high)


def _end(context: Context, end: Expression | None, digits: int) -> int | None:
    if end is None:
        return None
    value = expected_literal(end, print_expression(end), end.span, Number(digits), context.zone, context.diagnostics)
    return value if isinstance(value, int) else None
