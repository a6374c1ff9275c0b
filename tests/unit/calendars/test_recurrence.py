"""Windows that recur by rules of RFC 5545."""

from __future__ import annotations

import calendar
import time
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.calendars import zone
from steelyard.calendars.recurrence import starts
from steelyard.calendars.recurrence_rule import WEEKDAYS, RecurrenceError, read_rule

UTC = zone("UTC")
NEW_YORK = zone("America/New_York")
at = datetime.fromisoformat
SIXTY = ",".join(map(str, range(60)))


def local(rule: str, first: str, last: str, here=UTC) -> list[str]:
    found = starts(read_rule(rule), at(first), at(last), here)
    return [here.text(one)[:16] for one in found]


@pytest.mark.parametrize(
    ("rule", "first", "last", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=SA;BYHOUR=2", "2024-01-01", "2024-01-20", ["2024-01-06T02:00", "2024-01-13T02:00"]),
        (
            "FREQ=WEEKLY",
            "2024-01-03T08:30",
            "2024-01-17T08:30",
            ["2024-01-03T08:30", "2024-01-10T08:30", "2024-01-17T08:30"],
        ),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2024-01-01", "2024-02-29", ["2024-01-26T00:00", "2024-02-23T00:00"]),
        ("FREQ=MONTHLY", "2024-01-31", "2024-03-31", ["2024-01-31T00:00", "2024-03-31T00:00"]),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "2020-01-01",
            "2028-12-31",
            ["2020-02-29T00:00", "2024-02-29T00:00", "2028-02-29T00:00"],
        ),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2024-03-01", "2024-03-31", ["2024-03-29T00:00"]),
        (
            "FREQ=DAILY;INTERVAL=3",
            "2024-01-01",
            "2024-01-07",
            ["2024-01-01T00:00", "2024-01-04T00:00", "2024-01-07T00:00"],
        ),
        (
            "FREQ=HOURLY;INTERVAL=5",
            "2024-01-01",
            "2024-01-01T12:00",
            ["2024-01-01T00:00", "2024-01-01T05:00", "2024-01-01T10:00"],
        ),
        ("FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=1", "2024-01-03", "2024-01-10", ["2024-01-08T00:00"]),
        (
            "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO",
            "2024-01-01",
            "2025-12-31",
            ["2024-01-01T00:00", "2024-12-30T00:00", "2025-12-29T00:00"],
        ),
    ],
)
def test_rules(rule, first, last, expected):
    assert local(rule, first, last) == expected


def test_every_second_week_counts_from_the_week_of_the_start_which_begins_as_wkst_says():
    days = ("2024-01-01T00:00", "2024-01-14T00:00", "2024-01-15T00:00", "2024-01-28T00:00")
    monday = local("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", "2024-01-01", "2024-01-29")
    sunday = local("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU", "2024-01-01", "2024-01-29")

    assert monday == [
        "2024-01-01T00:00",
        "2024-01-07T00:00",
        "2024-01-15T00:00",
        "2024-01-21T00:00",
        "2024-01-29T00:00",
    ]
    assert sunday == [days[0], days[1], days[2], days[3], "2024-01-29T00:00"]


def test_the_first_day_of_a_week_is_not_that_of_the_process():
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU"
    expected = local(rule, "2024-01-01", "2024-01-29")
    calendar.setfirstweekday(calendar.SUNDAY)
    try:
        assert local(rule, "2024-01-01", "2024-01-29") == expected
    finally:
        calendar.setfirstweekday(calendar.MONDAY)


def test_the_clocks_change():
    assert local("FREQ=DAILY", "2024-03-09T02:30", "2024-03-11T02:30", NEW_YORK) == [
        "2024-03-09T02:30",
        "2024-03-10T03:30",
        "2024-03-11T02:30",
    ]
    (twice,) = starts(read_rule("FREQ=DAILY"), at("2024-11-03T01:30"), at("2024-11-03T02"), NEW_YORK)
    assert NEW_YORK.text(twice) == "2024-11-03T01:30:00-04:00"


def test_windows_that_begin_at_one_instant_are_one():
    rule = "FREQ=DAILY;BYHOUR=2,3"
    assert local(rule, "2024-03-10", "2024-03-10T23:59:59", NEW_YORK) == ["2024-03-10T03:00"]


