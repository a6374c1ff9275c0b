"""Every worked case of every shipped ruleset, on every engine."""

from __future__ import annotations

import pytest

from conformance.harness import ENGINES, Example, Suite, found_columns, outcome_of, read_suite
from steelyard.analysis.check import load
from steelyard.resources import rulesets

SUITES = {file.parent.name: read_suite(file, file.parent) for file in sorted(rulesets().glob("*/cases.yaml"))}
EXAMPLES = [
    pytest.param(suite, example, id=f"{name}-{example.name}")
    for name, suite in SUITES.items()
    for example in suite.examples
]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize(("suite", "example"), EXAMPLES)
def test_a_worked_case_comes_out_as_it_was_worked(suite: Suite, example: Example, engine):
    found = found_columns(suite, example, engine)

    assert {name: found.get(name, "") for name in example.expect} == dict(example.expect)


@pytest.mark.parametrize(("suite", "example"), EXAMPLES)
def test_engines_agree_on_a_worked_case(suite: Suite, example: Example):
    """To the last line of the ledger, with reasons and rows."""
    outcomes = [outcome_of(suite, example, engine) for engine in ENGINES]

    assert all(outcome == outcomes[0] for outcome in outcomes)


@pytest.mark.parametrize("name", SUITES)
def test_worked_cases_are_told_apart(name: str):
    names = [example.name for example in SUITES[name].examples]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", SUITES)
def test_worked_cases_expect_columns_that_there_are(name: str):
    """An empty text is expected of a waived indicator, and would be found under a wrong name as well."""
    suite = SUITES[name]
    indicators = [indicator.id for one in suite.rules.rulesets for indicator in one.indicators]
    known = {
        f"{indicator}.{part}" for indicator in indicators for part in ("measure", "target", "score", "share", "lost")
    }
    known |= {"status", "score", "grade", "shares", "fired", "reasons", "missing", "reason", "where", "version"}
    known |= {output.id for one in suite.rules.rulesets for output in one.outputs}

    assert {column for example in suite.examples for column in example.expect} <= known


@pytest.mark.parametrize("name", sorted(folder.name for folder in rulesets().iterdir() if any(folder.glob("*.yaml"))))
def test_the_check_finds_nothing_in_a_shipped_ruleset(name: str):
    found = load(name)

    assert found.ruleset is not None
    assert [f"{one.code} {one.headline}" for one in found.diagnostics] == []
