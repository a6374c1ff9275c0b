from __future__ import annotations

import json
from fractions import Fraction

import pytest

from golden.reports.worked import cases, evaluated, program
from steelyard.diagnostics import msg
from steelyard.facts.case import Reject
from steelyard.report.portfolio import Summing, summarise, unknown_keys
from steelyard.report.summary_formats import summary_csv, summary_grid, summary_json
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


def test_formats_are_peers_over_one_grid() -> None:
    ruleset = program(POLICY, SET).ruleset
    summary = summarise(ruleset, ((e.case, e.outcome) for e in evaluations()), by=("branch",))
    grid = summary_grid(summary, ruleset, "zh")
    content = json.loads(summary_json(grid, summary))

    assert ("分支机构", "案件数", "已评分", "不予评分", "拒绝", "平均分") == grid.heads[:6]
    assert "全部" == grid.rows[-1][0]
    assert list(grid.names) == list(content["rows"][0])
    assert ",".join(grid.names) == summary_csv(grid).split("\n")[0]
    assert all(len(grid.heads) == len(row) for row in grid.rows)
