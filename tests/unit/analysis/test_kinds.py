"""Kinds of events that a rule names and the feed does not."""

# pyright: basic

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard.analysis.check import load

RULES = """
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: key
  inputs:
    key: text
    at: datetime
relations:
  weather:
    feed: warnings
    levels: [blue, red]
    KINDS
    joins: overlaps(weather.starts, weather.ends, at, at + 1h)
tables:
  relief:
    hit: first
    inputs: {kind: kind}
    outputs: {points: integer}
    rows: [{kind: storm, points: 1}, {kind: CELL, points: 2}, {kind: '-', points: 0}]
indicators:
  one: {measure: 1, target: 1, better: lower, score: met, weight: 1}
deductions:
  d:
    for_each: weather
    when: WHEN
    deduct: 1
    unknown: ignore
score: {method: weighted_mean, round: 2}
"""
NAMED = "kinds: {Storm Warning: storm, Heat Warning: heat, Hot: heat}"


def told(folder: Path, when: str, kinds: str = NAMED, cell: str = "heat") -> list[tuple[str, str]]:
    text = RULES.replace("WHEN", when).replace("KINDS", kinds).replace("CELL", cell)
    if "relief" not in when:
        text = text[: text.index("tables:")] + text[text.index("indicators:") :]
    (folder / "r.yaml").write_text(text, "utf-8")
    return [
        (one.code, f"{one.headline}: {one.help}")
        for one in load(str(folder / "r.yaml")).diagnostics
        if one.code != "L124"
    ]


@pytest.mark.parametrize("when", ['kind = "haet"', 'kind != "haet"', '("haet" = kind)', 'kind in ("storm", "haet")'])
def test_a_kind_that_the_feed_does_not_name_is_reported(tmp_path, when) -> None:
    assert [("L128", '`kinds` of `weather` does not name `haet`: did you mean `"heat"`?')] == told(tmp_path, when)


def test_a_kind_in_a_table_is_reported(tmp_path) -> None:
    found = told(tmp_path, "relief(kind) > 0", cell="flood")

    assert [("L128", "`kinds` of `weather` does not name `flood`: it names `storm`, `heat`")] == found


@pytest.mark.parametrize(
    ("when", "kinds"),
    [
        ('kind = "heat"', NAMED),
        ('kind in ("heat", "storm") and headline = "haet"', NAMED),
        ('kind = "haet"', "regions: name"),  # the feed may give any
        ('level = "red"', NAMED),
    ],
)
def test_kinds_that_are_named_or_that_nothing_lists(tmp_path, when, kinds) -> None:
    assert [] == told(tmp_path, when, kinds)


def test_levels_are_a_list_of_values(tmp_path) -> None:
    assert ["T103"] == [code for code, _ in told(tmp_path, 'level >= "rde"')]
