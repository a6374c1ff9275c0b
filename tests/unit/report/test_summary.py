"""Summaries of counts: quantiles, means, ranks, at their edges."""

# pyright: basic

from __future__ import annotations

from collections.abc import Sequence

import pytest

from golden.reports.worked import ruleset
from recorded import summarise
from steelyard.engines.counting import QUANTILES, Count, Measure, ScoreItem
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions
from steelyard.report.summary import Kind, Summary, summary_of_counts
from steelyard.report.summary_shape import UncountableError, summary_columns
from steelyard.semantics.outcome import Fixed, Outcome, ScoreOutcome, Status

POLICY = """
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    branch: {type: text, optional: true}
    amount: {type: decimal(2), optional: true}
    on: {type: date, optional: true}
    at: {type: datetime, optional: true}
    took: {type: duration, optional: true}
indicators:
  x: {measure: amount, score: measure, baseline: 100, weight: 1, missing: waive}
  y: {measure: amount, score: measure, baseline: 100, weight: 1, missing: waive}
score: {method: weighted_mean, round: 2}
"""


def policy(score: str = "{method: weighted_mean, round: 2}") -> Ruleset:
    return ruleset(POLICY.replace("{method: weighted_mean, round: 2}", score))


def scored(units: int, digits: int = 2) -> Outcome:
    final = Fixed(units, digits)
    return Outcome("k", Status.SCORED, scores=(ScoreOutcome("score", 1, (), final, final, None, None, (), ()),))


def summed(units: Sequence[int]) -> Summary:
    """A run of cases with these scores in hundredths."""
    from steelyard.facts import Case

    return summarise(policy(), [(Case("k", {}), scored(number)) for number in units])


def ranked(means: dict[str, tuple[int, int]], minimum: int = 1, score: str = "{method: weighted_mean, round: 2}"):
    """The ranks of groups, given how many cases each has and what they add up to."""
    counts = [
        Count((group,), Measure.SCORE, "score", item.value, value)
        for group, (count, total) in means.items()
        for item, value in ((ScoreItem.COUNT, count), (ScoreItem.TOTAL, total), (ScoreItem.MINIMUM, 0))
    ]
    summary = summary_of_counts(policy(score), ("branch",), counts, minimum)
    return {group.key[0]: group.scores[0].rank for group in summary.groups}


# Quantiles: of n values the ceil(p·n)-th smallest


@pytest.mark.parametrize(
    ("values", "p10", "p25", "median", "p75", "p90"),
    [
        ((7,), 7, 7, 7, 7, 7),
        ((7, 9), 7, 7, 7, 9, 9),  # ceil(0.5·2) is the first
        ((1, 2, 3), 1, 1, 2, 3, 3),
        ((1, 2, 3, 4), 1, 1, 2, 3, 4),
        ((1, 2, 3, 4, 5), 1, 2, 3, 4, 5),
        ((5, 5, 5, 1, 5), 1, 5, 5, 5, 5),
        ((-3, -1, -2, 0, -1), -3, -2, -1, -1, 0),
        (tuple(range(1, 11)), 1, 3, 5, 8, 9),  # 0.1·10 and 0.9·10 are whole
        (tuple(range(1, 12)), 2, 3, 6, 9, 10),
    ],
)
def test_quantiles_are_scores_that_a_case_has(values, p10, p25, median, p75, p90) -> None:
    (score,) = summed(values).whole.scores

    assert [p10, p25, median, p75, p90] == [one.value for one in score.quantiles if one is not None]
    assert Fixed(min(values), 2) == score.minimum


