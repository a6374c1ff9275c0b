"""Lowers working calendars to settings from which a calendar can be made."""

from __future__ import annotations

from collections.abc import Iterable

from steelyard.calendars import CalendarError, Settings, calendar
from steelyard.calendars.holiday_data import FIRST_YEAR, LAST_YEAR, is_known, suggestions
from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Diagnostics, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir.lowering.hours import check_hours, date_of, hours_of_days, week_hours
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.ruleset import WorkingCalendar
from steelyard.model import case as model
from steelyard.model.scalars import WEEKDAYS
from steelyard.source import Text


def working_calendar(
    key: Text, written: model.Calendar, zone: Zone, diagnostics: Diagnostics
) -> WorkingCalendar | None:
    """Lower a calendar; None after an error was reported."""
    before = diagnostics.errors
    hours = week_hours(written.hours, diagnostics)
    half_days = hours_of_days(written.half_days, diagnostics)
    closed, opened = _days(written.closed, diagnostics), _days(written.open, diagnostics)
    years = tuple(sorted({year for text in written.years if (year := _year(text, diagnostics)) is not None}))
    for day in sorted(set(closed) & set(opened)):
        place = opened[day]
        headline = msg("`{day}` is both closed and open", day=place)
        diagnostics.add("T118", place.span, headline, help=msg("write it in one of the two lists"))
    if not is_known(written.holidays):
        _unknown_holidays(written.holidays, diagnostics)
    if diagnostics.errors > before:
        return None
    weekend = None if written.weekend is None else tuple(sorted({WEEKDAYS.index(day) for day in written.weekend}))
    settings = Settings(
        str(written.holidays),
        hours.usual,
        weekend,
        tuple(sorted(closed)),
        tuple(sorted(opened)),
        years,
        weekday_hours=hours.others,
        make_up_days=written.make_up_days != "false",
        half_days=tuple(sorted((day, own) for day, (_, own) in half_days.items())),
    )
    try:
        made = calendar(settings, zone.name)
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
        else msg("write a country (`CN`), a state (`US-TX`), or `none` for weekends only"),
    )
