"""Grades become inclusive stretches at the score's own scale; holes and overlaps are found there."""

from __future__ import annotations

import pytest

from passes.fragments import codes, sound


def stretches(grades: str, score: str = 'clamp: "[0..100]"') -> list[tuple[int | None, int | None]]:
    ruleset = sound(f"score: {{{score}}}\ngrades: {{{grades}}}")
    return [(grade.low, grade.high) for grade in ruleset.scores[0].grades]


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ("A: 90, B: 75, C: 0", [(9000, None), (7500, 8999), (0, 7499)]),
        ("C: 0, A: 90, B: 75", [(0, 7499), (9000, None), (7500, 8999)]),
        ('A: ">= 90", B: "[75..90)", C: "< 75"', [(9000, None), (7500, 8999), (None, 7499)]),
        ('A: "> 90", B: "<= 90"', [(9001, None), (None, 9000)]),
        ('A: "(90..100]", B: "[..90]"', [(9001, 10000), (None, 9000)]),
        ("A: {from: 90, to: 101}, B: {from: 0, to: 90}", [(9000, 10099), (0, 8999)]),
        ('A: {from: 90}, B: {when: "< 90"}', [(9000, None), (None, 8999)]),
        ('A: "-"', [(None, None)]),
        ("A: 89.995, B: 0", [(9000, None), (0, 8999)]),
        ('A: "> 89.995", B: "<= 89.995"', [(9000, None), (None, 8999)]),
        ("A: 50%, B: 0", [(50, None), (0, 49)]),
        ("A: 90, B: -5", [(9000, None), (-500, 8999)]),
    ],
)
def test_bounds(grades: str, expected: list[tuple[int | None, int | None]]) -> None:
    assert expected == stretches(grades)


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ("A: 10, B: 100", [(None, 1000), (1001, 10000)]),
        ("A: {to: 10}, B: {from: 10.01}", [(None, 1000), (1001, None)]),
        ('A: "<= 10", B: "> 10"', [(None, 1000), (1001, None)]),
    ],
)
def test_bounds_of_a_score_where_lower_is_better(grades: str, expected: list[tuple[int | None, int | None]]) -> None:
    assert expected == stretches(grades, 'better: lower, clamp: "[0..100]"')


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ("A: 90, B: 1", ["H111"]),
        ("A: {from: 90, to: 100}, B: {from: 0, to: 90}", ["H111"]),
        ('A: ">= 90", B: "< 89.99"', ["H111"]),
        ('A: ">= 90", B: "<= 90"', ["H112"]),
        ("A: 90, B: 90, C: 0", ["H112"]),
        ('A: "-", B: "[5..1]"', ["H113"]),
        ('A: "1, 2"', ["T109"]),
        ("A: x", ["T109"]),
        ("A: {from: x}", ["T109"]),
    ],
)
def test_holes_and_overlaps(grades: str, expected: list[str]) -> None:
    assert expected == codes(f'score: {{clamp: "[0..100]"}}\ngrades: {{{grades}}}')


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ("", []),
        ("deductions: {a: {when: complaint, deduct: 1}}", ["H111"]),
        ("gates: {a: {when: complaint, at_most: 1}}", ["H111"]),
        ("bonuses: {a: {when: complaint, add: 1}}", []),
        ("indicators: {satisfaction: {clamp: none}}", ["H111"]),
        ("indicators: {satisfaction: {missing: {score: -1}}}", ["H111"]),
    ],
)
def test_without_a_clamp_what_indicators_allow_must_have_grades(beside: str, expected: list[str]) -> None:
    assert expected == codes(f"grades: {{A: 90, B: 0}}\n{beside}")


@pytest.mark.parametrize(("digits", "expected"), [(0, (90, 89)), (1, (900, 899)), (4, (900_000, 899_999))])
def test_a_hole_is_looked_for_at_the_scores_scale(digits: int, expected: tuple[int, int]) -> None:
    (low, _), (_, high) = stretches("A: 90, B: 0", f"round: {digits}")

    assert expected == (low, high)
