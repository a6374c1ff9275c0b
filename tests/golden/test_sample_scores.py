"""The shipped sample, scored by the engines and by a second hand."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import datetime

import pytest

from conformance.harness import columns
from golden.runs import ENGINES, bound, compiled
from golden.second_hand import Result, months_of, score_case
from steelyard.facts import Portfolio
from steelyard.ir.versions import Versions
from steelyard.resources import rulesets
from steelyard.session.run import read_facts
from steelyard.session.sources import FactFiles

FOLDER = rulesets() / "motor-small-claims"
RULESET = FOLDER / "ruleset.yaml"
AS_OF = "2013-10-16T00:00"
SETTINGS = (("as_of", AS_OF),)
RELATIONS = ("weather", "declarations", "complaints")
SPOILT = {
    "SH2013-90001": "查勘定损完成时间",
    "SH2013-90002": "复核准确率",
    "SH2013-90003": "报案时间",
}


def rows(name: str) -> list[dict[str, str]]:
    """A file under the ruleset's names."""
    ruleset = bound(RULESET, SETTINGS)
    fields = [*ruleset.inputs, *(field for relation in ruleset.relations for field in relation.fields)]
    ids = {field.column: field.id for field in fields}
    with (FOLDER / "sample" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{ids[column]: text for column, text in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    files = {name: (str(FOLDER / "sample" / f"{name}.csv"),) for name in RELATIONS}
    claims = (str(FOLDER / "sample" / "claims.csv"),)
    return read_facts(Versions((bound(RULESET, SETTINGS),)), FactFiles(claims, files))[0]


@pytest.fixture(scope="module")
def second_hand() -> dict[str, Result]:
    feeds = {name: rows(name) for name in ("weather", "declarations")}
    complaints, claims = rows("complaints"), [claim for claim in rows("claims") if claim["claim_id"] not in SPOILT]
    feeds["branch_month"] = months_of(claims, complaints)
    return {
        claim["claim_id"]: score_case(
            claim,
            {**feeds, "complaints": [row for row in complaints if row["claim_id"] == claim["claim_id"]]},
            datetime.fromisoformat(AS_OF),
        )
        for claim in claims
    }


def test_only_the_spoilt_rows_are_rejected_and_each_says_which_column(portfolio: Portfolio):
    assert {reject.key: reject.where for reject in portfolio.rejects} == SPOILT
    assert all(str(reject.expected) for reject in portfolio.rejects)
    assert not portfolio.feed_rejects
    assert not portfolio.warnings


@pytest.mark.parametrize("engine", ENGINES)
def test_every_claim_scores_what_the_second_hand_finds(portfolio, second_hand, engine):
    """Score, grade, shares, each indicator's score and share, and the rules that fired."""
    ruleset, ready = bound(RULESET, SETTINGS), compiled(RULESET, SETTINGS, engine)
    assert len(portfolio.cases) == len(second_hand) == 600

    for case in portfolio.cases:
        expected = second_hand[case.key].columns()
        found = columns(ruleset, ready.evaluate(case))
        assert {name: found.get(name, "") for name in expected} == expected, case.key


def test_the_readme_counts_the_grades_as_they_come_out(second_hand: dict[str, Result]):
    counts = Counter((result.status, result.grade) for result in second_hand.values())

    assert counts == {
        ("scored", "A"): 308,
        ("scored", "B"): 205,
        ("scored", "C"): 63,
        ("scored", "D"): 10,
        ("unscored", ""): 14,
    }
