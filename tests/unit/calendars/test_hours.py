"""Opening times: read, written back, measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.calendars.hours import day_length, hours_text, read_hours, worked_by
from steelyard.calendars.zones import DAY_US
from steelyard.diagnostics import Message

MINUTE = 60_000_000
HOUR = 60 * MINUTE


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("09:00-17:30", ((9 * HOUR, 17 * HOUR + 30 * MINUTE),)),
        ("9:00-17:00", ((9 * HOUR, 17 * HOUR),)),
        ("00:00-24:00", ((0, DAY_US),)),
        ("09:00-12:00,13:00-17:30", ((9 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR + 30 * MINUTE))),
        (" 09:00 - 12:00 , 13:00 - 14:00 ", ((9 * HOUR, 12 * HOUR), (13 * HOUR, 14 * HOUR))),
        ("09:00-12:00, 12:00-17:00", ((9 * HOUR, 17 * HOUR),)),
        ("09：00—12：00，13：00～14：00", ((9 * HOUR, 12 * HOUR), (13 * HOUR, 14 * HOUR))),
        ("00:00-00:01, 23:59-24:00", ((0, MINUTE), (DAY_US - MINUTE, DAY_US))),
    ],
)
def test_hours_are_spans_of_the_wall_clock(text, hours) -> None:
    assert read_hours(text) == hours


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "opening and closing"),
        ("9-17", "opening and closing"),
        ("09:00", "opening and closing"),
        ("09:00-17:30,", "opening and closing"),
        ("09:00-17:30\0", "opening and closing"),
        ("٠٩:٠٠-١٧:٠٠", "opening and closing"),
        ("09:00-24:01", "00:00 to 24:00"),
        ("09:00-25:00", "00:00 to 24:00"),
        ("08:60-17:00", "minutes to 59"),
        ("17:00-09:00", "closing comes after opening"),
        ("09:00-09:00", "closing comes after opening"),
        ("13:00-17:00, 09:00-12:00", "each span begins"),
        ("09:00-12:00, 11:59-17:00", "each span begins"),
    ],
)
def test_other_hours_are_refused_with_advice(text, advice) -> None:
    found = read_hours(text)

    assert isinstance(found, Message)
    assert advice in str(found)


@given(st.lists(st.integers(0, 24 * 60), unique=True, min_size=2, max_size=8).map(sorted))
def test_hours_survive_writing(edges) -> None:
    hours = tuple((a * MINUTE, b * MINUTE) for a, b in zip(edges[::2], edges[1::2], strict=False))

    assert read_hours(hours_text(hours)) == hours


def test_a_day_s_working_time_grows_within_its_hours_only() -> None:
    hours = read_hours("09:00-12:00, 13:00-17:30")
    assert not isinstance(hours, Message)

    assert day_length(hours) == 7 * HOUR + 30 * MINUTE
    assert [worked_by(hours, time) for time in (0, 9 * HOUR, 9 * HOUR + 1, 12 * HOUR, 12 * HOUR + 1, 13 * HOUR)] == [
        0,
        0,
        1,
        3 * HOUR,
        3 * HOUR,
        3 * HOUR,
    ]
    assert worked_by(hours, 17 * HOUR + 30 * MINUTE) == worked_by(hours, DAY_US) == day_length(hours)
