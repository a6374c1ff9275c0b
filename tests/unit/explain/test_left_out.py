"""An indicator that counts in one score and not in another: why, and what the score would be with it, in every form."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from conformance.harness import load_ruleset
from steelyard.explain.data import explanation_schema
from steelyard.explain.explain import explain
from steelyard.explain.records import Explanation
from steelyard.facts.case import Reject
from steelyard.facts.texts import case_from_texts
from steelyard.report.formats.render import render
from steelyard.semantics import prepare, run

TEXT = """\
steelyard: 1
ruleset: two
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
    a: {type: decimal(2), range: "[0..100]", label: {zh: 甲, en: A}}
    b: {type: decimal(2), range: "[0..100]", label: {zh: 乙, en: B}}
    urban: {type: boolean, optional: true, label: {zh: 城区, en: urban}}
    months: {type: integer, range: "[0..24]", label: {zh: 月数, en: months}}
indicators:
  speed: {label: {zh: 时效, en: Speed}, measure: a, score: measure, baseline: 100, weight: 1}
  quality: {label: {zh: 质量, en: Quality}, measure: b, score: measure, baseline: 100, weight: 3}
scores:
  full: {label: {zh: 总分, en: Full}, of: [speed, quality], method: weighted_mean, round: 1}
  trial:
    label: {zh: 试算, en: Trial}
    of: [speed, quality]
    only_if: {quality: months >= 6 and urban, speed: months < 24}
    method: weighted_mean
    round: 1
    minimum_present: if months > 20 then 2 else 1
"""


def explained(**given: str) -> Explanation:
    ruleset = load_ruleset(TEXT)
    case = case_from_texts(ruleset, {"id": "1", "a": "80", "b": "40", **given}, {})
    assert not isinstance(case, Reject)
    explanation = explain(run(prepare(ruleset), case))
    Draft202012Validator(explanation_schema()).validate(json.loads(render(explanation, "en", "json")))
    return explanation


@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_the_reason_stands_beside_the_ledger_and_among_the_changes(form: str):
    explanation = explained(months="4", urban="yes")
    english, chinese = render(explanation, "en", form), render(explanation, "zh", form)

    assert "Quality does not count in this score: months is 4, 2 short of ≥ 6" in english.replace("\\", "")
    assert "Trial would be 50.0 if Quality counted in it: months is 4, 2 short of ≥ 6" in english.replace("\\", "")
    assert "质量不计入本得分：月数为 4，要 ≥ 6 还差 2" in chinese.replace("\\", "")
    assert "若计入质量，试算将为 50.0；未计入的原因：月数为 4，要 ≥ 6 还差 2" in chinese.replace("\\", "")


def test_what_is_unknown_is_said():
    text = render(explained(months="7"), "en", "text")

    assert "Quality does not count in this score: unknown, because urban is missing" in text


def test_where_too_few_count_the_numbers_are_said():
    text = render(explained(months="22", urban="no"), "en", "text")

    assert "Trial: no score – too few indicators are scored: 1 of 2" in text
    assert "Trial would be 50.0 if Quality counted in it: urban: no" in text
    assert "how many indicators must be scored = 2" in text


def test_where_nothing_counts_that_is_said():
    text = render(explained(months="24", urban="no"), "en", "text")

    assert "there is nothing to score: every indicator is waived or does not count" in text


def test_a_loss_is_not_regained_by_letting_the_indicator_not_count():
    found = [one for one in explained(months="7", urban="yes").regains if one.score.id == "trial"]
    fields = {(one.cause.id, change.field.id) for one in found for change in one.changes}

    assert fields == {("speed", "a"), ("quality", "b")}
