"""Levels and kinds of events have Chinese words in Chinese pages, and stay as they are for programs."""

from __future__ import annotations

import pytest

from golden.reports.worked import ruleset
from steelyard.explain.terms import show
from steelyard.explain.words import Words
from steelyard.ir.canonical import policy_digest
from steelyard.ir.types import Text

RULES = """
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case: {key: id, inputs: {id: text, colour: text, a: decimal(0)}}
relations:
  weather:
    feed: warnings
    levels: [blue, yellow, orange, red]
    severity: {Minor: blue, Moderate: yellow, Severe: orange, Extreme: red, Unknown: skip}
    kinds: {台风: typhoon, 大雪: snow, 雪: snow, Snow: snow}
    joins: weather.kind = colour
indicators: {x: {measure: a, score: measure, baseline: 100, clamp: "[0..100]", weight: 1}}
score: {method: weighted_mean, round: 0}
deductions: {d: {for_each: weather, when: level = "red", deduct: 1}}
"""


@pytest.mark.parametrize(
    ("value", "word"),
    [("yellow", "黄色"), ("typhoon", "台风"), ("snow", "大雪"), ("gale", "大风"), ("Yellow", "Yellow"), ("lee", "lee")],
)
def test_words_of_events(value: str, word: str) -> None:
    shown = Words(ruleset(RULES)).value(value, Text())

    assert (word, value, value) == (show(shown, "zh"), show(shown, "en"), shown.stored)


def test_labels_say_what_people_read() -> None:
    """In both languages; digests do not depend on them."""
    labels = "    labels: {yellow: {zh: 黄, en: Yellow warning}, snow: {en: Snowfall}, red: RED}\n    joins"
    labelled = ruleset(RULES.replace("    joins", labels))
    words = Words(labelled)

    found = {one: tuple(show(words.value(one, Text()), lang) for lang in ("zh", "en")) for one in ("yellow", "red")}
    assert {"yellow": ("黄", "Yellow warning"), "red": ("RED", "RED")} == found
    assert "Snowfall" == show(words.value("snow", Text()), "zh")
    assert "台风" == show(words.value("typhoon", Text()), "zh")
    assert policy_digest(ruleset(RULES)) == policy_digest(labelled)


def test_without_feeds_texts_stay() -> None:
    plain = RULES[: RULES.index("relations:")] + RULES[RULES.index("indicators:") : RULES.index("deductions:")]

    assert "yellow" == show(Words(ruleset(plain)).value("yellow", Text()), "zh")
