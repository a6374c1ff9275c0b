"""Reads files of rows one after the other: opens them, checks their columns, counts rows, computes digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.diagnostics.plain import encodable
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.facts.absent import Header, absent_columns
from steelyard.facts.marks import Marks
from steelyard.facts.patterns import matching_files
from steelyard.facts.readers import BadLine, Line, ReadOptions, Table, UnreadableError, Wanted, open_table
from steelyard.facts.readers.notations import AS_ALL, FileNotations
from steelyard.facts.readers.remarks import Remarks, other_sheets
from steelyard.ir.ruleset import InputField

Files = Sequence[str | Path]
"""Paths. A path with `*`, `?` or `[` that names no existing file stands for all files that it matches."""

Progress = Callable[[int], None]
"""Called from time to time with the number of rows read so far."""

_TOLD_EVERY = 4096
_DELIMITERS = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}
"""What may separate columns, and how `--delimiter` takes it from a command line."""
_NAMED = 10
"""How many columns of a file are named at most."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was used. `role` is `cases` or the relation's id, `digest` the SHA-256 of its bytes in hex.

    A source that a cluster read has no digest: an empty text.
    """

    role: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a row.

    Attributes:
        file: the name of its file.
        line: its line or row number there, from 1.
        row: its number among all rows of the role, from 1.
        notations: how its file writes fields.
    """

    file: str
    line: int
    row: int
    notations: FileNotations = AS_ALL


class Reading:
    """One intake: collects faults, and the files and rows read so far."""

    def __init__(
        self,
        options: ReadOptions,
        diagnostics: Diagnostics,
        progress: Progress | None,
        needs: Mapping[str, Mapping[str, str]] | None = None,
        declared: Mapping[str, Collection[str]] | None = None,
        *,
        marks: Marks | None = None,
    ) -> None:
        """Prepare.

        Args:
            options: delimiter, encoding and limits of the files.
            diagnostics: receives faults of whole files.
            progress: called from time to time with the number of rows read.
            needs: by role and column, the versions that need the column, for columns that not all versions need.
            declared: by role, the columns that any version reads.
            marks: counts marks of what is missing.
        """
        self.marks = marks or Marks({})
        self._options = options
        self._needs = needs or {}
        self._declared = declared or {}
        self._noted: set[tuple[str, Path, tuple[str, ...]]] = set()
        self._diagnostics = diagnostics
        self._progress = progress
        self._count = 0
        self.sources: list[SourceFile] = []
        self.warnings: list[Message] = [] if options.by_file is None else [*options.by_file.warnings]

    def rows(
        self, role: str, files: Files, fields: Sequence[InputField], options: ReadOptions | None = None
    ) -> Iterator[tuple[Place, Line | BadLine]]:
        """Give the rows of all files of a role. A fault of a whole file becomes a diagnostic and ends that file."""
        row = 0
        self.marks.begin(role)
        for path in self.found(files):
            own = (options or self._options).of(role, path)
            told = own.notations.marked
            try:
                for line in self._lines(role, path, own.notations.fields(fields), own):
                    row += 1
                    self._tick()
                    if isinstance(line, Line):
                        self.marks.look(role, line.cells, told)
                    yield Place(path.name, line.number, row, own.notations), line
            except UnreadableError as error:
                self.report(path, error)
        if self._progress is not None:
            self._progress(self._count)

    def _tick(self) -> None:
        self._count += 1
        if self._progress is not None and self._count % _TOLD_EVERY == 0:
            self._progress(self._count)

    def found(self, files: Files) -> Iterator[Path]:
        """Return the files meant by paths and patterns; a pattern that matches no file is reported."""
        for file in files:
            matched = matching_files(file)
            if not matched:
                headline = msg("no file matches `{pattern}`", pattern=str(file))
                self.report(Path(file), UnreadableError("E110", headline, help=msg("check the path and its spelling")))
            yield from matched

    def _lines(
        self, role: str, path: Path, fields: Sequence[InputField], options: ReadOptions
    ) -> Iterator[Line | BadLine]:
        needs = self._needs.get(role, {})
        with open_table(path, options, wanted(fields)) as table:
            if not table.growing:
                _check_columns(table, fields, needs)
                self._note_absent(role, path, table, fields, options)
            yield from table.rows
            if table.growing and table.columns:
                _check_columns(table, fields, needs)
                self._note_absent(role, path, table, fields, options)
            self.remark(role, path, table.header, table.remarks)
        self.used(role, path, path.name)

    def columns(self, path: Path, needed: frozenset[str]) -> frozenset[str]:
        """Return the columns of a file without reading its rows; none where it cannot be read.

        Args:
            path: the file.
            needed: columns by which the names are found where titles stand above them.
        """
        try:
            with open_table(path, self._options, Wanted(needed=needed)) as table:
                if table.growing:
                    next(table.rows, None)
                return frozenset(table.columns)
        except UnreadableError:
            return frozenset()

    def report(self, path: Path, error: UnreadableError) -> None:
        """Turn a fault of a whole file into a diagnostic."""
        place = _span(path, error.line)
        self._diagnostics.add(error.code, place, error.headline, help=error.help, notes=error.notes)

    def used(self, role: str, path: Path, name: str) -> None:
        """Record that a file was used."""
        with path.open("rb") as file:
            self.sources.append(SourceFile(role, encodable(name), hashlib.file_digest(file, "sha256").hexdigest()))

    def remark(self, role: str, path: Path, header: int, remarks: Remarks) -> None:
        """Warn of what the user must know about a file, once; `header` is the line that names its columns."""
        for warning in remarks.messages(role, path.name, header):
            if warning not in self.warnings:
                self.warnings.append(warning)

    def _note_absent(
        self, role: str, path: Path, table: Table, fields: Sequence[InputField], options: ReadOptions
    ) -> None:
        """Warn of optional columns that a file does not have; once for each file."""
        once = role, path, tuple(field.column for field in fields)
        if once in self._noted:
            return
        self._noted.add(once)
        line = None if table.growing else table.header
        header = Header(role, path, tuple(table.columns), _span(path, line), wanted(fields).needed, table.growing)
        for warning in absent_columns(header, fields, self._declared.get(role, ()), options, self._diagnostics):
            if warning not in self.warnings:
                self.warnings.append(warning)


