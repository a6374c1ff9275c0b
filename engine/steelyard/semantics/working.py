"""Working days and working time (LANGUAGE.md sections 3 and 4). Every function is strict.

add_business_days(d, n): the n-th business day after d, or before it where n is negative; for n = 0 d itself if it is a
business day, else the next one. business_days_between(a, b): the number of business days in (a, b], negative where b is
before a. working_time(from, to): the working time of [from, to), negative where `to` is before `from`. An argument or
result in a year that the calendar does not cover rejects the case.
"""

from __future__ import annotations

from collections.abc import Callable

from steelyard.calendars import Calendar, Uncovered
from steelyard.diagnostics import InternalError, msg
from steelyard.ir.expressions import Apply, Function
from steelyard.semantics.env import Meaning
from steelyard.semantics.functions import strict
from steelyard.semantics.values import Rejected


def apply_working(node: Apply, operands: tuple[Meaning, ...], name: str, calendar: Calendar) -> Meaning:
    """Build the meaning of a working-time function on a calendar; `name` is the calendar's id."""
    count = _count(node, calendar)

    def answer(first: int, second: int) -> int:
        found = count(first, second)
        if isinstance(found, Uncovered):
            raise uncovered(name, name, calendar, found)
        return found

    return strict(answer, operands)


def uncovered(where: str, name: str, calendar: Calendar, found: Uncovered) -> Rejected:
    """Return the rejection of a case that needs a year which its calendar does not cover."""
    years = calendar.days
    expected = msg(
        "a year that the calendar `{calendar}` covers, {first} to {last}",
        calendar=name,
        first=years.first_year,
        last=years.last_year,
    )
    return Rejected(where, str(found.year), expected)


def _count(node: Apply, calendar: Calendar) -> Callable[[int, int], int | Uncovered]:
    match node.function:
        case Function.WORKING_TIME:
            return calendar.working_time
        case Function.ADD_BUSINESS_DAYS:
            return calendar.add_business_days
        case Function.BUSINESS_DAYS_BETWEEN:
            return calendar.business_days_between
        case other:
            raise InternalError(f"{other.value}() knows no calendar")
