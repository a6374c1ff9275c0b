"""Time zones from the pinned tzdata package. Instants are integer microseconds since 1970-01-01T00:00Z."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from steelyard.calendars.clock_text import read_date, read_datetime
from steelyard.diagnostics import Message, msg

MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_LOCAL = datetime(1970, 1, 1)  # noqa: DTZ001 - the wall clock's own zero
_UNKNOWN = -(1 << 40)
"""Marks a day that is not cached; no offset has this value."""
_REMEMBERED = 20_000
"""How many days of a zone are cached."""
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# beyond these the offset of the last representable year applies; stored instants never come near them
_FIRST_US = (datetime(2, 1, 1, tzinfo=UTC) - _EPOCH) // MICROSECOND
_LAST_US = (datetime(9998, 12, 31, tzinfo=UTC) - _EPOCH) // MICROSECOND


class UnknownZoneError(ValueError):
    """Raised where tzdata has no zone of this `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown time zone: {name}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Nonexistent:
    """A local time that the clocks skipped."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A local time that the clocks showed twice. `first` and `second` are the two instants."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone. Zones with equal names are equal."""

    name: str
    _info: ZoneInfo = field(compare=False, repr=False)
    _steady: dict[int, int | None] = field(default_factory=dict[int, "int | None"], compare=False, repr=False)
    """Cache by day since 1970: the offset around the day, None where the clocks change."""

    def __reduce__(self) -> tuple[Callable[[str], Zone], tuple[str]]:
        """Pickle the name only: a ZoneInfo that was read from a file cannot be pickled."""
        return zone, (self.name,)

    def offset(self, us: int) -> int:
        """Return local time minus UTC at an instant, in seconds."""
        steady = self._around(us // DAY_US)
        return self.read_offset(us) if steady is None else steady

    def _around(self, day: int) -> int | None:
        """Return the offset from the day before to the day after, in UTC days; None where the clocks change.

        Two changes that cancel each other are at least 6 days apart (see offsets.py).
        """
        found = self._steady.get(day, _UNKNOWN)
        if found != _UNKNOWN:
            return found
        first = self.read_offset((day - 1) * DAY_US)
        found = first if first == self.read_offset((day + 2) * DAY_US) else None
        if len(self._steady) < _REMEMBERED:
            self._steady[day] = found
        return found

    def read_offset(self, us: int) -> int:
        """Read from the zone's data what `offset` answers, without remembering it."""
        clamped = min(max(us, _FIRST_US), _LAST_US)
        local = (_EPOCH + timedelta(microseconds=clamped)).astimezone(self._info)
        offset = local.utcoffset()
        return 0 if offset is None else offset // timedelta(seconds=1)

    def local_us(self, us: int) -> int:
        """Return the local time at an instant, in microseconds since 1970-01-01 00:00 local time."""
        return us + self.offset(us) * SECOND_US

    def local_date(self, us: int) -> int:
        """Return the local day of an instant, in days since 1970-01-01.

        >>> zone("Asia/Shanghai").local_date(0), zone("America/New_York").local_date(0)
        (0, -1)
        """
        return self.local_us(us) // DAY_US

    def local(self, us: int) -> datetime:
        """Return the local time at an instant, without tzinfo. Raises OverflowError outside the years 1 to 9999."""
        return _EPOCH_LOCAL + timedelta(microseconds=self.local_us(us))

    def local_text(self, us: int) -> str:
        """Write the local time for a reader; the fraction is written only where it is not 0.

        >>> zone("Asia/Shanghai").local_text(1714528800000000)
        '2024-05-01 10:00:00'
        """
        return self.local(us).isoformat(" ")

    def to_instant(self, local: datetime) -> int | Nonexistent | Ambiguous:
        """Return the instant of a local time without tzinfo, or `Nonexistent` or `Ambiguous`; its fold is ignored."""
        naive = local.replace(tzinfo=None, fold=0) if local.tzinfo is not None or local.fold else local
        wall = (naive - _EPOCH_LOCAL) // MICROSECOND
        if (steady := self._around(wall // DAY_US)) is not None:
            return wall - steady * SECOND_US
        aware = naive.replace(tzinfo=self._info)
        # the two offsets differ only in gaps and overlaps
        offsets = {aware.utcoffset(), aware.replace(fold=1).utcoffset()}
        found = sorted(wall - offset // MICROSECOND for offset in offsets if offset is not None)
        if len(found) == 1:
            return found[0]
        match [us for us in found if self.local_us(us) == wall]:
            case [first, second]:
                return Ambiguous(first, second)
            case _:  # no instant has this local time
                return Nonexistent()

    def first_instant(self, local: datetime) -> int:
        """Return the instant of a local time as RFC 5545 does: the first of two; one that was skipped is moved on.

        >>> zone("America/New_York").text(zone("America/New_York").first_instant(datetime(2024, 3, 10, 2, 30)))
        '2024-03-10T03:30:00-04:00'
        """
        offset = local.replace(tzinfo=self._info, fold=0).utcoffset() or timedelta()  # before the clocks change
        return (local - _EPOCH_LOCAL - offset) // MICROSECOND

    def parse_date(self, text: str) -> int | None:
        """Read a date as days since 1970; None for any other text."""
        found = read_date(text)
        return day_number(found) if isinstance(found, date) else None

    def parse_datetime(self, text: str) -> int | Message | None:
        """Read a datetime as an instant; without an offset it is local.

        Returns:
            The instant; a hint where the form is right but it is no single instant; None for any other text.
        """
        written = read_datetime(text)
        if written is None or isinstance(written, Message):
            return written
        if written.offset is not None:
            return (written.wall - _EPOCH_LOCAL - written.offset) // MICROSECOND
        match self.to_instant(written.wall):
            case Nonexistent():
                return msg("the clocks of `{zone}` skipped this time: write it with an offset", zone=self.name)
            case Ambiguous(first, second):
                return msg(
                    "the clocks of `{zone}` showed this time twice: write `{first}` or `{second}`",
                    zone=self.name,
                    first=self.text(first),
                    second=self.text(second),
                )
            case instant:
                return instant

    def text(self, us: int) -> str:
        """Write the local time with its offset, in the form that `parse_datetime` reads.

        >>> zone("Asia/Shanghai").text(1714528800000000)
        '2024-05-01T10:00:00+08:00'
        """
        offset = self.offset(us)
        if offset % 60:  # local mean time: text cannot state an offset with seconds
            return (_EPOCH_LOCAL + timedelta(microseconds=us)).isoformat() + "Z"
        sign = "-" if offset < 0 else "+"
        hours, minutes = divmod(abs(offset) // 60, 60)
        return f"{self.local(us).isoformat()}{sign}{hours:02}:{minutes:02}"


@cache
def zone_names() -> frozenset[str]:
    """Return the names of zones in tzdata."""
    text = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(text.split())


@cache
def zone(name: str) -> Zone:
    """Return the zone of a name, e.g. `Asia/Shanghai`. Cached.

    Raises:
        UnknownZoneError: tzdata has no such zone; names are case-sensitive.
    """
    if name not in zone_names():
        raise UnknownZoneError(name)
    with _zone_file(name).open("rb") as file:
        return Zone(name, ZoneInfo.from_file(file, key=name))


@cache
def zone_digest(name: str) -> str:
    """Return the SHA-256, in hexadecimal, of the tzdata of a zone."""
    return hashlib.sha256(_zone_file(name).read_bytes()).hexdigest()


def _zone_file(name: str) -> Traversable:
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))


def day_number(day: date) -> int:
    """Return the days since 1970-01-01."""
    return day.toordinal() - _EPOCH_DAY


def day_of(number: int) -> date:
    """Return the date of a day number. Raises OverflowError outside the years 1 to 9999."""
    try:
        return date.fromordinal(number + _EPOCH_DAY)
    except ValueError as error:
        raise OverflowError(str(error)) from None
