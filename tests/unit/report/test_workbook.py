"""Workbooks: typed cells, exact or as text; text is never a formula; what a sheet cannot hold is refused."""

# pyright: basic

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from steelyard.diagnostics import msg
from steelyard.ir import types
from steelyard.ir.result_columns import ResultColumn as Column
from steelyard.report import workbook
from steelyard.report.arrow import UnfitError
from steelyard.report.book import Book
from steelyard.report.writers import write_rows


def us(*parts: int) -> int:
    return int((datetime(*parts, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)


def days(*parts: int) -> int:
    return (date(*parts) - date(1970, 1, 1)).days


def written(path: Path, columns, rows, lang="en", timezone="Asia/Shanghai", **more):
    book = Book(msg("results"), timezone, (("ruleset", "=r"),), lang, **more)
    write_rows(path, columns, [dict(zip([one.name for one in columns], row, strict=True)) for row in rows], book=book)
    return openpyxl.load_workbook(path)


CELLS = [
    (types.Number(2), 1234, 12.34, "0.00", "n"),
    (types.Number(0), -7, -7, "0", "n"),
    (types.Number(0), 123456789012345, 123456789012345, "0", "n"),
    (types.Number(0), 1234567890123456, "1234567890123456", "@", "s"),
    (types.Number(6), 1234567890123456, "1234567890.123456", "@", "s"),
    (types.Number(6), 1234567890000000, 1234567890, "0.000000", "n"),
    (types.Number(20), 10**20, 1, "General", "n"),
    (types.Number(20), 10**20 + 1, "1.00000000000000000001", "@", "s"),
    (types.Number(0), 2**70, str(2**70), "@", "s"),
    (types.Boolean(), True, True, "General", "b"),
    (types.Boolean(), False, False, "General", "b"),
    (types.Date(), days(2024, 2, 29), datetime(2024, 2, 29), "yyyy-mm-dd", "d"),  # noqa: DTZ001 - a day
    (types.Date(), days(1900, 2, 28), "1900-02-28", "@", "s"),
    (types.DateTime(), us(2024, 5, 1, 2), datetime(2024, 5, 1, 10), "yyyy-mm-dd hh:mm:ss", "d"),  # noqa: DTZ001 - local
    (types.DateTime(), us(2024, 5, 1, 2) + 1, "2024-05-01T10:00:00.000001+08:00", "@", "s"),
    (types.Duration(), 90 * 60 * 1_000_000, 1.5, '0.00##" hours"', "n"),
    (types.Duration(), 2**70, "PT327942116865H56M51.303424S", "@", "s"),
    (types.Days(), 15, 15, '0" days"', "n"),
    (types.Text(), "=1+1", "=1+1", "@", "s"),
    (types.Text(), "@SUM(A1)", "@SUM(A1)", "@", "s"),
    (types.Text(), "https://x.example", "https://x.example", "@", "s"),
    (types.Text(), "00123", "00123", "@", "s"),
    (types.Text(), " a\nb ", " a\nb ", "@", "s"),
    (types.Region("gb2260"), "310000", "310000", "@", "s"),
    (types.Regions("gb2260"), ("310000", "310101"), "310000;310101", "@", "s"),
    (types.Text(), None, None, "General", "n"),
]


@pytest.mark.parametrize(("kind", "value", "expected", "shape", "sort"), CELLS)
def test_cells_are_typed_and_exact(tmp_path: Path, kind, value, expected, shape, sort) -> None:
    head = [Column("key", types.Text()), Column("x", kind)]
    book = written(tmp_path / "x.xlsx", head, [("a", value), ("b", None)])
    cell = book["results"]["B2"]

    assert (expected, shape, sort) == (cell.value, cell.number_format, cell.data_type)
    assert cell.hyperlink is None
    assert book["results"]["B3"].value is None


def test_times_that_the_clocks_showed_twice_keep_their_offset(tmp_path: Path) -> None:
    instants = [us(2024, 11, 3, 5, 30), us(2024, 11, 3, 6, 30), us(2024, 11, 3, 7, 30)]
    book = written(
        tmp_path / "x.xlsx", [Column("at", types.DateTime())], [(at,) for at in instants], timezone="America/New_York"
    )
    found = [row[0].value for row in book["results"].iter_rows(min_row=2)]

    assert ["2024-11-03T01:30:00-04:00", "2024-11-03T01:30:00-05:00", datetime(2024, 11, 3, 2, 30)] == found  # noqa: DTZ001 - local
    assert ("at", "2 cells are text, because a spreadsheet would change them as numbers") in list(book["about"].values)


def test_lists_and_families_are_text_as_in_csv(tmp_path: Path) -> None:
    fields = (Column("row", types.Text()), Column("score", types.Number(2)))
    head = [Column("fired", types.Text(), many=True), Column("each", types.Text(), True, fields)]
    rows = [(("a", "b"), (("x", 100), ("y", None))), ((), ())]
    book = written(tmp_path / "x.xlsx", head, rows)
    write_rows(tmp_path / "x.csv", head, [dict(zip(("fired", "each"), row, strict=True)) for row in rows])

    assert ["a;b", "x=1.00;y="] == [cell.value for cell in book["results"][2]]
    assert "a;b,x=1.00;y=" == (tmp_path / "x.csv").read_text("utf-8").splitlines()[1]


def test_a_sheet_is_ready_to_be_read(tmp_path: Path) -> None:
    head = [Column("key", types.Text()), Column("grade", types.Text()), Column("took", types.Duration())]
    rows = [("很长的机构名称" * 3, "A", 1), ("b", "D", 1), ("c", "?", 1)]
    book = written(tmp_path / "x.xlsx", head, rows, lang="zh", grades={"grade": ("A", "B", "C", "D")})
    sheet = book["结果"]

    assert ["说明", "结果"] == book.sheetnames
    assert ("B2", "A1:C4") == (sheet.freeze_panes, sheet.auto_filter.ref)
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.column_dimensions["A"].width > 40
    assert sheet.column_dimensions["B"].width < 20
    assert ["FFC6E7CE", "FFF7C6C1", "00000000"] == [sheet.cell(row, 2).fill.fgColor.rgb for row in (2, 3, 4)]
    assert '0.00##" 小时"' == sheet["C2"].number_format
    assert ("ruleset", "=r") == next(book["说明"].values)
    assert ("时长", "以小时数表示") in list(book["说明"].values)


def test_durations_come_back_to_the_microsecond(tmp_path: Path) -> None:
    values = [1, 999_999, 10 * 60 * 1_000_000, 10**15 - 1, -(10**14) - 1]
    book = written(tmp_path / "x.xlsx", [Column("took", types.Duration())], [(value,) for value in values])

    assert values == [round(float(str(row[0].value)) * 3_600_000_000) for row in book["results"].iter_rows(min_row=2)]


def test_more_than_fits_is_refused(tmp_path: Path, monkeypatch) -> None:
    head = [Column("x", types.Text())]
    with pytest.raises(UnfitError, match="row 2 holds 32,768 characters in `x`"):
        written(tmp_path / "x.xlsx", head, [("a" * 32767,), ("a" * 32768,)])
    monkeypatch.setattr(workbook, "SHEET_ROWS", 2)
    written(tmp_path / "x.xlsx", head, [("a",)] * 2)
    with pytest.raises(UnfitError, match="3 rows: a sheet of a workbook holds 1,048,575"):
        written(tmp_path / "x.xlsx", head, [("a",)] * 3)
    monkeypatch.setattr(workbook, "SHEET_COLUMNS", 1)
    with pytest.raises(UnfitError, match="2 columns"):
        written(tmp_path / "x.xlsx", [*head, Column("y", types.Text())], [])


def test_signs_that_xml_cannot_hold(tmp_path: Path) -> None:
    book = written(tmp_path / "x.xlsx", [Column("x", types.Text())], [("a\uffffb",), ("_x0041_",), ("a\x01b",)])

    assert ["a\ufffdb", "_x0041_", "a\x01b"] == [
        unescape(str(row[0].value)) for row in book["results"].iter_rows(min_row=2)
    ]


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        written(tmp_path / name, [Column("x", types.Number(2))], [(100,)])

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert ["a.xlsx", "b.xlsx"] == sorted(one.name for one in tmp_path.iterdir())
