"""Conditions under which a run fails: what they mean, exactly, and what is said."""

from __future__ import annotations

from fractions import Fraction

import pytest

import steelyard
from steelyard.session.gates import gates_of
from steelyard.session.run import ready_ruleset

RULESET = """
steelyard: 1
ruleset: tiny
version: 1
title: Tiny
timezone: UTC
case:
  key: id
  inputs:
    id: text
    branch: {type: text, label: {zh: 机构, en: Branch}}
    n: {type: decimal(2), range: "[0..100]"}
    small: {type: boolean, optional: true}
indicators:
  only: {measure: n, better: higher, score: measure, baseline: 100, weight: 1, missing: waive}
score: {method: weighted_mean, round: 1}
grades:
  A: {label: {zh: 优, en: Good}, when: ">= 80"}
  B: {label: 良, when: "[60..80)"}
  D: {label: 差, when: "< 60"}
unscored:
  few: {when: small, reason: F1}
"""
ROWS = [
    ("1", "浦东", "90.00", False),
    ("2", "浦东", "80.00", False),
    ("3", "浦东", "59.99", False),
    ("4", "闵行", "70.00", False),
    ("5", "闵行", "70.00", True),
    ("6", "徐汇", "70.00", True),
    ("7", "浦东", "701", False),
]


@pytest.fixture(scope="module")
def run() -> steelyard.Run:
    policy = steelyard.load(RULESET)
    rows = [dict(zip(("id", "branch", "n", "small"), one, strict=True)) for one in ROWS]
    return policy.score(rows, groups=["branch"], verify=0)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("mean < 75", ""),  # 90.0 + 80.0 + 60.0 + 70.0 of 4
        ("mean <= 75", "75.0"),
        ("mean > 74.99", "75.0"),
        ("mean >= 75.01", ""),
        ("mean of score < 80", "75.0"),
        ("mean < 75 by branch", "闵行 70.0"),
        ("mean < 80 by 机构", "闵行 70.0, 浦东 76.7"),
        ("mean < 76.67 by branch", "闵行 70.0, 浦东 76.667"),
        ("mean < 76.66 by branch", "闵行 70.0"),
        ("grade D > 0", ""),
        ("grade B > 1", "2/4"),
        ("grade B >= 50%", "50.00% (2/4)"),
        ("grade B > 50%", ""),
        ("grade 优, B>75%", "100.00% (4/4)"),
        ("grade A > 66.66% by branch", "浦东 66.67% (2/3)"),
        ("grade Good ≥ 2", "2/4"),
        ("rejected > 14.28%", "14.29% (1/7)"),
        ("rejected > 14.2857%", "14.29% (1/7)"),
        ("rejected < 14.286%", "14.2857% (1/7)"),
        ("rejected > 14.29%", ""),
        ("rejected >= 1", "1/7"),
        ("rejected > 0 by branch", "浦东 1/4"),
        ("unscored > 25% by branch", "徐汇 100.00% (1/1), 闵行 50.00% (1/2)"),
        ("unscored > 2", ""),
    ],
)
def test_what_a_condition_finds(run: steelyard.Run, condition: str, found: str) -> None:
    said = run.broken(condition)

    assert said == ((f"the run fails by `{condition}`: {found}",) if found else ())


def test_several_conditions_in_chinese(run: steelyard.Run) -> None:
    assert run.broken("mean < 100", "rejected > 5", "grade B > 1", lang="zh") == (
        "本次评分未通过 `mean < 100`：75.0",
        "本次评分未通过 `grade B > 1`：2/4",
    )


def test_where_nothing_has_a_score() -> None:
    run = steelyard.load(RULESET).score([{"id": "1", "branch": "a", "n": "1", "small": True}], groups=["branch"])

    assert run.broken("mean < 0", "grade A > 200%", "rejected > 0") == (
        "`mean < 0`: no case has a score",
        "`grade A > 200%`: no case has a score",
    )
    assert run.broken("mean < 100 by branch", "grade A >= 0 by branch") == ()


def test_of_many_groups_the_first_are_named() -> None:
    rows = [{"id": str(one), "branch": f"b{one}", "n": f"{one}", "small": None} for one in range(8)]
    (said,) = steelyard.load(RULESET).score(rows, groups=["branch"]).broken("mean <= 6 by branch")

    assert said.endswith(": b0 0.0, b1 1.0, b2 2.0, b3 3.0, b4 4.0, 2 more groups")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("mean = 5", "is no condition"),
        ("mean < 5%", "is no condition"),
        ("mean", "is no condition"),
        ("", "is no condition"),
        ("grade > 5", "is no condition"),
        ("median < 5", "is no condition"),
        ("mean < 5 and mean > 3", "is no condition"),
        ("mean < 1e3", "is no condition"),
        ("mean of quality < 5", "there is no score `quality`, only score"),
        ("grade C > 5", "there is no grade `C`, only A, B, D"),
        ("mean < 5 by town", "cannot group by `town`"),
    ],
)
def test_what_is_no_condition(run: steelyard.Run, condition: str, said: str) -> None:
    with pytest.raises(steelyard.UsageError, match=said):
        run.broken(condition)


def test_a_group_that_the_run_does_not_keep(run: steelyard.Run) -> None:
    with pytest.raises(steelyard.UsageError, match="does not keep n"):
        run.broken("mean < 5 by n")


def test_a_condition_as_it_is_read() -> None:
    motor = ready_ruleset("motor-small-claims", {"as_of": "2024-01-01T00:00"})
    (gate,) = gates_of(motor, ["grade  D , C > 2.5 %by 分支机构"])

    assert gate.text == "grade D , C > 2.5 %by 分支机构"
    assert (gate.grades, gate.number, gate.share, gate.by) == (("D", "C"), Fraction(1, 40), True, ("branch",))
