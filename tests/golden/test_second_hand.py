"""The worked cases of motor-small-claims, checked by a second hand that knows only the policy's text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from ruamel.yaml import YAML

from golden.second_hand import score_case
from steelyard.resources import rulesets

FILE = rulesets() / "motor-small-claims" / "cases.yaml"
CASES: list[dict[str, Any]] = YAML(typ="base").load(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_the_second_hand_comes_to_what_the_worked_case_says(case):
    found = score_case(case["given"], case["rows"], datetime.fromisoformat(case["set"]["as_of"])).columns()
    expected = {name: text for name, text in case["expect"].items() if name in found or name == "score"}

    assert {name: found[name] for name in expected} == expected


def test_there_are_enough_cases_and_each_is_told_apart():
    names = [case["case"] for case in CASES]

    assert len(names) == len(set(names)) >= 14
    assert all(set(case["why"]) == {"zh", "en"} for case in CASES)
