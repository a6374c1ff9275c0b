"""Relations whose rows are windows that recur by a rule: the rule, its bounds and the rows (LANGUAGE.md section 9)."""

from __future__ import annotations

from datetime import date, datetime, time

from steelyard.calendars.clock_text import Written, read_date, read_datetime
from steelyard.calendars.recurrence import starts
from steelyard.calendars.recurrence_rule import RecurrenceError, read_rule
from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.ir import types
from steelyard.ir.lowering.context import Context
from steelyard.ir.ruleset import InputField, Label, Recurring
from steelyard.ir.types import FIRST_INSTANT, LAST_INSTANT, default_range
from steelyard.language import syntax
from steelyard.language.parser import parse_literal
from steelyard.model import relations as model
from steelyard.source import Text

START, END = "starts", "ends"
"""The fields of a recurring window."""


def recurring(context: Context, written: model.Relation) -> tuple[Recurring | None, tuple[InputField, ...]]:
    """Lower a recurring relation: its windows (None after an error), and its fields, none where it does not recur."""
    if written.recurring is None:
        return None, ()
    _check_alone(written, context.diagnostics)
    found = _windows(written, written.recurring, context.zone, context.diagnostics)
    kind = types.DateTime()
    fields = (
        InputField(id=one, label=Label(one, one), type=kind, column=one, range=default_range(kind))
        for one in (START, END)
    )
    return found, tuple(fields)


def _check_alone(written: model.Relation, diagnostics: Diagnostics) -> None:
    """Check that nothing beside the rule says where rows come from."""
    said = [written.feed, written.of_case, written.id]
    places = [one.span for one in said if one is not None]
    places += [key.span for key in written.fields]
    places += [] if written.derived is None else [written.derived.span]
    places += [] if written.window is None else [written.window.span]
    for place in places:
        diagnostics.add(
            "M109",
            place,
            msg("the rows of a recurring relation follow from its rule"),
            help=msg("leave this out: a row has the fields `starts` and `ends`"),
        )


def _windows(written: model.Relation, rule: Text, zone: Zone, diagnostics: Diagnostics) -> Recurring | None:
    duration = None if written.duration is None else _duration(written.duration, diagnostics)
    first = None if written.from_ is None else _moment(written.from_, time(0), diagnostics)
    last = None if written.until is None else _moment(written.until, time(23, 59, 59), diagnostics)
    if duration is None or first is None or last is None:
        return None  # said, or a key is lacking
    if last < first and written.until is not None:
        diagnostics.add("T109", written.until.span, msg("`until` is before `from`"))
        return None
    try:
        read = read_rule(rule)
        found = starts(read, first, last, zone)
    except RecurrenceError as error:
        diagnostics.add("T121", rule.span, error.why, help=error.advice)
        return None
    if found[0] < FIRST_INSTANT or found[-1] + duration > LAST_INSTANT:
        diagnostics.add("T121", rule.span, msg("a window is not within the years 1900 to 2200"))
        return None
    windows = tuple((at, at + duration) for at in found)
    return Recurring(read.text, duration, first.isoformat(), last.isoformat(), windows)


def _duration(text: Text, diagnostics: Diagnostics) -> int | None:
    before = diagnostics.errors
    found = parse_literal(text, diagnostics)
    if isinstance(found, syntax.DurationLiteral) and found.microseconds > 0:
        return found.microseconds
    if diagnostics.errors == before:
        advice = msg("write it in hours, e.g. `48h`: it is elapsed time, also where the clocks change")
        diagnostics.add("T109", text.span, msg("`{text}` is no length of a window", text=text), help=advice)
    return None


def _moment(text: Text, clock: time, diagnostics: Diagnostics) -> datetime | None:
    """A local time; of a date its `clock`."""
    found: date | Written | Message | None = read_date(text)
    if isinstance(found, date):
        return datetime.combine(found, clock)
    found = found or read_datetime(text)
    if isinstance(found, Written) and found.offset is None and not found.wall.microsecond:
        return found.wall
    advice = found if isinstance(found, Message) else msg("write `2024-05-01`, or a local time like `2024-05-01T08:30`")
    diagnostics.add("T109", text.span, msg("`{text}` is no local date or time", text=text), help=advice)
    return None
