"""The SQL of the strict functions, with the meaning of `semantics.functions`.

A missing operand gives NULL with the reasons of all missing operands. SQL itself is not strict where FALSE AND NULL is
FALSE and where LEAST and GREATEST skip NULLs; these are guarded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from typing import NamedTuple, assert_never

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, calendars
from steelyard.engines.sql.arithmetic import Arithmetic
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.intervals import Interval
from steelyard.engines.sql.logic import strictly
from steelyard.engines.sql.scope import Program, Scope, interval_of
from steelyard.engines.sql.sequences import bare, kept
from steelyard.engines.sql.value import Value, constant, rejections, union
from steelyard.facts.places import levels
from steelyard.ir.expressions import Apply, Expr, Field, Function, Input, Literal, OneRow, OpenEnd, Parameter, Rounding
from steelyard.ir.folding import BLANKS
from steelyard.ir.types import DAYS_OF_YEARS, OPEN, Region, Regions
from steelyard.semantics.functions import civil, year_month

_DAYS_BEFORE_1970 = 719_468
"""Days from 1 March of year 0, so that a leap day is the last of its year."""
_ERA = 146_097
"""The days of 400 years."""
_JANUARY = 306
"""The position of 1 January in a year that starts on 1 March."""
_FOUR_DIGITS = 9999
_LONGEST = 2**40
"""More code points than a text can have."""


def apply(node: Apply, arguments: list[Value], program: Program, scope: Scope) -> Value:  # noqa: C901 - a case for each function
    """Compile a function's application to compiled operands.

    Raises:
        TooWideError: an integer may need more than 128 bits.
    """
    a, frame = program.arithmetic, scope.frame
    match node.function:
        case Function.MIN:
            return _extreme(arguments, a.minimum, min)
        case Function.MAX:
            return _extreme(arguments, a.maximum, max)
        case Function.ABS:
            return _absolute(arguments[0], program, frame)
        case Function.CLAMP:
            return _clamp(arguments, program)
        case Function.DATE:
            return calendars.local_day(arguments[0], program, frame)
        case Function.DATE_OF:
            return _date_of(arguments, program, frame)
        case Function.YEAR:
            return _year(arguments[0], program, frame)
        case Function.MONTH:
            return _month(arguments[0], program, frame)
        case Function.YEAR_MONTH:
            return _year_month(arguments[0], program, frame)
        case Function.STARTS_WITH:
            text, prefix = (build.wrapped(argument.sql) for argument in arguments)
            return strictly(program.dialect.starts_with(text, prefix), arguments)
        case Function.ENDS_WITH:
            text, suffix = (build.wrapped(argument.sql) for argument in arguments)
            return strictly(program.dialect.ends_with(text, suffix), arguments)
        case Function.CONTAINS:
            text, part = (build.wrapped(argument.sql) for argument in arguments)
            return strictly(program.dialect.has_text(text, part), arguments)
        case Function.LENGTH:
            sql = program.dialect.length(build.wrapped(arguments[0].sql))
            return replace(arguments[0], sql=sql, interval=Interval(0, _LONGEST))
        case Function.TRIM:
            return strictly(program.dialect.trimmed(build.wrapped(arguments[0].sql), BLANKS), arguments)
        case Function.CONCAT:
            return strictly(reduce(_joined, (argument.sql for argument in arguments)), arguments)
        case Function.ADD_MONTHS:
            return _add_months(arguments[0], arguments[1], program, frame)
        case Function.MONTHS_BETWEEN:
            return _months_between(arguments[0], arguments[1], program, frame)
        case Function.END_OF_MONTH:
            return _end_of_month(arguments[0], program, frame)
        case Function.COVERS:
            return _covers(node, arguments, program)
        case Function.OVERLAPS:
            return _overlaps(arguments)
        case Function.OVERLAP_TIME:
            return _overlap_time(node, arguments, program, frame)
        case Function.DAYS:
            return arguments[0]
        case Function.WORKING_TIME:
            calendar = _calendar(node)
            return calendars.elapsed(arguments[0], arguments[1], calendar, calendar, program, frame)
        case Function.ADD_BUSINESS_DAYS:
            return calendars.add_business_days(arguments[0], arguments[1], _calendar(node), program, frame)
        case Function.BUSINESS_DAYS_BETWEEN:
            return calendars.business_days_between(arguments[0], arguments[1], _calendar(node), program, frame)
        case _:
            assert_never(node.function)


def covering(scheme: str, place: E, program: Program) -> list[E]:
    """The texts of which an area must equal one to cover the place; NULL where the place is NULL.

    Codes have the forms that rulesets and files may contain: 6 digits of gb2260, 2 or 5 of fips.
    """
    if isinstance(place, exp.Literal):
        return [build.text(code) for code in sorted(levels(scheme, place.name))]
    found = [_level_of(level, place, program) for level in _levels(scheme)]
    return [build.where(build.present(place), one) if isinstance(one, exp.Literal) else one for one in found]


class _Level(NamedTuple):
    """A spelling of the areas that cover a place: that many leading digits of it (None: all), then zeros."""

    digits: int | None
    zeros: str


def _levels(scheme: str) -> tuple[_Level, ...]:
    match scheme:
        case "gb2260":
            return _Level(None, ""), _Level(4, "00"), _Level(2, "0000"), _Level(0, "000000")
        case "fips":
            return _Level(None, ""), _Level(2, ""), _Level(2, "000"), _Level(0, "00"), _Level(0, "00000")
        case _:  # places by name: an area covers itself alone
            return (_Level(None, ""),)


def _level_of(level: _Level, place: E, program: Program) -> E:
    if level.digits == 0:
        return build.text(level.zeros)
    digits = _digits(level, place, program)
    return _joined(digits, build.text(level.zeros)) if level.zeros else digits


def _digits(level: _Level, place: E, program: Program) -> E:
    return place if level.digits is None else program.dialect.substring(build.wrapped(place), 1, level.digits)


def _covers(node: Apply, arguments: list[Value], program: Program) -> Value:
    place_type = node.arguments[1].type
    if not isinstance(place_type, Region | Regions):
        raise InternalError("covers() of something that is no region")
    areas, place = arguments
    known = _known_areas(node.arguments[0], program)
    if known is not None and not isinstance(place.sql, exp.Literal):
        return _known_cover(known, place_type.scheme, areas, place, program)
    texts = covering(place_type.scheme, place.sql, program)
    if isinstance(node.arguments[0].type, Regions):
        tests = [program.dialect.contains(build.wrapped(areas.sql), build.wrapped(text)) for text in texts]
        # for an empty list and a NULL place DuckDB 2.0.1, Postgres and BigQuery give FALSE
        found = build.where(build.present(place.sql), build.disj(tests)) if place.nullable else build.disj(tests)
        return strictly(found, arguments)
    return strictly(build.within(areas.sql, texts), arguments)


def _known_areas(areas: Expr, program: Program) -> tuple[str, ...] | None:
    stored = areas.value if isinstance(areas, Literal) else None
    if isinstance(areas, Parameter):
        stored = next(one.value for one in program.ruleset.parameters if one.id == areas.name)
    match stored:
        case str():
            return (stored,)
        case tuple():
            return stored
        case _:  # not known before the case is
            return None


def _known_cover(known: tuple[str, ...], scheme: str, areas: Value, place: Value, program: Program) -> Value:
    """Compare constant areas with only as many leading digits of the place as they need."""
    by_level: dict[_Level, set[str]] = {}
    coarsest_first = sorted(_levels(scheme), key=lambda level: (level.digits is None, level.digits))
    for area in known:
        level = next(one for one in coarsest_first if one.digits is None or area[one.digits :] == one.zeros)
        by_level.setdefault(_Level(level.digits, ""), set()).add(area[: level.digits])
    tests: list[E] = []
    for level, digits in by_level.items():
        if level.digits == 0:
            tests.append(build.equal(place.sql, place.sql))
        else:
            tests.append(build.within(_digits(level, place.sql, program), [build.text(one) for one in sorted(digits)]))
    nowhere = build.unequal(place.sql, place.sql)
    return strictly(build.disj(tests) if tests else nowhere, (areas, place))


def _overlaps(arguments: list[Value]) -> Value:
    a, b, c, d = (argument.sql for argument in arguments)
    sql = build.conj((build.less(a, d), build.less(c, b)))
    absent = [build.missing(argument.sql) for argument in arguments if argument.nullable]
    return strictly(build.case([(build.disj(absent), build.null())], sql), arguments)


def _overlap_time(node: Apply, arguments: list[Value], program: Program, frame: Frame) -> Value:
    """The common duration. A CASE without ELSE: where a start is missing, no branch is taken."""
    a = program.arithmetic
    starts, ends = arguments[0::2], arguments[1::2]
    start = kept(bare(a.maximum(starts)), "start", frame)
    end = kept(bare(a.minimum(ends)), "end", frame)
    latest = _latest(node.arguments[1::2], ends, program)
    closed = Interval(min(end.bounds.low, latest), latest)
    time = a.subtract(replace(end, interval=closed), start)
    whens = [(build.less(start.sql, end.sql), time.sql), (build.at_least(start.sql, end.sql), build.integer(0))]
    why = union(argument.why for argument in arguments)
    if end.bounds.high >= OPEN:
        unbounded = build.at_least(end.sql, build.integer(OPEN))
        there = [build.present(argument.sql) for argument in arguments if argument.nullable]
        why = union((why, {"overlap_time": build.conj((*there, build.true(unbounded)))}))
        whens.insert(0, (unbounded, build.null()))
    interval = Interval(0, max(0, time.bounds.high))
    return Value(build.case(whens, build.null()), interval, time.wide, why, rejections(arguments))


def _latest(nodes: Sequence[Expr], ends: Sequence[Value], program: Program) -> int:
    """An upper bound of the ends that are given: the ends that are never open bound it, else any given one."""
    certain = [end.bounds.high for end in ends if end.bounds.high < OPEN]
    if certain:
        return min(certain)
    return max(_ended(node, program) for node in nodes)


def _ended(node: Expr, program: Program) -> int:
    """The latest value of an open end that is given."""
    match node:
        case OpenEnd(operand=Input(name=name)):
            interval = interval_of(program.inputs[name])
        case OpenEnd(operand=Field(relation=relation, name=name) | OneRow(relation=relation, name=name)):
            fields = {one.id: one for one in program.relations[relation].fields}
            interval = interval_of(fields[name]) if name in fields else None
        case _:  # not read from a declared field
            interval = None
    return OPEN - 1 if interval is None else interval.high


def _extreme(
    arguments: list[Value], compiled: Callable[[list[Value]], Value], known: Callable[[list[int]], int]
) -> Value:
    found = [argument.known for argument in arguments]
    constants = [one for one in found if one is not None]
    return constant(known(constants)) if len(constants) == len(found) else compiled(arguments)


def _absolute(operand: Value, program: Program, frame: Frame) -> Value:
    if operand.known is not None:
        return constant(abs(operand.known))
    return program.arithmetic.absolute(kept(operand, "signed", frame))


def _clamp(arguments: list[Value], program: Program) -> Value:
    a = program.arithmetic
    value, low, high = arguments
    found = _extreme([low, _extreme([value, high], a.minimum, min)], a.maximum, max)
    return replace(found, rejects=rejections(arguments))


class _Civil(NamedTuple):
    """A day as its year, which starts on 1 March, and its position in that year, from 0."""

    year: Value
    place: Value


def _civil(day: Value, program: Program, frame: Frame) -> _Civil:
    """Split a day as `semantics.functions.civil` does: centuries of 36,524.25 days, then years of 365.25."""
    key = "civil", frame, day.sql
    if key not in program.cached:
        a = program.arithmetic
        era = (day.bounds.low + _DAYS_BEFORE_1970) // _ERA
        since = a.add(kept(bare(day), "day", frame), a.literal(_DAYS_BEFORE_1970 - era * _ERA))
        century, of_century = _split(since, _ERA, "century", program, frame)
        year, of_year = _split(replace(of_century, interval=Interval(0, 36_524)), 1461, "year", program, frame)
        years = a.add(a.add(a.times(century, 100), year), a.literal(era * 400))
        program.cached[key] = _Civil(years, replace(of_year, interval=Interval(0, 365)))
    found = program.cached[key]
    if not isinstance(found, _Civil):
        raise TypeError(key)
    return found


def _split(days: Value, four: int, hint: str, program: Program, frame: Frame) -> tuple[Value, Value]:
    """The period that contains a day, and the days since the period began.

    Four periods have `four` days in all, and the last of them is the longest.
    """
    a = program.arithmetic
    numbers = a.add(a.times(days, 4), constant(3))
    period = kept(a.divide(numbers, constant(four), Rounding.DOWN), hint, frame)
    before = a.divide(a.times(period, four), constant(4), Rounding.DOWN)
    return period, kept(a.subtract(days, before), f"day_of_{hint}", frame)


def _date_of(arguments: list[Value], program: Program, frame: Frame) -> Value:
    """The day of a year, a month and a day of the month, as `semantics.functions.date_of` counts it.

    Each part is kept within its bounds first, so that no product is large, and compared with what is given.
    """
    a = program.arithmetic
    given = [kept(bare(one), hint, frame) for one, hint in zip(arguments, ("year", "month", "day"), strict=True)]
    ends = ((1, _FOUR_DIGITS), (1, 12), (1, 31))
    bounded = [
        a.narrowed(a.maximum([constant(low), a.minimum([constant(high), one])]))
        for one, (low, high) in zip(given, ends, strict=True)
    ]
    year, month, day = (
        kept(one, f"{hint}_kept", frame) for one, hint in zip(bounded, ("year", "month", "day"), strict=True)
    )
    early = build.at_most(month.sql, build.integer(2))  # months are counted from March, so that a leap day is the last
    years = kept(a.subtract(year, a.flag(early)), "years", frame)
    position = a.add(month, a.choose([(early, constant(9))], constant(-3)))
    first = a.add(_days_before_year(years, a), _days_before(position, a))
    found = a.add(first, a.subtract(day, constant(_DAYS_BEFORE_1970 + 1)))
    leap = build.conj((_divides(4, year, a), build.disj((build.not_(_divides(100, year, a)), _divides(400, year, a)))))
    february = a.choose([(leap, constant(29))], constant(28))
    short = build.within(month.sql, [build.integer(one) for one in (4, 6, 9, 11)])
    length = a.choose([(build.equal(month.sql, build.integer(2)), february), (short, constant(30))], constant(31))
    same = [build.equal(one.sql, other.sql) for one, other in zip(given, (year, month, day), strict=True)]
    there = build.conj((*same, build.at_most(day.sql, length.sql)))
    present = (build.present(one.sql) for one, argument in zip(given, arguments, strict=True) if argument.nullable)
    why = union((*(one.why for one in arguments), {"date": build.conj((*present, build.not_(build.true(there))))}))
    return Value(
        build.case([(there, found.sql)], build.null()), Interval(*DAYS_OF_YEARS), why=why, rejects=rejections(arguments)
    )


def _whole(number: Value, divisor: int, a: Arithmetic) -> Value:
    return a.divide(number, constant(divisor), Rounding.FLOOR)


def _divides(divisor: int, number: Value, a: Arithmetic) -> E:
    return build.equal(a.times(_whole(number, divisor, a), divisor).sql, number.sql)


def _year(day: Value, program: Program, frame: Frame) -> Value:
    if day.known is not None:
        return constant(civil(day.known)[0])
    a = program.arithmetic
    year, place = _civil(day, program, frame)
    january = a.flag(build.at_least(place.sql, build.integer(_JANUARY)))
    interval = Interval(civil(day.bounds.low)[0], civil(day.bounds.high)[0])
    return replace(a.add(year, january), interval=interval, why=day.why, rejects=day.rejects)


def _month(day: Value, program: Program, frame: Frame) -> Value:
    if day.known is not None:
        return constant(civil(day.known)[1])
    a = program.arithmetic
    place = _civil(day, program, frame).place
    from_march = _month_of_year(place, a)
    shift = build.case([(build.less(place.sql, build.integer(_JANUARY)), build.integer(3))], build.integer(-9))
    return Value(build.add(from_march.sql, shift), Interval(1, 12), why=day.why, rejects=day.rejects)


def _year_month(day: Value, program: Program, frame: Frame) -> Value:
    """The year with four digits; with more digits, or before year 0, padded as in Python."""
    if day.known is not None:
        return Value(build.text(year_month(day.known)))
    if civil(day.bounds.low)[0] >= 1000 and civil(day.bounds.high)[0] <= 9999:
        native = program.dialect.year_month(build.wrapped(day.sql))
        if native is not None:
            return replace(day, sql=native, interval=None, wide=False)
    year, month = _year(day, program, frame), _month(day, program, frame)
    year = kept(bare(year), "year", frame)
    month_text = _padded(month.sql, 2, program)
    whens: list[tuple[E, E]] = []
    if year.bounds.low < 0:
        minus = build.text("-")
        whens.append((build.at_most(year.sql, build.integer(-1000)), _text(year.sql, program)))
        short = _joined(minus, _padded(build.negate(year.sql), 3, program))
        whens.append((build.less(year.sql, build.integer(0)), short))
    if year.bounds.high > _FOUR_DIGITS:
        whens.append((build.greater(year.sql, build.integer(_FOUR_DIGITS)), _text(year.sql, program)))
    year_text = build.case(whens, _padded(year.sql, 4, program))
    sql = _joined(_joined(year_text, build.text("-")), month_text)
    return Value(sql, why=day.why, rejects=day.rejects)


def _add_months(day: Value, months: Value, program: Program, frame: Frame) -> Value:
    """The same day of the month so many months later, or the last day of that month where it is shorter."""
    month, place = _month_and_place(day, program, frame)
    found = _months_later(month, place, months, program, frame)
    return replace(found, why=union((day.why, months.why)), rejects=rejections((day, months)))


def _months_between(start: Value, end: Value, program: Program, frame: Frame) -> Value:
    """The largest number of months that, added to `start`, do not go past `end`."""
    a = program.arithmetic
    first, place = _month_and_place(start, program, frame)
    months = kept(bare(a.subtract(_month_and_place(end, program, frame)[0], first)), "months", frame)
    past = build.greater(_months_later(first, place, months, program, frame).sql, end.sql)
    found = a.subtract(months, a.flag(past))
    return replace(found, why=union((start.why, end.why)), rejects=rejections((start, end)))


def _end_of_month(day: Value, program: Program, frame: Frame) -> Value:
    a = program.arithmetic
    month, _ = _month_and_place(day, program, frame)
    last = a.subtract(_start_of_month(a.add(month, constant(1)), program, frame), constant(1))
    return replace(last, why=day.why, rejects=day.rejects)


def _months_later(month: Value, place: Value, months: Value, program: Program, frame: Frame) -> Value:
    a = program.arithmetic
    later = kept(a.add(month, bare(months)), "month", frame)
    last = a.subtract(_start_of_month(a.add(later, constant(1)), program, frame), constant(1))
    return a.minimum([a.add(_start_of_month(later, program, frame), place), last])


def _month_and_place(day: Value, program: Program, frame: Frame) -> tuple[Value, Value]:
    """The month of a day, counted from March of year 0, and the place of the day in it, from 0."""
    a = program.arithmetic
    year, of_year = _civil(day, program, frame)
    month = kept(replace(_month_of_year(of_year, a), interval=Interval(0, 11)), "month_of_year", frame)
    place = kept(replace(a.subtract(of_year, _days_before(month, a)), interval=Interval(0, 30)), "place", frame)
    return kept(a.add(a.times(year, 12), month), "month", frame), place


def _start_of_month(month: Value, program: Program, frame: Frame) -> Value:
    """The first day of a month that is counted from March of year 0."""
    a = program.arithmetic
    year = kept(_whole(month, 12, a), "year", frame)
    of_year = replace(a.subtract(month, a.times(year, 12)), interval=Interval(0, 11))
    return a.add(_days_before_year(year, a), a.subtract(_days_before(of_year, a), constant(_DAYS_BEFORE_1970)))


def _month_of_year(of_year: Value, a: Arithmetic) -> Value:
    """The month of a position in a year that starts on 1 March, from 0."""
    return a.divide(a.add(a.times(of_year, 5), constant(2)), constant(153), Rounding.DOWN)


def _days_before(month: Value, a: Arithmetic) -> Value:
    """The days of the months before this one, in a year that starts on 1 March."""
    return a.divide(a.add(a.times(month, 153), constant(2)), constant(5), Rounding.DOWN)


def _days_before_year(year: Value, a: Arithmetic) -> Value:
    """The days from 1 March of year 0 to 1 March of a year."""
    leaps = a.add(_whole(year, 4, a), a.subtract(_whole(year, 400, a), _whole(year, 100, a)))
    return a.add(a.times(year, 365), leaps)


def _padded(number: E, digits: int, program: Program) -> E:
    """A number of at most `digits` digits, padded with zeros."""
    return program.dialect.substring(_text(build.add(number, build.integer(10**digits)), program), 2, digits)


def _text(number: E, program: Program) -> E:
    return exp.Cast(this=number, to=program.dialect.text())


def _joined(left: E, right: E) -> E:
    return exp.Paren(this=exp.DPipe(this=build.wrapped(left), expression=build.wrapped(right)))


def _calendar(node: Apply) -> str:
    if node.calendar is None:
        raise InternalError(f"{node.function.value}() without a calendar")
    return node.calendar
