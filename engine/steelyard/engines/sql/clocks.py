"""The time that a clock shows between two instants: elapsed, or on a calendar, also one chosen by a value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from steelyard.engines.sql import build, calendars
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.scope import Program
from steelyard.engines.sql.value import Value, guarded


@dataclass(frozen=True, slots=True)
class Picked:
    """Several calendars, and the number of the one that counts; where the number is NULL, so are a clock's instants."""

    calendars: tuple[str, ...]
    number: E

    def in_frame(self, hint: str, frame: Frame) -> Picked:
        """The same, with the number as a column that each layer of a frame can read."""
        number = frame.put(hint, self.number)
        frame.inherit(number)
        return replace(self, number=number)


def elapsed(  # noqa: PLR0917 - a clock
    start: Value, end: Value, calendar: str | Picked | None, where: str, program: Program, frame: Frame
) -> Value:
    """The time of a clock from start to end in microseconds: elapsed, or working time on a calendar.

    Negative where `end` is before `start`. A year that the calendar does not cover rejects the case on behalf of
    `where`.
    """
    if not isinstance(calendar, Picked):
        return calendars.elapsed(start, end, calendar, where, program, frame)
    shown = [calendars.elapsed(start, end, name, where, program, frame) for name in calendar.calendars]
    picked = [build.equal(calendar.number, build.integer(place)) for place in range(len(shown))]
    rejects = [one for time, condition in zip(shown, picked, strict=True) for one in guarded(time.rejects, condition)]
    time = program.arithmetic.choose(list(zip(picked, shown, strict=True))[:-1], shown[-1])
    return replace(time, why=shown[0].why, rejects=tuple(rejects))
