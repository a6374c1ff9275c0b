"""Areas of events that match no case are named: a typo would exempt nobody, silently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steelyard.facts import Case, Row
from steelyard.facts.idle_areas import idle_areas
from steelyard.ir.expressions import And, Apply, Field, Input
from steelyard.ir.operators import Function
from steelyard.ir.types import Boolean, Region, Regions
from unit.facts.feeds.build import weather


def rows(*areas: tuple[str, ...]) -> list[Row]:
    return [Row(str(number), {"areas": each}) for number, each in enumerate(areas)]


def cases(*places: str | None) -> list[Case]:
    return [Case(str(number), {} if place is None else {"region": place}) for number, place in enumerate(places)]


def warned(relation, events, portfolio) -> list[str]:
    return [str(each) for each in idle_areas(relation, events, portfolio)]


def covers(field: str, place, scheme: str = "gb2260") -> Apply:
    area = Field(type=Regions(scheme), relation="weather", name=field)
    return Apply(type=Boolean(), function=Function.COVERS, arguments=(area, place))


@pytest.mark.parametrize(
    ("scheme", "area", "place", "idle"),
    [
        ("gb2260", "310115", "310115", False),
        ("gb2260", "310000", "310115", False),
        ("gb2260", "310200", "310115", True),
        ("gb2260", "310115", "310000", True),
        ("fips", "48", "48201", False),
        ("fips", "48000", "48201", False),
        ("fips", "48202", "48201", True),
        ("name", "Harris", "Harris", False),
        ("name", "Kauai", "Harris", True),
    ],
)
def test_an_area_matches_a_case_or_is_named(scheme, area, place, idle) -> None:
    expected = [f"weather: areas that match no case: `{area}`"] if idle else []

    assert expected == warned(weather(scheme), rows((area,)), cases(place))


def test_one_case_is_enough_and_every_area_is_looked_at() -> None:
    events = rows(("310000", "110000"), ("320100", "310000"), ("110000",))

    assert ["weather: areas that match no case: `110000`"] == warned(weather(), events, cases("310115", None, "320102"))


def test_at_most_five_are_named_and_all_are_counted() -> None:
    five = tuple(f"{number}0000" for number in range(41, 46))

    assert ["weather: areas that match no case: `410000`, `420000`, `430000`, `440000`, `450000`"] == warned(
        weather(), rows(five), cases("310115")
    )
    assert ["weather: 6 areas match no case, such as `410000`, `420000`, `430000`, `440000`, `450000`"] == warned(
        weather(), rows((*five, "460000")), cases("310115")
    )


def test_a_misspelt_name_is_recognised() -> None:
    assert [
        "weather: areas that match no case: `Galvestone`, `Kauai`",
        "weather: the area `Galvestone` matches no case: did you mean `Galveston`?",
    ] == warned(weather("name"), rows(("Galvestone", "Kauai")), cases("Harris", "Galveston"))


def test_without_cases_or_places_there_is_nothing_to_match() -> None:
    assert [] == warned(weather(), rows(("110000",)), [])
    assert [] == warned(weather(), rows(("110000",)), cases(None))
    assert [] == warned(weather(), [], cases("310115"))


def test_a_relation_that_asks_for_no_place_is_left_alone() -> None:
    assert [] == warned(replace(weather(), joins=None), rows(("110000",)), cases("310115"))


def test_several_inputs_are_looked_at_together() -> None:
    region, home = (Input(type=Region("gb2260"), name=name) for name in ("region", "home"))
    both = replace(weather(), joins=And(type=Boolean(), items=(covers("areas", region), covers("areas", home))))
    portfolio = [Case("1", {"region": "310115", "home": "110101"})]

    assert [] == warned(both, rows(("310000", "110000")), portfolio)


def test_a_place_that_is_no_input_cannot_be_told() -> None:
    region = Input(type=Region("gb2260"), name="region")
    other = Field(type=Region("gb2260"), relation="weather", name="other")
    joins = And(type=Boolean(), items=(covers("areas", region), covers("areas", other)))

    assert [] == warned(replace(weather(), joins=joins), rows(("110000",)), cases("310115"))


def test_a_field_of_one_region_is_looked_at_too() -> None:
    relation = weather()
    fields = tuple(replace(one, type=Region("gb2260")) if one.id == "areas" else one for one in relation.fields)

    assert ["weather: areas that match no case: `110000`"] == warned(
        replace(relation, fields=fields), [Row("1", {"areas": "110000"}), Row("2", {})], cases("310115")
    )