def wanted(fields: Sequence[InputField]) -> Wanted:
    """Return the columns of fields."""
    return Wanted(
        frozenset(field.column for field in fields),
        frozenset(field.column for field in fields if not field.can_be_missing),
    )


def _check_columns(table: Table, fields: Sequence[InputField], needs: Mapping[str, str]) -> None:
    """Raise UnreadableError where a column is missing that every row must fill."""
    columns, line = table.columns, None if table.growing else table.header
    needed = dict.fromkeys(field.column for field in fields if not field.can_be_missing)
    absent = [name for name in needed if name not in columns]
    if not absent:
        return
    named = [name for name in columns if name]
    spare = [name for name in named if name not in needed]
    nearest = ((name, closest(name, spare)) for name in absent)
    title = msg(
        "row {line} is taken for the names of the columns: delete a title above them, or say `header` in a file of "
        "`--intake`",
        line=line,
    )
    notes = (
        *((title,) if line is not None and len(named) == 1 else ()),
        *((other_sheets(table.remarks.other_sheets),) if table.remarks.other_sheets else ()),
        *(msg("for `{column}`: did you mean `{near}`?", column=name, near=near) for name, near in nearest if near),
        *(
            msg("`{column}` is needed by version {versions} only", column=name, versions=needs[name])
            for name in absent
            if name in needs
        ),
    )
    raise UnreadableError(
        "E116",
        msg("columns are missing: {names}", names=listed(absent)),
        help=_columns_help(named),
        notes=notes,
        line=line,
    )


def _columns_help(columns: Sequence[str]) -> Message:
    if len(columns) == 1:
        for delimiter, written in _DELIMITERS.items():
            if delimiter in columns[0]:
                return msg("say what separates the columns: `--delimiter {delimiter}`", delimiter=written)
    if len(columns) > _NAMED:
        return msg(
            "the file has {count} {count:column|columns}, such as {names}",
            count=len(columns),
            names=listed(columns[:_NAMED]),
        )
    return msg("the file has the columns {names}", names=listed(columns))


def _span(path: Path, line: int | None) -> Span:
    number = (line or 1) - 1
    cell = f"A{number + 1}" if path.suffix.lower() == ".xlsx" else ""
    return Span(str(path), number, 0, number, 0, cell)
