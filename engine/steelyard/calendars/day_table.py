"""Counts working days. Days are numbers: days since 1970-01-01."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from steelyard.calendars.zones import day_number, day_of


@dataclass(frozen=True, slots=True)
class Uncovered:
    """The result of a query that needs a year which the calendar does not cover.

    Attributes:
        year: the year; the nearest one that is not covered where a count leads out of the calendar.
    """

    year: int


@dataclass(frozen=True, slots=True)
class DayTable:
    """The working days of some whole years.

    Attributes:
        first_year: the first year covered.
        last_year: the last one.
        first_day: the first day covered.
        last_day: the last one.
        working: the working days, ascending.
    """

    first_year: int
    last_year: int
    first_day: int
    last_day: int
    working: tuple[int, ...]

    def uncovered(self, day: int) -> Uncovered | None:
        """The year of a day that is not covered; None for one that is."""
        if self.first_day <= day <= self.last_day:
            return None
        try:
            return Uncovered(day_of(day).year)
        except OverflowError:  # before year 1 or after 9999: impossible for inputs, possible for results of arithmetic
            return Uncovered(0 if day < 0 else 10_000)

    def is_working(self, day: int) -> bool:
        """Whether a covered day is a working day."""
        at = bisect_left(self.working, day)
        return at < len(self.working) and self.working[at] == day

    def count(self, day: int) -> int:
        """Return the number of working days from the first covered day to this one, inclusive."""
        return bisect_right(self.working, day)

    def add(self, day: int, number: int) -> int | Uncovered:
        """Return the business day `number` business days after a day, or before it where negative.

        `add(day, n)` is the n-th business day after `day`, `add(day, -n)` the n-th before it; `day` itself never
        counts. `add(day, 0)` is `day` if it is a business day, else the next one.

        Returns:
            The day; `Uncovered` where `day` or the result is not covered.
        """
        outside = self.uncovered(day)
        if outside is not None:
            return outside
        at = bisect_right(self.working, day) - 1 if number > 0 else bisect_left(self.working, day)
        at += number
        if at < 0:
            return Uncovered(self.first_year - 1)
        return self.working[at] if at < len(self.working) else Uncovered(self.last_year + 1)

    def between(self, start: int, end: int) -> int | Uncovered:
        """Return the number of business days in (start, end]; negative where `end` is before `start`.

        `between(a, b) == -between(b, a)`; `add(a, between(a, b)) == b` for a business day b after a.

        Returns:
            The number; `Uncovered` where `start` or `end` is not covered.
        """
        for day in (start, end):
            outside = self.uncovered(day)
            if outside is not None:
                return outside
        return self.count(end) - self.count(start)

    def rows(self) -> Iterator[tuple[int, int, int]]:
        """Give each covered day as (day, 1 for a working day else 0, `count(day)`), as a table to join in an engine."""
        count = 0
        for day in range(self.first_day, self.last_day + 1):
            works = count < len(self.working) and self.working[count] == day
            count += works
            yield day, int(works), count


def day_table(first_year: int, last_year: int, working: Iterable[int]) -> DayTable:
    """Make the table of some years from their working days, ascending."""
    first_day, last_day = day_number(date(first_year, 1, 1)), day_number(date(last_year, 12, 31))
    return DayTable(first_year, last_year, first_day, last_day, tuple(working))
