"""Fewer rows, the same outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.harness import ENGINES, build, compiled, read_suite, settled
from steelyard.engines.narrowing import Narrowing
from steelyard.facts.case import Case
from steelyard.facts.texts import case_from_texts
from steelyard.resources import rulesets

SUITES = [
    *((path, None) for path in sorted((Path(__file__).parents[2] / "conformance").glob("*.yaml"))),
    *((path, path.parent) for path in sorted(rulesets().glob("*/cases.yaml"))),
]


@pytest.mark.parametrize(("path", "folder"), SUITES, ids=lambda one: one.parent.name + one.stem if one else "")
def test_an_outcome_is_the_same(path, folder):
    suite = read_suite(path, folder)
    for example in suite.examples:
        rules = settled(example)
        case = build(example)
        version = rules.of(case.values) if isinstance(case, Case) else None
        if not isinstance(case, Case) or version is None:
            continue
        reference = compiled(ENGINES[0], version)

        assert reference.evaluate(Narrowing(version).narrowed(case)) == reference.evaluate(case)


def test_rows_of_other_places_and_keys_are_left_out():
    suite = read_suite(rulesets() / "motor-small-claims" / "cases.yaml", rulesets() / "motor-small-claims")
    example = next(one for one in suite.examples if one.rows.get("weather") and one.rows.get("branch_month"))
    rules = settled(example)
    rows = {
        name: (
            *given,
            *({**row, "areas": "990000"} for row in given if "areas" in row),
            *({**row, "branch": "elsewhere"} for row in given if "branch" in row),
        )
        for name, given in example.rows.items()
    }
    case = case_from_texts(rules, example.given, rows)
    assert isinstance(case, Case)
    narrowed = Narrowing(rules.newest).narrowed(case)

    assert len(narrowed.rows["weather"]) == len(example.rows["weather"])
    assert len(narrowed.rows["branch_month"]) == len(example.rows["branch_month"])
