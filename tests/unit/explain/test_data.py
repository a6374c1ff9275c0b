"""Explanations as data: they keep their schema, and every value can be read back without reading a sentence."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from golden.reports.worked import SHIPPED, cases, evaluate, evaluated, explained
from steelyard.explain.data import explanation_data, explanation_schema
from steelyard.explain.explain import explain
from steelyard.report.formats.render import render

SCHEMA = Draft202012Validator(explanation_schema())
WORKED = [(policy, name) for policy in SHIPPED for name in cases(policy) if evaluated(policy, name)]
RULESET = """
steelyard: 1
ruleset: example
version: 1
timezone: America/New_York
case:
  key: id
  inputs:
    id: text
    n: {type: integer, optional: true}
    at: {type: datetime, open: true}
    day: date
    ok: boolean
    size: decimal(2)
indicators:
  one: {measure: n, target: 2, better: higher, score: met, weight: 1, missing: waive}
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
deductions:
  small: {when: size < 2.50, deduct: 24}
  late: {when: day > @2024-05-01, deduct: 1}
outputs:
  doubled: {value: 2 * size}
"""
FACTS = {
    "id": "k\n\u202e",
    "n": "1",
    "at": "2024-11-03T01:30:00-04:00",
    "day": "2024-04-29",
    "ok": "yes",
    "size": "1.5",
}


def data(lang: str = "en", **changes: str) -> Any:
    return explanation_data(explain(evaluate(RULESET, FACTS | changes)), lang)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(explanation_schema())


@pytest.mark.parametrize(("policy", "name"), WORKED)
def test_every_worked_case_keeps_the_schema_and_its_ledger_adds_up(policy: str, name: str) -> None:
    found = json.loads(render(explained(policy, name), "zh", "json"))
    SCHEMA.validate(found)

    assert 1 == found["format"]
    for score in found["scores"]:
        total = sum(Decimal(line["amount"]) for line in score["ledger"] if not line["is_sum"])
        assert score["score"] is None or total == Decimal(score["score"])


def test_other_languages_change_sentences_only() -> None:
    texts = re.compile(
        r'"(lang|label|text|headline|measured_by|waived|covers|unscored|expected|title|clause|formula|note)": "[^"]*"'
    )
    found = [
        [
            texts.sub("", line)
            for line in json.dumps(explanation_data(explained(*WORKED[0]), lang), indent=0).split("\n")
        ]
        for lang in ("en", "zh")
    ]

    assert len(found[0]) == len(found[1])
    told = [one for one, other in zip(*found, strict=True) if one != other]
    assert all(re.fullmatch(r'"[^"]*",?', one) for one in told), "items of lists of sentences"


def test_values_have_a_type_and_read_back() -> None:
    found = data()
    SCHEMA.validate(found)

    assert {
        "id": {"type": "text", "value": "k\n\u202e"},
        "n": {"type": "integer", "value": "1"},
        "at": {"type": "datetime", "value": "2024-11-03T01:30:00-04:00"},
        "day": {"type": "date", "value": "2024-04-29"},
        "ok": {"type": "boolean", "value": True},
        "size": {"type": "decimal", "value": "1.50"},
    } == {one["id"]: one["value"] for one in found["inputs"]}
    assert [("doubled", {"type": "decimal", "value": "3.00"})] == [(o["id"], o["value"]) for o in found["outputs"]]


def test_what_is_missing_or_has_not_ended_is_null() -> None:
    found = data(n="", at="")
    SCHEMA.validate(found)

    assert {"n": None, "at": None} == {one["id"]: one["value"] for one in found["inputs"] if one["id"] in {"n", "at"}}
    (indicator,) = found["indicators"]
    assert ("waived", None, None) == (indicator["status"], indicator["measure"], indicator["score"])
    assert "n" in indicator["waived"]


def test_rules_tell_truth_and_distance() -> None:
    rules = {one["id"]: one for one in data()["rules"]}
    small, late = rules["small"], rules["late"]

    assert (True, [True], ["24.00"]) == (
        small["fired"],
        [one["truth"] for one in small["judgements"]],
        [one["points"] for one in small["judgements"]],
    )
    assert (False, [False]) == (late["fired"], [one["truth"] for one in late["judgements"]])
    assert [{"type": "days", "value": "2"}] == [one["distance"] for one in late["why_not"]]


def test_points_lost_have_an_ascii_minus() -> None:
    (score,) = data()["scores"]
    amounts = {line["kind"]: line["amount"] for line in score["ledger"]}

    assert "-100.000000" == amounts["lost"]


def test_lengths_of_time_are_iso_8601() -> None:
    found = explanation_data(explained("motor-small-claims", "surge-in-a-storm"))
    measures = [one["measure"] for one in found["indicators"]]  # type: ignore[union-attr, index]

    assert any(
        one["type"] == "duration" and re.fullmatch(r"PT(\d+H)?(\d+M)?(\d+S)?", one["value"]) for one in measures if one
    )
