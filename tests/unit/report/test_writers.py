"""Tables as files: Parquet refuses what it cannot hold exactly, text formats hold every number."""

# pyright: basic

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from steelyard.calendars.zones import zone
from steelyard.diagnostics import msg
from steelyard.facts.case import Reject
from steelyard.ir import types
from steelyard.ir.result_columns import ResultColumn as Column
from steelyard.report.arrow import UnfitError
from steelyard.report.columns import csv_text
from steelyard.report.writers import REJECT_COLUMNS, reject_row, write_rows
from steelyard.source.csv_lines import CsvStyle

FORMULAS = ["=1", "+1", "-1", "@a", "\tb", "\rb", "  =1", "\u3000+1", "\ufeff@a", "\n=1", "＝1", "＋1", "－1", "＠a"]
HARMLESS = ["", " ", "a=1", "'=1", "a-b", "0", "#1", "北=", "\u2212" + "1"]


@pytest.mark.parametrize("safe", [True, False])
def test_formulas_are_marked_where_that_is_asked_for(tmp_path: Path, safe: bool) -> None:
    path = tmp_path / "x.csv"
    head = [Column("n", types.Number(0)), Column("t", types.Text()), Column("l", types.Text(), many=True)]
    rows = [{"n": -5, "t": text, "l": (text, "=z")} for text in FORMULAS + HARMLESS]
    write_rows(path, head, rows, style=CsvStyle(safe=safe))
    found = list(csv.reader(path.open(encoding="utf-8", newline="")))[1:]
    mark = "'" if safe else ""

    assert [f"{mark}{text}" for text in FORMULAS] + HARMLESS == [text for _, text, _ in found]
    # an empty text before the `;` does not make the list begin with a formula
    assert [f"{mark}{text};=z" for text in FORMULAS] + [f"{text};=z" for text in HARMLESS] == [one for *_, one in found]
    assert {"-5"} == {number for number, *_ in found}


@pytest.mark.parametrize(
    ("kind", "value"), [(types.Number(2), 10**18), (types.Number(0), 2**63), (types.Duration(), -(2**63) - 1)]
)
def test_number_that_does_not_fit_is_refused_and_leaves_nothing(tmp_path: Path, kind: types.Type, value: int) -> None:
    with pytest.raises(UnfitError):
        write_rows(tmp_path / "x.parquet", [Column("n", kind)], [{"n": value}])

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("kind", "value", "text", "json_value"),
    [
        (types.Number(2), 10**18, "10000000000000000.00", "10000000000000000.00"),
        (types.Number(0), 2**63, str(2**63), 2**63),
        (types.Number(0), -(10**60), str(-(10**60)), -(10**60)),
        (types.Duration(), 2**63 * 1_000_000, "PT2562047788015215H30M8S", "PT2562047788015215H30M8S"),
    ],
)
def test_text_formats_hold_numbers_of_any_width(tmp_path: Path, kind, value, text, json_value) -> None:
    """Beside one that fits, which reads as it would without the other."""
    for name in ("x.csv", "x.jsonl"):
        write_rows(tmp_path / name, [Column("n", kind)], [{"n": value}, {"n": 0}, {"n": None}])

    fits = csv_text(Column("n", kind), 0, zone("UTC"))
    assert ["n", text, fits] == (tmp_path / "x.csv").read_text("utf-8").splitlines()[:3]
    first, _, last = [json.loads(line)["n"] for line in (tmp_path / "x.jsonl").read_text("utf-8").splitlines()]
    assert (json_value, None) == (first, last)


def test_largest_numbers_fit(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    head = [Column("a", types.Number(18)), Column("b", types.Number(0)), Column("c", types.Number(30))]
    write_rows(path, head, [{"a": 10**18 - 1, "b": -(2**63), "c": 10**30}])

    row = pq.read_table(path).to_pylist()[0]
    assert (Decimal("0.999999999999999999"), -(2**63), "1." + "0" * 30) == (row["a"], row["b"], row["c"])


def test_unknown_suffix_and_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.xls"):
        write_rows(tmp_path / "x.xls", REJECT_COLUMNS, [])
    with pytest.raises(OSError, match="nowhere"):
        write_rows(tmp_path / "nowhere" / "x.parquet", REJECT_COLUMNS, [])

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(("lang", "expected"), [("en", "a row of x is given"), ("zh", "已有 a row of x")])
def test_rejects_speak_a_language(tmp_path: Path, lang: str, expected: str) -> None:
    path = tmp_path / "rejects.csv"
    reject = Reject('K,"1"', "col", "bad\nvalue", msg("{what} is given", what="a row of x"), 7, None, "c.csv")
    write_rows(path, REJECT_COLUMNS, [reject_row(reject, lang)])
    (row,) = csv.DictReader(path.open(encoding="utf-8", newline=""))

    assert {
        "key": 'K,"1"',
        "file": "c.csv",
        "line": "7",
        "where": "col",
        "value": "bad\nvalue",
        "expected": expected,
        "hint": "",
        "others": "",
    } == row


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", ["`b` is “”, expected a value (it is required) (write it)", "r.csv:3: `r.n` is “x”, expected text"]),
        ("zh", ["`b` 为“”，应为必填（write it）", "r.csv:3：`r.n` 为“x”，应为文本"]),
    ],
)
def test_all_reasons_stand_in_one_row(tmp_path: Path, lang: str, expected: list[str]) -> None:
    others = (
        Reject("K", "b", "", msg("a value (it is required)"), 2, msg("write it"), "c.csv"),
        Reject("K", "r.n", "x", msg("text"), 3, None, "r.csv"),
    )
    row = reject_row(Reject("K", "a", "?", msg("text"), 2, None, "c.csv", others), lang)
    for suffix in ("csv", "jsonl", "parquet"):
        write_rows(tmp_path / f"x.{suffix}", REJECT_COLUMNS, [row])
    (line,) = csv.DictReader((tmp_path / "x.csv").open(encoding="utf-8", newline=""))

    assert ";".join(expected) == line["others"]
    assert expected == json.loads((tmp_path / "x.jsonl").read_text("utf-8"))["others"]
    assert expected == pq.read_table(tmp_path / "x.parquet").to_pylist()[0]["others"]


def test_a_lone_carriage_return_is_quoted(tmp_path) -> None:
    path = tmp_path / "rejects.csv"
    write_rows(path, REJECT_COLUMNS, [reject_row(Reject("a\rb", "col\r", "", msg("text"), None, None, "c.csv"), "en")])

    assert b'"a\rb",c.csv,,"col\r",,text,,\n' == path.read_bytes().split(b"\n", 1)[1]
