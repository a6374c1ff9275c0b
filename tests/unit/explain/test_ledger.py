"""The ledger re-adds; the exact computation says the same."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golden.reports.worked import SHIPPED, cases, evaluate, evaluated, explained
from steelyard.explain.explain import explain
from steelyard.explain.records import Explanation
from steelyard.explain.terms import show
from steelyard.semantics import Fixed

ALL = [(policy, name) for policy in SHIPPED for name in cases(policy)]

SIMPLE = """
steelyard: 1
ruleset: simple
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    a: {type: decimal(1), range: "[0..100]"}
    b: {type: decimal(1), range: "[0..100]"}
    c: {type: decimal(1), range: "[0..100]", optional: true}
    fault: {type: integer, range: "[0..9]"}
indicators:
  one: {measure: a, target: 73, better: higher, score: proportion, weight: 3}
  two: {measure: b, target: 31, better: higher, score: proportion, weight: 7}
  three: {measure: c, target: 7, better: higher, score: proportion, weight: 1, missing: waive}
score: {method: weighted_mean, round: 1, clamp: "[0..100]"}
deductions:
  faults:
    when: fault > 0
    deduct: fault * 1.25
    at_most: 4
gates:
  cap:
    when: fault > 7
    at_most: 50
"""


def exact(value: Fixed | str) -> Fraction:
    return Fraction(Decimal(str(value)))


def assert_balanced(explanation: Explanation) -> None:
    for score in explanation.scores:
        running = Fraction(0)
        for line in score.ledger:
            if line.is_sum:
                assert running == exact(line.amount)
            else:
                running += exact(line.amount)
            assert running == exact(line.running)
        if score.ledger:
            assert score.final is not None
            assert running == exact(score.final)


@pytest.mark.parametrize(("policy", "name"), ALL)
def test_printed_lines_add_up_to_the_score(policy: str, name: str) -> None:
    """What is printed, added with a pencil, is the base at its line and the final score at the end."""
    evaluation = evaluated(policy, name)
    if evaluation is not None:
        explanation = explain(evaluation)

        assert_balanced(explanation)
        assert [s.final for s in explanation.scores if s.final] == [
            s.final for s in evaluation.outcome.scores if s.final
        ]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000), st.one_of(st.none(), st.integers(0, 1000)), st.integers(0, 9))
def test_any_case_balances(a: int, b: int, c: int | None, fault: int) -> None:
    values = {"id": "x", "a": str(Fixed(a, 1)), "b": str(Fixed(b, 1)), "fault": str(fault)}
    if c is not None:
        values["c"] = str(Fixed(c, 1))

    assert_balanced(explain(evaluate(SIMPLE, values)))


def test_deductions_their_cap_and_the_gate_are_lines() -> None:
    evaluation = evaluate(SIMPLE, {"id": "x", "a": "73", "b": "31", "c": "7", "fault": "8"})
    (score,) = explain(evaluation).scores

    kinds = [(line.kind.value, str(line.amount)) for line in score.ledger if line.kind.value != "lost"]
    assert [
        ("opening", "100.000000"),
        ("rounding", "0.000000"),
        ("base", "100.0"),
        ("deduction", "-10.000000"),
        ("cap", "6.000000"),
        ("gate", "-46.000000"),
        ("final", "50.0"),
    ] == kinds


def test_exact_computation_names_numerators_and_denominator() -> None:
    evaluation = evaluate(SIMPLE, {"id": "x", "a": "10", "b": "31", "fault": "0"})
    (score,) = explain(evaluation).scores

    assert ["(3 × 13.70 + 7 × 100.00) ÷ 10", "741.10 ÷ 10", "= 74.11, rounded: 74.1"] == [
        show(text, "en") for text in score.base_text
    ]


def test_grades_show_the_bound_that_parts_them() -> None:
    (score,) = explained("motor-small-claims", "on-time").scores

    assert [("A", "≥ 90"), ("B", "≥ 75"), ("C", "≥ 60"), ("D", "≥ 0")] == [
        (name.id, bound) for name, bound in score.grades
    ]
    assert score.grade is not None
    assert "A" == score.grade.id


def test_unscored_case_has_no_ledger_and_says_why() -> None:
    explanation = explained("motor-small-claims", "withdrawn")

    assert () == tuple(line for score in explanation.scores for line in score.ledger)
    assert "not scored: Withdrawn by the customer (U1)" == show(explanation.headline, "en")
    assert "不予评分：客户撤案，不予评分（U1）" == show(explanation.headline, "zh")
