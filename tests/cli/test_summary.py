"""`evaluate` with `--summary-by`, `--summary`, `--minimum-sample`: tables on the terminal, and files."""

# pyright: basic

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

import steelyard as api
from steelyard.cli.grids import blocks, print_grid
from steelyard.report.summary_formats import Grid

AS_OF = ("--as-of", "2024-05-10T00:00")


@pytest.fixture
def cases(policy: Path) -> Path:
    return policy / "cases.csv"


def test_a_grouped_summary_has_its_details(steelyard, policy: Path, cases: Path):
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--summary-by", "complaint", "--minimum-sample", 1)
    lines = [line.split() for line in done.out.splitlines()]

    assert ["false", "3", "3", "0", "0", "57.48", "2"] == lines[1][:7]
    assert ["true", "1", "1", "0", "0", "95.00", "1"] == lines[2][:7]
    for title in ("Scores", "Points lost on average", "Cases in which a rule fired"):
        assert title in done.out
    scores = lines[lines.index(["Scores"]) :]
    assert ["false", "3", "0.00", "0.00", "0.00", "72.44", "100.00", "100.00"] == scores[2]
    assert ["true", "1", *["95.00"] * 6] == scores[3]
    assert "no rank" not in done.err


def test_a_summary_of_the_whole_is_short(steelyard, policy: Path, cases: Path):
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF)

    assert 2 == len(done.out.splitlines())
    assert "rank" not in done.out


def test_small_groups_have_no_rank_and_it_is_said(steelyard, policy: Path, cases: Path):
    words = ("evaluate", policy, "--cases", cases, *AS_OF, "--summary-by", "complaint")

    assert "2 groups have fewer than 30 scored cases, so no rank" in steelyard(*words).err
    done = steelyard(*words, "--minimum-sample", 3)
    assert "1 group has fewer than 3 scored cases, so no rank" in done.err
    assert ["1", "–"] == [line.split()[6] for line in done.out.splitlines()[1:3]]


@pytest.mark.parametrize("name", ["s.csv", "s.parquet", "s.json"])
def test_summary_files_appear_with_the_others(name: str, steelyard, policy: Path, cases: Path, tmp_path: Path):
    words = ("--summary-by", "complaint", "--summary", tmp_path / "out" / name, "-o", tmp_path / "out" / "a.csv")
    (tmp_path / "out").mkdir()
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words)

    assert 0 == done.status
    assert {name, "a.csv"} == {path.name for path in (tmp_path / "out").iterdir()}


@pytest.mark.parametrize("name", ["有属实投诉", "Upheld complaint", "complaint"])
def test_groups_are_named_by_id_or_label(name: str, steelyard, policy: Path, cases: Path, tmp_path: Path):
    out = tmp_path / "s.csv"
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--summary-by", name, "--summary", out)

    assert 0 == done.status, done.err
    assert "complaint," in out.read_text("utf-8").splitlines()[0]


def test_an_unknown_group_is_answered_with_the_nearest_name(steelyard, policy: Path, cases: Path):
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--summary-by", "有属实投拆", "--lang", "zh")

    assert 2 == done.status
    assert "是否想写 `有属实投诉`" in done.err


def test_what_the_files_hold(steelyard, policy: Path, cases: Path, tmp_path: Path):
    for name in ("s.csv", "s.json"):
        words = ("--summary-by", "complaint", "--minimum-sample", 1, "--summary", tmp_path / name)
        steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "s.csv").read_text("utf-8"))))
    content = json.loads((tmp_path / "s.json").read_text("utf-8"))

    assert [("group", "false", "57.48", "2"), ("group", "true", "95.00", "1"), ("all", "", "66.86", "")] == [
        (row["level"], row["complaint"], row["mean"], row["rank"]) for row in rows
    ]
    assert ["57.48", "95.00"] == [group["scores"]["score"]["mean"] for group in content["groups"]]


def test_a_file_of_the_whole_needs_no_groups(steelyard, policy: Path, cases: Path, tmp_path: Path):
    steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--summary", tmp_path / "s.csv")
    (row,) = csv.DictReader(io.StringIO((tmp_path / "s.csv").read_text("utf-8")))

    assert ("all", "4", "66.86", "72.44") == (row["level"], row["cases"], row["mean"], row["median"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--summary", "s.xls"), "the summary end in .csv, .parquet, .json"),
        (("--summary", "nowhere/s.csv"), "there is no such folder"),
        (("--summary", "a.csv", "-o", "a.csv"), "the place of another output"),
        (("--summary", "a.csv", "-o", "./a.csv"), "the place of another output"),
        (("--summary", "cases.csv"), "is read by this command"),
        (("--minimum-sample", "0"), "--minimum-sample"),
    ],
)
def test_usage_is_checked_before_any_work(
    words, message: str, steelyard, policy: Path, cases: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(policy)
    before = {path: path.read_bytes() for path in policy.iterdir()}
    done = steelyard("evaluate", ".", "--cases", "cases.csv", *AS_OF, *words)

    assert (2, "") == (done.status, done.out)
    assert message in done.err
    assert before == {path: path.read_bytes() for path in policy.iterdir()}


# Tables as wide as the terminal


def grid(heads: tuple[str, ...], row: tuple[str, ...], keys: int = 1) -> Grid:
    return Grid(tuple(f"n{place}" for place in range(len(heads))), heads, (row,), keys)


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (17, [[0, 1, 2, 3]]),
        (16, [[0, 1, 2], [0, 3]]),
        (12, [[0, 1, 2], [0, 3]]),
        (11, [[0, 1], [0, 2], [0, 3]]),
        (1, [[0, 1], [0, 2], [0, 3]]),
    ],
)
def test_columns_go_to_the_next_table_when_they_do_not_fit(width: int, expected: list[list[int]]):
    assert expected == blocks(grid(("k", "aaa", "bbb", "c c"), ("kk", "1", "2", "333")), width)


