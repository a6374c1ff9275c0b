"""The working hours of each day of a calendar, and the working time that they add up to.

Times here are local, in microseconds since 1970-01-01 00:00, as if clocks never changed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from steelyard.calendars.day_table import DayTable
from steelyard.calendars.holiday_data import weekday
from steelyard.calendars.hours import Hours, day_length, worked_by
from steelyard.calendars.zones import DAY_US


@dataclass(frozen=True, slots=True)
class Timetable:
    """The hours of the working days of some years; build it with `timetable`.

    Attributes:
        days: the working days.
        hours: the hours of a working day that is not among `others`; empty where only days are counted.
        others: the working days with other hours, ascending.
        other_hours: the hours of each of them; empty where no working time passes on it.
        differences: by how much the first n of `others` together are longer than n days of `hours`, from n = 0 on.
    """

    days: DayTable
    hours: Hours
    others: tuple[int, ...] = ()
    other_hours: tuple[Hours, ...] = ()
    differences: tuple[int, ...] = field(default=(0,), repr=False)

    def hours_of(self, day: int) -> Hours:
        """The hours of a covered day; empty on a day off."""
        if not self.days.is_working(day):
            return ()
        at = bisect_left(self.others, day)
        return self.other_hours[at] if at < len(self.others) and self.others[at] == day else self.hours

    def worked_before_day(self, day: int) -> int:
        """The working time from the first covered day to the start of this one."""
        return self.days.count(day - 1) * day_length(self.hours) + self.differences[bisect_left(self.others, day)]

    def worked_before(self, wall: int) -> int:
        """The working time from the first covered day to a local time."""
        day, time = divmod(wall, DAY_US)
        return self.worked_before_day(day) + worked_by(self.hours_of(day), time)

    def total(self) -> int:
        """The working time of all covered days."""
        return self.worked_before_day(self.days.last_day + 1)

    def kinds(self) -> tuple[Hours, ...]:
        """All hours that a working day can have, each once; those in which no time passes are left out."""
        usual = (self.hours,) if len(self.days.working) > len(self.others) else ()
        return tuple(dict.fromkeys(hours for hours in (*usual, *self.other_hours) if hours))

    def rows(self) -> Iterator[tuple[int, Hours]]:
        """Give each covered day as (working time before it, its hours), as a table to join in an engine."""
        own = dict(zip(self.others, self.other_hours, strict=True))
        before = 0
        for day, works, _ in self.days.rows():
            hours = own.get(day, self.hours) if works else ()
            yield before, hours
            before += day_length(hours)


def timetable(days: DayTable, hours: Hours, weekdays: Mapping[int, Hours], dates: Mapping[int, Hours]) -> Timetable:
    """Make the table of working days with their hours.

    Args:
        days: the working days.
        hours: the hours of a working day for which nothing else is said.
        weekdays: other hours of days of the week, counted from Monday, 0.
        dates: other hours of single days, which come before those of their weekday; days off have none.
    """
    others = dict(_others(days, hours, weekdays, dates)) if weekdays or dates else {}
    longer = (day_length(own) - day_length(hours) for own in others.values())
    return Timetable(days, hours, tuple(others), tuple(others.values()), tuple(accumulate(longer, initial=0)))


def _others(
    days: DayTable, hours: Hours, weekdays: Mapping[int, Hours], dates: Mapping[int, Hours]
) -> Iterable[tuple[int, Hours]]:
    for day in days.working:
        own = dates.get(day, weekdays.get(weekday(day), hours))
        if own != hours:
            yield day, own
