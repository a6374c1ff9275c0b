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
_BUILT_IN_CLOCKS = frozenset(map(str, (18, 19, 20, 21, 22)))


@dataclass(frozen=True, slots=True)
class Styles:
    """What the number formats of styles show; a style is named by its index, as cells name it.

    Attributes:
        clocks: styles that show a time of day.
        zeros: styles that show whole numbers with zeros in front, with the number of their digits.
    """

    clocks: frozenset[str]
    zeros: dict[str, int]


def read_styles(archive: zipfile.ZipFile) -> Styles:
    """Read the styles of a workbook; none where it has no part for them."""
    if _PART not in archive.namelist():
        return Styles(frozenset(), {})
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
    shown = {str(index): _shown(codes.get(number, "")) for index, number in enumerate(formats)}
    return Styles(
        frozenset(
            index for index, code in shown.items() if _CLOCK.search(code) or formats[int(index)] in _BUILT_IN_CLOCKS
        ),
        {index: len(code) for index, code in shown.items() if _ZEROS.fullmatch(code)},
    )


def _shown(code: str) -> str:
    """Return the part of a format for positive numbers, without what it prints as it stands.

    >>> _shown('[$-804]yyyy"年"m"月"d"日" hh:mm;@')
    'yyyymd hh:mm'
    """
    return _LITERAL.sub("", code).partition(";")[0]
