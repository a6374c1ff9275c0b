"""The working days of countries and states from pinned packages; years without reliable data are not covered.

China comes from `chinesecalendar`, which has the days off, and the weekend days worked in exchange, that the State
Council announces for each year. Every other country and state comes from `holidays`.

For China the years with known announcements are covered. For all others, the longest run of known years up to the last
one:

- a year is known only if none of its holidays is an estimate (lunar holidays before they are declared);
- where a country moves days off by yearly decree, only the years with such a decree in the data;
- no year later than the one after the data were published (holidays of 2060 can be computed, but may still be changed
  by law), and none before 1970.

A half-day holiday counts as a working day, because its hours differ between employers.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import date
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any

from steelyard.calendars.zones import day_number, day_of

if TYPE_CHECKING:
    from holidays import HolidayBase

NONE = "none"
"""The source without holidays: every day but weekends is a working day, in every year."""
LISTED = "listed"
"""The source that knows nothing: only the years and days off that a calendar itself lists count."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""The years of dates (LANGUAGE.md section 3)."""

DATA_VERSION = "0.108"
"""The pinned release of `holidays` to which the next constant applies; a test checks both."""
DATA_PUBLISHED = 2026

FIRST_NATIONAL = 1970
"""The first year read from `holidays`; for older years it does not distinguish known from unknown years."""

SATURDAY_SUNDAY = frozenset((5, 6))
"""Days of the week are counted from Monday, 0."""

_CODE = re.compile(r"[A-Z]{2}(?:-[0-9A-Z]{1,3})?")


@dataclass(frozen=True, slots=True)
class KnownDays:
    """The working days of some years.

    Attributes:
        first_year: the first year covered.
        last_year: the last one.
        working: the working days from the first day of the first year to the last one of the last, ascending,
            as days since 1970-01-01.
    """

    first_year: int
    last_year: int
    working: tuple[int, ...]


def is_known(code: str) -> bool:
    """Return whether a code can stand for holidays: `none`, `listed`, `CN`, a country (`US`), a state (`US-TX`)."""
    if code in (NONE, LISTED, "CN"):
        return True
    if _CODE.fullmatch(code) is None:
        return False
    country, _, state = code.partition("-")
    places = _places()
    return country in places and country != "CN" and (not state or state in places[country])


def suggestions(code: str) -> tuple[str, ...]:
    """Return the candidates for a misspelt code: the states of its country, or the countries."""
    country, _, state = code.upper().partition("-")
    states = _places().get(country, ())
    if state and states:
        return tuple(f"{country}-{state}" for state in states)
    return (NONE, LISTED, *sorted(_places()))


@cache
def known_days(code: str, weekend: frozenset[int] | None, *, make_up: bool = True) -> KnownDays | None:
    """Look up the working days of a country or state. Cached.

    Args:
        code: a code for which `is_known` is true.
        weekend: the days off of each week instead of the country's own.
        make_up: whether the days that the country works in exchange for others are worked.

    Returns:
        The days; None where no year is known.
    """
    match code:
        case "none":
            return _plain(SATURDAY_SUNDAY if weekend is None else weekend)
        case "listed":
            return None
        case "CN":
            return _china(SATURDAY_SUNDAY if weekend is None else weekend, make_up=make_up)
        case _:  # any other code is that of a country
            return _national(code, weekend, make_up=make_up)


def days_of_years(first: int, last: int) -> range:
    """Each day of some years, as days since 1970-01-01."""
    return range(day_number(date(first, 1, 1)), day_number(date(last, 12, 31)) + 1)


def weekday(day: int) -> int:
    """The day of the week, counted from Monday, 0.

    >>> weekday(0)  # a Thursday
    3
    """
    return (day + 3) % 7


def _plain(weekend: frozenset[int]) -> KnownDays:
    days = days_of_years(FIRST_YEAR, LAST_YEAR)
    return KnownDays(FIRST_YEAR, LAST_YEAR, tuple(day for day in days if weekday(day) not in weekend))


def _china(weekend: frozenset[int], *, make_up: bool) -> KnownDays:
    from chinese_calendar import constants  # pyright: ignore[reportMissingTypeStubs] - it is not typed

    announced: dict[date, str] = constants.holidays
    first, last = min(announced).year, max(announced).year
    off = {day_number(day) for day in announced}
    worked: set[int] = {day_number(day) for day in constants.workdays} if make_up else set()
    days = days_of_years(first, last)
    working = (day for day in days if day in worked or (weekday(day) not in weekend and day not in off))
    return KnownDays(first, last, tuple(working))


def _national(code: str, weekend: frozenset[int] | None, *, make_up: bool) -> KnownDays | None:
    import holidays

    country, _, state = code.partition("-")
    make = type(holidays.country_holidays(country))
    hidden = "islamic_show_estimated"  # some countries mark estimates only on request
    marked: dict[str, Any] = {hidden: True} if hidden in signature(make).parameters else {}
    years = range(max(make.start_year, FIRST_NATIONAL), min(make.end_year, DATA_PUBLISHED + 2) + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # raised for years that some tables lack: those are estimates, and not covered
        calendar = make(subdiv=state or None, years=years, expand=False, **marked)
    known = _known_years(calendar)
    if known is None:
        return None
    first, last = known
    days = days_of_years(first, last)
    made_up = {day_number(day) for day in calendar.weekend_workdays}
    if weekend is None:
        own = (n for n in days if calendar.is_working_day(day_of(n)))
        return KnownDays(first, last, tuple(n for n in own if make_up or n not in made_up))
    off = {day_number(day) for day in calendar}
    worked = made_up if make_up else set[int]()
    working = (day for day in days if day in worked or (weekday(day) not in weekend and day not in off))
    return KnownDays(first, last, tuple(working))


def _known_years(calendar: HolidayBase) -> tuple[int, int] | None:
    first, last = max(calendar.start_year, FIRST_NATIONAL), min(calendar.end_year, DATA_PUBLISHED + 1)
    if calendar.has_substituted_holidays:
        decreed = [day.year for day in calendar.weekend_workdays]
        first, last = max(first, min(decreed, default=last + 1)), min(last, max(decreed, default=first - 1))
    estimated = _estimated_years(calendar)
    while last in estimated:
        last -= 1
    earlier = [year for year in estimated if year < last]
    first = max([first, *(year + 1 for year in earlier)])
    return (first, last) if first <= last else None


def _estimated_years(calendar: HolidayBase) -> frozenset[int]:
    label = getattr(calendar, "estimated_label", None)
    if not isinstance(label, str):
        return frozenset()
    mark = calendar.tr(label).replace("%s", "").strip("()（） ")
    return frozenset(day.year for day, name in calendar.items() if mark and mark in name)


@cache
def _places() -> dict[str, tuple[str, ...]]:
    import holidays

    return {
        country: tuple(state for state in states if _CODE.fullmatch(f"{country}-{state}"))
        for country, states in holidays.list_supported_countries(include_aliases=False).items()
    }
