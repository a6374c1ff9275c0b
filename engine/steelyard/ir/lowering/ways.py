"""Ways to score (LANGUAGE.md section 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Expr, Literal, Not, Or, OwnMeasure
from steelyard.ir.lowering.bounds import points
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.names import WAYS
from steelyard.ir.lowering.tables import OTHERWISE, cell_test
from steelyard.ir.lowering.told import as_written
from steelyard.ir.negation import normalise
from steelyard.ir.ruleset import (
    SCORE_DIGITS,
    AsMeasure,
    Band,
    Bands,
    Curve,
    Met,
    PointsExpression,
    Proportion,
    RelativeStep,
    Steps,
    Way,
)
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Boolean, Days, Duration, Number, Type
from steelyard.ir.typing.literals import literal_value, number_parts
from steelyard.ir.typing.percent import percent_where_written
from steelyard.language import syntax
from steelyard.language.parser import parse_literal, parse_step
from steelyard.model import indicators as model
from steelyard.source import Text

WORDS = tuple(sorted(WAYS))


@dataclass(frozen=True, slots=True)
class Written:
    """A way as written, after names under `scoring` are resolved: a word, a mapping, or a family's expression."""

    way: str | model.Way | Text
    span: Span


def follow(context: Context, written: Text | model.Way, *, family: bool) -> Written | None:
    """Resolve names under `scoring` to a way that is written out."""
    seen: list[str] = []
    scoring: Mapping[str, Text | model.Way] = {str(k): w for k, w in context.file.scoring.items()}
    one: Text | model.Way = written
    while isinstance(one, Text):
        if one in WORDS:
            return Written(str(one), one.span)
        if one in seen:
            context.diagnostics.add(
                "N106", one.span, msg("a cycle: {path}", path=" → ".join(f"`{s}`" for s in [*seen, one]))
            )
            return None
        if one not in scoring:
            if family and not seen:
                return Written(one, one.span)
            near = closest(one, (*WORDS, *scoring))
            context.diagnostics.add(
                "N101",
                one.span,
                msg("unknown way to score `{name}`", name=one),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg(
                    "write `met`, `proportion`, `measure`, a name under `scoring`, or steps, bands, curve or points"
                ),
            )
            return None
        seen.append(str(one))
        one = scoring[str(one)]
    return Written(one, one.span)


def wanted_number(context: Context, written: Written) -> Number:
    """Return the digits that the way's own numbers require of the measure, and whether one is a percentage."""
    if not isinstance(written.way, model.Way):
        return Number(0)
    texts = [pair[0] for pair in written.way.curve or ()]
    found = [percent_where_written(Number(0), (band.when for band in written.way.bands or ()))]
    if written.way.steps is not None:
        texts.append(written.way.steps.each)
        name = (
            context.parameter(str(written.way.steps.each)) if _is_parameter(context, written.way.steps.each) else None
        )
        if name is not None and isinstance(name.type, Number):
            found.append(name.type)
    for text in texts:
        parsed = parse_literal(text, Diagnostics())
        bare = parsed.operand if isinstance(parsed, syntax.Negative) else parsed
        if isinstance(bare, syntax.Number):
            found.append(Number(number_parts(bare)[1], percent=bare.percent))
    return Number(max(one.scale for one in found), percent=any(one.percent for one in found))


def _is_parameter(context: Context, text: Text) -> bool:
    return context.kind(str(text)) == "parameter"


def way(context: Context, written: Written, measure: Type, points_scope: NameScope) -> Way | None:
    """Lower a way for a measure of this type."""
    match written.way:
        case "met":
            return Met()
        case "proportion":
            return Proportion()
        case "measure":
            if isinstance(measure, Number):
                return AsMeasure()
            context.diagnostics.add(
                "T107",
                written.span,
                msg("the measure is {kind}: only a number can be the score itself", kind=describe(measure)),
                help=msg("choose another way to score, e.g. `bands` or a `curve`"),
            )
            return None
        case model.Way() as one:
            return _written_out(context, one, measure, points_scope)
        case Text() as text:
            return _points(context, text, points_scope)
        case _:  # the way could not be read; the error is reported already
            return None


