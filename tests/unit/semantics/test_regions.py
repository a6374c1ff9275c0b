"""Which places lie in which."""

from __future__ import annotations

import pytest

from steelyard.semantics.regions import coverer, levels


@pytest.mark.parametrize(
    ("scheme", "area", "place", "expected"),
    [
        ("gb2260", "310115", "310115", True),
        ("gb2260", "310100", "310115", True),
        ("gb2260", "310000", "310115", True),
        ("gb2260", "31", "310115", True),
        ("gb2260", "3101", "310115", True),
        ("gb2260", "000000", "310115", True),
        ("gb2260", "310115", "310000", False),
        ("gb2260", "310115", "310100", False),
        ("gb2260", "310100", "310000", False),
        ("gb2260", "310100", "310200", False),
        ("gb2260", "310000", "310000", True),
        ("gb2260", "31", "310000", True),
        ("gb2260", "320000", "310115", False),
        ("gb2260", "3101150", "310115", False),
        ("gb2260", "310110", "310115", False),
        ("gb2260", "110000", "100101", False),
        ("fips", "48", "48201", True),
        ("fips", "48000", "48201", True),
        ("fips", "48000", "48", True),
        ("fips", "48", "48000", True),
        ("fips", "48201", "48", False),
        ("fips", "00", "48201", True),
        ("fips", "01001", "01001", True),
        ("fips", "1001", "01001", False),
        ("name", "上海", "上海", True),
        ("name", "上海", "上海市", False),
        ("name", "", "上海", False),
    ],
)
def test_a_place_lies_in_each_of_its_levels_and_nowhere_else(scheme, area, place, expected):
    assert coverer(scheme)(area, place) is expected
    assert coverer(scheme)((area,), place) is expected


def test_one_of_several_areas_is_enough_and_none_is_not():
    covers = coverer("gb2260")

    assert covers(("320000", "310000"), "310115")
    assert not covers(("320000", "330000"), "310115")
    assert not covers((), "310115")


def test_a_code_of_another_length_covers_only_itself():
    assert levels("gb2260", "310") == {"310"}
    assert levels("gb2260", "") == {""}
