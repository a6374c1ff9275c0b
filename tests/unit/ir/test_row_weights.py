"""Weights of rows: none is below 0, which is proved; one of 0 does not count, which is said."""

from __future__ import annotations

import pytest

from conformance.harness import load_ruleset
from steelyard.analysis.check import load_text
from steelyard.diagnostics import Severity
from steelyard.explain.explain import explain
from steelyard.facts.case import Reject
from steelyard.facts.texts import case_from_texts
from steelyard.ir.expressions import And, Compare, Or
from steelyard.report.formats.render import render
from steelyard.semantics import prepare, run

TEXT = """\
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case: {key: id, inputs: {id: text}}
parameters: {factor: {value: 1, range: "[-5..5]"}}
relations:
  parts:
    of_case: code
    id: part
    fields:
      code: text
      part: text
      kind: {type: text, values: [a, b]}
      free: integer
      heavy: {type: integer, range: "[0..9]"}
      maybe: {type: integer, range: "[1..9]", optional: true}
tables:
  by_kind: {hit: unique, inputs: {kind: kind}, outputs: {w: integer}, rows: [{kind: a, w: 0}, {kind: b, w: 2}]}
indicators:
  each:
    for_each: parts
    id: part
    measure: heavy
    score: measure
    baseline: 100
    weight: WEIGHT
ONLY
score: {method: weighted_mean, round: 2}
"""


def text(weight: str, only_if: str = "") -> str:
    return TEXT.replace("WEIGHT", weight).replace("ONLY\n", f"    only_if: {only_if}\n" if only_if else "")


@pytest.mark.parametrize(
    ("weight", "code"),
    [
        ("free", "H202"),
        ("heavy - 1", "H202"),
        ("-1", "H202"),
        ("factor", None),
        ("max(free, 0)", None),
        ("heavy", None),
        ("by_kind(kind)", None),
        ("sum(parts.heavy)", None),
        ("maybe", None),
        ("0", None),
    ],
)
def test_no_row_weighs_less_than_nothing(weight: str, code: str | None):
    found = [one.code for one in load_text(text(weight), {}).diagnostics if one.severity is Severity.ERROR]
    assert found == ([] if code is None else [code])


def test_a_parameter_that_is_given_is_proved_again():
    assert not load_text(text("factor"), {"factor": "3"}).errors
    assert ["H202"] == [
        one.code for one in load_text(text("factor"), {"factor": "-1"}).diagnostics if one.code == "H202"
    ]


def test_the_condition_is_added_only_where_a_weight_can_be_0():
    def only_if(weight: str, written: str = ""):
        return load_ruleset(text(weight, written)).indicators[0].only_if

    assert only_if("maybe") is None
    assert only_if("heavy + 1") is None
    assert isinstance(only_if("heavy"), Compare)
    assert isinstance(only_if("heavy", "free > 3"), And)
    assert isinstance(only_if("maybe - 1"), Or)


def test_it_is_said():
    ruleset = load_ruleset(text("heavy"))
    rows = [
        {"code": "A", "part": part, "kind": "a", "free": "1", "heavy": heavy}
        for part, heavy in (("p", "0"), ("q", "4"))
    ]
    case = case_from_texts(ruleset, {"id": "A"}, {"parts": rows})
    assert not isinstance(case, Reject)
    story = explain(run(prepare(ruleset), case))
    assert ["not counted: its weight is 0", "None"] == [str(one.waived) for one in story.indicators]
    assert "不计入：其权重为 0" in render(story, "zh", "text")