def _written_out(context: Context, one: model.Way, measure: Type, scope: NameScope) -> Way | None:
    if one.steps is not None:
        return _steps(context, one.steps, measure)
    if one.bands is not None:
        return _bands(context, one.bands, measure)
    if one.curve is not None:
        return _curve(context, one.curve, measure)
    return None if one.points is None else _points(context, one.points, scope)


def _points(context: Context, text: Text, scope: NameScope) -> PointsExpression | None:
    value = context.expression(text, scope)
    if value is None:
        return None
    if not isinstance(value.type, Number):
        context.diagnostics.add("T107", text.span, msg("points are a number, not {kind}", kind=describe(value.type)))
        return None
    return PointsExpression(value)


def _steps(context: Context, written: model.Steps, measure: Type) -> Steps | None:
    tree = parse_step(written.each, context.diagnostics)
    each: RelativeStep | Expr | None
    if isinstance(tree, syntax.RelativeStep):
        each = RelativeStep(*number_parts(tree.percent))
        if each.units == 0:
            context.diagnostics.add(
                "T112", written.each.span, msg("this step can be 0 or less"), help=msg("write e.g. `10% of target`")
            )
    else:
        each = None if tree is None else _absolute(context, written.each, measure)
    deduct = context.constant(written.deduct, None, msg("the points of a step"))
    floor: Expr | None = Literal(0, type=Number(0))
    if written.floor is not None:
        floor = context.constant(written.floor, None, msg("the floor of steps"))
    if each is None or deduct is None or floor is None:
        return None
    for text, number in ((written.deduct, deduct), (written.floor, floor)):
        if not isinstance(number.type, Number):
            context.diagnostics.add(
                "T107",
                number.span if text is None else text.span,
                msg("points are a number, not {kind}", kind=describe(number.type)),
            )
            return None
    return Steps(each, deduct, written.begun == "counts", floor)


def _absolute(context: Context, text: Text, measure: Type) -> Expr | None:
    if isinstance(measure, Number | Duration | Days):
        return context.constant(text, measure, msg("a step"))
    context.diagnostics.add("T107", text.span, msg("a measure that is {kind} has no steps", kind=describe(measure)))
    return None


def _bands(context: Context, written: tuple[model.Band, ...], measure: Type) -> Bands | None:
    bands: list[Band] = []
    for one in written:
        if one.when.strip() == OTHERWISE and one is written[-1]:
            found: Expr | syntax.AnyValue | None = _otherwise([band.test for band in bands])
        else:
            found = cell_test(context, one.when, OwnMeasure(type=measure))
        value = points(context, one.points, SCORE_DIGITS)
        if found is None or value is None:
            continue
        test = Literal(value=True, type=Boolean()) if isinstance(found, syntax.AnyValue) else found
        bands.append(Band(test, value, None if one.reason is None else as_written(context, one.reason), one.when.span))
    return Bands(tuple(bands)) if len(bands) == len(written) else None


def _otherwise(tests: Sequence[Expr]) -> Expr:
    """Where none of the bands before holds."""
    if not tests:
        return Literal(value=True, type=Boolean())
    held = tests[0] if len(tests) == 1 else Or(tuple(tests), type=Boolean())
    return normalise(Not(held, type=Boolean()))


def _curve(context: Context, written: tuple[tuple[Text, ...], ...], measure: Type) -> Curve | None:
    found: list[tuple[int, int]] = []
    for at, height in written:
        if not isinstance(measure, Number | Duration | Days):
            context.diagnostics.add(
                "T107", at.span, msg("a measure that is {kind} has no curve", kind=describe(measure))
            )
            return None
        place = literal_value(at, measure, context.zone, context.diagnostics)
        value = points(context, height, SCORE_DIGITS)
        if not isinstance(place, int) or value is None:
            continue
        if found and place <= found[-1][0]:
            context.diagnostics.add(
                "H107", at.span, msg("the points of a curve must ascend"), help=msg("write the lowest measure first")
            )
            continue
        found.append((place, value))
    return Curve(tuple(found)) if len(found) == len(written) else None
