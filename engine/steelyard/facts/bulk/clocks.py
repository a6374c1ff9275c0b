"""Zones as SQL: the instants of local times, and the instants at which it is a certain day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from steelyard.calendars.offsets import Offsets, offsets
from steelyard.calendars.zones import DAY_US, Zone
from steelyard.facts.bulk import sql
from steelyard.ir.types import FIRST_INSTANT, LAST_INSTANT, Range

_FEW = 64
"""So many changes are told apart by comparisons."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of an offset: what is taken from a time before `start`, and from one at `end` or after; between none."""

    start: int
    end: int
    before: int
    after: int


def instant(wall: str, zone: Zone, range: Range) -> str:  # noqa: A002 - the word
    """The instant of a local time in microseconds; NULL where it does not exist or exists twice.

    Args:
        wall: a column of local times; it is named several times.
        zone: whose clock it is.
        range: of instants; further than a day outside of it there is NULL.
    """
    low, high = _ends(range)
    found = _shifted(wall, _changes(offsets(zone, low - 2 * DAY_US, high + 2 * DAY_US)))
    return sql.when(f"{wall} BETWEEN {low - DAY_US} AND {high + DAY_US}", found)


def on_days(column: str, zone: Zone, days: Range) -> str:
    """Whether the local day of an instant is one of these."""
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
    """The local day of an instant, in days since 1970; NULL outside the range."""
    wall = local(column, zone, range)
    return f"(({wall}) - ((({wall}) % {DAY_US}) + {DAY_US}) % {DAY_US}) // {DAY_US}"


def local(column: str, zone: Zone, range: Range) -> str:  # noqa: A002
    """The wall clock at an instant, as microseconds since its own 1970-01-01 00:00; NULL outside the range."""
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
    """The changes by the wall clock: one forward leaves local times out, one back shows them twice."""
    steps = zip(found.starts[1:], found.offsets, found.offsets[1:], strict=False)
    changes = [
        _Change(start + min(before, after), start + max(before, after), before, after) for start, before, after in steps
    ]
    return changes or [_still(found.offsets[0])]


def _still(taken: int) -> _Change:
    """What is always taken, as a change that changes nothing."""
    return _Change(0, 0, taken, taken)


def _shifted(column: str, changes: Sequence[_Change]) -> str:
    """A time less what the change next to it takes; NULL inside a change."""
    return _tree(column, changes) if len(changes) <= _FEW else _looked_up(column, changes)


def _tree(column: str, changes: Sequence[_Change]) -> str:
    """Comparisons in a balanced tree: the fastest where there are few, and short to write."""
    middle = len(changes) // 2
    here, below, above = changes[middle], changes[:middle], changes[middle + 1 :]
    before = _tree(column, below) if below else f"{column} - ({here.before})"
    after = _tree(column, above) if above else f"{column} - ({here.after})"
    return f"CASE WHEN {column} < {here.start} THEN {before} WHEN {column} >= {here.end} THEN {after} END"


def _looked_up(column: str, changes: Sequence[_Change]) -> str:
    """A look-up in constant lists. Time is cut into slots so short that no two changes meet in one.

    It costs the same for every time, and a third of a tree to plan, where clocks change twice a year for centuries.
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
    """The change that touches each slot, or the last one before it."""
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
