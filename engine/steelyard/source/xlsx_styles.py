"""Reads the number formats of a workbook: which ones show a time of day, and which fill numbers up with zeros."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass

from defusedxml import ElementTree

_PART = "xl/styles.xml"
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""What a format prints as it stands, and what it says in brackets."""
_CLOCK = re.compile(r"[hs]", re.IGNORECASE)
_ZEROS = re.compile(r"0{2,}")
_DATE_LETTER = re.compile(r"[admyhs]", re.IGNORECASE)
"""A format without these letters, quoted ones included, shows no date and no time."""
_BUILT_IN_CLOCKS = frozenset(map(str, (18, 19, 20, 21, 22)))
_BUILT_IN_NUMBERS = frozenset(map(str, (*range(14), *range(37, 45), 48, 49)))
"""Built-in formats of numbers and texts; 12 and 13 are fractions."""


@dataclass(frozen=True, slots=True)
class Styles:
    """What the number formats of styles show; a style is named by its index, as cells name it.

    Attributes:
        clocks: styles that show a time of day.
        zeros: styles that show whole numbers with zeros in front, with the number of their digits.
        plain: styles that show neither a date nor a time nor zeros in front.
    """

    clocks: frozenset[str]
    zeros: dict[str, int]
    plain: frozenset[str]


def read_styles(archive: zipfile.ZipFile) -> Styles:
    """Read the styles of a workbook; none where it has no part for them."""
    if _PART not in archive.namelist():
        return Styles(frozenset(), {}, frozenset())
    codes: dict[str, str] = {}
    formats: list[str] = []
    within = False
    for event, element in ElementTree.iterparse(archive.open(_PART), ("start", "end"), forbid_dtd=True):
        match event, element.tag.rpartition("}")[2]:
            case "start", "numFmt":
                codes[element.get("numFmtId", "")] = element.get("formatCode", "")
            case _, "cellXfs":
                within = event == "start"
            case "start", "xf" if within:
                formats.append(element.get("numFmtId", "0"))
            case _:  # fonts, borders and the like
                pass
    clocks: set[str] = set()
    zeros: dict[str, int] = {}
    plain: set[str] = set()
    for index, number in enumerate(formats):
        code = codes.get(number, "")
        shown = _shown(code)
        if _ZEROS.fullmatch(shown):
            zeros[str(index)] = len(shown)
        elif number in _BUILT_IN_NUMBERS if number not in codes else _DATE_LETTER.search(code) is None:
            plain.add(str(index))
        elif _CLOCK.search(shown) or number in _BUILT_IN_CLOCKS:
            clocks.add(str(index))
    return Styles(frozenset(clocks), zeros, frozenset(plain))


def _shown(code: str) -> str:
    """Return the part of a format for positive numbers, without what it prints as it stands.

    >>> _shown('[$-804]yyyy"年"m"月"d"日" hh:mm;@')
    'yyyymd hh:mm'
    """
    return _LITERAL.sub("", code).partition(";")[0]
