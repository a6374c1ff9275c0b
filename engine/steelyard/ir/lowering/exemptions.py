"""Lowers exemptions: grants to groups become grants to their indicators (LANGUAGE.md section 8)."""

from __future__ import annotations

from dataclasses import replace

from steelyard.diagnostics import msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir import ruleset as ir
from steelyard.ir.expressions import Expr
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.indicators import unknown_relation
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.positive import check_grant
from steelyard.ir.ruleset import Clock, Exemption, Indicator
from steelyard.ir.scope import NameScope, RelationShape
from steelyard.ir.strata import Level
from steelyard.ir.types import Number
from steelyard.model import indicators as model
from steelyard.model.scalars import is_true
from steelyard.source import Text

Indicators = dict[str, Indicator]


def exemption(context: Context, key: Text, written: model.Exemption, indicators: Indicators) -> Exemption | None:
    """One exemption."""
    row = for_each(context, written.for_each)
    if row is None and written.for_each is not None:
        return None
    deductions = tuple(str(name) for name in context.file.deductions)
    scope = NameScope(context, Level.ROWS, msg("an exemption"), row=None if row is None else row.id)
    when = context.condition(written.when, scope)
    grants: list[ir.Grant] = []
    for name, grant in written.grants.to.items():
        targets = members(context, name, indicators)
        for one in targets:
            grants.extend(_grants(context, grant, one, scope))
    lifts: list[str] = []
    for name in written.grants.deductions or ():
        if name in deductions:
            lifts.append(str(name))
        else:
            near = closest(name, deductions)
            context.diagnostics.add(
                "N101",
                name.span,
                msg("`{name}` is not a deduction", name=name),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg("only rules under `deductions` can be lifted"),
            )
    if when is None:
        return None
    return Exemption(
        id=str(key),
        label=label(written.label, str(key)),
        source=source(written.source, context.file.source),
        notes=maybe_label(written.notes),
        span=key.span,
        for_each=None if row is None else row.id,
        when=when,
        grants=tuple(grants),
        lifts=tuple(lifts),
    )


def for_each(context: Context, name: Text | None) -> RelationShape | None:
    """The relation of a `for_each`."""
    if name is None:
        return None
    row = context.relation(str(name))
    if row is None:
        unknown_relation(context, name)
    return row


def members(context: Context, name: Text, indicators: Indicators) -> tuple[Indicator, ...]:
    """The indicators that a name of an indicator or a group stands for; an unknown name is reported."""
    kind = context.kind(str(name))
    if kind == "indicator":
        found = indicators.get(str(name))
        return () if found is None else (found,)
    if kind == "group":
        return tuple(one for one in indicators.values() if one.group == name)
    names = (*context.file.indicators, *context.file.groups)
    near = closest(name, names)
    context.diagnostics.add(
        "N101",
        name.span,
        msg("`{name}` is neither an indicator nor a group", name=name),
        help=msg("did you mean `{near}`?", near=near) if near else msg("name one under `indicators` or `groups`"),
    )
    return ()


def _grants(context: Context, written: model.Grant, one: Indicator, scope: NameScope) -> list[ir.Grant]:
    found: list[ir.Grant] = []
    if written.target is not None:
        target = _target(context, written.target, one, scope)
        if target is not None:
            granted = ir.TargetGrant(one.id, target)
            check_grant(one, granted, context.knows, context.diagnostics)
            found.append(granted)
    if written.pause is not None and is_true(written.pause) and _pausable(context, written.pause, one, scope):
        found.append(ir.PauseGrant(one.id))
    if written.at_least is not None:
        value = context.expression(written.at_least, scope)
        if value is not None and (not isinstance(value.type, Number) or value.type.scale > ir.SCORE_DIGITS):
            context.diagnostics.add(
                "T107", written.at_least.span, msg("`at_least` is a number with at most 2 digits after the point")
            )
        elif value is not None:
            found.append(ir.AtLeastGrant(one.id, value))
    if is_true(written.waive):
        found.append(ir.WaiveGrant(one.id))
    return found


def _target(context: Context, text: Text, one: Indicator, scope: NameScope) -> Expr | None:
    if one.target is None:
        context.diagnostics.add(
            "N111",
            text.span,
            msg("the indicator `{name}` has no target", name=one.id),
            help=msg("write `target: …` in it, or grant `at_least` or `waive`"),
        )
        return None
    if one.better is None:
        context.diagnostics.add(
            "M102",
            text.span,
            msg("`{name}` does not say which measures are better", name=one.id),
            help=msg("write `better: lower` or `better: higher`"),
        )
        return None
    granted = replace(scope, limit=Level.TARGET, target=one.target.type, place=msg("a grant"))
    return context.expression(text, granted, one.target.type)


def _pausable(context: Context, text: Text, one: Indicator, scope: NameScope) -> bool:
    if not isinstance(one.measure, Clock):
        context.diagnostics.add(
            "T107",
            text.span,
            msg("`{name}` has no clock to pause", name=one.id),
            help=msg("write `clock: {{from: …, to: …}}` instead of `measure`"),
        )
        return False
    relation = None if scope.row is None else context.full_relation(scope.row)
    if relation is None or relation.window is None:
        context.diagnostics.add(
            "T107",
            text.span,
            msg("a pause needs a relation with a window"),
            help=msg("write `for_each:` a relation that has `window: {{from: …, to: …}}`"),
        )
        return False
    return True
