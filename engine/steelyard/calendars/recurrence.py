"""The windows of a recurrence rule between two local times (RFC 5545), by python-dateutil.

Rules count in local time. A start that the clocks skipped is as much later as they were put forward, and one that they
showed twice is the first, as RFC 5545 says. Windows that begin at one instant are one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Self

from steelyard.calendars.recurrence_rule import FREQUENCIES, RecurrenceError, RecurrenceRule
from steelyard.calendars.zones import Zone
from steelyard.diagnostics import msg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST = 20_000
"""The most windows of a rule."""
_MOST_PERIODS = 200_000
"""The most periods that are tried; two seconds suffice for them."""
_LENGTHS: Mapping[str, int] = dict(
    zip(FREQUENCIES, (365 * 86_400, 28 * 86_400, 7 * 86_400, 86_400, 3600, 60, 1), strict=True)
)
"""The shortest of each period in seconds."""


def starts(rule: RecurrenceRule, first: datetime, last: datetime, zone: Zone) -> tuple[int, ...]:
    """Return the instants at which windows begin, ascending.

    Args:
        rule: how they recur.
        first: local time from which on they begin, to the second; it gives what the rule leaves open, and where
            `INTERVAL` counts from.
        last: local time until which they begin, inclusive.
        zone: of local times.

    Raises:
        RecurrenceError: there are none, or more than `MOST`, or the rule tries too many periods.
    """
    found: set[int] = set()
    for local in takewhile(lambda one: one <= last, _local(rule, first, last)):
        if local >= first:
            found.add(zone.first_instant(local))
        if len(found) > MOST:
            raise RecurrenceError(
                msg("the rule gives more than {limit} windows", limit=f"{MOST:,}"),
                msg("let it recur less often, or let `until` be earlier"),
            )
    if not found:
        raise RecurrenceError(
            msg("the rule gives no window from `{first}` until `{last}`", first=first, last=last),
            msg("let `until` be later, or correct the rule: it may name a day that there is in no month"),
        )
    return tuple(sorted(found))


def _local(rule: RecurrenceRule, first: datetime, last: datetime) -> Iterator[datetime]:
    """The local times of a rule, ascending; some may be before `first` or after `last`."""
    from dateutil import rrule as dateutil

    begin = first
    days = [dateutil.weekday(day, number or None) for number, day in rule.days]
    if rule.freq == "WEEKLY":  # so that BYSETPOS counts in the whole first week
        days = days or [dateutil.weekday(first.weekday())]
        begin = first - timedelta(days=(first.weekday() - rule.week_start) % 7)
    periods = int((last - first).total_seconds()) // (_LENGTHS[rule.freq] * rule.interval) + 2
    numbers = dict(rule.numbers)
    try:
        yield from dateutil.rrule(
            getattr(dateutil, rule.freq),
            dtstart=begin,
            interval=_Interval(rule.interval, min(periods, _MOST_PERIODS)),
            wkst=rule.week_start,
            bysetpos=numbers.get("BYSETPOS"),
            bymonth=numbers.get("BYMONTH"),
            bymonthday=numbers.get("BYMONTHDAY"),
            byyearday=numbers.get("BYYEARDAY"),
            byweekno=numbers.get("BYWEEKNO"),
            byweekday=days or None,
            byhour=numbers.get("BYHOUR"),
            byminute=numbers.get("BYMINUTE"),
            bysecond=numbers.get("BYSECOND"),
        )
    except _PastEndError:
        if periods > _MOST_PERIODS:
            raise RecurrenceError(
                msg("the rule steps through more than {limit} periods", limit=f"{_MOST_PERIODS:,}"),
                msg("write a longer one: `FREQ=DAILY` with `BYHOUR`, `BYMINUTE` and `BYSECOND` names times of a day"),
            ) from None
    except ValueError:  # INTERVAL never meets what the other parts name
        return


class _PastEndError(Exception):
    """Raised when all periods were tried."""


class _Interval(int):
    """INTERVAL as dateutil adds it to come to the next period: it ends the search when enough periods were tried.

    dateutil looks on to the year 9999 for a window of a rule that has none.
    """

    left: int

    def __new__(cls, value: int, periods: int) -> Self:
        made = super().__new__(cls, value)
        made.left = periods
        return made

    def __radd__(self, other: int) -> int:
        self._count()
        return other + int(self)

    def __mul__(self, other: int) -> int:
        self._count()  # weeks are added as days
        return int(self) * other

    def _count(self) -> None:
        if self.left == 0:
            raise _PastEndError
        self.left -= 1
