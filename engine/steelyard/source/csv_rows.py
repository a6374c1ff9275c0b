"""CSV text -> rows of fields with their places: the one scanner, of tables of rulesets and of facts.

The dialect is stated, nothing is detected. Quotes stand around a whole field, and a quote inside is written twice; a
quote anywhere else is a fault, because programs read it in different ways. Lines end in LF, CRLF or CR.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from steelyard.diagnostics import Message, msg

LONGEST = 1 << 26
"""The limit of characters in a quoted field: a quote that is never closed must not fill the memory."""

Place = tuple[int, int]
"""A line and a column, both from 0."""

_Field = re.Pattern[str]
"""Groups: the text in quotes; the text without; what ends the field. One for whole fields, one for the last lines."""
_LINE_END = ("", "\r", "\n")
_INSIDE = r'([^"]*+(?:""[^"]*+)*+)'
_OPENED, _STILL_OPEN = re.compile(rf'"{_INSIDE}\Z'), re.compile(rf"{_INSIDE}\Z")


@dataclass(frozen=True, slots=True)
class BadQuote:
    """A row whose fields cannot be separated.

    Attributes:
        place: of the field with the fault.
        alone: whether the next row begins on the next line. Otherwise nobody knows where it does.
    """

    place: Place
    alone: bool

    headline = msg("a quote is opened that is not closed well")
    advice = msg("a field in quotes ends at the delimiter or the line; a quote inside is written twice")


CsvRow = tuple[int, list[str] | BadQuote, Sequence[Place]]
"""The line, from 0, on which a row begins; its fields; the place after each field, left out if no field has quotes."""


def customary_delimiter(file: str | Path) -> str:
    """Return the delimiter of a file for which none is stated."""
    return "\t" if str(file).lower().endswith(".tsv") else ","


def delimiter_fault(delimiter: str) -> tuple[Message, Message] | None:
    """Return what is wrong with a delimiter, and advice; None where it can separate columns."""
    if len(delimiter) == 1 and delimiter not in '"\r\n\0':
        return None
    advice = msg("a delimiter is one character, such as `,` or `;`")
    return msg("`{delimiter}` cannot separate columns", delimiter=delimiter), advice


def csv_rows(lines: Iterable[str], delimiter: str) -> Iterator[CsvRow]:
    """Separate the fields of each row; empty lines are skipped. Lines come with their ends, and end nowhere else."""
    sign = re.escape(delimiter)
    end = rf"({sign}|[\r\n]|\Z)"
    whole = re.compile(rf'(?:"{_INSIDE}"|([^"\r\n{sign}]*+)){end}')
    rest = re.compile(rf'{_INSIDE}"(){end}')
    lines, number = iter(lines), 0
    for line in lines:
        if '"' in line:
            row = _QuotedRow(line, number, lines, whole, rest)
            yield number, row.read(), row.ends
            number = row.number
        elif text := line.rstrip("\r\n"):
            yield number, text.split(delimiter), ()
        number += 1


class _QuotedRow:
    """A row with quotes, which may extend over several lines. `number` is the number of the last line read."""

    def __init__(self, line: str, number: int, lines: Iterator[str], whole: _Field, rest: _Field) -> None:
        self._line = line
        self._first = self.number = number
        self._lines = lines
        self._whole, self._rest = whole, rest
        self.ends: list[Place] = []

    def read(self) -> list[str] | BadQuote:
        """Return the fields, or the fault."""
        fields: list[str] = []
        at = 0
        while True:
            start = self.number, at
            before: str | None = ""
            found = self._whole.match(self._line, at)
            if found is None and (opened := _OPENED.match(self._line, at)) is not None:
                before = self._until_closed(opened[1])
                found = self._rest.match(self._line)
            if found is None or before is None:
                return BadQuote(start, alone=before is not None and self.number == self._first)
            quoted, plain, end = cast("tuple[str | None, str, str]", found.groups())
            fields.append(plain if quoted is None else (before + quoted).replace('""', '"'))
            self.ends.append((self.number, found.start(3)))
            if end in _LINE_END:
                return fields
            at = found.end()

    def _until_closed(self, text: str) -> str | None:
        """Go to the line with the closing quote and return the field's text before that line; None if there is none."""
        parts, room = [text], LONGEST - len(text)
        while room > 0 and (line := next(self._lines, "")):
            self.number += 1
            if _STILL_OPEN.match(line) is None:
                self._line = line
                return "".join(parts)
            parts.append(line)
            room -= len(line)
        return None
