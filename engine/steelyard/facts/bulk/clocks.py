"""Time zones as SQL: the instant of a local time, and the local day of an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from steelyard.calendars.offsets import Offsets, offsets
from steelyard.calendars.zones import DAY_US, Zone
from steelyard.facts.bulk import sql
from steelyard.ir.types import FIRST_INSTANT, LAST_INSTANT, Range

_FEW = 64
"""Up to this many offset changes are written as a tree of comparisons, more as lists."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of offset: `before` is subtracted from times before `start`, `after` from times at `end` or later.

    Times between `start` and `end` have no defined offset.
    """

    start: int
    end: int
    before: int
    after: int


def instant(wall: str, zone: Zone, range: Range) -> str:  # noqa: A002 - the word
    """Return the SQL for the instant of a local time, in microseconds; NULL where it does not exist or exists twice.

    Args:
        wall: a column of local times; the expression occurs several times in the result.
        zone: the time zone.
        range: the range of instants; the result is NULL for local times more than a day outside it.
    """
    low, high = _ends(range)
    found = _shifted(wall, _changes(offsets(zone, low - 2 * DAY_US, high + 2 * DAY_US)))
    return sql.when(f"{wall} BETWEEN {low - DAY_US} AND {high + DAY_US}", found)


def on_days(column: str, zone: Zone, days: Range) -> str:
    """Return the SQL condition that the local day of an instant is in a range of days."""
    found = offsets(zone, FIRST_INSTANT - 2 * DAY_US, LAST_INSTANT + 2 * DAY_US)
    first = None if days.low is None else days.low * DAY_US
    last = None if days.high is None else (days.high + 1) * DAY_US - 1
    spans: list[tuple[int | None, int | None]] = []
    starts: list[int | None] = [None, *found.starts[1:]]
    ends: list[int | None] = [*(start - 1 for start in found.starts[1:]), None]
    for start, end, offset in zip(starts, ends, found.offsets, strict=True):
        low = _later(start, None if first is None else first - offset)
        high = _earlier(end, None if last is None else last - offset)
        if low is not None and high is not None and low > high:
            continue
        if spans and spans[-1][1] is not None and low == spans[-1][1] + 1:
            low = spans.pop()[0]
        spans.append((low, high))
    return sql.either(_between(column, low, high) for low, high in spans)


def local_day(column: str, zone: Zone, range: Range) -> str:  # noqa: A002
    """Return the SQL for the local day of an instant, in days since 1970; NULL outside the range."""
    wall = local(column, zone, range)
    return f"(({wall}) - ((({wall}) % {DAY_US}) + {DAY_US}) % {DAY_US}) // {DAY_US}"


def local(column: str, zone: Zone, range: Range) -> str:  # noqa: A002
    """Return the SQL for the local time at an instant, in microseconds since 1970-01-01 00:00.

    NULL outside the range.
    """
    low, high = _ends(range)
    found = offsets(zone, low, high)
    steps = zip(found.starts[1:], found.offsets, found.offsets[1:], strict=False)
    changes = [_Change(start, start, -before, -after) for start, before, after in steps]
    wall = _shifted(column, changes or [_still(-found.offsets[0])])
    return sql.when(f"{column} BETWEEN {low} AND {high}", wall)


def _ends(range: Range) -> tuple[int, int]:  # noqa: A002
    low = FIRST_INSTANT if range.low is None else range.low
    return low, LAST_INSTANT if range.high is None else range.high


def _changes(found: Offsets) -> list[_Change]:
    """Return the changes on the scale of local time: times in the gap or the overlap of a change are undefined."""
    steps = zip(found.starts[1:], found.offsets, found.offsets[1:], strict=False)
    changes = [
        _Change(start + min(before, after), start + max(before, after), before, after) for start, before, after in steps
    ]
    return changes or [_still(found.offsets[0])]


def _still(taken: int) -> _Change:
    """Return a constant offset as a change without effect."""
    return _Change(0, 0, taken, taken)


def _shifted(column: str, changes: Sequence[_Change]) -> str:
    """Return the SQL for a time minus the offset that applies; NULL within a change."""
    return _tree(column, changes) if len(changes) <= _FEW else _looked_up(column, changes)


def _tree(column: str, changes: Sequence[_Change]) -> str:
    """Return balanced nested comparisons, which are the fastest form for few changes, and short."""
    middle = len(changes) // 2
    here, below, above = changes[middle], changes[:middle], changes[middle + 1 :]
    before = _tree(column, below) if below else f"{column} - ({here.before})"
    after = _tree(column, above) if above else f"{column} - ({here.after})"
    return f"CASE WHEN {column} < {here.start} THEN {before} WHEN {column} >= {here.end} THEN {after} END"


def _looked_up(column: str, changes: Sequence[_Change]) -> str:
    """Return a look-up in constant lists, one entry per time slot.

    Slots are so short that each touches one change at most.

    It takes equally long for every time, and a third of a tree's planning time for zones with two changes a year.
    """
    first = changes[0].start
    slot = min(later.start - earlier.end for earlier, later in pairwise(changes))
    slots = _slots(changes, first, slot)
    index = f"(least(greatest({column} - ({first}), 0) // {slot}, {len(slots) - 1}) + 1)"
    start, end, before, after = (
        f"list_extract([{sql.listed(str(getattr(one, name)) for one in slots)}]::BIGINT[], {index})"
        for name in ("start", "end", "before", "after")
    )
    return f"CASE WHEN {column} < {start} THEN {column} - {before} WHEN {column} >= {end} THEN {column} - {after} END"


def _slots(changes: Sequence[_Change], first: int, slot: int) -> list[_Change]:
    """Return for each slot the change that touches it, or the last change before it."""
    slots: list[_Change] = []
    last = (changes[-1].end - first) // slot
    number = 0
    for place in range(last + 1):
        while number + 1 < len(changes) and changes[number + 1].start < first + (place + 1) * slot:
            number += 1
        slots.append(changes[number])
    return slots


def _later(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)


def _between(column: str, low: int | None, high: int | None) -> str:
    ends = ([f"{column} >= {low}"] if low is not None else []) + ([f"{column} <= {high}"] if high is not None else [])
    return sql.both(ends)
