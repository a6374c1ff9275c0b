"""`--rejects FILE.xlsx`: the rows as they were read, bad cells marked, read again after they are mended."""

# pyright: basic

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import steelyard as api

AS_OF = ("--as-of", "2024-05-10T00:00")
HEAD = "claim_id,reported_at,handler,paid_at,rating,complaint"
ROWS = (
    "A,2024-05-01 09:00,=Wu,2024-05-02,4.8,no",
    "B,2024-05-32 09:00,Li,2024-05-02 10:00,48,perhaps",
    "C,2024-05-03 09:00,Li,2024-05-02 10:00,4.5,yes",
    "D,2024-05-03 09:00,Li,,,yes",
    "E,2024-05-03",
)


@pytest.fixture
def cases(policy: Path) -> Path:
    path = policy / "cases.csv"
    path.write_text("\n".join((HEAD, *ROWS, "")), "utf-8")
    return path


def opened(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def filled(cell) -> bool:
    return cell.fill.fgColor.rgb == "FFF7C6C1"


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_rows_are_shown_marked_mended_and_read_again(engine: str, steelyard, policy: Path, cases: Path, tmp_path: Path):
    path = tmp_path / "r.xlsx"
    words = ("evaluate", policy, *AS_OF, "--engine", engine)
    done = steelyard(*words, "--cases", cases, "--rejects", path)
    book = opened(path)
    sheet = book["cases"]

    assert 3 == done.status
    assert ["cases", "rejects", "about"] == book.sheetnames
    assert ["what to do", *HEAD.split(",")] == [cell.value for cell in sheet[1]]
    found = {sheet.cell(row, 2).value: row for row in range(2, sheet.max_row + 1)}
    assert {"A", "B", "C", None} == set(found)
    b = [sheet.cell(found["B"], column) for column in range(1, 8)]
    assert ["B", "2024-05-32 09:00", "Li", "2024-05-02 10:00", "48", "perhaps"] == [cell.value for cell in b[1:]]
    assert [False, False, True, False, False, True, True] == [filled(cell) for cell in b]
    assert b[0].value.startswith("cases.csv:3: `reported_at` is “2024-05-32 09:00”")
    assert "`complaint` is “perhaps”" in b[0].value
    assert "expected a value from" in b[5].comment.text
    assert "=Wu" == sheet.cell(found["A"], 4).value
    assert "s" == sheet.cell(found["A"], 4).data_type
    assert "fields, but the row has 2" in sheet.cell(found[None], 1).value

    sheet.cell(found["A"], 5).value = datetime(2024, 5, 2, 10)  # noqa: DTZ001 - local
    sheet.cell(found["B"], 3).value, sheet.cell(found["B"], 6).value = "2024-05-01 09:00", 4.8
    sheet.cell(found["B"], 7).value = False
    sheet.cell(found["C"], 5).value = "2024-05-04 10:00"
    sheet.delete_rows(found[None])
    book.save(path)
    again = steelyard(*words, "--cases", path, "-o", tmp_path / "o.csv")
    both = steelyard(*words, "--cases", cases, "--cases", path, "--allow-rejects", 9)

    assert 0 == again.status, again.err
    assert ["A", "B", "C"] == [line.split(",")[0] for line in (tmp_path / "o.csv").read_text("utf-8").splitlines()[1:]]
    assert "stands once" in both.err


def test_cells_keep_their_types(steelyard, policy: Path, tmp_path: Path):
    table = pa.table(
        {
            "claim_id": ["A", "B"],
            "reported_at": [datetime(2024, 5, 1, 9), datetime(2024, 5, 1, 9, 0, 0, 5)],  # noqa: DTZ001 - local
            "rating": [9.5, 9.0],
            "complaint": [True, False],
            "note": ["x" * 40000, None],
        }
    )
    pq.write_table(table, tmp_path / "c.parquet")
    steelyard(
        "evaluate",
        policy,
        "--cases",
        tmp_path / "c.parquet",
        *AS_OF,
        "--rejects",
        tmp_path / "r.xlsx",
        "--missing-column",
        "paid_at=accept",
    )
    first, second = list(opened(tmp_path / "r.xlsx")["cases"].iter_rows(min_row=2))

    assert ["A", datetime(2024, 5, 1, 9), 9.5] == [cell.value for cell in first[1:4]]  # noqa: DTZ001 - local
    assert filled(first[3])
    assert "2024-05-01 09:00:00.000005" == second[2].value
    assert 32_767 == len(first[5].value)


def test_rows_of_relations_and_their_cases(steelyard, tmp_path: Path):
    (tmp_path / "r.yaml").write_text(
        "steelyard: 1\nruleset: r\nversion: 1\ntitle: t\ntimezone: Asia/Shanghai\n"
        "case: {key: id, inputs: {id: text, n: decimal(0)}}\n"
        "relations: {visits: {of_case: id, fields: {id: text, hours: decimal(1)}}}\n"
        "indicators: {i: {measure: n + count(visits), target: 1, better: higher, score: met, weight: 1}}\n"
        "score: {method: weighted_mean, round: 2}\n",
        "utf-8",
    )
    (tmp_path / "c.csv").write_text("id,n\nA,1\nB,2\nC,x\n", "utf-8")
    (tmp_path / "v.csv").write_text("id,hours,who\nA,1,p\nB,long,q\n", "utf-8")
    words = ("--relation", f"visits={tmp_path / 'v.csv'}", "--rejects", tmp_path / "r.xlsx")
    done = steelyard("--lang", "zh", "evaluate", tmp_path / "r.yaml", "--cases", tmp_path / "c.csv", *words)
    book = opened(tmp_path / "r.xlsx")

    assert 3 == done.status, done.err
    assert ["cases", "visits", "拒绝记录", "说明"] == book.sheetnames
    assert [("B", "2"), ("C", "x")] == [row[1:] for row in list(book["cases"].values)[1:]]
    (head, row) = book["visits"].values
    assert ("处理办法", "id", "hours", "who") == head
    assert ("B", "long", "q") == row[1:]
    assert filled(book["visits"]["C2"])
    assert "v.csv:3" in str(book["cases"]["A2"].value)


def test_a_file_that_has_changed_is_not_read_again(policy: Path, cases: Path, tmp_path: Path):
    run = api.load(policy, as_of="2024-05-10T00:00").score(cases)
    run.write(rejects=tmp_path / "r.xlsx")
    cases.write_text(cases.read_text("utf-8") + "\n", "utf-8")

    with pytest.raises(api.OutputError, match="has changed since it was read"):
        run.write(rejects=tmp_path / "s.xlsx")
    assert (tmp_path / "r.xlsx").exists()
    assert not (tmp_path / "s.xlsx").exists()


def test_frames_have_rows_too(policy: Path, tmp_path: Path):
    frame = pa.table({"claim_id": ["A"], "reported_at": ["bad"], "complaint": ["no"], "rating": ["5"]})
    run = api.load(policy, as_of="2024-05-10T00:00").score(frame, missing_columns=["paid_at"])
    run.write(rejects=tmp_path / "r.xlsx")

    assert ["A", "bad", "no", "5"] == [cell.value for cell in opened(tmp_path / "r.xlsx")["cases"][2]][1:]
