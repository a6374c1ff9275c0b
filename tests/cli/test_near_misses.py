"""Cases that find no row: they are counted on every engine, and an explanation names the row that nearly was theirs."""

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
  inputs: {id: text, branch: text, day: date}
relations:
  rates:
    one_row: true
    joins: rates.branch = branch and rates.month = year_month(day)
    fields: {branch: text, month: text, rate: "decimal(4)"}
indicators:
  complaints: {measure: rates.rate, target: 1%, better: lower, score: proportion, weight: 1, missing: {score: 100}}
score: {method: weighted_mean, round: 2}
"""


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_cases_without_a_row(engine: str, steelyard, tmp_path: Path):
    rules, cases, rates, record = (tmp_path / name for name in ("r.yaml", "c.csv", "rates.csv", "from.json"))
    rules.write_text(RULES, "utf-8")
    cases.write_text("id,branch,day\n1,Lugo,2024-05-01\n2,Lugo ,2024-05-01\n3,Lugo,2024-06-01\n", "utf-8")
    rates.write_text("branch,month,rate\nLugo,2024-05,0.0400\n", "utf-8")
    given = (rules, "--cases", cases, "--relation", f"rates={rates}")
    done = steelyard("evaluate", *given, "--engine", engine, "--provenance", record)
    told = "`Lugo ` differs only in blanks at the edge from `Lugo`"

    assert [
        ("E126", f"1 case has values that no row of `rates` has ({told})", 1),
        ("E126", "2 cases find no row of `rates`", 2),
    ] == [(one["code"], one["words"], one["count"]) for one in json.loads(record.read_text("utf-8"))["warnings"]]
    assert f"note: {told}" in done.err
    assert f"Missing or unknown: a row of rates ({told})" in steelyard("explain", *given, "--case", "2").out
    assert "Missing or unknown: a row of rates\n" in steelyard("explain", *given, "--case", "3").out
    none = steelyard("evaluate", *given[:-1], "rates=none", "--engine", engine, "--provenance", record)
    assert "E126" not in none.err
    assert "E126" not in record.read_text("utf-8")
