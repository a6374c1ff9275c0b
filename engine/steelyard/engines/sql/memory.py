"""Scores a few cases in memory on DuckDB, by the statement that scores whole portfolios."""

# duckdb and pyarrow have no usable type hints
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, assert_never

import duckdb
import pyarrow as pa

from steelyard.engines.sql import build
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.live_columns import trim
from steelyard.engines.sql.optimizers import REPEATING, switch_off
from steelyard.engines.sql.scope import SmallTable
from steelyard.engines.sql.small_tables import filled, situations_that_occur
from steelyard.engines.sql.statement import REJECTED, Statement, compile_ruleset
from steelyard.facts.bulk import sql
from steelyard.facts.case import Case, Row
from steelyard.ir.canonical import policy_digest
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type

CASES = "cases_"
INLINE = 64
"""Small tables with more rows than this become tables of the session instead of text in the statement."""


@dataclass(frozen=True, slots=True)
class Found:
    """The result of the statement for a case.

    Attributes:
        values: by result column, as stored; None where empty, a tuple for a list.
        reject_at: the rule, table or relation that rejects it; None where it is not rejected.
        rows: by rule, the sorted ids of the rows for which it fired.
    """

    values: Mapping[str, object]
    reject_at: str | None
    rows: Mapping[str, tuple[str, ...]]

    @property
    def rejected(self) -> bool:
        """Whether the case is rejected."""
        return self.values["status"] == REJECTED


_MADE = """
    SELECT 'VIEW', schema_name, view_name FROM duckdb_views() WHERE NOT internal
    UNION ALL SELECT 'TABLE', schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1 DESC
"""


def memory(threads: int = 1) -> duckdb.DuckDBPyConnection:
    """Open an empty database; it goes when it is closed."""
    return duckdb.connect(config={"threads": threads})


@contextmanager
def emptied(database: duckdb.DuckDBPyConnection) -> Generator[duckdb.DuckDBPyConnection]:
    """Give a session of an empty database, set to UTC, and empty it again; after an error it is not to be used."""
    with database.cursor() as connection:  # what is temporary, and settings of a session, end with it
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    for kind, schema, name in database.execute(_MADE).fetchall():
        database.execute(sql.words("DROP", kind, sql.name(schema) + "." + sql.name(name)))
    database.execute("RESET disabled_optimizers")


