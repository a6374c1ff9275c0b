"""CSV -> cells with their lines and columns, under a stated dialect: strict quotes, every row as long as the header."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.source.csv_rows import BadQuote, Place, csv_rows, customary_delimiter, delimiter_fault
from steelyard.source.files import BYTE_ORDER_MARK
from steelyard.source.grid import Grid, GridCell, GridOptions, Row, finished, visible
from steelyard.source.nodes import Text


def read_csv_grid(data: bytes, name: str, options: GridOptions, diagnostics: Diagnostics) -> Grid | None:
    """Read all rows; None after an error.

    Args:
        data: the file.
        name: the file's name in places.
        options: the dialect.
        diagnostics: receives faults: of the file at the place that names it, of a cell at its own place.
    """
    delimiter = _delimiter(name, options, diagnostics)
    text = _decoded(data, name, options, diagnostics)
    if delimiter is None or text is None:
        return None
    rows: list[Row] = []
    before = diagnostics.errors
    for line, fields, ends in csv_rows(io.StringIO(text, newline=""), delimiter):
        if isinstance(fields, BadQuote):
            at, column = fields.place
            diagnostics.add("E117", Span(name, at, column, at, column + 1), fields.headline, help=fields.advice)
            return None
        rows.append(tuple(_cells(Span(name, line, 0, line, 0), fields, ends, diagnostics)))
    grid = finished(name, rows, options, diagnostics) if diagnostics.errors == before else None
    return None if grid is None or not _even(grid, rows, diagnostics) else grid


def _cells(at: Span, fields: list[str], ends: Sequence[Place], diagnostics: Diagnostics) -> Iterator[GridCell | None]:
    """Give the cells of a row that begins at a place; `ends` are the places after its fields, where any has quotes."""
    for number, value in enumerate(fields):
        line, column = ends[number] if ends else (at.line, at.column + len(value))
        span = replace(at, end_line=line, end_column=column)
        at = Span(at.file, line, column + 1, line, column + 1)
        yield _cell(value, span) if value.strip() and visible(value, span, diagnostics) else None


def _cell(value: str, span: Span) -> GridCell:
    """Make a cell. Places inside it are known where the file has its text on one line and without doubled quotes."""
    around = span.end_column - span.column - len(value)
    verbatim = span.line == span.end_line and around in (0, 2)
    return GridCell(Text(value, span, origin=((0, span.line, span.column + around // 2),) if verbatim else ()))


def _even(grid: Grid, rows: list[Row], diagnostics: Diagnostics) -> bool:
    """Whether every row is as long as the header; only an empty line may be shorter."""
    width = len(next(row for row in rows if any(row)))
    good = True
    for row in grid.rows:
        if len(row) != width:
            good = False
            first = next(cell for cell in row if cell is not None)
            diagnostics.add(
                "E145",
                first.text.span,
                msg("the row has {count} {count:field|fields}, and the header {width}", count=len(row), width=width),
                help=msg("a field that contains the delimiter needs quotes") if len(row) > width else None,
            )
    return good


def _delimiter(name: str, options: GridOptions, diagnostics: Diagnostics) -> str | None:
    written = options.delimiter
    if written is None:
        return customary_delimiter(name)
    sign = "\t" if written == "tab" else str(written)
    fault = delimiter_fault(sign)
    if fault is None:
        return sign
    diagnostics.add("E113", written.span, fault[0], help=fault[1])
    return None


def _decoded(data: bytes, name: str, options: GridOptions, diagnostics: Diagnostics) -> str | None:
    encoding = "utf-8" if options.encoding is None else str(options.encoding)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        headline = msg("`{file}` is not `{encoding}`", file=name, encoding=encoding)
        advice = msg("save it as UTF-8, or say how it is encoded, e.g. `{example}`", example="encoding: gb18030")
        diagnostics.add("E112", options.place, headline, help=advice)
        return None
    except (LookupError, ValueError):
        place = options.place if options.encoding is None else options.encoding.span
        headline = msg("unknown encoding `{encoding}`", encoding=encoding)
        diagnostics.add("E113", place, headline, help=msg("try `utf-8` or `gb18030`"))
        return None
    return text.removeprefix(BYTE_ORDER_MARK)
