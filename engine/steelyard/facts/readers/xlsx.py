"""Reads rows from the first sheet of a workbook."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from steelyard.diagnostics import msg
from steelyard.facts.cells import Cell, shown
from steelyard.facts.problem import Problem
from steelyard.facts.readers.heading import heading
from steelyard.facts.readers.remarks import Remarks, other_sheets
from steelyard.facts.readers.table import (
    Line,
    ReadOptions,
    Table,
    UnreadableError,
    Wanted,
    checked_header,
    empty_file,
    said_header,
)
from steelyard.source.xlsx_rows import Cell as SheetCell
from steelyard.source.xlsx_rows import CellFault, Limits, Sheet, UnusableWorkbookError, open_sheet

CELLS_LIMIT = 50_000_000
"""Limit of cells in the rectangle from A1 to the last used cell."""


@contextmanager
def read_xlsx(path: Path, options: ReadOptions, wanted: Wanted) -> Generator[Table]:
    """Read the first sheet; its first row with a value names the columns, or a later one below titles.

    Raises:
        UnreadableError: the file is no workbook, is protected or too large, or a cell of its header has no value.
    """
    try:
        with path.open("rb") as file:
            sheet = open_sheet(file, path.name, options.sheet, Limits(options.max_bytes, CELLS_LIMIT))
    except UnusableWorkbookError as error:
        raise UnreadableError(error.code, error.headline, help=error.advice) from None
    rows = sheet.rows()
    above: list[tuple[int, list[SheetCell]]] = []
    if options.header is None:
        place = heading(_texts(rows, above), wanted.needed)
    else:
        above += said_header(rows, options.header)
        place = 0
    if not above:
        raise _empty(sheet)
    number, header = above[place]
    for column, cell in enumerate(header):
        if isinstance(cell, CellFault) and cell.shared is None:
            headline = msg(
                "`{cell}` is no name of a column: {fault}", cell=sheet.cell_name(number, column), fault=cell.headline
            )
            advice = msg("the first row that is not empty names the columns: delete a title above them")
            raise UnreadableError(cell.code, headline, help=advice, line=number + 1)
    columns = checked_header(_names(header), number + 1, wanted.columns)
    remarks = Remarks(
        titles=tuple(next(filter(str.strip, _names(row)), "") for _, row in above[:place]),
        sheet=sheet.name,
        other_sheets=sheet.others if options.sheet is None else (),
        hidden_sheet=sheet.hidden,
        hidden_columns=tuple(
            name for place, name in enumerate(columns) if name in wanted.columns and sheet.facts.hides(place)
        ),
    )
    yield Table(
        columns,
        _rows(_filled(chain(above[place + 1 :], rows), options), columns, sheet.facts.hidden_rows, remarks),
        header=number + 1,
        remarks=remarks,
    )


def _texts(rows: Iterator[tuple[int, list[SheetCell]]], read: list[tuple[int, list[SheetCell]]]) -> Iterator[list[str]]:
    """Give the texts of rows that have a value, and keep the rows in `read`."""
    for number, row in rows:
        if any(map(_is_filled, row)):
            read.append((number, row))
            yield _names(row)


def _names(row: list[SheetCell]) -> list[str]:
    """Return the texts of a row; merged cells share the one of their first."""
    return [shown(cell.shared if isinstance(cell, CellFault) else cell) for cell in row]


def _rows(
    rows: Iterable[tuple[int, list[SheetCell]]], columns: list[str], hidden: set[int], remarks: Remarks
) -> Iterator[Line]:
    empty = 0
    for number, row in rows:
        cells: dict[str, Cell] = {
            name: _fault(cell) if isinstance(cell, CellFault) else cell
            for name, cell in zip(columns, row, strict=False)
        }
        if any(map(_is_filled, row)):
            remarks.skipped, empty = remarks.skipped + empty, 0
            remarks.hidden_rows += number in hidden
            yield Line(number + 1, cells)
        else:  # empty rows below the last one with a value are not counted
            empty += 1


def _filled(rows: Iterable[tuple[int, list[SheetCell]]], options: ReadOptions) -> Iterable[tuple[int, list[SheetCell]]]:
    """Give every cell of merged ones their value, where that is said."""
    if not options.fill_merged:
        return rows
    return ((number, [_shared(cell) for cell in row]) for number, row in rows)


def _shared(cell: SheetCell) -> SheetCell:
    return cell.shared if isinstance(cell, CellFault) and cell.shared is not None else cell


def _is_filled(cell: SheetCell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _fault(cell: CellFault) -> Problem:
    return Problem(msg("a value, but {fault}", fault=cell.headline), cell.advice)


def _empty(sheet: Sheet) -> UnreadableError:
    if not sheet.others:
        return empty_file()
    headline = msg("the first sheet, `{sheet}`, is empty", sheet=sheet.name)
    return UnreadableError("E114", headline, help=other_sheets(sheet.others))
