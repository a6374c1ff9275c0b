"""Columns against LANGUAGE.md section 11, and the worked cases' own expectations."""

from __future__ import annotations

import json

import pytest

from golden.reports.worked import SHIPPED, cases, evaluate, evaluated, program
from steelyard.calendars.zones import zone
from steelyard.ir.result_columns import result_columns
from steelyard.ir.ruleset import Ruleset
from steelyard.report.columns import columns, csv_text, json_value
from steelyard.semantics import Outcome

ALL = [(policy, name) for policy in SHIPPED for name in cases(policy)]

FAMILY = """
steelyard: 1
ruleset: family
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    n: {type: integer, optional: true}
relations:
  lines:
    of_case: id
    id: code
    fields: {id: text, code: text, used: {type: decimal(1), optional: true}}
indicators:
  each_line:
    for_each: lines
    id: code
    measure: used
    target: 4
    better: higher
    score: proportion
    weight: 1
    missing: waive
  whole:
    measure: n
    target: 2
    better: higher
    score: met
    weight: 1
    missing: waive
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
"""


def texts(ruleset: Ruleset, outcome: Outcome, digest: str) -> dict[str, str]:
    """A case's values as a CSV file holds them."""
    here = zone(ruleset.timezone)
    head = result_columns(ruleset)
    values = columns(ruleset, outcome, digest, head)
    return {column.name: csv_text(column, values[column.name], here) for column in head}


def test_order_of_columns() -> None:
    names = [column.name for column in result_columns(program("claims-efficiency", ()).ruleset)]

    assert ["claim_id", "ruleset", "version", "digest", "status", "score", "grade", "shares"] == names[:8]
    assert [f"acceptance.{part}" for part in ("measure", "target", "score", "share", "lost")] == names[8:13]
    assert ["fired", "reasons", "missing"] == names[-3:]


@pytest.mark.parametrize(("policy", "name"), ALL)
def test_texts_are_what_the_worked_cases_expect(policy: str, name: str) -> None:
    evaluation = evaluated(policy, name)
    if evaluation is None or evaluation.outcome.rejection is not None:
        return
    found = texts(evaluation.ruleset, evaluation.outcome, "d")
    expected = {**cases(policy)[name]["expect"]}
    if "reason" in expected:  # of an unscored case: no column of its own
        expected["reasons"] = expected.pop("reason")

    assert expected == {column: found[column] for column in expected}


@pytest.mark.parametrize(("policy", "name"), ALL)
def test_values_and_schema_name_the_same_columns(policy: str, name: str) -> None:
    evaluation = evaluated(policy, name)
    if evaluation is not None:
        ruleset = evaluation.ruleset

        assert [c.name for c in result_columns(ruleset)] == list(columns(ruleset, evaluation.outcome, ""))


def test_waived_keeps_its_measure_and_has_no_score_share_or_loss() -> None:
    evaluation = evaluated("motor-small-claims", "few-surveyed")
    assert evaluation is not None
    found = texts(evaluation.ruleset, evaluation.outcome, "")

    assert found["satisfaction.measure"] != ""
    assert ["", "", ""] == [found[f"satisfaction.{part}"] for part in ("score", "share", "lost")]


def test_unscored_gives_its_reason_among_the_reasons() -> None:
    evaluation = evaluated("motor-small-claims", "withdrawn")
    assert evaluation is not None
    found = texts(evaluation.ruleset, evaluation.outcome, "")

    assert ("unscored", "", "", "U1") == (found["status"], found["score"], found["shares"], found["reasons"])


def test_family_is_one_list_column() -> None:
    rows = [{"code": "B", "used": "3.0"}, {"code": "A", "used": ""}, {"code": "=;", "used": "4"}]
    evaluation = evaluate(FAMILY, {"id": "x", "n": "1"}, {"lines": rows})
    ruleset = evaluation.ruleset
    column = next(column for column in result_columns(ruleset) if column.name == "each_line")
    value = columns(ruleset, evaluation.outcome, "")["each_line"]

    assert "==;=100.00".replace("==;", "=;") + ";A=;B=75.00" == texts(ruleset, evaluation.outcome, "")["each_line"]
    assert [
        {"row": "=;", "measure": "4.0", "target": "4.0", "score": "100.00", "share": 1, "lost": "0.000000"},
        {"row": "A", "measure": None, "target": "4.0", "score": None, "share": None, "lost": None},
        {"row": "B", "measure": "3.0", "target": "4.0", "score": "75.00", "share": 1, "lost": "8.333333"},
    ] == json.loads(json.dumps(json_value(column, value, zone("Asia/Shanghai"))))
