"""Cells of tables in files are computed alike on every engine; formulas of a spreadsheet, not without being told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from conformance.harness import ENGINES, columns, compiled
from sql_agreement import disagreements
from steelyard.analysis.check import Loaded, load
from steelyard.diagnostics.catalogue import translator
from steelyard.facts.case import Case
from steelyard.facts.texts import case_from_texts
from steelyard.ir.canonical import policy_digest
from workbooks import sheet, workbook

HEAD = """
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case:
  key: k
  inputs:
    k: text
    cost: {type: decimal(2), range: "[0..1000]", optional: true}
    limit: {type: decimal(2), range: "[0..1000]", optional: true}
    line: {type: text, values: [motor, injury]}
    other: {type: text, values: [motor, injury], optional: true}
parameters:
  rate: {type: decimal(2), value: 1.25}
define:
  double: cost * 2
tables:
  t:
    hit: first
    inputs: {cost: cost, line: line}
    outputs: {points: {type: decimal(4), range: "[0..10000]"}, who: text}
"""
TAIL = """
score: {start: 0, round: 2}
outputs:
  points: {value: t.points}
  who: {value: t.who}
"""
LIMITED = ["< limit", ":= other", ":= rate * 5 + double", ":= line"]
BETWEEN = ["[limit..limit * 2]", "motor", ":= rate", "rate"]
ROWS = [
    ["cost", "line", "points", "who"],
    ["missing", "-", ":= coalesce(limit, 7)", ":= missing"],
    LIMITED,
    BETWEEN,
    ["otherwise", "otherwise", ":= min(cost, 3)", ":= coalesce(other, line)"],
]
CASES = [
    {"k": str(place), **given}
    for place, given in enumerate(
        [
            {"line": "motor"},
            {"line": "motor", "limit": "5"},
            {"line": "motor", "other": "motor", "cost": "4.99", "limit": "5"},
            {"line": "motor", "other": "motor", "cost": "5", "limit": "5"},
            {"line": "motor", "other": "injury", "cost": "10", "limit": "5"},
            {"line": "motor", "other": "injury", "cost": "10.01", "limit": "5"},
            {"line": "injury", "cost": "2", "limit": "5"},
            {"line": "injury", "cost": "2", "limit": "1"},
        ]
    )
]

Rows = list[list[str]]


def by_openpyxl(folder: Path, rows: Rows) -> str:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(folder / "t.xlsx")
    return "t.xlsx"


def by_xlsxwriter(folder: Path, rows: Rows) -> str:
    with xlsxwriter.Workbook(folder / "t.xlsx") as book:
        page = book.add_worksheet()
        for place, row in enumerate(rows):
            page.write_row(place, 0, row)
    return "t.xlsx"


def by_hand(folder: Path, rows: Rows) -> str:
    (folder / "t.csv").write_text("".join(";".join(row) + "\n" for row in rows), "utf-8")
    return "t.csv\n    delimiter: ;"


WRITERS = [by_openpyxl, by_xlsxwriter, by_hand]
WORKBOOKS = WRITERS[:2]
Writer = Callable[[Path, Rows], str]


def loaded(folder: Path, file: str) -> Loaded:
    path = folder / "r.yaml"
    path.write_text(f"{HEAD}    file: {file}{TAIL}", "utf-8")
    return load(str(path), lint=False)


def changed(row: list[str], column: int, cell: str) -> Rows:
    """The rows with one cell changed."""
    return [[cell if own is row and place == column else one for place, one in enumerate(own)] for own in ROWS]


@pytest.mark.parametrize("write", WRITERS)
def test_cells_of_a_file_compute_alike_on_every_engine(tmp_path: Path, write: Writer) -> None:
    ruleset = loaded(tmp_path, write(tmp_path, ROWS)).ruleset
    assert ruleset is not None
    cases = [case_from_texts(ruleset, given, {}) for given in CASES]
    read = [case for case in cases if isinstance(case, Case)]
    assert len(cases) == len(read)

    for engine in ENGINES:
        found = [columns(ruleset, compiled(engine, ruleset).evaluate(case)) for case in read]
        assert [
            ("7.0000", ""),
            ("5.0000", ""),
            ("16.2300", "motor"),
            ("1.2500", "rate"),
            ("1.2500", "rate"),
            ("3.0000", "injury"),
            ("", ""),
            ("2.0000", "injury"),
        ] == [(one["points"], one["who"]) for one in found]
    assert [] == disagreements(ruleset, read)


def test_the_file_makes_the_same_policy_as_the_ruleset_alone(tmp_path: Path) -> None:
    """Whoever wrote the file."""
    found = [loaded(tmp_path, write(tmp_path, ROWS)).ruleset for write in WRITERS]

    assert 1 == len({policy_digest(one) for one in found if one is not None})
    assert None not in found


@pytest.mark.parametrize("write", WORKBOOKS)
@pytest.mark.parametrize(
    ("row", "column", "formula"),
    [
        (LIMITED, 2, "=rate*5+double"),
        (LIMITED, 2, "=SUM(rate,5)"),
        (LIMITED, 3, "=line"),
        (LIMITED, 0, "=limit"),
        (BETWEEN, 1, "=other"),
    ],
)
def test_a_formula_that_names_something_of_the_ruleset_is_told_how_to_be_computed(
    tmp_path: Path, write: Writer, row: list[str], column: int, formula: str
) -> None:
    file = write(tmp_path, changed(row, column, formula))
    [found] = loaded(tmp_path, file).diagnostics
    chinese = translator("zh")

    assert ("H131", f"{tmp_path}/t.xlsx!{'ABCD'[column]}{ROWS.index(row) + 1}") == (found.code, str(found.span))
    assert f"`{formula}` is a formula of a spreadsheet" == str(found.headline)
    assert f"write `:= {formula[1:]}`: a cell that begins with `:=` is computed" == str(found.help)
    assert found.help is not None
    assert f"`{formula}` 是电子表格的公式" == chinese(found.headline)
    assert f"写成 `:= {formula[1:]}`：以 `:=` 开头的单元格才会计算" == chinese(found.help)


@pytest.mark.parametrize("write", WORKBOOKS)
@pytest.mark.parametrize(
    "formula", ["=1+1", '="rate"&"s"', "=rate(1)", "=rates", "=rate!B2", "='my rate'!B2", "=RATE*2", "=A2*2"]
)
def test_another_formula_without_a_result_is_told_to_be_saved(tmp_path: Path, write: Writer, formula: str) -> None:
    [found] = loaded(tmp_path, write(tmp_path, changed(LIMITED, 2, formula))).diagnostics

    assert ("E141", f"{tmp_path}/t.xlsx!C3") == (found.code, str(found.span))


def test_a_formula_that_a_spreadsheet_could_not_compute(tmp_path: Path) -> None:
    """As a spreadsheet stores it: with the error that it shows."""
    named = 't="e"><f>rate * 5</f><v>#NAME?</v>'
    for inside, code in ((named, "H131"), ('t="e"><f>1/0</f><v>#DIV/0!</v>', "E141"), ('t="e"><v>#N/A</v>', "E141")):
        cells = {f"{'ABCD'[place]}{line}": cell for line, row in enumerate(ROWS, 1) for place, cell in enumerate(row)}
        (tmp_path / "t.xlsx").write_bytes(workbook(S=sheet({**cells, "C3": inside})))
        [found] = loaded(tmp_path, "t.xlsx").diagnostics

        assert (code, f"{tmp_path}/t.xlsx!C3") == (found.code, str(found.span))


def test_a_result_that_is_stored_is_read_whatever_the_formula_names(tmp_path: Path) -> None:
    """The workbook has a name of its own then."""
    cells = {f"{'ABCD'[place]}{line}": cell for line, row in enumerate(ROWS, 1) for place, cell in enumerate(row)}
    (tmp_path / "t.xlsx").write_bytes(workbook(S=sheet({**cells, "C3": "><f>rate * 5</f><v>6.25</v>"})))
    found = loaded(tmp_path, "t.xlsx")

    assert () == found.diagnostics
    assert found.ruleset is not None
    assert 62500 == found.ruleset.tables[0].rows[1].outputs[0]
