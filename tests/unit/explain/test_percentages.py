"""Numbers written as percentages are shown as percentages; meaning, digests and data do not depend on it."""

from __future__ import annotations

from typing import Any

import pytest

from golden.reports.worked import evaluate, ruleset
from steelyard.explain.data import explanation_data
from steelyard.explain.explain import explain
from steelyard.explain.terms import show
from steelyard.facts.format import percent_text
from steelyard.ir.canonical import parameters_digest, policy_digest

RULES = """
steelyard: 1
ruleset: shares
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    rate: {type: decimal(4), range: "[0..1]"}
    asked: {type: decimal(4), range: "[0%..100%]", optional: true}
    free: {type: decimal(4), range: "[0..1]"}
    plain: {type: decimal(4), range: "[0..1]"}
parameters:
  least: {type: decimal(4), value: 25%}
tables:
  wanted:
    hit: unique
    inputs: {rate: rate}
    outputs: {target: decimal(4)}
    rows:
      - {rate: "< 0.5", target: 90%}
      - {rate: ">= 0.5", target: 0.95}
indicators:
  one:
    INDICATOR
score: {method: weighted_mean, round: 2}
outputs:
  twice: {value: free + 5%}
  share: {value: one.share}
"""
TARGET = "measure: rate\n    target: 98%\n    better: higher\n    score: proportion\n    weight: 25%"
BANDS = (
    "measure: rate\n    weight: 1\n    score:\n      bands:\n"
    '        - {when: "0", points: 100}\n        - {when: "(0..2%)", points: 90}\n'
    '        - {when: "[2%..5 %]", points: 60}\n        - {when: "(5%..0.1]", points: 50}\n'
    '        - {when: "(0.1..0.2)", points: 40}\n        - {when: ">= 20%", points: 0}'
)
STEPS = (
    "measure: 1 - rate\n    target: 2%\n    better: lower\n    weight: 1\n"
    "    score: {steps: {each: 1%, deduct: 10, begun: counts}}"
)
PARTS = STEPS.replace("each: 1%", "each: 10% of target")
TABLE = "measure: rate\n    target: wanted.target\n    better: higher\n    score: met\n    weight: 1"
PLAIN = "measure: rate\n    target: 0.98\n    better: higher\n    score: proportion\n    weight: 1"
CURVE = "measure: rate\n    score: {curve: [[0%, 0], [1, 100]]}\n    weight: 1"
GIVEN = {"id": "x", "free": "0.3", "plain": "0.5"}


def rules(indicator: str) -> str:
    return RULES.replace("INDICATOR", indicator)


def how(indicator: str, rate: str, lang: str) -> str:
    (story,) = explain(evaluate(rules(indicator), {**GIVEN, "rate": rate})).indicators
    return show(story.how[0], lang)


@pytest.mark.parametrize(
    ("indicator", "rate", "en", "zh"),
    [
        (TARGET, "0.9819", "98.19% is not under the target of 98%: met, 100.00", "98.19% 不低于目标 98%：达标，100.00"),
        (BANDS, "0", "0% lies in the band “0%”: 100.00", "0%，落在 0% 档：100.00"),
        (
            BANDS,
            "0.0001",
            "0.01% lies in the band “over 0% to under 2%”: 90.00",
            "0.01%，落在 0%（不含）至 2%（不含）档：90.00",
        ),
        (BANDS, "0.02", "2% lies in the band “2% to 5%”: 60.00", "2%，落在 2% 至 5% 档：60.00"),
        (BANDS, "0.06", "6% lies in the band “over 5% to 10%”: 50.00", "6%，落在 5%（不含）至 10% 档：50.00"),
        (BANDS, "1", "100% lies in the band “20% or more”: 0.00", "100%，落在 20% 及以上档：0.00"),
        (
            STEPS,
            "0.965",
            (
                "3.5% is 1.5 percentage points over the target of 2%: "
                "2 steps begun of 1 percentage point, 100 − 2 × 10 = 80.00"
            ),
            "3.5% 比目标 2% 超出 1.5 个百分点：按每档 1 个百分点计 2 档（不足一档按一档计），100 − 2 × 10 = 80.00",
        ),
        (
            PARTS,
            "0.979",
            (
                "2.1% is 0.1 percentage points over the target of 2%: "
                "1 step begun of 10% of the target (0.2 percentage points), 100 − 1 × 10 = 90.00"
            ),
            (
                "2.1% 比目标 2% 超出 0.1 个百分点：按每档目标的 10%（0.2 个百分点）计 1 档（不足一档按一档计），"
                "100 − 1 × 10 = 90.00"
            ),
        ),
        (TABLE, "0.6", "60% is under the target of 95%: not met, 0.00", "60% 低于目标 95%：未达标，0.00"),
        (
            CURVE,
            "0.5",
            "50% lies on the line from 0% (0.00) to 100% (100.00): 50.00",
            "50% 位于 0%（0.00 分）至 100%（100.00 分）的连线上：50.00",
        ),
        (
            PLAIN,
            "0.49",
            "0.4900 is under the target of 0.9800: 100 × 0.4900 ÷ 0.9800 = 50.00",
            "0.4900 未达到目标 0.9800：100 × 0.4900 ÷ 0.9800 = 50.00",
        ),
    ],
)
def test_ways_to_score(indicator: str, rate: str, en: str, zh: str) -> None:
    assert (en, zh) == (how(indicator, rate, "en"), how(indicator, rate, "zh"))


def test_facts_and_outputs_are_shown_as_what_they_are_compared_with() -> None:
    found = explain(evaluate(rules(TARGET), {**GIVEN, "rate": "0.9819", "asked": "0.125"}))
    shown = {one.name.id: str(one.value) for one in (*found.facts, *found.parameters, *found.outputs)}

    assert {
        "id": "x",
        "rate": "98.19%",
        "asked": "12.5%",
        "free": "30%",
        "plain": "0.5000",
        "least": "25%",
        "twice": "35%",
        "share": "100%",
    } == shown


def test_data_keep_the_numbers() -> None:
    data: Any = explanation_data(explain(evaluate(rules(TARGET), {**GIVEN, "rate": "0.9819"})))

    (indicator,) = data["indicators"]
    assert ("0.9819", "0.9800") == (indicator["measure"]["value"], indicator["target"]["value"])
    assert ["0.25"] == data["scores"][0]["weights"]["stages"][0]["amounts"]


def test_digests_do_not_depend_on_the_sign() -> None:
    written, plain = (
        ruleset(rules(TARGET)),
        ruleset(
            rules(TARGET.replace("98%", "0.98").replace("25%", "0.25"))
            .replace("[0%..100%]", "[0..1]")
            .replace("value: 25%", "value: 0.25")
            .replace("target: 90%", "target: 0.9")
            .replace("5%", "0.05")
        ),
    )

    assert written == plain
    assert policy_digest(written) == policy_digest(plain)
    assert parameters_digest(written) == parameters_digest(plain)


@pytest.mark.parametrize(
    ("units", "scale", "text"),
    [(0, 0, "0%"), (0, 4, "0%"), (3, 0, "300%"), (10, 0, "1000%"), (5, 1, "50%"), (-25, 3, "-2.5%"), (1, 6, "0.0001%")],
)
def test_percentages_are_exact(units: int, scale: int, text: str) -> None:
    assert text == percent_text(units, scale)
