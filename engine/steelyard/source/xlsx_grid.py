"""Reads a sheet of a workbook as the grid of a table: cells as exact text, each with its reference as place."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, time
from decimal import Decimal

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.source.grid import CellKind, Grid, GridCell, GridOptions, Row, finished, visible
from steelyard.source.nodes import Text
from steelyard.source.xlsx_rows import (
    Cell,
    CellFault,
    Limits,
    Sheet,
    UnusableWorkbookError,
    error_fault,
    open_sheet,
    uncalculated_fault,
)
from steelyard.source.xlsx_sheet import Place

UNPACKED_LIMIT = 100_000_000
"""The largest unpacked size of a workbook, in bytes."""
CELLS_LIMIT = 1_000_000
"""Limit of cells in the rectangle from A1 to the last used cell."""
_EXACT = 10**15
_MIDNIGHT = time()
_WORD = re.compile(r"""'[^']*'|"[^"]*"|[^\W\d]\w*(?![\w(!])""")
"""A name in a formula, not that of a function or a sheet; or a text in quotes."""


def read_xlsx_grid(data: bytes, name: str, options: GridOptions, diagnostics: Diagnostics) -> Grid | None:
    """Read all rows of one sheet; None after an error.

    Args:
        data: the file.
        name: the file's name in places.
        options: the sheet to read.
        diagnostics: receives faults: of the file at the place that names it, of a cell at its own place.
    """
    wanted = None if options.sheet is None else str(options.sheet)
    try:
        sheet = open_sheet(io.BytesIO(data), name, wanted, Limits(UNPACKED_LIMIT, CELLS_LIMIT))
    except UnusableWorkbookError as error:
        place = options.sheet.span if error.code == "E144" and options.sheet is not None else options.place
        diagnostics.add(error.code, place, error.headline, help=error.advice)
        return None
    before = diagnostics.errors
    reading = _Reading(name, sheet, options.names, diagnostics)
    reading.check()
    if diagnostics.errors > before:
        return None
    rows = [reading.row(number, cells) for number, cells in sheet.rows()]
    return finished(name, rows, options, diagnostics) if diagnostics.errors == before else None


class _Reading:
    """Turns the values of a sheet into text."""

    def __init__(self, name: str, sheet: Sheet, names: frozenset[str], diagnostics: Diagnostics) -> None:
        self._name = name
        self._sheet = sheet
        self._names = names
        self._diagnostics = diagnostics

    def check(self) -> None:
        """Report merged cells, and cells that only look empty."""
        facts = self._sheet.facts
        for one in facts.merged:
            advice = msg("unmerge them and write the value into each cell: a row says for itself where it hits")
            self._say(one.first, CellFault("E142", one.headline, advice))
        for places, fault in ((facts.errors, error_fault()), (facts.uncalculated, uncalculated_fault())):
            for place in sorted(places):
                self._say(place, self._meant(facts.formulas.get(place, "")) or fault)

    def _meant(self, formula: str) -> CellFault | None:
        """The fault of a formula without a value that names what only the reader of the file knows."""
        if self._names.isdisjoint(_WORD.findall(formula)):
            return None
        headline = msg("`{text}` is a formula of a spreadsheet", text=f"={formula}")
        advice = msg("write `{text}`: a cell that begins with `:=` is computed", text=f":= {formula.strip()}")
        return CellFault("H131", headline, advice)

    def row(self, number: int, cells: list[Cell]) -> Row:
        """Return the cells of a row; None where a cell is empty, or has a fault, which is reported."""
        return tuple(self._cell((number, column), cell) for column, cell in enumerate(cells))

    def _cell(self, place: Place, cell: Cell) -> GridCell | None:
        kind, text = CellKind.TEXT, None
        match cell:
            case None:
                return None
            case CellFault():
                self._say(place, cell)
            case str():
                text = cell if cell.strip() else None
            case datetime() if cell.time() != _MIDNIGHT:
                kind, text = CellKind.INSTANT, cell.isoformat()
            case date():
                kind, text = CellKind.DAY, f"{cell:%Y-%m-%d}"
            case _:  # a number
                kind, text = CellKind.NUMBER, self._number(place, float(cell))
        span = self._span(place)
        if text is None or not visible(text, span, self._diagnostics):
            return None
        return GridCell(Text(text, span), kind)

    def _number(self, place: Place, value: float) -> str | None:
        """Convert a double to the decimal of at most 15 digits whose nearest double it is; None where there is none."""
        short = f"{value:.15g}"
        if float(short) == value and abs(value) < _EXACT:
            return format(Decimal(short) + 0, "f")
        headline = msg("the cell holds a binary fraction: {value}", value=repr(value))
        advice = msg("round it to the digits that are meant, or store it as text")
        self._say(place, CellFault("E143", headline, advice))
        return None

    def _say(self, place: Place, fault: CellFault) -> None:
        self._diagnostics.add(fault.code, self._span(place), fault.headline, help=fault.advice)

    def _span(self, place: Place) -> Span:
        row, column = place
        return Span(self._name, row, column, row, column + 1, self._sheet.cell_name(row, column))
