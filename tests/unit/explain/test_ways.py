"""The sentence from measure and target to the score, for every way to score."""

from __future__ import annotations

import pytest

from golden.reports.worked import evaluate, explained
from steelyard.explain.explain import explain
from steelyard.explain.terms import show

HEAD = """
steelyard: 1
ruleset: ways
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    took: {type: duration, range: "[0h..1000h]", optional: true}
    days_taken: {type: days, range: "[0d..1000d]", optional: true}
    rate: {type: decimal(2), range: "[0..1000]", optional: true}
    word: {type: text, values: [good, bad], optional: true}
score: {method: sum, round: 2, clamp: "[0..1000]"}
indicators:
  one:
    missing: {score: 40}
"""


def how(body: str, lang: str = "en", **given: str) -> list[str]:
    text = HEAD + "".join(f"    {line.strip()}\n" for line in body.strip().splitlines())
    (story,) = explain(evaluate(text, {"id": "x", **given})).indicators
    return [show(sentence, lang) for sentence in story.how]


TENTHS = """
measure: took
target: 24h
better: lower
score: {steps: {each: 10% of target, deduct: 10, begun: counts, floor: 20}}
"""
WHOLE = """
measure: rate
target: 5
better: higher
score: {steps: {each: 1.5, deduct: 2.5, begun: ignored}}
"""
MET = """
measure: took
target: 24h
better: lower
score: met
"""
PROPORTION = """
measure: rate
target: 5
better: lower
score: proportion
"""
BANDS = """
measure: took
score: {bands: [{when: "<= 24h", points: 100}, {when: "> 24h", points: 30}]}
"""
CURVE = """
measure: took
score: {curve: [[24h, 100], [48h, 60], [72h, 0]]}
"""
AS_MEASURE = """
measure: rate
score: measure
baseline: 100
clamp: "[0..100]"
"""


@pytest.mark.parametrize(
    ("body", "given", "expected"),
    [
        (TENTHS, {"took": "24h"}, ["24 h is not over the target of 24 h: no step, 100.00"]),
        (
            TENTHS,
            {"took": "PT26H24M"},
            [
                (
                    "26 h 24 min is 2 h 24 min over the target of 24 h: "
                    "1 step begun of 10% of the target (2 h 24 min), 100 − 1 × 10 = 90.00"
                )
            ],
        ),
        (
            TENTHS,
            {"took": "PT26H24M1S"},
            [
                (
                    "26 h 24 min 1 s is 2 h 24 min 1 s over the target of 24 h: "
                    "2 steps begun of 10% of the target (2 h 24 min), 100 − 2 × 10 = 80.00"
                )
            ],
        ),
        (
            TENTHS,
            {"took": "PT100H"},
            [
                (
                    "100 h is 76 h over the target of 24 h: 32 steps begun of 10% of the target (2 h 24 min), "
                    "100 − 32 × 10 would fall under the least score 20: 20.00"
                )
            ],
        ),
        (WHOLE, {"rate": "5"}, ["5.00 is not under the target of 5.00: no step, 100.00"]),
        (
            WHOLE,
            {"rate": "3.01"},
            ["3.01 is 1.99 under the target of 5.00: 1 whole step of 1.50, 100 − 1 × 2.5 = 97.50"],
        ),
        (MET, {"took": "24h"}, ["24 h is not over the target of 24 h: met, 100.00"]),
        (MET, {"took": "PT24H0.000001S"}, ["24 h 0.000001 s is over the target of 24 h: not met, 0.00"]),
        (PROPORTION, {"rate": "5"}, ["5.00 is not over the target of 5.00: met, 100.00"]),
        (PROPORTION, {"rate": "7"}, ["7.00 is over the target of 5.00: 100 × 5.00 ÷ 7.00 = 71.43"]),
        (
            PROPORTION.replace("lower", "higher"),
            {"rate": "4.40"},
            ["4.40 is under the target of 5.00: 100 × 4.40 ÷ 5.00 = 88.00"],
        ),
        (BANDS, {"took": "25h"}, ["25 h lies in the band “over 24 h”: 30.00"]),
        (CURVE, {"took": "36h"}, ["36 h lies on the line from 24 h (100.00) to 48 h (60.00): 80.00"]),
        (CURVE, {"took": "48h"}, ["48 h is a point of the curve: 60.00"]),
        (CURVE, {"took": "1h"}, ["1 h is beyond 24 h, the end of the curve: 100.00"]),
        (CURVE, {"took": "90h"}, ["90 h is beyond 72 h, the end of the curve: 0.00"]),
        (
            AS_MEASURE,
            {"rate": "180"},
            ["the measured value is the score: 180.00", "kept within the bounds of a score: 100.00"],
        ),
        (TENTHS, {}, ["something is missing, and the rule gives 40.00 for that"]),
    ],
)
def test_sentences(body: str, given: dict[str, str], expected: list[str]) -> None:
    for key, value in given.items():
        if value.endswith("h"):
            given = {**given, key: f"PT{value[:-1]}H"}

    assert expected == how(body, **given)


def test_sentence_in_chinese() -> None:
    assert [
        (
            "26 小时 24 分比目标 24 小时超出 2 小时 24 分：按每档目标的 10%（2 小时 24 分）计 "
            "1 档（不足一档按一档计），100 − 1 × 10 = 90.00"
        )
    ] == how(TENTHS, "zh", took="PT26H24M")


def test_grants_that_lost_or_changed_nothing_are_told() -> None:
    survey = next(one for one in explained("motor-small-claims", "pause-union").indicators if one.name.id == "survey")
    texts = [(show(grant.text, "en"), grant.counted) for grant in survey.grants]

    assert ("a target of 48 h (24 h more) was asked for; a larger one counts", False) in texts
    assert ("target relaxed by 48 h to 72 h", True) in texts
    assert "24 h" == show(survey.base_target or "", "en")
    assert "72 h" == show(survey.target or "", "en")


def test_floor_that_an_exemption_grants_is_a_sentence_of_its_own() -> None:
    survey = next(one for one in explained("motor-small-claims", "catastrophe").indicators if one.name.id == "survey")

    assert any("an exemption grants" in show(text, "en") for text in survey.how)


def test_counterfactuals_say_what_each_exemption_was_worth() -> None:
    found = explained("motor-small-claims", "pause-union").counterfactuals
    told = [(None if c.exemption is None else c.exemption.id, str(c.with_it), str(c.without_it)) for c in found]

    assert [("storm-relief", "100.00", "93.33"), ("red-pause", "100.00", "100.00")] == told[:2]
    assert None is told[2][0]


def test_clock_still_running_and_what_is_waived() -> None:
    by_id = {one.name.id: one for one in explained("motor-small-claims", "open").indicators}

    assert by_id["decision"].clock is not None
    assert by_id["decision"].clock.still_running
    assert by_id["payment"].waived is not None
    assert "waived, because Decided is missing" == show(by_id["payment"].waived, "en")
    assert by_id["payment"].score is None


def test_weights_tell_every_stage() -> None:
    (score,) = explained("motor-small-claims", "surge-in-a-storm").scores
    assert score.weights is not None

    assert [
        "weights of the ruleset",
        "multiplied: Severe weather: less weight on speed, more on quality",
        "shares set: Complaint surge: satisfaction weighs a quarter",
        "every group is within its limits",
    ] == [show(stage.reason, "en") for stage in score.weights.stages]
    assert 52 == score.weights.denominator == sum(share or 0 for share in score.weights.shares)
