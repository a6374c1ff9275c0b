"""Scores: members, method, digits, clamp, grades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steelyard.diagnostics import msg
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Expr
from steelyard.ir.lowering.bounds import clamp
from steelyard.ir.lowering.demands import DEFAULT_DIGITS, SINGLE
from steelyard.ir.lowering.exemptions import members
from steelyard.ir.lowering.grades import grades
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.ruleset import Better, Bounds, Indicator, Method, Score
from steelyard.ir.scope import Scope
from steelyard.ir.strata import Level
from steelyard.ir.types import Number
from steelyard.model import points as model
from steelyard.source import Text

if TYPE_CHECKING:
    from steelyard.ir.lowering.context import Context

MOST_DIGITS = 6
Indicators = dict[str, Indicator]


def score(context: Context, key: Text | None, written: model.Score, indicators: Indicators) -> Score | None:
    """One score."""
    name = SINGLE if key is None else str(key)
    digits = DEFAULT_DIGITS if written.round is None else int(written.round)
    if digits > MOST_DIGITS:
        context.diagnostics.add(
            "T109",
            written.round.span if written.round else None,
            msg("a score has at most {digits} digits", digits=MOST_DIGITS),
        )
        return None
    if written.baseline is not None:
        context.diagnostics.add(
            "B101",
            written.baseline.span,
            msg("the baseline of a score is not supported yet"),
            help=msg("write `baseline` in its indicators"),
        )
    lower = written.better == "lower"
    bounds = clamp(context, written.clamp, digits, Bounds(None, None)) or Bounds(None, None)
    value = _value(context, written)
    named = written if isinstance(written, model.NamedScore) else None
    table = named.grades if named is not None and named.grades else context.file.grades
    chosen = _members(context, named, indicators)
    method = Method(str(written.method)) if written.method is not None else Method.VALUE
    if written.start is not None:
        method = Method.START
    if not _chosen_names(context, named) and method not in {Method.VALUE, Method.START}:
        context.diagnostics.add(
            "M102",
            written.span,
            msg("the score has no indicators"),
            help=msg("write `indicators`, or `start: 100` for points only"),
        )
    return Score(
        id=name,
        label=label(written.label, name),
        source=source(written.source, context.file.source),
        notes=maybe_label(written.notes),
        span=written.span if key is None else key.span,
        members=tuple(one.id for one in chosen),
        method=method,
        value=value,
        digits=digits,
        clamp=bounds,
        better=Better.LOWER if lower else Better.HIGHER,
        minimum_present=None if written.minimum_present is None else int(written.minimum_present),
        reasons=None if written.reasons is None else int(written.reasons),
        grades=grades(
            context,
            table,
            digits,
            _reach(bounds, method, chosen, digits, context),
            lower=lower,
        ),
    )


def _reach(bounds: Bounds, method: Method, chosen: tuple[Indicator, ...], digits: int, context: Context) -> Bounds:
    """Where the score can lie, for the check of grades: the clamp, else what a mean of clamped indicators allows."""
    file = context.file
    low, high = bounds.low, bounds.high
    mean = method in {Method.WEIGHTED_MEAN, Method.LOWEST, Method.HIGHEST}
    clamps = [one.clamp for one in chosen]
    if mean and chosen and all(c is not None for c in clamps):
        lows = [c.low for c in clamps if c is not None]
        highs = [c.high for c in clamps if c is not None]
        if low is None and not file.deductions and not file.gates and None not in lows:
            low = _rescale(min(v for v in lows if v is not None), digits)
        if high is None and not file.bonuses and not file.gates and None not in highs:
            high = _rescale(max(v for v in highs if v is not None), digits)
    return Bounds(low, high)


def _rescale(hundredths: int, digits: int) -> int:
    return hundredths * 10 ** (digits - 2) if digits >= 2 else round_half_up(hundredths, 10 ** (2 - digits))


def round_half_up(value: int, divisor: int) -> int:
    """The integer nearest to value / divisor, halves away from zero; divisor > 0."""
    sign = -1 if value < 0 else 1
    return sign * ((2 * abs(value) + divisor) // (2 * divisor))


def _value(context: Context, written: model.Score) -> Expr | None:
    text = written.value or written.start
    if text is None:
        return None
    scope = Scope(context, Level.INDICATORS, msg("a score"))
    value = context.expression(text, scope)
    if value is not None and not isinstance(value.type, Number):
        context.diagnostics.add("T107", text.span, msg("a score is a number, not {kind}", kind=describe(value.type)))
        return None
    return value


def _members(context: Context, written: model.NamedScore | None, indicators: Indicators) -> tuple[Indicator, ...]:
    if written is None or written.of is None:
        return tuple(indicators.values())
    chosen = {one.id for name in written.of for one in members(context, name, indicators)}
    return tuple(one for one in indicators.values() if one.id in chosen)


def _chosen_names(context: Context, written: model.NamedScore | None) -> bool:
    """Whether indicators are written for the score, be they wrong."""
    return bool(context.file.indicators) and (written is None or written.of is None or bool(written.of))
