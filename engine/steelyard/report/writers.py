"""Files of results and rejects that appear whole or not at all.

A file is written beside its place under a temporary name, flushed to the disk, and renamed over the
place; whatever happens before that, an interrupt too, removes it and leaves the place as it was.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from steelyard.calendars.zones import zone
from steelyard.explain import show
from steelyard.facts.case import Case, Reject
from steelyard.ir.result_columns import ResultColumn
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.types import Number, Text
from steelyard.ir.versions import Versions
from steelyard.report.arrow import UnfitError, write_parquet
from steelyard.report.columns import CellValue, csv_text, json_value
from steelyard.report.provenance import KEY
from steelyard.report.results import Results
from steelyard.semantics.outcome import Outcome
from steelyard.source.csv_lines import csv_line, without_formula

SUFFIXES = (".csv", ".jsonl", ".parquet")

REJECT_COLUMNS = (
    ResultColumn("key", Text()),
    ResultColumn("file", Text()),
    ResultColumn("line", Number(0)),
    ResultColumn("where", Text()),
    ResultColumn("value", Text()),
    ResultColumn("expected", Text()),
    ResultColumn("hint", Text()),
)


@contextmanager
def whole_file(path: Path) -> Generator[BinaryIO]:
    """Open a file that replaces `path` when the block ends well, and is removed when it does not.

    Raises:
        OSError: the folder cannot be written.
    """
    folder = path.parent
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(folder)


def write_results(
    path: Path,
    rules: Ruleset | Versions,
    results: Iterable[tuple[Case, Outcome]],
    provenance: str | None = None,
    *,
    csv_safe: bool = False,
) -> int:
    """Write the results of cases that were not rejected; the suffix names the format. Returns how many rows.

    Args:
        path: the file.
        rules: what the cases were scored under.
        results: in the order of the file.
        provenance: where they come from, as JSON; kept in Parquet's metadata, the other formats have no place for it.
        csv_safe: as of `write_rows`.

    Raises:
        ValueError: an unknown suffix.
        UnfitError: a number does not fit the file's type; nothing is written.
        OSError: the file cannot be written; nothing is left of it.
    """
    table = Results(rules)
    rows = (table.row(case, outcome) for case, outcome in results)
    metadata = {} if provenance is None else {KEY: provenance}
    return write_rows(path, table.columns, rows, table.timezone, metadata, csv_safe=csv_safe)


def write_rejects(path: Path, rejects: Iterable[Reject], lang: str = "en", *, csv_safe: bool = False) -> int:
    """Write rejected rows, one a line: key, file, line, where, value, expected, hint. Raises as write_results."""
    rows = (reject_row(reject, lang) for reject in rejects)
    return write_rows(path, REJECT_COLUMNS, rows, "UTC", csv_safe=csv_safe)


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
    }


def write_rows(
    path: Path,
    head: Sequence[ResultColumn],
    rows: Iterable[Mapping[str, CellValue]],
    timezone: str,
    metadata: Mapping[str, str] | None = None,
    *,
    csv_safe: bool = False,
) -> int:
    """Write rows in the format that the suffix names.

    Args:
        path: the file.
        head: the columns.
        rows: the values of each by the names of columns.
        timezone: texts show instants in its local time.
        metadata: kept in Parquet; the other formats have none.
        csv_safe: in CSV an apostrophe stands before texts that a spreadsheet may take for formulas.

    Raises:
        Exception: as `write_results`.
    """
    match path.suffix.lower():
        case ".csv":
            write = partial(_csv, timezone=timezone, safe=csv_safe)
        case ".jsonl":
            write = partial(_jsonl, timezone=timezone)
        case ".parquet":
            write = partial(write_parquet, metadata=metadata)
        case suffix:
            raise ValueError(f"no format for {suffix!r}, only {', '.join(SUFFIXES)}")
    with whole_file(path) as stream:
        return write(stream, head, rows)


def _csv(
    stream: BinaryIO,
    head: Sequence[ResultColumn],
    rows: Iterable[Mapping[str, CellValue]],
    *,
    timezone: str,
    safe: bool,
) -> int:
    here = zone(timezone)
    texts = frozenset(column.name for column in head if safe and column.is_text)
    stream.write(csv_line(column.name for column in head).encode())
    count = 0
    for row in rows:
        fields = ((column.name, csv_text(column, row[column.name], here)) for column in head)
        line = csv_line(without_formula(text) if name in texts else text for name, text in fields)
        stream.write(line.encode())
        count += 1
    return count


def _jsonl(
    stream: BinaryIO, head: Sequence[ResultColumn], rows: Iterable[Mapping[str, CellValue]], *, timezone: str
) -> int:
    here = zone(timezone)
    count = 0
    for row in rows:
        content = {column.name: json_value(column, row[column.name], here) for column in head}
        stream.write(json.dumps(content, ensure_ascii=False).encode() + b"\n")
        count += 1
    return count


def _umask() -> int:
    """The mask of permissions; reading it takes setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make the rename last; not every system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


__all__ = [
    "REJECT_COLUMNS",
    "SUFFIXES",
    "UnfitError",
    "reject_row",
    "whole_file",
    "write_rejects",
    "write_results",
    "write_rows",
]
