"""Every worked case of every shipped ruleset comes out as it was worked, on every engine alike."""

from __future__ import annotations

import pytest

import steelyard
from steelyard.analysis.check import load
from steelyard.resources import rulesets
from steelyard.trial.running import ENGINES

NAMES = sorted(folder.name for folder in rulesets().iterdir() if any(folder.glob("*.yaml")))
LARGE = ("motor-small-claims", "us-cms-star-ratings-2026", "us-tx-prompt-payment")
"""Their cases have so many parameters and rows that a database takes seconds."""
ON_ALL = [pytest.param(name, ENGINES, marks=[pytest.mark.slow] if name in LARGE else []) for name in NAMES]


@pytest.mark.parametrize(("name", "engines"), [*ON_ALL, *((name, ENGINES[:2]) for name in LARGE)])
def test_worked_cases_come_out_as_they_were_worked(name: str, engines: tuple[str, ...]):
    trial = steelyard.test(name, engines=engines)

    assert trial.engines == engines
    assert [(one.name, one.differences, one.contradictions) for one in trial.failures] == []
    assert trial.passed > 0
    assert not any(one.uncompared for one in trial.verdicts)


@pytest.mark.parametrize("name", NAMES)
def test_the_check_finds_nothing_in_a_shipped_ruleset(name: str):
    found = load(name)

    assert found.ruleset is not None
    assert [f"{one.code} {one.headline}" for one in found.diagnostics] == []
