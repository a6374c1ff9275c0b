"""Measures of time that were negative are counted after a run, on every engine."""

# pyright: basic

from __future__ import annotations

import json
from pathlib import Path

import pytest

RULES = """
steelyard: 1
ruleset: r
version: 1
timezone: Europe/Madrid
case:
  key: id
  inputs:
    id: {type: text, personal: false}
    a: datetime
    b: {type: datetime, optional: true}
    c: {type: datetime, optional: true, not_before: a}
relations:
  calls: {of_case: id, fields: {id: text, n: text, x: datetime, y: datetime}}
indicators:
  wait: {measure: b - a, target: 2h, better: lower, score: met, weight: 1, missing: waive}
  safe: {measure: c - a, target: 2h, better: lower, score: met, weight: 1, missing: waive}
  lead: {measure: b - a, target: 2h, better: higher, score: met, weight: 1, missing: waive}
  call: {for_each: calls, id: n, measure: y - x, target: 2h, better: lower, score: met, weight: 1}
score: {method: weighted_mean, round: 2}
"""
CASES = """\
id,a,b,c
z9,2024-01-02 10:00,2024-01-02 09:00,
c1,2024-01-02 10:00,2024-01-02 10:00,2024-01-02 11:00
d1,2024-01-02 10:00,,
e1,2024-01-02 10:00,2024-01-01 09:00,2024-01-02 09:00
e2,2024-01-02 10:00,2024-01-01 09:00,
"""
CALLS = """\
id,n,x,y
c1,1,2024-01-02 10:00,2024-01-02 09:00
c1,2,2024-01-02 10:00,2024-01-02 09:00
d1,1,2024-01-02 10:00,2024-01-02 10:00
"""


@pytest.mark.parametrize("engine", ["reference", "sql"])
@pytest.mark.parametrize("personal", [False, True])
def test_measures_that_were_negative(engine: str, personal: bool, steelyard, tmp_path: Path):
    """`safe` rejects what is in the wrong order, for `lead` more is better, and e1 is rejected."""
    rules, cases, calls, record = (tmp_path / name for name in ("r.yaml", "c.csv", "calls.csv", "from.json"))
    rules.write_text(RULES.replace("personal: false", f"personal: {str(personal).lower()}"), "utf-8")
    cases.write_text(CASES, "utf-8")
    calls.write_text(CALLS, "utf-8")
    done = steelyard(
        "evaluate", rules, "--cases", cases, "--relation", f"calls={calls}", "--engine", engine, "--provenance", record
    )
    rest = "the end lies before the start, and every target is met; `steelyard rule L127` says what to do"
    told = [
        ("`wait` was negative in 2 cases, such as `{}`: " + rest).format("x9" if personal else "e2"),
        ("`call` was negative in 1 case, such as `{}`: " + rest).format("x9" if personal else "c1"),
    ]

    assert told == [line.removeprefix("warning: ") for line in done.err.splitlines() if "was negative" in line]
    kept = json.loads(record.read_text("utf-8"))["warnings"]
    assert list(zip(told, (2, 1), strict=True)) == [
        (one["words"], one["count"]) for one in kept if "was negative" in one["words"]
    ]
