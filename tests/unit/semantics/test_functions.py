"""The strict functions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import Apply, Function
from steelyard.ir.types import OPEN, Date, Days, Region, Regions
from steelyard.semantics import Missing
from steelyard.semantics.functions import (
    add_months,
    civil,
    end_of_month,
    instant_text,
    months_between,
    overlap_time,
    year_month,
)
from unit.semantics.build import BOOLEAN, DURATION, INSTANT, INTEGER, TEXT, lit, number, open_end, read, value

DATE = Date()


def call(function, *arguments, type_=INTEGER):
    return Apply(Function(function), arguments, type=type_)


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        ("min", (3, 1, 2), 1),
        ("max", (3, 1, 2), 3),
        ("abs", (-3,), 3),
        ("abs", (3,), 3),
        ("clamp", (5, 0, 10), 5),
        ("clamp", (-1, 0, 10), 0),
        ("clamp", (11, 0, 10), 10),
        ("days", (-4,), -4),
        ("overlaps", (1, 3, 2, 4), True),
        ("overlaps", (1, 2, 2, 4), False),
        ("overlaps", (2, 4, 1, 2), False),
        ("overlaps", (2, 4, 1, 3), True),
        ("overlap_time", (1, 3, 2, 5), 1),
        ("overlap_time", (1, 2, 2, 5), 0),
        ("overlap_time", (1, 2, 4, 5), 0),
        ("overlap_time", (1, 9, 4, 5), 1),
    ],
)
def test_functions_of_integers(function, arguments, expected):
    assert value(call(function, *map(number, arguments))) == expected


def test_every_missing_argument_gives_its_reason():
    found = value(call("clamp", read("a"), read("b"), read("c")), {"b": 1})

    assert found == Missing(frozenset({"a", "c"}))
    assert value(call("abs", read("a"))) == Missing(frozenset({"a"}))
    assert value(call("min", read("a"), read("b"))) == Missing(frozenset({"a", "b"}))
    assert value(call("min", read("a"), number(1))) == Missing(frozenset({"a"}))


DAYS_HERE = st.integers(-25_567, 84_370)


@given(DAYS_HERE, st.integers(-2_000, 2_000))
def test_months_are_added_as_dateutil_adds_them(day, months):
    expected = date(1970, 1, 1) + timedelta(days=day) + relativedelta(months=months)

    assert add_months(day, months) == (expected - date(1970, 1, 1)).days
    assert end_of_month(day) == (date(1970, 1, 1) + timedelta(days=day) + relativedelta(day=31) - date(1970, 1, 1)).days


@given(DAYS_HERE, DAYS_HERE)
def test_the_months_between_two_days_are_the_most_that_do_not_go_past_the_second(start, end):
    months = months_between(start, end)

    assert add_months(start, months) <= end < add_months(start, months + 1)


def test_text_starts_with_text_even_chinese_and_nul():
    def starts(text, prefix):
        return value(call("starts_with", lit(text, TEXT), lit(prefix, TEXT), type_=BOOLEAN))

    assert starts("浦东新区", "浦东") is True
    assert starts("浦东", "浦东新区") is False
    assert starts("a\0b", "a\0") is True
    assert starts("", "") is True


@pytest.mark.parametrize(
    ("instant", "day"),
    [(0, 0), (16 * 3600 * 10**6 - 1, 0), (16 * 3600 * 10**6, 1), (-8 * 3600 * 10**6 - 1, -1)],
)
def test_the_date_of_an_instant_is_that_of_the_rulesets_zone(instant, day):
    """Shanghai is 8 hours ahead: its day begins at 16:00 UTC."""
    assert value(call("date", lit(instant, INSTANT), type_=DATE)) == day


def test_parts_of_a_date():
    day = lit((date(2024, 2, 29) - date(1970, 1, 1)).days, DATE)

    assert value(call("year", day)) == 2024
    assert value(call("month", day)) == 2
    assert value(call("year_month", day, type_=TEXT)) == "2024-02"
    assert value(call("days", lit(15, Days()))) == 15


@given(st.dates())
def test_the_calendar_is_that_of_everyone(day):
    assert civil((day - date(1970, 1, 1)).days) == (day.year, day.month, day.day)


@given(st.integers(-(10**15), 10**15))
def test_the_calendar_goes_on_beyond_any_date_that_a_machine_can_write(number_of_days):
    """A date plus an absurd number of days has a month all the same, and the next day follows it."""
    year, month, day = civil(number_of_days)
    following = civil(number_of_days + 1)

    assert 1 <= month <= 12
    assert 1 <= day <= 31
    assert following in {(year, month, day + 1), (year, month + 1, 1), (year + 1, 1, 1)}


def test_a_month_has_four_and_two_digits():
    assert year_month((date(7, 5, 1) - date(1970, 1, 1)).days) == "0007-05"


@pytest.mark.parametrize("type_", [Region("gb2260"), Regions("gb2260")])
def test_covers_takes_one_area_or_several(type_):
    areas = "310000" if isinstance(type_, Region) else ("320000", "310000")
    expr = call("covers", lit(areas, type_), lit("310115", Region("gb2260")), type_=BOOLEAN)

    assert value(expr) is True


def test_covers_of_text_is_our_bug():
    with pytest.raises(InternalError):
        value(call("covers", lit("a", TEXT), lit("a", TEXT), type_=BOOLEAN))


def test_an_open_window_is_cut_by_the_other_and_two_open_ones_have_no_length():
    ends = open_end(read("ends", INSTANT))

    assert value(call("overlap_time", number(5), ends, number(2), number(9), type_=DURATION)) == 4
    assert value(call("overlap_time", number(2), number(9), number(5), ends, type_=DURATION)) == 4
    assert value(call("overlap_time", number(5), ends, number(2), ends, type_=DURATION)) == Missing(
        frozenset({"overlap_time"})
    )
    assert overlap_time(1, OPEN - 1, 0, OPEN) == OPEN - 2


def test_instants_are_written_in_utc_with_their_microseconds_where_they_have_some():
    assert instant_text(0) == "1970-01-01T00:00:00Z"
    assert instant_text(86_399_000_001) == "1970-01-01T23:59:59.000001Z"
    assert instant_text(-1) == "1969-12-31T23:59:59.999999Z"


@given(st.datetimes())
def test_instants_are_written_as_iso_8601_has_it(instant):
    microseconds = (instant - type(instant)(1970, 1, 1)) // timedelta(microseconds=1)

    assert instant_text(microseconds) == instant.isoformat() + "Z"
