"""Every worked case of every shipped ruleset, on every engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from golden.runs import ENGINES, run, worked_cases
from steelyard.analysis.check import load
from steelyard.resources import rulesets

CASES = [
    pytest.param(file.with_name("ruleset.yaml"), case, id=f"{file.parent.name}-{case['case']}")
    for file in sorted(rulesets().glob("*/cases.yaml"))
    for case in worked_cases(file)
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("ruleset", "case"), CASES)
def test_a_worked_case_comes_out_as_it_was_worked(ruleset: Path, case: dict[str, Any], engine: str):
    found = run(ruleset, case, engine)

    assert {name: found.get(name) for name in case["expect"]} == case["expect"]


def test_each_ruleset_with_cases_names_each_of_them_once():
    for file in rulesets().glob("*/cases.yaml"):
        names = [case["case"] for case in worked_cases(file)]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("name", sorted(folder.parent.name for folder in rulesets().glob("*/ruleset.yaml")))
def test_the_check_finds_nothing_in_a_shipped_ruleset(name: str):
    found = load(name)

    assert found.ruleset is not None
    assert [f"{one.code} {one.headline}" for one in found.diagnostics] == []
