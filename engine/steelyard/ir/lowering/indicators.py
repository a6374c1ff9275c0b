"""Indicators and families of them (LANGUAGE.md section 7)."""

from __future__ import annotations

from dataclasses import replace

from steelyard.diagnostics import msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.ir import ruleset as ir
from steelyard.ir.describe import describe
from steelyard.ir.expressions import And, Comparator, Compare, Expr, IsMissing, Literal, Or, OwnTarget
from steelyard.ir.lowering.bounds import clamp, points
from steelyard.ir.lowering.clocks import clock_of
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.declared_ranges import bounded, bounded_clock
from steelyard.ir.lowering.demands import Demand, written_scores
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.lowering.told import naming, reason
from steelyard.ir.lowering.ways import follow, wanted_number, way
from steelyard.ir.positive import check_indicator
from steelyard.ir.ruleset import (
    SCORE_DIGITS,
    Better,
    Bounds,
    ChosenCalendar,
    Clock,
    Family,
    Indicator,
    MissingRule,
    OnMissing,
)
from steelyard.ir.scope import NameScope
from steelyard.ir.strata import Level
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Text, Type
from steelyard.ir.typing.calls import fit
from steelyard.ir.typing.names import closed
from steelyard.ir.typing.numbers import adopt
from steelyard.ir.walk import nodes
from steelyard.model import indicators as model
from steelyard.source import Text as Written

FULL = 100 * 10**SCORE_DIGITS


def indicator(context: Context, name: str) -> Indicator | None:
    """Lower an indicator; None after an error that prevents it."""
    key, written = context.entry(context.file.indicators, name)
    demand = context.demands.get(name, Demand())
    family = _family(context, written)
    if family is None and written.for_each is not None:
        return None
    scope = NameScope(context, Level.ROWS, msg("an indicator"), row=None if family is None else family.relation)
    followed = follow(context, written.score, family=family is not None)
    only_if = None if written.only_if is None else context.condition(written.only_if, scope)
    target = None if written.target is None else _plain(context.expression(written.target, scope))
    measuring = replace(scope, limit=Level.TARGET, target=None if target is None else target.type)
    measure = _measure(context, key, written, measuring)
    weight = _weight(context, key, written, scope, weighted=demand.weighted)
    if family is not None and weight is not None:
        only_if = _with_weight(context, weight, only_if)
    group = _group(context, written)
    bad_target = target is None and written.target is not None
    if measure is None or bad_target:
        return None
    wanted = Number(0) if followed is None else wanted_number(context, followed)
    pair = _together(context, measure, target, wanted, key)
    if pair is None:
        return None
    measure, kind, target = _bounded(context, pair[0], written, name), *pair[1:]
    target_type = None if target is None else target.type
    context.indicator_measures[name] = (kind, target_type)
    if followed is None:
        return None
    scoring = replace(scope, limit=Level.MEASURE, target=target_type, measure=kind, place=msg("an indicator's points"))
    scored = way(context, followed, kind, scoring)
    if scored is None:
        return None
    better = None if written.better is None else Better(str(written.better))
    good = _check_way(context, key, scored, better, target)
    baseline = _baseline(context, key, written, scored, least=demand.least)
    if not good or baseline is None:
        return None
    default_clamp = None if isinstance(scored, ir.AsMeasure) else Bounds(0, FULL)
    found = Indicator(
        id=name,
        label=label(written.label, name),
        source=source(written.source, context.file.source),
        notes=maybe_label(written.notes),
        span=key.span,
        group=group,
        family=family,
        only_if=only_if,
        measure=measure,
        measure_type=kind,
        target=target,
        better=better,
        way=scored,
        weight=weight,
        missing=None if written.missing is None else _missing(context, written.missing),
        clamp=clamp(context, written.clamp, SCORE_DIGITS, default_clamp),
        stack=written.combine == "stack",
        baseline=baseline,
        reason=reason(context, key, written.reason, scope, only_if),
        naming=naming(context, written.label, scope),
    )
    if written.missing is None:
        _check_present(context, found)
    check_indicator(found, context.knows, context.diagnostics)
    return found


def _plain(expr: Expr | None) -> Expr | None:
    return expr if expr is None or not isinstance(expr.type, DateTime) else replace(expr, type=closed(expr.type))


