"""The first sheet of a workbook, by calamine. Its numbers are doubles and its dates local datetimes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from posixpath import join, normpath

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from python_calamine import CalamineError, CalamineSheet, load_workbook  # pyright: ignore[reportUnknownVariableType] - PathLike

from steelyard.diagnostics import msg
from steelyard.facts.cells import Cell, shown
from steelyard.facts.problem import Problem
from steelyard.facts.readers.table import (
    Line,
    ReadOptions,
    Table,
    checked_header,
    damaged,
    empty_file,
    too_large,
)

_MICROSECOND = timedelta(microseconds=1)
_ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\bt=["']e["'][^>]*>""")
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")

Place = tuple[int, int]
"""Row, from 1, and column, from 0."""


@contextmanager
def read_xlsx(path: Path, options: ReadOptions, wanted: frozenset[str]) -> Generator[Table]:
    """Read the first sheet; its first row that is not empty names the columns. `wanted` makes no difference.

    Raises:
        UnreadableError: the file is no workbook, is protected, or would unpack to more than allowed.
    """
    del wanted
    try:
        errors = _error_cells(path, options.max_bytes)
        with load_workbook(path) as book:
            if not book.sheet_names:
                raise empty_file()
            rows = _numbered(book.get_sheet_by_index(0))
            number, header = next(((number, row) for number, row in rows if any(row)), (0, None))
            if header is None:
                raise empty_file()
            columns = checked_header([shown(_cell(value)) for value in header], number)
            yield Table(columns, _rows(rows, columns, errors))
    except (CalamineError, zipfile.BadZipFile, KeyError, ElementTree.ParseError, DefusedXmlException) as error:
        raise damaged(str(error)) from None


_Value = int | float | str | bool | time | date | datetime | timedelta


def _numbered(sheet: CalamineSheet) -> Iterator[tuple[int, list[_Value]]]:
    yield from enumerate(sheet.to_python(skip_empty_area=False), 1)


def _rows(rows: Iterator[tuple[int, list[_Value]]], columns: list[str], errors: frozenset[Place]) -> Iterator[Line]:
    bad_rows = {row for row, _ in errors}
    for number, row in rows:
        cells = {name: _cell(value) for name, value in zip(columns, row, strict=False)}
        if number in bad_rows:
            for place, name in enumerate(columns):
                if (number, place) in errors:
                    cells[name] = Problem(msg("a value, but the cell shows an error"), msg("mend its formula"))
        if any(cell is not None for cell in cells.values()):
            yield Line(number, cells)


def _cell(value: _Value) -> Cell:
    match value:
        case "":
            return None
        case bool():
            return "true" if value else "false"
        case str() | date():
            return value
        case time():
            return value.isoformat()
        case timedelta():
            return _duration(value)
        case _:
            return float(value)


def _duration(value: timedelta) -> str:
    microseconds = value // _MICROSECOND
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    return f"{'-' if microseconds < 0 else ''}PT{seconds}.{fraction:06}S"


def _error_cells(path: Path, max_bytes: int) -> frozenset[Place]:
    """Find the cells that show an error (`#N/A`): calamine gives them as empty, and empty is missing."""
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > max_bytes:
            raise too_large(max_bytes)
        sheet = archive.read(_first_sheet(archive))
    found: set[Place] = set()
    for cell in _ERROR_CELL.finditer(sheet):
        if reference := _REFERENCE.search(cell[0]):
            column = 0
            for letter in reference[1]:
                column = column * 26 + letter - 64
            found.add((int(reference[2]), column - 1))
    return frozenset(found)


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The archive's name of the first sheet. Raises KeyError where the workbook does not tell."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            for name, value in element.items():
                if name.rpartition("}")[2] == "id":
                    return normpath(join("/xl", targets[value])).lstrip("/")
    raise KeyError("no sheet")
