"""Names without a text in a language that the ruleset uses are reported, once for each language."""

from __future__ import annotations

import pytest

from steelyard.analysis.check import load_text
from steelyard.diagnostics.catalogue import translator

RULES = """
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case: {key: id, inputs: {id: {type: text, label: {zh: 编号, en: Number}}, a: {type: decimal(0), LABEL}}}
indicators: {x: {label: {zh: 甲, en: X}, measure: a, score: measure, baseline: 100, clamp: "[0..100]", weight: 1}}
score: {method: weighted_mean, round: 0}
"""
FEED = """
relations:
  weather:
    feed: warnings
    levels: [blue, yellow, severe, orange]
    KINDS
    joins: weather.kind = id
deductions: {d: {label: {zh: 丁, en: D}, for_each: weather, when: level = "severe", deduct: 1}}
"""


def findings(text: str, lang: str = "en") -> list[str]:
    found = [one for one in load_text(text).diagnostics if one.code == "L139"]
    return [translator(lang)(one.headline) for one in found]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("label: {zh: 值, en: Value}", []),
        ("label: VIP", []),
        ("label: {zh: 值}", ["no text in English for `a`"]),
        ("label: {en: Value}", ["no text in Chinese for `a`"]),
        ("column: value", []),
    ],
)
def test_a_name_lacks_a_text(label: str, expected: list[str]) -> None:
    assert expected == findings(RULES.replace("LABEL", label))


def test_one_language_is_enough() -> None:
    """A ruleset in one language, or with texts for all languages, lacks nothing."""
    chinese = RULES.replace(", en: Number", "").replace(", en: X", "")

    assert [] == findings(chinese.replace("LABEL", "label: {zh: 值}"))
    assert [] == findings(
        RULES.replace("{zh: 编号, en: Number}", "No").replace("{zh: 甲, en: X}", "X").replace(", LABEL", "")
    )


def test_every_text_counts_and_names_are_listed_once_for_all() -> None:
    names = "".join(f", o{one}: {{label: {{en: O}}, value: a}}" for one in range(7))
    text = RULES.replace("LABEL", "label: {zh: 值, en: Value}, notes: {zh: 注}") + f"outputs: {{{names[2:]}}}\n"

    assert [
        "no text in Chinese for `o0`, `o1`, `o2`, `o3`, `o4` and 2 more",
        "no text in English for `a`",
    ] == sorted(findings(text))
    assert "以下名称没有中文文字：`o0`、`o1`、`o2`、`o3`、`o4` 等，另有 2 个" in findings(text, "zh")


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("kinds: {台风: typhoon}", ["no text in Chinese for `severe`"]),
        ("kinds: {Sleet: sleet}", ["no text in Chinese for `severe`, `sleet`"]),
        ("labels: {severe: {zh: 严重, en: Severe}}", []),
        ("labels: {severe: {en: Severe}}", ["no text in Chinese for `severe`"]),
    ],
)
def test_levels_and_kinds_of_feeds(kinds: str, expected: list[str]) -> None:
    """The usual ones, and those that `kinds` names in Chinese, have a word."""
    assert expected == findings(RULES.replace("LABEL", "label: {zh: 值, en: Value}") + FEED.replace("KINDS", kinds))


def test_a_label_of_no_level_or_kind() -> None:
    text = RULES.replace("LABEL", "label: {zh: 值, en: Value}") + FEED.replace(
        "KINDS", "kinds: {台风: typhoon}\n    labels: {typhon: {zh: 台风, en: Typhoon}, severe: {zh: 严重, en: Severe}}"
    )
    [found] = load_text(text).diagnostics

    assert ("T103", "`typhon` is neither a level nor a kind of the feed") == (found.code, str(found.headline))
    assert "did you mean `typhoon`?" == str(found.help)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("labels: {yes: {zh: 同意, en: agreed}, no: {zh: 不同意, en: refused}}", []),
        ("labels: {yes: {zh: 同意, en: agreed}}", ["no text in Chinese for `no`"]),
        ("labels: {yes: {zh: 同意}, no: {zh: 不同意, en: refused}}", ["no text in English for `yes`"]),
        ("column: agreed", []),
    ],
)
def test_of_listed_texts_all_are_labelled_or_none(written: str, expected: list[str]) -> None:
    field = f"label: {{zh: 值, en: Value}}}}, b: {{type: text, values: [yes, no], label: {{zh: 乙, en: B}}, {written}"

    assert expected == findings(RULES.replace("LABEL", field))
