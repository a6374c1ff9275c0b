"""The facts of a portfolio of any size as views in DuckDB, with queries about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import duckdb

from steelyard.calendars.zones import zone
from steelyard.diagnostics import InternalError, Message, msg
from steelyard.facts.absent import CASES
from steelyard.facts.assembly import key_field
from steelyard.facts.bulk import sql
from steelyard.facts.bulk.blocks import blocks
from steelyard.facts.bulk.cases import ALL, KEYS, CaseRows, case_rows, create_cases, rejected_rows
from steelyard.facts.bulk.judge import Judge
from steelyard.facts.bulk.marks import count_marks
from steelyard.facts.bulk.opening import Opening
from steelyard.facts.bulk.relations import LoadedRelation
from steelyard.facts.bulk.rows import ROW
from steelyard.facts.bulk.sources import Source
from steelyard.facts.case import Case, Reject
from steelyard.facts.feeds.skipped import Skipped
from steelyard.facts.idle_areas import idle_areas
from steelyard.facts.parse import parse
from steelyard.facts.portfolio import Provenance
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import Relation
from steelyard.ir.types import Range, Region, Regions
from steelyard.temporary import TemporaryFolder

REJECTED = "intake_rejected"
"""The table of the numbers of rows that are no cases."""
_BATCH = 4096
"""How many rows Python reads at a time."""


@dataclass(frozen=True)
class Loaded:
    """The result of an intake, in a connection that the caller owns.

    Attributes:
        cases: by version, the view of its good cases: `_case` (BIGINT, ascending in the order of the files) and a
            column for each input, by its id.
        relations: by version and relation, a table or view of its good rows: `_row`, `_id`, the fields by id.
        read: the number of rows of the case files.
        feed_rejects: bad rows of feeds; they belong to no case.
    """

    cases: Mapping[str, str]
    relations: Mapping[str, Mapping[str, str]]
    read: int
    feed_rejects: tuple[Reject, ...]
    _connection: duckdb.DuckDBPyConnection
    _folder: TemporaryFolder
    _opening: Opening
    _judge: Judge
    _rows: tuple[CaseRows, ...]
    _barred: Mapping[str, Sequence[str]]
    """By version, tables of keys (`key`) of excluded cases."""
    _skipped: tuple[Skipped, ...]
    _distinct_relations: tuple[LoadedRelation, ...]
    """The relations of all versions; one that several versions declare equally occurs once."""
    _empty: tuple[str, ...]

    def close(self) -> None:
        """Remove staged files. The views cannot be used afterwards."""
        self._opening.close()
        self._folder.close()

    @cached_property
    def provenance(self) -> Provenance:
        """The files that were read; waits until their digests are computed."""
        return Provenance(self._opening.used_files(), self._empty, self._skipped, self._opening.options)

    @cached_property
    def rejected(self) -> int:
        """Rows of the case files that are no cases. The first time, every row is checked, and the bad ones kept."""
        bad = rejected_rows(self._judge.versions, self._rows, self._barred)
        self._cursor().execute(f"CREATE TABLE {REJECTED} AS {bad}")
        (count,) = self._cursor().execute(sql.select({"n": "count(*)"}, REJECTED)).fetchone() or (0,)
        return count

    def take_all_as_cases(self) -> None:
        """Note that no row is rejected, which the caller knows from the results: so `rejected` need not check them."""
        vars(self)["rejected"] = 0

    @cached_property
    def warnings(self) -> tuple[Message, ...]:
        """Messages for the user about the results, without those of `idle_warnings`, which come after them."""
        found = [] if self.read else [msg("the files of cases have no rows")]
        unmatched = (each.unmatched(self._cursor()) for each in self._distinct_relations)
        small = (each.small.unmatched(self._known(each)) for each in self._distinct_relations if each.small is not None)
        return tuple(
            dict.fromkeys(
                (
                    *self._opening.warnings,
                    *found,
                    *self._marks(),
                    *(one for one in (*unmatched, *small) if one is not None),
                    *(one.warning for one in self._skipped),
                )
            )
        )

    def _marks(self) -> Iterator[Message]:
        """Give warnings about marks of what is missing, counting those that the Python readers did not see."""
        marks = self._opening.marks
        read = {CASES: self._judge.sources} | {each.relation.id: each.sources for each in self._distinct_relations}
        for role, sources in read.items():
            if not sources:
                continue
            for column in marks.columns.get(role, ()):
                marks.counts[role, column] = count_marks(self._cursor(), sources, column)
        return marks.messages()

    def idle_warnings(self) -> tuple[Message, ...]:
        """Warnings about areas of relations that cover the place of no case. Computes `rejected` first."""
        each_once = {each.relation: each for of in self._judge.relations.values() for each in of}
        areal = {relation: fields for relation in each_once if (fields := _areas(relation))}
        cases = [case for rows in self._rows for case in self._placed(rows)] if areal else []
        found = (
            idle_areas(relation, each_once[relation].areas(self._cursor(), fields), cases)
            for relation, fields in areal.items()
        )
        return tuple(dict.fromkeys(one for some in found for one in some))

    def blocks(self, size: int) -> list[Callable[[duckdb.DuckDBPyConnection], None]]:
        """Split the rows into blocks of at most `size`, in the order of the files; there is at least one.

        Returns:
            For each block what restricts the views of cases to it, for one cursor.
        """
        return [partial(self._restrict, block) for block in blocks(self._judge.sources, size)]

    def _restrict(self, sources: Sequence[Source], cursor: duckdb.DuckDBPyConnection) -> None:
        for one in case_rows(self._judge.versions, sources):
            of = one.version.version
            create_cases(cursor, self.cases[of], one, self._barred[of], temporary=True)

    def rejects(self) -> Iterator[Reject]:
        """Give the rejected rows of the case files, in their order, with the fault of each.

        Raises:
            InternalError: SQL rejected a row in which the Python intake finds no fault.
        """
        if not self.rejected:
            return
        numbers = self._cursor().execute(sql.select({ROW: ROW}, REJECTED, "ORDER BY", ROW))
        while batch := [row[0] for row in numbers.fetchmany(_BATCH)]:
            for number, entry in zip(batch, self._judge.judge(self._cursor(), batch, joined=False), strict=True):
                if not isinstance(entry, Reject):
                    raise InternalError(f"row {number} was rejected, but there is no fault in it")
                yield entry

    def cases_of(self, keys: Sequence[str]) -> list[Case]:
        """Make cases from their raw cells with the Python intake, with the rows of their relations.

        Args:
            keys: the keys of good cases, as text.

        Raises:
            InternalError: a key belongs to no case, or the Python intake rejects the case.
        """
        newest = self._judge.versions.newest
        field, here = key_field(newest), zone(newest.timezone)
        stored = {key: parse(key, field.type, Range(None, None), here) for key in keys}
        query = sql.select({ROW: ROW}, KEYS, "WHERE key IN (SELECT unnest(?))", "ORDER BY", ROW)
        numbers = [row[0] for row in self._cursor().execute(query, [list(stored.values())]).fetchall()] if keys else []
        found: dict[str, Case] = {}
        for start in range(0, len(numbers), _BATCH):
            for entry in self._judge.judge(self._cursor(), numbers[start : start + _BATCH], joined=True):
                if isinstance(entry, Reject):
                    raise InternalError(f"the case {entry.key!r} is good in SQL, but was rejected: {entry}")
                found[entry.key] = entry
        try:
            return [found[key] for key in keys]
        except KeyError as error:
            raise InternalError(f"no case has the key {error.args[0]!r}") from None

    def report_damaged(self) -> bool:
        """After an error of DuckDB in a query over the views: report the files that are damaged.

        Returns:
            Whether there are any; otherwise the error has another cause.
        """
        return self._opening.report_damaged()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._connection.cursor()

    def _known(self, loaded: LoadedRelation) -> Mapping[Stored, object]:
        """Return the keys of a small relation that are keys of cases."""
        assert loaded.small is not None  # noqa: S101 - asked for these only
        named = list({*loaded.small.by_case, *loaded.small.bad})
        if not named:
            return {}
        query = sql.words("SELECT DISTINCT key FROM", KEYS, "WHERE key IN (SELECT unnest(?))")
        return {row[0]: None for row in self._cursor().execute(query, [named]).fetchall()}

    def _placed(self, rows: CaseRows) -> Iterator[Case]:
        """Cases with every combination of places that occurs among the cases of a version, and nothing else."""
        places = [one.id for one in rows.version.inputs if isinstance(one.type, Region)]
        view = self.cases[rows.version.version]
        source = [view]
        if len(self._rows) == 1:  # then every good row is a case of this version: no row has to be checked again
            barred = [f"ANTI JOIN {REJECTED} USING ({ROW})"] if self.rejected else []
            source = [f"{view}{ALL}", *barred]
        query = sql.select({name: sql.name(name) for name in places} or {ROW: "1"}, *source, "GROUP BY ALL")
        for row in self._cursor().execute(query).fetchall():
            yield Case("", dict(zip(places, row, strict=False)))


def _areas(relation: Relation) -> list[str]:
    if relation.joins is None:
        return []
    return [one.id for one in relation.fields if isinstance(one.type, Region | Regions)]
