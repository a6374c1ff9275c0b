"""Time zones: exact, from the pinned package, loud about gaps and overlaps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import tzdata
from hypothesis import given
from hypothesis import strategies as st

from steelyard.calendars import Ambiguous, Nonexistent, UnknownZoneError, zone, zone_names
from steelyard.calendars.zones import DAY_US, day_number, day_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEW_YORK = zone("America/New_York")
SHANGHAI = zone("Asia/Shanghai")


def us(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_gap_of_spring_does_not_exist() -> None:
    assert NEW_YORK.to_instant(at("2024-03-10T01:59:59.999999")) == us("2024-03-10T06:59:59.999999Z")
    assert NEW_YORK.to_instant(at("2024-03-10T02:00")) == Nonexistent()
    assert NEW_YORK.to_instant(at("2024-03-10T02:59:59.999999")) == Nonexistent()
    assert NEW_YORK.to_instant(at("2024-03-10T03:00")) == us("2024-03-10T07:00Z")


def test_the_hour_of_autumn_is_there_twice() -> None:
    assert NEW_YORK.to_instant(at("2024-11-03T00:59:59.999999")) == us("2024-11-03T04:59:59.999999Z")
    assert NEW_YORK.to_instant(at("2024-11-03T01:00")) == Ambiguous(us("2024-11-03T05:00Z"), us("2024-11-03T06:00Z"))
    assert NEW_YORK.to_instant(at("2024-11-03T01:30").replace(fold=1)) == Ambiguous(
        us("2024-11-03T05:30Z"), us("2024-11-03T06:30Z")
    )
    assert NEW_YORK.to_instant(at("2024-11-03T02:00")) == us("2024-11-03T07:00Z")


def test_shanghai_had_summer_time_until_1991() -> None:
    assert SHANGHAI.local_text(us("1991-07-01T00:00Z")) == "1991-07-01 09:00:00"
    assert SHANGHAI.local_text(us("1992-07-01T00:00Z")) == "1992-07-01 08:00:00"
    assert isinstance(SHANGHAI.to_instant(at("1991-09-15T01:30")), Ambiguous)
    assert SHANGHAI.to_instant(at("1991-04-14T02:30")) == Nonexistent()


def test_the_local_day_begins_at_local_midnight() -> None:
    midnight = us("2024-05-01T00:00+08:00")

    assert SHANGHAI.local_date(midnight) == day_number(date(2024, 5, 1))
    assert SHANGHAI.local_date(midnight - 1) == day_number(date(2024, 4, 30))
    assert NEW_YORK.local_date(midnight) == day_number(date(2024, 4, 30))


def test_a_leap_day_is_a_day() -> None:
    assert SHANGHAI.local_date(us("2024-02-29T12:00+08:00")) == day_number(date(2024, 2, 29)) == 19782
    assert day_of(19782) == date(2024, 2, 29)
    assert day_of(-1) == date(1969, 12, 31)
    with pytest.raises(OverflowError):
        day_of(10**9)


def test_fractions_stand_only_where_there_are_any() -> None:
    assert SHANGHAI.local_text(0) == "1970-01-01 08:00:00"
    assert SHANGHAI.local_text(1) == "1970-01-01 08:00:00.000001"


def test_summer_time_goes_on_after_the_tables_of_the_file_end() -> None:
    assert NEW_YORK.offset(us("2199-07-01T00:00Z")) == -4 * 3600
    assert NEW_YORK.offset(us("2199-12-01T00:00Z")) == -5 * 3600


def test_local_mean_time_before_zones_is_exact_to_the_second() -> None:
    assert SHANGHAI.offset(us("1900-06-01T00:00Z")) == 8 * 3600 + 5 * 60 + 43


@pytest.mark.parametrize("far", [1 << 62, -(1 << 62)])
def test_instants_beyond_the_calendar_still_have_a_day(far: int) -> None:
    assert abs(SHANGHAI.local_date(far) * DAY_US - far) < 2 * DAY_US


def test_every_instant_comes_back_from_its_local_time() -> None:
    assert SHANGHAI.local(us("2024-05-01T02:00Z")) == at("2024-05-01T10:00")


@given(st.sampled_from(sorted(zone_names())), st.integers(us("1900-01-01T00:00Z"), us("2200-12-31T00:00Z")))
def test_an_instant_is_found_again_by_its_wall_clock(name: str, instant: int) -> None:
    here = zone(name)

    found = here.to_instant(here.local(instant))

    assert found == instant or (isinstance(found, Ambiguous) and instant in (found.first, found.second))
    assert here.local_date(instant) == day_number(here.local(instant).date())


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "asia/shanghai", "../zones", "/etc/passwd", "Asia", "a\0b", "上海"]
)
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(UnknownZoneError) as caught:
        zone(name)

    assert caught.value.name == name


def test_a_zone_is_known_by_its_name() -> None:
    assert zone("Asia/Shanghai") is SHANGHAI
    assert SHANGHAI != NEW_YORK
    assert "Asia/Shanghai" in zone_names()
    assert (Path(tzdata.__file__).parent / "zoneinfo" / "Asia" / "Shanghai").is_file()


def test_the_machine_s_own_zones_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONTZPATH", "/nonexistent")
    monkeypatch.setenv("TZ", "America/New_York")

    assert zone("Europe/Berlin").offset(us("2024-07-01T00:00Z")) == 7200


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T10:00",
        "2024-05-01 10:00",
        "2024/05/01 10:00:00",
        "2024-05-01T10:00:00.0",
        "2024-05-01T10:00:00.000000",
        "2024-05-01T02:00Z",
        "2024-05-01T10:00:00+08:00",
        "2024-05-01T10:00+0800",
        "2024-04-30T21:30-0430",
    ],
)
def test_one_instant_has_many_spellings(text: str) -> None:
    assert SHANGHAI.parse_datetime(text) == us("2024-05-01T02:00Z")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-05-01",
        "2024-05/01 10:00",
        "2024-05-01  10:00",
        "2024-05-01t10:00",
        "2024-05-01T10:00z",
        "2024-05-01T10:00+8",
        "2024-05-01T10:00+08",
        "2024-05-01T10:00 +08:00",
        "2024-05-01T10",
        "2024-05-01T10:00:00.",
        "2024-05-01T10:00:00.1234567",
        "2024-05-01T10:00:00.1+08:000",
        " 2024-05-01T10:00",
        "2024-05-01T10:00\n",
        "２024-05-01T10:00",
    ],
)
def test_another_shape_is_no_datetime(text: str) -> None:
    assert SHANGHAI.parse_datetime(text) is None


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("2024-05-01T24:00:00", "write `00:00` of the next day"),
        ("2024-05-01T25:00", "there is no such time of day"),
        ("2024-05-01T23:60", "there is no such time of day"),
        ("2024-05-01T23:59:60", "there is no such time of day"),
        ("2023-02-29T10:00", "there is no such day"),
        ("0000-01-01T10:00", "there is no such day"),
        ("2024-05-01T10:00+18:01", "there is no such offset from UTC"),
        ("2024-05-01T10:00+08:60", "there is no such offset from UTC"),
        ("2024-03-10T02:30", "the clocks of `America/New_York` skipped this time: write it with an offset"),
        (
            "2024-11-03T01:30",
            (
                "the clocks of `America/New_York` showed this time twice: "
                "write `2024-11-03T01:30:00-04:00` or `2024-11-03T01:30:00-05:00`"
            ),
        ),
    ],
)
def test_a_time_that_cannot_be_comes_with_advice(text: str, advice: str) -> None:
    assert str(NEW_YORK.parse_datetime(text)) == advice


def test_the_last_offsets_and_times_are_read() -> None:
    assert NEW_YORK.parse_datetime("2024-05-01T23:59:59.999999+18:00") == us("2024-05-01T05:59:59.999999Z")
    assert NEW_YORK.parse_datetime("2024-03-10T02:30-05:00") == us("2024-03-10T07:30Z")
    assert NEW_YORK.parse_datetime("2024-05-01T10:00:00.5") == us("2024-05-01T14:00:00.500000Z")


def test_dates_are_spelled_in_two_ways() -> None:
    assert SHANGHAI.parse_date("2024-05-01") == SHANGHAI.parse_date("2024/05/01") == day_number(date(2024, 5, 1))
    for other in ("2024-5-1", "2024.05.01", "20240501", "2024-05/01", "2023-02-29", "2024-05-01 ", "2024-13-01"):
        assert SHANGHAI.parse_date(other) is None


@given(st.sampled_from(sorted(zone_names())), st.integers(us("1900-01-01T00:00Z"), us("2200-12-31T00:00Z")))
def test_the_text_of_an_instant_is_read_back(name: str, instant: int) -> None:
    assert zone(name).parse_datetime(zone(name).text(instant)) == instant


def test_local_mean_time_is_written_in_utc() -> None:
    assert SHANGHAI.text(us("1900-06-01T00:00Z")) == "1900-06-01T00:00:00Z"
    assert zone("Asia/Kolkata").text(0) == "1970-01-01T05:30:00+05:30"
    assert NEW_YORK.text(0) == "1969-12-31T19:00:00-05:00"
