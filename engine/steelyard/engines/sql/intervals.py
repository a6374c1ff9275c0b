"""The interval of an integer, which decides between 64 and 128 bits. Intervals are inclusive and finite.

Text and booleans have no interval. Sums and counts over rows are bounded by `ROWS`.
"""

from __future__ import annotations

from typing import NamedTuple

from steelyard.ir.declared import MOST_ROWS

NARROW = 2**63 - 1
"""The largest magnitude of a BIGINT."""
WIDE = 10**38 - 1
"""The largest magnitude that the 128-bit type of every dialect can hold; DECIMAL(38, 0) is the smallest of these types.
"""
ROWS = MOST_ROWS


class Interval(NamedTuple):
    """All integers from low to high."""

    low: int
    high: int

    @property
    def magnitude(self) -> int:
        """The largest absolute value."""
        return max(abs(self.low), abs(self.high))

    @property
    def narrow(self) -> bool:
        """Whether 64 bits can hold it."""
        return self.magnitude <= NARROW

    def plus(self, other: Interval) -> Interval:
        """Sums."""
        return Interval(self.low + other.low, self.high + other.high)

    def minus(self, other: Interval) -> Interval:
        """Differences."""
        return Interval(self.low - other.high, self.high - other.low)

    def times(self, other: Interval) -> Interval:
        """Products."""
        corners = [a * b for a in self for b in other]
        return Interval(min(corners), max(corners))

    def opposite(self) -> Interval:
        """Opposites."""
        return Interval(-self.high, -self.low)

    def absolute(self) -> Interval:
        """Magnitudes."""
        least = 0 if self.low <= 0 <= self.high else min(abs(self.low), abs(self.high))
        return Interval(least, self.magnitude)

    def summed(self, rows: int = ROWS) -> Interval:
        """Sums over the rows of a case, up to so many and none included."""
        return Interval(min(0, self.low * rows), max(0, self.high * rows))

    def within(self, other: Interval) -> Interval:
        """The intersection with another interval."""
        return Interval(max(self.low, other.low), min(self.high, other.high))

    def quotient(self, divisor: Interval) -> Interval:
        """Quotients under any rounding mode, except for a divisor of 0."""
        least = 1 if divisor.low <= 0 <= divisor.high else divisor.absolute().low
        most = -(-self.magnitude // least)
        low = 0 if self.low >= 0 and divisor.low >= 0 else -most
        high = 0 if self.high <= 0 and divisor.low >= 0 else most
        return Interval(low, high)


def point(value: int) -> Interval:
    """A single integer."""
    return Interval(value, value)


def hull(*intervals: Interval) -> Interval:
    """The smallest interval that contains several."""
    return Interval(min(one.low for one in intervals), max(one.high for one in intervals))
