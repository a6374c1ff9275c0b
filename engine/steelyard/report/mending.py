"""The sheets of a workbook of rejects: the rows as they were read, bad cells marked, and what to do with each row."""

# xlsxwriter is typed in part only
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.utility import xl_range

from steelyard.diagnostics import msg
from steelyard.diagnostics.catalogue import translator
from steelyard.facts.cells import Cell, shown
from steelyard.report.arrow import UnfitError
from steelyard.report.book import SHEET_COLUMNS, SHEET_ROWS, too_many, too_wide

_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST = 32_767
_NOT_IN_XML = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
_FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001 - local
"""Before it spreadsheets count days differently."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a file that was rejected.

    Attributes:
        advice: what to do with it.
        cells: by column, as they were read.
        marks: by column, what is wrong with its cell.
    """

    advice: str
    cells: Mapping[str, Cell]
    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRows:
    """The rejected rows of the files of one role: `cases` or a relation."""

    role: str
    columns: Sequence[str]
    rows: Sequence[BadRow]


def add_sheets(book: xlsxwriter.Workbook, tables: Iterable[BadRows], lang: str) -> None:
    """Add a sheet for each role: its first column says what to do, the others are those of the files.

    Raises:
        UnfitError: more rows or columns than a sheet holds.
    """
    told = translator(lang)
    head = book.add_format({"bold": True, "bg_color": "#D9E2EC", "bottom": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    advice = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    shapes = {"": text, "day": book.add_format({"num_format": "yyyy-mm-dd"})}
    shapes["time"] = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    shapes["number"] = book.add_format({"num_format": "General"})
    bad = {
        name: book.add_format({"num_format": shape.num_format, "bg_color": "#F7C6C1", "border": 1})
        for name, shape in shapes.items()
    }
    for table in tables:
        columns = [(place, name) for place, name in enumerate(table.columns, 1)]
        if len(table.rows) > SHEET_ROWS or len(columns) >= SHEET_COLUMNS:
            raise UnfitError(too_wide(len(columns)) if len(columns) >= SHEET_COLUMNS else too_many(len(table.rows)), ())
        sheet = book.add_worksheet(_NO_SHEET_NAME.sub("_", table.role)[:31])
        sheet.write_string(0, 0, advice_heading(table.columns, lang), head)
        for place, name in columns:
            sheet.write_string(0, place, name, head)
        for number, row in enumerate(table.rows, 1):
            sheet.write_string(number, 0, row.advice.translate(_NOT_IN_XML)[:_LONGEST], advice)
            for place, name in columns:
                kind, value = _value(row.cells.get(name))
                shape = (bad if name in row.marks else shapes)[kind]
                match value:
                    case None:
                        sheet.write_blank(number, place, None, shape) if name in row.marks else None
                    case str():
                        sheet.write_string(number, place, value.translate(_NOT_IN_XML)[:_LONGEST], shape)
                    case float() | int():
                        sheet.write_number(number, place, value, shape)
                    case datetime():
                        sheet.write_datetime(number, place, value, shape)
                if name in row.marks:
                    sheet.write_comment(number, place, row.marks[name][:2_000], {"author": told(msg("rejects"))})
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, max(1, len(columns)), 20)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(table.rows)), len(columns))
        sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, max(1, len(table.rows)), len(columns))})


def advice_heading(columns: Sequence[str], lang: str) -> str:
    """The name of the column that says what to do, which no column of the file has."""
    name = translator(lang)(msg("what to do"))
    while name in columns:
        name += "_"
    return name


def _value(cell: Cell) -> tuple[str, str | float | datetime | None]:
    """What a cell is written as, and the kind of its format; what a workbook does not hold as it is becomes text."""
    match cell:
        case datetime() if cell >= _FIRST_DAY and not cell.microsecond:
            return "time", cell
        case date() if not isinstance(cell, datetime) and cell >= _FIRST_DAY.date():
            return "day", datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a day
        case float() if math.isfinite(cell):
            return "number", cell
        case _:  # text, lists, what is out of range
            return "", shown(cell) or None
