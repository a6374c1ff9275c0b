"""Turns files into sources: checks their columns, stages them where needed, and computes digests meanwhile."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from hashlib import file_digest
from itertools import count
from pathlib import Path

import duckdb

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Diagnostics
from steelyard.diagnostics.plain import encodable
from steelyard.facts.bulk.cells import Column, Kind
from steelyard.facts.bulk.sources import Source, has_broken_text, parquet_source
from steelyard.facts.bulk.staging import stage_lines, stage_parquet, stage_plain_csv
from steelyard.facts.bulk.storing import stored_source
from steelyard.facts.marks import Marks
from steelyard.facts.readers import BadLine, Line, ReadOptions, UnreadableError, Wanted, open_table
from steelyard.facts.readers.notations import Asked, asked_of
from steelyard.facts.readers.remarks import Remarks
from steelyard.facts.reading import Files, Progress, Reading, SourceFile, wanted
from steelyard.ir.notation import AS_THE_GRAMMAR
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Text

_CSV, _TSV, _PARQUET = ".csv", ".tsv", ".parquet"


class Opening(Reading):
    """A `Reading` whose files become sources; a thread computes their digests."""

    def __init__(
        self,
        options: ReadOptions,
        diagnostics: Diagnostics,
        progress: Progress | None,
        needs: Mapping[str, Mapping[str, str]],
        declared: Mapping[str, Collection[str]],
        *,
        marks: Marks,
        folder: Path,
        connection: duckdb.DuckDBPyConnection,
        zone: Zone,
        check_text: bool = False,
    ) -> None:
        """Prepare as `Reading` does.

        Args:
            options: of the files.
            diagnostics: receives faults of whole files.
            progress: is told the number of rows read.
            needs: see `Reading`.
            declared: see `Reading`.
            marks: see `Reading`.
            folder: where staged files are written.
            connection: writes them.
            zone: of local times.
            check_text: whether Parquet files with text that is not UTF-8 are looked for, and read by Python.
        """
        super().__init__(options, diagnostics, progress, needs, declared, marks=marks)
        self.options = options
        self._folder = folder
        self._connection = connection
        self._zone = zone
        self._check_text = check_text
        self._numbers = count()
        self._digests: list[tuple[str, str, Future[str]]] = []
        self._pool = ThreadPoolExecutor(1)
        self._opened: list[Source] = []

    def used(self, role: str, path: Path, name: str) -> None:
        """Record that a file was used, and start computing its digest."""
        self._digests.append((role, encodable(name), self._pool.submit(_digest, path)))

    def used_files(self) -> tuple[SourceFile, ...]:
        """Return the files in the order read; waits for their digests."""
        found = [SourceFile(role, name, digest.result()) for role, name, digest in self._digests]
        self.close()
        return tuple(dict.fromkeys(found))

    def open(
        self, role: str, files: Files, fields: Sequence[InputField], options: ReadOptions | None = None
    ) -> list[Source]:
        """Open all files of a role. A fault of a whole file becomes a diagnostic.

        Args:
            role: `cases`, or the relation's id.
            files: paths and patterns.
            fields: the fields of all versions.
            options: delimiter, encoding and limits of these files; None for those of the intake.
        """
        sources: list[Source] = []
        for path in self.found(files):
            try:
                own = (options or self._options).of(role, path)
                source = replace(self._source(role, path, own.notations.fields(fields), own), options=own)
                read = self._stored(source, fields) if source.staged else source
                sources.append(replace(read, number=len(sources)))
            except UnreadableError as error:
                self.report(path, error)
        self._opened += sources
        return sources

    def report_damaged(self) -> bool:
        """After an error of DuckDB: read all Parquet files with the Python reader, and report the damaged ones.

        Returns:
            Whether there are any; otherwise the error has another cause.
        """
        before = self._diagnostics.errors
        for source in self._opened:
            if source.staged:
                continue
            try:
                columns = Wanted(frozenset(one[0] for one in source.columns))
                with open_table(source.path, source.options, columns) as table:
                    deque(table.rows, maxlen=0)
            except UnreadableError as error:
                self.report(source.path, error)
        return self._diagnostics.errors > before

    def close(self) -> None:
        """Stop the thread."""
        self._pool.shutdown()

    def _source(self, role: str, path: Path, fields: Sequence[InputField], options: ReadOptions) -> Source:
        name = path.name.lower()
        asked = list(dict.fromkeys(map(asked_of, fields)))
        source: Source | None = None
        if name.endswith((_PARQUET, _CSV, _TSV)):
            columns, header, titles = self._headed(role, path, fields, options)
            if name.endswith(_PARQUET):
                broken = self._check_text and has_broken_text(path, {one[0] for one in asked})
                if not (broken or options.renamed or options.skip or options.key or options.empty):
                    source = self._parquet(path, fields, asked, columns)
            elif not (options.skip or options.key or options.empty):
                staged = stage_plain_csv(path, self._place(), columns, options, asked, header=header, zone=self._zone)
                if staged is not None:
                    source, skipped = staged
                    self.remark(role, path, header, Remarks(skipped=skipped, titles=titles))
            if source is not None:
                self.used(role, path, path.name)
                self._read(source.rows)
                return source
        return stage_lines(path, self._place(), self._told(role, path, fields, options), asked, self._zone)

    def _parquet(
        self, path: Path, fields: Sequence[InputField], asked: Sequence[Asked], columns: Collection[str]
    ) -> Source | None:
        """Read a Parquet file directly, or a copy with the texts of fields that have a notation of their own."""
        if not any(name in columns and notation != AS_THE_GRAMMAR for name, _, notation in asked):
            return parquet_source(self._connection, path, fields)
        plain = [one if one.written == AS_THE_GRAMMAR else _as_it_stands(one) for one in fields]
        table = self._place()
        added = stage_parquet(path, table, asked, self._zone) if parquet_source(self._connection, path, plain) else None
        copy = None if added is None else parquet_source(self._connection, table, plain)
        if added is None or copy is None:
            return None
        first = copy.width - len(added)
        texts = {one: Column(f"c{place}", Kind.TEXT) for place, one in enumerate(added, first)}
        return replace(copy, path=path, columns={**copy.columns, **texts})

    def _stored(self, source: Source, fields: Sequence[InputField]) -> Source:
        return stored_source(self._connection, source, self._place(), fields, self._zone)

    def _told(
        self, role: str, path: Path, fields: Sequence[InputField], options: ReadOptions
    ) -> Iterator[Line | BadLine]:
        for line in self._lines(role, path, fields, options):
            self._tick()
            yield line

    def _headed(
        self, role: str, path: Path, fields: Sequence[InputField], options: ReadOptions
    ) -> tuple[Sequence[str], int, tuple[str, ...]]:
        """Return the columns of a file, their line and the titles above, checked as the Python intake does."""
        next(self._lines(role, path, fields, options), None)
        with open_table(path, options, wanted(fields)) as table:
            return list(table.columns), table.header, table.remarks.titles

    def _place(self) -> Path:
        return self._folder / f"{next(self._numbers)}.parquet"

    def _read(self, rows: int) -> None:
        self._count += rows
        if self._progress is not None:
            self._progress(self._count)


def _as_it_stands(field: InputField) -> InputField:
    return replace(field, type=Text(), range=None, notation=AS_THE_GRAMMAR, for_run=None)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
