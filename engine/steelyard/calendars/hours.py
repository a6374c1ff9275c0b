"""The working hours of a day, as local time in microseconds since midnight."""

from __future__ import annotations

import re

from steelyard.calendars.zones import DAY_US, SECOND_US
from steelyard.diagnostics import Message, msg

Hours = tuple[tuple[int, int], ...]
"""Half-open spans of local time, ascending, that neither touch nor overlap."""

_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")
_TWINS = str.maketrans({"，": ",", "、": ",", "：": ":", "–": "-", "—": "-", "～": "-", "~": "-", "－": "-"})


def read_hours(text: str) -> Hours | Message:
    """Read `09:00-12:00, 13:00-17:30`; spans that touch are merged. Returns a message where the text is invalid.

    >>> [(start // 3_600_000_000, end // 3_600_000_000) for start, end in read_hours("09:00-12:00, 13:00-18:00")]
    [(9, 12), (13, 18)]
    """
    spans: list[tuple[int, int]] = []
    for part in text.translate(_TWINS).split(","):
        match = _SPAN.fullmatch(part.strip())
        if match is None:
            return msg('write opening and closing, e.g. `"09:00-17:30"` or `"09:00-12:00, 13:00-17:30"`')
        start, end = _minutes(match[1], match[2]), _minutes(match[3], match[4])
        if start is None or end is None:
            return msg("hours go from 00:00 to 24:00, minutes to 59")
        if start >= end:
            return msg('closing comes after opening; a night is two spans, e.g. `"00:00-06:00, 22:00-24:00"`')
        if spans and start < spans[-1][1]:
            return msg("each span begins where the one before has ended, or later")
        if spans and start == spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, end))
    return tuple((start * 60 * SECOND_US, end * 60 * SECOND_US) for start, end in spans)


def hours_text(hours: Hours) -> str:
    """Write hours in the form that `read_hours` reads.

    >>> hours_text(read_hours("9:00-12:00，13:00-24:00"))
    '09:00-12:00, 13:00-24:00'
    """
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in hours)


def day_length(hours: Hours) -> int:
    """The working time of one day of 24 hours, in microseconds."""
    return sum(end - start for start, end in hours)


def worked_by(hours: Hours, time: int) -> int:
    """The working time of a day before a wall-clock time, in microseconds since its midnight."""
    return sum(min(max(time - start, 0), end - start) for start, end in hours)


def _minutes(hour: str, minute: str) -> int | None:
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= DAY_US // (60 * SECOND_US) else None


def _clock(time: int) -> str:
    hour, minute = divmod(time // (60 * SECOND_US), 60)
    return f"{hour:02}:{minute:02}"
