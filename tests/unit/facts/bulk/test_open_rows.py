"""Events without an end: how long they last, and what is said of those that have lasted long; both intakes agree."""

# pyright: basic

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlglot import exp

from steelyard.calendars.zones import DAY_US
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.received import received
from steelyard.ir.types import LAST_INSTANT
from unit.facts.feeds.build import declared, weather

HEADER = "declaration_id,kind,areas,starts,ends\n"
CASES = "key,region,at\nA,48201,2024-05-01 10:00\nB,48167,2024-01-01 10:00\nbad,48201,x\nC,,2024-05-01 10:00\n"
LONG = "declared: {} events without an end began more than 90 days before {} cases for which they still count: {}"


@pytest.fixture
def read(agree, shapes, tmp_path):
    def of(*events: str, relation=None, time=None, reference: str | None = "at", text: str = CASES):
        feed = relation or declared()
        inputs = [
            shapes.field("region", shapes.types["fips"], optional=True),
            shapes.field("at", time or shapes.types["at"]),
        ]
        rules = shapes.ruleset(shapes.key(), *inputs, relations=[feed], timezone="UTC", reference=reference)
        (tmp_path / "c.csv").write_text(text, "utf-8")
        (tmp_path / "e.csv").write_text(HEADER + "".join(f"{one}\n" for one in events), "utf-8")
        return agree(rules, tmp_path / "c.csv", {feed.id: tmp_path / "e.csv"})

    return of


def said(portfolio) -> list[str]:
    return [str(one).partition(";")[0] for one in portfolio.warnings if "without an end" in str(one)]


OPEN = "D1,Fire,48,2021-08-14,"


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([OPEN], [LONG.format(1, 2, "`D1`")]),
        ([OPEN, "D2,Fire,48167;06001,2023-10-01,", "D3,Fire,06001,2001-01-01,"], [LONG.format(2, 2, "`D1`, `D2`")]),
        (["D1,Fire,48167,2023-10-03,"], []),  # 90 days
        (["D1,Fire,48167,2023-10-02,"], [LONG.format(1, 1, "`D1`")]),
        (["D1,Fire,48,2021-08-14,2024-12-31"], []),
        ([f"D{n},Fire,48,2021-08-14," for n in range(7)], [LONG.format(7, 2, "`D0`, `D1`, `D2`, `D3`, `D4`")]),
    ],
)
def test_events_without_an_end_that_began_long_before_a_case(read, events, found) -> None:
    assert found == said(read(*events))


def test_a_case_of_which_only_the_day_is_known(read, shapes) -> None:
    text = "key,region,at\nA,48201,2024-05-01\n"

    assert [LONG.format(1, 1, "`D1`")] == said(read(OPEN, time=shapes.types["day"], text=text))


def test_without_a_time_of_the_case_nothing_is_known(read) -> None:
    assert [] == said(read(OPEN, reference=None))


def test_an_event_without_an_end_lasts_at_most_so_long(read) -> None:
    found = read(OPEN, "D2,Fire,48,2021-08-14,2021-08-15", relation=replace(declared(), open_at_most=90 * DAY_US))

    rows = [row.values for row in found.cases[0].rows["declared"]]
    assert [90 * DAY_US, 2 * DAY_US] == [row["ends"] - row["starts"] for row in rows]
    assert [] == said(found)


def test_a_statement_that_reads_tables_ends_events_likewise(shapes) -> None:
    feed = replace(weather("fips"), open_at_most=90 * DAY_US)
    rules = shapes.ruleset(shapes.key(), shapes.field("region", shapes.types["fips"]), relations=[feed], timezone="UTC")
    facts = received(rules, dialect("duckdb"), "cases", {"weather": "events"}, places=False)
    query = exp.select("starts", "ends").from_(facts.relations["weather"]).order_by("starts")
    query.set("with_", exp.With(expressions=facts.ctes))
    connection = shapes.connect()
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
