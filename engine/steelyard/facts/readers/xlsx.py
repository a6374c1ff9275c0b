"""Reads rows from the first sheet of a workbook."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from steelyard.diagnostics import msg
from steelyard.facts.cells import Cell, shown
from steelyard.facts.problem import Problem
from steelyard.facts.readers.table import Line, ReadOptions, Table, UnreadableError, checked_header, empty_file
from steelyard.source.xlsx_rows import Cell as SheetCell
from steelyard.source.xlsx_rows import CellFault, Limits, UnusableWorkbookError, open_sheet

CELLS_LIMIT = 50_000_000
"""Limit of cells in the rectangle from A1 to the last used cell."""


@contextmanager
def read_xlsx(path: Path, options: ReadOptions, wanted: frozenset[str]) -> Generator[Table]:
    """Read the first sheet; its first row that is not empty names the columns. `wanted` is ignored.

    Raises:
        UnreadableError: the file is no workbook, is protected or too large, or a cell of its header has no value.
    """
    del wanted
    try:
        with path.open("rb") as file:
            sheet = open_sheet(file, path.name, None, Limits(options.max_bytes, CELLS_LIMIT))
    except UnusableWorkbookError as error:
        raise UnreadableError(error.code, error.headline, help=error.advice) from None
    rows = sheet.rows()
    number, header = next(((number, row) for number, row in rows if any(cell is not None for cell in row)), (0, None))
    if header is None:
        raise empty_file()
    for column, cell in enumerate(header):
        if isinstance(cell, CellFault):
            headline = msg(
                "`{cell}` is no name of a column: {fault}", cell=sheet.cell_name(number, column), fault=cell.headline
            )
            advice = msg("the first row that is not empty names the columns: delete a title above them")
            raise UnreadableError(cell.code, headline, help=advice, line=number + 1)
    columns = checked_header([shown(_cell(cell)) for cell in header], number + 1)
    yield Table(columns, _rows(rows, columns), header=number + 1)


def _rows(rows: Iterator[tuple[int, list[SheetCell]]], columns: list[str]) -> Iterator[Line]:
    for number, row in rows:
        cells = {name: _cell(cell) for name, cell in zip(columns, row, strict=False)}
        if any(cell is not None for cell in cells.values()):
            yield Line(number + 1, cells)


def _cell(cell: SheetCell) -> Cell:
    if isinstance(cell, CellFault):
        return Problem(msg("a value, but {fault}", fault=cell.headline), cell.advice)
    return cell
