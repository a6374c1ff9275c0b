"""Working days and working time in expressions (LANGUAGE.md sections 3 and 4)."""

from __future__ import annotations

from collections.abc import Callable

from steelyard.diagnostics import Message, Span, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Apply, Expr, Function, Literal
from steelyard.ir.functions import FUNCTIONS
from steelyard.ir.ruleset import WorkingCalendar
from steelyard.ir.scope import Lookup, NameScope, written
from steelyard.ir.types import Date, DateTime, Number, Type
from steelyard.ir.typing.literals import working_days_as_value
from steelyard.ir.typing.numbers import wanted_hint
from steelyard.language import syntax

Lower = Callable[[syntax.Expression, NameScope], Expr | None]


def working(node: syntax.Call, scope: NameScope, lower: Lower) -> Expr | None:
    """working_time, add_business_days, business_days_between; the number of arguments is checked."""
    function = Function(node.function)
    (signature,) = FUNCTIONS[function].signatures
    named = node.arguments[2] if len(node.arguments) == 3 else None
    if named is not None and not (isinstance(named, syntax.Name) and len(named.parts) == 1):
        headline = msg("the third argument of `{name}` is the name of a calendar", name=node.function)
        scope.diagnostics.add("T106", named.span, headline)
        return None
    place = node.span if named is None else named.span
    calendar = find_calendar(scope.lookup, None if named is None else written(named), place)
    arguments = [lower(argument, scope) for argument in node.arguments[:2]]
    good = [argument for argument in arguments if argument is not None]
    if len(good) < len(arguments) or calendar is None:
        return None
    for argument, kind in zip(good, signature.parameters, strict=True):
        if not _fits(argument.type, kind):
            scope.diagnostics.add(
                "T106",
                argument.span or node.span,
                msg(
                    "`{name}` takes {wanted} here, not {kind}",
                    name=node.function,
                    wanted=describe(kind),
                    kind=describe(argument.type),
                ),
                help=_hint(kind, argument.type),
            )
            return None
    if function is Function.WORKING_TIME and not calendar.settings.has_hours():
        without_hours(scope.lookup, calendar.id, place)
        return None
    return Apply(function, tuple(good), calendar=calendar.id, type=signature.result, span=node.span)


def working_days(node: syntax.Expression) -> int | None:
    """The number of working days that a tree is, `15bd` or `-15bd`; None for any other tree."""
    match node:
        case syntax.DaysLiteral(days=days, business=True):
            return days
        case syntax.Negative(operand=syntax.DaysLiteral(days=days, business=True)):
            return -days
        case _:  # any other tree
            return None


def shifted(node: syntax.Arithmetic, scope: NameScope, lower: Lower) -> Expr | None:
    """`date + 15bd`, `15bd + date`, `date - 15bd`: one side is a number of working days."""
    left, right = working_days(node.left), working_days(node.right)
    match node.operator, left, right:
        case "+", int() as number, None:
            date, place = node.right, node.left.span
        case "+", None, int() as number:
            date, place = node.left, node.right.span
        case "-", None, int() as number:
            date, place, number = node.left, node.right.span, -number
        case _:  # working days on both sides, or on none
            working_days_as_value(node.span, scope.diagnostics)
            return None
    calendar = find_calendar(scope.lookup, None, place)
    day = lower(date, scope)
    if day is None or calendar is None:
        return None
    if not isinstance(day.type, Date):
        headline = msg("working days cannot be added to {kind}", kind=describe(day.type))
        scope.diagnostics.add("T101", node.span, headline, help=_hint(Date(), day.type))
        return None
    steps = Literal(number, type=Number(0), span=place)
    return Apply(Function.ADD_BUSINESS_DAYS, (day, steps), calendar=calendar.id, type=Date(), span=node.span)


def find_calendar(lookup: Lookup, name: str | None, place: Span) -> WorkingCalendar | None:
    """The calendar of a name, or the default one; None after an error was reported, here or where it stands."""
    names = lookup.calendar_names()
    if name is None and not names:
        hint = msg('declare one, e.g. `calendars: {{office: {{holidays: CN, hours: "09:00-17:30"}}}}`')
        lookup.diagnostics.add("N113", place, msg("there is no calendar to count working days by"), help=hint)
        return None
    if name is not None and name not in names:
        near = closest(name, names)
        hint = (
            msg("the calendars are: {names}", names=listed(names)) if names else msg("there are none in this ruleset")
        )
        lookup.diagnostics.add(
            "N113",
            place,
            msg("`{name}` is not a calendar", name=name),
            help=msg("did you mean `{near}`?", near=near) if near else hint,
        )
        return None
    return lookup.calendar(name if name is not None else names[0])


def without_hours(lookup: Lookup, name: str, place: Span) -> None:
    """Report working time asked of a calendar that only has days."""
    lookup.diagnostics.add(
        "T117",
        place,
        msg("the calendar `{name}` has no working hours", name=name),
        help=msg('write e.g. `hours: "09:00-17:30"` in it; `hours: "00:00-24:00"` counts whole working days'),
    )


def _fits(kind: Type, wanted: Type) -> bool:
    return isinstance(kind, DateTime) if isinstance(wanted, DateTime) else kind == wanted


def _hint(wanted: Type, kind: Type) -> Message | None:
    match wanted, kind:
        case DateTime(), Date():
            return msg("working time needs instants; days are counted by `business_days_between(from, to)`")
        case _:  # every other pair of types
            return wanted_hint(wanted, kind)
