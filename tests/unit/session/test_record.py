"""What a run leaves: its summary and its files."""

# pyright: basic

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow.parquet as pq
import pytest

from golden.reports.worked import cases, evaluated, program
from recorded import record, summarise
from steelyard.diagnostics import InternalError, msg
from steelyard.engines.sql.parquet_footer import replace_metadata
from steelyard.facts.case import Case, Reject
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions
from steelyard.report.summary import GroupLine
from steelyard.report.summary_formats import detail_grids, summary_grid
from steelyard.semantics import Evaluation, Outcome, Status
from steelyard.session.columns import Choice
from steelyard.session.errors import UsageError
from steelyard.session.summary import group_ids

POLICY = "motor-small-claims"
SET = (("as_of", "2013-12-01T00:00"),)


def evaluations() -> list[Evaluation]:
    return [e for name in cases(POLICY) if (e := evaluated(POLICY, name)) is not None]


def counted(line: GroupLine, status: Status) -> int:
    return dict(line.statuses)[status]


def test_counts_and_the_exact_mean() -> None:
    ruleset = program(POLICY, SET).ruleset
    summary = summarise(ruleset, ((e.case, e.outcome) for e in evaluations()))
    finals = [e.outcome.scores[0].final for e in evaluations() if e.outcome.status is Status.SCORED]
    units = [final.value for final in finals if final is not None]
    (line,) = summary.whole.scores

    assert len(evaluations()) == summary.whole.cases
    assert len(units) == line.count == counted(summary.whole, Status.SCORED)
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
    assert 4 == counted(summary.whole, Status.REJECTED) == summary.whole.cases
    assert summary.whole.scores[0].mean is None


def test_month_is_that_of_the_ruleset_s_zone() -> None:
    """23:30 on the last of the month in Shanghai is still that month, whatever UTC says."""
    ruleset = program(POLICY, SET).ruleset
    evaluation = evaluations()[0]
    at = 1_383_233_400_000_000  # 2013-10-31 23:30 in Shanghai
    given = [
        (Case("k", {**evaluation.case.values, "reported_at": instant}, evaluation.case.rows), evaluation.outcome)
        for instant in (at, at + 1_800_000_000)
    ]

    assert [("2013-10",), ("2013-11",)] == [group.key for group in summarise(ruleset, given, by=("month",)).groups]


def test_unknown_grouping_is_refused() -> None:
    ruleset = program(POLICY, SET).ruleset

    with pytest.raises(UsageError, match="brnch"):
        group_ids(Versions((ruleset,)), ("brnch",))


def test_rejected_rows_stand_under_empty_keys() -> None:
    """Nothing is lost between the groups and the whole."""
    ruleset = program(POLICY, SET).ruleset
    rejects = [Reject("", where, "", msg("yes")) for where in ("b", "a")]
    summary = summarise(ruleset, ((e.case, e.outcome) for e in evaluations()), rejects, ("branch", "month"))

    assert ("", "") == summary.groups[0].key
    assert 2 == counted(summary.groups[0], Status.REJECTED)
    assert summary.whole.cases == sum(group.cases for group in summary.groups)
    assert counted(summary.whole, Status.REJECTED) == sum(counted(one, Status.REJECTED) for one in summary.groups)


def test_all_rejected() -> None:
    ruleset = program(POLICY, SET).ruleset
    summary = summarise(ruleset, (), [Reject("", "a", "", msg("yes"))] * 3, ("branch",))

    expected = ((Status.SCORED, 0), (Status.UNSCORED, 0), (Status.REJECTED, 3))
    assert [(3, expected)] == [(one.cases, one.statuses) for one in summary.groups]
    assert () == detail_grids(summary, ruleset, "en")
    assert ("–", "3", "0", "0", "3", "–", "–") == summary_grid(summary, ruleset, "en").rows[0][:7]


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


# Files


def results() -> list[tuple[Case, Outcome]]:
    return [(one.case, one.outcome) for one in evaluations() if one.outcome.status is not Status.REJECTED]


