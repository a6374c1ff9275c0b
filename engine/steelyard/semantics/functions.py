"""The strict functions (LANGUAGE.md section 4). Windows are half-open; dates are days since 1970-01-01."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from typing import Any, assert_never

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import Apply, Function
from steelyard.ir.folding import BLANKS
from steelyard.ir.types import OPEN, Region, Regions
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.regions import coverer
from steelyard.semantics.values import Missing, missing, union

_1970 = date(1970, 1, 1).toordinal()

LocalDate = Callable[[int], int]
"""Converts an instant in microseconds UTC to the day in the ruleset's time zone, as days since 1970-01-01."""

_UNBOUNDED = missing("overlap_time")
_NO_DAY = missing("date")


def strict(operation: Callable[..., Any], operands: tuple[Meaning, ...]) -> Meaning:
    """Lift an operation on values to one whose result is missing where any operand is, with the reasons of all."""
    match operands:
        case (only,):

            def unary(env: Env) -> Any:  # noqa: ANN401 - see Meaning
                value = only(env)
                return value if isinstance(value, Missing) else operation(value)

            return unary
        case (left, right):

            def binary(env: Env) -> Any:  # noqa: ANN401 - see Meaning
                a, b = left(env), right(env)
                if isinstance(a, Missing) or isinstance(b, Missing):
                    return union((a, b))
                return operation(a, b)

            return binary
        case _:  # any number of operands

            def several(env: Env) -> Any:  # noqa: ANN401 - see Meaning
                values = [operand(env) for operand in operands]
                for value in values:
                    if isinstance(value, Missing):
                        return union(values)
                return operation(*values)

            return several


def apply(node: Apply, operands: tuple[Meaning, ...], local_date: LocalDate) -> Meaning:
    """Build the meaning of a function's application."""
    return strict(_operation(node, local_date), operands)


def _operation(node: Apply, local_date: LocalDate) -> Callable[..., Any]:  # noqa: C901 - a case for each function
    match node.function:
        case Function.MIN:
            return min
        case Function.MAX:
            return max
        case Function.ABS:
            return abs
        case Function.CLAMP:
            return _clamp
        case Function.DATE:
            return local_date
        case Function.DATE_OF:
            return date_of
        case Function.YEAR:
            return _year
        case Function.MONTH:
            return _month
        case Function.YEAR_MONTH:
            return year_month
        case Function.ADD_MONTHS:
            return add_months
        case Function.MONTHS_BETWEEN:
            return months_between
        case Function.END_OF_MONTH:
            return end_of_month
        case Function.STARTS_WITH:
            return str.startswith
        case Function.ENDS_WITH:
            return str.endswith
        case Function.CONTAINS:
            return operator.contains
        case Function.LENGTH:
            return len
        case Function.TRIM:
            return trim
        case Function.CONCAT:
            return concat
        case Function.COVERS:
            place = node.arguments[1].type
            if not isinstance(place, Region | Regions):
                raise InternalError("covers() of something that is no region")
            return coverer(place.scheme)
        case Function.OVERLAPS:
            return _overlaps
        case Function.OVERLAP_TIME:
            return overlap_time
        case Function.DAYS:
            return operator.pos
        case Function.WORKING_TIME | Function.ADD_BUSINESS_DAYS | Function.BUSINESS_DAYS_BETWEEN:
            raise InternalError(f"{node.function.value}() without a calendar")
        case _:
            assert_never(node.function)


def _clamp(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))


def _overlaps(a: int, b: int, c: int, d: int) -> bool:
    return a < d and c < b


def overlap_time(a: int, b: int, c: int, d: int) -> int | Missing:
    """Return the length of the overlap of [a, b) and [c, d), at least 0; missing where neither window has ended."""
    end = min(b, d)
    return _UNBOUNDED if end >= OPEN else max(0, end - max(a, c))


def civil(day: int) -> tuple[int, int, int]:
    """Return year, month and day of the month in the proleptic Gregorian calendar.

    >>> civil(0), civil(-1), civil(19782)
    ((1970, 1, 1), (1969, 12, 31), (2024, 2, 29))
    """
    # Years are counted from 1 March of year 0, so that a leap day is the last of its year; 400 years: 146,097 days.
    era, day_of_era = divmod(day + 719_468, 146_097)
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    # months are counted from March, 0..11; the first five have 153 days, and so have the next five
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return era * 400 + year + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def date_of(year: int, month: int, day: int) -> int | Missing:
    """Return the day of a year from 1 to 9999, of a month and of a day of the month; missing where there is none.

    >>> date_of(1970, 1, 1), date_of(2024, 2, 29)
    (0, 19782)
    """
    try:
        return date(year, month, day).toordinal() - _1970
    except (ValueError, OverflowError):
        return _NO_DAY


def add_months(day: int, months: int) -> int:
    """Return the same day of the month so many months later, or the last day of that month where it is shorter.

    >>> add_months(date_of(2024, 1, 31), 1) == date_of(2024, 2, 29)
    True
    """
    month, place = _month_and_place(day)
    return min(_start_of_month(month + months) + place, _start_of_month(month + months + 1) - 1)


def months_between(start: int, end: int) -> int:
    """Return the largest number of months that, added to `start`, do not go past `end`; negative where it is earlier.

    >>> (
    ...     months_between(date_of(2024, 1, 31), date_of(2024, 2, 29)),
    ...     months_between(date_of(2024, 2, 2), date_of(2024, 2, 1)),
    ... )
    (1, -1)
    """
    months = _month_and_place(end)[0] - _month_and_place(start)[0]
    return months - (add_months(start, months) > end)


def end_of_month(day: int) -> int:
    """Return the last day of a date's month."""
    return _start_of_month(_month_and_place(day)[0] + 1) - 1


def _month_and_place(day: int) -> tuple[int, int]:
    """Return the month of a day, counted from March of year 0, and the place of the day in it, from 0."""
    year, month, place = civil(day)
    return 12 * year + month - 3, place - 1


def _start_of_month(month: int) -> int:
    """Return the first day of a month that is counted from March of year 0."""
    year, of_year = divmod(month, 12)
    return year * 365 + year // 4 - year // 100 + year // 400 + (153 * of_year + 2) // 5 - 719_468


def trim(text: str) -> str:
    """Return a text without blanks at its edges."""
    return text.strip(BLANKS)


def concat(*texts: str) -> str:
    """Return texts one after another."""
    return "".join(texts)


def _year(day: int) -> int:
    return civil(day)[0]


def _month(day: int) -> int:
    return civil(day)[1]


def year_month(day: int) -> str:
    """Return the month of a date as `2024-05`."""
    year, month, _ = civil(day)
    return f"{year:04d}-{month:02d}"


def instant_text(instant: int) -> str:
    """Write an instant in UTC, `2024-05-01T12:30:00Z`; microseconds are written only where they are not 0."""
    seconds, rest = divmod(instant, 1_000_000)
    day, second = divmod(seconds, 86_400)
    year, month, date = civil(day)
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"{year:04d}-{month:02d}-{date:02d}T{clock}{f'.{rest:06d}' if rest else ''}Z"
