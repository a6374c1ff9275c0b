"""Loads files of any size into views of DuckDB."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from steelyard.calendars.zones import Zone, zone
from steelyard.diagnostics import Diagnostics
from steelyard.facts.absent import CASES, columns_of
from steelyard.facts.assembly import key_field
from steelyard.facts.bulk.cases import (
    TWICE,
    CaseRows,
    case_rows,
    create_cases,
    create_keys,
    create_repeated,
    create_twice,
    note_agreeing,
)
from steelyard.facts.bulk.identity import writable
from steelyard.facts.bulk.judge import Judge
from steelyard.facts.bulk.loaded import Loaded
from steelyard.facts.bulk.naming import distinct_columns
from steelyard.facts.bulk.opening import Opening
from steelyard.facts.bulk.relations import LoadedRelation, create_large, create_small
from steelyard.facts.bulk.sources import Source, broken_text
from steelyard.facts.case import Reject
from steelyard.facts.feeds.skipped import Skipped
from steelyard.facts.marks import marks_of
from steelyard.facts.portfolio import relations_given
from steelyard.facts.readers import ReadOptions
from steelyard.facts.reading import Files, Progress, Reading
from steelyard.facts.recurring import recurring_rows
from steelyard.facts.relations import RelationRows, read_relation
from steelyard.facts.versions import needs_of
from steelyard.ir.ruleset import Relation
from steelyard.ir.types import Text
from steelyard.ir.versions import Versions
from steelyard.temporary import TemporaryFolder

_SAID = re.compile(r"(?:cap|fema|tdi):.+", re.DOTALL)


def load(
    connection: duckdb.DuckDBPyConnection,
    versions: Versions,
    cases: Files,
    relations: Mapping[str, Files | None],
    diagnostics: Diagnostics,
    *,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    check_text: bool = False,
) -> Loaded | None:
    """Load the facts of a portfolio into DuckDB. Accepts and rejects what `read_portfolio` does, with bounded memory.

    Args:
        connection: the database, set to UTC; views and tables with names `intake_…` are created in it.
        versions: the versions of the ruleset; each case is read by the version of its reference date.
        cases: the files of cases.
        relations: for every relation of any version its files, or None where it is declared empty.
        diagnostics: receives faults of whole files.
        options: delimiter, encoding and limits of the files.
        progress: called from time to time with the number of rows read.
        check_text: whether to look for Parquet files with text that is not UTF-8, at which DuckDB stops. Without it a
            `broken_text` is raised, here or by a query over the views; load anew with it then.

    Returns:
        The facts; None where a file as a whole cannot be used, with the diagnostics saying why.
    """
    before = diagnostics.errors
    options = options or ReadOptions()
    if not relations_given(versions, relations, diagnostics) or not distinct_columns(versions, diagnostics):
        return None
    folder = TemporaryFolder()
    opening = Opening(
        options,
        diagnostics,
        progress,
        needs_of(versions),
        columns_of(versions),
        marks=marks_of(versions),
        folder=folder.path,
        connection=connection,
        zone=zone(versions.newest.timezone),
        check_text=check_text,
    )
    loaded = None
    try:
        given = _Given(connection, versions, relations, opening, diagnostics)
        by_version = given.read()
        columns = tuple(one for each in versions.rulesets for one in each.inputs)
        sources = opening.open(CASES, cases, columns, replace(options, traces=True))
        if diagnostics.errors == before:
            loaded = _loaded(given, by_version, sources, folder)
    except OSError as error:  # pyarrow does not say which file cannot be written
        error.filename = error.filename or str(folder.path)
        raise
    except duckdb.Error as error:
        if broken_text(error) or not opening.report_damaged():
            raise
    finally:
        if loaded is None:
            opening.close()
            folder.close()
    return loaded


def _loaded(
    given: _Given,
    relations: Mapping[str, Sequence[LoadedRelation]],
    sources: Sequence[Source],
    folder: TemporaryFolder,
) -> Loaded:
    connection, versions = given.connection, given.versions
    distinct = given.opening.options.distinct
    repeated, barred = _barred(connection, versions, sources, relations, distinct=distinct)
    rows = _create(connection, versions, sources, barred, distinct=distinct)
    return Loaded(
        cases={one.version.version: _view(number) for number, one in enumerate(rows)},
        relations={of: {each.relation.id: each.table for each in some} for of, some in relations.items()},
        read=sum(source.rows for source in sources) - repeated,
        repeated=repeated,
        feed_rejects=given.in_feed,
        _connection=connection,
        _folder=folder,
        _opening=given.opening,
        _judge=Judge(versions, sources, relations, given.opening.options),
        _rows=rows,
        _barred=barred,
        _skipped=given.skipped,
        _distinct_relations=tuple(given.found.values()),
        _empty=tuple(name for name, files in given.files.items() if files is None),
    )


def _view(number: int) -> str:
    return f"intake_cases_{number}"


def _barred(
    connection: duckdb.DuckDBPyConnection,
    versions: Versions,
    sources: Sequence[Source],
    relations: Mapping[str, Sequence[LoadedRelation]],
    *,
    distinct: bool,
) -> tuple[int, dict[str, list[str]]]:
    """Find rows that are no cases, whatever they hold.

    Returns:
        How many rows repeat an earlier one, if that makes them one case; by version, the tables of keys of excluded
        cases: keys that occur twice, keys with a bad relation row.
    """
    create_keys(connection, versions, sources)
    text = isinstance(key_field(versions.newest).type, Text)
    twice = [TWICE] if create_twice(connection, text=text) else []
    repeated = create_repeated(connection, versions, sources) if distinct else 0
    if twice and not distinct:
        note_agreeing(connection, versions, sources)
    bars = {of: [each.barred for each in some if each.barred is not None] for of, some in relations.items()}
    return repeated, {of: [*twice, *some] for of, some in bars.items()}


def _create(
    connection: duckdb.DuckDBPyConnection,
    versions: Versions,
    sources: Sequence[Source],
    barred: Mapping[str, Sequence[str]],
    *,
    distinct: bool,
) -> tuple[CaseRows, ...]:
    rows = tuple(case_rows(versions, sources, distinct=distinct))
    for number, one in enumerate(rows):
        create_cases(connection, _view(number), one, barred[one.version.version])
    return rows


@dataclass(slots=True)
class _Given:
    """Reads the relations of every version. A relation that several versions declare equally is read once."""

    connection: duckdb.DuckDBPyConnection
    versions: Versions
    files: Mapping[str, Files | None]
    opening: Opening
    diagnostics: Diagnostics
    found: dict[Relation, LoadedRelation] = field(default_factory=dict[Relation, LoadedRelation])

    def read(self) -> dict[str, list[LoadedRelation]]:
        """Return the relations of each version, in its order."""
        by_version: dict[str, list[LoadedRelation]] = {}
        here = zone(self.versions.newest.timezone)
        for one in self.versions.rulesets:
            some = by_version.setdefault(one.version, [])
            for relation in one.relations:
                shape = replace(relation, defines=(), joins=None, one_row=False, window=None)
                if shape not in self.found:
                    self.found[shape] = self._load(relation, here)
                some.append(replace(self.found[shape], relation=relation))
        return by_version

    def _load(self, relation: Relation, here: Zone) -> LoadedRelation:
        table = f"intake_relation_{len(self.found)}"
        own = recurring_rows(relation, here)
        if own is not None:
            return create_small(self.connection, table, own, None)
        files = self.files[relation.id]
        if files is not None and _by_sql(relation, files):
            sources = self.opening.open(relation.id, files, relation.fields)
            loaded, unassigned = create_large(self.connection, table, relation, sources, here)
            if unassigned:
                # the Python readers report which rows these are
                read_relation(
                    relation, files, here, Reading(self.opening.options, Diagnostics(), None), self.diagnostics
                )
            return replace(loaded, files=files)
        read = (
            RelationRows(relation)
            if files is None
            else read_relation(relation, files, here, self.opening, self.diagnostics)
        )
        return create_small(self.connection, table, read, files)

    @property
    def in_feed(self) -> tuple[Reject, ...]:
        """Bad rows of feeds; a row that several versions refuse in the same way is listed once."""
        counted: Counter[Reject] = Counter()
        for small in self._small:
            counted |= Counter(small.in_feed)
        return tuple(counted.elements())

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Other items of feeds that were left out; an item that several versions leave out equally is listed once."""
        return tuple(dict.fromkeys(one for small in self._small for one in small.skipped))

    @property
    def _small(self) -> list[RelationRows]:
        return [each.small for each in self.found.values() if each.small is not None]


def _by_sql(relation: Relation, files: Files) -> bool:
    """Return whether SQL reads the rows. Feeds, and files in feed formats, are small and have their own readers."""
    said = any(isinstance(file, str) and _SAID.fullmatch(file) and not Path(file).exists() for file in files)
    return relation.feed is None and not said and writable(relation)
