"""Reads from the XML of a sheet what calamine omits: errors, formulas without results, what is merged or hidden."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from functools import cache, partial
from posixpath import join, normpath
from xml.etree.ElementTree import Element
from xml.parsers import expat

from defusedxml import ElementTree

from steelyard.diagnostics import Message, msg
from steelyard.source.xlsx_cells import taken_out
from steelyard.source.xlsx_styles import Styles, read_styles

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_CONTENT = re.compile(rb"<(?:\w{1,20}:)?(?:v|is|f)[\s>]")
_LONGEST_TAG = 30
_CHUNK = 1 << 20
_BOOK = "xl/workbook.xml"
_TRUE = ("1", "true")

Place = tuple[int, int]
"""Row and column, from 0."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A range of merged cells: its first and last rows and columns, from 0, both inclusive."""

    first: Place
    last: Place

    @property
    def headline(self) -> Message:
        """What is wrong with its cells."""
        return msg("the cells {range} are merged", range=f"{reference(*self.first)}:{reference(*self.last)}")


@dataclass(slots=True)
class SheetFacts:
    """Information about a sheet.

    Attributes:
        size: rows and columns of the rectangle from A1 to the last cell.
        errors: cells that show an error (`#N/A`).
        uncalculated: formulas whose result was never stored.
        formulas: the formulas of both, without `=`.
        merged: ranges of merged cells.
        serials: the doubles of cells that hold a number in a format that may show a date, a time or zeros in front.
        clocked: cells that show a time of day.
        padded: cells that show a whole number with zeros in front, with the number of digits that they show.
        hidden_rows: numbers of rows, from 0.
        hidden_columns: numbers of columns, from 0: the first and the last of consecutive ones.
    """

    size: tuple[int, int] = (0, 0)
    errors: set[Place] = field(default_factory=set[Place])
    uncalculated: set[Place] = field(default_factory=set[Place])
    formulas: dict[Place, str] = field(default_factory=dict[Place, str])
    merged: list[Merged] = field(default_factory=list[Merged])
    serials: dict[Place, float] = field(default_factory=dict[Place, float])
    clocked: set[Place] = field(default_factory=set[Place])
    padded: dict[Place, int] = field(default_factory=dict[Place, int])
    hidden_rows: set[int] = field(default_factory=set[int])
    hidden_columns: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def hides(self, column: int) -> bool:
        """Return whether a column is hidden."""
        return any(first <= column <= last for first, last in self.hidden_columns)


