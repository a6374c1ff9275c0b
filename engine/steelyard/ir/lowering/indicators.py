"""Indicators and families of them (LANGUAGE.md section 7)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from steelyard.diagnostics import Span, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir import ruleset as ir
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Expr, OwnTarget
from steelyard.ir.lowering import knowledge
from steelyard.ir.lowering.bounds import clamp, points
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.lowering.ways import Written, follow, wanted_digits, way
from steelyard.ir.ranges import UNBOUNDED
from steelyard.ir.ruleset import SCORE_DIGITS, Better, Bounds, Clock, Family, Indicator, MissingRule, OnMissing
from steelyard.ir.scope import Scope
from steelyard.ir.strata import Level
from steelyard.ir.types import DateTime, Days, Duration, Number, Range, Text, Type
from steelyard.ir.typing.calls import fit
from steelyard.ir.typing.names import closed
from steelyard.ir.typing.numbers import adopt
from steelyard.ir.walk import nodes
from steelyard.model import indicators as model
from steelyard.source import Text as Written_

if TYPE_CHECKING:
    from steelyard.ir.lowering.context import Context

FULL = 100 * 10**SCORE_DIGITS


def indicator(
    context: Context, key: Written_, written: model.Indicator, *, least: bool, weighted: bool
) -> Indicator | None:
    """One indicator.

    Args:
        context: the ruleset.
        key: its id.
        written: as in the file.
        least: the baseline is the least score, for a score where lower is better.
        weighted: whether its score's method takes weights.
    """
    family = _family(context, written)
    row = None if family is None else family.relation
    scope = Scope(context, Level.ROWS, msg("an indicator"), row=row)
    followed = follow(context, written.score, family=family is not None)
    only_if = None if written.only_if is None else context.condition(written.only_if, scope)
    target = None if written.target is None else context.expression(written.target, scope)
    target = _plain(target)
    measure = _measure(
        context, key, written, replace(scope, limit=Level.TARGET, target=None if target is None else target.type)
    )
    weight = _weight(context, key, written, scope, family, weighted=weighted)
    if measure is None or followed is None:
        return None
    pair = _together(context, measure, target, 0 if followed is None else wanted_digits(context, followed), key)
    if pair is None:
        return None
    measure, kind, target = pair
    context.indicator_measures[str(key)] = (kind, None if target is None else target.type)
    points_scope = replace(
        scope,
        limit=Level.MEASURE,
        target=None if target is None else target.type,
        measure=kind,
        place=msg("an indicator's points"),
    )
    scored = way(context, followed, kind, points_scope)
    if scored is None:
        return None
    better = None if written.better is None else Better(str(written.better))
    good = _check_way(context, key, written, scored, better, target, followed)
    baseline = _baseline(context, key, written, scored, least=least)
    if not good or baseline is None:
        return None
    default_clamp = None if isinstance(scored, ir.AsMeasure) else Bounds(0, FULL)
    return Indicator(
        id=str(key),
        label=label(written.label, str(key)),
        source=source(written.source),
        notes=maybe_label(written.notes),
        span=key.span,
        group=_group(context, written),
        family=family,
        only_if=only_if,
        measure=measure,
        measure_type=kind,
        target=target,
        better=better,
        way=scored,
        weight=weight,
        missing=_missing(context, key, written, measure, target, scored),
        clamp=clamp(context, written.clamp, SCORE_DIGITS, default_clamp),
        stack=written.combine == "stack",
        baseline=baseline,
        reason=None if written.reason is None else str(written.reason),
    )


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
        near = closest(written.id, tuple(row.fields))
        context.diagnostics.add(
            "N111",
            written.id.span,
            msg("`{relation}` has no text field `{name}` that is always there", relation=row.id, name=written.id),
            help=msg("did you mean `{near}`?", near=near) if near and field is None else None,
        )
        return None
    return Family(row.id, field.id)


def unknown_relation(context: Context, name: Written_) -> None:
    """Report a `for_each` that names no relation."""
    near = closest(name, tuple(str(key) for key in context.file.relations))
    context.diagnostics.add(
        "N101",
        name.span,
        msg("`{name}` is not a relation", name=name),
        help=msg("did you mean `{near}`?", near=near) if near else None,
    )


def _measure(context: Context, key: Written_, written: model.Indicator, scope: Scope) -> Expr | Clock | None:
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
    clock = written.clock
    if clock.calendar is not None:
        context.diagnostics.add(
            "B101",
            clock.calendar.span,
            msg("working days and hours are not supported yet"),
            help=msg("leave `calendar` out"),
        )
        return None
    ends = [
        context.expression(text, scope, DateTime()) for text in (clock.from_, clock.to, clock.until) if text is not None
    ]
    if any(end is None for end in ends):
        return None
    start, stop, *until = (end for end in ends if end is not None)
    return Clock(start, stop, until[0] if until else None)


def _together(
    context: Context, measure: Expr | Clock, target: Expr | None, digits: int, key: Written_
) -> tuple[Expr | Clock, Type, Expr | None] | None:
    """Bring measure and target to one type; numbers to the most digits that any of them has."""
    kind: Type = Duration() if isinstance(measure, Clock) else measure.type
    if isinstance(kind, Number):
        scales = [kind.scale, digits]
        if target is not None and isinstance(target.type, Number):
            scales.append(target.type.scale)
        common = Number(max(scales))
        if not isinstance(measure, Clock) and common != kind and any(isinstance(n, OwnTarget) for n in nodes(measure)):
            context.diagnostics.add(
                "T107",
                key.span,
                msg("the measure reads `target`: both need the same digits after the point"),
                help=msg("write the target with {digits} digits", digits=common.scale),
            )
            return None
        measure = measure if isinstance(measure, Clock) else adopt(measure, common)
        kind = common
    if target is None:
        return measure, kind, None
    fitted = fit(target, kind, Scope(context, Level.ROWS, msg("a target")))
    return None if fitted is None else (measure, kind, fitted)


def _weight(
    context: Context, key: Written_, written: model.Indicator, scope: Scope, family: Family | None, *, weighted: bool
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
    if not weighted:
        context.diagnostics.add(
            "M112",
            written.weight.span,
            msg("a weight where the score does not take weights"),
            help=msg("leave `weight` out"),
        )
    if family is not None:
        weight = context.expression(written.weight, scope)
    else:
        weight = context.constant(written.weight, None, "a weight")
    if weight is not None and not isinstance(weight.type, Number):
        context.diagnostics.add(
            "T107", written.weight.span, msg("a weight is a number, not {kind}", kind=describe(weight.type))
        )
        return None
    return weight


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


def _check_way(
    context: Context,
    key: Written_,
    written: model.Indicator,
    scored: ir.Way,
    better: Better | None,
    target: Expr | None,
    followed: Written,
) -> bool:
    if not isinstance(scored, ir.Met | ir.Proportion | ir.Steps):
        return True
    good = True
    if target is None:
        context.diagnostics.add("M102", key.span, msg("`{name}` is scored against a target, but has none", name=key))
        good = False
    elif not isinstance(target.type, Number | Duration | Days):
        ordered = isinstance(scored, ir.Met)
        if not ordered or isinstance(target.type, Text):
            context.diagnostics.add(
                "T107", key.span, msg("a measure that is {kind} cannot be scored so", kind=describe(target.type))
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
    relative = isinstance(scored, ir.Proportion) or (
        isinstance(scored, ir.Steps) and isinstance(scored.each, ir.RelativeStep)
    )
    if relative and target is not None and good:
        good = positive_target(context, target, UNBOUNDED, written.target.span if written.target else followed.span)
    return good


def positive_target(context: Context, target: Expr, base: Range, span: Span) -> bool:
    """Whether a target is proved to be above 0; reports where it is not."""
    bounds = knowledge.value_range(context, target, base)
    if bounds.low is not None and bounds.low > 0:
        return True
    context.diagnostics.add(
        "T112",
        span,
        msg("this target can be 0 or less, and the score is relative to it"),
        help=msg("declare a `range` above 0 for what it reads, or write `max(…, 1)` around it"),
    )
    return False


def _missing(
    context: Context,
    key: Written_,
    written: model.Indicator,
    measure: Expr | Clock,
    target: Expr | None,
    scored: ir.Way,
) -> MissingRule | None:
    target_missing = target is not None and knowledge.missing(context, target)
    measure_missing = _measure_missing(context, measure, target_missing=target_missing)
    points_missing = isinstance(scored, ir.PointsExpression) and knowledge.missing(
        context, scored.value, target=target_missing, measure=measure_missing
    )
    if written.missing is None:
        if target_missing or measure_missing or points_missing:
            what = msg("the target") if target_missing else msg("the measure")
            what = what if target_missing or measure_missing else msg("the score")
            context.diagnostics.add(
                "T113",
                key.span,
                msg("{what} of `{name}` can be missing", what=what, name=key),
                help=msg("write `missing: waive`, `missing: reject` or `missing: {{score: 0}}`"),
            )
        return None
    if isinstance(written.missing, model.MissingScore):
        value = points(context, written.missing.score, SCORE_DIGITS)
        return None if value is None else MissingRule(OnMissing.SCORE, value)
    return MissingRule(OnMissing(str(written.missing)))


def _measure_missing(context: Context, measure: Expr | Clock, *, target_missing: bool) -> bool:
    if not isinstance(measure, Clock):
        return knowledge.missing(context, measure, target=target_missing)
    if knowledge.missing(context, measure.start):
        return True
    stop = knowledge.missing(context, measure.stop)
    return stop and (measure.until is None or knowledge.missing(context, measure.until))


def _baseline(context: Context, key: Written_, written: model.Indicator, scored: ir.Way, *, least: bool) -> int | None:
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