def written(
    folder: Path, given: Sequence[tuple[Case, Outcome]], suffix: str = ".parquet", rules: Ruleset | None = None
) -> Path:
    """The file of results of a run."""
    for name in ("record", "out"):
        (folder / name).mkdir()
    path = folder / "out" / f"out{suffix}"
    record(rules or program(POLICY, SET).ruleset, given, folder / "record").write_results(path, Choice())
    return path


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_every_format_holds_every_case(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path, results(), suffix)
    match suffix:
        case ".csv":
            keys = [row["claim_id"] for row in csv.DictReader(path.open(encoding="utf-8"))]
        case ".jsonl":
            keys = [json.loads(line)["claim_id"] for line in path.read_text("utf-8").splitlines()]
        case _:
            keys = pq.read_table(path).column("claim_id").to_pylist()
    assert [case.key for case, _ in results()] == keys
    assert [path.name] == [one.name for one in path.parent.iterdir()]


def test_parquet_has_no_double_and_no_128_bits(tmp_path: Path) -> None:
    path = written(tmp_path, results())
    file = pq.ParquetFile(path)
    physical = {file.schema.column(n).path: file.schema.column(n).physical_type for n in range(len(file.schema))}

    assert {"INT64", "BYTE_ARRAY"} >= set(physical.values()) - {"BOOLEAN", "INT32"}
    assert "INT64" == physical["score"] == physical["survey.lost"] == physical["survey.measure"]
    assert "decimal64(18, 2)" == str(file.schema_arrow.field("score").type).replace("decimal128", "decimal64")
    assert "int64" == str(file.schema_arrow.field("survey.measure").type)
    assert not {"double", "float"} & {str(field.type) for field in file.schema_arrow}


def test_parquet_holds_the_numbers_exactly(tmp_path: Path) -> None:
    evaluation = evaluated(POLICY, "in-proportion")
    assert evaluation is not None
    path = written(tmp_path, [(evaluation.case, evaluation.outcome)], rules=evaluation.ruleset)
    row = pq.read_table(path).to_pylist()[0]
    final = evaluation.outcome.scores[0].final

    assert Decimal(str(final)) == row["score"]
    assert 22 * 3_600_000_000 == row["survey.measure"]
    assert list(evaluation.outcome.scores[0].reasons) == row["reasons"]


@pytest.mark.parametrize("last", [False, True])
def test_parquet_holds_the_provenance_as_it_is_when_written(tmp_path: Path, last: bool) -> None:
    """The metadata was written before the check, and says after it what was checked."""
    found = record(program(POLICY, SET).ruleset, results(), tmp_path)
    checked = replace(found, scoring=replace(found.scoring, verified=12, checkers=("durable", "é" * 20_000)))
    checked.write_results(tmp_path / "out.parquet", Choice(), last=last)
    file = pq.ParquetFile(tmp_path / "out.parquet")

    assert checked.provenance() == file.metadata.metadata[b"steelyard"].decode()
    assert [case.key for case, _ in results()] == file.read().column("claim_id").to_pylist()
    assert len(results()) == len(duckdb.read_parquet(str(tmp_path / "out.parquet")).fetchall())
    assert last is not found.scored.exists()


def test_metadata_is_replaced_only_where_it_is(tmp_path: Path) -> None:
    found = record(program(POLICY, SET).ruleset, results(), tmp_path)
    before = found.scored.read_bytes()

    with pytest.raises(InternalError, match="no `steelyard`"):
        replace_metadata(found.scored, "steelyard", "another", "new")
    assert before == found.scored.read_bytes()


def test_partitions_hold_every_row_once(tmp_path: Path) -> None:
    found = record(program(POLICY, SET).ruleset, results(), tmp_path, groups=("branch",))
    found.write_results(tmp_path / "out", Choice(), partition_by=("branch",))
    files = sorted((tmp_path / "out").rglob("*.parquet"))

    assert {case.values["branch"] for case, _ in results()} == {
        unquote(path.parent.name).partition("=")[2] for path in files
    }
    assert sorted(case.key for case, _ in results()) == sorted(
        key for path in files for key in pq.ParquetFile(path).read().column("claim_id").to_pylist()
    )