@pytest.mark.parametrize("width", [*range(40, 90), 160])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(width: int):
    numbers = [f"{10**n}.333333" for n in range(9)]
    labels = ("Customer satisfaction", "Time to survey and assess", "客户满意度")
    heads = ("分支机构", "month", *(labels[n % 3] for n in range(9)), "most frequent reasons")
    row = ("嘉定青浦", "2013-10", *numbers, "Q3 268; Q4 268; Q2 169; S2 139; S3 139")
    laid = Grid((*(f"n{n}" for n in range(11)), "reasons"), heads, (row,), 2)
    text = io.StringIO()
    print_grid(Console(file=text, width=width, no_color=True), laid)
    lines = text.getvalue().splitlines()

    assert all(cell_len(line) <= width for line in lines)
    assert {word for cell in row for word in cell.split()} <= set(text.getvalue().split())
    assert "satisfaction" in text.getvalue().split()
    assert 1 == sum(numbers[4] in line and line.startswith("嘉定青浦") for line in lines)


def test_what_is_too_wide_for_any_terminal_is_folded():
    text = io.StringIO()
    print_grid(Console(file=text, width=9, no_color=True), grid(("key", "number"), ("k" * 40, "123456789012")))

    assert 40 == text.getvalue().count("k") - 1
    assert "123456789012" == "".join(character for character in text.getvalue() if character.isdigit())


WAIVED = """\
steelyard: 1
ruleset: r
version: 1
title: t
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    branch: text
    took: {type: decimal(0), optional: true}
    rate: decimal(2)
indicators:
  time: {measure: took, target: 3, better: lower, score: met, weight: 50, missing: waive}
  right: {measure: rate, target: 0.9, better: higher, score: met, weight: 50}
score: {method: weighted_mean, round: 2}
"""


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_what_was_measured_nowhere_lost_no_points(engine: str, steelyard, tmp_path: Path):
    (tmp_path / "r.yaml").write_text(WAIVED, "utf-8")
    (tmp_path / "c.csv").write_text("id,branch,took,rate\n1,a,5,1\n2,a,,1\n3,b,,0\n4,b,,1\n", "utf-8")
    words = (
        "evaluate",
        tmp_path / "r.yaml",
        "--cases",
        tmp_path / "c.csv",
        "--summary-by",
        "branch",
        "--engine",
        engine,
    )
    done = steelyard(*words, "--summary", tmp_path / "s.csv")
    steelyard(*words, "--summary", tmp_path / "s.json")
    rows = {row["branch"]: row for row in csv.DictReader((tmp_path / "s.csv").open(encoding="utf-8"))}
    whole = json.loads((tmp_path / "s.json").read_text("utf-8"))["whole"]["scores"]["score"]["lost"]
    run = api.load(tmp_path / "r.yaml").score(tmp_path / "c.csv", engine=engine)

    assert {"a": ("25.000000", "1"), "b": ("", "0"), "": ("12.500000", "1")} == {
        key: (row["lost.time"], row["measured.time"]) for key, row in rows.items()
    }
    assert ["2", "2", "4"] == [row["measured.right"] for row in rows.values()]
    assert {"mean": "12.500000", "cases": 1, "measured": 1} == whole["time"]
    assert "measured in so many of the scored cases" in done.out
    assert "– (0/2)" in done.out
    assert [(1, False), (0, True), (1, False)] == [
        (row["measured.time"], row["lost.time"] is None) for row in run.summary(["branch"])
    ]


def test_the_index_of_a_report_has_the_groups(steelyard, policy: Path, cases: Path, tmp_path: Path):
    words = ("evaluate", policy, "--cases", cases, *AS_OF, "--summary-by", "complaint", "--report", tmp_path / "rep")
    steelyard(*words)
    index = (tmp_path / "rep" / "index.html").read_text("utf-8")

    assert "Upheld complaint" in index
    assert "Points lost on average" in index
    assert "/4)" in index
