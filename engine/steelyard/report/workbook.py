"""Writes results, summaries and rejects as workbooks: a sheet of rows, and one that says what they are.

Cells are typed: numbers, days, local times, booleans, text; durations are numbers of hours. A cell that a spreadsheet
would change is text instead, and the first sheet says so: numbers of more than 15 digits, times with a fraction of a
second, times that the clocks showed twice, and days before March 1900. Text is never a formula.
"""

# xlsxwriter is typed in part only
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from steelyard.calendars.zones import zone
from steelyard.diagnostics import msg
from steelyard.diagnostics.catalogue import translator
from steelyard.facts.format import format_value
from steelyard.ir.result_columns import ResultColumn
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text
from steelyard.report.arrow import UnfitError
from steelyard.report.book import SHEET_COLUMNS, SHEET_ROWS, Book, too_many, too_wide
from steelyard.report.mending import BadRows, add_sheets

_LONGEST = 32_767
"""The most characters of a cell."""
_DIGITS = 15
"""The most digits of a number that a spreadsheet keeps."""
_HOUR = 3_600_000_000
_FIRST_DAY = date(1900, 3, 1)
"""Before it spreadsheets count days differently."""
_NARROW, _WIDE, _MEASURED = 8, 60, 1_000
"""The least and most characters that a column is wide; so many rows are measured."""
_SHADES = ("#C6E7CE", "#E4EFC0", "#FFF2BF", "#FCDCB8", "#F7C6C1")
"""Behind grades, the best first."""
_NOT_IN_XML = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}


def write_workbook(
    path: Path,
    book: Book,
    columns: Sequence[ResultColumn],
    rows: Iterable[Sequence[object]],
    before: Sequence[BadRows] = (),
) -> None:
    """Write a workbook.

    Args:
        path: the file.
        book: what it has beside the rows.
        columns: of the rows.
        rows: the values of each, in the order of the columns: text, numbers, booleans and dates; instants and durations
            in microseconds; lists joined to a text.
        before: rejected rows as they were read: their sheets stand first, and the one that tells about them last.

    Raises:
        UnfitError: more rows or columns than a sheet holds, or a longer text than a cell does.
        OSError: the file cannot be written.
    """
    if len(columns) > SHEET_COLUMNS:
        raise UnfitError(too_wide(len(columns)), ())
    options = {"constant_memory": True, "tmpdir": str(path.absolute().parent)}
    file = xlsxwriter.Workbook(str(path), options)
    told = translator(book.lang)
    file.set_properties({"title": told(book.title), "created": datetime(2000, 1, 1, tzinfo=UTC)})
    add_sheets(file, before, book.lang)
    about = None if before else file.add_worksheet(told(msg("about")))
    sheet = _Sheet(file, file.add_worksheet(told(book.title)), book, columns)
    for row in rows:
        sheet.add(row)
    sheet.finish()
    about = about or file.add_worksheet(told(msg("about")))
    _write_about(file, about, (*book.about, *sheet.notes()))
    try:
        file.close()
    except FileCreateError as error:
        cause = error.args[0] if error.args else error
        raise cause if isinstance(cause, OSError) else OSError(str(cause)) from None


