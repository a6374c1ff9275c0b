"""Constant functions of integers, as trees of comparisons or small tables of constants.

A step function changes at known points: it becomes a balanced CASE or, with many points, a table with a row for each
year. An ascending sequence has a number at each position; a row of its table packs as many numbers as 62 bits hold, so
that three centuries of days take about a thousand rows. For NULL both give NULL, or a value that is NULL once something
is added to it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from steelyard.calendars.zones import SECOND_US
from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.intervals import Interval, point
from steelyard.engines.sql.scope import Program, SmallTable
from steelyard.engines.sql.value import Value, constant
from steelyard.ir.operators import Rounding

_TREE = 64
"""More steps than this become a table; with this many, a tree takes as long as the join on DuckDB."""
_YEAR_US = 31_556_952 * SECOND_US
_YEAR_ONE_US = -62_135_596_800 * SECOND_US
_PACKED_BELOW = 2**62
_MOST_PACKED = 30


@dataclass(frozen=True, slots=True)
class Steps:
    """A step function of an integer: `values[i]` from `starts[i]` on; before the first start, the first value."""

    starts: tuple[int, ...]
    values: tuple[int, ...]

    def within(self, interval: Interval) -> Steps:
        """The steps that numbers of an interval can reach."""
        first, last = (max(bisect_right(self.starts, end) - 1, 0) for end in interval)
        starts, values = [self.starts[first]], [self.values[first]]
        for start, value in zip(self.starts[first + 1 : last + 1], self.values[first + 1 : last + 1], strict=True):
            if value != values[-1]:
                starts.append(start)
                values.append(value)
        return Steps(tuple(starts), tuple(values))


def stepped(x: Value, steps: Steps, hint: str, program: Program, frame: Frame) -> Value:
    """The value of a step function for a column."""
    few = steps.within(x.bounds)
    if len(few.starts) == 1:
        return constant(few.values[0])
    interval = Interval(min(few.values), max(few.values))
    if len(few.starts) <= _TREE:
        return Value(program.dialect.cast_narrow(_tree(x.sql, few)), interval)
    return Value(_tabulated(x, steps, hint, program, frame), interval)


def _tree(x: E, steps: Steps) -> E:
    """A balanced tree of comparisons."""
    if len(steps.starts) == 1:
        return build.integer(steps.values[0])
    half = len(steps.starts) // 2
    below = Steps(steps.starts[:half], steps.values[:half])
    above = Steps(steps.starts[half:], steps.values[half:])
    return build.case([(build.less(x, build.integer(steps.starts[half])), _tree(x, below))], _tree(x, above))


def _tabulated(x: Value, steps: Steps, hint: str, program: Program, frame: Frame) -> E:
    """A table with a row for each year that holds its steps.

    Numbers before the first step, or from the last one on, are not looked up.
    """
    steps = steps.within(Interval(steps.starts[0], steps.starts[-1]))
    key = "steps", steps
    if key not in program.cached:
        name = program.names.take(hint)
        program.small[name] = _years(
            steps, f"what holds from the start of each year of {_YEAR_US} us, and from when on"
        )
        program.cached[key] = name
    name = str(program.cached[key])
    a = program.arithmetic
    since = a.subtract(x, constant(_YEAR_ONE_US))
    year = a.divide(replace(since, interval=Interval(0, max(0, since.bounds.high))), constant(_YEAR_US), Rounding.DOWN)
    year_, first, *rest = program.small[name].columns
    found = frame.look_up(name, [(year_, year.sql)], [first, *rest])
    whens = [
        (build.less(x.sql, build.integer(steps.starts[1])), build.integer(steps.values[0])),
        (build.at_least(x.sql, build.integer(steps.starts[-1])), build.integer(steps.values[-1])),
        *((build.less(x.sql, found[i + 1]), found[i]) for i in range(0, len(found) - 1, 2)),
    ]
    return build.case(whens, found[-1])


def _years(steps: Steps, comment: str) -> SmallTable:
    by_year: dict[int, list[int]] = {}
    for place, start in enumerate(steps.starts[1:], 1):
        by_year.setdefault((start - _YEAR_ONE_US) // _YEAR_US, []).append(place)
    most = max(len(places) for places in by_year.values())
    now, rows = steps.values[0], list[tuple[int, ...]]()
    for year in range(min(by_year), max(by_year) + 1):
        row = [year, now]
        for place in by_year.get(year, ()):
            now = steps.values[place]
            row += [steps.starts[place], now]
        never = [_YEAR_ONE_US + (year + 1) * _YEAR_US, now]
        rows.append((*row, *never * (most - (len(row) - 2) // 2)))
    columns = [name for number in range(1, most + 1) for name in (f"from_{number}_", f"value_{number}_")]
    return SmallTable(("year_", "value_0_", *columns), tuple(rows), comment)


@dataclass(frozen=True, slots=True)
class Kind:
    """A sequence of a calendar: the preferred name of its table, and a description of it."""

    calendar: str
    name: str
    holds: str


@dataclass(frozen=True, slots=True)
class _Packing:
    """How a table packs a sequence: `count` numbers per row, each exceeding the row's first by less than `base`."""

    table: str
    count: int
    base: int


