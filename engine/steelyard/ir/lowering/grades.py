"""Lowers grades: bounds become inclusive ranges at the score's own scale."""

from __future__ import annotations

from collections.abc import Mapping

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.ir.lowering.bounds import points
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.people import label
from steelyard.ir.ruleset import Bounds, Grade
from steelyard.language import syntax
from steelyard.language.parser import parse_literal, parse_test
from steelyard.model import points as model
from steelyard.source import Text


def grades(
    context: Context, written: Mapping[Text, Text | model.GradeRange], digits: int, clamp: Bounds, *, lower: bool
) -> tuple[Grade, ...]:
    """Return the grades in the order written; gaps and overlaps inside the clamp are errors."""
    before = context.diagnostics.errors
    bounds: list[tuple[Text, Text | model.GradeRange, int | None, int | None, bool]] = []
    for key, one in written.items():
        found = _stretch(context, one, digits, lower=lower)
        if found is not None:
            bounds.append((key, one, *found))
    chained = _chain([(low, high, bare) for _, _, low, high, bare in bounds], lower=lower)
    result = tuple(
        Grade(
            str(key), label(one.label if isinstance(one, model.GradeRange) else None, str(key)), low, high, _text(one)
        )
        for (key, one, *_), (low, high) in zip(bounds, chained, strict=True)
    )
    if context.diagnostics.errors == before:
        _check(context, result, tuple(key.span for key, *_ in bounds), digits, clamp)
    return result


def _text(one: Text | model.GradeRange) -> str:
    if isinstance(one, Text):
        return str(one)
    if one.when is not None:
        return str(one.when)
    return f"[{one.from_ or ''}..{one.to or ''})"


def _chain(bounds: list[tuple[int | None, int | None, bool]], *, lower: bool) -> list[tuple[int | None, int | None]]:
    """A bare bound reaches to the next one: `A: 90` is [90, ∞), `B: 75` then [75, 90)."""
    found: list[tuple[int | None, int | None]] = []
    edges = sorted(edge for low, high, _ in bounds if (edge := high if lower else low) is not None)
    for low, high, is_bare in bounds:
        if not is_bare:
            found.append((low, high))
        elif lower:
            smaller = [edge for edge in edges if high is not None and edge < high]
            found.append((smaller[-1] + 1 if smaller else None, high))
        else:
            larger = [edge for edge in edges if low is not None and edge > low]
            found.append((low, larger[0] - 1 if larger else None))
    return found


def _stretch(
    context: Context, one: Text | model.GradeRange, digits: int, *, lower: bool
) -> tuple[int | None, int | None, bool] | None:
    """Inclusive ends at the score's scale, and whether it is a bare bound."""
    if isinstance(one, model.GradeRange) and one.when is None:
        low = None if one.from_ is None else _end(context, one.from_, digits, up=True)
        high = None if one.to is None else _end(context, one.to, digits, up=True)
        if lower and one.from_ is None and high is not None:
            return None, high, one.to is not None
        return low, None if high is None else high - 1, one.to is None and not lower
    text = one if isinstance(one, Text) else one.when
    if text is None:
        return None
    parsed = parse_literal(text, Diagnostics())
    bare = parsed.operand if isinstance(parsed, syntax.Negative) else parsed
    if isinstance(bare, syntax.Number):
        edge = _end(context, text, digits, up=not lower)
        return None if edge is None else ((None, edge, True) if lower else (edge, None, True))
    tree = parse_test(text, context.diagnostics)
    found = None if tree is None else _tested(context, tree, digits)
    return None if found is None else (*found, False)


