"""The facts of a portfolio of any size as views in DuckDB, with queries about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import duckdb

from steelyard.calendars.zones import DAY_US, zone
from steelyard.diagnostics import Diagnostic, Diagnostics, InternalError, Message, msg
from steelyard.facts.absent import CASES
from steelyard.facts.assembly import key_field
from steelyard.facts.bulk import grammar, sql
from steelyard.facts.bulk.blocks import blocks
from steelyard.facts.bulk.cases import ALL, CANDIDATES, KEYS, CaseRows, case_rows, create_cases, rejected_rows
from steelyard.facts.bulk.judge import Judge
from steelyard.facts.bulk.marks import count_marks
from steelyard.facts.bulk.occurring import occurring_in
from steelyard.facts.bulk.opening import Opening
from steelyard.facts.bulk.relations import LoadedRelation
from steelyard.facts.bulk.rows import ROW
from steelyard.facts.bulk.sources import Source
from steelyard.facts.bulk.spelling import keys_alike, keys_spelt_otherwise
from steelyard.facts.bulk.unmatched import unmatched_cases
from steelyard.facts.case import Case, Reject
from steelyard.facts.compared import compared, occurring, report_never_met
from steelyard.facts.feeds.skipped import Skipped
from steelyard.facts.idle_areas import idle_areas
from steelyard.facts.near_misses import joined_by, quote_of, report_cases, report_keys, report_rows
from steelyard.facts.odd_keys import ODD, odd_keys
from steelyard.facts.open_rows import open_rows, place_of_case, report_open, time_of_case
from steelyard.facts.parse import parse
from steelyard.facts.portfolio import Provenance
from steelyard.facts.repeated import counted_once
from steelyard.facts.row_rules import row_rules
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Relation
from steelyard.ir.types import Date, Range, Region, Regions, Text
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
        read: the number of rows of the case files, without those that repeat an earlier one and count once with it.
        repeated: the number of these.
        feed_rejects: bad rows of feeds; they belong to no case.
    """

    cases: Mapping[str, str]
    relations: Mapping[str, Mapping[str, str]]
    read: int
    repeated: int
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

    def with_derived(self, derived: Mapping[str, Sequence[LoadedRelation]]) -> Loaded:
        """Return the facts with the rows of derived relations, by version."""
        tables = {of: {one.relation.id: one.table for one in some} for of, some in derived.items()}
        rows = {of: [one.small for one in some if one.small is not None] for of, some in derived.items()}
        relations = {of: {**some, **tables.get(of, {})} for of, some in self.relations.items()}
        return replace(self, relations=relations, _judge=replace(self._judge, derived=rows))

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
        found += [counted_once(self.read + self.repeated, self.repeated)] if self.repeated else []
        return tuple(
            dict.fromkeys(
                (
                    *self._opening.warnings,
                    *found,
                    *self._marks(),
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
        """Warnings about areas that match no case, and about odd keys. Computes `rejected` first."""
        each_once = {each.relation: each for of in self._judge.relations.values() for each in of}
        areal = {relation: fields for relation in each_once if (fields := _areas(relation))}
        cases = [case for rows in self._rows for case in self._placed(rows)] if areal else []
        found = (
            idle_areas(relation, each_once[relation].areas(self._cursor(), fields), cases)
            for relation, fields in areal.items()
        )
        return tuple(dict.fromkeys(one for some in (*found, self._odd_keys()) for one in some))

    def long_open(self, scored: Path, key: str) -> tuple[Message, ...]:
        """Warnings about events that name no end; what `open_rows.long_open` says. Computes `rejected` first.

        Args:
            scored: the results, in a Parquet file.
            key: its column of keys.
        """
        relations = self._judge.relations
        found = (
            self._long_open(rows, each, scored, key) for rows in self._rows for each in relations[rows.version.version]
        )
        return tuple(dict.fromkeys(one for some in found for one in some))

    def _odd_keys(self) -> Iterator[Message]:
        if not isinstance(self._key.type, Text):
            return iter(())
        key = sql.name(self._key.id)
        odd = grammar.matches(key, ODD)
        queries = [sql.select({"key": key}, view, "WHERE", odd) for view in self.cases.values()]
        found = (row[0] for query in queries for row in self._cursor().execute(query).fetchall())
        return odd_keys(found, quote_of(self._key))

    def findings(self) -> tuple[Diagnostic, ...]:
        """What may be wrong with keys and with values that join or are compared. Computes `rejected` first."""
        found = Diagnostics()
        here = zone(self._judge.versions.newest.timezone)
        report_keys(*keys_alike(self._cursor(), CANDIDATES, self._judge.sources), quote_of(self._key), found)
        for each in self._distinct_relations:
            self._report_rows(each, found)
        for relation, (table, sources) in self._joined().items():
            report_cases(relation, unmatched_cases(self._cursor(), relation, table, sources), here, found)
        for rows in self._rows:
            self._report_compared(rows, found)
        return found.sorted()

    def _report_compared(self, rows: CaseRows, found: Diagnostics) -> None:
        """Report texts that the rules of a version compare with and that never occur in its cases and rows."""
        good, relations = (
            self._good(rows),
            {each.relation.id: each for each in self._judge.relations[rows.version.version]},
        )
        asked = compared(rows.version)
        if not asked or self._cursor().execute(sql.any_of(f"({sql.select({}, good)})")).fetchone() is None:
            return
        for one in asked:
            loaded = None if one.relation is None else relations[one.relation]
            if loaded is not None and loaded.small is not None:
                values = (row.values.get(one.field.id) for row in loaded.small.every)
                report_never_met(one, occurring(one, values), found)
            else:
                source = good if loaded is None else loaded.table
                report_never_met(one, occurring_in(self._cursor(), one, source), found)

    def _report_rows(self, loaded: LoadedRelation, found: Diagnostics) -> None:
        """Report the rows of a relation that carry the key of no case."""
        if loaded.small is None:
            count, keys = loaded.unmatched(self._cursor())
        else:
            known = self._known(loaded)
            texts = (key for key in loaded.small.unmatched_keys(known) if isinstance(key, str))
            count, keys = loaded.small.unmatched_count(known), "SELECT unnest([{}]) AS key"
            keys = keys.format(sql.listed(map(sql.literal, texts)))
        near: list[Message] = []
        if count and isinstance(self._key.type, Text):
            near = keys_spelt_otherwise(self._cursor(), KEYS, keys, quote_of(self._key))
        report_rows(loaded.relation.id, count, near, found)

    def _joined(self) -> dict[Relation, tuple[str, list[str]]]:
        """The relations with files that equal values join, with their tables and the FROM clauses of their cases."""
        found: dict[Relation, tuple[str, list[str]]] = {}
        for rows in self._rows:
            for each in self._judge.relations[rows.version.version]:
                if each.files is not None and each.relation.of_case is None and joined_by(each.relation):
                    found.setdefault(each.relation, (each.table, []))[1].append(self._good(rows))
        return found

    def _good(self, rows: CaseRows) -> str:
        """The FROM clause of the cases of a version. Computes `rejected` first."""
        view = self.cases[rows.version.version]
        if len(self._rows) > 1:
            return view
        # every good row is a case of this version: no row has to be checked again
        barred = f"ANTI JOIN {REJECTED} USING ({ROW})" if self.rejected else ""
        return f"{view}{ALL} {barred}"

    def blocks(self, size: int) -> list[Callable[[duckdb.DuckDBPyConnection], None]]:
        """Split the rows into blocks of at most `size`, in the order of the files; there is at least one.

        Returns:
            For each block what restricts the views of cases to it, for one cursor.
        """
        return [partial(self._restrict, block) for block in blocks(self._judge.sources, size)]

    def _restrict(self, sources: Sequence[Source], cursor: duckdb.DuckDBPyConnection) -> None:
        for one in case_rows(self._judge.versions, sources, distinct=self._judge.options.distinct):
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

    @property
    def _key(self) -> InputField:
        return key_field(self._judge.versions.newest)

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

    def _long_open(self, rows: CaseRows, loaded: LoadedRelation, scored: Path, key: str) -> Iterator[Message]:
        """Warnings about events of a relation that name no end, for the cases of a version."""
        relation, ruleset = loaded.relation, rows.version
        found = [] if loaded.small is None else open_rows(relation, loaded.small.shared)
        time, place = time_of_case(ruleset, relation), place_of_case(relation)
        if not found or time is None:
            return
        dated = next(isinstance(one.type, Date) for one in ruleset.inputs if one.id == time)
        moment, where = sql.name(time), "NULL" if place is None else sql.name(place)
        day = moment if dated else f"({moment} - ({moment} % {DAY_US} + {DAY_US}) % {DAY_US}) // {DAY_US}"
        known = [f"{one} IS NOT NULL" for one in (moment, *(() if place is None else (where,)))]
        columns = {"place": where, "day": day, "fired": "[]"}
        source = self._good(rows)
        if row_rules(ruleset, relation) is not None:
            columns["fired"] = "fired"
            results = sql.select({"k": sql.name(key), "fired": "fired"}, sql.parquet(scored), "WHERE len(fired) > 0")
            source = f"{source} JOIN ({results}) AS r ON r.k = {sql.name(ruleset.key)}"
        query = sql.select({**columns, "number": "count(*)"}, source, f"WHERE {sql.both(known)}", "GROUP BY ALL")
        groups = {
            (at, on, frozenset(fired)): number for at, on, fired, number in self._cursor().execute(query).fetchall()
        }
        yield from report_open(ruleset, relation, found, groups)

    def _placed(self, rows: CaseRows) -> Iterator[Case]:
        """Cases with every combination of places that occurs among the cases of a version, and nothing else."""
        places = [one.id for one in rows.version.inputs if isinstance(one.type, Region)]
        columns = {name: sql.name(name) for name in places} or {ROW: "1"}
        query = sql.select(columns, self._good(rows), "GROUP BY ALL")
        for row in self._cursor().execute(query).fetchall():
            yield Case("", dict(zip(places, row, strict=False)))


def _areas(relation: Relation) -> list[str]:
    if relation.joins is None:
        return []
    return [one.id for one in relation.fields if isinstance(one.type, Region | Regions)]
