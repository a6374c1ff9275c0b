"""Small changes of a policy that no worked case notices are found, counted and told."""

# pyright: basic

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

import steelyard
from steelyard.analysis.check import load_text
from steelyard.explain.terms import show
from steelyard.ir.canonical import policy_digest
from steelyard.session.testing import render
from steelyard.trial.mutating.edits import edits
from steelyard.trial.mutating.words import Telling
from unit.trial.policies import home

TINY = """\
steelyard: 1
ruleset: tiny
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
    days: {type: integer, label: {zh: 天数, en: Days}}
    calls: {type: integer, label: {zh: 来电, en: Calls}}
score: {start: 90, round: 0, clamp: "[0..100]"}
deductions:
  slow:
    label: {zh: 过慢, en: Too slow}
    when: days > 5 and calls >= 2
    deduct: 10
    reason: S1
grades: {A: 70, B: 0}
"""
# start 89 and 91; slow dropped; `or`; days > 4 and 6; calls >= 1 and 3; deduct 9 and 11; A from 69 and 71
COUNTED = 12
SLOW = "- {case: slow, given: {days: 6, calls: 2}, expect: {score: 80}}\n"
ONE_CALL = "- {case: one-call, given: {days: 6, calls: 1}, expect: {score: 90}}\n"
BAD = "- {case: bad, given: {days: 0, calls: 1}, expect: {score: 1}}\n"


def mutation(folder: Path, cases: str, ruleset: str = TINY) -> steelyard.Mutation:
    """What the cases notice."""
    found = steelyard.test(home(folder, cases, ruleset), engines=["reference"], mutate=True).mutation
    assert found is not None
    return found


def told(found: steelyard.Mutation, lang: str = "en") -> list[str]:
    """The survivors in words."""
    return [f"{show(s.what, lang)}: {show(s.old, lang)} → {s.new and show(s.new, lang)}" for s in found.survivors]


def all_told(text: str) -> list[str]:
    """Every change of a ruleset in words."""
    loaded = load_text(text)
    assert loaded.ruleset is not None, [str(one.headline) + str(one.span) for one in loaded.diagnostics]
    telling, digest = Telling(loaded.ruleset), policy_digest(loaded.ruleset)
    found = list(edits(loaded.ruleset))
    assert all(policy_digest(one.ruleset) != digest for one in found)
    survivors = [telling.survivor(one) for one in found]
    return [f"{s.id}: {show(s.what, 'en')}: {show(s.old, 'en')} → {s.new and show(s.new, 'en')}" for s in survivors]


def test_changes_are_counted_by_hand(tmp_path: Path) -> None:
    found = mutation(tmp_path, SLOW)

    assert (found.counted, found.killed, found.cases) == (COUNTED, 7, 1)
    assert told(found) == [
        "A: from: 70 → 71",
        "A: from: 70 → 69",
        "condition: Days > 5 and Calls ≥ 2 → Days > 5 or Calls ≥ 2",
        "condition: Days > 5 → Days > 4",
        "condition: Calls ≥ 2 → Calls ≥ 1",
    ]
    spans = {(s.id, s.span.line + 1) for s in found.survivors if s.span is not None}
    assert spans == {("score", 11), ("slow", 15)}


def test_a_stricter_case_kills_a_survivor(tmp_path: Path) -> None:
    before, after = mutation(tmp_path, SLOW), mutation(tmp_path, SLOW + ONE_CALL)

    gone = set(told(before)) - set(told(after))
    assert gone == {
        "condition: Days > 5 and Calls ≥ 2 → Days > 5 or Calls ≥ 2",
        "condition: Calls ≥ 2 → Calls ≥ 1",
    }
    assert after.percent == 75


def test_cases_that_fail_anyway_notice_nothing(tmp_path: Path) -> None:
    found = mutation(tmp_path, BAD)
    assert (found.cases, found.killed, found.counted) == (0, 0, COUNTED)

    trial = steelyard.test(home(tmp_path, SLOW + BAD, TINY), engines=["reference"], names=["bad"], mutate=True)
    assert trial.mutation is not None
    assert trial.mutation.cases == 0


def test_a_policy_tries_its_changes_too(tmp_path: Path) -> None:
    policy = steelyard.load(home(tmp_path, SLOW, TINY))

    found = policy.test(engines=["reference"], mutate=True).mutation
    assert found is not None
    assert found.killed == 7
    assert policy.test(engines=["reference"]).mutation is None


def test_a_parameter_of_the_case_is_not_changed(tmp_path: Path) -> None:
    ruleset = TINY.replace("score:", "parameters: {most: {type: integer, value: 5}}\nscore:", 1).replace(
        "> 5", "> most"
    )
    assert "value: 5 → 4" not in told(
        mutation(tmp_path, SLOW.replace("days: 6", "days: 5").replace("80", "90"), ruleset)
    )

    case = SLOW.replace("given", 'set: {most: "5"}, given').replace("days: 6", "days: 5").replace("80", "90")
    assert {"value: 5 → 4", "value: 5 → 6"} <= {*told(mutation(tmp_path, case, ruleset))}


