"""Clocks: elapsed or working time less the union of pauses (LANGUAGE.md section 7).

Time runs from start to stop or, where stop is missing, to `until`; the case is still running then. An
end before the start rejects the case, and so does a year that the clock's calendar does not cover. Pauses
are cut to [start, end) and counted once where they overlap; on a calendar only their working time counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steelyard.calendars import Calendar, Uncovered, merged
from steelyard.diagnostics import InternalError, msg
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import ChosenCalendar, Clock
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.functions import instant_text
from steelyard.semantics.records import Timing
from steelyard.semantics.values import Missing, Rejected, Value, union
from steelyard.semantics.working import uncovered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class PreparedClock:
    """The meanings of a clock's instants, its calendars with their names, and which of them is chosen where several."""

    start: Meaning
    stop: Meaning
    until: Meaning | None
    calendars: tuple[tuple[str, Calendar], ...] = ()
    number: Meaning | None = None


def prepare_clock(clock: Clock, meaning: Callable[[Expr], Meaning], calendars: Mapping[str, Calendar]) -> PreparedClock:
    """Prepare a clock."""
    return PreparedClock(
        meaning(clock.start),
        meaning(clock.stop),
        None if clock.until is None else meaning(clock.until),
        tuple((name, calendars[name]) for name in clock.calendars()),
        meaning(clock.calendar.number) if isinstance(clock.calendar, ChosenCalendar) else None,
    )


def read_clock(clock: PreparedClock, indicator: str, env: Env) -> tuple[Timing, Missing | None]:
    """Read a clock before pauses: its start and end, and why it shows no time where it does not.

    Where the value that chooses the calendar is missing, the clock has no end.

    Raises:
        Rejected: the end is before the start, or start or end lies in a year that the calendar does not cover.
    """
    start: Value = clock.start(env)
    end: Value = clock.stop(env)
    still_running = False
    if isinstance(end, Missing) and clock.until is not None:
        until: Value = clock.until(env)
        still_running = not isinstance(until, Missing)
        end = until if still_running else union((end, until))
    number: Value = 0 if clock.number is None else clock.number(env)
    chosen = clock.calendars[number] if clock.calendars and isinstance(number, int) else None
    name, calendar = chosen or ("", None)
    timing = Timing(_instant(start), _instant(end), still_running, calendar)
    if timing.start is None or timing.end is None:
        return timing, union((start, end, number))
    if timing.end < timing.start:
        expected = msg("an end that is not before the start, {start}", start=instant_text(timing.start))
        raise Rejected(indicator, instant_text(timing.end), expected)
    if isinstance(number, Missing):
        return Timing(timing.start, None), number
    found = None if calendar is None else calendar.working_time(timing.start, timing.end)
    if calendar is not None and isinstance(found, Uncovered):
        raise uncovered(indicator, name, calendar, found)
    return timing, None


def elapsed(timing: Timing) -> int:
    """Return the time in microseconds that a clock shows before pauses; start and end must be present."""
    return passed(timing, timing.start or 0, timing.end or 0)


def passed(timing: Timing, start: int, end: int) -> int:
    """Return the time of a window inside a clock: elapsed microseconds, or working time on the clock's calendar."""
    if timing.calendar is None:
        return end - start
    found = timing.calendar.working_time(start, end)
    if isinstance(found, Uncovered):
        raise InternalError(f"a clock went on into {found.year}, which its calendar does not cover")
    return found


def cut(window: tuple[int, int], start: int, end: int) -> tuple[int, int] | None:
    """Return the part of a window inside [start, end); None where there is none."""
    low, high = max(window[0], start), min(window[1], end)
    return (low, high) if low < high else None


def paused(timing: Timing, windows: list[tuple[int, int]]) -> int:
    """Return the total time of windows inside the clock, counting overlapping parts once."""
    return sum(passed(timing, low, high) for low, high in merged(windows))


def _instant(value: Value) -> int | None:
    return value if isinstance(value, int) else None
