"""Clocks, and the calendars by which they count (LANGUAGE.md section 7)."""

from __future__ import annotations

from dataclasses import replace

from steelyard.diagnostics import Span, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Expr, If, Literal, OneOf
from steelyard.ir.lowering.context import Context
from steelyard.ir.ruleset import ChosenCalendar, Clock
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Boolean, DateTime, Number, Text
from steelyard.ir.typing.literals import not_listed
from steelyard.ir.typing.working import find_calendar, without_hours
from steelyard.model import indicators as model
from steelyard.source import Text as Written

_PLACE = Number(0)


def clock_of(context: Context, written: model.Clock, scope: NameScope) -> Clock | None:
    """Lower a clock; None after an error that prevents it."""
    calendar = None
    match written.calendar:
        case None:
            pass
        case model.CalendarChoice():
            calendar = _chosen(context, written.calendar, replace(scope, target=None))
        case name:
            calendar = _named(context, name)
    start = context.expression(written.from_, scope, DateTime())
    stop = context.expression(written.to, scope, DateTime())
    until = None if written.until is None else context.expression(written.until, scope, DateTime())
    if start is None or stop is None or (until is None and written.until is not None):
        return None
    return Clock(start, stop, until, calendar)


def _named(context: Context, name: Written) -> str | None:
    """The calendar of a name; None after an error was reported."""
    found = find_calendar(context, str(name), name.span)
    if found is not None and not found.settings.has_hours():
        without_hours(context, found.id, name.span)
    return None if found is None else found.id


def _chosen(context: Context, written: model.CalendarChoice, scope: NameScope) -> ChosenCalendar | None:
    """A calendar chosen by a text; None after an error was reported."""
    before = context.diagnostics.errors
    named = {value: _named(context, name) for value, name in written.of.items()}
    otherwise = None if written.otherwise is None else _named(context, written.otherwise)
    by = context.expression(written.by, scope)
    if by is not None:
        _check(context, written, by)
    if by is None or context.diagnostics.errors > before:
        return None
    values: dict[str, list[Written]] = {}
    for value, name in sorted(named.items()):
        if name is not None:
            values.setdefault(name, []).append(value)
    calendars = tuple(sorted({*values, *(() if otherwise is None else (otherwise,))}))
    place = calendars[-1] if otherwise is None else otherwise
    number: Expr = _number(calendars, place, by.span)
    for name in reversed(calendars):
        if name in values:
            items = tuple(Literal(str(value), type=by.type, span=value.span) for value in values[name])
            asked = OneOf(by, items, type=Boolean(), span=by.span)
            number = If(asked, _number(calendars, name, by.span), number, type=_PLACE, span=by.span)
    return ChosenCalendar(by, calendars, number)


def _number(calendars: tuple[str, ...], name: str, span: Span | None) -> Literal:
    return Literal(calendars.index(name), type=_PLACE, span=span)


def _check(context: Context, written: model.CalendarChoice, by: Expr) -> None:
    """Report a value that chooses and is no text, a value that cannot occur, and one without a calendar."""
    if not isinstance(by.type, Text):
        context.diagnostics.add(
            "T107",
            written.by.span,
            msg("a calendar is chosen by a text, not by {kind}", kind=describe(by.type)),
            help=msg('make it a text, e.g. `if weekend_team then "six_days" else "five_days"`'),
        )
        return
    for value in written.of:
        if by.type.values and str(value) not in by.type.values:
            not_listed(str(value), by.type.values, value.span, context.diagnostics)
    if written.otherwise is not None:
        return
    possible = context.knows.values(by)
    if possible is None:
        context.diagnostics.add(
            "M102",
            written.by.span,
            msg("other values than those under `of` can choose here, and have no calendar"),
            help=msg("write `otherwise: NAME` beside `of`, or list the values of the input under `values`"),
        )
        return
    lacking = sorted({*map(str, possible)}.difference(map(str, written.of)))
    if lacking:
        context.diagnostics.add(
            "M102",
            written.by.span,
            msg("no calendar is given for {values}", values=listed(lacking[:5])),
            help=msg("write one for each of them under `of`, or `otherwise: NAME` beside it"),
        )
