"""What is exported reads back as the same ruleset, to the digest, whatever the cells hold."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.analysis.check import load
from steelyard.diagnostics import Diagnostics, Span
from steelyard.facts.format import format_units
from steelyard.ir.canonical import policy_digest
from steelyard.ir.ruleset import Ruleset
from steelyard.report.table_files import changed_cells, table_csv, write_csv
from steelyard.report.table_sheet import SheetCell, TableSheet, stored_number, table_sheet
from steelyard.source.grid import GridOptions
from steelyard.source.grids import read_grid
from steelyard.source.places import CONTROL

pytest.importorskip("xlsxwriter", reason="workbooks are written by xlsxwriter")
from steelyard.report.table_xlsx import write_xlsx

Table = dict[str, object]

WRITERS = {".csv": write_csv, ".xlsx": write_xlsx}
INPUTS = {
    "whole": "integer",
    "part": "decimal(4)",
    "word": "text",
    "flag": "boolean",
    "day": "date",
    "moment": "datetime",
    "length": "duration",
    "span": "days",
    "place": "region(gb2260)",
}
MISSING = "@@missing@@"
"""Stands for the word without quotes."""
NO_TEXT = ":= missing"
"""The same in a column of texts."""
plain = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(lambda t: not CONTROL.search(t))
texts = plain | st.sampled_from(["", " ", "missing", "-", '"', '"a"', "=1+1", "01001", "_x0041_", "'", "a\nb", "a,b"])
wholes = st.integers(-(10**15), 10**15).map(str)
decimals = st.builds(format_units, st.integers(-(10**11), 10**11), st.integers(0, 4))
percents = st.integers(0, 10_000).map(lambda n: f"{n // 100}.{n % 100:02}%")
days = st.dates(date(1950, 1, 1), date(2199, 1, 1)).map(str)
moments = days.map(lambda day: f"{day}T10:30:05+08:00")
lengths = st.integers(0, 10**5).map(lambda n: f"{n}min") | st.sampled_from(["24h", "1h30min", "0.5h", "0s"])
spans = st.integers(0, 400).map(lambda n: f"{n}d")
places = st.integers(0, 999_999).map(lambda n: f"{n:06}")
flags = st.sampled_from(["true", "false"])

RESULTS = {
    "whole_out": ("integer", wholes),
    "part_out": ("decimal(4)", decimals | percents),
    "word_out": ("text", texts),
    "flag_out": ("boolean", flags),
    "day_out": ("date", days),
    "moment_out": ("datetime", moments),
    "length_out": ("duration", lengths),
    "span_out": ("days", spans),
    "place_out": ("region(gb2260)", places),
}
CONDITIONS = {
    "whole": wholes | wholes.map(lambda n: f">= {n}") | st.just("[0..10)") | st.just("1, 2, > 7"),
    "part": decimals | decimals.map(lambda n: f"< {n}") | percents,
    "word": st.sampled_from(["motor", "人伤", "NO", '"a, b"', 'not("x")', "", "01001", "12", '"missing"']),
    "flag": flags,
    "day": days | days.map(lambda d: f">= {d}"),
    "moment": moments.map(lambda m: f"< @{m}"),
    "length": lengths.map(lambda n: f"<= {n}"),
    "span": spans.map(lambda n: f"> {n}"),
    "place": places,
}
notes = st.none() | plain | st.fixed_dictionaries({"zh": plain, "en": plain})


def nothing_in(column: str) -> str:
    """What a cell of an output column says where it gives no value."""
    return NO_TEXT if RESULTS[column][0] == "text" else MISSING


@st.composite
def tables(draw: st.DrawFn) -> Table:
    inputs = draw(st.lists(st.sampled_from(sorted(INPUTS)), unique=True, max_size=4))
    outputs = draw(st.lists(st.sampled_from(sorted(RESULTS)), unique=True, min_size=1, max_size=4))
    rows: list[Table] = []
    for _ in range(draw(st.integers(0, 5))):
        row: Table = {name: draw(CONDITIONS[name] | st.just("-")) for name in inputs if draw(st.booleans())}
        row |= {name: draw(RESULTS[name][1] | st.just(nothing_in(name))) for name in outputs}
        note = draw(notes)
        rows.append(row if note is None else row | {"note": note})
    return {
        "hit": "first",
        "label": {"zh": "目标", "en": "Targets"},
        "inputs": {name: name for name in inputs},
        "outputs": {name: RESULTS[name][0] for name in outputs},
        "rows": rows,
        "default": {name: nothing_in(name) for name in outputs},
    }


def ruleset(table: Table) -> str:
    """A ruleset with one table, in JSON: every text is quoted, save that what is missing says so."""
    text = json.dumps(
        {
            "steelyard": "1",
            "ruleset": "r",
            "version": "1",
            "timezone": "Asia/Shanghai",
            "case": {"key": "k", "inputs": {"k": "text", **INPUTS}},
            "tables": {"targets": table},
            "indicators": {"x": {"measure": "whole", "target": "5", "better": "higher", "score": "met", "weight": "1"}},
            "score": {"method": "weighted_mean"},
        },
        ensure_ascii=False,
    )
    return text.replace(f'"{MISSING}"', "missing")


def read(folder: Path, table: Table) -> tuple[Ruleset, TableSheet]:
    path = folder / "r.yaml"
    path.write_text(ruleset(table), "utf-8")
    loaded = load(str(path), lint=False)
    file = loaded.parts[0].file
    assert loaded.ruleset is not None, loaded.diagnostics
    assert file is not None
    written = next(iter(file.tables.values()))
    return loaded.ruleset, table_sheet(loaded.ruleset, loaded.ruleset.tables[0], written, str)


def from_file(table: Table, name: str) -> Table:
    return {key: value for key, value in table.items() if key != "rows"} | {"file": name}


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=80)
@given(table=tables())
def test_export_reads_back_as_the_same_ruleset(kind: str, table: Table) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        first, sheet = read(folder, table)
        WRITERS[kind](sheet, folder / f"t{kind}")
        assert () == changed_cells(sheet, folder / f"t{kind}")
        second, again = read(folder, from_file(table, f"t{kind}"))

    assert policy_digest(first) == policy_digest(second)
    assert [row.note for row in first.tables[0].rows] == [row.note for row in second.tables[0].rows]
    assert sheet.header == again.header


@settings(max_examples=100)
@given(decimals)
def test_stored_number_is_what_a_workbook_gives_back(value: str) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "t.xlsx"
        write_xlsx(TableSheet("t", ("a",), ((SheetCell(value, 4),),), ()), path)
        grid = read_grid(path, GridOptions(Span("r", 0, 0, 0, 0)), Diagnostics())

    assert grid is not None
    assert [stored_number(value)] == [str(row[0].text) for row in grid.rows[1:] if row[0]]


def table_of(*rows: Table) -> Table:
    return {
        "hit": "first",
        "notes": {"zh": "备注", "en": "For review"},
        "inputs": {"whole": {"value": "whole", "label": {"zh": "数", "en": "Count"}}, "word": "word"},
        "outputs": {"part_out": {"type": "decimal(4)", "label": {"zh": "结果", "en": "Result"}}, "word_out": "text"},
        "rows": list(rows),
        "default": {"part_out": "0", "word_out": MISSING},
    }


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("1.50", 2),
        ("0", 0),
        ("-3", 0),
        ("0.0001", 4),
        ("99999999999.1234", 4),
        ("98%", None),
        (MISSING, None),
        ("007", None),
    ],
)
def test_a_plain_number_is_stored_as_one(tmp_path, written, digits) -> None:
    _, sheet = read(tmp_path, table_of({"part_out": written, "word_out": "1"}))

    assert [digits, None] == [cell.digits for cell in sheet.rows[0][2:] if cell]


def test_a_number_that_a_double_does_not_keep_is_stored_as_text(tmp_path) -> None:
    amounts = ("1000000000000000", "999999999999999", "-1000000000000000")
    table = table_of(*({"part_out": amount, "word_out": "1"} for amount in amounts))
    _, sheet = read(tmp_path, table | {"outputs": {"part_out": "integer", "word_out": "text"}})

    assert [None, 0, None] == [row[2].digits for row in sheet.rows if row[2]]


def test_a_condition_is_a_number_only_where_its_spelling_comes_back(tmp_path) -> None:
    """`1.50` and `1.5` are two spellings of a constant, and the digest knows their digits."""
    rows = [{"whole": text, "part_out": "1", "word_out": "a"} for text in ("5", "5.0", ">= 5", "-")]
    _, sheet = read(tmp_path, table_of(*rows))

    assert [0, None, None, None] == [row[0].digits for row in sheet.rows if row[0]]


def test_csv_is_what_a_reader_expects(tmp_path) -> None:
    rows = (
        {"whole": "[0..5)", "part_out": "1.50", "word_out": "a, b", "note": "好"},
        {"part_out": MISSING, "word_out": "missing"},
        {"word": "", "part_out": "2", "word_out": ""},
    )
    _, sheet = read(tmp_path, table_of(*rows))

    assert (
        "whole,word,part_out,word_out,note\r\n"
        '[0..5),,1.50,"a, b",好\r\n'
        ',,missing,"""missing""",\r\n'
        ',"""""",2,"""""",\r\n'
    ) == table_csv(sheet)


def test_workbook_tells_about_the_table_on_a_second_sheet(tmp_path) -> None:
    _, sheet = read(tmp_path, table_of({"part_out": "1", "word_out": "a"}))
    write_xlsx(sheet, tmp_path / "t.xlsx")
    with ZipFile(tmp_path / "t.xlsx") as archive:
        book, rows = (archive.read(f"xl/{part}.xml").decode() for part in ("workbook", "worksheets/sheet1"))

    assert 'name="targets"' in book
    assert 'name="targets (about)"' in book
    assert 'state="frozen"' in rows
    assert ("notes (zh)", "备注") in sheet.about
    assert ("hit policy", "first") in sheet.about
    assert ("default", "part_out: 0, word_out: missing") in sheet.about
    assert ("whole", "condition", "an integer", "whole", "数", "Count") in sheet.about
    assert ("part_out", "result", "decimal(4)", "", "结果", "Result") in sheet.about


def test_workbook_is_the_same_each_time(tmp_path) -> None:
    _, sheet = read(tmp_path, table_of({"part_out": "1", "word_out": "a"}))
    for name in ("one", "two"):
        write_xlsx(sheet, tmp_path / f"{name}.xlsx")

    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@pytest.mark.parametrize("name", ["History", "a" * 60, "x/y[z]", "目标"])
def test_any_name_makes_a_sheet(tmp_path, name) -> None:
    sheet = TableSheet(name, ("a",), ((SheetCell("1"),),), ())
    write_xlsx(sheet, tmp_path / "t.xlsx")

    assert () == changed_cells(sheet, tmp_path / "t.xlsx")


def test_what_a_workbook_cannot_keep_is_found(tmp_path) -> None:
    """A cell holds at most 32,767 characters."""
    sheet = TableSheet("t", ("a", "b"), ((SheetCell("x"), SheetCell("y" * 32_768)),), ())
    write_xlsx(sheet, tmp_path / "t.xlsx")

    assert ("b",) == changed_cells(sheet, tmp_path / "t.xlsx")
    write_csv(sheet, tmp_path / "t.csv")
    assert () == changed_cells(sheet, tmp_path / "t.csv")


def test_a_file_that_cannot_be_written_is_an_error_of_the_system(tmp_path) -> None:
    with pytest.raises(OSError):
        write_xlsx(TableSheet("t", ("a",), (), ()), tmp_path / "none" / "t.xlsx")