def test_each_kind_of_change() -> None:
    text = TINY.replace(
        "score: {start: 90",
        """\
parameters: {most: {type: duration, value: 90min}}
exemptions:
  storm:
    when: wait > 2h
    grants: {speed: {target: target + 36h}, rate: {waive: true}}
tables:
  fee:
    hit: unique
    inputs: {days: days}
    outputs: {points: integer}
    rows:
      - {days: "<= 5", points: 1}
      - {days: "> 5", points: 20}
indicators:
  speed:
    measure: wait
    target: most
    better: lower
    missing: waive
    score: {steps: {each: 10% of target, deduct: 12.5, begun: counts}}
    weight: 1
  rate:
    measure: days
    score: {bands: [{when: "< 5", points: 100}, {when: ">= 5", points: 60}]}
    weight: 1
  line:
    measure: wait
    better: lower
    missing: {score: 50}
    score: {curve: [[0h, 100], [10h, 40]]}
    weight: 1
score: {method: weighted_mean""",
    ).replace(
        "    days: {", "    wait: {type: duration, optional: true}\n    place: {type: region(gb2260)}\n    days: {"
    )
    text = text.replace("calls >= 2", 'covers("310115", place) and calls >= 2').replace(
        "deduct: 10\n", "deduct: fee\n    unknown: ignore\n"
    )
    found = all_told(text)
    for one in (
        "most: value: 1 h 30 min → 1 h 31 min",
        "fee: conditions: days ≤ 5 → days ≤ 6",
        "fee: row days > 5: 20 → 19",
        "speed: step: 10% of the target → 11% of the target",
        "speed: points off for each step: 12.5 → 12.4",
        "speed: where a value is missing: not scored → the case is rejected",
        "rate: bands: the measured value < 5 → the measured value < 4",
        "rate: points: 60 → 61",
        "line: how points are given: 40 points at 10 h → 40 points at 9 h",
        "line: score: 50 → 51",
        "storm: :  → None",
        "storm: condition: wait > 2 h → wait ≥ 2 h",
        "storm: grants: rate: not scored → None",
        "storm: speed: target: the target + 36 h → the target + 37 h",
        "slow: condition: 310115 covers place → 310100 covers place",
    ):
        assert found.count(one) == 1, one
    assert "rate: points: 100 → 101" not in found


def test_percentages_change_by_one_percent() -> None:
    score = """\
groups: {pace: {zh: 时效, en: Pace}, rest: {zh: 其他, en: Rest}}
indicators:
  one: {group: pace, measure: days, target: 5, better: lower, score: met, weight: 1}
  two: {group: rest, measure: calls, target: 5, better: lower, score: met, weight: 1}
weights: {limits: {pace: {at_least: 30%}}}
score: {method: weighted_mean, """

    found = all_told(TINY.replace("score: {start: 90, ", score))
    assert {"pace: at least: 30% → 31%", "pace: at least: 30% → 29%"} <= {*found}


def test_what_the_checker_would_refuse_is_not_counted(tmp_path: Path) -> None:
    score = """\
indicators:
  one: {measure: days, score: {bands: [{when: "< 5", points: 100}, {when: ">= 5", points: 60}]}, weight: 1}
score: {method: weighted_mean, """
    text = TINY.replace("score: {start: 90, ", score)
    case = "- {case: fast, given: {days: 1, calls: 1}, expect: {score: 100}}\n"

    found = mutation(tmp_path, case, text)
    # 10 of the deduction and the grade; points 99, 59 and 61; the bound 4 and 6; the weight 2, but not 0
    assert found.counted == 16


def test_the_layouts(tmp_path: Path) -> None:
    trial = steelyard.test(home(tmp_path, SLOW, TINY), engines=["reference"], mutate=True)

    lines = render([trial], "text", "en").splitlines()
    assert lines[1:3] == ["Score (score)", f"  {tmp_path}/ruleset.yaml:11:8: A: from: 70 → 71"]
    assert "killed 7 of 12 small changes (1 case, " in lines[-1]
    chinese = render([trial], "text", "zh")
    assert "过慢 (slow)" in chinese
    assert "微小改动 12 处，案例发现 7 处（案例 1 个" in chinese
    data = json.loads(render([trial], "json", "en"))
    jsonschema.validate(data, steelyard.schema("test"))
    found = data["rulesets"][0]["mutation"]
    assert (found["counted"], found["killed"], len(found["survivors"])) == (12, 7, 5)
    assert found["survivors"][-1] | {"file": ""} == {
        "version": "1", "id": "slow", "rule": "Too slow", "what": "condition", "old": "Calls ≥ 2", "new": "Calls ≥ 1",
        "file": "", "line": 15, "column": 33,
    }  # fmt: skip