@pytest.mark.parametrize("count", [1, 2, 9, 10, 19, 20, 21, 40])
def test_quantiles_are_those_of_the_sorted_list(count: int) -> None:
    values = sorted(number * number % 17 for number in range(count))
    (score,) = summed(values).whole.scores

    for (_, percent), found in zip(QUANTILES, score.quantiles, strict=True):
        assert Fixed(values[-(-percent * count // 100) - 1], 2) == found


# Means


@pytest.mark.parametrize(
    ("values", "mean"),
    [((1, 2), "0.02"), ((-1, -2), "-0.02"), ((1, 1, 2), "0.01"), ((-1, 1), "0.00"), ((9999, 10000), "100.00")],
)
def test_mean_is_rounded_once_half_away_from_zero(values, mean) -> None:
    (score,) = summed(values).whole.scores

    assert mean == str(score.mean)


def test_no_scored_case_has_no_numbers() -> None:
    (score,) = summed(()).whole.scores

    assert (0, None, None) == (score.count, score.mean, score.minimum)
    assert {None} == set(score.quantiles)
    assert [("x", None, 0), ("y", None, 0)] == [(one.indicator, one.mean, one.cases) for one in score.lost]


def test_points_lost_are_means_over_all_cases_that_have_the_score() -> None:
    counts = [
        Count((), Measure.SCORE, "score", "count", 3),
        Count((), Measure.SCORE, "score", "total", 3),
        Count((), Measure.LOST, "score", "x", 5_000_000),
        Count((), Measure.LOSING, "score", "x", 2),
        Count((), Measure.LOST, "score", "y", -5),
        Count((), Measure.MEASURED, "score", "x", 3),
        Count((), Measure.MEASURED, "score", "y", 1),
    ]
    (score,) = summary_of_counts(policy(), (), counts).whole.scores

    assert ["1.666667", "-0.000002"] == [str(one.mean) for one in score.lost], "half away from zero"
    assert [2, 0] == [one.cases for one in score.lost]


# Ranks


def test_equal_means_share_a_rank_and_the_next_is_left_out() -> None:
    assert {"a": 1, "b": 2, "c": 2, "d": 4} == ranked({"d": (1, 1), "b": (2, 100), "c": (1, 50), "a": (1, 99)})


def test_published_means_are_ranked() -> None:
    """50.005 and 50.01 are both shown as 50.01: neither comes before the other."""
    assert {"a": 1, "b": 1} == ranked({"a": (2, 10001), "b": (1, 5001)})


def test_less_is_better_where_the_score_says_so() -> None:
    words = "{method: weighted_mean, round: 2, better: lower}"

    assert {"a": 3, "b": 1, "c": 2} == ranked({"a": (1, 9), "b": (1, -9), "c": (1, 0)}, score=words)


def test_minimum_sample_is_enough() -> None:
    assert {"a": 1, "b": None, "c": None} == ranked({"a": (30, 1), "b": (29, 9_999), "c": (0, 0)}, 30)


def test_unranked_groups_are_counted() -> None:
    counts = [Count((name,), Measure.SCORE, "score", "count", count) for name, count in (("a", 3), ("b", 2), ("c", 0))]

    assert 1 == summary_of_counts(policy(), ("branch",), counts, 3).unranked
    assert 2 == summary_of_counts(policy(), ("branch",), counts).unranked
    assert 0 == summary_of_counts(policy(), (), ()).unranked


# What a summary holds


def test_every_rule_of_the_ruleset_is_there() -> None:
    more = """
exemptions: {spared: {when: amount > 1, grants: {x: {waive: true}}}}
weights: {adjustments: {shift: {when: amount > 1, multiply: {x: 2}}}}
deductions: {minus: {when: amount > 1, deduct: 1, unknown: ignore}}
bonuses: {plus: {when: amount > 1, add: 1, unknown: ignore}}
gates: {gate: {when: amount > 1, at_most: 59, unknown: ignore}}
"""
    counts = [Count((), Measure.FIRED, "", "plus", 2), Count((), Measure.FIRED, "", "plus", 1)]
    summary = summary_of_counts(ruleset(POLICY + more), (), counts)

    assert [
        ("spared", Kind.EXEMPTION, 0),
        ("shift", Kind.ADJUSTMENT, 0),
        ("minus", Kind.DEDUCTION, 0),
        ("plus", Kind.BONUS, 3),
        ("gate", Kind.GATE, 0),
    ] == [(one.rule, one.kind, one.cases) for one in summary.whole.fired]


def test_groups_stand_by_code_point() -> None:
    counts = [Count((name,), Measure.STATUS, "", "scored", 1) for name in ("é", "b", "", "北", "B")]
    summary = summary_of_counts(policy(), ("branch",), counts)

    assert ["", "B", "b", "é", "北"] == [group.key[0] for group in summary.groups]


def test_keys_read_as_results_write_them() -> None:
    from steelyard.report.grouping import GroupKeys

    versions = Versions((policy(),))
    values = {"branch": "北区", "amount": -150, "on": 0, "at": 0, "took": 5_400_000_000}
    by = ("branch", "amount", "on", "at", "took", "version")
    keys = GroupKeys(versions)

    assert ["北区", "-1.50", "1970-01-01", "1970-01-01T08:00:00+08:00", "PT1H30M", "1"] == [
        keys.text(name, values) for name in by
    ]
    assert [None] * 5 == [keys.text(name, {}) for name in by[:-1]]


def test_columns_that_lost_their_points_are_refused() -> None:
    """`x` is a family, then an output: the common column is text."""
    family = "x: {for_each: parts, id: code, measure: used, target: 4, better: higher, score: met, weight: 1}"
    head = """
steelyard: 1
ruleset: r
version: 1
effective: "(..2024-12-31]"
timezone: UTC
case: {key: id, reference_date: on, inputs: {id: text, on: date}}
relations:
  parts: {of_case: id, id: code, fields: {id: text, code: text, used: decimal(1)}}
score: {method: weighted_mean, round: 2}
"""
    old = ruleset(f"{head}indicators:\n  {family}\n")
    later = head.replace("version: 1", "version: 2").replace("(..2024-12-31]", "[2025-01-01..)")
    new = ruleset(f"{later}indicators:\n  y{family[1:]}\noutputs: {{x: {{value: id}}}}\n")

    assert ("x", "lost") == (summary_columns(old).lost[0].column, summary_columns(old).lost[0].field)
    with pytest.raises(UncountableError, match="`x` is a family"):
        summary_columns(Versions((old, new)))
