"""Reads the text of a recurrence rule (RFC 5545, section 3.3.10) into the arguments of `dateutil.rrule.rrule`.

`python-dateutil` reads such texts too, but takes values that no time has, words that RFC 5545 does not know, and parts
that RFC 5545 forbids beside each other. What is refused here is refused with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import closest, listed

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
"""From the longest period to the shortest."""
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_BOUNDS: Mapping[str, tuple[int, int, bool]] = {
    "BYSECOND": (0, 59, False),
    "BYMINUTE": (0, 59, False),
    "BYHOUR": (0, 23, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYMONTH": (1, 12, False),
    "BYSETPOS": (1, 366, True),
}
"""Of each list of numbers the least and the largest, and whether they may be negative, counting from the end."""
PARTS = ("FREQ", "INTERVAL", *_BOUNDS, "BYDAY", "WKST")
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
_INTERVAL = re.compile(r"0*[1-9][0-9]{0,5}")
_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_MOST_TIMES = 1440
"""The most times of day of a rule: each is tried on each day, also before the first window."""


class RecurrenceError(ValueError):
    """Raised for a rule that is not used, with what to write instead."""

    def __init__(self, why: Message, advice: Message | None = None) -> None:
        super().__init__(str(why))
        self.why, self.advice = why, advice


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """A rule as read.

    Attributes:
        freq: one of `FREQUENCIES`.
        interval: the number of periods from one to the next that counts.
        numbers: the sorted values of each part that is a list of numbers, by its name.
        days: of BYDAY, pairs of a number (0: none is written) and the place in `WEEKDAYS`.
        week_start: the place of the first day of a week in `WEEKDAYS`.
    """

    freq: str
    interval: int
    numbers: tuple[tuple[str, tuple[int, ...]], ...]
    days: tuple[tuple[int, int], ...]
    week_start: int

    @property
    def text(self) -> str:
        """The rule in one spelling, whatever the order and letter case of its parts were."""
        parts = [f"FREQ={self.freq}"]
        parts += [f"INTERVAL={self.interval}"] if self.interval != 1 else []
        parts += [f"{name}={','.join(map(str, values))}" for name, values in self.numbers]
        days = (f"{number or ''}{WEEKDAYS[day]}" for number, day in self.days)
        parts += [f"BYDAY={','.join(days)}"] if self.days else []
        parts += [f"WKST={WEEKDAYS[self.week_start]}"] if self.week_start else []
        return ";".join(parts)


def read_rule(text: str) -> RecurrenceRule:
    """Read a rule.

    Raises:
        RecurrenceError: it is none, or not one of RFC 5545.
    """
    parts = _parts(text)
    freq = parts.get("FREQ")
    if freq is None:
        raise RecurrenceError(
            msg("the rule does not say how often: it has no `{part}`", part="FREQ"),
            msg("write e.g. `{rule}`", rule="FREQ=WEEKLY;BYDAY=SA;BYHOUR=2"),
        )
    numbers = {name: _numbers(name, parts[name]) for name in _BOUNDS if name in parts}
    days = _days(parts["BYDAY"]) if "BYDAY" in parts else ()
    _check_together(freq, numbers, days)
    start = parts.get("WKST", "MO")
    if start not in WEEKDAYS:
        raise _unknown("WKST", start, WEEKDAYS)
    interval = parts.get("INTERVAL", "1")
    if not _INTERVAL.fullmatch(interval):
        raise RecurrenceError(
            msg("`{part}` is a whole number from {low} to {high}", part="INTERVAL", low=1, high=999_999)
        )
    return RecurrenceRule(freq, int(interval), tuple(numbers.items()), days, WEEKDAYS.index(start))


def _parts(text: str) -> dict[str, str]:
    """Split a rule into its parts, in capitals."""
    if "DTSTART" in text.upper():
        raise RecurrenceError(
            msg("a rule has no `{part}` here", part="DTSTART"),
            msg("leave it out: `from` says from when on windows begin, and what the rule leaves open is as there"),
        )
    found: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, sign, value = (one.strip() for one in part.partition("="))
        if name in {"COUNT", "UNTIL"}:
            raise RecurrenceError(
                msg("a rule has no `{part}` here", part=name), msg("leave it out: `until` says when the last begins")
            )
        if not sign or not value:
            raise RecurrenceError(
                msg("`{text}` is no part of a recurrence rule", text=part.strip()),
                msg(
                    "write parts as `NAME=VALUE`, with `;` between them: `{rule}`", rule="FREQ=WEEKLY;BYDAY=SA;BYHOUR=2"
                ),
            )
        if name not in PARTS:
            near = closest(name, PARTS)
            raise RecurrenceError(
                msg("a recurrence rule has no part `{name}`", name=name),
                msg("did you mean `{near}`?", near=near) if near else msg("parts are {parts}", parts=listed(PARTS)),
            )
        if name in found:
            raise RecurrenceError(msg("`{name}` stands twice in the rule", name=name))
        if name == "FREQ" and value not in FREQUENCIES:
            raise _unknown(name, value, FREQUENCIES)
        found[name] = value
    return found


def _unknown(name: str, value: str, known: tuple[str, ...]) -> RecurrenceError:
    near = closest(value, known)
    return RecurrenceError(
        msg("`{part}` is not `{value}`", part=name, value=value),
        msg("did you mean `{near}`?", near=near) if near else msg("write one of {values}", values=listed(known)),
    )


def _numbers(name: str, text: str) -> tuple[int, ...]:
    low, high, negative = _BOUNDS[name]
    found: set[int] = set()
    for one in text.split(","):
        value = int(one) if _NUMBER.fullmatch(one.strip()) else None
        if value is None or not low <= (abs(value) if negative else value) <= high:
            raise RecurrenceError(
                msg("`{part}` has no `{value}`", part=name, value=one.strip()),
                msg("it takes whole numbers from {low} to {high}, or from -{high} to -{low}", low=low, high=high)
                if negative
                else msg("it takes whole numbers from {low} to {high}", low=low, high=high),
            )
        found.add(value)
    return tuple(sorted(found))


def _days(text: str) -> tuple[tuple[int, int], ...]:
    found: set[tuple[int, int]] = set()
    for one in text.split(","):
        match = _DAY.fullmatch(one.strip())
        number = 0 if match is None else int(match[1] or 0)
        if match is None or (match[1] and not 1 <= abs(number) <= 53):
            raise RecurrenceError(
                msg("`{part}` has no `{value}`", part="BYDAY", value=one.strip()),
                msg("write days as `MO`, `TU`, `WE`, `TH`, `FR`, `SA`, `SU`, the first Monday `1MO`, the last `-1MO`"),
            )
        found.add((number, WEEKDAYS.index(match[2])))
    return tuple(sorted(found, key=lambda pair: (pair[1], pair[0])))


def _check_together(freq: str, numbers: Mapping[str, tuple[int, ...]], days: tuple[tuple[int, int], ...]) -> None:
    """Check the parts that RFC 5545 forbids beside each other, and those that it leaves without a meaning."""
    wanted = {"BYWEEKNO": ("YEARLY",), "BYMONTHDAY": tuple(f for f in FREQUENCIES if f != "WEEKLY")}
    wanted["BYYEARDAY"] = ("YEARLY", "HOURLY", "MINUTELY", "SECONDLY")
    for name, allowed in wanted.items():
        if name in numbers and freq not in allowed:
            raise RecurrenceError(msg("`{part}` does not go with `{rule}`", part=name, rule=f"FREQ={freq}"))
    counted = [number for number, _ in days if number]
    if counted and (freq not in {"YEARLY", "MONTHLY"} or "BYWEEKNO" in numbers):
        raise RecurrenceError(
            msg("days with a number count within a month or a year: only with `FREQ=MONTHLY` or `FREQ=YEARLY`")
        )
    if counted and len(counted) < len(days):
        raise RecurrenceError(msg("`BYDAY` takes days with a number or days without one, not both"))
    if any(abs(number) > 5 for number in counted) and (freq == "MONTHLY" or "BYMONTH" in numbers):
        raise RecurrenceError(msg("a month has no more than five of a day of the week"))
    if "BYWEEKNO" in numbers and not days:
        raise RecurrenceError(msg("`BYWEEKNO` needs the day of that week"), msg("add e.g. `BYDAY=MO`"))
    if "BYSETPOS" in numbers and not days and len(numbers) == 1:
        raise RecurrenceError(msg("`BYSETPOS` chooses among what another part lists, and there is none"))
    times = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= len(numbers.get(name, (0,)))
    if times > _MOST_TIMES:
        raise RecurrenceError(
            msg("the rule lists {count} {count:time|times} of day: at most {limit}", count=times, limit=_MOST_TIMES)
        )
