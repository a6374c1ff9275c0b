"""Files appear whole or not at all; Parquet holds no double and nothing of 128 bits."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from golden.reports.worked import cases, evaluated, program
from steelyard.diagnostics import msg
from steelyard.facts.case import Case, Reject
from steelyard.ir import types
from steelyard.ir.result_columns import ResultColumn as Column
from steelyard.report.arrow import UnfitError
from steelyard.report.writers import write_rejects, write_results, write_rows
from steelyard.semantics import Outcome, Status

POLICY = "motor-small-claims"
SET = (("as_of", "2013-12-01T00:00"),)


def results() -> list[tuple[Case, Outcome]]:
    found = [evaluated(POLICY, name) for name in cases(POLICY)]
    return [(e.case, e.outcome) for e in found if e is not None and e.outcome.status is not Status.REJECTED]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_every_format_holds_every_case(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    ruleset = program(POLICY, SET).ruleset

    assert len(results()) == write_results(path, ruleset, results())
    match suffix:
        case ".csv":
            keys = [row["claim_id"] for row in csv.DictReader(path.open(encoding="utf-8"))]
        case ".jsonl":
            keys = [json.loads(line)["claim_id"] for line in path.read_text("utf-8").splitlines()]
        case _:
            keys = pq.read_table(path).column("claim_id").to_pylist()
    assert [case.key for case, _ in results()] == keys
    assert [path] == list(tmp_path.iterdir())


def test_parquet_has_no_double_and_no_128_bits(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    write_results(path, program(POLICY, SET).ruleset, results())
    file = pq.ParquetFile(path)
    physical = {file.schema.column(n).path: file.schema.column(n).physical_type for n in range(len(file.schema))}

    assert {"INT64", "BYTE_ARRAY"} >= set(physical.values()) - {"BOOLEAN", "INT32"}
    assert "INT64" == physical["score"] == physical["survey.lost"] == physical["survey.measure"]
    assert "decimal64(18, 2)" == str(file.schema_arrow.field("score").type).replace("decimal128", "decimal64")
    assert "int64" == str(file.schema_arrow.field("survey.measure").type)
    assert not {"double", "float"} & {str(field.type) for field in file.schema_arrow}


def test_parquet_holds_the_numbers_exactly(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    evaluation = evaluated(POLICY, "in-proportion")
    assert evaluation is not None
    write_results(path, evaluation.ruleset, [(evaluation.case, evaluation.outcome)])
    row = pq.read_table(path).to_pylist()[0]
    final = evaluation.outcome.scores[0].final

    assert Decimal(str(final)) == row["score"]
    assert 22 * 3_600_000_000 == row["survey.measure"]
    assert list(evaluation.outcome.scores[0].reasons) == row["reasons"]


FORMULAS = ["=1", "+1", "-1", "@a", "\tb", "\rb", "  =1", "\u3000+1", "\ufeff@a", "\n=1", "＝1", "＋1", "－1", "＠a"]
HARMLESS = ["", " ", "a=1", "'=1", "a-b", "0", "#1", "北=", "\u2212" + "1"]


@pytest.mark.parametrize("safe", [True, False])
def test_formulas_are_marked_where_that_is_asked_for(tmp_path: Path, safe: bool) -> None:
    path = tmp_path / "x.csv"
    head = [Column("n", types.Number(0)), Column("t", types.Text()), Column("l", types.Text(), many=True)]
    rows = [{"n": -5, "t": text, "l": (text, "=z")} for text in FORMULAS + HARMLESS]
    write_rows(path, head, rows, "UTC", csv_safe=safe)
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
        write_rows(tmp_path / "x.parquet", [Column("n", kind)], [{"n": value}], "UTC")

    assert [] == list(tmp_path.iterdir())


def test_largest_numbers_fit(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    head = [Column("a", types.Number(18)), Column("b", types.Number(0)), Column("c", types.Number(30))]
    write_rows(path, head, [{"a": 10**18 - 1, "b": -(2**63), "c": 10**30}], "UTC")

    row = pq.read_table(path).to_pylist()[0]
    assert (Decimal("0.999999999999999999"), -(2**63), "1." + "0" * 30) == (row["a"], row["b"], row["c"])


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt])
def test_interrupt_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, suffix: str, fault: type[BaseException]
) -> None:
    path = tmp_path / f"out{suffix}"
    path.write_text("old")

    def rows() -> Iterator[tuple[Case, Outcome]]:
        yield from results()[:2]
        raise fault

    with pytest.raises(fault):
        write_results(path, program(POLICY, SET).ruleset, rows())

    assert "old" == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_unknown_suffix_and_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.xls"):
        write_rows(tmp_path / "x.xls", [], [], "UTC")
    with pytest.raises(OSError, match="nowhere"):
        write_rows(tmp_path / "nowhere" / "x.csv", [], [], "UTC")

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(("lang", "expected"), [("en", "a row of x is given"), ("zh", "已有a row of x")])
def test_rejects_speak_a_language(tmp_path: Path, lang: str, expected: str) -> None:
    path = tmp_path / "rejects.csv"
    reject = Reject('K,"1"', "col", "bad\nvalue", msg("{what} is given", what="a row of x"), 7, None, "c.csv")
    write_rejects(path, [reject], lang)
    (row,) = csv.DictReader(path.open(encoding="utf-8", newline=""))

    assert {
        "key": 'K,"1"',
        "file": "c.csv",
        "line": "7",
        "where": "col",
        "value": "bad\nvalue",
        "expected": expected,
        "hint": "",
    } == row


def test_a_lone_carriage_return_is_quoted(tmp_path) -> None:
    path = tmp_path / "rejects.csv"
    write_rejects(path, [Reject("a\rb", "col\r", "", msg("text"), None, None, "c.csv")])

    assert b'"a\rb",c.csv,,"col\r",,text,\n' == path.read_bytes().split(b"\n", 1)[1]
