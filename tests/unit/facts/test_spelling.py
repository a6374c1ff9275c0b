"""Spellings of one text, and how they differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.facts.spelling import difference, folded
from steelyard.ir.folding import Folding

TRIM, NFC, WIDTH, CASE = Folding.TRIM, Folding.NFC, Folding.WIDTH, Folding.CASE


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ("Málaga", "Málaga", ()),
        ("Málaga", "Ma\u0301laga", (NFC,)),
        ("A1", "A1 ", (TRIM,)),
        ("A1", "\u3000A1", (TRIM,)),
        ("A1", "\u00a0A1", (TRIM,)),
        ("Ａ１", "A1", (WIDTH,)),
        ("A\u30001", "A 1", (WIDTH,)),
        ("málaga", "MÁLAGA", (CASE,)),
        ("straße", "STRASSE", (CASE,)),
        ("ａ１ ", "A1", (TRIM, WIDTH, CASE)),
        ("MA\u0301LAGA", "málaga", (NFC, CASE)),
        ("A1", "A2", None),
    ],
)
def test_kinds_of_difference(one: str, other: str, kinds: tuple[Folding, ...] | None) -> None:
    assert difference(one, other) == kinds
    assert difference(other, one) == kinds


@given(st.text(max_size=8), st.sets(st.sampled_from(Folding)))
def test_folding_twice_changes_nothing(text: str, steps: set[Folding]) -> None:
    once = folded(text, steps)

    assert folded(once, steps) == once


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=8))
def test_texts_of_usual_letters_take_the_short_way(text: str) -> None:
    assert folded(text) == folded(text + "\u3000")
