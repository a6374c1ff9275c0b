"""Events without an end: how long they last, and what is said of those that have lasted long; the engines agree."""

# pyright: basic

from __future__ import annotations

import warnings
from dataclasses import replace

import pytest
from sqlglot import exp

from steelyard import load
from steelyard.calendars.zones import DAY_US
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.received import received
from steelyard.ir.types import LAST_INSTANT
from unit.facts.feeds.build import declared, weather

HEADER = "declaration_id,kind,areas,starts,ends,authority,reference\n"
CASES = "key,region,at\nA,48201,2024-05-01 10:00\nB,48167,2024-01-01 10:00\nbad,48201,x\nC,,2024-05-01 10:00\n"
OPEN = "D1,Fire,48,2021-08-14,"
RULES = """
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: key
  REFERENCE
  inputs: {key: text, region: {type: region(fips), optional: true}, at: TIME}
parameters:
  meant: {type: text, value: Fire}
relations:
  declared: {feed: declarations, joins: "covers(declared.areas, region)", define: {burns: kind = meant}}
define:
  quakes: count(declared where kind = "Earthquake")
indicators:
  one: {measure: 1, target: 0, better: lower, score: met, weight: 1}
SECTIONS
score: {method: weighted_mean, round: 2}
"""
EXEMPTION = """
exemptions:
  spared: {for_each: declared, when: 'WHEN', grants: {one: {waive: true}}}
"""


def told(events: int, cases: int, how: str, names: str) -> str:
    some, more = "event" if events == 1 else "events", "case" if cases == 1 else "cases"
    return f"declared: {events} {some} without an end began more than 90 days before {cases} {more} {how}: {names}"


def fired(events: int, cases: int, names: str) -> str:
    return told(events, cases, "that they concern and in which `spared` fired", names)


@pytest.fixture
def said(tmp_path):
    def of(
        *events: str,
        when="true",
        rules=EXEMPTION,
        reference="reference_date: at",
        time="datetime",
        cases=CASES,
    ) -> list[str]:
        text = RULES.replace("SECTIONS", rules).replace("WHEN", when).replace("REFERENCE", reference)
        (tmp_path / "r.yaml").write_text(text.replace("TIME", time), "utf-8")
        (tmp_path / "c.csv").write_text(cases, "utf-8")
        (tmp_path / "e.csv").write_text(HEADER + "".join(f"{one},,\n" for one in events), "utf-8")
        policy, found = load(tmp_path / "r.yaml"), []
        for engine in ("reference", "durable", "sql"):
            with warnings.catch_warnings(record=True) as given:
                warnings.simplefilter("always")
                policy.score(tmp_path / "c.csv", relations={"declared": tmp_path / "e.csv"}, engine=engine)
            texts = [str(one.message) for one in given]
            found.append([one.partition(";")[0] for one in texts if "without an end" in one])
        assert found[0] == found[1] == found[2]
        return found[0]

    return of


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([OPEN], [fired(1, 2, "`D1`")]),
        ([OPEN, "D2,Fire,48167;06001,2023-10-01,", "D3,Fire,06001,2001-01-01,"], [fired(2, 2, "`D1`, `D2`")]),
        (["D1,Fire,48167,2023-10-03,"], []),  # 90 days
        (["D1,Fire,48167,2023-10-02,"], [fired(1, 1, "`D1`")]),
        (["D1,Fire,48,2021-08-14,2024-12-31"], []),
        ([f"D{n},Fire,48,2021-08-14," for n in range(7)], [fired(7, 2, "`D0`, `D1`, `D2`, `D3`, `D4`")]),
    ],
)
def test_events_without_an_end_that_began_long_before_a_case(said, events, found) -> None:
    assert found == said(*events)


@pytest.mark.parametrize(
    "when",
    ['kind = "Fire"', 'kind in ("Flood", "Fire")', 'kind != "Flood"', "declared.burns", 'not (kind = "Flood")',
     'kind = "Flood" or at > @2024-02-01T00:00', "is_missing(authority) and kind = meant"],
)  # fmt: skip
def test_events_that_may_have_made_the_rule_fire(said, when) -> None:
    assert [fired(1, 2, "`D1`")] == said(OPEN, "D2,Flood,48,2024-01-01,2024-06-01", when=when)