def _family(context: Context, written: model.Indicator) -> Family | None:
    if written.for_each is None or written.id is None:
        return None
    row = context.relation(str(written.for_each))
    if row is None:
        unknown_relation(context, written.for_each)
        return None
    field = row.fields.get(str(written.id))
    if field is None or not isinstance(field.type, Text) or field.optional:
        texts = tuple(one.id for one in row.fields.values() if isinstance(one.type, Text) and not one.optional)
        near = closest(written.id, texts)
        context.diagnostics.add(
            "N111",
            written.id.span,
            msg("`{relation}` has no text field `{name}` that is always there", relation=row.id, name=written.id),
            help=msg("did you mean `{near}`?", near=near)
            if near
            else msg("it has {parts}", parts=listed(texts[:5]))
            if texts
            else None,
        )
        return None
    return Family(row.id, field.id)


def unknown_relation(context: Context, name: Written) -> None:
    """Report a `for_each` that names no relation."""
    near = closest(name, tuple(str(key) for key in context.file.relations))
    context.diagnostics.add(
        "N101",
        name.span,
        msg("`{name}` is not a relation", name=name),
        help=msg("did you mean `{near}`?", near=near) if near else msg("declare it under `relations`"),
    )


def _measure(context: Context, key: Written, written: model.Indicator, scope: NameScope) -> Expr | Clock | None:
    if written.clock is None:
        if written.measure is None:
            context.diagnostics.add(
                "M102",
                key.span,
                msg("`{name}` has neither a measure nor a clock", name=key),
                help=msg("write `measure: …`"),
            )
            return None
        return _plain(context.expression(written.measure, scope))
    return clock_of(context, written.clock, scope)


def _together(
    context: Context, measure: Expr | Clock, target: Expr | None, wanted: Number, key: Written
) -> tuple[Expr | Clock, Type, Expr | None] | None:
    """Convert measure and target to one type; numbers to the largest scale among them and of the way to score."""
    kind: Type = Duration() if isinstance(measure, Clock) else measure.type
    if isinstance(kind, Number) and not isinstance(measure, Clock):
        numbers = [kind, wanted]
        if target is not None and isinstance(target.type, Number):
            numbers.append(target.type)
        common = Number(max(one.scale for one in numbers), percent=any(one.percent for one in numbers))
        if target is not None and target.type != common and any(isinstance(n, OwnTarget) for n in nodes(measure)):
            context.diagnostics.add(
                "T107",
                key.span,
                msg("the measure reads `target`: both need the same digits after the point"),
                help=msg("write the target with {digits} digits", digits=common.scale),
            )
            return None
        measure, kind = adopt(measure, common), common
    if target is None:
        return measure, kind, None
    fitted = fit(target, kind, NameScope(context, Level.ROWS, msg("a target")))
    return None if fitted is None else (measure, kind, fitted)


def _bounded(context: Context, measure: Expr | Clock, written: model.Indicator, name: str) -> Expr | Clock:
    if isinstance(measure, Clock):
        return bounded_clock(context, measure, written.range)
    return bounded(context, measure, written.range, name)


def _weight(
    context: Context, key: Written, written: model.Indicator, scope: NameScope, *, weighted: bool
) -> Expr | None:
    if written.weight is None:
        if weighted:
            context.diagnostics.add(
                "M102",
                key.span,
                msg("`{name}` has no weight", name=key),
                help=msg("write `weight: 10`; only ratios count"),
            )
        return None
    if not weighted and written_scores(context.file):
        context.diagnostics.add(
            "M112",
            written.weight.span,
            msg("a weight where the score does not take weights"),
            help=msg("leave `weight` out"),
        )
    if scope.row is not None:
        weight = context.expression(written.weight, scope)
    else:
        weight = context.constant(written.weight, None, msg("a weight"))
    if weight is not None and not isinstance(weight.type, Number):
        context.diagnostics.add(
            "T107", written.weight.span, msg("a weight is a number, not {kind}", kind=describe(weight.type))
        )
        return None
    return weight


