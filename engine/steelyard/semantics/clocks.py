"""Clocks: elapsed time less the union of pauses (LANGUAGE.md section 7).

Time runs from start to stop or, where stop is missing, to `until`; the case is still running then. An
end before the start rejects the case. Pauses are cut to [start, end) and counted once where they overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steelyard.diagnostics import InternalError, msg
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Clock
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.functions import instant_text
from steelyard.semantics.records import Timing
from steelyard.semantics.values import Missing, Rejected, Value, union

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class PreparedClock:
    """The meanings of a clock's three instants."""

    start: Meaning
    stop: Meaning
    until: Meaning | None


def prepare_clock(clock: Clock, meaning: Callable[[Expr], Meaning]) -> PreparedClock:
    """Prepare a clock.

    Raises:
        InternalError: for a calendar, which the compiler refuses so far.
    """
    if clock.calendar is not None:
        raise InternalError("clocks with a calendar are not supported yet")
    return PreparedClock(
        meaning(clock.start), meaning(clock.stop), None if clock.until is None else meaning(clock.until)
    )


def read_clock(clock: PreparedClock, indicator: str, env: Env) -> tuple[Timing, Missing | None]:
    """Read a clock before pauses: what it showed, and why it has no time.

    Raises:
        Rejected: the end is before the start.
    """
    start: Value = clock.start(env)
    end: Value = clock.stop(env)
    still_running = False
    if isinstance(end, Missing) and clock.until is not None:
        until: Value = clock.until(env)
        still_running = not isinstance(until, Missing)
        end = until if still_running else union((end, until))
    timing = Timing(_instant(start), _instant(end), still_running)
    if timing.start is None or timing.end is None:
        return timing, union((start, end))
    if timing.end < timing.start:
        expected = msg("an end that is not before the start, {start}", start=instant_text(timing.start))
        raise Rejected(indicator, instant_text(timing.end), expected)
    return timing, None


def elapsed(timing: Timing) -> int:
    """The time that a clock shows before pauses; start and end are there."""
    return (timing.end or 0) - (timing.start or 0)


def cut(window: tuple[int, int], start: int, end: int) -> tuple[int, int] | None:
    """The part of a window inside [start, end); None where there is none."""
    low, high = max(window[0], start), min(window[1], end)
    return (low, high) if low < high else None


def union_length(windows: list[tuple[int, int]]) -> int:
    """The time that the windows cover together; each instant counts once."""
    total, reached = 0, None
    for low, high in sorted(windows):
        if reached is None or low > reached:
            reached = low
        if high > reached:
            total += high - reached
            reached = high
    return total


def _instant(value: Value) -> int | None:
    return value if isinstance(value, int) else None
