"""Lowers the working hours of a calendar: of days of the week, and of single days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from steelyard.calendars import Hours, read_hours
from steelyard.calendars.clock_text import read_date
from steelyard.calendars.day_table import DayTable
from steelyard.calendars.holiday_data import weekday
from steelyard.calendars.zones import day_number, day_of
from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.model import case as model
from steelyard.model.scalars import WEEKDAYS
from steelyard.source import Text

_NONE = "none"
"""The hours of a day of the week on which no working time passes."""


@dataclass(frozen=True, slots=True)
class WeekHours:
    """The hours of the days of the week.

    Attributes:
        usual: those of every day that is not among `others`.
        others: days of the week with other hours, ascending, counted from Monday, 0.
    """

    usual: Hours = ()
    others: tuple[tuple[int, Hours], ...] = ()


def week_hours(written: model.Hours | None, diagnostics: Diagnostics) -> WeekHours:
    """Read the hours of the days of the week; reported ones are taken for empty."""
    if written is None:
        return WeekHours()
    own = {day: _hours(text, diagnostics, none=True) for day, text in _by_weekday(written).items()}
    if written.otherwise is not None:
        usual = _hours(written.otherwise, diagnostics)
    else:
        usual = Counter(own.values()).most_common(1)[0][0]
        own = {day: own.get(day, ()) for day in range(len(WEEKDAYS))}
    return WeekHours(usual, tuple((day, hours) for day, hours in sorted(own.items()) if hours != usual))


def hours_of_days(written: Mapping[Text, Text], diagnostics: Diagnostics) -> dict[int, tuple[Text, Hours]]:
    """Read the hours of single days: of each day its text and its hours."""
    found: dict[int, tuple[Text, Hours]] = {}
    for text, hours in written.items():
        day = date_of(text, diagnostics)
        if day is not None and day in found:
            headline = msg("`{day}` has hours twice", day=text)
            diagnostics.add("T118", text.span, headline, help=msg("leave one of them"))
        if day is not None:
            found[day] = text, _hours(hours, diagnostics)
    return found


def date_of(text: Text, diagnostics: Diagnostics) -> int | None:
    """Read a day, as days since 1970-01-01; None after an error was reported."""
    found = read_date(text)
    if found is None or isinstance(found, Message):
        hint = msg("write e.g. `2024-05-01`") if found is None else found
        diagnostics.add("T109", text.span, msg("`{text}` is not a date", text=text), help=hint)
        return None
    return day_number(found)


def check_hours(
    days: DayTable, written: model.Calendar, half_days: Mapping[int, tuple[Text, Hours]], diagnostics: Diagnostics
) -> None:
    """Report hours of days that are not worked, and days of the week that are worked without hours."""
    for day, (text, _) in half_days.items():
        if not days.is_working(day):
            headline = msg("`{day}` has hours, and is not a working day", day=text)
            hint = msg("write it under `open` too, or take it out; a half day is a working day with fewer hours")
            diagnostics.add("T118", text.span, headline, help=hint)
    if written.hours is not None:
        _check_week(days, written.hours, written, diagnostics)


def _check_week(days: DayTable, hours: model.Hours, written: model.Calendar, diagnostics: Diagnostics) -> None:
    own = _by_weekday(hours)
    worked = Counter(map(weekday, days.working))
    half = (days.last_day - days.first_day) // len(WEEKDAYS) // 2
    for day, name in enumerate(WEEKDAYS):
        if day in own and own[day] == _NONE:
            continue  # true of every day, worked or not
        if day in own and not worked[day]:
            headline = msg("`{day}` has hours, and no such day is worked", day=name)
            hint = msg("`weekend: [{days}]` makes it a working day", days=_without(day, written))
            diagnostics.add("T118", own[day].span, headline, help=hint)
        elif day in own and written.weekend is None and worked[day] < half:
            headline = msg("`{day}` has hours, and few such days are worked: those in exchange for others", day=name)
            hint = msg(
                "`weekend: [{days}]` makes the others working days too; where only these are meant, write `weekend`",
                days=_without(day, written),
            )
            diagnostics.add("T118", own[day].span, headline, help=hint)
        elif day not in own and hours.otherwise is None and worked[day]:
            first = next(one for one in days.working if weekday(one) == day)
            headline = msg("`{day}` has no hours, and {first} is a working day", day=name, first=str(day_of(first)))
            hint = msg('write `{day}: "09:00-17:30"`, `{day}: none` or `otherwise`', day=name)
            diagnostics.add("T116", hours.span, headline, help=hint)


def _without(day: int, written: model.Calendar) -> str:
    off = written.weekend if written.weekend is not None else ("sat", "sun")
    return ", ".join(name for name in off if name != WEEKDAYS[day])


def _by_weekday(written: model.Hours) -> dict[int, Text]:
    days = (written.mon, written.tue, written.wed, written.thu, written.fri, written.sat, written.sun)
    return {day: text for day, text in enumerate(days) if text is not None}


def _hours(text: Text, diagnostics: Diagnostics, *, none: bool = False) -> Hours:
    if none and text == _NONE:
        return ()
    found = read_hours(text)
    if isinstance(found, Message):
        diagnostics.add("T116", text.span, msg("`{hours}` are no working hours", hours=text), help=found)
        return ()
    return found
