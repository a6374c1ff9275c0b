"""Local days, business days and working time in SQL: integer arithmetic over small tables of constants.

Zones and calendars are constants of the statement; only instants and days are columns. Offsets are a step function of
time, counts of business days a sequence indexed by day (see `sequences`). Every result is NULL where an operand is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import gcd

from steelyard.calendars import Calendar
from steelyard.calendars.day_table import DayTable
from steelyard.calendars.hours import Hours, day_length
from steelyard.calendars.offsets import offsets
from steelyard.calendars.timetable import Timetable
from steelyard.calendars.zones import DAY_US, SECOND_US, day_of
from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.intervals import Interval, hull, point
from steelyard.engines.sql.scope import Program
from steelyard.engines.sql.sequences import Kind, Steps, bare, cached, floor, folded, kept, nth, stepped
from steelyard.engines.sql.value import Rejection, Value, constant, rejections, union
from steelyard.ir.types import FIRST_INSTANT, LAST_INSTANT

_OFFSETS_KNOWN = Interval(-62_104_060_800 * SECOND_US, 253_370_678_400 * SECOND_US)
"""The years 2 to 9998. Outside them the offset of the nearest end applies, as in `Zone.offset`."""


def local_day(instant: Value, program: Program, frame: Frame) -> Value:
    """The local day of an instant in the ruleset's zone, in days since 1970."""
    if instant.known is not None:
        return replace(instant, sql=build.integer(day := program.zone.local_date(instant.known)), interval=point(day))
    return _with_operand(_day(_local(instant, program, frame), program, frame), instant)


def elapsed(start: Value, end: Value, calendar: str | None, where: str, program: Program, frame: Frame) -> Value:  # noqa: PLR0917 - a clock
    """The time of [start, end) in microseconds: elapsed, or working time; negative where `end` is before `start`.

    A year that the calendar does not cover rejects the case, naming `where`.
    """
    if calendar is None:
        return program.arithmetic.subtract(end, start)
    found = program.calendars[calendar]
    a = program.arithmetic
    operands = (start, end)
    days = [bare(local_day(bare(operand), program, frame)) for operand in operands]
    worked = [_worked(operand, calendar, program, frame) for operand in operands]
    most = found.timetable.total() + max(found.shifts) - min(found.shifts)
    apart = end.bounds.minus(start.bounds)
    interval = Interval(max(-most, min(0, apart.low)), min(most, max(0, apart.high)))
    time = folded(a.subtract(worked[1], worked[0]))
    return _answer(
        time if time.known is not None else replace(time, interval=interval),
        operands,
        [_outside(day, found) for day in days],
        where,
    )


def add_business_days(day: Value, number: Value, calendar: str, program: Program, frame: Frame) -> Value:
    """The business day `number` business days after a day, or before it where negative (`DayTable.add`)."""
    found = program.calendars[calendar]
    a = program.arithmetic
    working = found.days.working
    steps = kept(bare(number), "steps", frame)
    before, works = _counts(bare(day), calendar, program, frame)
    after = folded(a.subtract(a.add(before, works), constant(1)))
    if steps.known is None:
        origin = a.choose([(build.greater(steps.sql, build.integer(0)), after)], before)
    else:
        origin = after if steps.known > 0 else before
    at = folded(a.add(origin, steps))
    at = kept(at, "ordinal", frame)
    result = nth(at, working, Kind(calendar, "business_days", "the business days by their number"), program, frame)
    return _answer(result, (day, number), [_outside(day, found), _beyond(at, 0, len(working) - 1)], calendar)


def business_days_between(start: Value, end: Value, calendar: str, program: Program, frame: Frame) -> Value:
    """The number of business days in (start, end]; negative where `end` is before `start` (`DayTable.between`)."""
    found = program.calendars[calendar]
    a = program.arithmetic
    operands = (start, end)
    counts = [folded(a.add(*_counts(bare(operand), calendar, program, frame))) for operand in operands]
    number = folded(a.subtract(counts[1], counts[0]))
    return _answer(number, operands, [_outside(operand, found) for operand in operands], calendar)


def _answer(result: Value, operands: Sequence[Value], outside: Sequence[E], where: str) -> Value:
    """The result with the reasons and rejections of its operands, and the rejection for years not covered."""
    there = [build.present(operand.sql) for operand in operands if operand.nullable]
    uncovered = build.conj((*there, build.true(build.disj(outside))))
    own = () if build.is_false(uncovered) else (Rejection.at(where, uncovered),)
    why, rejects = union(operand.why for operand in operands), (*rejections(operands), *own)
    return replace(result, why=why, rejects=rejects)


def _outside(day: Value, calendar: Calendar) -> E:
    return _beyond(day, calendar.days.first_day, calendar.days.last_day)


def _beyond(value: Value, low: int, high: int) -> E:
    """Condition that a number is outside a range; constant where that is known."""
    if value.known is not None:
        return build.boolean(value=not low <= value.known <= high)
    tests: list[E] = []
    if value.bounds.low < low:
        tests.append(build.less(value.sql, build.integer(low)))
    if value.bounds.high > high:
        tests.append(build.greater(value.sql, build.integer(high)))
    return build.disj(tests)


