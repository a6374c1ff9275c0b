"""Reads a sheet of a workbook as rows of typed cells, both for tables of rulesets and for facts.

Values come from calamine, everything that it does not provide from the sheet's XML. A workbook stores numbers, dates
and times as doubles. A number is returned as its double, which the caller converts exactly or refuses; a date or a
duration is returned only where the double stands for a whole microsecond (xlsx_times.py).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.source.broken import BROKEN_FILE, reason_of
from steelyard.source.xlsx_sheet import Place, SheetFacts, has_values, part_of, place_of, read_facts, reference
from steelyard.source.xlsx_times import microseconds_of

_EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1), datetime(1899, 12, 31))  # noqa: DTZ001 - times are local
"""From when days are counted; the last before March 1900, because spreadsheets have a 29 February in it."""
_EARLIEST, _LATEST = -693_593, 2_958_466
"""Serial numbers outside of which there is no date: the end of year 0, and the beginning of year 10,000."""
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*[^/]>.*?</(?:\w+:)?c>", re.DOTALL)
_CELL_NAME = re.compile(rb"""\br=["']([A-Z0-9]+)["']""")
_VALUE = re.compile(rb"(<(?:\w+:)?v(?:\s[^>]*)?>)[^<]*")
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


class UnusableWorkbookError(Exception):
    """Raised for a workbook, or a requested sheet, that cannot be read; holds the parts of a diagnostic."""

    def __init__(self, code: str, headline: Message, advice: Message) -> None:
        super().__init__(str(headline))
        self.code, self.headline, self.advice = code, headline, advice


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell whose value cannot be read: the diagnostic code, what is wrong, how to correct it.

    `shared` is the value of the first of merged cells, which names all of their columns where they stand in a header.
    """

    code: str
    headline: Message
    advice: Message
    shared: str | float | date | None = None


Cell = str | float | date | CellFault | None
"""Text (also for booleans and durations), a number, a date, a local datetime, a fault; None: empty."""
_Value = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of size: bytes of the unpacked workbook; cells in the rectangle from A1 to the last used cell."""

    unpacked: int
    cells: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    Attributes:
        name: of the sheet.
        first: whether it is the first one of its workbook.
        facts: information from its XML.
        hidden: whether the workbook hides it.
        others: the other sheets of the workbook that have values.
    """

    name: str
    first: bool
    facts: SheetFacts
    hidden: bool
    others: tuple[str, ...]
    _values: list[list[_Value]]
    _far: Mapping[Place, float]
    """The numbers of date cells that are outside all dates; `_values` has replacements there."""

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Give the numbers, from 0, and the cells of all rows, including empty rows."""
        faults = self._faults()
        height, width = self.facts.size  # calamine omits empty cells at the end, including formulas without results
        for number in range(max(height, len(self._values))):
            values = self._values[number] if number < len(self._values) else []
            cells: list[Cell] = [
                value or None if isinstance(value, str) else self._cell((number, column), value)
                for column, value in enumerate(values)
            ]
            if number in faults:
                cells += [None] * (width - len(cells))
                for column, fault in faults[number].items():
                    cells[column] = fault
            yield number, cells

    def cell_name(self, row: int, column: int) -> str:
        """Return a cell's name in places; it includes the sheet where that is not the first."""
        return reference(row, column) if self.first else f"{self.name}!{reference(row, column)}"

    def _faults(self) -> dict[int, dict[int, CellFault]]:
        """Return, by row and column, cells that only look empty, or whose value may apply to several rows."""
        found: dict[int, dict[int, CellFault]] = defaultdict(dict)
        for row, column in self.facts.errors:
            found[row][column] = error_fault()
        formulas: dict[int, list[int]] = defaultdict(list)
        for row, column in sorted(self.facts.uncalculated):
            formulas[row].append(column)
        for row, columns in formulas.items():
            names = ", ".join(self.cell_name(row, column) for column in columns)
            headline = msg("no result is stored of the formula in {cells}", cells=names)
            found[row] |= dict.fromkeys(columns, replace(uncalculated_fault(), headline=headline))
        height, width = self.facts.size
        for one in self.facts.merged:
            advice = msg("unmerge them and write the value into each cell")
            fault = CellFault("E142", one.headline, advice, self._shared(one.first))
            for row in range(one.first[0], min(one.last[0] + 1, height)):
                found[row] |= dict.fromkeys(range(one.first[1], min(one.last[1] + 1, width)), fault)
        return found

    def _shared(self, place: Place) -> str | float | date | None:
        row, column = place
        if row >= len(self._values) or column >= len(self._values[row]):
            return None
        cell = self._cell(place, self._values[row][column])
        return None if isinstance(cell, CellFault) else cell

    def _cell(self, place: Place, value: _Value) -> Cell:
        """Convert a value; the frequent kinds come first."""
        if place in self._far:
            return self._far_cell(place, value)
        match value:
            case str():
                return value or None
            case datetime():
                return self._instant(place, value)
            case bool():
                return "true" if value else "false"
            case int() | float():
                digits = self.facts.padded.get(place)
                whole = digits is not None and value >= 0 and value == int(value)
                return f"{int(value):0{digits}d}" if whole else number_meant(float(value))
            case date():  # calamine does not tell a day from its midnight
                return datetime.combine(value, time()) if place in self.facts.clocked else value
            case timedelta():
                return self._duration(place, value)
            case time():
                advice = msg("for a duration give the cell the format `{form}`, or write `1h30min`", form="[h]:mm")
                return CellFault("E143", msg("the cell holds a time of day"), advice)

    def _far_cell(self, place: Place, value: _Value) -> Cell:
        """Convert a cell whose number `_values` replaces: into the number itself, unless it is shown as a time."""
        if isinstance(value, int | float):
            return self._far[place]
        advice = msg("write a date of the years 1 to 9999")
        return CellFault("E143", msg("the cell holds a date or a time that is too far away"), advice)

    def _instant(self, place: Place, value: datetime) -> datetime | CellFault:
        serial = self.facts.serials.get(place)
        if serial is None:  # a text of ISO 8601
            return value
        if (stored := microseconds_of(serial)) is not None:
            since = timedelta(microseconds=stored)
            for epoch in _EPOCHS:
                if abs(epoch + since - value) < _SECOND:
                    return epoch + since
        headline = msg("the cell holds a time that is no whole microsecond: {value}", value=value.isoformat(" "))
        return CellFault("E143", headline, msg("round it, or store it as text"))

    def _duration(self, place: Place, value: timedelta) -> str | CellFault:
        serial = self.facts.serials.get(place)
        stored = value // _MICROSECOND if serial is None else microseconds_of(serial)
        if stored is None:
            headline = msg("the cell holds a duration that is no whole microsecond")
            return CellFault("E143", headline, msg("round it, or write e.g. `1h30min`"))
        minutes, rest = divmod(abs(stored), 60 * 10**6)
        seconds = f"{rest // 10**6}.{rest % 10**6:06d}".rstrip("0").rstrip(".")
        parts = ((str(minutes // 60), "h"), (str(minutes % 60), "min"), (seconds, "s"))
        text = "".join(f"{count}{unit}" for count, unit in parts if count != "0") or "0h"
        return f"-{text}" if stored < 0 else text


def number_meant(value: float) -> float:
    """Return the double of 15 digits of which a program stored 16 digits, or the double itself.

    XlsxWriter stores the nearest double of 0.07 as 0.07000000000000001: 16 digits, which other doubles are nearer to.

    >>> number_meant(0.07000000000000001), number_meant(0.1 + 0.2)
    (0.07, 0.30000000000000004)
    """
    if value.is_integer() or round(value, 4) == value:  # nearly every number
        return value
    short = float(f"{value:.15g}")
    return short if float(f"{short:.16g}") == value else value


def error_fault() -> CellFault:
    """The fault of a cell such as `#N/A`."""
    return CellFault("E141", msg("the cell shows an error"), msg("mend its formula, or write the value"))


def uncalculated_fault() -> CellFault:
    """The fault of a formula whose result was never stored."""
    advice = msg("open the file in a spreadsheet and save it, or write the value")
    return CellFault("E141", msg("the cell holds a formula without its result"), advice)


def open_sheet(file: BinaryIO, name: str, sheet: str | None, limits: Limits) -> Sheet:
    """Read one sheet into memory.

    Args:
        file: the workbook; may be closed afterwards.
        name: the workbook's name in messages.
        sheet: the name of the sheet; None: the first.
        limits: limits of size.

    Raises:
        UnusableWorkbookError: it is too large, damaged or protected, or has no such sheet.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > limits.unpacked:
                headline = msg(
                    "`{file}` unpacks to more than {limit} MB", file=name, limit=limits.unpacked // 1_000_000
                )
                raise UnusableWorkbookError("E118", headline, msg("remove what does not belong to the table"))
            file.seek(0)
            book = CalamineWorkbook.from_filelike(file)
            chosen = _chosen(book.sheet_names, name, sheet)
            facts = read_facts(archive, chosen)
            states = {one.name: one.visible for one in book.sheets_metadata}
            filled = tuple(one for one in book.sheet_names if one != chosen and has_values(archive, one))
            far = {place: serial for place, serial in facts.serials.items() if not _EARLIEST < serial < _LATEST}
            if far:
                book = CalamineWorkbook.from_filelike(_without_far(archive, part_of(archive, chosen), far))
        rows, columns = facts.size
        if rows * columns > limits.cells:
            headline = msg("the sheet reaches to {cell}", cell=reference(rows - 1, columns - 1))
            advice = msg("delete the empty rows and columns behind the table")
            raise UnusableWorkbookError("E103", headline, advice)
        values = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except (CalamineError, *BROKEN_FILE) as error:
        advice = msg("it is damaged or protected, or its name ends as another kind of file does")
        headline = msg("`{file}` cannot be read: {reason}", file=name, reason=reason_of(error))
        raise UnusableWorkbookError("E118", headline, advice) from None
    hidden = states[chosen] is not SheetVisibleEnum.Visible
    return Sheet(chosen, chosen == book.sheet_names[0], facts, hidden, filled, values, far)


def _without_far(archive: zipfile.ZipFile, part: str, far: Mapping[Place, float]) -> BinaryIO:
    """Return the workbook with replaced numbers in some cells of one sheet; their formats stay.

    calamine aborts the whole process at a date that it cannot represent.
    """

    def replaced(cell: re.Match[bytes]) -> bytes:
        found = _CELL_NAME.search(cell[0])
        return cell[0] if found is None or place_of(found[1].decode()) not in far else _VALUE.sub(rb"\g<1>1.5", cell[0])

    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as written:
        for entry in archive.infolist():
            content = archive.read(entry)
            written.writestr(entry, _CELL.sub(replaced, content) if entry.filename == part else content)
    copy.seek(0)
    return copy


def _chosen(names: list[str], file: str, sheet: str | None) -> str:
    if not names:
        advice = msg("its first row names the columns of the table")
        raise UnusableWorkbookError("E114", msg("`{file}` is empty", file=file), advice)
    if sheet is None:
        return names[0]
    if sheet not in names:
        near = closest(sheet, names)
        headline = msg("`{file}` has no sheet `{sheet}`", file=file, sheet=sheet)
        advice = msg("did you mean `{near}`?", near=near) if near else None
        raise UnusableWorkbookError("E144", headline, advice or msg("its sheets are: {names}", names=listed(names[:5])))
    return sheet
