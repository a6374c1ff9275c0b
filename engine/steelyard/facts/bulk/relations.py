"""Loads relations: feeds with the Python readers, files of rows with SQL."""
# duckdb ships no types that help here
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import duckdb

from steelyard.calendars.zones import Zone
from steelyard.facts.bulk import sql
from steelyard.facts.bulk.cases import KEYS
from steelyard.facts.bulk.identity import row_id
from steelyard.facts.bulk.rows import ROW, Rows, rows
from steelyard.facts.bulk.sources import Source
from steelyard.facts.bulk.values import stored_type
from steelyard.facts.case import Row
from steelyard.facts.reading import Files
from steelyard.facts.relations import RelationRows
from steelyard.ir.ruleset import Relation


@dataclass(frozen=True, slots=True)
class LoadedRelation:
    """The rows of a relation in DuckDB.

    Attributes:
        relation: the relation as its version declares it.
        table: table or view of good rows: `_row`, `_id`, the fields by id.
        files: the files as given; None where the relation was declared empty.
        sources: the sources of rows that SQL reads.
        small: the rows, where the Python readers read them.
        barred: table of the keys (`key`) of cases excluded by a bad row; None where there are none.
        named: query for the key (`key`) of every row, good or bad, that has one; None for a joined relation.
    """

    relation: Relation
    table: str
    files: Files | None
    sources: tuple[Source, ...] = ()
    small: RelationRows | None = None
    barred: str | None = None
    named: str | None = None
    starts: tuple[int, ...] = field(default=())

    def unmatched(self, connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
        """Return how many rows have the key of no case, and the query for their keys."""
        if self.named is None:
            return 0, ""
        # the keys of the rows are put into a hash table, not those of all cases, of which there may be far more
        named = sql.select({"key": "key"}, f"({self.named}) AS n", "GROUP BY key")
        matched = sql.select({"key": "k.key"}, KEYS, f"AS k SEMI JOIN ({named}) AS r ON k.key = r.key GROUP BY k.key")
        keys = sql.select({"key": "r.key"}, f"({self.named}) AS r", f"ANTI JOIN ({matched}) AS m ON r.key = m.key")
        (count,) = connection.execute(sql.select({"n": "count(*)"}, f"({keys})")).fetchone() or (0,)
        return count, keys

    def areas(self, connection: duckdb.DuckDBPyConnection, fields: Sequence[str]) -> tuple[Row, ...]:
        """Return the distinct areas of the rows, as rows without other values."""
        columns = {name: sql.name(name) for name in fields}
        found = connection.execute(sql.select(columns, self.table, "GROUP BY ALL")).fetchall()
        values = (
            {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in zip(fields, row, strict=True)
                if value is not None
            }
            for row in found
        )
        return tuple(Row("", one) for one in values)


def create_small(
    connection: duckdb.DuckDBPyConnection, table: str, read: RelationRows, files: Files | None
) -> LoadedRelation:
    """Create a table of rows that the Python readers read."""
    relation = read.relation
    loaded = LoadedRelation(relation, table, files, small=read)
    found = [*read.shared, *(row for key, rows in read.by_case.items() if key not in read.faults for row in rows)]
    kinds = {"_row": "BIGINT", "_id": "VARCHAR", **{one.id: stored_type(one.type) for one in relation.fields}}
    columns = sql.listed(f"{sql.name(name)} {kind}" for name, kind in kinds.items())
    connection.execute(f"CREATE TABLE {table} ({columns})")
    if found:
        _insert(connection, table, relation, found)
    if not read.faults:
        return loaded
    barred = f"{table}_barred"
    connection.execute(f"CREATE TABLE {barred} AS SELECT unnest(?) AS key", [list(read.faults)])
    return replace(loaded, barred=barred)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, relation: Relation, found: Sequence[Row]) -> None:
    # lists as parameters: `pyarrow.array` would import pandas wherever it is installed, which takes a second
    kinds = ["VARCHAR", *(stored_type(one.type) for one in relation.fields)]
    columns = [[row.id for row in found], *([_cell(row, one.id) for row in found] for one in relation.fields)]
    cells = [f"unnest(CAST(? AS {kind}[]))" for kind in kinds]
    rows = sql.listed(("unnest(range(?))", *cells))
    connection.execute(f"INSERT INTO {table} SELECT {rows}", [len(found), *columns])


