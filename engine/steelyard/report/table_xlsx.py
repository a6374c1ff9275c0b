"""Writes a decision table as a workbook."""

# xlsxwriter is typed in part only
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from steelyard.report.table_sheet import TableSheet

_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_NARROW, _WIDE = 8, 60
"""The least and most characters that a column is wide."""


def write_xlsx(sheet: TableSheet, path: Path) -> None:
    """Write a workbook: the rows under a frozen header, and a second sheet that tells about the table.

    A number is stored as one only where its double gives back all of its digits; else, as everything else, as text.

    Raises:
        OSError: the file cannot be written.
    """
    book = xlsxwriter.Workbook(str(path), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": sheet.name, "created": datetime(2000, 1, 1, tzinfo=UTC)})
    head = book.add_format({"bold": True, "bg_color": "#D9E2EC", "bottom": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    name = _NO_SHEET_NAME.sub("_", sheet.name)[:22]
    rows = book.add_worksheet(f"{name} table" if name.lower() == "history" else name)
    for column, heading in enumerate(sheet.header):
        rows.set_column(column, column, _width(sheet, column), text)
        rows.write_string(0, column, heading, head)
    numbers = {digits: book.add_format({"num_format": _shape(digits), "valign": "top"}) for digits in _digits(sheet)}
    for number, row in enumerate(sheet.rows, 1):
        for column, cell in enumerate(row):
            if cell is None:
                continue
            if cell.digits is None:
                rows.write_string(number, column, cell.text, text)
            else:
                rows.write_number(number, column, float(cell.text), numbers[cell.digits])
    rows.freeze_panes(1, 0)
    rows.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.header) - 1)
    about = book.add_worksheet(f"{name} ({sheet.about_word})")
    about.set_column(0, 5, 24, text)
    for number, line in enumerate(sheet.about):
        for column, value in enumerate(line):
            about.write_string(number, column, value, head if column == 0 else text)
    try:
        book.close()
    except FileCreateError as error:
        cause = error.args[0] if error.args else error
        raise cause if isinstance(cause, OSError) else OSError(str(cause)) from None


def _shape(digits: int) -> str:
    return f"0.{'0' * digits}" if digits else "0"


def _digits(sheet: TableSheet) -> set[int]:
    return {cell.digits for row in sheet.rows for cell in row if cell is not None and cell.digits is not None}


def _width(sheet: TableSheet, column: int) -> int:
    texts = [sheet.header[column], *(cell.text for row in sheet.rows if (cell := row[column]) is not None)]
    widest = max(sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text) for text in texts)
    return min(_WIDE, max(_NARROW, widest + 2))
