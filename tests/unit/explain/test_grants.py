"""What an exemption granted, in words: a difference of targets has a type of its own."""

from __future__ import annotations

import pytest

from conformance.harness import load_ruleset
from steelyard.explain.explain import explain
from steelyard.facts.case import Reject
from steelyard.facts.texts import case_from_texts
from steelyard.semantics import prepare, run

RULESET = """
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs: {id: text, day: date, moment: datetime, spent: duration, count: integer}
indicators:
  by_day: {measure: day, target: "@2024-05-01", better: lower, score: met, weight: 1}
  by_moment: {measure: moment, target: "@2024-05-01T00:00:00+08:00", better: lower, score: met, weight: 1}
  by_time: {measure: spent, target: 24h, better: lower, score: met, weight: 1}
  by_count: {measure: count, target: 3, better: lower, score: met, weight: 1}
exemptions:
  more:
    when: true
    grants:
      by_day: {target: target + 15d}
      by_moment: {target: target + 36h}
      by_time: {target: target + 12h}
      by_count: {target: target + 2}
score: {method: weighted_mean, round: 2}
"""
RULES = load_ruleset(RULESET)
GIVEN = {"id": "A", "day": "2024-05-02", "moment": "2024-05-02 00:00", "spent": "25h", "count": "4"}


@pytest.mark.parametrize(
    ("indicator", "text"),
    [
        ("by_day", "target relaxed by 15 days to 2024-05-16"),
        ("by_moment", "target relaxed by 36 h to 2024-05-02 12:00:00"),
        ("by_time", "target relaxed by 12 h to 36 h"),
        ("by_count", "target relaxed by 2 to 5"),
    ],
)
def test_a_target_is_relaxed_by_a_difference_and_to_a_value(indicator: str, text: str) -> None:
    case = case_from_texts(RULES, GIVEN, {})
    assert not isinstance(case, Reject)
    stories = {one.name.id: one.grants for one in explain(run(prepare(RULES), case)).indicators}

    assert [str(story.text) for story in stories[indicator]] == [text]
