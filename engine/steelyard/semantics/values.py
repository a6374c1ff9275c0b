"""Missing values, and the only division there is (LANGUAGE.md sections 5 and 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from steelyard.diagnostics import InternalError, Message
from steelyard.facts.case import Case, Reject, Row
from steelyard.facts.cells import masked
from steelyard.ir.expressions import Rounding, Stored


@dataclass(frozen=True, slots=True)
class Missing:
    """A missing value, or an unknown truth.

    Attributes:
        reasons: what was missing: names of inputs (`rating`), fields (`complaints.upheld`), relations without a row
            (`climate`), tables without a hit, `division by zero`.
    """

    reasons: frozenset[str]


LEFT_EMPTY = Missing(frozenset({"missing"}))
"""A value that a rule leaves empty on purpose: the literal `missing`."""

Value = Stored | Missing
"""The value of an expression in a case. ir/types.py says how each type is stored."""

Truth = bool | Missing
"""The truth of a condition: true, false, or unknown."""


_QUOTED = {"start", "row"}
"""What of an expectation below comes from a case or its rows."""


class Rejected(Exception):  # noqa: N818 - a result on its way out, not a fault of the program
    """The case cannot be evaluated; caught by `run`, which knows the case's key.

    Attributes:
        where: the rule, table or relation at fault.
        value: the value found, as text; empty where there was none.
        expected: what was expected.
        row: the row of a relation at fault; None where the case as a whole is.
    """

    def __init__(self, where: str, value: str, expected: Message, row: Row | None = None) -> None:
        super().__init__(where, value, expected)
        self.where = where
        self.value = value
        self.expected = expected
        self.row = row

    def reject(self, case: Case, quoting: Collection[str]) -> Reject:
        """Return the reject of the case, with the place of the row at fault.

        Args:
            case: the case.
            quoting: what may be at fault whose values tell of a person (ir/personal.py); they are not quoted.
        """
        at = case if self.row is None else self.row
        value, expected = self.value, self.expected
        if self.where in quoting:
            found = {name: masked(str(one)) if name in _QUOTED else one for name, one in expected.values.items()}
            value, expected = masked(value), Message(expected.template, found)
        return Reject(case.key, self.where, value, expected, at.line, file=at.file)


def missing(*reasons: str) -> Missing:
    """Build a missing value from the names of what was missing."""
    return Missing(frozenset(reasons))


_NOTHING: frozenset[str] = frozenset()


def union(values: Iterable[object]) -> Missing:
    """Return a missing value with the reasons of all missing ones among the values."""
    return Missing(_NOTHING.union(*[value.reasons for value in values if isinstance(value, Missing)]))


def names(reasons: frozenset[str]) -> str:
    """Write the reasons for a reader, sorted by code point."""
    return ", ".join(sorted(reasons))


def divide(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Divide exactly and round to an integer; half_up goes away from zero.

    Raises:
        InternalError: the denominator is 0; the caller must have treated that as missing.
    """
    if denominator == 0:
        raise InternalError("division by zero reached the rounding")
    if rounding is Rounding.HALF_UP and numerator >= 0 and denominator > 0:
        return (2 * numerator + denominator) // (2 * denominator)  # fast path for the most common rounding
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if rounding is Rounding.FLOOR:
        return numerator // denominator
    if rounding is Rounding.CEILING:
        return -(-numerator // denominator)
    quotient, rest = divmod(abs(numerator), denominator)
    match rounding:
        case Rounding.HALF_UP:
            quotient += 2 * rest >= denominator
        case Rounding.HALF_EVEN:
            quotient += 2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1)
        case Rounding.UP:
            quotient += rest > 0
        case Rounding.DOWN:
            pass
        case _:
            assert_never(rounding)
    return quotient if numerator >= 0 else -quotient


def rescale(value: int, scale: int, target: int) -> int:
    """Bring value * 10^-scale to another scale without changing it.

    Raises:
        InternalError: digits would be lost; the compiler chooses scales for which this cannot happen.
    """
    if target >= scale:
        return value * 10 ** (target - scale)
    quotient, rest = divmod(value, 10 ** (scale - target))
    if rest:
        raise InternalError(f"{value} at scale {scale} does not fit scale {target}")
    return quotient


def fraction(value: int, scale: int) -> Fraction:
    """Return the exact fraction value * 10^-scale."""
    return Fraction(value, 10**scale)
