"""Says which working hours a clock counted: each kind of hours with the days on which it ran within them."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.calendars import Hours, hours_text
from steelyard.calendars.hours import worked_by
from steelyard.calendars.zones import DAY_US, day_of
from steelyard.diagnostics import msg
from steelyard.explain.terms import Text
from steelyard.semantics.records import Timing

_MOST_DAYS = 3
"""At most so many days are named; more are counted."""


def hours_counted(timing: Timing) -> tuple[Text, ...]:
    """Say of each kind of hours on which days the clock ran within them; empty for elapsed time."""
    found: dict[Hours, list[int]] = {}
    for day, hours in _days(timing):
        found.setdefault(hours, []).append(day)
    return tuple(
        msg("hours {hours} on {days}", hours=hours_text(hours), days=_days_text(days)) for hours, days in found.items()
    )


def _days(timing: Timing) -> Iterator[tuple[int, Hours]]:
    """The local days on which working time passed, with their hours."""
    calendar, start, end = timing.calendar, timing.start, timing.end
    if calendar is None or start is None or end is None:
        return
    low, high = calendar.offsets.local(start), calendar.offsets.local(end)
    for day in range(low // DAY_US, high // DAY_US + 1):
        hours = calendar.timetable.hours_of(day)
        midnight = day * DAY_US
        before, until = worked_by(hours, low - midnight), worked_by(hours, high - midnight)
        if hours and before < until:
            yield day, hours


def _days_text(days: list[int]) -> Text:
    if len(days) > _MOST_DAYS:
        return msg("{count} {count:day|days}", count=len(days))
    return msg("{items}", items=tuple(str(day_of(day)) for day in days))
