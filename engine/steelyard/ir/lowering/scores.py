"""Scores: members, method, digits, clamp, grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from steelyard.diagnostics import msg
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Expr, Literal
from steelyard.ir.lowering.bounds import clamp
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.demands import DEFAULT_DIGITS, SINGLE
from steelyard.ir.lowering.exemptions import members
from steelyard.ir.lowering.grades import grades
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.positive import check_minimum
from steelyard.ir.ruleset import Better, Bounds, Indicator, Method, Score
from steelyard.ir.scope import NameScope
from steelyard.ir.score_ranges import at_digits, combined_range
from steelyard.ir.strata import Level
from steelyard.ir.types import Number
from steelyard.model import points as model
from steelyard.source import Text

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
    if written.start is not None and written.method is None:
        method = Method.START
    if written.start is not None and method not in {Method.START, Method.SUM}:
        context.diagnostics.add(
            "M108",
            written.start.span,
            msg("`start` is written beside `method: {method}`", method=method.value),
            help=msg("a score starts with points beside `method: sum` only, or without a method"),
        )
        return None
    if not _chosen_names(context, named) and method not in {Method.VALUE, Method.START}:
        context.diagnostics.add(
            "M102",
            written.span,
            msg("the score has no indicators"),
            help=msg("write `indicators`, or `start: 100` for points only"),
        )
    found = Score(
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
        minimum_present=None if written.minimum_present is None else _minimum(context, written.minimum_present),
        reasons=None if written.reasons is None else int(written.reasons),
        grades=(),
        only_if=None if named is None else _only_if(context, named, chosen, method, indicators),
    )
    check_minimum(found, context.knows, context.diagnostics)
    reach = _reach(found, chosen, context)
    return replace(found, grades=grades(context, table, digits, reach, lower=lower))


def _reach(found: Score, chosen: tuple[Indicator, ...], context: Context) -> Bounds:
    """Return the range of the score for the check of grades: the clamp, else of its indicators or value."""
    low, high = found.clamp.low, found.clamp.high
    if not chosen and found.value is None:
        return Bounds(low, high)
    base, file = combined_range(found, chosen, context.knows.widest_range, _raised(context)), context.file
    sections = (file.deductions, file.bonuses, file.corrections, file.gates)
    lowered, raised, corrected, gated = (_moves(rules, found.id) for rules in sections)
    gated = gated or corrected
    if low is None and not lowered and not gated and base.low is not None:
        low = at_digits(base.low, found.digits)
    if high is None and not raised and not gated and base.high is not None:
        high = at_digits(base.high, found.digits)
    return Bounds(low, high)


def _raised(context: Context) -> set[str]:
    """The indicators and groups to which an exemption grants a least score, with all members of these groups."""
    grants = (grant for one in context.file.exemptions.values() for grant in one.grants.to.items())
    named = {str(name) for name, grant in grants if grant.at_least is not None}
    indicators = context.file.indicators.items()
    return named | {str(name) for name, one in indicators if one.group is not None and str(one.group) in named}


def _moves(rules: Mapping[Text, model.PointsRule], score: str) -> bool:
    return any(rule.on is None or rule.on == score for rule in rules.values())


def _value(context: Context, written: model.Score) -> Expr | None:
    text = written.value or written.start
    if text is None:
        return None
    scope = NameScope(context, Level.INDICATORS, msg("a score"))
    value = context.expression(text, scope)
    if value is not None and not isinstance(value.type, Number):
        context.diagnostics.add("T107", text.span, msg("a score is a number, not {kind}", kind=describe(value.type)))
        return None
    return value


def _minimum(context: Context, written: Text) -> int | Expr | None:
    """How many indicators must be scored: a number, or an expression of integers."""
    found = context.expression(written, NameScope(context, Level.STATUS, msg("`minimum_present`")), Number(0))
    if isinstance(found, Literal) and isinstance(found.value, int) and found.value >= 0:
        return found.value
    return found


def _only_if(
    context: Context, written: model.NamedScore, chosen: tuple[Indicator, ...], method: Method, indicators: Indicators
) -> dict[str, Expr] | None:
    """The conditions under which members count, by member; a group's holds for each indicator in it."""
    found: dict[str, Expr] = {}
    for name, text in written.only_if.items():
        if method in {Method.VALUE, Method.START}:
            context.diagnostics.add(
                "M108",
                name.span,
                msg("`only_if` in a score that is no mean, sum or extreme of indicators"),
                help=msg("leave it out, or write the condition into the expression"),
            )
            return None
        when = context.condition(text, NameScope(context, Level.STATUS, msg("`only_if` of a score")))
        for one in members(context, name, indicators):
            if one not in chosen:
                headline = msg("`{name}` is not in the score", name=one.id)
                context.diagnostics.add("N101", name.span, headline, help=msg("write it under `of` too"))
            elif one.id in found:
                headline = msg("`{name}` has two conditions in the score", name=one.id)
                context.diagnostics.add("M108", name.span, headline, help=msg("join them by `and`"))
            elif when is not None:
                found[one.id] = when
    return {one.id: found[one.id] for one in chosen if one.id in found} or None


def _members(context: Context, written: model.NamedScore | None, indicators: Indicators) -> tuple[Indicator, ...]:
    if written is None or written.of is None:
        return tuple(indicators.values())
    chosen = {one.id for name in written.of for one in members(context, name, indicators)}
    return tuple(one for one in indicators.values() if one.id in chosen)


def _chosen_names(context: Context, written: model.NamedScore | None) -> bool:
    """Return whether the score lists indicators, even invalid ones."""
    return bool(context.file.indicators) and (written is None or written.of is None or bool(written.of))
