"""Every worked case of every shipped ruleset, on every engine."""

from __future__ import annotations

import pytest

from conformance.harness import ENGINES, Example, Suite, columns, outcome_of, read_suite, settle
from steelyard.analysis.check import load
from steelyard.resources import rulesets

SUITES = {
    file.parent.name: read_suite(file, file.with_name("ruleset.yaml"))
    for file in sorted(rulesets().glob("*/cases.yaml"))
}
EXAMPLES = [
    pytest.param(suite, example, id=f"{name}-{example.name}")
    for name, suite in SUITES.items()
    for example in suite.examples
]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize(("suite", "example"), EXAMPLES)
def test_a_worked_case_comes_out_as_it_was_worked(suite: Suite, example: Example, engine):
    found = columns(settle(suite.ruleset, example.settings), outcome_of(suite, example, engine))

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
    indicators = [indicator.id for indicator in suite.ruleset.indicators]
    known = {
        f"{indicator}.{part}" for indicator in indicators for part in ("measure", "target", "score", "share", "lost")
    }
    known |= {"status", "score", "grade", "shares", "fired", "reasons", "missing", "reason", "where"}
    known |= {output.id for output in suite.ruleset.outputs}

    assert {column for example in suite.examples for column in example.expect} <= known


@pytest.mark.parametrize("name", sorted(file.parent.name for file in rulesets().glob("*/ruleset.yaml")))
def test_the_check_finds_nothing_in_a_shipped_ruleset(name: str):
    found = load(name)

    assert found.ruleset is not None
    assert [f"{one.code} {one.headline}" for one in found.diagnostics] == []
