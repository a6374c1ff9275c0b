"""The offsets of a zone as a table, so that local time is a look-up on every engine."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from steelyard.calendars.zones import DAY_US, SECOND_US, Zone

_STEP_US = 2 * DAY_US
"""Offsets are probed this far apart. Clocks that go forth and back again stay at least 6 days in between
(tzdata 2026, years from 1900 on), so that no change is stepped over."""


@dataclass(frozen=True, slots=True)
class Offsets:
    """The offsets of a zone over a time.

    Attributes:
        starts: the instants from which an offset holds, ascending; the first one also holds before.
        offsets: what local time is ahead of UTC from then on, in microseconds.
    """

    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def at(self, instant: int) -> int:
        """The index of the offset that holds at an instant."""
        return max(bisect_right(self.starts, instant) - 1, 0)

    def local(self, instant: int) -> int:
        """The wall clock at an instant, as microseconds since its own 1970-01-01 00:00."""
        return instant + self.offsets[self.at(instant)]


@cache
def offsets(zone: Zone, first: int, last: int) -> Offsets:
    """Tabulate a zone's offsets from one instant to another. The same object each time: a memory of a reading."""
    starts, found = [first], [zone.offset(first)]
    for probe in range(first, last + _STEP_US, _STEP_US):
        offset = zone.offset(probe)
        if offset != found[-1]:
            starts.append(_change(zone, probe - _STEP_US, probe, found[-1]))
            found.append(offset)
    return Offsets(tuple(starts), tuple(offset * SECOND_US for offset in found))


def _change(zone: Zone, before: int, after: int, offset: int) -> int:
    """The first instant in (before, after] whose offset is another; clocks change at whole seconds."""
    low, high = before // SECOND_US, after // SECOND_US
    while high - low > 1:
        middle = (low + high) // 2
        if zone.offset(middle * SECOND_US) == offset:
            low = middle
        else:
            high = middle
    return high * SECOND_US
