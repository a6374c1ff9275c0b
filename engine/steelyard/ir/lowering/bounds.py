"""Clamps and points written as literals."""

from __future__ import annotations

from steelyard.diagnostics import msg
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.fields import range_end
from steelyard.ir.ruleset import Bounds
from steelyard.ir.types import Number
from steelyard.ir.typing.literals import literal_value
from steelyard.language.parser import parse_interval
from steelyard.source import Text


def points(context: Context, text: Text, digits: int) -> int | None:
    """Read a number of points in units of 10^-digits."""
    value = literal_value(text, Number(digits), context.zone, context.diagnostics)
    return value if isinstance(value, int) else None


def clamp(context: Context, text: Text | None, digits: int, default: Bounds | None) -> Bounds | None:
    """Read a clamp: `[0..100]`, possibly with an open end, or `none`; its ends are inclusive."""
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
    kind = Number(digits)
    low, high = (range_end(end, kind, context.zone, context.diagnostics) for end in (interval.low, interval.high))
    if low is not None and high is not None and low > high:
        context.diagnostics.add("T109", text.span, msg("the range `{text}` is empty", text=text))
        return default
    return Bounds(low, high)