class _Sheet:
    """The sheet of rows, written from above."""

    def __init__(
        self, file: xlsxwriter.Workbook, sheet: Worksheet, book: Book, columns: Sequence[ResultColumn]
    ) -> None:
        self._sheet, self._book, self._columns = sheet, book, columns
        self._zone = zone(book.timezone)
        self._told = translator(book.lang)
        self._rows = 0
        self._kept: dict[str, int] = {}
        """How many cells of a column are text because a spreadsheet would change them."""
        head = file.add_format({"bold": True, "bg_color": "#D9E2EC", "bottom": 1, "num_format": "@"})
        self._text = file.add_format({"num_format": "@"})
        self._formats = [file.add_format({"num_format": self._shape(column)}) for column in columns]
        self._shades = [
            {
                grade: file.add_format({"num_format": "@", "bg_color": shade})
                for grade, shade in _shaded(book.grades.get(column.name, ()))
            }
            for column in columns
        ]
        self._widths = [_width(column.name) for column in columns]
        self._short = [_short(column) for column in columns]
        """Below it a number of the column has no more digits than a spreadsheet keeps; 0 where it is no number."""
        for place, column in enumerate(columns):
            self._put_text(place, column.name, head)

    def _shape(self, column: ResultColumn) -> str:
        """The number format of a column's cells."""
        if column.many:
            return "@"
        match column.type:
            case Number(scale):
                return f"0.{'0' * scale}" if 0 < scale <= _DIGITS else "General" if scale else "0"
            case Duration():
                return f'0.00##" {self._told(msg("hours"))}"'
            case Days():
                return f'0" {self._told(msg("days"))}"'
            case Date():
                return "yyyy-mm-dd"
            case DateTime():
                return "yyyy-mm-dd hh:mm:ss"
            case Boolean():
                return "General"
            case Text() | Region() | Regions():
                return "@"

    def add(self, row: Sequence[object]) -> None:
        """Write the next row.

        Raises:
            UnfitError: the sheet is full, or a text is too long for a cell.
        """
        self._rows += 1
        if self._rows > SHEET_ROWS:
            raise UnfitError(too_many(self._rows), ())
        measured = self._rows <= _MEASURED
        for place, value in enumerate(row):
            if value is None or value == "":
                continue
            least = self._short[place]
            if not measured and least and isinstance(value, int | Decimal) and -least < value < least:
                self._sheet.write_number(self._rows, place, float(value), self._formats[place])
                continue
            shown = self._put(place, self._columns[place], value)
            if measured:
                self._widths[place] = max(self._widths[place], _width(shown))

    def _put(self, place: int, column: ResultColumn, value: object) -> str:
        """Write a value; return it as it is shown, to measure the column."""
        sheet, row, shape = self._sheet, self._rows, self._formats[place]
        match value, column.type:
            case bool(), _:
                sheet.write_boolean(row, place, value, shape)
                return "FALSE"
            case int() | Decimal() | str(), Number() if not column.many:
                text = str(value) if isinstance(value, int | str) else format(value, "f")
                if len(text.lstrip("-").replace(".", "").strip("0")) > _DIGITS:
                    return self._keep(place, text)
                sheet.write_number(row, place, float(text), shape)
                return text
            case int(), Duration():
                sheet.write_number(row, place, value / _HOUR, shape)
                return "1000.0000 hours"
            case int(), DateTime():
                local = self._zone.local(value)
                if local.microsecond or local.date() < _FIRST_DAY or self._zone.to_instant(local) != value:
                    return self._keep(place, format_value(value, column.type, self._zone))
                sheet.write_datetime(row, place, local, shape)
                return "2000-01-01 00:00:00"
            case int(), _:
                sheet.write_number(row, place, value, shape)
                return str(value)
            case date(), _:
                if value < _FIRST_DAY:
                    return self._keep(place, value.isoformat())
                sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), shape)  # noqa: DTZ001 - a day
                return "2000-01-01"
            case str(), Duration() | DateTime():
                return self._keep(place, value)
            case _:  # text, or a list as text
                text = str(value)
                self._put_text(place, text, self._shades[place].get(text, self._text))
                return text

    def _keep(self, place: int, text: str) -> str:
        """Write as text what a spreadsheet would change, and count it."""
        name = self._columns[place].name
        self._kept[name] = self._kept.get(name, 0) + 1
        self._put_text(place, text, self._text)
        return text

    def _put_text(self, place: int, text: str, shape: Format) -> None:
        written = text if text.isascii() else text.translate(_NOT_IN_XML)
        if self._sheet.write_string(self._rows, place, written, shape):
            name = self._columns[place].name
            raise UnfitError(
                msg(
                    "row {row} holds {count} {count:character|characters} in `{column}`, and a cell of a workbook at "
                    "most {most}: "
                    "write .parquet, .csv or .jsonl",
                    row=self._rows,
                    count=f"{len(text):,}",
                    column=name,
                    most=f"{_LONGEST:,}",
                ),
                (name,),
            )

    def finish(self) -> None:
        """Set what holds for the whole sheet."""
        sheet, last = self._sheet, len(self._columns) - 1
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, self._rows), last)
        sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, max(1, self._rows), last)})
        for place, width in enumerate(self._widths):
            sheet.set_column(place, place, width)

    def notes(self) -> list[tuple[str, ...]]:
        """Say how the sheet is to be read."""
        types = {type(column.type) for column in self._columns if not column.many}
        found: list[tuple[str, ...]] = []
        if DateTime in types:
            found.append((self._told(msg("times")), self._told(msg("local to {zone}", zone=self._book.timezone))))
        if Duration in types:
            found.append((self._told(msg("durations")), self._told(msg("numbers of hours"))))
        for name, count in self._kept.items():
            said = msg(
                "{count} {count:cell is|cells are} text, because a spreadsheet would change "
                "{count:it as a number|them as numbers}",
                count=count,
            )
            found.append((name, self._told(said)))
        return found


def _write_about(file: xlsxwriter.Workbook, sheet: Worksheet, lines: Iterable[Sequence[str]]) -> None:
    head, text = file.add_format({"bold": True, "num_format": "@"}), file.add_format({"num_format": "@"})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 3, 40)
    for number, line in enumerate(lines):
        for place, value in enumerate(line):
            sheet.write_string(number, place, value.translate(_NOT_IN_XML)[:_LONGEST], text if place else head)


def _shaded(grades: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Give each grade a colour, from green to red."""
    for place, grade in enumerate(grades):
        yield grade, _SHADES[round(place * (len(_SHADES) - 1) / max(1, len(grades) - 1))]


def _short(column: ResultColumn) -> int:
    match column.type:
        case Number(scale) if not column.many and scale < _DIGITS:
            return 10 ** (_DIGITS - scale)
        case _:  # other types are written one by one
            return 0


def _width(text: str) -> int:
    signs = len(text) if text.isascii() else sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
    return min(_WIDE, max(_NARROW, signs + 2))
