"""Codes of places: which there can be, and what covers what (GB/T 2260, FIPS)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.calendars.zones import zone
from steelyard.facts.parse import parse
from steelyard.facts.places import levels, well_formed
from steelyard.facts.problem import Problem
from steelyard.ir.types import Region, Regions

HERE = zone("Asia/Shanghai")


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("gb2260", "310000"),  # Shanghai
        ("gb2260", "310100"),  # its districts
        ("gb2260", "310115"),  # Pudong
        ("gb2260", "500243"),  # a county of Chongqing
        ("gb2260", "429004"),  # Xiantao, ruled by the province itself
        ("gb2260", "469001"),  # Wuzhishan, likewise
        ("gb2260", "710000"),
        ("gb2260", "000000"),
        ("fips", "00"),
        ("fips", "00000"),
        ("fips", "01"),
        ("fips", "48000"),
        ("fips", "48201"),
        ("name", ""),
        ("name", "31"),
    ],
)
def test_codes_that_can_be(scheme, code) -> None:
    assert well_formed(scheme, code)


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("gb2260", "310015"),  # a county of no prefecture
        ("gb2260", "003101"),
        ("gb2260", "000001"),
        ("gb2260", "31"),
        ("gb2260", "3101"),
        ("gb2260", "31011"),
        ("gb2260", "3101150"),
        ("fips", "00201"),
        ("fips", "1001"),
        ("fips", "482010"),
        ("fips", "4820١"),
        ("fips", "TX"),
    ],
)
def test_codes_that_cannot_be(scheme, code) -> None:
    assert not well_formed(scheme, code)
    assert isinstance(parse(code, Region(scheme), None, HERE), Problem)


@pytest.mark.parametrize(
    ("scheme", "code"), [("gb2260", "31011５"), ("gb2260", "310115\n"), ("gb2260", ""), ("fips", "48\n")]
)
def test_codes_that_are_not_spelled_as_codes(scheme, code) -> None:
    assert not well_formed(scheme, code)


@pytest.mark.parametrize(
    ("cell", "type_"),
    [("310015", Region("gb2260")), ("310000;310015", Regions("gb2260")), ("00201", Region("fips"))],
)
def test_a_part_of_a_whole_is_explained(cell, type_) -> None:
    problem = parse(cell, type_, None, HERE)

    assert isinstance(problem, Problem)
    wrong = cell.rpartition(";")[2]
    assert f"`{wrong}` is no place: zeros stand for a whole, and nothing can follow them" == str(problem.hint)


@pytest.mark.parametrize(
    ("area", "place", "covered"),
    [
        ("310000", "310115", True),
        ("310100", "310115", True),
        ("310200", "310230", True),
        ("310100", "310230", False),  # a county of a municipality is none of its districts
        ("420000", "429004", True),
        ("429000", "429004", True),
        ("420100", "429004", False),
        ("460000", "469001", True),
        ("469000", "469001", True),
        ("320000", "310115", False),
        ("310115", "310000", False),
        ("000000", "820000", True),
    ],
)
def test_a_province_covers_its_counties(area, place, covered) -> None:
    assert covered is (area in levels("gb2260", place))


@pytest.mark.parametrize(
    ("scheme", "code", "covering"),
    [
        ("gb2260", "310115", {"310115", "3101", "310100", "31", "3100", "310000", "00", "0000", "000000"}),
        ("gb2260", "310000", {"31", "3100", "310000", "00", "0000", "000000"}),
        ("fips", "48201", {"48201", "48", "48000", "00", "00000"}),
        ("fips", "48", {"48", "48000", "00", "00000"}),
        ("fips", "482", {"482"}),
        ("name", "48201", {"48201"}),
    ],
)
def test_all_that_covers_a_place(scheme, code, covering) -> None:
    assert covering == levels(scheme, code)


@given(st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_what_covers_a_good_code_and_has_its_length_is_a_good_code(code) -> None:
    if well_formed("gb2260", code):
        assert all(well_formed("gb2260", level) for level in levels("gb2260", code) if len(level) == 6)
