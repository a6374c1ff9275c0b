"""Lowers weights: adjustments and limits (LANGUAGE.md section 9). The resulting shares are checked later."""

from __future__ import annotations

from collections.abc import Mapping

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir.expressions import Expr
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.demands import written_scores
from steelyard.ir.lowering.exemptions import Indicators, members
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.ruleset import Adjustment, Limit, Waived, Weights
from steelyard.ir.scope import NameScope
from steelyard.ir.strata import Level
from steelyard.ir.types import Number
from steelyard.model import weights as model
from steelyard.source import Text


def weights(context: Context, written: model.Weights | None, indicators: Indicators) -> Weights:
    """The whole section."""
    if written is None:
        return Weights()
    if written_scores(context.file) and not any(demand.weighted for demand in context.demands.values()):
        context.diagnostics.add(
            "M112",
            written.span,
            msg("weights move where no score takes weights"),
            help=msg("write `method: weighted_mean`, or leave `weights` out"),
        )
    found = tuple(
        adjustment
        for key, one in written.adjustments.items()
        if (adjustment := _adjustment(context, key, one, written, indicators)) is not None
    )
    limits = tuple(_limit(context, key, one, written) for key, one in written.limits.items())
    return Weights(
        waived=Waived.REDISTRIBUTE if written.waived is None else Waived(written.waived.replace(" ", "_")),
        adjustments=found,
        limits=tuple(limit for limit in limits if limit is not None),
        total=None
        if written.total is None
        else constant_number(context, written.total, msg("the total of the weights")),
    )


def constant_number(context: Context, text: Text, place: Message) -> Expr | None:
    """A number of constants and parameters."""
    value = context.constant(text, None, place)
    if value is not None and not isinstance(value.type, Number):
        context.diagnostics.add(
            "T107", text.span, msg("a number is wanted here"), help=msg("write e.g. `1.2` or `30%`")
        )
        return None
    return value


def _adjustment(
    context: Context, key: Text, written: model.Adjustment, section: model.Weights, indicators: Indicators
) -> Adjustment | None:
    when = context.condition(written.when, NameScope(context, Level.ROWS, msg("an adjustment")))
    multiply = _shares(context, written.multiply, indicators)
    fixed = _shares(context, written.set, indicators)
    if when is None:
        return None
    return Adjustment(
        id=str(key),
        label=label(written.label, str(key)),
        source=source(written.source, section.source, context.file.source),
        notes=maybe_label(written.notes),
        span=key.span,
        when=when,
        multiply=multiply,
        set=fixed,
        exclusive=None if written.exclusive is None else str(written.exclusive),
    )


def _shares(context: Context, written: Mapping[Text, Text], indicators: Indicators) -> dict[str, Expr]:
    found: dict[str, Expr] = {}
    for name, text in written.items():
        members(context, name, indicators)
        value = constant_number(context, text, msg("a weight"))
        if value is not None:
            found[str(name)] = value
    return found


def _limit(context: Context, name: Text, written: model.Limit, section: model.Weights) -> Limit | None:
    if context.kind(str(name)) != "group":
        near = closest(name, tuple(str(key) for key in context.file.groups))
        context.diagnostics.add(
            "N101",
            name.span,
            msg("`{name}` is not a group", name=name),
            help=msg("did you mean `{near}`?", near=near) if near else msg("declare it under `groups`"),
        )
        return None
    low = None if written.at_least is None else constant_number(context, written.at_least, msg("a limit"))
    high = None if written.at_most is None else constant_number(context, written.at_most, msg("a limit"))
    behind = source(written.source, section.source, context.file.source)
    return Limit(str(name), low, high, name.span, behind)