def _cell(row: Row, name: str) -> object:
    value = row.values.get(name)
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows of a relation as SQL reads them.

    Attributes:
        source: the FROM clause.
        good: condition for good rows.
        named: condition for rows with the key of a case.
        key: the key of the row's case; None for a joined relation.
        ids: the SQL of the row's id.
    """

    source: str
    good: str
    named: str
    key: str | None
    ids: str


def create_large(
    connection: duckdb.DuckDBPyConnection, table: str, relation: Relation, sources: Sequence[Source], zone: Zone
) -> tuple[LoadedRelation, bool]:
    """Create a view of rows that SQL reads.

    Returns:
        The relation, and whether there are bad rows that could belong to any case.
    """
    read = rows(sources, relation.fields, zone)
    starts = (0, *accumulate(source.rows for source in sources))
    of = _of_case(relation, read, row_id(relation, read, starts))
    columns = {"_row": ROW, "_id": of.ids, **{one.id: read.value(one.id) for one in relation.fields}}
    connection.execute(f"CREATE VIEW {table} AS {sql.select(columns, of.source, 'WHERE', of.good)}")
    unassigned = sql.select({ROW: ROW}, of.source, "WHERE", sql.both((f"NOT {of.named}", f"NOT ({of.good})")))
    some = connection.execute(sql.any_of(f"({unassigned})")).fetchone() is not None
    loaded = LoadedRelation(relation, table, None, tuple(sources), starts=starts)
    if of.key is None:
        return loaded, some
    barred = _create_barred(connection, table, relation, of)
    named = sql.select({"key": of.key, ROW: ROW}, of.source, "WHERE", of.named)
    return replace(loaded, barred=barred, named=named), some


def _of_case(relation: Relation, read: Rows, ids: str) -> _Read:
    source = sql.within(read.query, "r")
    if relation.of_case is None:
        return _Read(source, read.good, "false", None, ids)
    named = read.readable(relation.of_case)
    return _Read(source, sql.both((read.good, named)), named, read.value(relation.of_case), ids)


def _create_barred(connection: duckdb.DuckDBPyConnection, table: str, relation: Relation, of: _Read) -> str | None:
    """Create a table of the keys that have a bad row, or an id twice; None where there are none."""
    barred, key = f"{table}_barred", {"key": of.key or ""}
    parts = [sql.select(key, of.source, "WHERE", sql.both((of.named, f"NOT ({of.good})")))]
    if relation.row_id is not None:
        parts.append(_ids_twice(connection, table, of))
    query = sql.select({"key": "key"}, f"({sql.union(parts)}) AS b", "GROUP BY key")
    connection.execute(f"CREATE TABLE {barred} AS {query}")
    return barred if connection.execute(sql.any_of(barred)).fetchone() is not None else None


def _ids_twice(connection: duckdb.DuckDBPyConnection, table: str, of: _Read) -> str:
    """Return a query for the keys that have an id twice. As for keys of cases, a hash first finds candidates."""
    columns = {"key": of.key or "", "id": of.ids}
    every = f"({sql.select(columns, of.source, 'WHERE', of.good)}) AS e"
    hashes = f"{table}_hashes"
    stand = sql.select({"h": "hash(key, id)"}, every, "GROUP BY h HAVING count(*) > 1")
    connection.execute(f"CREATE TABLE {hashes} AS {stand}")
    some = connection.execute(sql.any_of(hashes)).fetchone() is not None
    known = f"WHERE hash(key, id) IN (FROM {hashes})" if some else "WHERE false"
    return sql.select({"key": "key"}, every, known, "GROUP BY key, id HAVING count(*) > 1")
