"""What the XML of a sheet says beyond the values: errors, formulas without results, merged cells, stored numbers."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from posixpath import join, normpath
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Place = tuple[int, int]
"""Row and column, from 0."""


@dataclass(slots=True)
class SheetFacts:
    """What is told of a sheet.

    Attributes:
        size: rows and columns of the rectangle from A1 to the last cell.
        errors: cells that show an error (`#N/A`).
        uncalculated: formulas whose result was never stored.
        merged: first row and column of each merged stretch, and the reference of its last cell.
        serials: the doubles of cells that hold a number, a date or a time.
    """

    size: tuple[int, int] = (0, 0)
    errors: set[Place] = field(default_factory=set[Place])
    uncalculated: set[Place] = field(default_factory=set[Place])
    merged: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    serials: dict[Place, float] = field(default_factory=dict[Place, float])


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
    """Read the name of a cell; None where it is none."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def read_facts(archive: zipfile.ZipFile, sheet: str) -> SheetFacts:
    """Read the XML of one sheet.

    Raises:
        KeyError: the archive lacks a part that it names.
        ParseError, DefusedXmlException: a part is no XML, or declares entities.
    """
    facts = SheetFacts()
    at: Place = (-1, -1)
    with archive.open(_part_of(archive, sheet)) as stream:
        for event, element in ElementTree.iterparse(stream, events=("start", "end"), forbid_dtd=True):
            kind = _bare(element.tag)
            if event == "start":
                if kind == "row":
                    number = element.get("r", "")
                    at = (int(number) - 1 if number.isascii() and number.isdigit() else at[0] + 1, -1)
                elif kind == "c":
                    at = place_of(element.get("r", "")) or (at[0], at[1] + 1)
                    facts.size = (max(facts.size[0], at[0] + 1), max(facts.size[1], at[1] + 1))
            elif kind == "c":
                _note(facts, at, element)
            elif kind == "row":
                element.clear()
            elif kind == "mergeCell":
                first, _, last = element.get("ref", "").partition(":")
                place = place_of(first)
                if place is not None and last not in ("", first):
                    facts.merged.append((*place, last))
    return facts


def _note(facts: SheetFacts, place: Place, cell: Element) -> None:
    inside = {_bare(part.tag): part.text or "" for part in cell}
    kind = cell.get("t", "n")
    if kind == "e":
        facts.errors.add(place)
    elif "f" in inside and kind != "str" and not inside.get("v"):
        facts.uncalculated.add(place)
    elif kind == "n" and inside.get("v"):
        facts.serials[place] = float(inside["v"])


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The archive's name of a sheet. Raises KeyError where the workbook does not tell."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if _bare(element.tag) == "sheet" and element.get("name") == sheet:
            for name, value in element.items():
                if _bare(name) == "id":
                    return normpath(join("/xl", targets[value])).lstrip("/")
    raise KeyError(sheet)


def _bare(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]
