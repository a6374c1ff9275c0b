"""Types literals by their form, or by the type required at their place."""

from __future__ import annotations

import re
from typing import TypeGuard, assert_never

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.diagnostics.suggestions import closest, listed, spelled
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Literal, Stored
from steelyard.ir.types import (
    FIRST_DAY,
    FIRST_INSTANT,
    LAST_DAY,
    LAST_INSTANT,
    Boolean,
    Date,
    DateTime,
    Days,
    Duration,
    Number,
    Region,
    Regions,
    Text,
    Type,
)
from steelyard.language import syntax
from steelyard.language.parser import parse_literal
from steelyard.source import Text as Written

REGION_FORMS = {
    "gb2260": re.compile(r"[0-9]{6}"),
    "fips": re.compile(r"[0-9]{2}|[0-9]{5}"),
    "name": re.compile(r".+", re.DOTALL),
}

LiteralSyntax = (
    syntax.Number
    | syntax.Quoted
    | syntax.Truth
    | syntax.DurationLiteral
    | syntax.DaysLiteral
    | syntax.DateLiteral
    | syntax.MissingLiteral
    | syntax.Negative
)


def is_literal(node: object) -> TypeGuard[LiteralSyntax]:
    """Whether a tree is a literal: a sign belongs to it before a number, a duration or days only."""
    bare = node.operand if isinstance(node, syntax.Negative) else node
    if bare is not node:
        return isinstance(bare, syntax.Number | syntax.DurationLiteral | syntax.DaysLiteral)
    return isinstance(bare, LiteralSyntax)


def number_parts(node: syntax.Number) -> tuple[int, int]:
    """Return units and scale: `98%` is (98, 2). Trailing zeros of a percentage are removed: `30%` is (3, 1)."""
    units, scale = node.units, node.scale  # the parser has already divided a percentage by 100
    while scale > 0 and units % 10 == 0 and node.percent:
        units, scale = units // 10, scale - 1
    return units, scale


def literal(node: LiteralSyntax, zone: Zone, diagnostics: Diagnostics, expected: Type | None = None) -> Literal | None:
    """Type a literal; `expected` decides what a quoted text is (a region) and the type of `missing`."""
    span = node.span
    match node:
        case syntax.Number():
            units, scale = number_parts(node)
            return Literal(units, type=Number(scale, percent=node.percent), span=span)
        case syntax.Truth(value=value):
            return Literal(value, type=Boolean(), span=span)
        case syntax.DurationLiteral(microseconds=microseconds):
            return Literal(microseconds, type=Duration(), span=span)
        case syntax.DaysLiteral(days=days, business=business):
            if business:
                working_days_as_value(span, diagnostics)
                return None
            return Literal(days, type=Days(), span=span)
        case syntax.DateLiteral(text=text):
            return _date(text, span, zone, diagnostics)
        case syntax.MissingLiteral():
            return Literal(None, type=expected or Number(0), span=span)
        case syntax.Quoted(text=text):
            return _text(text, span, diagnostics, expected)
        case syntax.Negative(operand=operand):
            inner = literal(operand, zone, diagnostics) if is_literal(operand) else None
            if inner is None or not isinstance(inner.value, int):
                return None
            return Literal(-inner.value, type=inner.type, span=span)


def working_days_as_value(span: Span, diagnostics: Diagnostics) -> None:
    """Report a number of working days that is not added to or subtracted from a date."""
    diagnostics.add(
        "T119",
        span,
        msg("working days can only be added to a date"),
        help=msg("write `date(x) + 15bd`, or compare `business_days_between(from, to)` with a number"),
    )


def _date(text: str, span: Span, zone: Zone, diagnostics: Diagnostics) -> Literal | None:
    day = zone.parse_date(text)
    instant = zone.parse_datetime(text) if day is None else None
    if day is not None and FIRST_DAY <= day <= LAST_DAY:
        return Literal(day, type=Date(), span=span)
    if isinstance(instant, int) and FIRST_INSTANT <= instant <= LAST_INSTANT:
        return Literal(instant, type=DateTime(), span=span)
    sign = "@" if span.end_column - span.column == len(text) + 1 else ""
    day_form, time_form = f"{sign}2024-05-01", f"{sign}2024-05-01T10:00:00+08:00"
    hint = (
        instant if isinstance(instant, Message) else msg("write e.g. `{day}` or `{time}`", day=day_form, time=time_form)
    )
    if day is not None or isinstance(instant, int):
        hint = msg("dates lie from 1900-01-01 to 2200-12-31")
    diagnostics.add("T109", span, msg("`{text}` is not a date or a datetime", text=text), help=hint)
    return None


