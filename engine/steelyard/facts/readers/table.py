"""What every reader returns: lines of named cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.cells import Cell
from steelyard.facts.problem import Problem
from steelyard.facts.readers.keys import JoinedKey, RowKey
from steelyard.facts.readers.notations import AS_ALL, FileNotations
from steelyard.facts.readers.remarks import Remarks
from steelyard.source.broken import BROKEN_FILE, reason_of

T = TypeVar("T")
R = TypeVar("R", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How text files are written. Nothing is detected automatically.

    Attributes:
        delimiter: of CSV, one character; None: a comma, or a tab where the file's name ends in `.tsv`.
        encoding: of CSV and JSONL; a byte order mark is skipped.
        traces: whether an event log gives one row per trace (a case file) instead of one row per event.
        max_bytes: the largest size to which a compressed file may unpack.
        missing_columns: inputs, and fields as `relation.field`, whose column is known not to be there.
        sheet: of a workbook; None: the first.
        header: the line that names the columns, from 1; None: the first with a value, or a later one below titles.
        skip: how many rows below it are left out.
        fill_merged: whether every cell of merged ones has their value, instead of being refused.
        renamed: for columns with another heading in the file, the declared column and the heading.
        key: how the key is made that stands in no column of its own; None where it stands in one.
        empty: the texts of cells that are empty.
        notations: how the file writes fields, where that is not as its role says.
        by_file: what is said of single files; None where nothing is.
    """

    delimiter: str | None = None
    encoding: str = "utf-8"
    traces: bool = False
    max_bytes: int = 2 * 1024**3
    missing_columns: frozenset[str] = frozenset()
    sheet: str | None = None
    header: int | None = None
    skip: int = 0
    fill_merged: bool = False
    renamed: tuple[tuple[str, str], ...] = ()
    key: JoinedKey | RowKey | None = None
    empty: frozenset[str] = frozenset()
    notations: FileNotations = AS_ALL
    by_file: OptionsByFile | None = None

    @property
    def distinct(self) -> bool:
        """Whether rows of case files that agree in every input are one case."""
        return self.by_file is not None and self.by_file.distinct

    def of(self, role: str, path: Path) -> ReadOptions:
        """Return how a file of a role is written."""
        return self if self.by_file is None else self.by_file.options(role, path, self)


class OptionsByFile(Protocol):
    """What is said of single files (facts/intake.py)."""

    @property
    def digest(self) -> str:
        """The SHA-256, in hexadecimal, of all that is said."""
        ...

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What is said in vain."""
        ...

    @property
    def distinct(self) -> bool:
        """Whether rows of case files that agree in every input are one case."""
        ...

    def options(self, role: str, path: Path, options: ReadOptions) -> ReadOptions:
        """Return how a file of a role is written; `options` hold where nothing is said."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns that will be read, others may be left out; of these, the ones that every row must fill."""

    columns: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """A row. `number` is its line in the file, or its row where the format has no lines, from 1."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A row whose fields cannot be separated. `text` is the row as written."""

    number: int
    text: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Table:
    """An open file.

    Attributes:
        columns: names of the columns; for a growing table those of the rows read so far.
        rows: good and bad rows in the order of the file.
        growing: whether each row names its own columns.
        header: the line, or the row, from 1, whose cells name the columns.
        remarks: what is to be said about the file; whole when all rows are read.
    """

    columns: Collection[str]
    rows: Iterator[Line | BadLine]
    growing: bool = False
    header: int = 1
    remarks: Remarks = field(default_factory=Remarks)


class UnreadableError(Exception):
    """Raised for a file that cannot be read; holds the parts of a diagnostic. `line` counts from 1."""

    def __init__(
        self,
        code: str,
        headline: Message,
        *,
        help: Message | None = None,  # noqa: A002 - the diagnostic's word
        line: int | None = None,
        notes: tuple[Message, ...] = (),
    ) -> None:
        super().__init__(str(headline))
        self.code = code
        self.headline = headline
        self.help = help
        self.line = line
        self.notes = notes


def checked_header(names: Iterable[str], line: int, wanted: frozenset[str]) -> list[str]:
    """Check and return the names of the columns. Columns without a name are allowed but cannot be read.

    Raises:
        UnreadableError: there are no names, or the name of a wanted column occurs twice.
    """
    header = list(names)
    twice = [name for name, count in Counter(header).items() if name in wanted and count > 1]
    if twice:
        raise UnreadableError(
            "E115",
            msg("columns stand more than once: {names}", names=listed(twice)),
            help=msg("rename or remove all but one of each"),
            line=line,
        )
    if not any(header):
        raise empty_file()
    return header


def said_header(rows: Iterator[R], line: int) -> Iterator[R]:
    """Give the row that is said to name the columns.

    Args:
        rows: rows that begin with their number, from 0.
        line: the number of the row, from 1.

    Raises:
        UnreadableError: the file has no such row.
    """
    for row in rows:
        if row[0] + 1 >= line:
            if row[0] + 1 == line and any(row[1]):
                yield row
                return
            break
    raise UnreadableError("E114", msg("line {line} names no columns", line=line), line=line)


def empty_file() -> UnreadableError:
    """Return the error of a file without a header."""
    return UnreadableError(
        "E114", msg("the file is empty"), help=msg("the first row names the columns; a relation without rows is `none`")
    )


def guarded(rows: Iterable[T]) -> Iterator[T]:
    """Pass on rows of a reader; errors that a damaged file causes while it is read become `UnreadableError`."""
    try:
        yield from rows
    except BROKEN_FILE as error:
        raise unreadable(error) from None


def unreadable(error: BaseException) -> UnreadableError:
    """Return the error for a file on which a library, or the operating system, raised one of `BROKEN_FILE`."""
    if isinstance(error, OSError) and error.errno is not None:
        return UnreadableError("E110", msg("cannot read the file: {reason}", reason=error.strerror or ""))
    return damaged(reason_of(error))


def damaged(reason: str) -> UnreadableError:
    """Return the error for a file whose content does not match its name; `reason` is the library's message."""
    return UnreadableError(
        "E118",
        msg("the file cannot be read: {reason}", reason=" ".join(reason.split())[:200]),
        help=msg("it is damaged, or its name ends as another kind of file does"),
    )


def too_large(max_bytes: int) -> UnreadableError:
    """Return the error for a file that unpacks to more than allowed."""
    return UnreadableError(
        "E118",
        msg("the file unpacks to more than {limit} bytes", limit=max_bytes),
        help=msg("split it into several files"),
    )
