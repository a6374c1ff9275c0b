"""Pauses: the union of windows inside a clock (LANGUAGE.md section 7; `semantics.clocks`).

Every window is cut to the clock. In the order of their starts each window counts only the part after the latest earlier
end, which is one running maximum per row of the indicator's frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.clocks import Picked, elapsed
from steelyard.engines.sql.frame import Emission, Frame
from steelyard.engines.sql.intervals import Interval, hull
from steelyard.engines.sql.scope import Program, Scope
from steelyard.engines.sql.value import Value


@dataclass(frozen=True, slots=True)
class Clocked:
    """The start and end of a clock: instants, NULL where missing."""

    start: Value
    end: Value
    calendar: str | Picked | None


@dataclass(frozen=True, slots=True)
class Pause:
    """The windows of one exemption: rows in the scope's frame, of which those count where `holds`."""

    scope: Scope
    holds: E
    start: Value
    end: Value
    below: bool


def paused(pauses: Sequence[Pause], clock: Clocked, indicator: str, program: Program, scope: Scope) -> Value:
    """The length of the union of all pauses in microseconds; 0 where there are none."""
    parent = scope.frame
    windows = [_cut(pause, clock, indicator, program) for pause in pauses]
    level = max([parent.depth_of(clock.start.sql), parent.depth_of(clock.end.sql), *(w.level for w in windows)])
    keys = parent.identity
    names = program.names
    picked = clock.calendar if isinstance(clock.calendar, Picked) else None
    parts = ("of", "low", "high") if picked is None else ("of", "low", "high", "calendar")
    own = [names.take(f"{indicator}__pause_{part}") for part in parts]
    identity = tuple(f"{own[0]}_{number}" for number in range(len(keys)))
    low, high = build.column(own[1]), build.column(own[2])

    def base(emission: Emission, _: Frame, __: Sequence[str]) -> exp.Query:
        every: exp.Query | None = None
        for window in windows:
            source = emission.layer(parent, level) if window.frame is parent else emission.last(window.frame)
            there = build.conj((window.holds, build.less(window.low, window.high)))
            one = exp.select(copy=False).from_(build.table(source), copy=False).where(there, copy=False)
            for mine, key in zip(identity, keys, strict=True):
                one = one.select(build.aliased(build.column(key), mine), copy=False)
            one = one.select(build.aliased(window.low, own[1]), build.aliased(window.high, own[2]), copy=False)
            if window.picked is not None:
                one = one.select(build.aliased(window.picked.number, own[3]), copy=False)
            every = one if every is None else exp.union(every, one, distinct=False, copy=False)
        if every is None:
            raise TypeError("no windows")
        return every

    frame = Frame(names.take(f"{indicator}_windows"), base, names, parent, level, key=identity)
    frame.on = tuple(build.column(name) for name in keys)
    for window in windows:
        if window.frame is parent:
            frame.reads += [window.holds, window.low, window.high]
            frame.reads += [] if window.picked is None else [window.picked.number]
        else:
            frame.sources.append(window.frame)
    for name in (*identity, *own[1:]):
        frame.depths[name] = 0
    before = exp.Window(
        this=exp.Max(this=high),
        partition_by=[build.column(name) for name in identity],
        order=exp.Order(expressions=[exp.Ordered(this=one, nulls_first=True) for one in (low, high)]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="1", end_side="PRECEDING"),
    )
    latest = frame.put(f"{indicator}__until", before)
    later = build.case([(build.greater(latest, low), latest)], low)  # NULL, which the first window has, is not greater
    interval = hull(clock.start.bounds, clock.end.bounds)
    reached = build.greater(high, frame.put(f"{indicator}__from", later))
    starts = frame.put(f"{indicator}__from", build.where(reached, later))
    rest = elapsed(
        Value(starts, interval, why={"": build.missing(starts)}),
        Value(high, interval),
        clock.calendar if picked is None else Picked(picked.calendars, build.column(own[3])),
        indicator,
        program,
        frame,
    )
    piece = frame.put(f"{indicator}__piece", rest.sql)
    total = build.coalesce(program.dialect.sum_wide(piece), build.integer(0))
    longest = max(0, clock.end.bounds.high - clock.start.bounds.low)
    sql = frame.aggregate(f"{indicator}__paused", program.dialect.cast_narrow(total), build.integer(0))
    return Value(sql, Interval(0, longest))


@dataclass(frozen=True, slots=True)
class _Cut:
    """Windows cut to the clock, in a frame with one row per window; NULL where the clock has no time."""

    frame: Frame
    holds: E
    low: E
    high: E
    level: int
    picked: Picked | None


def _cut(pause: Pause, clock: Clocked, indicator: str, program: Program) -> _Cut:
    frame = pause.scope.frame
    a = program.arithmetic
    there = [build.present(one.sql) for one in (pause.start, pause.end, clock.start, clock.end) if one.nullable]
    bare = [Value(one.sql, one.bounds, one.wide) for one in (pause.start, pause.end, clock.start, clock.end)]
    low = frame.put(f"{indicator}__low", a.maximum([bare[0], bare[2]]).sql)
    high = frame.put(f"{indicator}__high", a.minimum([bare[1], bare[3]]).sql)
    holds = build.conj((pause.holds, *there))
    picked = clock.calendar.in_frame(f"{indicator}__calendar", frame) if isinstance(clock.calendar, Picked) else None
    read = (holds, low, high) if picked is None else (holds, low, high, picked.number)
    level = frame.level if pause.below else max(frame.depth_of(e) for e in read)
    return _Cut(frame, holds, low, high, level, picked)
