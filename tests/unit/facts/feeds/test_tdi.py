"""Bulletins of the Texas Department of Insurance become declarations by county."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from steelyard.calendars.zones import zone
from steelyard.facts.feeds.texas import COUNTIES, county
from unit.facts.feeds.build import declared, good, read, rows, skipped

HARVEY = {
    "bulletin": "B-0022-17", "name": "Hurricane Harvey", "event_start": "2017-08-25", "event_end": "2017-08-31",
    "extension_days": 15, "counties": ["Harris", "Dewitt", "fort bend"], "url": "http://example.org/b",
}  # fmt: skip
TEXAS = "America/Chicago"


def local(text: str) -> int:
    found = zone(TEXAS).parse_datetime(text)
    assert isinstance(found, int)
    return found


@pytest.fixture
def bulletins(tmp_path):
    def of(*items: object, scheme: str = "fips", **more):
        path = tmp_path / "bulletins.json"
        path.write_text(json.dumps(items), "utf-8")
        return good(tmp_path, declared(scheme, **more), path, timezone=TEXAS)

    return of


def test_a_bulletin(bulletins) -> None:
    portfolio = bulletins(HARVEY)

    assert [
        {
            "declaration_id": "B-0022-17", "kind": "catastrophe", "areas": ("48123", "48157", "48201"),
            "starts": local("2017-08-25 00:00"), "ends": local("2017-09-01 00:00"),
            "authority": "Texas Department of Insurance", "reference": "http://example.org/b",
        }
    ] == rows(portfolio, "declared")  # fmt: skip
    assert () == portfolio.provenance.skipped == portfolio.warnings
    assert [("declared", "bulletins.json")] == [(one.role, one.name) for one in portfolio.provenance.files[:1]]


def test_places_may_be_names_of_counties_as_they_are_spelled_officially(bulletins) -> None:
    assert [("DeWitt", "Fort Bend", "Harris")] == [
        row["areas"] for row in rows(bulletins(HARVEY, scheme="name"), "declared")
    ]


def test_the_ruleset_names_the_kind(bulletins) -> None:
    portfolio = bulletins(HARVEY, kinds=(("catastrophe", "disaster"),))

    assert ["disaster"] == [row["kind"] for row in rows(portfolio, "declared")]


DAYS = "bulletins that do not say when the event began and ended"


@pytest.mark.parametrize(
    ("item", "reason", "example"),
    [
        (HARVEY | {"event_start": None}, DAYS, "bulletins.json: B-0022-17"),
        ({k: v for k, v in HARVEY.items() if k != "event_end"}, DAYS, "bulletins.json: B-0022-17"),
        (HARVEY | {"event_end": " "}, DAYS, "bulletins.json: B-0022-17"),
        (HARVEY | {"event_end": 20170831}, DAYS, "bulletins.json: B-0022-17"),
        (HARVEY | {"event_end": "2017-08-32"}, "bulletins whose days cannot be read", "bulletins.json: B-0022-17"),
        (HARVEY | {"event_start": "August 25"}, "bulletins whose days cannot be read", "bulletins.json: B-0022-17"),
        (HARVEY | {"bulletin": ""}, "bulletins without a number", "bulletins.json: 1"),
        ("B-0022-17", "bulletins without a number", "bulletins.json: 1"),
        (None, "bulletins without a number", "bulletins.json: 1"),
        (HARVEY | {"counties": []}, "bulletins without a county that can be used", "bulletins.json: B-0022-17"),
        (HARVEY | {"counties": "Harris"}, "bulletins without a county that can be used", "bulletins.json: B-0022-17"),
    ],
)
def test_a_bulletin_that_cannot_be_used_is_said(item, reason, example, bulletins) -> None:
    portfolio = bulletins(item, HARVEY | {"bulletin": "good"})

    assert ["good"] == [row["declaration_id"] for row in rows(portfolio, "declared")]
    assert {reason: 1} == skipped(portfolio)
    assert (example,) == portfolio.provenance.skipped[0].examples


def test_a_county_that_there_is_not_is_said_and_the_others_are_taken(bulletins) -> None:
    portfolio = bulletins(HARVEY | {"counties": ["Hariss", "Harris", "Los Angeles", 5]})

    assert [("48201",)] == [row["areas"] for row in rows(portfolio, "declared")]
    assert {
        "names that are no county of Texas; `Harris` may be meant": 1, "names that are no county of Texas": 2,
    } == skipped(portfolio)  # fmt: skip


def test_an_event_that_ends_before_it_begins_is_rejected(bulletins) -> None:
    portfolio = bulletins(HARVEY | {"event_end": "2017-08-20"})

    assert [] == rows(portfolio, "declared")
    assert ["declared.ends"] == [reject.where for reject in portfolio.feed_rejects]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[",
        b'"x"',
        b"[{}]x",
        b'[{"bulletin": "a", "bulletin": "b"}]',
        b"\xff\xfe",
        b"[" * 100_000,
        b"[\xd6\xd0]",
    ],
)
def test_another_file_is_damaged(content, tmp_path) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(content)

    portfolio, (finding,) = read(tmp_path, declared(), path)

    assert portfolio is None
    assert "E118" == finding.code


def test_a_file_has_a_limit(tmp_path, monkeypatch) -> None:
    from steelyard.facts.feeds import tdi

    content = json.dumps([HARVEY])
    monkeypatch.setattr(tdi, "MAX_BYTES", len(content))
    path = tmp_path / "b.json"
    path.write_text(content, "utf-8")
    assert read(tmp_path, declared(), path)[0] is not None

    path.write_text(content + " ", "utf-8")
    portfolio, (finding,) = read(tmp_path, declared(), path)
    assert portfolio is None
    assert f"the file has more than {len(content)} bytes" == str(finding.headline)


def test_the_counties_of_texas() -> None:
    """Anchors all over the alphabet: one name too many or too few would shift those after it."""
    assert 254 == len(COUNTIES)
    assert [f"48{number:03}" for number in range(1, 508, 2)] == list(COUNTIES.values())
    assert {
        "Anderson": "48001", "Bexar": "48029", "Collin": "48085", "Dallas": "48113", "DeWitt": "48123",
        "El Paso": "48141", "Ellis": "48139", "Galveston": "48167", "Harris": "48201", "Hidalgo": "48215",
        "La Salle": "48283", "Lavaca": "48285", "McMullen": "48311", "Madison": "48313", "Nueces": "48355",
        "San Patricio": "48409", "Tarrant": "48439", "Travis": "48453", "Van Zandt": "48467", "Webb": "48479",
        "Zavala": "48507",
    }.items() <= COUNTIES.items()  # fmt: skip


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("HARRIS COUNTY", "Harris"), (" la  salle ", "La Salle"), ("LaSalle", "La Salle"), ("Mclennan", "McLennan"),
        ("County", None), ("", None), ("Harris Parish", None),
    ],
)  # fmt: skip
def test_spellings_of_counties(name, found) -> None:
    assert found == county(name)


DATA = os.environ.get("STEELYARD_DATA")


@pytest.mark.skipif(not DATA, reason="STEELYARD_DATA does not name the folder of data made by others")
def test_the_published_bulletins(tmp_path) -> None:
    portfolio = good(tmp_path, declared(), Path(DATA or "") / "tdi-bulletins.json", timezone=TEXAS)

    found = rows(portfolio, "declared")
    assert [("B-0016-12", 9), ("B-0010-15", 8), ("B-0012-15", 24), ("B-0022-17", 55)] == [
        (row["declaration_id"], len(row["areas"])) for row in found
    ]
    assert (local("2017-08-25 00:00"), local("2017-09-01 00:00")) == (found[3]["starts"], found[3]["ends"])
    assert {DAYS: 1} == skipped(portfolio)
    assert ("tdi-bulletins.json: B-0014-24",) == portfolio.provenance.skipped[0].examples
