"""What the writer may have meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics.suggestions import alternatives, closest, listed


@pytest.mark.parametrize(
    ("word", "candidates", "expected"),
    [
        ("wehn", ["when", "then"], "when"),  # neighbours swapped count once
        ("surveyed-at", ["surveyed_at"], "surveyed_at"),
        ("Surveyed At", ["surveyed_at"], "surveyed_at"),
        ("at_mots", ["at_least", "at_most"], "at_most"),
        ("abc", ["abd"], "abd"),  # one change in three letters
        ("abc", ["axx"], None),  # two are too many
        ("abcd", ["abxx"], "abxx"),  # two in four: a third is begun
        ("abcdef", ["abcxyz"], None),
        ("abcdef", ["abcdxy"], "abcdxy"),
        ("a", ["b"], None),  # nothing in common
        ("时校", ["时效", "质量"], "时效"),
        ("x", [], None),
        ("", ["a"], None),
        ("a", [""], None),
        ("ab", ["ac", "ad"], "ac"),  # equally near: the first
    ],
)
def test_the_nearest_word_within_the_cut_off(word: str, candidates: list[str], expected: str | None):
    assert closest(word, candidates) == expected


def test_alternatives_are_at_most_five_nearest_first():
    assert alternatives("score", ["a", "scores", "b", "c", "d", "e", "f", "score_"])[:2] == ("scores", "score_")
    assert len(alternatives("score", "abcdefgh")) == 5
    assert alternatives("zzz", ["b", "a"]) == ("b", "a")
    assert alternatives("x", []) == ()


def test_listed_marks_each_word():
    assert listed([]) == ""
    assert listed(["a"]) == "`a`"
    assert listed(["a", "b"]) == "`a`, `b`"


def test_a_huge_word_costs_little():
    assert closest("x" * 1_000_000, ["when"] * 100) is None
    assert closest("a" * 64 + "b" * 100, ["a" * 64]) == "a" * 64


@given(st.text(min_size=1, max_size=20), st.lists(st.text(max_size=20), max_size=8))
def test_a_word_that_is_there_is_nearest_and_what_is_found_was_given(word: str, others: list[str]):
    assert closest(word, [word, *others]) == word
    assert closest(word, others) in (None, *others)
    assert set(alternatives(word, others)) <= set(others)