@pytest.mark.parametrize("when", ['kind = "Flood"', 'kind in ("Flood", "Ice")', 'authority = "x" or kind = "Flood"'])
def test_events_that_cannot_have_made_the_rule_fire(said, when) -> None:
    assert [] == said(OPEN, "D2,Flood,48,2023-12-01,2024-06-01", when=when)


def test_rules_that_count_events(said) -> None:
    rules = "deductions:\n  spared: {when: quakes > 0, deduct: 1, unknown: ignore}\n"

    assert [fired(1, 2, "`D2`")] == said(OPEN, "D2,Earthquake,48,2021-01-01,", rules=rules)


def test_where_results_do_not_tell_which_cases_are_affected_all_count(said) -> None:
    assert [told(1, 2, "for which they still count", "`D1`")] == said(OPEN, rules="outputs:\n  n: {value: quakes}\n")


def test_a_feed_that_nothing_reads_affects_no_case(said) -> None:
    assert [] == said(OPEN, rules="")


def test_a_case_of_which_only_the_day_is_known(said) -> None:
    assert [fired(1, 1, "`D1`")] == said(OPEN, time="date", cases="key,region,at\nA,48201,2024-05-01\n")


def test_without_a_time_of_the_case_nothing_is_known(said) -> None:
    assert [] == said(OPEN, reference="")


@pytest.fixture
def read(agree, shapes, tmp_path):
    def of(*events: str, relation):
        inputs = [
            shapes.field("region", shapes.types["fips"], optional=True),
            shapes.field("at", shapes.types["at"]),
        ]
        rules = shapes.ruleset(shapes.key(), *inputs, relations=[relation], timezone="UTC", reference="at")
        (tmp_path / "c.csv").write_text(CASES, "utf-8")
        (tmp_path / "e.csv").write_text(HEADER + "".join(f"{one},,\n" for one in events), "utf-8")
        return agree(rules, tmp_path / "c.csv", {relation.id: tmp_path / "e.csv"})

    return of


def test_an_event_without_an_end_lasts_at_most_so_long(read) -> None:
    found = read(OPEN, "D2,Fire,48,2021-08-14,2021-08-15", relation=replace(declared(), open_at_most=90 * DAY_US))

    rows = [row.values for row in found.cases[0].rows["declared"]]
    assert [90 * DAY_US, 2 * DAY_US] == [row["ends"] - row["starts"] for row in rows]


def test_a_statement_that_reads_tables_ends_events_likewise(connection, shapes) -> None:
    feed = replace(weather("fips"), open_at_most=90 * DAY_US)
    rules = shapes.ruleset(shapes.key(), shapes.field("region", shapes.types["fips"]), relations=[feed], timezone="UTC")
    facts = received(rules, dialect("duckdb"), "cases", {"weather": "events"}, places=False)
    query = exp.select("starts", "ends").from_(facts.relations["weather"]).order_by("starts")
    query.set("with_", exp.With(expressions=facts.ctes))
    connection.execute(
        "CREATE TABLE events AS SELECT 'E' AS event_id, 'rain' AS kind, 'red' AS level, ['48'] AS areas, "
        "unnest([TIMESTAMPTZ '2021-08-14', TIMESTAMPTZ '2200-11-01']) AS starts, NULL::TIMESTAMPTZ AS ends, "
        "'' AS headline, '' AS source"
    )

    first, last = connection.execute(dialect("duckdb").sql(query, pretty=False)).fetchall()
    assert 90 * DAY_US == first[1] - first[0]
    assert last[0] < last[1] == LAST_INSTANT


def test_an_event_lasts_no_longer_than_time(read) -> None:
    found = read("D1,Fire,48,2199-12-31,", relation=replace(declared(), open_at_most=10**6 * DAY_US))

    [row] = found.cases[0].rows["declared"]
    assert row.values["ends"] > row.values["starts"]
