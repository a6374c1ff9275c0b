"""Queries for the cases: for each version the good rows that it applies to, and the keys that occur twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from steelyard.calendars.zones import Zone, zone
from steelyard.facts.assembly import key_field
from steelyard.facts.bulk import clocks, sql
from steelyard.facts.bulk.rows import ROW, Rows, rows
from steelyard.facts.bulk.sources import Source
from steelyard.facts.bulk.spelling import ODD, fold_odd, folded_key
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import DateTime
from steelyard.ir.versions import Versions

KEYS, TWICE, CANDIDATES = "intake_keys", "intake_twice", "intake_candidates"
REPEATED = "intake_repeated"
"""The table of the numbers of rows that repeat an earlier one, where rows that agree in every input are one case."""
_ALIKE = "intake_alike"
_HASH = "hash(coalesce(f, key))"
ALL = "_all"
"""Suffix of the view of all rows, good or bad, that belongs to a view of cases; unreadable values are NULL in it."""
_REFERENCE = " reference"
"""The name of the reference date's column; no input can have this id."""


@dataclass(frozen=True, slots=True)
class CaseRows:
    """The rows of the case files as one version reads them.

    Attributes:
        rows: the inputs, and the reference date as the newest version reads it.
        version: the version of the ruleset.
        in_force: SQL condition for the rows on whose reference date the version is in force.
    """

    rows: Rows
    version: Ruleset
    in_force: str

    @property
    def key(self) -> str:
        """The column of the key."""
        return self.rows.value(self.version.key)

    @property
    def good(self) -> str:
        """SQL condition for rows that are cases, if their keys occur once and no row of a relation is bad."""
        return sql.both((self.in_force, self.rows.good, self.rows.readable(self.version.key)))


def case_rows(versions: Versions, sources: Sequence[Source], *, distinct: bool = False) -> list[CaseRows]:
    """Build the queries of every version; without the rows of `REPEATED` if `distinct`."""
    here = zone(versions.newest.timezone)
    found: list[CaseRows] = []
    for one in versions.rulesets:
        read = rows(sources, (*one.inputs, *_reference(versions)), here)
        if distinct:
            read = replace(read, query=_without_repeated(read.query))
        found.append(CaseRows(read, one, _in_force(versions, one, read, here)))
    return found


def _without_repeated(query: str) -> str:
    return sql.words("SELECT * FROM", sql.within(query, "q"), "ANTI JOIN", REPEATED, f"USING ({ROW})")


def _reference(versions: Versions) -> list[InputField]:
    field = versions.reference_field
    return [] if field is None else [replace(field, id=_REFERENCE, not_before=None)]


def _in_force(versions: Versions, one: Ruleset, read: Rows, here: Zone) -> str:
    field = versions.reference_field
    if field is None:
        return "true"
    column, days = read.value(_REFERENCE), one.effective
    if isinstance(field.type, DateTime):
        inside = clocks.on_days(column, here, days)
    else:
        low = [] if days.low is None else [f"{column} >= {days.low}"]
        inside = sql.both([*low, *([] if days.high is None else [f"{column} <= {days.high}"])])
    return sql.both((read.readable(_REFERENCE), inside))


def create_keys(connection: duckdb.DuckDBPyConnection, versions: Versions, sources: Sequence[Source]) -> None:
    """Create a view of the readable keys of all rows, good or bad: `key`, `_case`, `_line`."""
    here = zone(versions.newest.timezone)
    fields = [key_field(one) for one in versions.rulesets]
    parts: list[str] = []
    if len({(field.type, field.range) for field in fields}) == 1:
        parts.append(_keys(rows(sources, fields[-1:], here), fields[-1], []))
    else:
        judged: list[str] = []
        for one, field in zip(versions.rulesets, fields, strict=True):
            read = rows(sources, (field, *_reference(versions)), here)
            judged.append(_in_force(versions, one, read, here))
            parts.append(_keys(read, field, judged[-1:]))
        read = rows(sources, (fields[-1], *_reference(versions)), here)
        parts.append(_keys(read, fields[-1], [f"NOT ({sql.either(judged)})"]))
    connection.execute(f"CREATE VIEW {KEYS} AS {sql.union(parts)}")


