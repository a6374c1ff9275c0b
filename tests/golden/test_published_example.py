"""A worked example that was published with a wrong total, and what it comes to.

By hand, in fractions. Scores: 1.5 h of 2 h: 100. 26 h of 24 h: 2 h over, steps of 2.4 h, one begun: 90. 40 h of 48 h: 100.
1 h of 2 h: 100. 98% of 98%: 100. 4.4 of 4.5: 440/4.5 = 97.777... = 97.78 in two digits.
Weights 0.1, 0.2, 0.3, 0.2, 0.2, 0.1 add up to 1.1: shares 1, 2, 3, 2, 2, 1 of 11.
(100 + 180 + 300 + 200 + 200 + 97.78) / 11 = 1077.78 / 11 = 97.98, exactly: 11 x 97.98 = 1077.78.
"""

from __future__ import annotations

from fractions import Fraction

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
