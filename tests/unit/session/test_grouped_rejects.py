"""A rejected row counts in its own group as far as the cells that say which it is can be read, on every engine."""

# pyright: basic

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

import steelyard
from cli.programs import program
from steelyard import Run

RULESET = """
steelyard: 1
ruleset: r
version: {version}
effective: "{effective}"
timezone: Asia/Shanghai
case:
  key: id
  reference_date: opened
  inputs:
    id: text
    agency: {{type: text, values: [A, B, C], label: {{zh: 机构, en: Agency}}}}
    opened: {{type: datetime, format: "%Y-%m-%d %H:%M"}}
    closed: {{type: datetime, not_before: opened}}
    paid: {{type: decimal(1), optional: true, decimal: ",", grouping: "."}}
    fine: {{type: decimal(0), optional: true}}
    late: {{type: boolean, optional: true}}
relations:
  notes: {{of_case: case_id, fields: {{case_id: text, good: boolean}}}}
indicators:
  time: {{clock: {{from: opened, to: closed}}, target: 48h, better: lower, score: met, weight: 1}}
score: {{method: weighted_mean, round: 1}}
deductions:
  fined: {{when: fine > -1000, deduct: fine, unknown: ignore}}
  told: {{for_each: notes, when: good, deduct: 1}}
"""
CASES = """\
id,agency,opened,closed,paid,fine,late
1,A,2024-01-31 23:30,2024-02-01 12:00,"1.000,5",,true
2,A,2024-01-31 23:30,2024-01-30 12:00,"1.000,5",,true
3,A,2024-02-01 00:00,2024-02-02 12:00,2,,
3,B,2024-02-01 00:00,2024-02-02 12:00,2,,
4,Z,2024-02-01 00:00,2024-02-02 12:00,2,,
5,B,2024-02-31 00:00,2024-03-02 12:00,2,,
6,B,2024-02-01 00:00
7,B,2024-02-01 00:00,2024-02-02 12:00,3,,
8,B,2024-02-01 00:00,2024-02-02 12:00,3,-1,
9,C,2024-02-01 00:00,2024-02-02 12:00,1.5,,false
10,B,2024-02-01 00:00,2024-02-02 12:00,,,
11,A,2022-02-01 00:00,2024-02-02 12:00,4,,
12,A,2024-02-01 00:00,2024-02-02 12:00,,,
,C,2024-02-01 00:00,2024-02-02 12:00,2,,maybe
"""
NOTES = "case_id,good\n1,true\n7,perhaps\n"
ENGINES = ["durable", "sql"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("policy")
    (made / "rules").mkdir()
    for version, effective in (("2023", "[2023-01-01..2024-01-31]"), ("2024", "[2024-02-01..)")):
        text = RULESET.format(version=version, effective=effective)
        (made / "rules" / f"{version}.yaml").write_text(text, "utf-8")
    (made / "cases.csv").write_text(CASES, "utf-8")
    (made / "notes.csv").write_text(NOTES, "utf-8")
    return made


@pytest.fixture(scope="module", params=ENGINES)
def run(folder: Path, request: pytest.FixtureRequest) -> Run:
    policy = steelyard.load(folder / "rules")
    return policy.score(folder / "cases.csv", {"notes": folder / "notes.csv"}, engine=request.param)


def groups(run: Run, *by: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """By group, how many cases and how many of them were rejected."""
    rows = run.summary(by).to_arrow().to_pylist()
    return {tuple(row[name] for name in by): (row["cases"], row["rejected"]) for row in rows if row["level"] == "group"}


def test_by_an_input(run: Run) -> None:
    assert {("",): (2, 2), ("A",): (5, 3), ("B",): (5, 4), ("C",): (2, 2)} == groups(run, "agency")


def test_by_month_and_version(run: Run) -> None:
    """What is before the first version has a month and no version."""
    assert {
        ("", ""): (2, 2),
        ("2022-02", ""): (1, 1),
        ("2024-01", "2023"): (2, 1),
        ("2024-02", "2024"): (9, 7),
    } == groups(run, "month", "version")


def test_by_several_names_each_by_its_own_cell(run: Run) -> None:
    found = groups(run, "agency", "month", "paid")

    assert (1, 1) == found["B", "", "2.0"]
    assert (1, 1) == found["", "2024-02", "2.0"]
    assert (1, 1) == found["", "", ""]
    assert (2, 1) == found["A", "2024-01", "1000.5"]
    assert (1, 1) == found["C", "2024-02", ""]
    assert sum(cases for cases, _ in found.values()) == 14


def test_a_rule_reads_what_intake_reads(run: Run) -> None:
    assert {("false",): (1, 1), ("true",): (2, 1), ("",): (11, 9)} == groups(run, "late")


def test_a_group_of_rejects_alone_has_no_score(run: Run) -> None:
    row = next(row for row in run.summary(["agency"]) if row["agency"] == "C")

    assert (0, None, None, None) == (row["scored"], row["mean"], row["rank"], row["median"])


def test_by_everything(run: Run) -> None:
    """The groups are the rows, whoever scored."""
    found = groups(run, "id", "agency", "closed", "late", "month")

    assert (1, 1) == found["3", "A", "2024-02-02T12:00:00+08:00", "", "2024-02"]
    assert (1, 1) == found["3", "B", "2024-02-02T12:00:00+08:00", "", "2024-02"]
    assert (1, 1) == found["2", "A", "2024-01-30T12:00:00+08:00", "true", "2024-01"]
    assert (1, 1) == found["5", "B", "2024-03-02T12:00:00+08:00", "", ""]
    assert (1, 1) == found["", "C", "2024-02-02T12:00:00+08:00", "", "2024-02"]
    assert 14 == len(found)


@pytest.mark.slow
def test_the_words_of_a_summary(folder: Path) -> None:
    common = ("evaluate", "rules", "--cases", "cases.csv", "--relation", "notes=notes.csv", "--allow-rejects", 99)
    common += ("--summary-by", "Agency,month", "--engine", "reference")
    done = program(*common, "--lang", "zh", "--report", "pages", "--summary", "s.xlsx", cwd=folder)

    assert 0 == done.returncode, done.stderr
    assert "“–”（机构、月份）：该值缺失，或该行被拒绝且该值无法读取" in done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["C", "2024-02", "2", "0", "0", "2", "–", "–"] in lines
    index = (folder / "pages" / "index.html").read_text("utf-8")
    assert 1 == index.count("“–”（机构、月份）")
    with ZipFile(folder / "s.xlsx") as book:
        assert any("（机构、月份）" in book.read(one).decode() for one in book.namelist())
    english = program(*common, cwd=folder)
    said = "“–” under Agency, month: the value is missing, or the row was rejected and it cannot be read"
    assert said in english.stderr
    whole = program(*common[:-4], cwd=folder)
    assert "cannot be read" not in whole.stderr
