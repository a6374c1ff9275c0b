"""Every case of every file here and the worked cases of every shipped ruleset: the SQL says what the reference says.

The cases of a file under one version with the same parameters are scored together, as a portfolio would be.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.harness import Suite, build, read_suite, settled
from sql_agreement import disagreements
from steelyard.facts.case import Case, Reject
from steelyard.ir.ruleset import Ruleset
from steelyard.resources import rulesets

SUITES = {file.stem: (file, None) for file in sorted(Path(__file__).parent.glob("*.yaml"))}
SUITES |= {file.parent.name: (file, file.parent) for file in sorted(rulesets().glob("*/cases.yaml"))}


@pytest.mark.parametrize("name", SUITES)
def test_sql_agrees(name):
    suite = read_suite(*SUITES[name])

    assert [found for ruleset, cases in _together(suite) for found in disagreements(ruleset, cases)] == []


def _together(suite: Suite) -> Iterator[tuple[Ruleset, list[Case]]]:
    """Each version with the parameters of some examples, and their cases."""
    for settings in dict.fromkeys(tuple(sorted(example.settings.items())) for example in suite.examples):
        own = [example for example in suite.examples if tuple(sorted(example.settings.items())) == settings]
        rules = settled(suite, own[0])
        built = [case for case in (build(rules, example) for example in own) if not isinstance(case, Reject)]
        for ruleset in rules.rulesets:
            cases = [case for case in built if rules.of(case.values) is ruleset]
            if cases:
                yield ruleset, cases
