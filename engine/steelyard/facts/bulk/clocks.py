"""Zones as SQL: the instants of local times, and the instants at which it is a certain day."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.calendars.offsets import Offsets, offsets
from steelyard.calendars.zones import DAY_US, Zone
from steelyard.facts.bulk import sql
from steelyard.ir.types import FIRST_INSTANT, LAST_INSTANT, Range

_Piece = tuple[int, int | None]
"""From which local time on an offset holds; None: in a gap or an overlap, where no single one does."""


def instant(wall: str, zone: Zone, range: Range) -> str:  # noqa: A002 - the word
    """The instant of a local time in microseconds; NULL where it does not exist or exists twice.

    Args:
        wall: a column of local times; it is named once for each level of the tree.
        zone: whose clock it is.
        range: of instants; further than a day outside of it there is NULL.
    """
    low, high = _ends(range)
    tree = _tree(wall, _pieces(offsets(zone, low - 2 * DAY_US, high + 2 * DAY_US)))
    return sql.when(f"{wall} BETWEEN {low - DAY_US} AND {high + DAY_US}", tree)


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
    low, high = _ends(range)
    found = offsets(zone, low, high)
    pieces: list[_Piece] = [(start, -offset) for start, offset in zip(found.starts, found.offsets, strict=True)]
    local = _tree(column, pieces)
    day = f"(({local}) - ((({local}) % {DAY_US}) + {DAY_US}) % {DAY_US}) // {DAY_US}"
    return sql.when(f"{column} BETWEEN {low} AND {high}", day)


def _ends(range: Range) -> tuple[int, int]:  # noqa: A002
    low = FIRST_INSTANT if range.low is None else range.low
    return low, LAST_INSTANT if range.high is None else range.high


def _pieces(found: Offsets) -> list[_Piece]:
    pieces: list[_Piece] = [(found.starts[0], found.offsets[0])]
    for start, before, after in zip(found.starts[1:], found.offsets, found.offsets[1:], strict=False):
        pieces.append((start + min(before, after), None))
        pieces.append((start + max(before, after), after))
    return pieces


def _tree(column: str, pieces: Sequence[_Piece]) -> str:
    """A balanced tree of comparisons: the first piece holds before its start too."""
    if len(pieces) == 1:
        offset = pieces[0][1]
        return "NULL" if offset is None else f"{column} - ({offset})"
    middle = len(pieces) // 2
    return sql.when(f"{column} < {pieces[middle][0]}", _tree(column, pieces[:middle]), _tree(column, pieces[middle:]))


def _later(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)


def _between(column: str, low: int | None, high: int | None) -> str:
    ends = ([f"{column} >= {low}"] if low is not None else []) + ([f"{column} <= {high}"] if high is not None else [])
    return sql.both(ends)
