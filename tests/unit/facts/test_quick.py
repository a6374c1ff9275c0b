"""Prepared readers: of every cell what `parse` says of it."""
# ruff: noqa: DTZ001 - the cells of workbooks have no zones

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from steelyard.calendars import zone
from steelyard.facts.parse import parse
from steelyard.facts.quick import reader
from steelyard.ir.types import (
    Boolean,
    Date,
    DateTime,
    Days,
    Duration,
    Number,
    Range,
    Region,
    Regions,
    Text,
    Type,
)

TYPES: list[Type] = [
    Text(), Text(("a", "b c", "台风")), Boolean(), Number(0), Number(2), Date(), DateTime(), DateTime(open=True),
    Duration(), Days(), Region("gb2260"), Region("fips"), Region("name"), Regions("gb2260"),
]  # fmt: skip
RANGES = [None, Range(-100, 100), Range(0, None)]
ZONES = [zone(name) for name in ("UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin")]
PIECES = [
    "0", "00", "-", "+", "1", "12", "24", "31", "59", "60", "2024", "1999", "0000", "9999", "02", "29", "30", ":", ".",
    "/", "T", " ", "Z", "08", "%", "e", "true", "是", "no", "a", "b c", "台风", ";", "h", "d", "\0", "\ud800", "\n",
    "\u0660",
    "310115", "48201", "00:00", "2024-03-10", "02:30", "+08:00", "1e3",
]  # fmt: skip


def texts() -> st.SearchStrategy[str]:
    moments = st.datetimes(datetime(1890, 1, 1), datetime(2210, 1, 1)).map(lambda at: at.isoformat(" "))
    minutes = st.datetimes(datetime(2020, 1, 1), datetime(2025, 1, 1)).map(lambda at: at.strftime("%Y-%m-%dT%H:%M"))
    offsets = st.sampled_from(["", "Z", "+08:00", "-0330", "+17:59", "+18:00", "+18:01", "+08:60", "+8:00", "z"])
    numbers = st.from_regex(r"-?[0-9]{0,20}(\.[0-9]{0,4})?%?", fullmatch=True)
    return st.one_of(
        st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
        st.tuples(st.one_of(moments, minutes), offsets).map("".join),
        numbers,
        st.text(max_size=4),
    )


CELLS = st.one_of(
    texts(),
    st.none(),
    st.floats(),
    st.builds(lambda units, scale: units / 10**scale, st.integers(-(10**16), 10**16), st.integers(0, 4)),
    st.datetimes(datetime(1890, 1, 1), datetime(2210, 1, 1)),
    st.dates(),
    st.lists(st.sampled_from(["310115", "310000", "x", ""]), max_size=3).map(tuple),
)


@given(CELLS, st.sampled_from(TYPES), st.sampled_from(RANGES), st.sampled_from(ZONES))
@example("2024-02-30 10:00", DateTime(), None, ZONES[0])
@example("2024-02-30", Date(), None, ZONES[0])
@example("2024-05-01T24:00", DateTime(), None, ZONES[0])
@example("", Text(("", "a")), None, ZONES[0])
@example("-0.05", Number(2), None, ZONES[0])
@example("1" * 19, Number(0), None, ZONES[0])
@example(0.1 + 0.2, Number(2), None, ZONES[0])
@example(-0.05, Number(2), None, ZONES[0])
@example(99999999999999.98, Number(2), None, ZONES[0])
@example(float("nan"), Number(0), None, ZONES[0])
def test_a_reader_says_what_parse_says(cell, type_, range_, here) -> None:
    quick, found = reader(type_, range_, here)(cell), parse(cell, type_, range_, here)

    assert (type(quick), quick) == (type(found), found)


@pytest.mark.parametrize("here", ZONES, ids=lambda here: here.name)
def test_every_hour_around_a_change_of_clocks_is_read_as_it_is_alone(here) -> None:
    """A zone remembers days; what it says may not depend on what it was asked before."""
    start = datetime(2024, 3, 1)
    hours = [start + timedelta(minutes=30 * step) for step in range(2 * 24 * 60)]
    fresh = zone.__wrapped__  # without the memory of zones

    warm = [here.to_instant(at) for at in hours]

    assert warm == [fresh(here.name).to_instant(at) for at in hours]
    for at, instant in zip(hours, warm, strict=True):
        if isinstance(instant, int):
            assert here.local(instant) == at
            local = datetime(1970, 1, 1) + timedelta(microseconds=instant, seconds=here.offset(instant))
            assert local == at
