"""Working calendars: business days and working time, exactly, in days and microseconds.

The working time of a calendar is the set of instants whose local wall clock lies within the hours of a
working day. So a day on which clocks go forward within its hours is shorter, one on which they go back is longer, and
other changes of the clocks have no effect. Midnight belongs to the day that it begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from steelyard.calendars.day_table import DayTable, Uncovered, day_table
from steelyard.calendars.holiday_data import SATURDAY_SUNDAY, days_of_years, known_days, weekday
from steelyard.calendars.hours import Hours
from steelyard.calendars.offsets import Offsets, offsets
from steelyard.calendars.timetable import Timetable, timetable
from steelyard.calendars.zones import DAY_US, day_of, zone
from steelyard.diagnostics import Message, msg


@dataclass(frozen=True, slots=True)
class Settings:
    """The checked settings of a calendar in a ruleset.

    Attributes:
        holidays: `none`, `listed`, a country or a state, known to `holiday_data.is_known`.
        hours: the working hours of a working day for which nothing else is said; empty where only days are counted.
        weekend: the days off of each week, counted from Monday, 0; None for the country's own.
        closed: further days off, as days since 1970-01-01, ascending.
        open: further working days, ascending; none of them is among `closed`.
        years: years for which the ruleset lists the days itself, ascending: only `weekend`, `closed` and `open` apply
            to them, and the holiday data are ignored.
        weekday_hours: days of the week with other hours, ascending, counted from Monday, 0; empty hours where no
            working time passes.
        half_days: single working days with other hours, as days since 1970-01-01, ascending.
        make_up_days: whether the days that the country works in exchange for others are working days.
    """

    holidays: str
    hours: Hours = ()
    weekend: tuple[int, ...] | None = None
    closed: tuple[int, ...] = ()
    open: tuple[int, ...] = ()
    years: tuple[int, ...] = ()
    weekday_hours: tuple[tuple[int, Hours], ...] = ()
    half_days: tuple[tuple[int, Hours], ...] = ()
    make_up_days: bool = True

    def has_hours(self) -> bool:
        """Whether working time can pass, and not only days be counted."""
        return bool(self.hours) or any(hours for _, hours in (*self.weekday_hours, *self.half_days))


class CalendarError(ValueError):
    """Raised for settings from which no calendar can be made.

    Attributes:
        why: what is wrong with the settings.
        advice: what to write instead.
    """

    def __init__(self, why: Message, advice: Message) -> None:
        super().__init__(str(why))
        self.why = why
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Calendar:
    """A working calendar in a time zone; build it with `calendar`.

    Attributes:
        timetable: the working days with their hours.
        offsets: the zone's offsets over the covered years.
        shifts: for each offset, the correction to the working time computed from local time alone: working time that
            changes of the clocks skipped (negative) or repeated, up to the start of the offset.
    """

    timetable: Timetable
    offsets: Offsets
    shifts: tuple[int, ...] = field(repr=False)

    @property
    def days(self) -> DayTable:
        """The working days."""
        return self.timetable.days

    def add_business_days(self, day: int, number: int) -> int | Uncovered:
        """See `DayTable.add`."""
        return self.days.add(day, number)

    def business_days_between(self, start: int, end: int) -> int | Uncovered:
        """See `DayTable.between`."""
        return self.days.between(start, end)

    def working_time(self, start: int, end: int) -> int | Uncovered:
        """The working time of [start, end), in microseconds.

        Where `end` is before `start` it is minus that of [end, start).

        Returns:
            The time; `Uncovered` where the local day of `start` or `end` is not covered.
        """
        for instant in (start, end):
            outside = self.days.uncovered(self.offsets.local(instant) // DAY_US)
            if outside is not None:
                return outside
        return self._worked(end) - self._worked(start)

    def reached(self, start: int, time: int) -> int | None:
        """Return the first instant at which `time` of working time has passed since `start`; None if there is none."""
        low, high = start, (self.days.last_day + 2) * DAY_US  # no working time passes after the last covered day
        if self.days.uncovered(self.offsets.local(start) // DAY_US) is not None:
            return None
        if self._worked(high) - self._worked(start) < time:
            return None
        while low < high:
            middle = (low + high) // 2
            if self._worked(middle) - self._worked(start) < time:
                low = middle + 1
            else:
                high = middle
        return low

    def stretches(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Give the windows of working time within [start, end), ascending and apart; together they are that long."""
        last: tuple[int, int] | None = None
        for low, high, offset in self._steady(start, end):
            for day in range((low + offset) // DAY_US, (high + offset - 1) // DAY_US + 1):
                midnight = day * DAY_US - offset
                for opening, closing in self.timetable.hours_of(day):
                    window = max(midnight + opening, low), min(midnight + closing, high)
                    if window[0] >= window[1]:
                        continue
                    if last is not None and last[1] == window[0]:
                        window = last[0], window[1]
                    elif last is not None:
                        yield last
                    last = window
        if last is not None:
            yield last

    def _steady(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Give the parts of [start, end) in which clocks do not change, each with its offset."""
        starts = self.offsets.starts
        at = self.offsets.at(start)
        while start < end:
            until = min(end, starts[at + 1]) if at + 1 < len(starts) else end
            yield start, until, self.offsets.offsets[at]
            start, at = until, at + 1

    def digest(self) -> str:
        """SHA-256 of everything that results depend on: years, working days, hours, offsets; not their sources."""
        text = hashlib.sha256(b"steelyard calendar 1\n")
        table = self.timetable
        others = ((day, *_edges(hours)) for day, hours in zip(table.others, table.other_hours, strict=True))
        for part in (
            (self.days.first_year, self.days.last_year),
            self.days.working,
            _edges(table.hours),
            self.offsets.starts,
            self.offsets.offsets,
            *others,
        ):
            text.update((",".join(map(str, part)) + "\n").encode())
        return text.hexdigest()

    def _worked(self, instant: int) -> int:
        """Return the working time from the first covered day to an instant."""
        at = self.offsets.at(instant)
        return self.shifts[at] + self.timetable.worked_before(instant + self.offsets.offsets[at])


@lru_cache(maxsize=64)
def calendar(settings: Settings, zone_name: str) -> Calendar:
    """Make a calendar. Recent ones are cached.

    Raises:
        CalendarError: no year of the country is known, `years` leave a gap, or a listed day is in a year not covered.
    """
    days = _days(settings)
    hours = timetable(days, settings.hours, dict(settings.weekday_hours), dict(settings.half_days))
    table = offsets(zone(zone_name), (days.first_day - 1) * DAY_US, (days.last_day + 2) * DAY_US)
    shifts = [0]
    for start, before, after in zip(table.starts[1:], table.offsets, table.offsets[1:], strict=False):
        seen = hours.worked_before(start + before)
        shifts.append(shifts[-1] + seen - hours.worked_before(start + after))
    return Calendar(hours, table, tuple(shifts))


def merged(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the union of windows as disjoint windows, ascending; windows that touch are merged, empty ones dropped.

    >>> merged([(5, 9), (1, 3), (3, 4), (8, 12), (7, 7)])
    [(1, 4), (5, 12)]
    """
    joined: list[tuple[int, int]] = []
    for low, high in sorted(windows):
        if low >= high:
            continue
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def _days(settings: Settings) -> DayTable:
    weekend = None if settings.weekend is None else frozenset(settings.weekend)
    known = known_days(settings.holidays, weekend, make_up=settings.make_up_days)
    own = settings.years
    years = sorted({*own, *(range(known.first_year, known.last_year + 1) if known is not None else ())})
    if not years:
        raise CalendarError(
            msg("no year of `{code}` is known for certain", code=settings.holidays),
            msg("list the years, their `weekend` and the days off in the ruleset: `years`, `closed`"),
        )
    for before, after in pairwise(years):
        if after != before + 1:
            raise CalendarError(
                msg("the years {before} and {after} leave a hole", before=before, after=after),
                msg("add {year} to `years`, with its days off under `closed`", year=before + 1),
            )
    off = SATURDAY_SUNDAY if weekend is None else weekend
    if known is not None and not (own or settings.open or settings.closed or settings.half_days):
        return day_table(known.first_year, known.last_year, known.working)
    working = [day for day in (() if known is None else known.working) if not own or day_of(day).year not in own]
    working += (day for year in own for day in days_of_years(year, year) if weekday(day) not in off)
    changed = {*working, *settings.open}.difference(settings.closed)
    table = day_table(years[0], years[-1], sorted(changed))
    for day in (*settings.open, *settings.closed, *(day for day, _ in settings.half_days)):
        outside = table.uncovered(day)
        if outside is not None:
            raise CalendarError(
                msg("`{day}` lies in a year that is not covered", day=day_of(day)),
                msg("the years are {first} to {last}; `years` adds more", first=years[0], last=years[-1]),
            )
    return table


def _edges(hours: Hours) -> tuple[int, ...]:
    return tuple(edge for span in hours for edge in span)
