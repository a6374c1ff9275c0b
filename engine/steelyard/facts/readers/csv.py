"""Reads CSV in a stated dialect: strict quotes, every row as long as the header, nothing detected automatically.

It has its own scanner because it must separate bad rows from good ones one by one, report the line on which each
begins, and refuse a quote in the middle of a field, which CSV readers interpret in different ways.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from steelyard.diagnostics import msg
from steelyard.facts.problem import Problem
from steelyard.facts.readers.table import (
    BadLine,
    Line,
    ReadOptions,
    Table,
    UnreadableError,
    checked_header,
    empty_file,
)
from steelyard.facts.readers.text import text_lines

_SHOWN = 80
"""How many characters of a bad row are shown."""


@contextmanager
def read_csv(path: Path, options: ReadOptions, wanted: frozenset[str]) -> Generator[Table]:
    """Read a CSV file; its first row names the columns. `wanted` is ignored."""
    del wanted
    delimiter = options.delimiter if options.delimiter is not None else _customary(path)
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise UnreadableError(
            "E113",
            msg("`{delimiter}` cannot separate columns", delimiter=delimiter),
            help=msg("a delimiter is one character, such as `,` or `;`"),
        )
    with text_lines(path, options.encoding) as lines:
        records = _records(lines, delimiter)
        number, header = next(records, (0, None))
        if header is None:
            raise empty_file()
        if isinstance(header, Problem) or any("\0" in name for name in header):
            raise UnreadableError(
                "E118",
                msg("the names of the columns cannot be read"),
                help=msg("the file may be no CSV, or of another encoding: see `--encoding`"),
                line=number,
            )
        columns = checked_header(header, number)
        yield Table(columns, _rows(records, columns), header=number)


def _customary(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def _rows(records: Iterator[tuple[int, list[str] | Problem]], columns: list[str]) -> Iterator[Line | BadLine]:
    width = len(columns)
    for number, fields in records:
        if isinstance(fields, Problem):
            yield BadLine(number, "", fields)
        elif len(fields) == width:
            yield Line(number, dict(zip(columns, fields, strict=True)))
        else:
            yield BadLine(
                number,
                ",".join(fields)[:_SHOWN],
                Problem(
                    msg("{width} fields, but the row has {count}", width=width, count=len(fields)),
                    msg("a field that contains the delimiter needs quotes") if len(fields) > width else None,
                ),
            )


def _records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str] | Problem]]:
    """Give each record with the line on which it begins; empty lines are skipped."""
    number = 0
    for line in lines:
        number += 1
        if '"' not in line:
            if text := line.rstrip("\r\n"):
                yield number, text.split(delimiter)
            continue
        record = _Record(line, lines, delimiter)
        yield number, record.read(number)
        number += record.further_lines


class _Record:
    """A record with quotes, which may extend over several lines."""

    def __init__(self, line: str, lines: Iterator[str], delimiter: str) -> None:
        self._line = line
        self._place = 0
        self._lines = lines
        self._delimiter = delimiter
        self.further_lines = 0

    def read(self, number: int) -> list[str] | Problem:
        """Return the fields, or what is wrong with their quotes.

        Raises:
            UnreadableError: the quotes are wrong in a way that hides where the next record begins.
        """
        fields: list[str] = []
        while True:
            quoted = self._line.startswith('"', self._place)
            field = self._quoted() if quoted else self._plain()
            rest = self._line[self._place : self._place + 1]
            if field is None or (not quoted and '"' in field) or rest not in ("", "\r", "\n", self._delimiter):
                return self._wrong(number, closed=field is not None)
            fields.append(field)
            if rest != self._delimiter:
                return fields
            self._place += 1

    def _plain(self) -> str:
        end = self._line.find(self._delimiter, self._place)
        field = self._line[self._place :].rstrip("\r\n") if end < 0 else self._line[self._place : end]
        self._place += len(field)
        return field

    def _quoted(self) -> str | None:
        """Read a quoted field; None where the closing quote is missing."""
        self._place += 1
        parts: list[str] = []
        while True:
            end = self._line.find('"', self._place)
            if end < 0:
                parts.append(self._line[self._place :])
                self._line, self._place = next(self._lines, ""), 0
                self.further_lines += 1
                if not self._line:
                    return None
            elif self._line.startswith('"', end + 1):
                parts.append(self._line[self._place : end + 1])
                self._place = end + 2
            else:
                parts.append(self._line[self._place : end])
                self._place = end + 1
                return "".join(parts)

    def _wrong(self, number: int, *, closed: bool) -> Problem:
        if not closed or self.further_lines:
            raise UnreadableError(
                "E117",
                msg("a quote is opened that is not closed well"),
                help=msg("a field in quotes ends at the delimiter or the line; a quote inside is written twice"),
                line=number,
            )
        return Problem(
            msg("quotes around a whole field, and doubled inside it"),
            msg('write `"a ""word"" in quotes"`'),
        )