def reference(row: int, column: int) -> str:
    """Name a cell as spreadsheets do.

    >>> reference(6, 1), reference(0, 26)
    ('B7', 'AA1')
    """
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def place_of(text: str) -> Place | None:
    """Parse the name of a cell; None where the text is none."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    return int(match[2]) - 1, _column(match[1])


@cache
def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def read_facts(archive: zipfile.ZipFile, sheet: str) -> SheetFacts:
    """Read the XML of one sheet.

    Raises:
        KeyError: the archive lacks a part that it names.
        ValueError: the part declares a document type.
        ExpatError: the part is no XML.
    """
    book = ElementTree.fromstring(archive.read(_BOOK), forbid_dtd=True)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    scan = _Scan(parser, read_styles(archive), unreliable=_is_recalculated(book))
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.Parse(scan.without_cells(archive.read(part_of(archive, sheet))), True)
    return scan.facts


def _refuse_document_type(*_: object) -> None:
    raise ValueError("a document type, which sheets have no use for")


class _Scan:
    """Handlers of expat, for what `taken_out` leaves. They are called for every cell, so they must be fast.

    Only cells that hold a formula, or a number in a format of its own, are followed to their end; for all others the
    handlers of texts and of ends are off.
    """

    def __init__(self, parser: expat.XMLParserType, styles: Styles, *, unreliable: bool) -> None:
        """Prepare.

        Args:
            parser: calls the handlers.
            styles: the number formats of the workbook.
            unreliable: whether the result 0 of a formula stands for one that was never computed.
        """
        self.facts = SheetFacts()
        self._parser, self._styles, self._unreliable = parser, styles, unreliable
        self._row, self._column, self._row_name = -1, -1, ""
        self._kind, self._style, self._formula = "n", "", False
        self._value, self._within_value, self._stored = "", False, False
        self._formula_text, self._within_formula = "", False
        self._tags: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        parser.StartElementHandler = self.opened

    def without_cells(self, xml: bytes) -> bytes:
        """Read the cells that need no parser, and return the sheet without them."""
        rest, some = taken_out(xml, self._styles.plain, self._number)
        for place in filter(None, map(place_of, some)):
            self._reach(*place)
        return rest

    def _number(self, column: bytes, row: bytes, style: bytes, value: bytes) -> None:
        self._store((int(row) - 1, _column(column.decode())), style.decode(), float(value))

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        tag = self._tags.get(name)
        if tag is None:
            tag = self._tags[name] = name.rpartition("}")[2]
        match tag:
            case "v":
                self._within_value = self._stored = True
            case "c":
                self._begin_cell(attributes)
            case "f":
                self._formula = self._within_formula = True
                self._follow()
            case "row":
                number = attributes.get("r", "")
                self._row = int(number) - 1 if number.isascii() and number.isdigit() else self._row + 1
                self._column, self._row_name = -1, str(self._row + 1)
                if attributes.get("hidden") in _TRUE:
                    self.facts.hidden_rows.add(self._row)
            case "col" if attributes.get("hidden") in _TRUE:
                self.facts.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))
            case "mergeCell":
                first, _, last = attributes.get("ref", "").partition(":")
                begin, end = place_of(first), place_of(last)
                if begin is not None and end is not None and begin != end:
                    self.facts.merged.append(Merged(begin, end))
            case _:  # other elements are skipped
                pass

    def text(self, text: str) -> None:
        """Handle text between tags; only that of values and formulas is kept."""
        if self._within_value:
            self._value += text
        elif self._within_formula:
            self._formula_text += text

    def closed(self, name: str) -> None:
        """An element ends."""
        match self._tags.get(name):
            case "v":
                self._within_value = False
            case "f":
                self._within_formula = False
            case "c":
                self._parser.CharacterDataHandler = self._parser.EndElementHandler = None
                self._end_cell((self._row, self._column))
            case _:  # other elements are skipped
                pass

    def _follow(self) -> None:
        self._within_value = self._stored = False
        self._parser.CharacterDataHandler, self._parser.EndElementHandler = self.text, self.closed

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._locate(attributes.get("r", ""))
        self._reach(self._row, self._column)
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._formula, self._value, self._formula_text = False, "", ""
        if self._kind == "e":
            self.facts.errors.add((self._row, self._column))
        elif self._kind == "n" and self._style and self._style not in self._styles.plain:
            self._follow()

    def _reach(self, row: int, column: int) -> None:
        rows, columns = self.facts.size
        if row >= rows or column >= columns:
            self.facts.size = (max(rows, row + 1), max(columns, column + 1))

    def _locate(self, reference: str) -> None:
        """Set the place of a cell; without a name it follows the one before."""
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is not None and reference == letters + self._row_name:
            self._column = column
            return
        place = place_of(reference)
        self._row, self._column = (self._row, self._column + 1) if place is None else place
        if place is not None:
            self._columns[letters] = self._column

    def _end_cell(self, place: Place) -> None:
        if self._kind == "e":
            self.facts.formulas[place] = self._formula_text
        elif self._formula and self._is_uncalculated():
            self.facts.uncalculated.add(place)
            self.facts.formulas[place] = self._formula_text
        elif self._style and self._kind == "n" and self._value:
            self._store(place, self._style, float(self._value))

    def _store(self, place: Place, style: str, value: float) -> None:
        self.facts.serials[place] = value
        if style in self._styles.clocks:
            self.facts.clocked.add(place)
        elif style in self._styles.zeros:
            self.facts.padded[place] = self._styles.zeros[style]

    def _is_uncalculated(self) -> bool:
        if self._kind == "str":  # a formula may give an empty text
            return not self._stored
        return not self._value or (self._unreliable and self._kind == "n" and self._value == "0")


def _is_recalculated(book: Element) -> bool:
    """Return whether a workbook asks to be calculated when opened; writers that ask so store 0 for results."""
    return any(
        element.tag.rpartition("}")[2] == "calcPr" and element.get("fullCalcOnLoad") in _TRUE for element in book
    )


def has_values(archive: zipfile.ZipFile, sheet: str) -> bool:
    """Return whether a cell of a sheet holds a value or a formula; only the beginning is read where one does."""
    end = b""
    with archive.open(part_of(archive, sheet)) as stream:
        for chunk in iter(partial(stream.read, _CHUNK), b""):
            if _CONTENT.search(end + chunk):
                return True
            end = chunk[-_LONGEST_TAG:]
    return False


def part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the archive's name of a sheet. Raises KeyError where the workbook does not give it."""
    book = ElementTree.fromstring(archive.read(_BOOK), forbid_dtd=True)
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet" and element.get("name") == sheet:
            for name, value in element.items():
                if name.rpartition("}")[2] == "id":
                    return normpath(join("/xl", targets[value])).lstrip("/")
    raise KeyError(sheet)
