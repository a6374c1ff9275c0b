"""Chooses the reader of a file by the file's name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.readers.csv import read_csv
from steelyard.facts.readers.jsonl import read_jsonl
from steelyard.facts.readers.table import (
    BadLine,
    Line,
    ReadOptions,
    Table,
    UnreadableError,
    Wanted,
    guarded,
    unreadable,
)
from steelyard.facts.readers.xes import read_xes
from steelyard.source.broken import BROKEN_FILE

Reader = Callable[[Path, ReadOptions, Wanted], AbstractContextManager[Table]]


def _parquet(path: Path, options: ReadOptions, wanted: Wanted) -> AbstractContextManager[Table]:
    # large libraries are imported only for files that need them
    from steelyard.facts.readers.parquet import read_parquet

    return read_parquet(path, options, wanted)


def _xlsx(path: Path, options: ReadOptions, wanted: Wanted) -> AbstractContextManager[Table]:
    from steelyard.facts.readers.xlsx import read_xlsx

    return read_xlsx(path, options, wanted)


READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".jsonl": read_jsonl,
    ".parquet": _parquet,
    ".xlsx": _xlsx,
    ".xes": read_xes,
    ".xes.gz": read_xes,
}


@contextmanager
def open_table(path: Path, options: ReadOptions, wanted: Wanted) -> Generator[Table]:
    """Open a file of rows. Its name alone decides the format.

    Args:
        path: the file.
        options: delimiter, encoding and limits.
        wanted: the columns that will be read.

    Raises:
        UnreadableError: the file cannot be read; raised on opening, or later while rows are read.
    """
    with ExitStack() as stack:
        try:
            if path.is_dir():
                raise UnreadableError("E110", msg("a folder stands where a file of rows should"), help=_kinds())
            if not path.exists():
                raise UnreadableError("E110", msg("there is no such file"), help=msg("check the path and its spelling"))
            table = stack.enter_context(_reader(path)(path, options, _in_file(wanted, options)))
        except BROKEN_FILE as error:
            raise unreadable(error) from None
        rows = islice(guarded(table.rows), options.skip, None)
        if not options.renamed:
            yield replace(table, rows=rows)
            return
        names = {heading: column for column, heading in options.renamed}
        if not table.growing and (absent := [heading for heading in names if heading not in table.columns]):
            headline = msg("columns that the intake file names are missing: {names}", names=listed(absent))
            raise UnreadableError("E116", headline, line=table.header)
        yield replace(table, columns=_Renamed(table.columns, names), rows=_renamed(rows, names))


def _in_file(wanted: Wanted, options: ReadOptions) -> Wanted:
    """Return the wanted columns by their headings in the file."""
    headings = dict(options.renamed)
    return Wanted(*(frozenset(headings.get(one, one) for one in some) for some in (wanted.columns, wanted.needed)))


class _Renamed(Collection[str]):
    """Names of columns, some of them renamed; grows with the columns that it names."""

    def __init__(self, columns: Collection[str], names: Mapping[str, str]) -> None:
        self._columns, self._names = columns, names

    def __iter__(self) -> Iterator[str]:
        """Give the names in the order of the columns."""
        return (self._names.get(one, one) for one in self._columns)

    def __len__(self) -> int:
        """Count them."""
        return len(self._columns)

    def __contains__(self, name: object) -> bool:
        """Whether a column has this name."""
        return any(name == one for one in self)


def _renamed(rows: Iterator[Line | BadLine], names: Mapping[str, str]) -> Iterator[Line | BadLine]:
    for row in rows:
        if isinstance(row, Line):
            yield replace(row, cells={names.get(name, name): cell for name, cell in row.cells.items()})
        else:
            yield row


def _reader(path: Path) -> Reader:
    name = path.name.lower()
    for ending in sorted(READERS, key=len, reverse=True):
        if name.endswith(ending):
            return READERS[ending]
    raise UnreadableError("E111", msg("files of the kind of `{name}` are not read", name=path.name), help=_kinds())


def _kinds() -> Message:
    return msg("files of rows end in {endings}", endings=listed(READERS))
