"""The fields of CSV that this package writes: when they are quoted, and which of them spreadsheets take for formulas.

Python code writes lines with `csv_line`; SQL writes the same by the same patterns (engines/sql/lines.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

QUOTED = r'[,"\r\n]'
"""A field in which this occurs is quoted. Python and DuckDB (RE2) read the pattern alike."""

_BLANKS = " \v\f\n\u0085\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
FORMULA = rf"\A[{_BLANKS}]*[=+\-@\t\r＝＋－＠]"
"""A text that a spreadsheet may take for a formula: it begins with such a sign, blanks before it or not."""

MARK = "'"
"""Stands before such a text in files for spreadsheets."""

BYTE_ORDER_MARK = "\ufeff"
"""Before the first line: by it spreadsheets see that a file is UTF-8."""


@dataclass(frozen=True, slots=True)
class CsvStyle:
    """What is done for spreadsheets.

    Attributes:
        safe: an apostrophe stands before texts that a spreadsheet may take for formulas.
        bom: the file begins with a byte order mark.
    """

    safe: bool = False
    bom: bool = False


EXACT = CsvStyle()
"""Texts as they are, and nothing before them."""
_QUOTED, _FORMULA = re.compile(QUOTED), re.compile(FORMULA)


def csv_line(fields: Iterable[str], end: str = "\n") -> str:
    """One line with its end. A field with a comma, a quote or a line break, a lone carriage return too, is quoted.

    >>> csv_line(["a", "c,d"], end="")
    'a,"c,d"'
    """
    return ",".join(map(_field, fields)) + end


def without_formula(text: str) -> str:
    """A text with an apostrophe before it where a spreadsheet may take it for a formula.

    >>> without_formula("=1+1"), without_formula("a=b")
    ("'=1+1", 'a=b')
    """
    return f"{MARK}{text}" if _FORMULA.search(text) else text


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
