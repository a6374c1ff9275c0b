"""The offsets of a zone as a table, so that local time is a look-up on every engine."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from steelyard.calendars.zones import DAY_US, SECOND_US, Zone

_STEP_US = 5 * DAY_US
"""Offsets are probed at this distance. Any two changes of a zone are at least 6 days apart (tzdata 2026, years from
1900 on), so at most one lies between two probes.
"""


@dataclass(frozen=True, slots=True)
class Offsets:
    """The offsets of a time zone over a period.

    Attributes:
        starts: the instants from which an offset holds, ascending; the first one also holds before.
        offsets: local time minus UTC from each start on, in microseconds.
    """

    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def at(self, instant: int) -> int:
        """Return the index of the offset that holds at an instant."""
        return max(bisect_right(self.starts, instant) - 1, 0)

    def local(self, instant: int) -> int:
        """Return the local time at an instant, in microseconds since 1970-01-01 00:00 local time."""
        return instant + self.offsets[self.at(instant)]


@cache
def offsets(zone: Zone, first: int, last: int) -> Offsets:
    """Tabulate a zone's offsets from one instant to another. Cached."""
    starts, found = [first], [zone.read_offset(first)]
    for probe in range(first, last + _STEP_US, _STEP_US):
        offset = zone.read_offset(probe)
        if offset != found[-1]:
            starts.append(_change(zone, probe - _STEP_US, probe, found[-1]))
            found.append(offset)
    return Offsets(tuple(starts), tuple(offset * SECOND_US for offset in found))


def _change(zone: Zone, before: int, after: int, offset: int) -> int:
    """Return the first instant in (before, after] with a different offset. Clocks change at whole seconds."""
    low, high = before // SECOND_US, after // SECOND_US
    while high - low > 1:
        middle = (low + high) // 2
        if zone.read_offset(middle * SECOND_US) == offset:
            low = middle
        else:
            high = middle
    return high * SECOND_US