def create_repeated(connection: duckdb.DuckDBPyConnection, versions: Versions, sources: Sequence[Source]) -> int:
    """Create `REPEATED`, and keep in `TWICE` only keys whose rows differ, with the first two that do: `one`, `other`.

    Returns:
        How many rows repeat an earlier one.
    """
    differ = _compare(connection, versions, sources)
    later = sql.select({ROW: ROW}, _ALIKE, "WHERE good AND alike <> ", ROW)
    connection.execute(f"CREATE OR REPLACE TABLE {TWICE} AS {differ}")
    connection.execute(f"CREATE TABLE {REPEATED} AS {later} AND key NOT IN (FROM {TWICE} SELECT key)")
    connection.execute(f"DROP TABLE {_ALIKE}")
    connection.execute(f"ALTER VIEW {KEYS} RENAME TO {KEYS}_all")
    connection.execute(f"CREATE VIEW {KEYS} AS {_without_repeated(f'FROM {KEYS}_all')}")
    (count,) = connection.execute(sql.select({"n": "count(*)"}, REPEATED)).fetchone() or (0,)
    return count


def note_agreeing(connection: duckdb.DuckDBPyConnection, versions: Versions, sources: Sequence[Source]) -> None:
    """Add to each key of `TWICE` whether its rows agree in every input: `agree`."""
    differ = _compare(connection, versions, sources)
    columns = {"key": "t.key", "rows": "t.rows", "lines": "t.lines", "agree": "d.key IS NULL"}
    query = sql.select(columns, f"{TWICE} AS t LEFT JOIN ({differ}) AS d ON t.key = d.key")
    connection.execute(f"CREATE OR REPLACE TABLE {TWICE} AS {query}")
    connection.execute(f"DROP TABLE {_ALIKE}")


def _compare(connection: duckdb.DuckDBPyConnection, versions: Versions, sources: Sequence[Source]) -> str:
    """Create a table of the rows of keys in `TWICE`, and return a query for the keys whose rows differ.

    The table has `key`, `_case`, whether the row is `good`, and the first row of the key that is `alike`; the query
    gives `key` and the first two rows that differ: `one`, `other`.
    """
    columns, parts = {"key": "key", ROW: ROW, "good": "good", "alike": "alike"}, list[str]()
    cases = case_rows(versions, sources)
    for one in cases:
        parts.append(_alike(one, one.in_force, one.good))
    if versions.reference_field is not None:
        here = zone(versions.newest.timezone)
        judged = sql.either(_in_force(versions, one.version, cases[-1].rows, here) for one in cases)
        parts.append(_alike(cases[-1], f"NOT ({judged})", "false"))
    connection.execute(f"CREATE TABLE {_ALIKE} AS {sql.select(columns, sql.within(sql.union(parts), 'a'))}")
    return sql.select(
        {"key": "key", "one": f"min({ROW})", "other": f"min({ROW}) FILTER (alike <> first)"},
        sql.within(sql.select({**columns, "first": f"min({ROW}) OVER (PARTITION BY key)"}, _ALIKE), "a"),
        "GROUP BY key HAVING other IS NOT NULL",
    )


def _alike(cases: CaseRows, among: str, good: str) -> str:
    """Return a query for rows of the keys of `TWICE`: `alike` is the first row of the key with the same values."""
    version, read = cases.version, cases.rows
    some = sql.both((among, read.readable(version.key), f"{cases.key} IN (FROM {TWICE} SELECT key)"))
    values = {f"w{place}": read.safe(field.id) for place, field in enumerate(version.inputs)}
    columns = {"key": cases.key, ROW: ROW, "good": f"coalesce({good}, false)", **values}
    query = sql.select(columns, sql.within(read.query, "r"), "WHERE", some)
    window = f"min({ROW}) OVER (PARTITION BY {sql.listed(('key', 'good', *values))})"
    return sql.select({"key": "key", ROW: ROW, "good": "good", "alike": window}, sql.within(query, "v"))


def _keys(read: Rows, field: InputField, judged: Sequence[str]) -> str:
    columns = {"key": read.value(field.id), ROW: ROW, "_line": "_line"}
    return sql.select(columns, sql.within(read.query, "r"), "WHERE", sql.both((read.readable(field.id), *judged)))


