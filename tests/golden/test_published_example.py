"""A worked example that was published with a wrong total, and what it comes to.

By hand, in fractions. Scores: 1.5 h of 2 h: 100. 26 h of 24 h: 2 h over, steps of 2.4 h, one begun: 90.
40 h of 48 h: 100. 1 h of 2 h: 100. 98% of 98%: 100. 4.4 of 4.5: 440/4.5 = 97.777... = 97.78 in two digits.
Weights 0.1, 0.2, 0.3, 0.2, 0.2, 0.1 add up to 1.1: shares 1, 2, 3, 2, 2, 1 of 11.
(100 + 180 + 300 + 200 + 200 + 97.78) / 11 = 1077.78 / 11 = 97.98, exactly: 11 x 97.98 = 1077.78.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from golden.runs import ENGINES, bound, compiled
from steelyard.analysis.check import load
from steelyard.facts import Case, case_from_texts

RULESET = Path(__file__).with_name("published-example.yaml")
WEIGHTS = [Fraction(w) for w in ("0.1", "0.2", "0.3", "0.2", "0.2", "0.1")]
PRINTED_SCORES = [Fraction(s) for s in ("100", "90", "100", "100", "98", "95")]
OWN_SCORES = [Fraction(s) for s in ("100", "90", "100", "100", "100", "97.78")]


def weighted(scores: list[Fraction]) -> Fraction:
    return sum((w * s for w, s in zip(WEIGHTS, scores, strict=True)), Fraction(0))


def test_the_printed_numbers_do_not_make_the_printed_total():
    assert sum(WEIGHTS) == Fraction("1.1")
    assert weighted(PRINTED_SCORES) == Fraction("107.1")
    assert weighted(PRINTED_SCORES) / sum(WEIGHTS) != Fraction("96.3")


def test_the_exact_total_is_97_98():
    assert weighted(OWN_SCORES) / sum(WEIGHTS) == Fraction("97.98")


def test_the_ledger_comes_to_97_98_on_every_engine():
    ledger = [
        ("opening", None, "100.000000"),
        ("lost", "survey", "-1.818182"),
        ("lost", "satisfaction", "-0.201818"),
        ("final", None, "97.98"),
    ]

    for engine in ENGINES:
        outcome = compiled(RULESET, (), engine).evaluate(published_case())
        score = outcome.scores[0]
        shares = [share.share for share in score.shares]
        shown = [(line.kind.value, line.rule, str(line.amount)) for line in score.ledger if line.amount.value]

        assert (shares, score.denominator) == ([1, 2, 3, 2, 2, 1], 11)
        assert [line for line in shown if line[0] != "base"] == ledger
        assert [indicator.score for indicator in outcome.indicators] == [10000, 9000, 10000, 10000, 10000, 9778]


def test_with_a_total_of_100_percent_the_check_refuses_the_weights(tmp_path: Path):
    refused = tmp_path / "refused.yaml"
    refused.write_text(RULESET.read_text(encoding="utf-8") + "\nweights:\n  total: 100%\n", encoding="utf-8")

    found = load(str(refused))

    assert found.ruleset is None
    assert [one.code for one in found.diagnostics] == ["H201"]
    assert "110%" in str(found.diagnostics[0].headline)


def published_case() -> Case:
    given = {
        "claim": "published",
        "acceptance_time": "1h30min",
        "survey_time": "26h",
        "decision_time": "40h",
        "payment_time": "1h",
        "accuracy_rate": "98%",
        "rating": "4.4",
    }
    found = case_from_texts(bound(RULESET), given, {})
    assert isinstance(found, Case)
    return found
