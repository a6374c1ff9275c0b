"""A ruleset that only decides: no score anywhere, on any way out."""

# pyright: basic

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from jsonschema import Draft202012Validator

import steelyard as api
from cli.conftest import Done
from steelyard.explain.data import explanation_schema

RULESET = """\
steelyard: 1
ruleset: routing
version: 1
title: {zh: 分派, en: Routing}
timezone: UTC
case:
  key: claim
  inputs:
    claim: text
    cost: {type: decimal(2), range: "[0..1000000]", optional: true}
tables:
  desk:
    hit: unique
    inputs: {cost: cost}
    outputs: {desk: text}
    rows:
      - {cost: "< 5000", desk: fast track}
      - {cost: ">= 5000", desk: standard}
outputs:
  routed: {label: {zh: 处理岗, en: Desk}, value: desk}
  stopped: {label: {zh: 拦截, en: Stopped}, value: cost > 100000}
"""
CASES = "claim,cost\nA,10.5\nB,200000\nC,\nD,x\n"
STATUS = "status"


def said(page: str, *words: str) -> list[str]:
    """The words that a page, or a text, shows."""
    shown = re.sub(r"<[^>]*>", "", page.rpartition("</head>")[2]).lower()
    return [word for word in words if word in shown]


@pytest.fixture
def given(tmp_path: Path) -> tuple[Path, str, Path]:
    (tmp_path / "routing.yaml").write_text(RULESET, "utf-8")
    (tmp_path / "cases.csv").write_text(CASES, "utf-8")
    return tmp_path / "routing.yaml", "--cases", tmp_path / "cases.csv"


@pytest.mark.parametrize("engine", ["reference", "durable", "sql"])
def test_results_have_outputs_and_no_score(
    steelyard: Callable[..., Done], given: tuple[str | Path, ...], engine: str
) -> None:
    done = steelyard("evaluate", *given, "--engine", engine, "--allow-rejects", "1", "-o", "-")
    rows = list(csv.DictReader(io.StringIO(done.out)))

    assert "claim ruleset version digest status routed stopped fired reasons missing".split() == list(rows[0])
    assert [
        ("A", "decided", "fast track", "false", ""),
        ("B", "decided", "standard", "true", ""),
        ("C", "decided", "", "", "cost"),
    ] == [(row["claim"], row[STATUS], row["routed"], row["stopped"], row["missing"]) for row in rows]
    assert "cases  decided  rejected\n    4        3         1\n" in done.err


def test_files_have_no_columns_of_a_score(
    steelyard: Callable[..., Done], given: tuple[str | Path, ...], tmp_path: Path
) -> None:
    names = [tmp_path / name for name in ("s.csv", "s.json", "r.xlsx", "pages")]
    done = steelyard(
        *("evaluate", *given, "--allow-rejects", "1", "--summary", names[0], "-o", names[2], "--report", names[3])
    )

    assert 0 == done.status
    assert "level,cases,decided,rejected\nall,4,3,1\n" == names[0].read_text("utf-8")
    assert 0 == steelyard("evaluate", *given, "--allow-rejects", "1", "--summary", names[1]).status
    whole = json.loads(names[1].read_text("utf-8"))["whole"]
    assert {"cases": 4, "decided": 3, "rejected": 1, "scores": {}}.items() <= whole.items()
    assert {"scored", "unscored"}.isdisjoint(whole)
    sheet = openpyxl.load_workbook(names[2])["results"]
    assert ["routed", "stopped"] == [cell.value for cell in sheet[1]][5:7]
    index = (names[3] / "index.html").read_text("utf-8")
    assert "<th>status</th><th>Desk</th><th>Stopped</th></tr>" in index
    assert "<td>decided</td><td>standard</td><td>yes</td></tr>" in index
    assert not said(index, "score")
    page = (names[3] / "case-0002.html").read_text("utf-8")
    assert "<h2>Decisions</h2>" in page
    assert not said(page, "score", "points", "grade")


@pytest.mark.parametrize("format_", ["text", "md", "html", "json"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_decision_is_explained(
    steelyard: Callable[..., Done], given: tuple[str | Path, ...], format_: str, lang: str
) -> None:
    done = steelyard("explain", *given, "--case", "B", "--format", format_, "--lang", lang)

    assert 0 == done.status
    assert "standard" in done.out
    assert {"zh": "处理岗", "en": "Desk"}[lang] in done.out
    assert format_ == "json" or not said(done.out, {"zh": "得分", "en": "score"}[lang])
    if format_ == "json":
        data = json.loads(done.out)
        Draft202012Validator(explanation_schema()).validate(data)
        assert ("decided", []) == (data[STATUS], data["scores"])


def test_gates_on_a_score_are_wrong_usage(steelyard: Callable[..., Done], given: tuple[str | Path, ...]) -> None:
    done = steelyard("evaluate", *given, "--allow-rejects", "1", "--fail-under", "80")

    assert (2, "error: `routing` has no score: leave `--fail-under` out\n") == (done.status, done.err)
    assert 2 == steelyard("show", given[0], "--weights").status


def test_a_model_for_dbt(steelyard: Callable[..., Done], given: tuple[str | Path, ...], tmp_path: Path) -> None:
    assert 0 == steelyard("compile", given[0], "--to", "dbt", "-o", tmp_path / "model").status
    schema = (tmp_path / "model" / "schema.yml").read_text("utf-8")

    assert 'values: ["decided", "rejected"]' in schema
    assert "decided or rejected" in schema
    assert "score" not in schema


def test_a_result_has_no_score(given: tuple[str | Path, ...]) -> None:
    result = api.load(given[0]).evaluate({"claim": "A", "cost": "7"})

    assert "decided" == result.status
    assert result.score is None
    assert result.grade is None
    assert result.denominator is None
    assert ((), {}, ()) == (result.ledger, dict(result.scores), result.reasons)
    assert "<Result A: decided, routed=fast track, stopped=False>" == repr(result)


@pytest.mark.parametrize(
    ("more", "code", "headline"),
    [
        ("grades: {A: 90, B: 0}", "M109", "`grades` without a score"),
        ("gates: {g: {when: cost > 1, at_most: 5, unknown: ignore}}", "M109", "`gates` without a score"),
        ("weights: {waived: redistribute}", "M109", "`weights` without a score"),
        ("unscored: {u: {when: cost > 1}}", "M109", "`unscored` without a score"),
        ("define: {high: score > 90}", "N101", "unknown name `score`"),
    ],
)
def test_what_belongs_to_a_score_is_refused(
    steelyard: Callable[..., Done], given: tuple[Path, str, Path], more: str, code: str, headline: str
) -> None:
    given[0].write_text(RULESET + more + "\n", "utf-8")
    done = steelyard("check", given[0])

    assert 1 == done.status
    assert f"{code} error: {headline}\n" in done.out
    assert "errors: 1," in done.out