def _worked(instant: Value, calendar: str, program: Program, frame: Frame) -> Value:
    """The working time from the first covered day to an instant, in microseconds."""
    found = program.calendars[calendar]
    if instant.known is not None:
        return constant(_worked_before(instant.known, found))
    key = "worked", calendar, frame, instant.sql
    if key not in program.cached:
        a = program.arithmetic
        local = _local(instant, program, frame)
        day = _day(local, program, frame)
        time = kept(a.subtract(local, a.times(day, DAY_US)), "time", frame)
        time = replace(time, interval=Interval(0, DAY_US - 1))
        shifts = Steps(found.offsets.starts, found.shifts)
        parts = [
            *_on_the_wall(day, time, calendar, program, frame),
            stepped(kept(bare(instant), "instant", frame), shifts, f"{calendar}_shifts", program, frame),
        ]
        program.cached[key] = kept(a.total(parts), "worked", frame)
    return cached(program, key)


def _worked_before(instant: int, calendar: Calendar) -> int:
    at = calendar.offsets.at(instant)
    return calendar.shifts[at] + calendar.timetable.worked_before(instant + calendar.offsets.offsets[at])


def _on_the_wall(day: Value, time: Value, calendar: str, program: Program, frame: Frame) -> tuple[Value, Value]:
    """The working time before a local day, and that of the day before a wall-clock time."""
    a = program.arithmetic
    table = program.calendars[calendar].timetable
    if not table.others:  # every working day has the same hours, so they are counted
        before, works = _counts(day, calendar, program, frame)
        return a.times(before, day_length(table.hours)), a.multiply(works, _worked_by(table.hours, time))
    times = _times(table)
    count = len(times.kinds) + 1
    holds = f"{count} * the working time before each day in {times.unit} us, more by the kind of its hours"
    first = table.days.first_day
    index = constant(day.known - first) if day.known is not None else a.subtract(day, constant(first))
    item = nth(index, times.items, Kind(calendar, "times", holds), program, frame)
    before = kept(folded(floor(item, count, program)), f"{calendar}_before", frame)
    kind = a.subtract(item, a.times(before, count))
    kind = kept(replace(folded(kind), interval=Interval(0, count - 1)), f"{calendar}_kind", frame)
    whens = [
        (build.equal(kind.sql, build.integer(number)), _worked_by(hours, time))
        for number, hours in enumerate(times.kinds, 1)
    ]
    return a.times(before, times.unit), a.choose(whens, constant(0))


@dataclass(frozen=True, slots=True)
class _Times:
    """The working time before each covered day of a calendar, together with the kind of its hours, ascending.

    Attributes:
        kinds: the hours in which time passes; kind 0 is a day without any, kind n has the n-th of these.
        unit: what divides the length of each kind, in microseconds.
        items: for each covered day the working time before it, in units, times the number of kinds, plus its kind.
    """

    kinds: tuple[Hours, ...]
    unit: int
    items: tuple[int, ...]


@lru_cache(maxsize=64)
def _times(table: Timetable) -> _Times:
    kinds = table.kinds()
    unit = gcd(*map(day_length, kinds)) or 1
    number = {hours: place for place, hours in enumerate(kinds, 1)}
    count = len(kinds) + 1
    items = (before // unit * count + number.get(hours, 0) for before, hours in table.rows())
    return _Times(kinds, unit, tuple(items))


def _worked_by(hours: Hours, time: Value) -> Value:
    """The working time of a day before a wall-clock time."""
    whens: list[tuple[E, E]] = []
    done = 0
    for start, end in hours:
        whens.append((build.less(time.sql, build.integer(start)), build.integer(done)))
        since = build.subtract(time.sql, build.integer(start - done))
        whens.append((build.less(time.sql, build.integer(end)), since))
        done += end - start
    return Value(build.case(whens, build.integer(done)), Interval(0, done))


def _counts(day: Value, calendar: str, program: Program, frame: Frame) -> tuple[Value, Value]:
    """The number of business days before a day, and 1 where the day itself is one, else 0."""
    table = program.calendars[calendar].days
    days = _days(table)
    kind = Kind(calendar, "days", f"from {day_of(table.first_day)} on, twice the business days before, 1 more on one")
    index = program.arithmetic.subtract(day, constant(table.first_day))
    index = constant(day.known - table.first_day) if day.known is not None else index
    twice = nth(index, days, kind, program, frame)
    if twice.known is not None:
        return constant(twice.known // 2), constant(twice.known % 2)
    before = kept(floor(twice, 2, program), f"{calendar}_before", frame)
    works = program.arithmetic.subtract(twice, program.arithmetic.times(before, 2))
    return before, replace(works, interval=Interval(0, 1))


@lru_cache(maxsize=64)
def _days(table: DayTable) -> tuple[int, ...]:
    return tuple(2 * (count - works) + works for _, works, count in table.rows())


def _local(instant: Value, program: Program, frame: Frame) -> Value:
    """The local time at an instant (a column), in microseconds since 1970-01-01 00:00."""
    key = "local", frame, instant.sql
    if key not in program.cached:
        wide = hull(Interval(FIRST_INSTANT, LAST_INSTANT), instant.bounds)
        known = offsets(program.zone, max(wide.low, _OFFSETS_KNOWN.low), min(wide.high, _OFFSETS_KNOWN.high))
        column = kept(bare(instant), "instant", frame)
        offset = stepped(column, Steps(known.starts, known.offsets), "zone", program, frame)
        program.cached[key] = kept(program.arithmetic.add(column, offset), "local", frame)
    return cached(program, key)


def _day(local: Value, program: Program, frame: Frame) -> Value:
    key = "day", frame, local.sql
    if key not in program.cached:
        program.cached[key] = kept(floor(local, DAY_US, program), "day", frame)
    return cached(program, key)


def _with_operand(value: Value, operand: Value) -> Value:
    return replace(value, why=operand.why, rejects=operand.rejects)
