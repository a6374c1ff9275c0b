"""What an exemption granted, in words: a difference of targets has a type of its own."""

from __future__ import annotations

import pytest

from conformance.harness import load_ruleset
from golden.reports.worked import evaluate
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


PAUSES = """
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case: {key: id, inputs: {id: text, opened: datetime, closed: datetime}}
calendars: {office: {holidays: none, weekend: [sat, sun], hours: "09:00-17:00"}}
relations:
  upkeep: {recurring: "FREQ=DAILY;BYHOUR=2,10", duration: 1h, from: 2024-04-01, until: 2024-07-01}
  outages:
    of_case: case
    id: number
    window: {from: begun, to: ended}
    fields: {number: text, case: text, begun: datetime, ended: datetime}
indicators: {speed: {clock: {from: opened, to: closed, calendar: office}, target: 8h, score: met, weight: 1}}
exemptions:
  kept: {for_each: upkeep, when: true, grants: {speed: {pause: true}}}
  out: {for_each: outages, when: true, grants: {speed: {pause: true}}}
score: {method: weighted_mean, round: 2}
"""
OUTAGES = [
    {"number": "a", "case": "1", "begun": "2024-05-06 20:00", "ended": "2024-05-06 23:00"},
    {"number": "b", "case": "1", "begun": "2024-05-06 14:00", "ended": "2024-05-06 15:00"},
]


def test_a_recurring_window_outside_working_hours_is_not_listed_and_another_says_that_it_took_no_time() -> None:
    told = explain(
        evaluate(
            PAUSES.replace("target: 8h,", "target: 8h, better: lower,"),
            {"id": "1", "opened": "2024-05-06 09:00", "closed": "2024-05-07 12:00"},
            {"outages": OUTAGES},
        )
    )
    grants = [(one.exemption.id, one.row and one.row.id, str(one.text)) for one in told.indicators[0].grants]
    kept, out = told.rules

    assert [
        (
            "kept",
            "2024-05-06 10:00:00",
            "the clock stood still for 1 h, from 2024-05-06 10:00:00 to 2024-05-06 11:00:00",
        ),
        (
            "kept",
            "2024-05-07 10:00:00",
            "the clock stood still for 1 h, from 2024-05-07 10:00:00 to 2024-05-07 11:00:00",
        ),
        (
            "out",
            "a",
            "from 2024-05-06 20:00:00 to 2024-05-06 23:00:00 there was no working time, so the clock lost none",
        ),
        ("out", "b", "the clock stood still for 1 h, from 2024-05-06 14:00:00 to 2024-05-06 15:00:00"),
    ] == grants
    assert ["2024-05-06 10:00:00", "2024-05-07 10:00:00"] == [
        one.row.id for one in kept.judgements if one.effective and one.row is not None
    ]
    assert ["a", "b"] == [one.row.id for one in out.judgements if one.effective and one.row is not None]
    assert 3 == len(told.bars[0].pauses)
    assert {"2024-05-06 10:00:00", "2024-05-07 02:00:00", "2024-05-07 10:00:00", "a", "b"} == {
        one.id for one in told.rows
    }


def test_windows_that_took_no_time_are_said_in_one_line() -> None:
    rules = PAUSES.replace("target: 8h,", "target: 8h, better: lower,").replace("BYHOUR=2,10", "BYHOUR=2")
    told = explain(evaluate(rules, {"id": "1", "opened": "2024-05-06 09:00", "closed": "2024-05-09 12:00"}))

    assert ["speed: none of its windows took time of the clock"] == [str(one) for one in told.rules[0].does]