def nth(index: Value, items: Sequence[int], kind: Kind, program: Program, frame: Frame) -> Value:
    """The number at a position, from 0, of an ascending sequence; NULL for a position outside it."""
    last = len(items) - 1
    if index.known is not None or not items:
        there = index.known is not None and 0 <= index.known <= last
        return constant(items[index.known or 0]) if there else _nothing(program)
    if index.bounds.low < 0 or index.bounds.high > last:
        there = build.conj((build.at_least(index.sql, build.integer(0)), build.at_most(index.sql, build.integer(last))))
        own = program.dialect.cast_narrow(index.sql) if index.wide else index.sql
        index = Value(build.where(there, own), Interval(0, last))
    index = kept(index, "place", frame)
    key = "nth", kind, frame, index.sql
    if key not in program.cached:
        program.cached[key] = _unpacked(index, _packing(items, kind, program), items, program, frame)
    return cached(program, key)


def _unpacked(index: Value, packing: _Packing, items: Sequence[int], program: Program, frame: Frame) -> Value:
    a = program.arithmetic
    row = kept(floor(index, packing.count, program), "row", frame)
    first, packed = frame.look_up(packing.table, [("row_", row.sql)], ["first_", "packed_"])
    if packing.count == 1:
        return Value(first, Interval(items[0], items[-1]))
    place = replace(a.subtract(index, a.times(row, packing.count)), interval=Interval(0, packing.count - 1))
    place = kept(place, "place", frame)
    powers = [packing.base**power for power in range(packing.count)]
    power = program.dialect.cast_narrow(_tree(place.sql, Steps(tuple(range(packing.count)), tuple(powers))))
    from_here = program.dialect.quotient(packed, power, wide=False)
    more = program.dialect.remainder(from_here, build.integer(packing.base), wide=False)
    found = Value(build.add(first, more), Interval(items[0], items[-1]))
    return kept(found, "found", frame)


def _packing(items: Sequence[int], kind: Kind, program: Program) -> _Packing:
    key = "packing", kind
    if key not in program.cached:
        count, base = _most_packed(items)
        name = program.names.take(f"{kind.calendar}_{kind.name}")
        powers = list(accumulate([base] * (count - 1), lambda a, b: a * b, initial=1))
        rows = tuple(
            (
                place // count,
                items[place],
                sum((item - items[place]) * p for item, p in zip(items[place : place + count], powers, strict=False)),
            )
            for place in range(0, len(items), count)
        )
        comment = f"{kind.calendar}: {kind.holds}; {count} a row: first_ + packed_ / {base}^place % {base}"
        program.small[name] = SmallTable(("row_", "first_", "packed_"), rows, comment)
        program.cached[key] = _Packing(name, count, base)
    found = program.cached[key]
    if not isinstance(found, _Packing):
        raise TypeError(key)
    return found


def _most_packed(items: Sequence[int]) -> tuple[int, int]:
    """Return how many numbers fit in one row, and the base that they need."""
    for count in range(_MOST_PACKED, 1, -1):
        starts = range(0, len(items), count)
        base = 2 + max(items[min(start + count, len(items)) - 1] - items[start] for start in starts)
        if base**count < _PACKED_BELOW:
            return count, base
    return 1, 2


def kept(value: Value, hint: str, frame: Frame) -> Value:
    """The value as a column, so that it can be read more than once."""
    return value if value.known is not None else replace(value, sql=frame.put(hint, value.sql))


def floor(value: Value, divisor: int, program: Program) -> Value:
    """The quotient by a positive constant, rounded down; the operand occurs once in it."""
    a = program.arithmetic
    least = value.bounds.low // divisor
    above = a.subtract(value, a.literal(least * divisor))
    return a.add(a.divide(above, constant(divisor), Rounding.FLOOR), a.literal(least))


def folded(value: Value) -> Value:
    """Evaluate a value that reads no column to a constant; the value must not be missing."""
    low, high = value.bounds
    return constant(low) if low == high and not build.columns_in(value.sql) else value


def bare(value: Value) -> Value:
    """The value without its reasons and rejections, which the result adds once."""
    return Value(value.sql, value.interval, value.wide)


def _nothing(program: Program) -> Value:
    return Value(program.dialect.cast_narrow(build.null()), point(0))


def cached(program: Program, key: object) -> Value:
    """The value cached under a key; None where there is none."""
    found = program.cached[key]
    if not isinstance(found, Value):
        raise TypeError(key)
    return found