def _text(text: str, span: Span, diagnostics: Diagnostics, expected: Type | None) -> Literal | None:
    match expected:
        case Region(scheme=scheme):
            return _region(text, scheme, span, diagnostics)
        case Regions(scheme=scheme):
            one = _region(text, scheme, span, diagnostics)
            return None if one is None else Literal((text,), type=Regions(scheme), span=span)
        case Text(values=values) if values and text not in values:
            not_listed(text, values, span, diagnostics)
            return None
        case Text():
            return Literal(text, type=expected, span=span)
        case _:  # any other type, or none; whoever asked compares it with the text
            return Literal(text, type=Text(), span=span)


def not_listed(text: str, values: tuple[str, ...], span: Span, diagnostics: Diagnostics) -> None:
    """Report a text that is not among the values listed by its type."""
    near = closest(text, values)
    diagnostics.add(
        "T103",
        span,
        msg("`{text}` is not one of the values listed", text=text),
        help=msg("did you mean `{near}`?", near=spelled(near, text, span))
        if near
        else msg("the values are: {values}", values=listed(values[:5])),
    )


def _region(text: str, scheme: str, span: Span, diagnostics: Diagnostics) -> Literal | None:
    if REGION_FORMS[scheme].fullmatch(text):
        return Literal(text, type=Region(scheme), span=span)
    diagnostics.add(
        "T109",
        span,
        msg("`{text}` is not a region of the scheme {scheme}", text=text, scheme=scheme),
        help=msg("gb2260 codes have 6 digits, fips codes 2 or 5"),
    )
    return None


def stored_as(value: Literal, kind: Type) -> Stored | None:
    """The literal's value where `kind` is asked for; None where it does not fit (or is `missing`)."""
    match value.type, kind:
        case Number(scale=have), Number(scale=want) if isinstance(value.value, int):
            if have <= want:
                return value.value * 10 ** (want - have)
            quotient, remainder = divmod(value.value, 10 ** (have - want))
            return quotient if remainder == 0 else None
        case (Text(), Text()) | (DateTime(), DateTime()):
            return value.value
        case have, want if have == want:
            return value.value
        case _:  # types that differ
            return None


def literal_value(text: Written, kind: Type, zone: Zone, diagnostics: Diagnostics) -> Stored | None:
    """The value of a place that holds a literal of `kind`; a bare word is text there, a bare date a date.

    Reports and returns None where it does not fit.
    """
    if isinstance(kind, Text | Region | Regions):
        return literal_node_value(_quoted(text), text, kind, zone, diagnostics)
    before = diagnostics.errors
    node = parse_literal(text, diagnostics)
    if diagnostics.errors > before:
        return None
    if node is None and isinstance(kind, Date | DateTime):
        node = syntax.DateLiteral(str(text), span=text.span)
    return literal_node_value(node, text, kind, zone, diagnostics, span=text.span)


def literal_node_value(
    node: syntax.Expression | None,
    written: str,
    kind: Type,
    zone: Zone,
    diagnostics: Diagnostics,
    *,
    span: Span | None = None,
) -> Stored | None:
    """The same of a tree: an end of an interval, say. `written` is shown where it does not fit."""
    place = span if node is None else node.span
    if is_literal(node) and not isinstance(node, syntax.MissingLiteral):
        before = diagnostics.errors
        typed = literal(node, zone, diagnostics, kind)
        value = None if typed is None else stored_as(typed, kind)
        if value is not None or diagnostics.errors > before:
            return value
    diagnostics.add(
        "T109", place, msg("`{text}` is not {kind}", text=written, kind=describe(kind)), help=_literal_hint(kind)
    )
    return None


def _quoted(text: Written) -> syntax.Quoted:
    """A text as it is; quotes around the whole of it are not part of it."""
    node = parse_literal(text, Diagnostics()) if text.startswith(('"', "“")) else None
    return node if isinstance(node, syntax.Quoted) else syntax.Quoted(str(text), span=text.span)


def _literal_hint(kind: Type) -> Message:
    match kind:
        case Number(scale=0):
            return msg("write a whole number, e.g. `90`")
        case Number(scale=scale):
            return msg(
                "write a number with at most {scale} {scale:digit|digits} after the point, or a percentage", scale=scale
            )
        case Duration():
            return msg("write e.g. `24h` or `1h30min`")
        case Days():
            return msg("write e.g. `15d`")
        case Boolean():
            return msg("write `true` or `false`")
        case Date():
            return msg("write e.g. `2024-05-01`")
        case DateTime():
            return msg("write e.g. `2024-05-01T10:00:00+08:00`")
        case Text() | Region() | Regions():
            return msg("write it in double quotes")
        case _:
            assert_never(kind)
