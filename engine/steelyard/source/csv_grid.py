"""CSV -> cells with their lines and columns, under a stated dialect: strict quotes, every row as long as the header."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.source.grid import Grid, GridCell, GridOptions, Row, finished, visible
from steelyard.source.nodes import Text

_BREAK = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


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
    scan = _Scan(text, name, delimiter, diagnostics)
    before = diagnostics.errors
    rows = list(scan.rows())
    grid = finished(name, rows, options, diagnostics) if diagnostics.errors == before else None
    return None if grid is None or not _even(grid, rows, diagnostics) else grid


class _Scan:
    """Reads a text field by field."""

    def __init__(self, text: str, name: str, delimiter: str, diagnostics: Diagnostics) -> None:
        self._text = text
        self._name = name
        self._delimiter = delimiter
        self._diagnostics = diagnostics
        self._plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    def rows(self) -> Iterator[Row]:
        """Give the rows, including empty lines; stops at a quote that is not closed correctly."""
        at, row = 0, list[GridCell | None]()
        while at < len(self._text) or row:
            quoted = self._text.startswith('"', at)
            found = (_QUOTED if quoted else self._plain).match(self._text, at)
            end = at if found is None else found.end()
            rest = self._text[end : end + 1]
            if found is None or rest not in ("", "\r", "\n", self._delimiter) or (not quoted and '"' in found[0]):
                self._bad_quote(at)
                return
            row.append(self._cell(at, end, found[1] if quoted else found[0], quoted=quoted))
            at = end + 1
            if rest != self._delimiter:
                yield tuple(row)
                row = []
                at = end + (2 if self._text.startswith("\r\n", end) else 1)

    def _cell(self, start: int, end: int, value: str, *, quoted: bool) -> GridCell | None:
        if not value.strip():
            return None
        span = self._span(start, end)
        if not visible(value, span, self._diagnostics):
            return None
        verbatim = '""' not in value and _BREAK.search(value) is None
        origin = ((0, span.line, span.column + quoted),) if verbatim or not quoted else ()
        return GridCell(Text(value.replace('""', '"') if quoted else value, span, origin=origin))

    def _span(self, start: int, end: int) -> Span:
        return Span(self._name, *self._place(start), *self._place(end))

    def _place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._starts, at) - 1
        return line, at - self._starts[line]

    def _bad_quote(self, at: int) -> None:
        self._diagnostics.add(
            "E117",
            self._span(at, at + 1),
            msg("a quote is opened that is not closed well"),
            help=msg("a field in quotes ends at the delimiter or the line; a quote inside is written twice"),
        )


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
                msg("the row has {count} fields, and the header {width}", count=len(row), width=width),
                help=msg("a field that contains the delimiter needs quotes") if len(row) > width else None,
            )
    return good


def _delimiter(name: str, options: GridOptions, diagnostics: Diagnostics) -> str | None:
    written = options.delimiter
    if written is None:
        return "\t" if name.lower().endswith(".tsv") else ","
    sign = "\t" if written == "tab" else str(written)
    if len(sign) == 1 and sign not in '"\r\n':
        return sign
    headline = msg("`{delimiter}` cannot separate columns", delimiter=written)
    diagnostics.add("E113", written.span, headline, help=msg("a delimiter is one character, such as `,` or `;`"))
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
    return text.removeprefix(codecs.BOM_UTF8.decode())
