"""Integer arithmetic: exact, and in 64 bits wherever the intervals prove that it fits (LANGUAGE.md section 6).

Every function is strict: a missing operand gives NULL, with the reasons of all missing operands. A result that may
exceed 128 bits raises `TooWideError`, which becomes a B diagnostic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import assert_never

from sqlglot import exp

from steelyard.diagnostics import Span
from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects import Dialect
from steelyard.engines.sql.intervals import WIDE, Interval, hull, point
from steelyard.engines.sql.value import Value, constant, rejections, union
from steelyard.ir.operators import Rounding


class TooWideError(Exception):
    """Raised for an integer that may need more than 128 bits; `span` is the expression or rule, where known."""

    def __init__(self, interval: Interval, span: Span | None = None) -> None:
        super().__init__(f"up to {interval.magnitude}")
        self.interval = interval
        self.span = span


class Arithmetic:
    """The arithmetic operations in one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def literal(self, value: int) -> Value:
        """A constant."""
        if point(value).narrow:
            return constant(value)
        return Value(self._dialect.wide_literal(value), self._fitting(point(value)), wide=True)

    def add(self, left: Value, right: Value) -> Value:
        """`left + right`."""
        return self._strict(left.bounds.plus(right.bounds), build.add, left, right)

    def subtract(self, left: Value, right: Value) -> Value:
        """`left - right`."""
        return self._strict(left.bounds.minus(right.bounds), build.subtract, left, right)

    def multiply(self, left: Value, right: Value) -> Value:
        """`left * right`."""
        if left.known is not None and right.known is not None:
            return self.literal(left.known * right.known)
        return self._strict(left.bounds.times(right.bounds), build.multiply, left, right)

    def times(self, operand: Value, factor: int) -> Value:
        """`operand * factor`, a constant."""
        return operand if factor == 1 else self.multiply(operand, self.literal(factor))

    def negate(self, operand: Value) -> Value:
        """-operand."""
        return self.subtract(constant(0), operand) if operand.known is None else self.literal(-operand.known)

    def absolute(self, operand: Value) -> Value:
        """The magnitude."""
        if operand.bounds.low >= 0:
            return operand
        sql = build.case([(build.less(operand.sql, build.integer(0)), build.negate(operand.sql))], operand.sql)
        return replace(operand, sql=sql, interval=operand.bounds.absolute())

    def total(self, items: list[Value], within: Interval | None = None) -> Value:
        """The sum of all items; 0 of none. `within`: a range known to contain the sum of any subset of them."""

        def add(left: Value, right: Value) -> Value:
            bounds = left.bounds.plus(right.bounds)
            return self._strict(bounds if within is None else bounds.within(within), build.add, left, right)

        while len(items) > 1:
            paired = [add(items[i], items[i + 1]) for i in range(0, len(items) - 1, 2)]
            items = paired + items[len(items) - len(items) % 2 :]
        return items[0] if items else constant(0)

    def divide(self, numerator: Value, denominator: Value, rounding: Rounding = Rounding.HALF_UP) -> Value:
        """The rounded quotient; NULL for a denominator of 0. A caller whose denominator can be 0 adds the reason."""
        if numerator.known is not None and denominator.known:
            from steelyard.semantics.values import divide

            return self.literal(divide(numerator.known, denominator.known, rounding))
        n, d = numerator.bounds, denominator.bounds
        if d.low < 0:
            return self._signed(numerator, denominator, rounding)
        divisor = replace(denominator, sql=build.no_zero(denominator.sql)) if d.low == 0 else denominator
        if denominator.known == 1:
            return numerator
        if n.low >= 0:
            return self._positive(numerator, divisor, rounding)
        if n.high <= 0:
            return self.negate(self._positive(self.negate(numerator), divisor, _mirrored(rounding)))
        above = self._positive(_not_negative(numerator), divisor, rounding)
        flipped = _not_negative(self.negate(numerator))
        below = self.negate(self._positive(flipped, divisor, _mirrored(rounding)))
        wide = above.wide or below.wide
        above, below = (self.widened(above), self.widened(below)) if wide else (above, below)
        sql = build.case([(build.less(numerator.sql, build.integer(0)), below.sql)], above.sql)
        return Value(
            sql,
            hull(above.bounds, below.bounds),
            wide,
            union((numerator.why, denominator.why)),
            rejections((numerator, denominator)),
        )

    def minimum(self, items: list[Value]) -> Value:
        """The least; missing where any operand is."""
        interval = Interval(min(i.bounds.low for i in items), min(i.bounds.high for i in items))
        return self._extreme(items, exp.Least, interval)

    def maximum(self, items: list[Value]) -> Value:
        """The greatest; missing where any operand is."""
        interval = Interval(max(i.bounds.low for i in items), max(i.bounds.high for i in items))
        return self._extreme(items, exp.Greatest, interval)

    def choose(self, whens: Sequence[tuple[E, Value]], otherwise: Value) -> Value:
        """The value of the first true condition; a NULL condition counts as false.

        The caller adds reasons and rejections. The whole is cast, because constants alone would have 32 bits.
        """
        values = [value for _, value in whens] + [otherwise]
        wide = any(value.wide for value in values)
        if wide:
            whens = [(condition, self.widened(value)) for condition, value in whens]
            otherwise = self.widened(otherwise)
        sql = build.case([(condition, value.sql) for condition, value in whens], otherwise.sql)
        intervals = [value.interval for value in values if value.interval is not None]
        if all(value.known is not None for value in values) and isinstance(sql, exp.Case):
            sql = self._dialect.cast_narrow(sql)
        return Value(sql, hull(*intervals) if intervals else None, wide)

    def flag(self, condition: E) -> Value:
        """1 where the condition holds, else 0."""
        return self.choose([(condition, constant(1))], constant(0))

    def widened(self, operand: Value) -> Value:
        """The value in 128 bits."""
        if operand.wide:
            return operand
        return replace(operand, sql=self._dialect.cast_wide(operand.sql), wide=True)

    def known_within(self, operand: Value, interval: Interval) -> Value:
        """The value with an interval that it is also known to lie in."""
        return self.narrowed(replace(operand, interval=operand.bounds.within(interval)))

    def held(self, operand: Value, interval: Interval) -> Value:
        """The value where it lies in an interval, else the nearest end of that."""
        bounds, (low, high) = operand.bounds, interval
        whens: list[tuple[E, Value]] = []
        if bounds.low < low:
            end = self.literal(low)
            whens.append((build.less(operand.sql, end.sql), end))
        if bounds.high > high:
            end = self.literal(high)
            whens.append((build.greater(operand.sql, end.sql), end))
        if not whens:
            return operand
        made = self.choose(whens, operand)
        kept = Interval(min(max(bounds.low, low), high), max(min(bounds.high, high), low))
        return self.narrowed(replace(made, interval=kept, why=operand.why, rejects=operand.rejects))

    def narrowed(self, operand: Value) -> Value:
        """The value in 64 bits where it fits, else unchanged."""
        if not operand.wide or not operand.bounds.narrow:
            return operand
        return replace(operand, sql=self._dialect.cast_narrow(operand.sql), wide=False)

    def _signed(self, numerator: Value, denominator: Value, rounding: Rounding) -> Value:
        """Divide by a denominator that may be negative: where it is, both signs are inverted."""
        turned = build.less(denominator.sql, build.integer(0))

        def sign(one: Value) -> Value:
            sql = build.case([(turned, build.negate(one.sql))], one.sql)
            return replace(one, sql=sql, interval=hull(one.bounds, one.bounds.opposite()))

        positive = replace(sign(denominator), interval=Interval(0, denominator.bounds.magnitude))
        return self.divide(sign(numerator), positive, rounding)

    def _positive(self, numerator: Value, divisor: Value, rounding: Rounding) -> Value:
        """Divide a numerator of at least 0 by a divisor above 0."""
        match rounding:
            case Rounding.HALF_UP:
                twice = self.add(self.times(numerator, 2), divisor)
                return self._floor(twice, self.times(divisor, 2))
            case Rounding.DOWN | Rounding.FLOOR:
                return self._floor(numerator, divisor)
            case Rounding.UP | Rounding.CEILING:
                one_less = self.subtract(self.add(numerator, divisor), constant(1))
                return self._floor(one_less, divisor)
            case Rounding.HALF_EVEN:
                return self._half_even(numerator, divisor)
            case _:
                assert_never(rounding)

    def _half_even(self, numerator: Value, divisor: Value) -> Value:
        """Round half up, minus one where a tie was rounded to an odd number."""
        up = self._positive(numerator, divisor, Rounding.HALF_UP)
        twice, by_two = self.times(numerator, 2), self.times(divisor, 2)
        remainder = self._remainder(self.add(twice, divisor), by_two)
        odd = build.equal(self._remainder(up, constant(2)), build.integer(1))
        tie = build.conj((build.equal(remainder, build.integer(0)), odd))
        sql = build.subtract(up.sql, build.case([(tie, build.integer(1))], build.integer(0)))
        return replace(up, sql=sql, interval=Interval(min(0, up.bounds.low), up.bounds.high))

    def _remainder(self, numerator: Value, divisor: Value) -> E:
        wide = numerator.wide or divisor.wide
        n, d = (self.widened(numerator), self.widened(divisor)) if wide else (numerator, divisor)
        return self._dialect.remainder(build.wrapped(n.sql), build.wrapped(d.sql))

    def _floor(self, numerator: Value, divisor: Value) -> Value:
        wide = numerator.wide or divisor.wide
        n, d = (self.widened(numerator), self.widened(divisor)) if wide else (numerator, divisor)
        sql = self._dialect.quotient(build.wrapped(n.sql), build.wrapped(d.sql), wide=wide)
        interval = Interval(0, numerator.bounds.high // max(1, divisor.bounds.low))
        why, rejects = union((numerator.why, divisor.why)), rejections((numerator, divisor))
        return self.narrowed(Value(sql, interval, wide, why, rejects))

    def _extreme(self, items: list[Value], kind: type[exp.Least | exp.Greatest], interval: Interval) -> Value:
        """LEAST or GREATEST within a CASE, because some engines skip NULLs in them."""
        if len(items) == 1:
            return items[0]
        if any(item.wide for item in items):
            items = [self.widened(item) for item in items]
        nullable = [build.missing(item.sql) for item in items if item.nullable]
        first, *rest = (item.sql for item in items)
        sql: E = kind(this=first, expressions=rest)
        if nullable:
            sql = build.case([(build.disj(nullable), build.null())], sql)
        why, rejects = union(i.why for i in items), rejections(items)
        return Value(sql, interval, items[0].wide, why, rejects)

    def _strict(self, interval: Interval, operation: Callable[[E, E], E], left: Value, right: Value) -> Value:
        self._fitting(interval)
        if not interval.narrow and not left.wide and not right.wide:
            left = self.widened(left)
        sql = operation(left.sql, right.sql)
        why, rejects = union((left.why, right.why)), rejections((left, right))
        return self.narrowed(Value(sql, interval, left.wide or right.wide, why, rejects))

    @staticmethod
    def _fitting(interval: Interval) -> Interval:
        if interval.magnitude > WIDE:
            raise TooWideError(interval)
        return interval


def _not_negative(value: Value) -> Value:
    """The value with an interval from 0, where a CASE has already tested its sign."""
    return replace(value, interval=Interval(0, max(0, value.bounds.high)))


def _mirrored(rounding: Rounding) -> Rounding:
    """Return the rounding mode that rounds -x to the negative of what this mode rounds x to."""
    match rounding:
        case Rounding.CEILING:
            return Rounding.FLOOR
        case Rounding.FLOOR:
            return Rounding.CEILING
        case other:
            return other
