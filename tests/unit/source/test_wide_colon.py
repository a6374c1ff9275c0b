"""A full-width colon for `:` is found at its own place, wherever it stands, and writing `: ` mends it."""

# pyright: basic

from __future__ import annotations

import pytest

from steelyard.analysis.check import load_text

RULES = """\
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
    n: {type: integer, range: "[0..9]"}
groups:
  speed: Speed
indicators:
  one:
    group: speed
    measure: n
    target: 3
    better: lower
    score: met
    weight: 5
score: {method: weighted_mean, round: 2}
grades:
  good: 50
  poor: 0
"""
KEYS = (
    "steelyard:",
    "version:",
    "case:",
    "key:",
    "inputs:",
    "id: text",
    "type:",
    "range:",
    "speed:",
    "one:",
    "weight:",
)
KEYS = (*KEYS, "measure:", "method:", "round:", "good:", "poor:")


@pytest.mark.parametrize("blank", ["", " "])
@pytest.mark.parametrize("key", KEYS)
def test_it_is_found_at_its_place_and_the_hint_mends_it(key: str, blank: str) -> None:
    place = RULES.index(key) + key.index(":")
    after = RULES[place + 1 :].removeprefix(" ")
    text = f"{RULES[:place]}：{blank}{after}"
    found = [one for one in load_text(text).diagnostics if one.code == "Y112"]

    assert 1 == len(found), [(one.code, str(one.headline)) for one in load_text(text).diagnostics]
    span = found[0].span
    assert span is not None
    assert "：" == text.split("\n")[span.line][span.column]
    assert "write `:` and a space between a key and its value" == str(found[0].help)
    assert () == load_text(text.replace("：" + blank, ": ")).diagnostics


def test_it_may_stand_in_texts() -> None:
    text = (
        RULES + "outputs:\n  said:\n    value: \"'注意：慢'\"\n    label: 说明：见办法\n    notes:\n      考核：按月\n"
    )

    assert "Y112" not in {one.code for one in load_text(text).diagnostics}
