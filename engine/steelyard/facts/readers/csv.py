"""Reads facts from CSV: bad rows are separated from good ones one by one, every row is as long as the header."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.plain import HALF
from steelyard.facts.problem import Problem
from steelyard.facts.readers.heading import heading
from steelyard.facts.readers.remarks import Remarks
from steelyard.facts.readers.table import (
    BadLine,
    Line,
    ReadOptions,
    Table,
    UnreadableError,
    Wanted,
    checked_header,
    empty_file,
    said_header,
)
from steelyard.facts.readers.text import text_lines, wrong_encoding
from steelyard.source.csv_rows import BadQuote, CsvRow, csv_rows, customary_delimiter, delimiter_fault

_SHOWN = 80
"""How many characters of a bad row are shown."""


@contextmanager
def read_csv(path: Path, options: ReadOptions, wanted: Wanted) -> Generator[Table]:
    """Read a CSV file; its first row names the columns, or a later one below titles."""
    delimiter = customary_delimiter(path) if options.delimiter is None else options.delimiter
    if (fault := delimiter_fault(delimiter)) is not None:
        raise UnreadableError("E113", fault[0], help=fault[1])
    with text_lines(path, options.encoding) as lines:
        rows = csv_rows(lines, delimiter)
        above: list[CsvRow] = []
        if options.header is None:
            place = heading(_texts(rows, above), wanted.needed)
        else:
            above += said_header(rows, options.header)
            place = 0
        if not above:
            raise empty_file()
        number, header, _ = above[place]
        if not isinstance(header, BadQuote) and any(map(HALF.search, header)):
            raise wrong_encoding(options.encoding, line=number + 1)
        if isinstance(header, BadQuote) or any("\0" in name for name in header):
            raise UnreadableError(
                "E118",
                msg("the names of the columns cannot be read"),
                help=msg("the file may be no CSV, or of another encoding: see `--encoding`"),
                line=number + 1,
            )
        columns = checked_header(header, number + 1, wanted.columns)
        remarks = Remarks(titles=tuple(_first(fields) for _, fields, _ in above[:place]))
        yield Table(
            columns, _rows(chain(above[place + 1 :], rows), columns, remarks), header=number + 1, remarks=remarks
        )


def _texts(rows: Iterator[CsvRow], read: list[CsvRow]) -> Iterator[list[str] | None]:
    """Give the texts of rows that have a value, None for a broken one, and keep the rows in `read`."""
    for row in rows:
        fields = row[1]
        if isinstance(fields, BadQuote) or any(map(HALF.search, fields)):
            read.append(row)
            yield None
        elif any(map(str.strip, fields)):
            read.append(row)
            yield fields


def _first(fields: list[str] | BadQuote) -> str:
    return next((field.strip() for field in fields if field.strip()), "") if isinstance(fields, list) else ""


def _rows(rows: Iterable[CsvRow], columns: list[str], remarks: Remarks) -> Iterator[Line | BadLine]:
    width = len(columns)
    for number, fields, _ in rows:
        if isinstance(fields, BadQuote):
            yield BadLine(number + 1, "", _bad_quote(fields))
        elif not any(map(str.strip, fields)):
            remarks.skipped += 1
        elif len(fields) == width:
            yield Line(number + 1, dict(zip(columns, fields, strict=True)))
        else:
            yield BadLine(
                number + 1,
                ",".join(fields)[:_SHOWN],
                Problem(
                    msg("{width} {width:field|fields}, but the row has {count}", width=width, count=len(fields)),
                    _too_long(fields[width:]) if len(fields) > width else None,
                ),
            )


def _too_long(more: list[str]) -> Message:
    if any(map(str.strip, more)):
        return msg("a field that contains the delimiter needs quotes")
    return msg("the row ends with a delimiter too many: take it away, or end the row of names with it too")


def _bad_quote(fault: BadQuote) -> Problem:
    if not fault.alone:
        raise UnreadableError("E117", fault.headline, help=fault.advice, line=fault.place[0] + 1)
    return Problem(msg("quotes around a whole field, and doubled inside it"), msg('write `"a ""word"" in quotes"`'))
