"""Lowers working calendars to settings from which a calendar can be made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from steelyard.calendars import CalendarError, Settings, calendar
from steelyard.calendars.holiday_data import FIRST_YEAR, LAST_YEAR, is_known, suggestions
from steelyard.calendars.recurrence import starts
from steelyard.calendars.recurrence_rule import RecurrenceError, read_rule
from steelyard.calendars.zones import DAY_US, Zone, day_of, zone
from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir.lowering.hours import check_hours, date_of, hours_of_days, week_hours
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.ruleset import WorkingCalendar
from steelyard.model import case as model
from steelyard.model.scalars import WEEKDAYS
from steelyard.source import Text


class Calendars(Protocol):
    """The calendars of a ruleset, by their names."""

    def calendar_names(self) -> tuple[str, ...]:
        """Their names."""
        ...

    def calendar(self, name: str, asked_at: Span | None = None) -> WorkingCalendar | None:
        """The one of that name; None after an error was reported."""
        ...


def working_calendar(
    key: Text, written: model.Calendar, others: Calendars, at: Zone, diagnostics: Diagnostics
) -> WorkingCalendar | None:
    """Lower a calendar; None after an error was reported.

    Args:
        key: its name.
        written: what stands under it.
        others: the calendars of the ruleset; `holidays` may name one of them.
        at: the time zone of the ruleset.
        diagnostics: where errors are reported.
    """
    before = diagnostics.errors
    base: Settings | None = None
    if not is_known(written.holidays) and written.holidays in others.calendar_names():
        found = others.calendar(written.holidays, written.holidays.span)
        if found is None:
            return None
        base = found.settings
    hours = week_hours(written.hours, diagnostics)
    half_days = hours_of_days(written.half_days, diagnostics)
    years = tuple(sorted({year for text in written.years if (year := _year(text, diagnostics)) is not None}))
    covered = years or (() if base is None else base.years)
    yearly = {day for text in written.closed if "=" in text for day in _yearly(text, covered, diagnostics)}
    closed = _days((text for text in written.closed if "=" not in text), diagnostics)
    opened = _days(written.open, diagnostics)
    for day in sorted(set(closed) & set(opened)):
        place = opened[day]
        headline = msg("`{day}` is both closed and open", day=place)
        diagnostics.add("T118", place.span, headline, help=msg("write it in one of the two lists"))
    if base is None and not is_known(written.holidays):
        _unknown_holidays(written.holidays, diagnostics)
    if diagnostics.errors > before:
        return None
    weekend = None if written.weekend is None else tuple(sorted({WEEKDAYS.index(day) for day in written.weekend}))
    settings = Settings(
        str(written.holidays),
        hours.usual,
        weekend,
        tuple(sorted(yearly.union(closed).difference(opened))),
        tuple(sorted(opened)),
        years,
        weekday_hours=hours.others,
        make_up_days=written.make_up_days != "false",
        half_days=tuple(sorted((day, own) for day, (_, own) in half_days.items())),
    )
    if base is not None:
        settings = _added(base, settings, written)
    try:
        made = calendar(settings, at.name)
    except CalendarError as error:
        diagnostics.add("T118", key.span, error.why, help=error.advice)
        return None
    check_hours(made.days, written, half_days, diagnostics)
    if diagnostics.errors > before:
        return None
    return WorkingCalendar(
        id=str(key),
        label=label(written.label, str(key)),
        source=source(written.source),
        notes=maybe_label(written.notes),
        span=key.span,
        settings=settings,
        digest=made.digest(),
    )


def _added(base: Settings, own: Settings, written: model.Calendar) -> Settings:
    """What another calendar says, with the days of this one; whatever else this one writes stands in its place."""
    closed = set(base.closed).difference(own.open).union(own.closed)
    opened = set(base.open).difference(own.closed).union(own.open)
    merged = replace(base, closed=tuple(sorted(closed)), open=tuple(sorted(opened)), years=own.years or base.years)
    if written.hours is not None:
        merged = replace(merged, hours=own.hours, weekday_hours=own.weekday_hours)
    if written.half_days:
        merged = replace(merged, half_days=own.half_days)
    if written.weekend is not None:
        merged = replace(merged, weekend=own.weekend)
    return merged if written.make_up_days is None else replace(merged, make_up_days=own.make_up_days)


def _yearly(text: Text, years: Sequence[int], diagnostics: Diagnostics) -> tuple[int, ...]:
    """The days of a yearly rule in some years, as days since 1970-01-01."""
    try:
        found = _instants(text, years)
    except RecurrenceError as error:
        diagnostics.add("T121", text.span, error.why, help=error.advice)
        return ()
    return tuple(day for instant in found if day_of(day := instant // DAY_US).year in years)


def _instants(text: Text, years: Sequence[int]) -> tuple[int, ...]:
    rule = read_rule(text)
    if rule.freq != "YEARLY" or {"BYHOUR", "BYMINUTE", "BYSECOND"} & {name for name, _ in rule.numbers}:
        raise RecurrenceError(
            msg("a day off recurs yearly, without times of day"),
            msg("write e.g. `{rule}`", rule="FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4"),
        )
    if not years:
        raise RecurrenceError(
            msg("the rule holds for no year"), msg("list the years under `years`: the rule counts in them only")
        )
    return starts(rule, datetime(years[0], 1, 1), datetime(years[-1], 12, 31), zone("UTC"))  # noqa: DTZ001 - local


def _days(texts: Iterable[Text], diagnostics: Diagnostics) -> dict[int, Text]:
    found = ((date_of(text, diagnostics), text) for text in texts)
    return {day: text for day, text in found if day is not None}


def _year(text: Text, diagnostics: Diagnostics) -> int | None:
    year = int(text)
    if FIRST_YEAR <= year <= LAST_YEAR:
        return year
    hint = msg("years lie from {first} to {last}", first=FIRST_YEAR, last=LAST_YEAR)
    diagnostics.add("T109", text.span, msg("`{text}` is not a year", text=text), help=hint)
    return None


def _unknown_holidays(text: Text, diagnostics: Diagnostics) -> None:
    near = closest(text.upper(), suggestions(text))
    diagnostics.add(
        "N114",
        text.span,
        msg("no holidays are known of `{code}`", code=text),
        help=msg("did you mean `{near}`?", near=near)
        if near
        else msg("write a country (`CN`), a state (`US-TX`), `none` for weekends only, or a calendar of this ruleset"),
    )
