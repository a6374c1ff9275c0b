"""A sheet of a workbook -> cells with their references. Values by calamine; what it does not tell from the sheet's XML.

A workbook stores numbers and times as doubles. This is the one place of the package where a float is met: it leaves
as the exact text that it stands for, or not at all.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError
from python_calamine import CalamineError, CalamineWorkbook

from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.source.grid import CellKind, Grid, GridCell, GridOptions, Row, finished, visible
from steelyard.source.nodes import Text
from steelyard.source.xlsx_sheet import SheetFacts, read_facts, reference

UNPACKED_LIMIT = 100_000_000
"""Bytes that a workbook may unpack to."""
CELLS_LIMIT = 1_000_000
"""Cells of the rectangle from A1 to the last one that is used."""

_EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))  # noqa: DTZ001 - a workbook's times are local
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_EXACT = 10**15
_DAMAGED = (
    *(CalamineError, zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(ParseError, DefusedXmlException, LookupError, ValueError),
    RuntimeError,  # zipfile's word for what is encrypted or packed in a way that it does not know
)

Value = int | float | str | bool | time | date | datetime | timedelta


def read_xlsx_grid(data: bytes, name: str, options: GridOptions, diagnostics: Diagnostics) -> Grid | None:
    """Read all rows of one sheet; None after an error.

    Args:
        data: the file.
        name: what places call it.
        options: which sheet.
        diagnostics: takes what is wrong: with the file at the place that names it, with a cell at its own.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_LIMIT:
                headline = msg("`{file}` unpacks to more than {limit} MB", file=name, limit=UNPACKED_LIMIT // 1_000_000)
                diagnostics.add("E118", options.place, headline, help=msg("remove what does not belong to the table"))
                return None
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            sheet = _chosen(book.sheet_names, name, options, diagnostics)
            facts = None if sheet is None else read_facts(archive, sheet)
        if sheet is None or facts is None:
            return None
        reading = _Reading(name, sheet if sheet != book.sheet_names[0] else "", facts, diagnostics)
        if not reading.usable(options):
            return None
        values = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        before = diagnostics.errors
        rows = [reading.row(number, row) for number, row in enumerate(values)]
    except _DAMAGED as error:
        reason = " ".join(str(error).split())[:200]
        advice = msg("it is damaged or protected, or its name ends as another kind of file does")
        headline = msg("`{file}` cannot be read: {reason}", file=name, reason=reason)
        diagnostics.add("E118", options.place, headline, help=advice)
        return None
    return finished(name, rows, options, diagnostics) if diagnostics.errors == before else None


def _chosen(names: list[str], file: str, options: GridOptions, diagnostics: Diagnostics) -> str | None:
    if not names:
        headline = msg("`{file}` is empty", file=file)
        diagnostics.add("E114", options.place, headline, help=msg("its first row names the columns of the table"))
        return None
    if options.sheet is None:
        return names[0]
    if str(options.sheet) in names:
        return str(options.sheet)
    near = closest(options.sheet, names)
    diagnostics.add(
        "E144",
        options.sheet.span,
        msg("`{file}` has no sheet `{sheet}`", file=file, sheet=options.sheet),
        help=msg("did you mean `{near}`?", near=near)
        if near
        else msg("its sheets are: {names}", names=listed(names[:5])),
    )
    return None


class _Reading:
    """Turns the values of a sheet into text."""

    def __init__(self, name: str, sheet: str, facts: SheetFacts, diagnostics: Diagnostics) -> None:
        self._name = name
        self._sheet = sheet
        self._facts = facts
        self._diagnostics = diagnostics

    def usable(self, options: GridOptions) -> bool:
        """Whether the sheet is a plain grid of reasonable size, each cell with a value of its own."""
        rows, columns = self._facts.size
        if rows * columns > CELLS_LIMIT:
            self._diagnostics.add(
                "E103",
                options.place,
                msg("the sheet reaches to {cell}", cell=reference(rows - 1, columns - 1)),
                help=msg("delete the empty rows and columns behind the table"),
            )
            return False
        for row, column, ends in self._facts.merged:
            self._diagnostics.add(
                "E142",
                self._span(row, column),
                msg("the cells {range} are merged", range=f"{reference(row, column)}:{ends}"),
                help=msg("unmerge them and write the value into each cell: a row says for itself where it hits"),
            )
        for place in sorted(self._facts.errors):
            self._say("E141", place, msg("the cell shows an error"), msg("mend its formula, or write the value"))
        for place in sorted(self._facts.uncalculated):
            advice = msg("open the file in a spreadsheet and save it, or write the value")
            self._say("E141", place, msg("the cell holds a formula without its result"), advice)
        return not (self._facts.merged or self._facts.errors or self._facts.uncalculated)

    def row(self, number: int, values: list[Value]) -> Row:
        """The cells of a row; None where a cell is empty, or wrong, which has been said."""
        return tuple(self._cell(number, column, value) for column, value in enumerate(values))

    def _cell(self, row: int, column: int, value: Value) -> GridCell | None:
        kind = CellKind.TEXT
        match value:
            case bool():
                text: str | None = "true" if value else "false"
            case str():
                text = value if value.strip() else None
            case datetime():
                kind, text = CellKind.INSTANT, self._instant((row, column), value)
            case date():
                kind, text = CellKind.DAY, value.isoformat()
            case timedelta():
                text = self._duration((row, column), value)
            case time():
                headline = msg("the cell holds a time of day")
                advice = msg("for a duration give the cell the format `{form}`, or write `1h30min`", form="[h]:mm")
                text = self._say("E143", (row, column), headline, advice)
            case _:
                kind, text = CellKind.NUMBER, self._number((row, column), float(value))
        span = self._span(row, column)
        if text is None or not visible(text, span, self._diagnostics):
            return None
        return GridCell(Text(text, span), kind)

    def _number(self, place: tuple[int, int], value: float) -> str | None:
        """Take a double for the one decimal of at most 15 digits whose nearest double it is."""
        short = f"{value:.15g}"
        if float(short) == value and abs(value) < _EXACT:
            return format(Decimal(short) + 0, "f")
        headline = msg("the cell holds a binary fraction: {value}", value=repr(value))
        return self._say("E143", place, headline, msg("round it to the digits that are meant, or store it as text"))

    def _instant(self, place: tuple[int, int], value: datetime) -> str | None:
        if self._stands_for(place, value):
            return value.isoformat()
        headline = msg("the cell holds a time that is no whole second: {value}", value=value.isoformat(" "))
        return self._say("E143", place, headline, msg("round it, or store it as text"))

    def _duration(self, place: tuple[int, int], value: timedelta) -> str | None:
        serial = self._facts.serials.get(place)
        if value % _SECOND or (serial is not None and not _alike(serial, value)):
            headline = msg("the cell holds a duration that is no whole second")
            return self._say("E143", place, headline, msg("round it, or write e.g. `1h30min`"))
        minutes, seconds = divmod(abs(value) // _SECOND, 60)
        parts = ((minutes // 60, "h"), (minutes % 60, "min"), (seconds, "s"))
        text = "".join(f"{count}{unit}" for count, unit in parts if count) or "0h"
        return f"-{text}" if value < timedelta(0) else text

    def _stands_for(self, place: tuple[int, int], value: datetime) -> bool:
        serial = self._facts.serials.get(place)
        whole = value.microsecond == 0
        return whole and (serial is None or any(_alike(serial, value - epoch) for epoch in _EPOCHS))

    def _say(self, code: str, place: tuple[int, int], headline: Message, advice: Message) -> None:
        self._diagnostics.add(code, self._span(*place), headline, help=advice)

    def _span(self, row: int, column: int) -> Span:
        cell = reference(row, column)
        return Span(self._name, row, column, row, column + 1, f"{self._sheet}!{cell}" if self._sheet else cell)


def _alike(serial: float, value: timedelta) -> bool:
    """Whether a stored number of days is a length of time, to the 15 digits that spreadsheets keep."""
    return f"{serial:.15g}" == f"{value / _DAY:.15g}"
