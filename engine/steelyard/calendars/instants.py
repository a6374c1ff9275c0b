"""The one grammar of dates and datetimes as text (LANGUAGE.md section 12), for rulesets and for files alike."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from steelyard.calendars.zones import Ambiguous, Nonexistent, Zone, day_number
from steelyard.diagnostics import Message, msg

FIRST_YEAR, LAST_YEAR = 1900, 2200
FIRST_DAY, LAST_DAY = day_number(date(FIRST_YEAR, 1, 1)), day_number(date(LAST_YEAR, 12, 31))
FIRST_INSTANT = FIRST_DAY * 86_400_000_000
LAST_INSTANT = (LAST_DAY + 1) * 86_400_000_000 - 1

_DATE = r"([0-9]{4})(?:-([0-9]{2})-([0-9]{2})|/([0-9]{2})/([0-9]{2}))"
_DAY = re.compile(_DATE)
_INSTANT = re.compile(
    _DATE + r"[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


def parse_date(text: str) -> int | Message:
    """Days since 1970, or what is wrong.

    >>> parse_date("1970/01/02")
    1
    """
    found = _DAY.fullmatch(text)
    if found is None:
        return msg("write a date as 2024-05-01")
    day = _day(found.groups())
    return msg("there is no such day") if day is None else _in_years(day, day_number(day))


def parse_datetime(text: str, zone: Zone) -> int | Message:
    """Microseconds since 1970 UTC, or what is wrong; local where no offset is written."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        return msg("write an instant as 2024-05-01T10:00:00+08:00 or 2024-05-01 10:00")
    groups = found.groups()
    day = _day(groups[:5])
    if day is None:
        return msg("there is no such day")
    hour, minute, second = int(groups[5]), int(groups[6]), int(groups[7] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return msg("hours go to 23, minutes and seconds to 59")
    local = datetime(day.year, day.month, day.day, hour, minute, second, int((groups[8] or "").ljust(6, "0") or 0))  # noqa: DTZ001
    if groups[9] is None:
        return _local(local, day, zone)
    offset = _offset(groups[9])
    if offset is None:
        return msg("an offset lies between -14:00 and +14:00")
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017
    return _in_years(day, (local.replace(tzinfo=timezone(offset)) - epoch) // timedelta(microseconds=1))


def _local(local: datetime, day: date, zone: Zone) -> int | Message:
    match zone.to_instant(local):
        case Nonexistent():
            return msg("the clocks of {zone} skipped this time: write it with its offset", zone=zone.name)
        case Ambiguous():
            return msg("the clocks of {zone} showed this time twice: write it with its offset", zone=zone.name)
        case instant:
            return _in_years(day, instant)


def _day(groups: tuple[str | None, ...]) -> date | None:
    year, *rest = groups
    month, day = (g for g in rest if g is not None)
    try:
        return date(int(year or 0), int(month), int(day))
    except ValueError:
        return None


def _offset(text: str) -> timedelta | None:
    if text == "Z":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours * 60 + minutes > 14 * 60 or minutes > 59:
        return None
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)


def _in_years(day: date, value: int) -> int | Message:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return value
    return msg("years go from {first} to {last}", first=FIRST_YEAR, last=LAST_YEAR)
