"""Writes a decision table as CSV, and says of any file which cells would not come back as they are."""

from __future__ import annotations

from pathlib import Path

from steelyard.diagnostics import Diagnostics, Span
from steelyard.report.table_sheet import SheetCell, TableSheet, stored_number
from steelyard.source.csv_lines import csv_line
from steelyard.source.grid import GridOptions
from steelyard.source.grids import read_grid


def table_csv(sheet: TableSheet) -> str:
    """The rows as CSV: commas, CR LF, quotes where they are needed."""
    rows = [sheet.header, *(tuple("" if cell is None else cell.text for cell in row) for row in sheet.rows)]
    return "".join(csv_line(row, "\r\n") for row in rows)


def write_csv(sheet: TableSheet, path: Path) -> None:
    """Write CSV in UTF-8, with the mark by which spreadsheets know it.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_text(table_csv(sheet), "utf-8-sig", newline="")


def changed_cells(sheet: TableSheet, path: Path) -> tuple[str, ...]:
    """The headings of columns that do not come back from a written file as they are; none in a good one."""
    findings = Diagnostics()
    grid = read_grid(path, GridOptions(Span(str(path), 0, 0, 0, 0)), findings)
    wanted = [sheet.header, *(tuple(_expected(cell, path) for cell in row) for row in sheet.rows)]
    if grid is None or len(grid.rows) != len(wanted):
        return sheet.header
    found = [tuple(None if cell is None else str(cell.text) for cell in row) for row in grid.rows]
    places = range(len(sheet.header))
    padded = [row + (None,) * (len(sheet.header) - len(row)) for row in found]
    return tuple(sheet.header[at] for at in places if any(a[at] != b[at] for a, b in zip(padded, wanted, strict=True)))


def _expected(cell: SheetCell | None, path: Path) -> str | None:
    if cell is None:
        return None
    as_number = cell.digits is not None and path.suffix.lower() == ".xlsx"
    return stored_number(cell.text) if as_number else cell.text
