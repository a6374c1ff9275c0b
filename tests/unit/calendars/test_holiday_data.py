"""Holidays as they were lived, and the years that nobody can know."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version

import pytest

from steelyard.calendars.holiday_data import (
    DATA_VERSION,
    FIRST_YEAR,
    LAST_YEAR,
    days_of_years,
    is_known,
    known_days,
    suggestions,
    weekday,
)
from steelyard.calendars.zones import day_number, day_of

MAKE_UP_2024 = "2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12".split()


def works(code: str, day: str, weekend: frozenset[int] | None = None) -> bool:
    known = known_days(code, weekend)
    assert known is not None
    number = day_number(date.fromisoformat(day))
    assert known.first_year <= day_of(number).year <= known.last_year
    return number in known.working


def test_the_years_known_are_those_of_the_pinned_release() -> None:
    """DATA_PUBLISHED is about this release: whoever raises the pin looks at it again."""
    assert version("holidays") == DATA_VERSION


def test_china_worked_eight_weekend_days_of_2024() -> None:
    known = known_days("CN", None)
    assert known is not None
    weekend_days = [day_of(n).isoformat() for n in known.working if day_of(n).year == 2024 and weekday(n) > 4]

    assert weekend_days == MAKE_UP_2024


def test_china_rested_as_announced_for_2024() -> None:
    off = [day_of(n) for n in days_of_years(2024, 2024) if n not in known_days("CN", None).working and weekday(n) < 5]  # type: ignore[union-attr]

    assert [day.strftime("%m-%d") for day in off] == (
        "01-01 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 "
        "09-16 09-17 10-01 10-02 10-03 10-04 10-07"
    ).split()


def test_china_is_covered_as_far_as_it_is_announced() -> None:
    known = known_days("CN", None)
    assert known is not None

    assert (known.first_year, known.last_year) == (2004, 2026)
    assert min(known.working) >= day_number(date(2004, 1, 1))
    assert max(known.working) == day_number(date(2026, 12, 31))


def test_two_sources_agree_about_china() -> None:
    """All days of 23 years but one, a Saturday that was worked for the holiday of the following year."""
    import holidays

    other = holidays.country_holidays("CN", years=range(2004, 2027))
    known = known_days("CN", None)
    assert known is not None
    working = set(known.working)

    assert [day_of(n) for n in days_of_years(2004, 2026) if (n in working) != other.is_working_day(day_of(n))] == [
        date(2005, 12, 31)
    ]


def test_a_state_keeps_its_own_holidays() -> None:
    assert works("US", "2024-11-29")
    assert not works("US-TX", "2024-11-29")
    assert works("US", "2024-12-26")
    assert not works("US-TX", "2024-12-26")
    assert not works("US", "2024-07-04")
    assert not works("US-TX", "2024-07-04")


def test_a_holiday_on_a_sunday_is_kept_on_monday_and_one_of_the_next_year_on_friday() -> None:
    assert not works("US", "2023-01-02")
    assert not works("US", "2021-12-31")
    assert works("US", "2022-12-30")


def test_rules_are_not_carried_on_for_ever() -> None:
    for code in ("US", "US-TX", "GB-ENG", "DE-BY", "JP"):
        known = known_days(code, None)

        assert known is not None
        assert known.last_year == 2027


def test_a_year_with_an_estimated_holiday_is_not_covered() -> None:
    """Singapore's data hold the days of Hari Raya up to 2027 as declared, before 2001 as computed."""
    known = known_days("SG", None)
    assert known is not None
    assert (known.first_year, known.last_year) == (2001, 2027)

    emirates = known_days("AE", None)
    assert emirates is not None
    assert emirates.last_year == 2026


def test_estimates_count_where_they_are_hidden_by_default() -> None:
    arabia = known_days("SA", None)

    assert arabia is not None
    assert arabia.last_year == 2025


def test_days_moved_by_decree_end_with_the_last_decree() -> None:
    hungary = known_days("HU", None)

    assert hungary is not None
    assert (hungary.first_year, hungary.last_year) == (1991, 2026)
    assert works("HU", "2024-08-03"), "a Saturday, worked for Monday, August 19"
    assert not works("HU", "2024-08-19")


def test_a_country_of_which_no_year_is_certain_has_no_days() -> None:
    assert known_days("MA", None) is None


def test_a_country_s_own_weekend_may_change_and_may_be_replaced() -> None:
    assert not works("AE", "2021-12-10"), "a Friday, off until the end of 2021"
    assert works("AE", "2022-01-07"), "a Friday, worked since 2022"
    assert not works("AE", "2022-01-07", frozenset((4, 5)))
    assert works("AE", "2022-01-09", frozenset((4, 5)))
    assert works("HK", "2024-05-04"), "a Saturday"
    assert not works("HK", "2024-05-04", frozenset((5, 6)))


def test_days_worked_instead_stay_working_days_under_another_weekend() -> None:
    assert works("CN", "2024-02-04", frozenset((6,)))
    assert works("HU", "2024-08-03", frozenset((4, 5, 6)))
    assert not works("CN", "2024-10-01", frozenset())
    assert works("CN", "2024-10-20", frozenset())


def test_without_holidays_every_weekday_of_every_year_is_a_working_day() -> None:
    known = known_days("none", None)
    assert known is not None

    assert (known.first_year, known.last_year) == (FIRST_YEAR, LAST_YEAR) == (1900, 2200)
    assert works("none", "2024-12-25")
    assert works("none", "2024-02-29")
    assert not works("none", "2024-03-02")
    assert not works("none", "2024-03-03")
    assert works("none", "2024-03-02", frozenset((0,)))
    assert not works("none", "2024-03-04", frozenset((0,)))
    assert all(day_of(n).weekday() == weekday(n) < 5 for n in known.working[::997])


@pytest.mark.parametrize("code", ["none", "CN", "US", "US-TX", "DE-BY", "GB-ENG", "JP", "FR-57"])
def test_known_places(code) -> None:
    assert is_known(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "cn",
        "USA",
        "UnitedStates",
        "China",
        "us-tx",
        "US-tx",
        "US-",
        "US-ZZ",
        "US-Texas",
        "XX",
        "CN-SH",
        "中国",
        "None",
    ],
)
def test_places_are_spelled_exactly(code) -> None:
    assert not is_known(code)


def test_suggestions_are_states_of_the_country_or_countries() -> None:
    assert "US-TX" in suggestions("us-tz")
    assert all(code.startswith("US-") for code in suggestions("US-XYZ"))
    assert {"none", "CN", "US"} <= set(suggestions("C"))
    assert {"none", "CN", "US"} <= set(suggestions("XX-Y"))
    assert all(is_known(code) for code in suggestions("US-XYZ") + suggestions("QQ"))
