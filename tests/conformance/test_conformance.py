"""Every case of every file here, on every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.harness import ENGINES, found_columns, outcome_of, read_suite
from steelyard.engines.durable import available

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
SUITES = {path.stem: read_suite(path) for path in FILES}
EXAMPLES = [
    pytest.param(suite, example, id=f"{name}-{example.name}")
    for name, suite in SUITES.items()
    for example in suite.examples
]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize(("suite", "example"), EXAMPLES)
def test_case(suite, example, engine):
    """The columns that a case names are as it says."""
    found = found_columns(example, engine)

    assert {name: found.get(name, "") for name in example.expect} == dict(example.expect)


@pytest.mark.parametrize(("suite", "example"), EXAMPLES)
def test_engines_agree(suite, example):
    """The whole outcome is the same on every engine, ledger, reasons and rows included."""
    outcomes = [outcome_of(example, engine) for engine in ENGINES]

    assert all(outcome == outcomes[0] for outcome in outcomes)


@pytest.mark.parametrize("name", SUITES)
def test_cases_are_told_apart(name):
    names = [example.name for example in SUITES[name].examples]

    assert len(names) == len(set(names))
    assert all(example.expect for example in SUITES[name].examples)


def test_durable_takes_part():
    """The project's own environment has it; elsewhere conformance would prove little."""
    assert available() is None
