from __future__ import annotations

from fractions import Fraction

import pytest

from golden.reports.worked import cases, evaluated, program
from steelyard.diagnostics import msg
from steelyard.facts.case import Reject
from steelyard.report.portfolio import Summing, summarise, unknown_keys
from steelyard.report.summary_formats import detail_grids, summary_grid
from steelyard.semantics import Evaluation, Status

POLICY = "motor-small-claims"
SET = (("as_of", "2013-12-01T00:00"),)


def evaluations() -> list[Evaluation]:
    return [e for name in cases(POLICY) if (e := evaluated(POLICY, name)) is not None]


def test_counts_and_the_exact_mean() -> None:
    ruleset = program(POLICY, SET).ruleset
    summary = summarise(ruleset, ((e.case, e.outcome) for e in evaluations()))
    finals = [e.outcome.scores[0].final for e in evaluations() if e.outcome.status is Status.SCORED]
    units = [final.value for final in finals if final is not None]
    (line,) = summary.whole.scores

    assert len(evaluations()) == summary.whole.cases
    assert len(units) == line.count == summary.whole.scored
    assert line.mean is not None
    exact = Fraction(sum(units), len(units))
    assert abs(exact - line.mean.value) <= Fraction(1, 2)
    assert line.count == sum(count for _, count in line.grades)
    assert ["A", "B", "C", "D"] == [grade for grade, _ in line.grades]


def test_groups_are_a_partition() -> None:
    ruleset = program(POLICY, SET).ruleset
    summary = summarise(ruleset, ((e.case, e.outcome) for e in evaluations()), by=("branch", "month"))

    assert summary.whole.cases == sum(group.cases for group in summary.groups)
    assert sorted(group.key for group in summary.groups) == [group.key for group in summary.groups]
    assert {"2013-10", "2013-11"} <= {group.key[1] for group in summary.groups}


def test_rejects_count_by_where_most_first() -> None:
    ruleset = program(POLICY, SET).ruleset
    rejects = [Reject("", where, "", msg("yes")) for where in ("b", "a", "b", "c")]
    summary = summarise(ruleset, (), rejects)

    assert (("b", 2), ("a", 1), ("c", 1)) == summary.rejects
    assert 4 == summary.whole.rejected == summary.whole.cases
    assert summary.whole.scores[0].mean is None


def test_month_is_that_of_the_ruleset_s_zone() -> None:
    """23:30 on the last of the month in Shanghai is still that month, whatever UTC says."""
    ruleset = program(POLICY, SET).ruleset
    evaluation = evaluations()[0]
    at = 1_383_233_400_000_000  # 2013-10-31 23:30 in Shanghai
    summing = Summing(ruleset, ("month",))
    for instant in (at, at + 1_800_000_000):
        case = type(evaluation.case)("k", {**evaluation.case.values, "reported_at": instant}, evaluation.case.rows)
        summing.add(case, evaluation.outcome)

    assert [("2013-10",), ("2013-11",)] == [group.key for group in summing.finish().groups]


def test_unknown_grouping_is_refused() -> None:
    ruleset = program(POLICY, SET).ruleset

    assert ("brnch",) == unknown_keys(ruleset, ("branch", "brnch", "month"))
    with pytest.raises(ValueError, match="brnch"):
        Summing(ruleset, ("brnch",))


def test_rejected_rows_stand_under_empty_keys() -> None:
    """Nothing is lost between the groups and the whole."""
    ruleset = program(POLICY, SET).ruleset
    rejects = [Reject("", where, "", msg("yes")) for where in ("b", "a")]
    summary = summarise(ruleset, ((e.case, e.outcome) for e in evaluations()), rejects, ("branch", "month"))

    assert ("", "") == summary.groups[0].key
    assert 2 == summary.groups[0].rejected
    assert summary.whole.cases == sum(group.cases for group in summary.groups)
    assert summary.whole.rejected == sum(group.rejected for group in summary.groups)


def test_all_rejected() -> None:
    ruleset = program(POLICY, SET).ruleset
    summary = summarise(ruleset, (), [Reject("", "a", "", msg("yes"))] * 3, ("branch",))

    assert [(3, 0, 0, 3)] == [(one.cases, one.scored, one.unscored, one.rejected) for one in summary.groups]
    assert () == detail_grids(summary, ruleset, "en")
    assert ("–", "3", "0", "0", "3", "", "–") == summary_grid(summary, ruleset, "en").rows[0][:7]


def test_counts_are_those_of_the_results_rows() -> None:
    ruleset = program(POLICY, SET).ruleset
    found = evaluations()
    whole = summarise(ruleset, ((e.case, e.outcome) for e in found)).whole
    scored = [e.outcome.scores[0] for e in found if e.outcome.status is Status.SCORED]
    survey = [sum(share.lost.value for share in score.shares if share.id == "survey") for score in scored]
    (line,) = (one for one in whole.scores[0].lost if one.indicator == "survey")

    assert sum(units > 0 for units in survey) == line.cases
    assert line.mean is not None
    assert abs(Fraction(sum(survey), len(survey)) - line.mean.value) <= Fraction(1, 2)
    assert dict(whole.unscored_reasons)["U1"] == sum(e.outcome.reason == "U1" for e in found)
    storm = [e for e in found if any(fired.rule == "storm-relief" for fired in e.outcome.fired)]
    assert len(storm) == next(one.cases for one in whole.fired if one.rule == "storm-relief")


def test_grid_of_a_summary() -> None:
    ruleset = program(POLICY, SET).ruleset
    summary = summarise(ruleset, ((e.case, e.outcome) for e in evaluations()), by=("branch",))
    grid = summary_grid(summary, ruleset, "zh")

    assert ("分支机构", "案件数", "已评分", "不予评分", "拒绝", "平均分") == grid.heads[:6]
    assert "rank" == grid.names[6]
    assert "全部" == grid.rows[-1][0]
    assert "" == grid.rows[-1][6]
    assert all(len(grid.names) == len(grid.heads) == len(row) for row in grid.rows)


def test_details_leave_out_what_nothing_came_of() -> None:
    ruleset = program(POLICY, SET).ruleset
    summary = summarise(ruleset, ((e.case, e.outcome) for e in evaluations()), by=("branch",))
    scores, lost, fired, unscored = detail_grids(summary, ruleset, "en")

    assert ("count", "minimum") == scores.names[1:3]
    assert "survey" in lost.names
    assert set(fired.names[1:]) == {one.rule for one in summary.whole.fired if one.cases}
    assert "U1" in unscored.names
    assert all(len(grid.names) == len(row) for grid in (scores, lost, fired, unscored) for row in grid.rows)
