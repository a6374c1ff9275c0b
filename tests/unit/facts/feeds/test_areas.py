"""Areas become places of the ruleset's scheme; what has no code of it is said."""

from __future__ import annotations

import pytest

from steelyard.facts.feeds.alerts import Area
from steelyard.facts.feeds.areas import places


def one(name: str, *codes: tuple[str, str], shapes=()) -> Area:
    return Area(name, codes, tuple(shapes))


@pytest.mark.parametrize(
    ("scheme", "code", "expected"),
    [
        ("fips", ("SAME", "006037"), ["06037"]),
        ("fips", ("FIPS6", "048000"), ["48000"]),
        ("fips", ("fips6", "009007 009009;009011,044009"), ["09007", "09009", "09011", "44009"]),
        ("fips", ("FIPS", "48201"), ["48201"]),
        ("fips", ("FIPS5", "48"), ["48"]),
        ("fips", ("SAME", "000000"), ["00000"]),
        ("gb2260", ("GB/T 2260-2007", "310115"), ["310115"]),
        ("gb2260", ("gb2260", "310115000"), ["310115"]),
        ("gb2260", ("国家行政区划代码", "310000000000、320000000000"), ["310000", "320000"]),
        ("gb2260", ("GBT2260", "44030600000000"), ["440306"]),
    ],
)
def test_codes_of_the_scheme(scheme, code, expected) -> None:
    assert expected == list(places([one("here", code)], scheme).places)
    assert () == places([one("here", code)], scheme).unusable


@pytest.mark.parametrize(
    ("scheme", "code", "reason"),
    [
        ("fips", ("SAME", "106037"), "parts of counties, for which there is no code"),
        ("fips", ("SAME", "06037"), "codes that are no places (SAME)"),
        ("fips", ("SAME", "00603७"), "codes that are no places (SAME)"),
        ("fips", ("FIPS6", "000037"), "codes that are no places (fips)"),
        ("fips", ("FIPS", "6037"), "codes that are no places (fips)"),
        ("gb2260", ("GB/T 2260", "310115002"), "codes that are no places (gb2260)"),
        ("gb2260", ("GB/T 2260", "310015"), "codes that are no places (gb2260)"),
        ("gb2260", ("GB/T 2260", "上海"), "codes that are no places (gb2260)"),
    ],
)
def test_a_code_that_is_no_place_is_said_and_the_others_are_taken(scheme, code, reason) -> None:
    other = one("there", ("SAME", "048201"), ("GB/T 2260", "310000"))

    found = places([one("here", code), other], scheme)

    assert ({"fips": "48201", "gb2260": "310000"}[scheme],) == found.places
    assert [(reason, code[1])] == [(str(why), what) for why, what in found.unusable]


@pytest.mark.parametrize("scheme", ["fips", "gb2260"])
def test_an_area_without_a_code_of_the_scheme_is_said(scheme) -> None:
    drawn = one("a polygon", shapes=["1,2 3,4 5,6 1,2"])
    zone = one("a zone", ("UGC", "MTZ014"), ("CLC", "041420"), shapes=["1,2 3,4 5,6 1,2"])
    bare = one("a name")

    found = places([drawn, zone, bare], scheme)

    assert () == found.places
    assert [
        (f"areas drawn on a map, without a code ({scheme})", "a polygon"),
        (f"areas without a code ({scheme})", "a zone"),
        (f"areas without a code ({scheme})", "a name"),
    ] == [(str(why), what) for why, what in found.unusable]


def test_names_are_descriptions_part_by_part_and_forecast_zones() -> None:
    found = places([one("Lewis and Clark; Helena ；上海", ("UGC", "MTZ014 MTZ015"), ("SAME", "030049"))], "name")

    assert ("Helena", "Lewis and Clark", "MTZ014", "MTZ015", "上海") == found.places
    assert () == found.unusable


def test_an_area_without_a_name_is_said_too() -> None:
    found = places([one(" ; ", ("SAME", "030049"))], "name")

    assert () == found.places
    assert ["areas without a description"] == [str(why) for why, _ in found.unusable]


def test_places_are_sorted_and_stand_once() -> None:
    assert ("31", "48201") == places([one("a", ("FIPS", "48201 31")), one("b", ("SAME", "048201"))], "fips").places
