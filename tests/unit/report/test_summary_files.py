"""Files of a summary: one table in CSV and Parquet, JSON nested; whole or not at all."""

# pyright: basic

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from golden.reports.worked import cases, evaluated, program, ruleset
from recorded import summarise
from steelyard.diagnostics import msg
from steelyard.engines.counting import Count, Measure
from steelyard.facts.case import Reject
from steelyard.report.summary import Summary, summary_of_counts
from steelyard.report.summary_files import write_summary

POLICY = "motor-small-claims"
SET = (("as_of", "2013-12-01T00:00"),)
RULES = program(POLICY, SET).ruleset


def summary(by: tuple[str, ...] = ("branch", "month"), minimum: int = 3) -> Summary:
    evaluations = [e for name in cases(POLICY) if (e := evaluated(POLICY, name)) is not None]
    rejects = [Reject("", "branch", "", msg("yes"))]
    return summarise(RULES, ((e.case, e.outcome) for e in evaluations), rejects, by, minimum)


def test_a_row_a_group_and_one_for_the_whole(tmp_path: Path) -> None:
    found = summary()
    write_summary(tmp_path / "s.csv", found, RULES)
    rows = list(csv.DictReader((tmp_path / "s.csv").open(encoding="utf-8")))

    assert ["group"] * len(found.groups) + ["all"] == [row["level"] for row in rows]
    assert [group.key for group in found.groups] == [(row["branch"], row["month"]) for row in rows[:-1]]
    assert ("", "") == (rows[-1]["branch"], rows[-1]["month"])
    score = found.whole.scores[0]
    assert str(score.mean) == rows[-1]["mean"]
    assert [str(one) for one in score.quantiles] == [rows[-1][name] for name in ("p10", "p25", "median", "p75", "p90")]
    assert dict(score.grades) == {grade: int(rows[-1][f"grade.{grade}"]) for grade in "ABCD"}
    assert {one.indicator: str(one.mean) for one in score.lost} == {
        name.removeprefix("lost."): value for name, value in rows[-1].items() if name.startswith("lost.")
    }
    assert [one.cases for one in found.whole.fired] == [
        int(rows[-1][f"{one.kind.value}.{one.rule}"]) for one in found.whole.fired
    ]


def test_parquet_holds_the_same_as_exact_numbers(tmp_path: Path) -> None:
    for name in ("s.csv", "s.parquet"):
        write_summary(tmp_path / name, summary(), RULES)
    table = pq.read_table(tmp_path / "s.parquet")
    written = list(csv.DictReader((tmp_path / "s.csv").open(encoding="utf-8")))

    assert {"string", "int64", "decimal64(18, 2)", "decimal128(18, 2)", "decimal128(18, 6)", "decimal64(18, 6)"} >= {
        str(field.type) for field in table.schema
    }
    assert written == [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in table.to_pylist()
    ]
    assert isinstance(table["mean"].to_pylist()[-1], Decimal)


def test_columns_do_not_hang_on_the_cases(tmp_path: Path) -> None:
    """So that the files of two months lie under each other."""
    write_summary(tmp_path / "full.csv", summary(), RULES)
    write_summary(tmp_path / "empty.csv", summarise(RULES, (), (), ("branch", "month")), RULES)
    full, empty = ((tmp_path / name).read_text("utf-8").splitlines() for name in ("full.csv", "empty.csv"))

    assert full[0] == empty[0]
    assert 2 == len(empty)
    assert len(full) > 2


def test_json_is_nested(tmp_path: Path) -> None:
    found = summary()
    write_summary(tmp_path / "s.json", found, RULES)
    content = json.loads((tmp_path / "s.json").read_text("utf-8"))

    assert (["branch", "month"], 3) == (content["grouping"], content["minimum_sample"])
    assert [{"where": "branch", "count": 1}, {"where": "complaint_rate", "count": 1}] == content["rejects"]
    assert {"branch": "", "month": ""} == content["groups"][0]["key"]
    whole, score = content["whole"], found.whole.scores[0]
    assert str(score.mean) == whole["scores"]["score"]["mean"]
    survey = score.lost[1]
    expected = {"mean": str(survey.mean), "cases": survey.cases, "measured": survey.measured}
    assert expected == whole["scores"]["score"]["lost"]["survey"]
    assert {"exemption", "adjustment", "deduction", "bonus", "correction", "gate"} == set(whole["fired"])
    assert whole["fired"]["exemption"]["storm-relief"] > 0
    assert dict(found.whole.unscored_reasons) == whole["unscored_reasons"]
    assert {1} <= {group["scores"]["score"]["rank"] for group in content["groups"]}


NAMED = """
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case: {key: id, inputs: {id: text, mean: text, level: text, amount: {type: decimal(2), optional: true}}}
indicators:
  x: {measure: amount, score: measure, baseline: 100, weight: 1, missing: waive}
scores:
  one: {of: [x], method: weighted_mean, round: 2, clamp: "[0..100]", grades: {A: {from: 0}}}
  two: {of: [x], method: sum, round: 0}
"""


def test_several_scores_and_keys_that_are_named_like_numbers(tmp_path: Path) -> None:
    rules = ruleset(NAMED)
    counts = [Count(("m", "l"), Measure.SCORE, "two", "count", 1), Count(("m", "l"), Measure.STATUS, "", "scored", 1)]
    write_summary(tmp_path / "s.csv", summary_of_counts(rules, ("mean", "level"), counts, 1), rules)
    group, whole = csv.DictReader((tmp_path / "s.csv").open(encoding="utf-8"))

    assert ("m", "l", "group") == (group["mean"], group["case.level"], group["level"])
    assert ("0", "1") == (group["count.one"], group["count.two"])
    assert ("", "0", "1") == (group["mean.one"], group["mean.two"], group["rank.two"])
    assert {"grade.one.A", "lost.one.x", "lost_cases.two.x"} <= set(whole)


def test_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="xls"):
        write_summary(tmp_path / "s.xls", summary(), RULES)
    assert [] == list(tmp_path.iterdir())