def create_twice(connection: duckdb.DuckDBPyConnection, *, text: bool) -> bool:
    """Create a table of the keys that occur more than once: `key`, `rows` (how many), the first of their `lines`.

    Beside it stand `CANDIDATES`, the rows of all keys that may be spellings of one text, those of `TWICE` among them:
    `key`, its folded form `f`, `_case`, `_line`; and `ODD`.

    Args:
        connection: the database.
        text: whether keys are texts, which have spellings.

    Returns:
        Whether any key occurs more than once.
    """
    # short hashes need little memory; a hash that occurs twice only marks candidates
    hashes = f"{TWICE}_hashes"
    form = folded_key("key") if text else "key"
    every = sql.within(sql.select({"key": "key", "f": form, ROW: ROW, "_line": "_line"}, KEYS), "e")
    stand = sql.select({"h": _HASH}, every, "GROUP BY h HAVING count(*) > 1 OR bool_or(f IS NULL)")
    connection.execute(f"CREATE TABLE {hashes} AS {stand}")
    some = connection.execute(sql.any_of(hashes)).fetchone() is not None
    known = f"{_HASH} IN (FROM {hashes})" if some else "false"
    connection.execute(sql.words("CREATE TABLE", CANDIDATES, "AS FROM", every, "WHERE", known))
    found = sql.select(
        {"key": "key", "rows": "count(*)", "lines": f"arg_min(_line, {ROW}, 5)"},
        CANDIDATES,
        "GROUP BY key HAVING count(*) > 1",
    )
    connection.execute(f"CREATE TABLE {TWICE} AS {found}")
    if fold_odd(connection, CANDIDATES):
        others = f"hash(f) IN ({sql.select({'h': 'hash(f)'}, ODD)}) AND NOT ({known})"
        connection.execute(sql.words("INSERT INTO", CANDIDATES, "FROM", every, "WHERE", others))
        found_by = f"FROM {ODD} AS o WHERE c.f IS NULL AND c.key = o.key"
        connection.execute(sql.words("UPDATE", CANDIDATES, "AS c SET f = o.f", found_by))
    connection.execute(f"DROP TABLE {hashes}")
    return connection.execute(sql.any_of(TWICE)).fetchone() is not None


def create_cases(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    cases: CaseRows,
    barred: Sequence[str],
    *,
    temporary: bool = False,
) -> None:
    """Create the view of a version's cases, and the view of all rows as this version reads them (see `ALL`).

    Args:
        connection: the database.
        name: name of the view of cases.
        cases: the rows of the version.
        barred: tables of keys (`key`) of cases to exclude.
        temporary: only this cursor sees the views, in place of those of the same name.
    """
    read, create = cases.rows, "CREATE TEMP VIEW" if temporary else "CREATE VIEW"
    columns = {ROW: ROW, **{field.id: read.value(field.id) for field in cases.version.inputs}}
    joins = [f"ANTI JOIN {table} ON {cases.key} = {table}.key" for table in barred]
    query = sql.select(columns, sql.within(read.query, "r"), *joins, "WHERE", cases.good)
    connection.execute(f"{create} {name} AS {query}")
    safe = {ROW: ROW, **{field.id: read.safe(field.id) for field in cases.version.inputs}}
    everything = sql.select(safe, sql.within(read.query, "r"))
    connection.execute(f"{create} {name}{ALL} AS {everything}")


def rejected_rows(versions: Versions, cases: Sequence[CaseRows], barred: Mapping[str, Sequence[str]]) -> str:
    """Return a query for the numbers of rows that are no cases, ascending."""
    parts: list[str] = []
    for one in cases:
        bars = [f"({one.key} IN (FROM {table} SELECT key)) IS TRUE" for table in barred[one.version.version]]
        bad = sql.either((f"NOT ({one.good})", *bars))
        parts.append(sql.select({ROW: ROW}, sql.within(one.rows.query, "r"), "WHERE", sql.both((one.in_force, bad))))
    if versions.reference_field is not None:
        newest, here = cases[-1].rows, zone(versions.newest.timezone)
        judged = sql.either(_in_force(versions, one.version, newest, here) for one in cases)
        parts.append(sql.select({ROW: ROW}, sql.within(newest.query, "r"), "WHERE", f"NOT ({judged})"))
    return sql.select({ROW: ROW}, sql.within(sql.union(parts), "b"))
