"""Reads dates and datetimes; the same grammar serves files and rulesets (LANGUAGE.md section 12)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from steelyard.diagnostics import Message, msg

_DAY = r"([0-9]{4})([-/])([0-9]{2})\2([0-9]{2})"
_DATE = re.compile(_DAY)
_DATETIME = re.compile(
    _DAY + r"[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_WIDEST_OFFSET = 18 * 60
"""In minutes; no time zone is or was further from UTC."""


@dataclass(frozen=True, slots=True)
class Written:
    """A datetime as written: the local time, and its offset from UTC; None where none is written."""

    wall: datetime
    offset: timedelta | None


def read_date(text: str) -> date | Message | None:
    """Read `2024-05-01` or `2024/05/01`; a message where the day does not exist, None for any other form.

    >>> read_date("2024-02-29"), read_date("24-2-29")
    (datetime.date(2024, 2, 29), None)
    """
    match = _DATE.fullmatch(text)
    return None if match is None else _day(match)


def read_datetime(text: str) -> Written | Message | None:
    """Read a datetime: `T` or a space, seconds and up to 6 digits of a fraction optional, `Z` or an offset optional.

    Returns:
        The datetime; a message where the form is right but the value does not exist; None for any other form.
    """
    match = _DATETIME.fullmatch(text)
    if match is None:
        return None
    day = _day(match)
    if isinstance(day, Message):
        return day
    hour, minute, second = int(match[5]), int(match[6]), int(match[7] or 0)
    if hour == 24:
        return msg("write `00:00` of the next day")
    if hour > 23 or minute > 59 or second > 59:
        return msg("there is no such time of day")
    offset = _offset(match[9])
    if isinstance(offset, Message):
        return offset
    fraction = int((match[8] or "").ljust(6, "0"))
    return Written(datetime(day.year, day.month, day.day, hour, minute, second, fraction), offset)  # noqa: DTZ001


def _day(match: re.Match[str]) -> date | Message:
    try:
        return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        return msg("there is no such day")


def _offset(text: str | None) -> timedelta | Message | None:
    match text:
        case None:
            return None
        case "Z":
            return timedelta()
        case _:  # the pattern allows only the form `+08:00` here
            hours, minutes = int(text[1:3]), int(text[-2:])
            total = hours * 60 + minutes
            if minutes > 59 or total > _WIDEST_OFFSET:
                return msg("there is no such offset from UTC")
            return timedelta(minutes=-total if text[0] == "-" else total)
