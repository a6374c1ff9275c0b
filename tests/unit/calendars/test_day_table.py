"""Business days counted, against counting on the fingers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.calendars import Settings, Uncovered, calendar
from steelyard.calendars.day_table import DayTable, day_table
from steelyard.calendars.holiday_data import days_of_years
from steelyard.calendars.zones import day_number, day_of


def number(text: str) -> int:
    return day_number(date.fromisoformat(text))


CN = calendar(Settings("CN"), "Asia/Shanghai").days
TEXAS = calendar(Settings("US-TX"), "America/Chicago").days


@st.composite
def tables(draw) -> DayTable:
    working = draw(st.sets(st.sampled_from(days_of_years(2023, 2024)), max_size=60))
    return day_table(2023, 2024, sorted(working))


def days() -> st.SearchStrategy[int]:
    return st.integers(number("2022-12-25"), number("2025-01-06"))


def stepped(table: DayTable, day: int, number: int) -> int | Uncovered:
    """The definition, one day after the other."""
    if not 2023 <= day_of(day).year <= 2024:
        return Uncovered(day_of(day).year)
    step = -1 if number < 0 else 1
    left = abs(number)
    if number == 0:
        while day <= table.last_day and day not in table.working:
            day += 1
    while left and table.first_day <= day <= table.last_day:
        day += step
        left -= day in table.working
    if day < table.first_day:
        return Uncovered(2022)
    return day if day <= table.last_day else Uncovered(2025)


@given(tables(), days(), st.integers(-70, 70))
def test_adding_is_stepping(table, day, number) -> None:
    assert table.add(day, number) == stepped(table, day, number)


@given(tables(), days(), days())
def test_between_counts_the_days_after_the_first_up_to_the_second(table, a, b) -> None:
    if table.uncovered(a) or table.uncovered(b):
        assert isinstance(table.between(a, b), Uncovered)
        return
    low, high = min(a, b), max(a, b)
    counted = sum(day in table.working for day in range(low + 1, high + 1))

    assert table.between(a, b) == (counted if a <= b else -counted)


@given(tables(), st.data())
def test_between_is_what_add_needs(table, data) -> None:
    if not table.working:
        return
    b = data.draw(st.sampled_from(table.working))
    a = data.draw(st.integers(table.first_day, b))
    if a < b:
        assert table.add(a, table.between(a, b)) == b


@given(tables())
def test_the_rows_are_the_table(table) -> None:
    rows = list(table.rows())

    assert [day for day, _, _ in rows] == list(days_of_years(2023, 2024))
    assert tuple(day for day, works, _ in rows if works) == table.working
    assert all(count == table.count(day) and works == table.is_working(day) for day, works, count in rows)


@pytest.mark.parametrize(
    ("day", "n", "result"),
    [
        ("2024-02-02", 1, "2024-02-04"),  # a Friday; the Sunday is worked for the Spring Festival
        ("2024-02-03", 0, "2024-02-04"),
        ("2024-02-04", 0, "2024-02-04"),
        ("2024-02-09", 1, "2024-02-18"),  # the 9th, the eve, is a working day in the announcement; then eight days off
        ("2024-02-10", 0, "2024-02-18"),
        ("2024-02-18", -1, "2024-02-09"),
        ("2024-02-28", 1, "2024-02-29"),
        ("2024-02-29", 1, "2024-03-01"),
        ("2024-09-30", 1, "2024-10-08"),
        ("2024-10-08", 4, "2024-10-12"),  # a Saturday
        ("2023-12-29", 1, "2024-01-02"),
        ("2024-01-02", -1, "2023-12-29"),
        ("2024-10-05", -1, "2024-09-30"),
    ],
)
def test_business_days_of_china(day, n, result) -> None:
    assert CN.add(number(day), n) == number(result)


def test_fifteen_business_days_in_texas() -> None:
    """From Friday 2024-11-22: Thanksgiving and the Friday after, then Christmas Eve is not reached."""
    assert TEXAS.add(number("2024-11-22"), 15) == number("2024-12-17")
    assert TEXAS.between(number("2024-11-22"), number("2024-12-17")) == 15
    assert TEXAS.between(number("2024-12-17"), number("2024-11-22")) == -15


def test_both_ends_of_the_calendar() -> None:
    assert CN.uncovered(number("2004-01-01")) is None
    assert CN.uncovered(number("2026-12-31")) is None
    assert CN.uncovered(number("2003-12-31")) == Uncovered(2003)
    assert CN.uncovered(number("2027-01-01")) == Uncovered(2027)
    assert CN.add(number("2026-12-30"), 1) == number("2026-12-31")
    assert CN.add(number("2026-12-31"), 0) == number("2026-12-31")
    assert CN.add(number("2026-12-31"), 1) == Uncovered(2027)
    assert CN.add(number("2004-01-02"), -1) == Uncovered(2003)
    assert CN.add(number("2027-01-04"), -1) == Uncovered(2027)
    assert CN.add(number("2003-12-31"), 1) == Uncovered(2003)
    assert CN.add(number("2024-01-01"), 10**30) == Uncovered(2027)
    assert CN.add(number("2024-01-01"), -(10**30)) == Uncovered(2003)
    assert CN.between(number("2024-01-01"), number("2027-01-01")) == Uncovered(2027)
    assert CN.between(number("1999-01-01"), number("2027-01-01")) == Uncovered(1999)
    assert CN.between(number("2024-05-01"), number("2024-05-01")) == 0


def test_days_beyond_the_calendar_of_years_have_a_year_too() -> None:
    assert CN.add(10**9, 1) == Uncovered(10_000)
    assert CN.add(-(10**9), 1) == Uncovered(0)


def test_a_calendar_without_working_days_answers_nothing() -> None:
    empty = day_table(2024, 2024, ())

    assert empty.add(number("2024-05-01"), 0) == Uncovered(2025)
    assert empty.add(number("2024-05-01"), -1) == Uncovered(2023)
    assert empty.between(number("2024-01-01"), number("2024-12-31")) == 0
