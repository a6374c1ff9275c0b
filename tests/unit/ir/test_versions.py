"""Which version is in force: the one whose days hold the local day of the reference date."""

from __future__ import annotations

from datetime import date

import pytest

from steelyard.calendars.zones import day_number, zone
from steelyard.ir.ruleset import InputField, Label, Range, Ruleset, Weights
from steelyard.ir.types import Date, DateTime, Text
from steelyard.ir.versions import Versions, versions_of


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def ruleset(version: str, low: str | None, high: str | None, kind=None, reference: str | None = "on") -> Ruleset:
    def field(name: str, type_) -> InputField:
        return InputField(id=name, label=Label(name, name), type=type_, column=name)

    return Ruleset(
        id="r", version=version, title=Label("r", "r"), source=None, timezone="America/New_York",
        effective=Range(None if low is None else day(low), None if high is None else day(high)), key="id",
        reference_date=reference, inputs=(field("id", Text()), field("on", kind or Date())), parameters=(),
        groups=(), relations=(), defines=(), tables=(), indicators=(), exemptions=(), weights=Weights(),
        scores=(), unscored=(), points=(), outputs=(),
    )  # fmt: skip


def both(kind=None) -> Versions:
    return Versions((ruleset("1", "2023-03-01", "2024-02-29", kind), ruleset("2", "2024-03-02", None, kind)))


@pytest.mark.parametrize(
    ("on", "version"),
    [
        ("2023-02-28", None),
        ("2023-03-01", "1"),
        ("2024-02-29", "1"),
        ("2024-03-01", None),
        ("2024-03-02", "2"),
        ("2200-12-31", "2"),
    ],
)
def test_the_version_of_a_day(on: str, version: str | None) -> None:
    found = both().at(day(on))

    assert version == (None if found is None else found.version)
    assert found == both().of({"id": "x", "on": day(on)})


@pytest.mark.parametrize(
    ("instant", "version"),
    [
        ("2023-03-01T00:00-05:00", "1"),
        ("2023-03-01T04:59:59.999999Z", None),
        ("2024-03-01T04:59:59.999999Z", "1"),
        ("2024-03-01T05:00Z", None),
        ("2024-03-02T05:00Z", "2"),
        ("2024-07-01T04:00Z", "2"),
    ],
)
def test_the_day_of_a_datetime_is_the_local_one(instant: str, version: str | None) -> None:
    value = zone("America/New_York").parse_datetime(instant)
    assert isinstance(value, int)
    found = both(DateTime()).of({"on": value})

    assert version == (None if found is None else found.version)


def test_a_case_without_its_date_has_no_version() -> None:
    assert both().of({"id": "x"}) is None


def test_a_ruleset_alone_is_the_only_version_of_itself() -> None:
    alone = ruleset("1", None, None, reference=None)

    assert Versions((alone,)) == versions_of(alone)
    assert alone is versions_of(alone).of({}) is versions_of(alone).newest
    assert both() is not versions_of(both())
    assert versions_of(both()) == both()
    assert "2" == both().newest.version
