"""Values as text."""

from __future__ import annotations

import pytest

from steelyard.calendars import zone
from steelyard.diagnostics import InternalError
from steelyard.facts.format import Style, format_units, format_value
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text

SHANGHAI = zone("Asia/Shanghai")
H, MIN, S = 3_600_000_000, 60_000_000, 1_000_000


@pytest.mark.parametrize(
    ("stored", "type_", "data", "reader"),
    [
        (9351, Number(2), "93.51", "93.51"),
        (-5, Number(3), "-0.005", "-0.005"),
        (0, Number(1), "0.0", "0.0"),
        (7, Number(0), "7", "7"),
        (True, Boolean(), "true", "true"),
        (False, Boolean(), "false", "false"),
        ("上海", Text(), "上海", "上海"),
        ("310000", Region("gb2260"), "310000", "310000"),
        (("a", "b"), Regions("name"), "a;b", "a;b"),
        (0, Date(), "1970-01-01", "1970-01-01"),
        (1714528800000000, DateTime(), "2024-05-01T10:00:00+08:00", "2024-05-01 10:00:00"),
        (26 * H + 24 * MIN, Duration(), "PT26H24M", "26 h 24 min"),
        (0, Duration(), "PT0S", "0 s"),
        (1, Duration(), "PT0.000001S", "0.000001 s"),
        (-(H + 1_500_000), Duration(), "-PT1H1.5S", "-1 h 1.5 s"),
        (10 * S, Duration(), "PT10S", "10 s"),
        (MIN, Duration(), "PT1M", "1 min"),
        (15, Days(), "15", "15 d"),
    ],
)
def test_values_have_one_form_for_files_and_one_for_readers(stored, type_, data, reader) -> None:
    assert format_value(stored, type_, SHANGHAI) == data
    assert format_value(stored, type_, SHANGHAI, Style.READER) == reader


@pytest.mark.parametrize(
    ("stored", "type_"),
    [(True, Number(0)), ("x", Number(0)), (1, Boolean()), (1, Text()), ("x", Regions("name")), (("x",), Text())],
)
def test_a_value_of_another_type_is_our_bug(stored, type_) -> None:
    with pytest.raises(InternalError):
        format_value(stored, type_, SHANGHAI)


def test_scale_is_kept_to_the_digit() -> None:
    assert format_units(100, 2) == "1.00"
    assert format_units(-100, 0) == "-100"
    assert format_units(5, 6) == "0.000005"