@given(
    freq=st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]),
    months=st.sets(st.integers(1, 12)),
    days=st.sets(st.integers(-31, 31).filter(bool), max_size=4),
    weekdays=st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=2),
    first=st.dates(date(2023, 1, 1), date(2024, 12, 31)),
    length=st.integers(0, 500),
)
def test_every_day_that_fits_and_no_other(freq, months, days, weekdays, hours, first, length):
    """Without a number of periods a rule is a condition on days."""
    days = set() if freq == "WEEKLY" else days
    parts = {"FREQ": [freq], "BYDAY": weekdays, "BYHOUR": hours, "BYMONTH": months, "BYMONTHDAY": days}
    rule = ";".join(f"{name}={','.join(map(str, values))}" for name, values in parts.items() if values)
    expected = [
        f"{day}T{hour:02}:00"
        for day in (first + timedelta(days=n) for n in range(length + 1))
        if (not months or day.month in months)
        and (not days or {day.day, day.day - calendar.monthrange(day.year, day.month)[1] - 1} & days)
        and WEEKDAYS[day.weekday()] in weekdays
        for hour in sorted(hours)
    ]
    last = datetime.combine(first + timedelta(days=length), datetime.max.time()).replace(microsecond=0)
    try:
        found = local(rule, first.isoformat(), last.isoformat())
    except RecurrenceError:
        found = []

    assert found == expected


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("", "is no part of a recurrence rule"),
        ("every Saturday", "is no part of a recurrence rule"),
        ("BYDAY=SA", "does not say how often"),
        ("FREQ=DALY", "`FREQ` is not `DALY`"),
        ("FREQ=DAILY;COUNT=3", "no `COUNT` here"),
        ("FREQ=DAILY;UNTIL=20240101", "no `UNTIL` here"),
        ("DTSTART:20240101T000000\nRRULE:FREQ=DAILY", "no `DTSTART` here"),
        ("DTSTART=20240101;FREQ=DAILY", "no `DTSTART` here"),
        ("RRULE:FREQ=DAILY", "no part `RRULE:FREQ`"),
        ("FREQ=DAILY;BYEASTER=1", "no part `BYEASTER`"),
        ("FREQ=DAILY;FREQ=DAILY", "stands twice"),
        ("FREQ=DAILY;BYHOUR=24", "`BYHOUR` has no `24`"),
        ("FREQ=DAILY;BYHOUR=-1", "`BYHOUR` has no `-1`"),
        ("FREQ=DAILY;BYHOUR=", "is no part of a recurrence rule"),
        ("FREQ=DAILY;BYHOUR=1,,2", "`BYHOUR` has no ``"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "`BYMONTHDAY` has no `0`"),
        ("FREQ=MONTHLY;BYMONTHDAY=３", "`BYMONTHDAY` has no `３`"),
        ("FREQ=DAILY;BYSECOND=60", "`BYSECOND` has no `60`"),
        ("FREQ=MONTHLY;BYDAY=0MO", "`BYDAY` has no `0MO`"),
        ("FREQ=MONTHLY;BYDAY=6MO", "no more than five"),
        ("FREQ=YEARLY;BYMONTH=12;BYDAY=53MO", "no more than five"),
        ("FREQ=MONTHLY;BYDAY=1MO,TU", "not both"),
        ("FREQ=WEEKLY;BYDAY=1MO", "only with `FREQ=MONTHLY` or `FREQ=YEARLY`"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "`BYMONTHDAY` does not go with `FREQ=WEEKLY`"),
        ("FREQ=MONTHLY;BYYEARDAY=3", "`BYYEARDAY` does not go with `FREQ=MONTHLY`"),
        ("FREQ=MONTHLY;BYWEEKNO=3;BYDAY=MO", "`BYWEEKNO` does not go with `FREQ=MONTHLY`"),
        ("FREQ=YEARLY;BYWEEKNO=3", "needs the day"),
        ("FREQ=YEARLY;BYSETPOS=3", "there is none"),
        ("FREQ=DAILY;INTERVAL=0", "`INTERVAL` is a whole number"),
        ("FREQ=DAILY;INTERVAL=1000000", "`INTERVAL` is a whole number"),
        ("FREQ=DAILY;WKST=MON", "`WKST` is not `MON`"),
        (f"FREQ=DAILY;BYMINUTE={SIXTY};BYSECOND={SIXTY}", "3600 times of day"),
    ],
)
def test_what_is_no_rule(rule, why):
    with pytest.raises(RecurrenceError) as caught:
        read_rule(rule)

    assert why in str(caught.value.why)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=SECONDLY", "more than 20,000 windows"),
        ("FREQ=HOURLY", "more than 20,000 windows"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "no window"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", "no window"),
        ("FREQ=DAILY;INTERVAL=999999;BYDAY=SU", "no window"),
        ("FREQ=HOURLY;INTERVAL=2;BYHOUR=1", "no window"),
        ("FREQ=MINUTELY;INTERVAL=60;BYMINUTE=1", "no window"),
        ("FREQ=SECONDLY;BYHOUR=2;BYMONTH=2;BYMONTHDAY=30", "more than 200,000 periods"),
        ("FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", "more than 200,000 periods"),
    ],
)
def test_hostile_rules_are_refused_soon(rule, why):
    begun = time.process_time()
    with pytest.raises(RecurrenceError) as caught:
        starts(read_rule(rule), at("1900-01-01"), at("2199-12-31"), UTC)

    assert why in str(caught.value.why)
    assert time.process_time() - begun < 10


def test_20000_windows_are_not_too_many():
    rule, first = read_rule("FREQ=HOURLY"), at("2024-01-01")
    assert len(starts(rule, first, first + timedelta(hours=19_999), UTC)) == 20_000
    with pytest.raises(RecurrenceError):
        starts(rule, first, first + timedelta(hours=20_000), UTC)


def test_one_text_for_all_spellings():
    one, other = (
        read_rule("freq=weekly; byday=su,MO ;BYHOUR=3,2,3;INTERVAL=01"),
        read_rule("BYHOUR=2,3;BYDAY=MO,SU;FREQ=WEEKLY"),
    )
    assert one.text == other.text == "FREQ=WEEKLY;BYHOUR=2,3;BYDAY=MO,SU"
