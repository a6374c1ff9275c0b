"""Tables as files: CSV, JSON lines, Parquet or a workbook, as the suffix says. Written as Parquet, then converted.

Outputs become visible all together when they are complete: see `session.files.staging`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.calendars.zones import zone
from steelyard.diagnostics import msg
from steelyard.explain.terms import show
from steelyard.facts.case import Reject
from steelyard.ir.result_columns import ResultColumn
from steelyard.ir.types import Number, Text
from steelyard.report.arrow import UnfitError, write_parquet, write_widened
from steelyard.report.book import Book
from steelyard.report.columns import CellValue
from steelyard.report.headings import Shown
from steelyard.report.mending import BadRows
from steelyard.source.csv_lines import EXACT, CsvStyle
from steelyard.temporary import TemporaryFolder

if TYPE_CHECKING:
    from steelyard.engines.sql.portfolio import Connection

SUFFIXES = (".csv", ".jsonl", ".parquet", ".xlsx")

REJECT_COLUMNS = (
    ResultColumn("key", Text()),
    ResultColumn("file", Text()),
    ResultColumn("line", Number(0)),
    ResultColumn("where", Text()),
    ResultColumn("value", Text()),
    ResultColumn("expected", Text()),
    ResultColumn("hint", Text()),
    ResultColumn("others", Text(), many=True),
)
_MARKS = ResultColumn(
    "marks",
    Text(),
    many=True,
    fields=(
        ResultColumn("file", Text()),
        ResultColumn("line", Number(0)),
        ResultColumn("where", Text()),
        ResultColumn("text", Text()),
    ),
)
"""Of a reject in the record of a run: each of its reasons, for the workbook that shows the rows themselves."""


def reject_row(reject: Reject, lang: str) -> dict[str, CellValue]:
    """A rejected row, its texts in a language."""
    return {
        "key": reject.key,
        "file": reject.file,
        "line": reject.line,
        "where": reject.where,
        "value": reject.value,
        "expected": show(reject.expected, lang),
        "hint": "" if reject.hint is None else show(reject.hint, lang),
        "others": tuple(show(other, lang) for other in reject.other_reasons),
    }


def write_rejects(path: Path, rejects: Iterable[Reject], lang: str = "en") -> int:
    """Write rejected rows to the Parquet file of a record, with the place of each reason. Returns how many.

    Raises:
        OSError: the file cannot be written.
    """
    rows = ({**reject_row(reject, lang), _MARKS.name: _marks(reject, lang)} for reject in rejects)
    with path.open("wb") as stream:
        return write_parquet(stream, (*REJECT_COLUMNS, _MARKS), rows)


def _marks(reject: Reject, lang: str) -> CellValue:
    return tuple((one.file, one.line, one.where, show(one.reason, lang)) for one in reject.all)


def write_rows(
    path: Path,
    columns: Sequence[ResultColumn],
    rows: Sequence[Mapping[str, CellValue]],
    *,
    style: CsvStyle = EXACT,
    book: Book | None = None,
) -> None:
    """Write rows in the format that the suffix names; instants are in UTC.

    Args:
        path: the file.
        columns: of the rows.
        rows: the values of each by the names of columns.
        style: of CSV.
        book: of a workbook, what it has beside the rows.

    Raises:
        UnfitError: a number does not fit Parquet's type; or the rows, or a text, a workbook.
        ValueError: an unknown suffix.
        OSError, duckdb.Error: the file cannot be written.
    """
    from steelyard.engines.sql.portfolio import connect
    from steelyard.engines.sql.running import interruptible

    match path.suffix.lower():
        case ".parquet":
            try:
                with path.open("wb") as stream:
                    write_parquet(stream, columns, rows)
            except UnfitError:
                path.unlink()
                raise
        case ".csv" | ".jsonl" | ".xlsx":
            with TemporaryFolder() as folder, interruptible(), connect(folder.path) as connection:
                file = folder.path / "rows.parquet"
                held, _ = write_widened(file, columns, lambda: rows)
                shown = [Shown(one, one.name) for one in held]
                convert_rows(connection, file, path, shown, style=style, book=book or Book(msg("results"), "UTC"))
        case suffix:
            raise ValueError(f"no format for {suffix!r}, only {', '.join(SUFFIXES)}")


def convert_rows(
    connection: Connection,
    file: Path,
    path: Path,
    shown: Sequence[Shown],
    *,
    style: CsvStyle,
    book: Book,
    before: Sequence[BadRows] = (),
) -> None:
    """Convert a Parquet file of rows to CSV, JSON lines or a workbook, by the suffix.

    Args:
        connection: a session of DuckDB.
        file: the Parquet file.
        path: the file to write.
        shown: columns of the rows.
        style: of CSV.
        book: what a workbook has beside the rows, and the time zone in which instants are written.
        before: of a workbook, rejected rows as they were read; their sheets come first.

    Raises:
        UnfitError: the rows, or a text, do not fit a workbook.
        OSError, duckdb.Error: the file cannot be written.
    """
    from steelyard.engines.sql.recorded import convert, renamed, sheet_rows

    here, columns = zone(book.timezone), [one.renamed for one in shown]
    source = renamed(file, {one.head: one.column.name for one in shown})
    if path.suffix.lower() == ".xlsx":
        from steelyard.report.workbook import write_workbook

        grades = {one.head: book.grades[one.column.name] for one in shown if one.column.name in book.grades}
        rows = sheet_rows(connection, source, columns, here)
        write_workbook(path, replace(book, grades=grades), columns, rows, before)
    else:
        convert(connection, source, path, columns, here, style=style)


__all__ = [
    "REJECT_COLUMNS",
    "SUFFIXES",
    "UnfitError",
    "convert_rows",
    "reject_row",
    "write_rejects",
    "write_rows",
]
