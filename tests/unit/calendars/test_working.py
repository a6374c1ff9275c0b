"""Working time and calendars put together, against counting minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.calendars import Calendar, CalendarError, Settings, Uncovered, calendar, merged, read_hours, zone
from steelyard.calendars.holiday_data import weekday
from steelyard.calendars.zones import day_number, day_of
from steelyard.diagnostics import Message

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000
HOUR = 60 * MINUTE


def us(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def number(text: str) -> int:
    return day_number(date.fromisoformat(text))


def office(hours: str = "09:00-17:30", zone_name: str = "Asia/Shanghai", holidays: str = "CN", **settings) -> Calendar:
    read = read_hours(hours)
    assert not isinstance(read, Message)
    return calendar(Settings(holidays, read, **settings), zone_name)


CN = office()
LUNCH = office("09:00-12:00, 13:00-17:30")


@pytest.mark.parametrize(
    ("start", "end", "time"),
    [
        ("2024-05-06T10:00+08:00", "2024-05-06T11:00+08:00", HOUR),
        ("2024-05-06T10:00+08:00", "2024-05-06T10:00:00.000001+08:00", 1),
        ("2024-05-06T10:00+08:00", "2024-05-06T10:00+08:00", 0),
        ("2024-05-06T08:59:59.999999+08:00", "2024-05-06T09:00+08:00", 0),
        ("2024-05-06T08:59:59.999999+08:00", "2024-05-06T09:00:00.000001+08:00", 1),
        ("2024-05-06T17:29:59.999999+08:00", "2024-05-06T23:00+08:00", 1),
        ("2024-05-06T17:30+08:00", "2024-05-07T09:00+08:00", 0),
        ("2024-05-06T00:00+08:00", "2024-05-07T00:00+08:00", 8 * HOUR + 30 * MINUTE),
        ("2024-05-06T16:30+08:00", "2024-05-07T10:00+08:00", 2 * HOUR),
        ("2024-04-30T16:30+08:00", "2024-05-06T10:00+08:00", 2 * HOUR),  # Labour Day, the weekend
        ("2024-05-10T16:30+08:00", "2024-05-13T10:00+08:00", 10 * HOUR + 30 * MINUTE),  # the Saturday is worked
        ("2024-02-28T17:00+08:00", "2024-03-01T09:30+08:00", 9 * HOUR + 30 * MINUTE),  # the leap day
        ("2023-12-29T17:00+08:00", "2024-01-02T09:30+08:00", HOUR),  # two years
        ("2024-05-06T02:30Z", "2024-05-06T04:30Z", 2 * HOUR),  # given in UTC, worked in Shanghai
    ],
)
def test_working_time_in_china(start, end, time) -> None:
    assert CN.working_time(us(start), us(end)) == time
    assert CN.working_time(us(end), us(start)) == -time


def test_a_break_is_no_working_time() -> None:
    assert LUNCH.working_time(us("2024-05-06T11:59+08:00"), us("2024-05-06T13:01+08:00")) == 2 * MINUTE
    assert LUNCH.working_time(us("2024-05-06T12:00+08:00"), us("2024-05-06T13:00+08:00")) == 0


NEW_YORK = {"zone_name": "America/New_York", "holidays": "none", "weekend": ()}


def on(calendar: Calendar, day: str) -> int | Uncovered:
    """The working time of a local day of New York."""
    offsets = {"2024-03-10": ("-05:00", "-04:00"), "2024-11-03": ("-04:00", "-05:00"), "2024-07-01": ("-04:00",) * 2}
    before, after = offsets[day]
    following = day_of(number(day) + 1)
    return calendar.working_time(us(f"{day}T00:00{before}"), us(f"{following}T00:00{after}"))


@pytest.mark.parametrize(
    ("hours", "spring", "summer", "autumn"),
    [
        ("00:00-24:00", 23 * 60, 24 * 60, 25 * 60),
        ("09:00-17:30", 510, 510, 510),
        ("01:00-05:00", 180, 240, 300),
        ("02:00-03:00", 0, 60, 60),  # a local hour that did not exist
        ("02:30-02:45", 0, 15, 15),
        ("01:00-02:00", 60, 60, 120),  # an hour that was there twice
        ("01:30-01:45", 15, 15, 30),
        ("01:45-02:15", 15, 30, 45),
        ("00:00-02:00", 120, 120, 180),
        ("03:00-04:00", 60, 60, 60),
    ],
)
def test_a_day_is_longer_or_shorter_where_the_clocks_change_within_its_hours(hours, spring, summer, autumn) -> None:
    open_daily = office(hours, **NEW_YORK)

    assert on(open_daily, "2024-03-10") == spring * MINUTE
    assert on(open_daily, "2024-07-01") == summer * MINUTE
    assert on(open_daily, "2024-11-03") == autumn * MINUTE


def test_an_opening_shown_twice_opens_twice() -> None:
    """01:30 to 01:45 was working time at 05:30Z and again at 06:30Z, and not in between."""
    twice = office("01:30-01:45", **NEW_YORK)

    assert twice.working_time(us("2024-11-03T05:00Z"), us("2024-11-03T06:00Z")) == 15 * MINUTE
    assert twice.working_time(us("2024-11-03T05:45Z"), us("2024-11-03T06:30Z")) == 0
    assert twice.working_time(us("2024-11-03T05:40Z"), us("2024-11-03T06:31Z")) == 6 * MINUTE


def test_a_day_that_a_place_never_had_is_no_working_day() -> None:
    """Samoa went from Thursday 2011-12-29 to Saturday 2011-12-31."""
    apia = office("00:00-24:00", "Pacific/Apia", "none")
    thursday, saturday = us("2011-12-29T10:00Z"), us("2011-12-30T10:00Z")

    assert zone("Pacific/Apia").local_text(thursday) == "2011-12-29 00:00:00"
    assert zone("Pacific/Apia").local_text(saturday) == "2011-12-31 00:00:00"
    assert apia.working_time(thursday, saturday) == 24 * HOUR
    assert apia.working_time(saturday, us("2012-01-02T00:00+14:00")) == 0


PLACES = ("America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")


@st.composite
def some_hours(draw):
    """Hours of a day, to the minute; often none."""
    edges = draw(st.lists(st.integers(0, 24 * 60), unique=True, max_size=6).map(sorted))
    return tuple((a * MINUTE, b * MINUTE) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw) -> tuple[Calendar, str, Settings]:
    """A calendar of the year 2024, the zone that it is in, and its settings."""
    days = st.lists(st.integers(number("2024-01-01"), number("2024-12-31")), unique=True, max_size=10)
    closed, opened = draw(days), draw(days)
    around = st.sampled_from([day_number(date.fromisoformat(f"2024-{day}")) for day in AROUND])
    place = draw(st.sampled_from(PLACES))
    made = Settings(
        draw(st.sampled_from(["none", "CN", "US-TX", "HU"])),
        draw(some_hours()),
        draw(st.none() | st.sets(st.integers(0, 6), max_size=3).map(lambda s: tuple(sorted(s)))),
        tuple(sorted(closed)),
        tuple(sorted(set(opened) - set(closed))),
        weekday_hours=tuple(sorted(draw(st.dictionaries(st.integers(0, 6), some_hours(), max_size=4)).items())),
        half_days=tuple(sorted(draw(st.dictionaries(around, some_hours(), max_size=6)).items())),
    )
    return calendar(made, place), place, made


AROUND = "02-28 02-29 03-01 03-08 03-09 03-10 03-11 04-05 04-06 04-07 10-04 10-05 10-06 11-01 11-02 11-03 11-04".split()
"""Days around changes of the clocks, and the leap day."""
CHANGES = [us(f"2024-{day}T00:00Z") for day in "03-08 03-10 04-05 04-06 10-05 10-06 11-02 11-03".split()]
"""Around changes of the clocks in New York and on Lord Howe Island."""


def is_working(working: Calendar, place: str, settings: Settings, instant: int) -> bool:
    """The definition: the wall clock lies within the hours of a working day.

    They are those of the date, where it is a half day, else of the day of the week, else those of every day.
    """
    wall = zone(place).local(instant)
    time = (wall.hour * 60 + wall.minute) * MINUTE
    hours = dict(settings.weekday_hours).get(wall.weekday(), settings.hours)
    hours = dict(settings.half_days).get(day_number(wall.date()), hours)
    return working.days.is_working(day_number(wall.date())) and any(low <= time < high for low, high in hours)


@settings(max_examples=60, deadline=None)
@given(calendars(), st.sampled_from(CHANGES), st.integers(-3000, 3000), st.integers(0, 4000))
def test_working_time_is_the_count_of_working_minutes(made, change, offset, length) -> None:
    """Hours and changes of the clocks fall on whole minutes, so minutes can be counted."""
    working, place, written = made
    start = change + offset * MINUTE
    end = start + length * MINUTE
    counted = [t for t in range(start, end, MINUTE) if is_working(working, place, written, t)]

    assert working.working_time(start, end) == len(counted) * MINUTE


@settings(max_examples=60, deadline=None)
@given(calendars(), st.sampled_from(CHANGES), st.integers(-3000, 3000), st.integers(0, 4000))
def test_stretches_are_the_working_minutes(made, change, offset, length) -> None:
    working, place, written = made
    start = change + offset * MINUTE
    end = start + length * MINUTE
    windows = list(working.stretches(start, end))
    minutes = {t for low, high in windows for t in range(low, high, MINUTE)}

    assert minutes == {t for t in range(start, end, MINUTE) if is_working(working, place, written, t)}
    assert all(one[1] < two[0] for one, two in pairwise(windows))


@given(calendars(), st.lists(st.integers(us("2024-01-02T00:00Z"), us("2024-12-30T00:00Z")), min_size=3, max_size=3))
def test_working_time_adds_up_and_never_exceeds_elapsed_time(made, instants) -> None:
    working, _, _ = made
    a, b, c = sorted(instants)

    assert working.working_time(a, b) + working.working_time(b, c) == working.working_time(a, c)
    assert 0 <= working.working_time(a, b) <= b - a
    assert working.working_time(b, a) == -working.working_time(a, b)


@given(calendars(), st.sampled_from(CHANGES), st.integers(-3000, 3000), st.integers(0, 200))
def test_a_time_is_reached_at_the_first_instant_that_shows_it(made, change, offset, minutes) -> None:
    working, _, _ = made
    start, time = change + offset * MINUTE, minutes * MINUTE
    reached = working.reached(start, time)

    if reached is None:  # few hours, or none at all
        assert working.working_time(start, us("2025-01-01T00:00Z")) < time
        return
    assert reached >= start
    assert working.working_time(start, reached) == time
    assert reached == start or working.working_time(start, reached - 1) < time


def test_when_a_time_is_reached() -> None:
    friday = us("2024-09-30T17:00+08:00")

    assert CN.reached(friday, 30 * MINUTE) == us("2024-09-30T17:30+08:00")
    assert CN.reached(friday, 30 * MINUTE + 1) == us("2024-10-08T09:00:00.000001+08:00")
    assert CN.reached(friday, 0) == friday
    assert CN.reached(us("2026-12-31T17:00+08:00"), 30 * MINUTE) == us("2026-12-31T17:30+08:00")
    assert CN.reached(us("2026-12-31T17:00+08:00"), 30 * MINUTE + 1) is None
    assert CN.reached(us("2027-01-01T00:00+08:00"), 0) is None


def test_a_year_that_is_not_covered_is_named_by_its_local_year() -> None:
    assert CN.working_time(us("2003-12-31T16:00Z"), us("2004-01-02T02:00Z")) == HOUR
    assert CN.working_time(us("2003-12-31T15:59:59.999999Z"), us("2004-01-05T02:00Z")) == Uncovered(2003)
    assert CN.working_time(us("2026-12-31T00:00+08:00"), us("2026-12-31T23:59:59.999999+08:00")) == 510 * MINUTE
    assert CN.working_time(us("2026-12-31T00:00+08:00"), us("2027-01-01T00:00+08:00")) == Uncovered(2027)
    assert CN.working_time(us("2027-01-01T00:00+08:00"), us("2026-12-31T00:00+08:00")) == Uncovered(2027)
    assert CN.working_time(-(10**20), 0) == Uncovered(0)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8))
def test_a_union_covers_the_same_and_is_apart(windows) -> None:
    joined = merged(windows)

    assert {t for a, b in joined for t in range(a, b)} == {t for a, b in windows for t in range(a, b)}
    assert all(a < b for a, b in joined)
    assert all(one[1] < two[0] for one, two in pairwise(joined))


def test_days_of_the_ruleset_s_own_change_the_announced_ones() -> None:
    own = office(closed=(number("2024-02-09"),), open=(number("2024-02-10"),))

    assert CN.business_days_between(number("2024-02-08"), number("2024-02-09")) == 1
    assert own.business_days_between(number("2024-02-08"), number("2024-02-09")) == 0
    assert own.add_business_days(number("2024-02-08"), 1) == number("2024-02-10")
    assert office(open=(number("2024-05-06"),), closed=(number("2024-05-05"),)).digest() == CN.digest()


def test_a_ruleset_may_answer_for_a_year_itself() -> None:
    off = tuple(number(f"2027-01-0{day}") for day in (1, 2, 3))
    longer = office(years=(2027,), weekend=(5, 6), closed=off, open=(number("2027-01-09"),))

    assert (longer.days.first_year, longer.days.last_year) == (2004, 2027)
    assert longer.add_business_days(number("2026-12-31"), 1) == number("2027-01-04")
    assert longer.add_business_days(number("2027-01-08"), 1) == number("2027-01-09")
    assert longer.add_business_days(number("2027-12-31"), 1) == Uncovered(2028)
    assert longer.add_business_days(number("2024-09-30"), 1) == number("2024-10-08")


def test_a_year_of_the_ruleset_s_own_replaces_the_data() -> None:
    """So that data published later change no result: 1 October 2024 is a working day here."""
    own = office(years=(2024,), weekend=(5, 6))

    assert own.add_business_days(number("2024-09-30"), 1) == number("2024-10-01")
    assert own.add_business_days(number("2024-02-02"), 1) == number("2024-02-05")
    assert own.add_business_days(number("2023-09-28"), 1) == CN.add_business_days(number("2023-09-28"), 1)


def test_years_of_its_own_are_enough_where_none_is_known() -> None:
    morocco = calendar(Settings("MA", years=(2024, 2025), weekend=(5, 6)), "Africa/Casablanca")

    assert (morocco.days.first_year, morocco.days.last_year) == (2024, 2025)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (Settings("MA"), "no year of `MA` is known"),
        (Settings("CN", years=(2028,)), "2026 and 2028 leave a hole"),
        (Settings("CN", years=(2002,)), "2002 and 2004 leave a hole"),
        (Settings("MA", years=(2023, 2025)), "2023 and 2025 leave a hole"),
        (Settings("CN", closed=(number("2027-01-01"),)), "`2027-01-01` lies in a year that is not covered"),
        (Settings("CN", open=(number("2003-12-31"),)), "`2003-12-31` lies in a year that is not covered"),
    ],
)
def test_settings_of_no_calendar_say_why(settings, why) -> None:
    with pytest.raises(CalendarError) as error:
        calendar(settings, "Asia/Shanghai")

    assert why in str(error.value.why)
    assert str(error.value.advice)


def test_the_digest_is_of_all_that_decides() -> None:
    digests = [
        made.digest()
        for made in (
            CN,
            LUNCH,
            office("09:00-17:31"),
            office(zone_name="America/New_York"),
            office(holidays="none"),
            office(closed=(number("2024-05-06"),)),
            office(years=(2027,), weekend=(5, 6)),
            office(weekend=(6,)),
        )
    ]

    assert len(set(digests)) == len(digests)
    assert all(len(digest) == 64 for digest in digests)
    assert office().digest() == CN.digest()
    assert office(zone_name="PRC").digest() == CN.digest(), "another name of the same zone"


def test_the_digest_does_not_move() -> None:
    """With other data, or another way of writing them, results would no longer be comparable: say so in the notes."""
    assert CN.digest() == "918a6dcf2d5db3fc55704b5827a93ad0af2423b9e4d62288b6a06b5246bad495"


def test_the_same_settings_give_the_same_calendar() -> None:
    assert office() is office()


def test_a_branch_need_not_work_the_days_in_exchange() -> None:
    """4 February 2024 is a Sunday that China works; 12 February is off either way."""
    branch = office(make_up_days=False)
    six = office(make_up_days=False, weekend=(6,))
    open_once = office(make_up_days=False, open=(number("2024-02-04"),))
    friday, sunday = number("2024-02-02"), number("2024-02-04")

    assert CN.business_days_between(friday, sunday) == 1
    assert branch.business_days_between(friday, sunday) == 0
    assert open_once.business_days_between(friday, sunday) == 1
    assert six.business_days_between(friday, sunday) == 1  # Saturday the 3rd is an ordinary working day there
    assert branch.add_business_days(number("2024-02-09"), 1) == number("2024-02-19")
    assert CN.add_business_days(number("2024-02-09"), 1) == number("2024-02-18")
    assert branch.working_time(us("2024-02-03T00:00+08:00"), us("2024-02-05T00:00+08:00")) == 0
    assert branch.digest() != CN.digest()


@pytest.mark.parametrize("weekend", [None, (5, 6)])
@pytest.mark.parametrize("country", ["CN", "HU", "US-TX"])
def test_without_days_in_exchange_no_weekend_is_worked(country, weekend) -> None:
    usual, branch = (office(holidays=country, weekend=weekend, make_up_days=follows).days for follows in (True, False))
    expected = tuple(day for day in usual.working if weekday(day) < 5)

    assert expected == branch.working
    assert (len(expected) < len(usual.working)) is (country != "US-TX")


WEEK = office(
    weekend=(6,),
    weekday_hours=((2, ()), (5, ((9 * HOUR, 12 * HOUR),))),
    half_days=((number("2024-02-09"), ((9 * HOUR, 12 * HOUR),)), (number("2024-05-11"), ((10 * HOUR, 11 * HOUR),))),
)
"""No hours on Wednesdays, three on Saturdays; half days are the last day before the Spring Festival and a Saturday."""


@pytest.mark.parametrize(
    ("start", "end", "time"),
    [
        ("2024-05-07T00:00+08:00", "2024-05-08T00:00+08:00", 510 * MINUTE),  # a Tuesday
        ("2024-05-08T00:00+08:00", "2024-05-09T00:00+08:00", 0),  # a Wednesday
        ("2024-05-07T17:29+08:00", "2024-05-09T09:01+08:00", 2 * MINUTE),
        ("2024-05-18T00:00+08:00", "2024-05-19T00:00+08:00", 3 * HOUR),  # a Saturday
        ("2024-05-11T00:00+08:00", "2024-05-12T00:00+08:00", HOUR),  # a Saturday with hours of its own
        ("2024-02-09T11:59:59.999999+08:00", "2024-02-19T09:00+08:00", 510 * MINUTE + 1),  # half day, then the festival
        ("2024-02-10T00:00+08:00", "2024-02-18T00:00+08:00", 0),  # it starts on a holiday
        ("2024-02-18T00:00+08:00", "2024-02-19T00:00+08:00", 510 * MINUTE),  # a Sunday that is worked
        ("2024-02-29T00:00+08:00", "2024-03-01T00:00+08:00", 510 * MINUTE),
        ("2026-12-31T00:00+08:00", "2026-12-31T23:59:59.999999+08:00", 510 * MINUTE),  # the last covered day
        ("2026-12-30T00:00+08:00", "2026-12-31T09:00+08:00", 0),
    ],
)
def test_hours_of_days_of_the_week_and_half_days(start, end, time) -> None:
    assert WEEK.working_time(us(start), us(end)) == time
    assert WEEK.working_time(us(end), us(start)) == -time


def test_the_table_of_a_calendar_adds_up_its_hours() -> None:
    """For each covered day the working time before it and its hours, as engines read them."""
    table = WEEK.timetable
    passed = 0
    for day, (before, hours) in zip(range(table.days.first_day, table.days.last_day + 1), table.rows(), strict=True):
        assert (before, hours) == (table.worked_before_day(day), table.hours_of(day))
        assert before == passed
        passed += sum(end - start for start, end in hours)
        assert not hours or hours in table.kinds()

    assert table.total() == passed


def test_a_half_day_and_a_day_without_hours_are_whole_working_days() -> None:
    assert WEEK.business_days_between(number("2024-02-08"), number("2024-02-09")) == 1
    assert WEEK.add_business_days(number("2024-05-07"), 1) == number("2024-05-08")


def test_hours_of_single_days_tell_calendars_apart() -> None:
    other = office(half_days=((number("2024-02-09"), ((9 * HOUR, 12 * HOUR),)),))

    assert len({CN.digest(), WEEK.digest(), other.digest()}) == 3
    assert office(half_days=((number("2024-02-09"), CN.timetable.hours),)).digest() == CN.digest()
