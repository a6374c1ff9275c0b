"""Chooses the reader of a file by the file's name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.facts.cells import shown
from steelyard.facts.readers.csv import read_csv
from steelyard.facts.readers.jsonl import read_jsonl
from steelyard.facts.readers.keys import key_cell, parts_of
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
from steelyard.source.disguise import disguise

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


_OTHER_SHEETS = (".xls", ".xlsb", ".xlsm", ".ods")
"""How workbooks end that are not read."""


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
            check_content(path)
            table = stack.enter_context(_reader(path)(path, options, _in_file(wanted, options)))
        except BROKEN_FILE as error:
            raise unreadable(error) from None
        table = replace(table, rows=islice(guarded(table.rows), options.skip, None))
        if options.empty:
            table = replace(table, rows=_emptied(table.rows, options.empty))
        yield table if not options.renamed and options.key is None else _as_declared(table, path, options, wanted)


def check_content(path: Path) -> None:
    """Raise UnreadableError where a file is of another kind than its name says."""
    with path.open("rb") as file:
        found = disguise(path.name, file)
    if found is not None:
        raise UnreadableError("E118", found[0], help=found[1])


def _emptied(rows: Iterable[Line | BadLine], texts: Collection[str]) -> Iterator[Line | BadLine]:
    """Empty the cells with one of these texts, whatever blanks stand around it."""
    for row in rows:
        if isinstance(row, Line):
            yield replace(
                row, cells={name: None if shown(cell).strip() in texts else cell for name, cell in row.cells.items()}
            )
        else:
            yield row


def _in_file(wanted: Wanted, options: ReadOptions) -> Wanted:
    """Return the wanted columns by their headings in the file."""
    headings, key = dict(options.renamed), options.key

    def read(columns: Collection[str]) -> frozenset[str]:
        if key is None or key.column not in columns:
            return frozenset(headings.get(one, one) for one in columns)
        return frozenset(headings.get(one, one) for one in columns if one != key.column) | frozenset(parts_of(key))

    return Wanted(read(wanted.columns), read(wanted.needed))


def _as_declared(table: Table, path: Path, options: ReadOptions, wanted: Wanted) -> Table:
    """Give the columns their declared names, and each row its key where that stands in no column of its own."""
    names = {heading: column for column, heading in options.renamed}
    key, parts = options.key, parts_of(options.key)
    if not table.growing:
        _check_named(table, (*names, *parts))
    columns = _Declared(table.columns, names, None if key is None else key.column)
    made = key if key is not None and key.column in wanted.columns else None

    def rows() -> Iterator[Line | BadLine]:
        for number, row in enumerate(table.rows, 1):
            if isinstance(row, Line):
                cells = {names.get(name, name): cell for name, cell in row.cells.items()}
                if made is not None:
                    cells[made.column] = key_cell(made, row.cells, path, number)
                yield replace(row, cells=cells)
            else:
                yield row
        if table.growing and table.columns:
            _check_named(table, parts)

    return replace(table, columns=columns, rows=rows())


def _check_named(table: Table, names: Collection[str]) -> None:
    """Raise UnreadableError where a column is not there that the intake file names."""
    if absent := [name for name in dict.fromkeys(names) if name not in table.columns]:
        headline = msg("columns that the intake file names are missing: {names}", names=listed(absent))
        nearest = ((name, closest(name, list(filter(None, table.columns)))) for name in absent)
        notes = (
            msg("for `{column}`: did you mean `{near}`?", column=name, near=near) for name, near in nearest if near
        )
        raise UnreadableError("E116", headline, notes=tuple(notes), line=None if table.growing else table.header)


class _Declared(Collection[str]):
    """Names of columns, some of them renamed, and the made key if there is one; grows with the columns it names."""

    def __init__(self, columns: Collection[str], names: Mapping[str, str], key: str | None) -> None:
        self._columns, self._names, self._key = columns, names, key

    def __iter__(self) -> Iterator[str]:
        """Give the names in the order of the columns."""
        if self._key is not None and self._columns:
            yield self._key
        for one in self._columns:
            name = self._names.get(one, one)
            if name != self._key:
                yield name

    def __len__(self) -> int:
        """Count them."""
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        """Whether a column has this name."""
        return any(name == one for one in self)


def _reader(path: Path) -> Reader:
    name = path.name.lower()
    for ending in sorted(READERS, key=len, reverse=True):
        if name.endswith(ending):
            return READERS[ending]
    advice = msg("open it in a spreadsheet and save it as `.xlsx`") if name.endswith(_OTHER_SHEETS) else _kinds()
    raise UnreadableError("E111", msg("files of the kind of `{name}` are not read", name=path.name), help=advice)


def _kinds() -> Message:
    return msg("files of rows end in {endings}", endings=listed(READERS))
