"""The shipped samples, through both intakes."""

from __future__ import annotations

import pytest

from steelyard.analysis.check import load
from steelyard.resources import rulesets

CASES = ("claims", "assessments", "evaluations", "contracts", "measures")
OTHER_NAMES = {("us-tx-prompt-payment", "declarations"): "bulletins"}
SAMPLES = sorted(path.parent.name for path in rulesets().glob("*/sample"))


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_read_alike(agree, name) -> None:
    folder = rulesets() / name / "sample"
    versions = load(name).versions
    relations = {}
    for ruleset in versions.rulesets:
        for relation in ruleset.relations:
            path = folder / f"{OTHER_NAMES.get((name, relation.id), relation.id)}.csv"
            relations[relation.id] = [path] if path.exists() else None
    cases = next(folder / f"{stem}.csv" for stem in CASES if (folder / f"{stem}.csv").exists())

    portfolio = agree(versions, cases, relations)

    assert portfolio.cases
