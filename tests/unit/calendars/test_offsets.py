"""Offset tables, against the zones themselves."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest

from steelyard.calendars.offsets import Offsets, offsets
from steelyard.calendars.zones import zone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def us(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


FIRST, LAST = us("1900-01-01T00:00Z"), us("2030-01-01T00:00Z")


def changes_in_the_file(name: str) -> list[tuple[int, int]]:
    """The changes of offset that a zone's file lists, as (second, offset): a reading of the TZif format of our own."""
    data = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    utc, wall, leap, times, types, letters = struct.unpack(">6l", data[20:44])
    second = 44 + times * 5 + types * 6 + letters + leap * 8 + wall + utc
    _, _, _, times, types, _ = struct.unpack(">6l", data[second + 20 : second + 44])
    body = data[second + 44 :]
    instants = struct.unpack(f">{times}q", body[: 8 * times])
    offset_of = [struct.unpack(">l", body[9 * times + 6 * n :][:4])[0] for n in range(types)]
    found, last = [], offset_of[0]
    for instant, kind in zip(instants, body[8 * times : 9 * times], strict=True):
        if offset_of[kind] != last:
            last = offset_of[kind]
            found.append((instant, last))
    return found


@pytest.mark.parametrize(
    "name",
    "America/New_York America/Boa_Vista Asia/Shanghai Asia/Gaza Africa/Tunis Africa/Casablanca Pacific/Apia "
    "Australia/Lord_Howe Europe/Simferopol Asia/Kathmandu".split(),
)
def test_no_change_is_stepped_over(name) -> None:
    """These hold the shortest times between two changes that there are, days skipped, half hours, odd offsets."""
    table = offsets(zone(name), FIRST, LAST)
    listed = [(s * 10**6, o * 10**6) for s, o in changes_in_the_file(name) if FIRST < s * 10**6]

    assert list(zip(table.starts, table.offsets, strict=True))[1 : len(listed) + 1] == [
        c for c in listed if c[0] < LAST
    ]


def test_the_rule_for_later_years_is_carried_on() -> None:
    """New York's file ends its list in 2007; the offsets go on."""
    table = offsets(zone("America/New_York"), FIRST, LAST)

    assert us("2024-03-10T07:00Z") in table.starts
    assert us("2024-11-03T06:00Z") in table.starts
    assert table.starts[0] == FIRST


def test_the_table_is_the_zone() -> None:
    for name in ("America/New_York", "Asia/Shanghai", "UTC"):
        place, table = zone(name), offsets(zone(name), FIRST, LAST)

        for instant in [
            *range(FIRST, LAST, 31 * 86_400 * 10**6 + 1),
            *table.starts,
            *(s - 1 for s in table.starts[1:]),
        ]:
            assert table.local(instant) == place.local_us(instant)


def test_before_and_after_the_table_its_ends_hold() -> None:
    table = Offsets((0, 100), (5, 7))

    assert [table.local(instant) for instant in (-1, 0, 99, 100, 10**6)] == [4, 5, 104, 107, 10**6 + 7]