def _tested(context: Context, tree: syntax.UnaryTest, digits: int) -> tuple[int | None, int | None] | None:
    match tree:
        case syntax.CompareTest(operator=">=", value=value):
            return _edge(context, value, digits, up=True), None
        case syntax.CompareTest(operator=">", value=value):
            edge = _edge(context, value, digits, up=False)
            return (None if edge is None else edge + 1), None
        case syntax.CompareTest(operator="<=", value=value):
            return None, _edge(context, value, digits, up=False)
        case syntax.CompareTest(operator="<", value=value):
            edge = _edge(context, value, digits, up=True)
            return None, (None if edge is None else edge - 1)
        case syntax.IntervalTest(interval=interval):
            low = high = None
            if interval.low is not None:
                low = _edge(context, interval.low, digits, up=interval.low_closed)
                low = low if low is None or interval.low_closed else low + 1
            if interval.high is not None:
                high = _edge(context, interval.high, digits, up=not interval.high_closed)
                high = high if high is None or interval.high_closed else high - 1
            return low, high
        case syntax.AnyValue():
            return None, None
        case _:  # any other test is not a test of a number
            context.diagnostics.add(
                "T109",
                tree.span,
                msg("a grade is a bound or an interval"),
                help=msg('write `90`, `">= 90"` or `"[75..90)"`'),
            )
            return None


def _edge(context: Context, node: syntax.Expression, digits: int, *, up: bool) -> int | None:
    negative = isinstance(node, syntax.Negative)
    number = node.operand if isinstance(node, syntax.Negative) else node
    if not isinstance(number, syntax.Number):
        context.diagnostics.add("T109", node.span, msg("the bound of a grade is a number"), help=msg("write e.g. `90`"))
        return None
    units = -number.units if negative else number.units
    scale = number.scale
    if scale <= digits:
        return units * 10 ** (digits - scale)
    quotient, rest = divmod(units, 10 ** (scale - digits))
    return quotient + 1 if up and rest else quotient


def _end(context: Context, text: Text, digits: int, *, up: bool) -> int | None:
    parsed = parse_literal(text, context.diagnostics)
    if parsed is None:
        return points(context, text, digits)
    return _edge(context, parsed, digits, up=up)


def _check(
    context: Context, found: tuple[Grade, ...], spans: tuple[Span | None, ...], digits: int, clamp: Bounds
) -> None:
    """Walk the grades upwards; `reached` is the least score without a grade so far, None for no end above."""
    filled: list[tuple[Grade, Span | None]] = []
    for grade, span in zip(found, spans, strict=True):
        if grade.low is not None and grade.high is not None and grade.low > grade.high:
            headline = msg("no score gets the grade `{name}`", name=grade.id)
            context.diagnostics.add("H113", span, headline, help=msg("write the lower end first"))
        else:
            filled.append((grade, span))
    filled.sort(key=lambda one: (one[0].low is not None, one[0].low or 0))
    reached, first = clamp.low, True
    for grade, span in filled:
        if first and reached is None and grade.low is not None:
            _hole(context, span, msg("below {low}", low=_show(grade.low, digits)))
        elif reached is not None and grade.low is not None and grade.low > reached:
            ends = (_show(reached, digits), _show(grade.low - 1, digits))
            _hole(context, span, msg("from {low} to {high}", low=ends[0], high=ends[1]))
        elif not first and (reached is None or grade.low is None or grade.low < reached):
            context.diagnostics.add(
                "H112",
                span,
                msg("the grade `{name}` overlaps another one", name=grade.id),
                help=msg("write each bound once"),
            )
        if grade.high is None or (reached is None and not first):
            reached = None
        else:
            reached = grade.high + 1 if first or reached is None else max(reached, grade.high + 1)
        first = False
    if filled and reached is not None and (clamp.high is None or reached <= clamp.high):
        _hole(context, filled[-1][1], msg("from {low}", low=_show(reached, digits)))


def _hole(context: Context, span: Span | None, where: object) -> None:
    context.diagnostics.add(
        "H111",
        span,
        msg("scores {where} have no grade", where=where),
        help=msg("close the hole, `clamp` the score, or declare ranges of what it is computed from"),
    )


def _show(units: int, digits: int) -> str:
    sign, text = ("-" if units < 0 else ""), str(abs(units)).rjust(digits + 1, "0")
    return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)
