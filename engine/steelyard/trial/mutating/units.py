"""By how much a value is changed: one unit of its last digit, as a reader sees it."""

from __future__ import annotations

from steelyard.ir.ruleset import SCORE_DIGITS
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type

_TIMES = (3_600_000_000, 60_000_000, 1_000_000, 1)
PERCENT_DIGITS = 2
"""Percentages are changed by one percent, which needs so many decimals of the fraction."""
POINTS = Number(SCORE_DIGITS)
"""Points that are stored in hundredths."""


def unit(value: int, kind: Type) -> int | None:
    """The unit of the last digit of a stored value; None where the type has no order.

    Of numbers it is the last decimal that is not 0, of percentages at most one of a hundred; of durations and instants
    an hour, minute or second, the largest of which the value is a multiple; of days and dates a day.

    >>> [unit(value, Number(2)) for value in (6000, 6050, 6055)]
    [100, 10, 1]
    >>> unit(5_400_000_000, Duration()) == 60_000_000
    True
    """
    match kind:
        case Number(scale, percent):
            least = PERCENT_DIGITS if percent else 0
            found = 1
            while scale > least and value % (10 * found) == 0:
                found, scale = 10 * found, scale - 1
            return found
        case Duration() | DateTime():
            return next(one for one in _TIMES if value % one == 0)
        case Days() | Date():
            return 1
        case Text() | Boolean() | Region() | Regions():
            return None


def shifted(value: int, kind: Type) -> tuple[int, ...]:
    """A stored value one unit up and one unit down; nothing where the type has no order."""
    step = unit(value, kind)
    return () if step is None else (value + step, value - step)


def wider(scheme: str, code: str) -> str | None:
    """The area around an area, for schemes of codes: the next level up; None where there is none.

    >>> [wider("gb2260", code) for code in ("310115", "310100", "310000")], wider("fips", "48201"), wider("name", "N")
    (['310100', '310000', '000000'], '48000', None)
    """
    lengths = {"gb2260": (2, 4), "fips": (2,)}.get(scheme)
    if lengths is None or not code.strip("0"):
        return None
    ends = [length for length in lengths if code[length:].strip("0")]
    return code[: ends[-1]].ljust(len(code), "0") if ends else "0" * len(code)