class InMemory:
    """A ruleset ready to score cases in memory."""

    def __init__(self, ruleset: Ruleset) -> None:
        """Compile; the ruleset's parameters are bound.

        Raises:
            TooWideError: a number may need more than 128 bits.
        """
        self._ruleset = ruleset
        self._sources = {relation.id: f"{relation.id}_rows_" for relation in ruleset.relations}
        self._statement = compile_ruleset(
            ruleset, dialect("duckdb"), CASES, self._sources, policy_digest(ruleset), details=True
        )
        small = self._statement.program.small
        self._small = {name: table for name, table in small.items() if len(table.rows) <= INLINE}
        self._large = {name: table for name, table in small.items() if name not in self._small}
        self._text = None if self._statement.unlisted else self._written(self._small)

    @property
    def statement(self) -> Statement:
        """The statement to run."""
        return self._statement

    def score(self, connection: duckdb.DuckDBPyConnection, cases: Sequence[Case]) -> list[Found]:
        """Score cases, in their order. Cases with the same shared rows and distinct keys are scored together.

        Args:
            connection: an empty database, set to UTC.
            cases: of this version of the ruleset.
        """
        groups: list[list[int]] = []
        for place, case in enumerate(cases):
            for group in groups:
                if self._together(cases[group[0]], case) and all(cases[one].key != case.key for one in group):
                    group.append(place)
                    break
            else:
                groups.append([place])
        found: dict[int, Found] = {}
        self._set_up(connection)
        for places in groups:
            self._fill(connection, [cases[place] for place in places])
            found.update(zip(places, self._run(connection), strict=True))
        return [found[place] for place in range(len(cases))]

    def prepare(self, connection: duckdb.DuckDBPyConnection) -> str:
        """Make the tables that the statement reads, without rows, and return the statement."""
        self._set_up(connection)
        self._fill(connection, [])
        return self._complete(connection)

    def _set_up(self, connection: duckdb.DuckDBPyConnection) -> None:
        switch_off(connection, REPEATING)
        for name, table in self._large.items():
            filled(connection, name, table)

    def _together(self, one: Case, other: Case) -> bool:
        """Whether both cases have the same rows of joined relations."""
        shared = [relation.id for relation in self._ruleset.relations if relation.of_case is None]
        return all(one.rows.get(name, ()) == other.rows.get(name, ()) for name in shared)

    def _fill(self, connection: duckdb.DuckDBPyConnection, cases: Sequence[Case]) -> None:
        values = [{"_case": place, **case.values} for place, case in enumerate(cases)]
        _table(connection, CASES, self._ruleset.inputs, values, (("_case", pa.int64()),))
        for relation in self._ruleset.relations:
            of = cases[:1] if relation.of_case is None else cases
            rows: list[Row] = [row for case in of for row in case.rows.get(relation.id, ())]
            content = [{"_row": place, "_id": row.id, **row.values} for place, row in enumerate(rows)]
            extra = (("_row", pa.int64()), ("_id", pa.string()))
            _table(connection, self._sources[relation.id], relation.fields, content, extra)

    def _run(self, connection: duckdb.DuckDBPyConnection) -> list[Found]:
        return [self._found(row) for row in connection.execute(self._complete(connection)).fetchall()]

    def _complete(self, connection: duckdb.DuckDBPyConnection) -> str:
        """The statement, with the situations that occur among the cases at hand where it does not list all."""
        if self._text is not None:
            return self._text
        small = dict(self._small)
        for situations in self._statement.unlisted:
            small.update(situations_that_occur(connection, self._statement, situations, small))
        return self._written(small)

    def _written(self, small: Mapping[str, SmallTable]) -> str:
        statement = self._statement
        names = [(f"c{place}", one.sql) for place, one in enumerate(statement.columns)]
        rows = [(f"r{place}", one.sql) for place, one in enumerate(statement.rows_fired)]
        selected = [("_case", build.column("_case")), ("_reject_at", statement.reject_at), *names, *rows]
        text = statement.program.dialect.sql(trim(statement.query(selected, small)), pretty=False)
        return f"{text} ORDER BY 1"

    def _found(self, row: Sequence[Any]) -> Found:
        statement = self._statement
        values: dict[str, object] = {}
        for (column, _), value in zip(statement.columns, row[2:], strict=False):
            values[column.name] = _stored(value)
        rest = row[2 + len(statement.columns) :]
        ids = {one.rule: tuple(value or ()) for one, value in zip(statement.rows_fired, rest, strict=True)}
        return Found(values, row[1], ids)


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    fields: Iterable[InputField],
    rows: Sequence[Mapping[str, Stored]],
    extra: Sequence[tuple[str, Any]],
) -> None:
    columns = [*extra, *((field.id, _arrow(field.type)) for field in fields)]
    arrays = [pa.array([_plain(row.get(column)) for row in rows], type=kind) for column, kind in columns]
    table = pa.Table.from_arrays(arrays, names=[column for column, _ in columns])
    connection.register("_filling", table)
    connection.execute(sql.words("CREATE OR REPLACE TABLE", sql.name(name), "AS FROM _filling"))
    connection.unregister("_filling")


def _plain(value: Stored | None) -> object:
    return list(value) if isinstance(value, tuple) else value


def _arrow(kind: Type) -> Any:  # noqa: ANN401 - pyarrow has no types
    match kind:
        case Text() | Region():
            return pa.string()
        case Boolean():
            return pa.bool_()
        case Regions():
            return pa.list_(pa.string())
        case Number() | Date() | DateTime() | Duration() | Days():
            return pa.int64()
        case _ as unreachable:
            assert_never(unreachable)


def _stored(value: object) -> object:
    if isinstance(value, list):
        return tuple(_stored(item) for item in value)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return tuple(_stored(item) for item in value.values())  # pyright: ignore[reportUnknownVariableType]
    return value