def _with_weight(context: Context, weight: Expr, only_if: Expr | None) -> Expr | None:
    """The condition under which a row counts: its weight is not 0. A row without a weight rejects its case later."""
    low = context.knows.widest_range(weight).low
    if low is not None and low > 0:
        return only_if
    zero = Literal(0, type=weight.type)
    counts: Expr = Compare(Comparator.NE, weight, zero, type=Boolean(), span=weight.span)
    if context.knows.missing(weight):
        counts = Or((IsMissing(weight, type=Boolean()), counts), type=Boolean(), span=weight.span)
    return counts if only_if is None else And((counts, only_if), type=Boolean(), span=only_if.span)


def _group(context: Context, written: model.Indicator) -> str | None:
    if written.group is None:
        return None
    if context.kind(str(written.group)) != "group":
        near = closest(written.group, tuple(str(key) for key in context.file.groups))
        context.diagnostics.add(
            "N101",
            written.group.span,
            msg("`{name}` is not a group", name=written.group),
            help=msg("did you mean `{near}`?", near=near) if near else msg("declare it under `groups`"),
        )
        return None
    return str(written.group)


def _check_way(context: Context, key: Written, scored: ir.Way, better: Better | None, target: Expr | None) -> bool:
    if not isinstance(scored, ir.Met | ir.Proportion | ir.Steps):
        return True
    good = True
    if target is None:
        context.diagnostics.add(
            "M102",
            key.span,
            msg("`{name}` is scored against a target, but has none", name=key),
            help=msg("write `target: …`"),
        )
        good = False
    elif not isinstance(target.type, Number | Duration | Days) and not (
        isinstance(scored, ir.Met) and isinstance(target.type, Date | DateTime)
    ):
        context.diagnostics.add(
            "T107",
            key.span,
            msg("a measure that is {kind} cannot be scored so", kind=describe(target.type)),
            help=msg("score it by `bands`"),
        )
        good = False
    if better is None:
        context.diagnostics.add(
            "M102",
            key.span,
            msg("`{name}` does not say which measures are better", name=key),
            help=msg("write `better: lower` or `better: higher`"),
        )
        good = False
    return good


def _missing(context: Context, written: Written | model.MissingScore) -> MissingRule | None:
    if isinstance(written, model.MissingScore):
        value = points(context, written.score, SCORE_DIGITS)
        return None if value is None else MissingRule(OnMissing.SCORE, value)
    return MissingRule(OnMissing(str(written)))


def _check_present(context: Context, found: Indicator) -> None:
    """Check that measure, target and score are never missing where the indicator has no `missing` rule."""
    knows, when = context.knows, found.only_if
    target = found.target is not None and knows.missing(found.target, when=when)
    what = None
    if target:
        what = msg("the target")
    elif _measure_missing(context, found.measure, target=target, when=when):
        what = msg("the measure")
    elif isinstance(found.way, ir.PointsExpression) and knows.missing(found.way.value, when=when):
        what = msg("the score")
    if what is not None:
        context.diagnostics.add(
            "T113",
            found.span,
            msg("{what} of `{name}` can be missing", what=what, name=found.id),
            help=msg("write `missing: waive`, `missing: reject` or `missing: {{score: 0}}`"),
        )


def _measure_missing(context: Context, measure: Expr | Clock, *, target: bool, when: Expr | None) -> bool:
    def missing(expr: Expr) -> bool:
        return context.knows.missing(expr, target=target, when=when)

    if not isinstance(measure, Clock):
        return missing(measure)
    if isinstance(measure.calendar, ChosenCalendar) and missing(measure.calendar.by):
        return True
    return missing(measure.start) or (missing(measure.stop) and (measure.until is None or missing(measure.until)))


def _baseline(context: Context, key: Written, written: model.Indicator, scored: ir.Way, *, least: bool) -> int | None:
    if written.baseline is not None:
        return points(context, written.baseline, SCORE_DIGITS)
    match scored:
        case ir.Met() | ir.Proportion() | ir.Steps():
            return 0 if least else FULL
        case ir.Bands(bands=bands):
            heights = [band.points for band in bands]
        case ir.Curve(points=curve):
            heights = [height for _, height in curve]
        case ir.AsMeasure() | ir.PointsExpression():
            context.diagnostics.add(
                "M102",
                key.span,
                msg("`{name}` does not say from which score points are lost", name=key),
                help=msg("write e.g. `baseline: 100`"),
            )
            return None
    return min(heights) if least else max(heights)
