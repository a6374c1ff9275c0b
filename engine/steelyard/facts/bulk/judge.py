"""Reads a few rows with the Python intake: to make cases, and to say what is wrong with rows that SQL rejected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostics, msg
from steelyard.facts.assembly import Assembly, key_field
from steelyard.facts.bulk import sql
from steelyard.facts.bulk.cases import TWICE
from steelyard.facts.bulk.raw import raw_lines
from steelyard.facts.bulk.relations import LoadedRelation
from steelyard.facts.bulk.rows import ROW
from steelyard.facts.bulk.sources import FILE, Source
from steelyard.facts.case import Case, Reject
from steelyard.facts.case_reader import CaseReader
from steelyard.facts.cells import shown
from steelyard.facts.fields import Fault, line_fault
from steelyard.facts.format import format_value
from steelyard.facts.problem import Problem
from steelyard.facts.readers import BadLine, Line, ReadOptions
from steelyard.facts.reading import Place, Reading
from steelyard.facts.relations import Collector, RelationRows, read_relation
from steelyard.facts.repeated import ReadRow, rows_differ, stands_twice
from steelyard.ir.expressions import Stored
from steelyard.ir.versions import Versions


@dataclass(frozen=True, slots=True)
class _Read:
    """A row as the Python intake reads it: its key where readable, and its faults or all its values."""

    place: Place
    version: str
    key: Stored | None
    values: Mapping[str, Stored]
    fault: Fault | None
    text: str
    """The key as written."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Reads rows by their numbers with the Python intake.

    Attributes:
        versions: the versions of the ruleset.
        sources: the sources of the cases.
        relations: by version, its relations in their order.
        options: delimiter, encoding and limits of the files.
        derived: by version, the rows of relations that were derived from the cases.
    """

    versions: Versions
    sources: Sequence[Source]
    relations: Mapping[str, Sequence[LoadedRelation]]
    options: ReadOptions
    derived: Mapping[str, Sequence[RelationRows]] = field(default_factory=dict[str, Sequence[RelationRows]])

    def judge(
        self, connection: duckdb.DuckDBPyConnection, numbers: Sequence[int], *, joined: bool
    ) -> list[Case | Reject]:
        """Make the cases or rejects of rows.

        Args:
            connection: finds rows of relations, and keys that occur twice.
            numbers: the numbers of the rows, ascending.
            joined: whether cases get the rows of joined relations, which make no difference to a reject.
        """
        reader = CaseReader(self.versions)
        read = [self._read(reader, place, line) for place, line in _lines(self.sources, numbers)]
        twice = self._twice(connection, [one.key for one in read if one.key is not None], reader)
        asked: dict[str, list[Stored]] = {}
        for one in read:
            if one.fault is None and one.key is not None and one.key not in twice:
                asked.setdefault(one.version, []).append(one.key)
        assemblies = {
            version: Assembly(
                [
                    *(self._rows(connection, each, keys, joined=joined) for each in self.relations[version]),
                    *self.derived.get(version, ()),
                ]
            )
            for version, keys in asked.items()
        }
        return [self._entry(one, twice, assemblies) for one in read]

    def _read(self, reader: CaseReader, place: Place, line: Line | BadLine) -> _Read:
        newest = self.versions.newest
        if isinstance(line, BadLine):
            return _Read(place, newest.version, None, {}, line_fault(line, newest.inputs), "")
        read = reader.read(line.cells, place.notations)
        field = key_field(newest)
        key, fault = read.values.get(field.id), read.fault
        if fault is None and key is None:
            fault = Fault(field.column, "", Problem(msg("a value (it is required)")))
        return _Read(place, read.version, key, read.values, fault, shown(line.cells.get(field.column)))

    def _entry(self, one: _Read, twice: Mapping[Stored, Fault], assemblies: Mapping[str, Assembly]) -> Case | Reject:
        field, here = key_field(self.versions.newest), zone(self.versions.newest.timezone)
        text = "" if one.key is None else format_value(one.key, field.type, here)
        fault, key = one.fault, one.text
        if one.key is not None and one.key in twice:
            fault, key = twice[one.key].of_row(fault), text
        if fault is not None:
            return fault.reject(key, line=one.place.line, file=one.place.file, values=one.values)
        assert one.key is not None  # noqa: S101 - otherwise there is a fault
        return assemblies[one.version].case(text, one.key, one.values, one.place)

    def _twice(
        self,
        connection: duckdb.DuckDBPyConnection,
        keys: Sequence[Stored],
        reader: CaseReader,
    ) -> dict[Stored, Fault]:
        """Return the faults of keys that occur more than once."""
        if not keys:
            return {}
        field, here = key_field(self.versions.newest), zone(self.versions.newest.timezone)
        query = sql.words("FROM", TWICE, "WHERE key IN (SELECT unnest(?))")
        rows = connection.execute(query, [list(dict.fromkeys(keys))]).fetchall()
        texts = {row[0]: format_value(row[0], field.type, here) for row in rows}
        if not self.options.distinct:
            return {
                key: stands_twice(self.versions, texts[key], count, lines, agree=agree)
                for key, count, lines, agree in rows
            }
        numbers = sorted({number for _, one, other in rows for number in (one, other)})
        found = (self._read(reader, place, line) for place, line in _lines(self.sources, numbers))
        read = {number: ReadRow(one.place, one.values, one.fault) for number, one in zip(numbers, found, strict=True)}
        return {key: rows_differ(self.versions, field, texts[key], read[one], read[other]) for key, one, other in rows}

    def _rows(
        self, connection: duckdb.DuckDBPyConnection, loaded: LoadedRelation, keys: Sequence[Stored], *, joined: bool
    ) -> RelationRows:
        relation, here = loaded.relation, zone(self.versions.newest.timezone)
        if relation.of_case is None and not joined:
            return RelationRows(relation)
        if loaded.small is not None:
            return replace(loaded.small, relation=relation)
        if loaded.files is None:
            return RelationRows(relation)
        if loaded.named is None:
            reading = Reading(self.options, Diagnostics(), None)
            return read_relation(relation, loaded.files, here, reading, Diagnostics())
        query = sql.select({ROW: ROW}, f"({loaded.named}) AS r", "WHERE key IN (SELECT unnest(?))", "ORDER BY", ROW)
        numbers = [row[0] for row in connection.execute(query, [keys]).fetchall()]
        collected = Collector(relation, here)
        for place, line in _lines(loaded.sources, numbers, loaded.starts):
            if isinstance(line, Line):
                collected.take(line.cells, place)
        return collected.finish()


def _lines(
    sources: Sequence[Source], numbers: Sequence[int], starts: Sequence[int] = ()
) -> Iterator[tuple[Place, Line | BadLine]]:
    """Give the rows with these numbers, file by file."""
    for number, source in enumerate(sources):
        places = [one % FILE for one in numbers if one // FILE == number]
        if not places:
            continue
        first = starts[number] if starts else 0
        for place, line in zip(places, raw_lines(source, places), strict=True):
            yield Place(source.path.name, line.number, first + place + 1, source.options.notations), line
