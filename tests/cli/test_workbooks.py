"""`-o`, `--summary` and `--rejects` as workbooks: the same values as other files, from every engine."""

# pyright: basic

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

import steelyard as api
from steelyard.report import book as limits

AS_OF = ("--as-of", "2024-05-10T00:00")
BAD = "X,bad,,9,perhaps\n"


@pytest.fixture
def cases(policy: Path) -> Path:
    path = policy / "cases.csv"
    path.write_text(path.read_text("utf-8") + BAD, "utf-8")
    return path


def sheet(path: Path, name: str) -> list[dict]:
    head, *rows = openpyxl.load_workbook(path)[name].values
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_all_three_are_workbooks(engine: str, steelyard, policy: Path, cases: Path, tmp_path: Path):
    names = {"-o": "o", "--summary": "s", "--rejects": "r"}
    words = ("evaluate", policy, "--cases", cases, *AS_OF, "--engine", engine, "--allow-rejects", 1)
    for suffix in ("xlsx", "csv"):
        done = steelyard(
            *words, *(word for key, name in names.items() for word in (key, tmp_path / f"{name}.{suffix}"))
        )
        assert 0 == done.status, done.err

    for name, title in (("o", "results"), ("s", "summary"), ("r", "rejects")):
        plain = list(csv.DictReader((tmp_path / f"{name}.csv").open(encoding="utf-8", newline="")))
        book = openpyxl.load_workbook(tmp_path / f"{name}.xlsx")
        cells = sheet(tmp_path / f"{name}.xlsx", title)
        assert (["cases", title, "about"] if name == "r" else ["about", title]) == book.sheetnames
        assert [list(row) for row in plain] == [list(row) for row in cells]
        for row, other in zip(cells, plain, strict=True):
            for column, value in row.items():
                if isinstance(value, int | float) and not other[column].startswith("PT"):
                    assert float(other[column]) == value
                elif not isinstance(value, int | float):
                    assert other[column] == (value or "")
    (first, *_) = sheet(tmp_path / "o.xlsx", "results")
    assert ("C-001", 100) == (first["claim_id"], first["score"])
    about = list(openpyxl.load_workbook(tmp_path / "o.xlsx")["about"].values)
    assert {"ruleset", "version", "digest of the policy", "digest of the facts", "cut-off", "engine", "file"} <= {
        str(line[0]) for line in about
    }
    assert "2024-05-10T00:00:00+08:00" in next(line for line in about if line[0] == "cut-off")


def test_python_writes_the_same(policy: Path, cases: Path, tmp_path: Path):
    run = api.load(policy, as_of="2024-05-10T00:00").score(cases)
    run.write(tmp_path / "o.xlsx", rejects=tmp_path / "r.xlsx", summary=tmp_path / "s.xlsx", lang="zh")

    assert ["说明", "结果"] == openpyxl.load_workbook(tmp_path / "o.xlsx").sheetnames
    assert [row["score"] for row in sheet(tmp_path / "o.xlsx", "结果")] == [
        None if row["score"] is None else float(row["score"]) for row in run.results
    ]
    assert ["X"] == [row["key"] for row in sheet(tmp_path / "r.xlsx", "拒绝记录")]
    assert "all" == sheet(tmp_path / "s.xlsx", "汇总")[-1]["level"]


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_more_cases_than_a_sheet_holds_are_not_scored(
    engine: str, steelyard, policy: Path, cases: Path, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(limits, "SHEET_ROWS", 3)
    (tmp_path / "o.xlsx").write_bytes(b"before")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--engine", engine, "-o", tmp_path / "o.xlsx")

    assert 2 == done.status
    assert "4 rows: a sheet of a workbook holds 3 below its header" in done.err
    assert "checked on" not in done.err
    assert b"before" == (tmp_path / "o.xlsx").read_bytes()


def test_more_rejects_than_a_sheet_holds_leave_no_file(
    steelyard, policy: Path, cases: Path, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(limits, "SHEET_ROWS", 0)
    words = ("--rejects", tmp_path / "r.xlsx", "--provenance", tmp_path / "p.json")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words)

    assert 2 == done.status
    assert "1 row: a sheet" in done.err
    assert not (tmp_path / "p.json").exists()


def test_times_are_local(steelyard, policy: Path, cases: Path, tmp_path: Path):
    ruleset = policy / "ruleset.yaml"
    text = ruleset.read_text("utf-8")
    assert "outputs:" not in text
    ruleset.write_text(
        text + "\noutputs:\n  reported: {value: reported_at}\n  day: {value: date(reported_at)}\n", "utf-8"
    )
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", tmp_path / "o.xlsx", "--allow-rejects", 1)

    assert 0 == done.status, done.err
    found = sheet(tmp_path / "o.xlsx", "results")[0]
    with cases.open(encoding="utf-8") as file:
        written = next(csv.DictReader(file))["reported_at"]
    assert datetime.fromisoformat(written) == found["reported"]
    assert datetime.fromisoformat(written[:10]) == found["day"]
