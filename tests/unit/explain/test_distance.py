"""Why a rule did not fire, and how far away it was."""

from __future__ import annotations

import pytest

from golden.reports.worked import evaluate, explained
from steelyard.explain.explain import explain
from steelyard.explain.terms import show

HEAD = """
steelyard: 1
ruleset: probe
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    rate: {type: decimal(4), label: {en: Complaint rate, zh: 投诉率}, range: "[0..1]", optional: true}
    took: {type: duration, label: {en: Time taken, zh: 用时}, optional: true}
    on: {type: date, label: {en: Day, zh: 日期}, optional: true}
    at: {type: datetime, label: {en: Moment, zh: 时刻}, optional: true}
    kind: {type: text, label: {en: Kind, zh: 种类}, optional: true}
    level: {type: text, ordered: [blue, yellow, orange, red], label: {en: Level, zh: 级别}, optional: true}
    flag: {type: boolean, label: {en: Flag, zh: 标志}, optional: true}
    count: {type: integer, label: {en: Count, zh: 件数}, optional: true}
score: {method: start, start: 100, round: 0, clamp: "[0..100]"}
"""
RULE = """
deductions:
  probe:
    when: CONDITION
    deduct: 1
    unknown: ignore
"""


def why(condition: str, lang: str = "en", **given: str) -> list[str]:
    text = HEAD.replace("method: start, start: 100", "start: 100") + RULE.replace("CONDITION", condition)
    (rule,) = explain(evaluate(text, {"id": "x", **given})).rules
    return ["fired"] if rule.fired else [show(reason, lang) for reason in rule.why_not]


@pytest.mark.parametrize(
    ("condition", "given", "expected"),
    [
        ("rate > 0.5%", {"rate": "0.0040"}, ["Complaint rate is 0.4%, 0.1 percentage points short of > 0.5%"]),
        ("rate > 0.5%", {"rate": "0.0050"}, ["Complaint rate is 0.5%, exactly 0.5%, but must be above it"]),
        ("rate > 0.5%", {"rate": "0.0051"}, ["fired"]),
        ("0.5% < rate", {"rate": "0.0040"}, ["Complaint rate is 0.4%, 0.1 percentage points short of > 0.5%"]),
        ("count < 3", {"count": "3"}, ["Count is 3, exactly 3, but must be below it"]),
        ("count <= 3", {"count": "5"}, ["Count is 5, 2 too much for ≤ 3"]),
        ("count = 3", {"count": "5"}, ["Count is 5, not 3"]),
        ("count != 5", {"count": "5"}, ["Count is 5, and must be another"]),
        ("took >= 24h", {"took": "PT23H30M"}, ["Time taken is 23 h 30 min, 30 min short of ≥ 24 h"]),
        ("on >= @2024-05-03", {"on": "2024-05-01"}, ["Day is 2024-05-01, 2 days short of ≥ 2024-05-03"]),
        ('level >= "orange"', {"level": "yellow"}, ["Level is yellow, one level below orange"]),
        ('level >= "red"', {"level": "blue"}, ["Level is blue, 3 levels below red"]),
        ('level < "orange"', {"level": "red"}, ["Level is red, one level above orange"]),
        ('kind = "typhoon"', {"kind": "snow"}, ["Kind is snow, not typhoon"]),
        ('kind in ("typhoon", "rain")', {"kind": "snow"}, ["Kind is snow, not one of typhoon, rain"]),
        ("count in [3..5)", {"count": "2"}, ["Count is 2, 1 below [3 to 5)"]),
        ("count in [3..5)", {"count": "5"}, ["Count is 5, on the open end of [3 to 5)"]),
        ("count in [3..5]", {"count": "9"}, ["Count is 9, 4 above [3 to 5]"]),
        ("flag", {"flag": "no"}, ["Flag: no"]),
        ("not flag", {"flag": "yes"}, ["Flag: yes"]),
        ("flag", {}, ["Flag: unknown, it is missing"]),
        ("not flag", {}, ["Flag: unknown, it is missing"]),
        ("rate > 0.5%", {}, ["Complaint rate > 0.5%: unknown, because Complaint rate is missing"]),
        ("is_missing(flag)", {"flag": "no"}, ["Flag is given"]),
        ("not is_missing(flag)", {}, ["Flag is missing"]),
        ("count > 3 and flag", {"count": "1", "flag": "no"}, ["Count is 1, 2 short of > 3", "Flag: no"]),
        ("count > 3 and flag", {"count": "4", "flag": "no"}, ["Flag: no"]),
        ("count > 3 or flag", {"count": "1", "flag": "no"}, ["Count is 1, 2 short of > 3", "Flag: no"]),
        ('starts_with(kind, "ty")', {"kind": "snow"}, ["Kind is snow, which does not start with ty"]),
    ],
)
def test_atoms_say_how_far_they_were_from_true(condition: str, given: dict[str, str], expected: list[str]) -> None:
    assert expected == why(condition, **given)


def test_reasons_in_chinese() -> None:
    assert ["投诉率为 0.4%，要 > 0.5% 还差 0.1 个百分点"] == why("rate > 0.5%", "zh", rate="0.0040")
    assert ["级别为 yellow，比 orange 低一级"] == why('level >= "orange"', "zh", level="yellow")


def reasons(name: str, rule: str) -> list[str]:
    story = next(one for one in explained("motor-small-claims", name).rules if one.name.id == rule)
    return [show(text, "en") for text in story.why_not]


def test_event_elsewhere_is_the_nearest_that_does_not_belong() -> None:
    (text,) = reasons("storm-elsewhere", "storm-relief")

    assert text.startswith("Warning: none belongs to the case; nearest is Warning W1")
    assert "does not lie in" in text


def test_windows_that_only_touch_are_told_so() -> None:
    (text,) = reasons("storm-after-deadline", "storm-relief")

    assert text.endswith("it began exactly at 2013-10-09 05:00:00, so the two times only touch")


def test_rule_over_a_relation_without_rows() -> None:
    assert ["Complaint: none belongs to the case"] == reasons("on-time", "upheld-complaint")


def test_every_rule_that_did_not_fire_says_why() -> None:
    from golden.reports.worked import cases, evaluated

    for name in cases("motor-small-claims"):
        evaluation = evaluated("motor-small-claims", name)
        for rule in () if evaluation is None else explain(evaluation).rules:
            assert rule.fired or rule.why_not or rule.lifted_by, (name, rule.name.id)


def waiver(condition: str, lang: str = "en", **given: str) -> str | None:
    text = HEAD.replace("method: start, start: 100", "method: sum") + (
        f"indicators:\n  one: {{only_if: {condition}, measure: rate, target: 1, better: higher, score: met,"
        " missing: waive}\n"
    )
    (story,) = explain(evaluate(text, {"id": "x", **given})).indicators
    return None if story.waived is None else show(story.waived, lang)


def test_indicator_that_does_not_apply_says_by_how_much():
    assert (
        waiver("rate >= 30%", rate="0.2999")
        == "not applicable: Complaint rate is 29.99%, 0.01 percentage points short of ≥ 30%"
    )
    assert waiver("rate >= 30%", "zh", rate="0.2999") == "不适用：投诉率为 29.99%，要 ≥ 30% 还差 0.01 个百分点"
    assert waiver("flag and count > 3", rate="1", flag="no", count="3") == (
        "not applicable: Flag: no; Count is 3, exactly 3, but must be above it"
    )
    assert waiver("rate >= 30%", rate="0.3000") is None
    assert waiver("flag", rate="1") == "unknown whether it applies: Flag is missing"
