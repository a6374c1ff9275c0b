"""Scores a whole portfolio on DuckDB: writes the results of all versions to one Parquet file, and queries it.

Memory does not grow with the portfolio: DuckDB streams, and spills what it must group to disk; results that must be
sorted are computed in blocks of cases.
"""

# duckdb and pyarrow have no usable type hints
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from steelyard.calendars.zones import zone
from steelyard.diagnostics import InternalError
from steelyard.engines.counting import key_column
from steelyard.engines.sql import build
from steelyard.engines.sql.blocks import PLACE, parquet_options, write_blocks
from steelyard.engines.sql.machines import Machine
from steelyard.engines.sql.published import columns_of, kind, published
from steelyard.engines.sql.running import Tell, running, settle
from steelyard.engines.sql.statement import REJECTED, Selected, Statement
from steelyard.engines.sql.texts import plain_text
from steelyard.facts.bulk import Loaded, sql
from steelyard.ir.canonical import policy_digest
from steelyard.ir.expressions import Apply, Expr, Function, Input, Literal
from steelyard.ir.result_columns import ResultColumn, added_columns, added_names
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.types import Date, DateTime, Number, Text
from steelyard.ir.versions import Versions

Connection = duckdb.DuckDBPyConnection
DuckDBError = duckdb.Error

RULED_OUT = "ruled_out_"
"""The table of cases that a rule rejects during scoring."""
_IN_ORDER = {"PROJECTION", "FILTER", "READ_PARQUET", "PARQUET_SCAN", "TABLE_SCAN"}
"""Operators in DuckDB's plans that keep the order of rows."""
_KEPT = f"WHERE status <> {sql.literal(REJECTED)}"


def connect(folder: Path, memory_limit: str | None = None, threads: int | None = None) -> Connection:
    """Open a separate session of DuckDB.

    Args:
        folder: where data that does not fit in memory is written.
        memory_limit: in DuckDB's notation, `4GB`; None: DuckDB's default.
        threads: None: all cores.
    """
    config: dict[str, Any] = {"temp_directory": str(folder / "spill")}
    if memory_limit is not None:
        config["memory_limit"] = memory_limit
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(config=config)
    settle(connection)
    connection.execute("SET enable_progress_bar = true")  # otherwise progress cannot be queried
    connection.execute("SET enable_progress_bar_print = false")
    return connection


def keeps_order(connection: Connection, query: str) -> bool:
    """Return whether the plan of a query keeps the rows in the order of the files.

    DuckDB keeps the order of one scan through projections and filters; joins and unions reorder blocks of rows.
    """
    (plan,) = (json.loads(row[1]) for row in connection.execute(f"EXPLAIN (FORMAT json) {query}").fetchall())
    steps = list(plan)
    for step in steps:
        steps.extend(step["children"])
    return {step["name"].strip().upper().replace(" ", "_") for step in steps} <= _IN_ORDER


def starved(error: Exception) -> bool:
    """Return whether a statement failed for lack of memory."""
    return isinstance(error, duckdb.OutOfMemoryException)


def could_not_spill(error: Exception) -> bool:
    """Whether a statement ended because memory did, and the disk had no space for what it spills."""
    return starved(error) and "max_temp_directory_size" in str(error)


def unfit(error: Exception) -> bool:
    """Return whether a statement failed because a number does not fit the type of its column."""
    return isinstance(error, duckdb.ConversionException | duckdb.OutOfRangeException)


class Portfolio:
    """Versions of a ruleset over the facts in a session."""

    def __init__(
        self,
        connection: Connection,
        versions: Versions,
        loaded: Loaded,
        targets: Sequence[ResultColumn],
        machine: Machine,
    ) -> None:
        """Compile every version for the machine that scores.

        Raises:
            TooWideError: an integer may need more than 128 bits.
        """
        self._connection = connection
        self._loaded = loaded
        self._rulesets = versions.rulesets
        self._targets = tuple(targets)
        self._here = zone(versions.newest.timezone)
        self._machine = machine
        self._key = versions.newest.key
        self._statements = [machine.compiled(one, loaded, number) for number, one in enumerate(versions.rulesets)]

    def write(self, path: Path, keys: Sequence[str], metadata: Mapping[str, str], tell: Tell | None = None) -> int:
        """Score every case: a row for each that no rule rejects, to a Parquet file. Returns how many rows.

        Args:
            path: the file.
            keys: names of inputs, `month` or `version`, which are added as text columns (see `key_column`).
            metadata: entries for the file's metadata.
            tell: called with the progress.
        """
        columns = {name: sql.name(name) for name in (*(one.name for one in self._targets), *map(key_column, keys))}
        columns |= {name: f"CAST({sql.name(name)} AS {kind})" for name, kind in self._constants.items()}
        rows = sql.union(self._selected(statement, keys) for statement in self._statements)
        kept = sql.select(columns, sql.within(rows, "scored"), self._kept)
        if not keeps_order(self._connection, kept):
            blocks = self._machine.blocks(self._loaded)
            if blocks is not None:
                placed = sql.select({**columns, PLACE: PLACE}, sql.within(rows, "scored"), self._kept)
                return write_blocks(self._connection, path, placed, blocks, metadata, tell)
            kept = f"{kept} ORDER BY {PLACE}"
        running(self._connection, f"COPY ({kept}) TO {sql.target(path)} ({parquet_options(metadata)})", tell)
        return count_rows(self._connection, path)

    def rule_out(self, keys: Sequence[str], expected: int) -> None:
        """Make the table `RULED_OUT` of the cases that a rule rejects, in the order of the files.

        It has the case's key (`k`), the rule, table or relation at fault (`where`) and the further columns.

        Args:
            keys: names of further columns, as for `write`.
            expected: how many cases `write` left out; where it left out none, nothing is read again.

        Raises:
            InternalError: there are more or fewer.
        """
        some = [one for one in self._statements if one.may_reject] if expected else []
        held = {name: sql.name(name) for name in ("k", "where", *map(key_column, keys))}
        source = sql.union(self._ruled_out(one, keys) for one in some) or _nothing([*held, PLACE])
        out = sql.select(held, sql.within(source, "out"), 'WHERE "where" IS NOT NULL', f"ORDER BY {PLACE}")
        running(self._connection, f"CREATE TEMP TABLE {RULED_OUT} AS {out}")
        found = count_ruled_out(self._connection)
        if found != expected:
            raise InternalError(f"{expected} cases have no result, but rules reject {found}")

    @property
    def _constants(self) -> dict[str, str]:
        """The columns that have one text for each version, as enumerations: no text is written by row."""
        found = {
            "ruleset": [one.id for one in self._rulesets],
            "version": [one.version for one in self._rulesets],
            "digest": [policy_digest(one) for one in self._rulesets],
        }
        return {name: f"ENUM ({sql.listed(map(sql.literal, dict.fromkeys(texts)))})" for name, texts in found.items()}

    @property
    def _kept(self) -> str:
        """The clause that leaves out cases which a rule rejects; empty where no rule can."""
        return _KEPT if any(one.may_reject for one in self._statements) else ""

    def _ruled_out(self, statement: Statement, keys: Sequence[str]) -> str:
        """The key of every case of a version, and the rule that rejects it; NULL where none does."""
        ruleset = statement.program.ruleset
        key = next(one for one in ruleset.inputs if one.id == ruleset.key)
        added, texts = self._added(statement, keys)
        stored = [
            Selected(ResultColumn("k", key.type), build.column(ruleset.key)),
            Selected(ResultColumn("where", Text()), statement.reject_at),
            *added,
        ]
        columns = {"k": plain_text("k", key.type, self._here), "where": sql.name("where")}
        columns |= texts | {PLACE: PLACE}
        return sql.select(columns, sql.within(self._machine.stored(statement, stored), "stored"))

    def _selected(self, statement: Statement, keys: Sequence[str]) -> str:
        """The rows of one version, in the columns of all versions, with their position in the files."""
        added, texts = self._added(statement, keys)
        given = self._given(statement)
        own = columns_of([column for column, _ in (*statement.columns, *given)])
        query = self._machine.stored(statement, [*statement.columns, *given, *added])
        columns = {
            target.name: published(sql.name(target.name), own[target.name], target, self._here)
            if target.name in own
            else f"CAST(NULL AS {kind(target)})"
            for target in self._targets
        }
        columns |= texts | {PLACE: PLACE}
        return sql.select(columns, sql.within(query, "stored"))

    def _given(self, statement: Statement) -> list[Selected]:
        """The inputs of the case that stand among the results."""
        columns = added_columns(statement.program.ruleset, added_names(self._targets))
        program = statement.program
        return [Selected(one, program.value(Input(one.name, type=one.type), program.case_scope).sql) for one in columns]

    def _added(self, statement: Statement, keys: Sequence[str]) -> tuple[list[Selected], dict[str, str]]:
        """The further columns to store, and the expression that converts each to text."""
        program = statement.program
        added = [Selected(ResultColumn(PLACE, Number(0)), build.column(PLACE))]
        texts: dict[str, str] = {}
        for name in keys:
            column, expr = key_column(name), key_expression(program.ruleset, name)
            if expr is None:
                texts[column] = "CAST(NULL AS VARCHAR)"
            else:
                found = program.value(expr, program.case_scope)
                added.append(Selected(ResultColumn(column, expr.type), found.sql))
                texts[column] = plain_text(sql.name(column), expr.type, self._here)
        return added, texts


def _nothing(names: Sequence[str]) -> str:
    """A query without rows."""
    return sql.select(dict.fromkeys(names, "CAST(NULL AS VARCHAR)"), "(SELECT 1) AS none", "WHERE false")


def key_expression(ruleset: Ruleset, name: str) -> Expr | None:
    """The SQL of a key: an input, the month of the reference date, or the version; None where the version lacks it."""
    inputs = {one.id: one for one in ruleset.inputs}
    if name in inputs:
        return Input(name, type=inputs[name].type)
    if name == "version":
        return Literal(ruleset.version, type=Text())
    reference = inputs.get(ruleset.reference_date or "")
    if name != "month" or reference is None:
        return None
    day: Expr = Input(reference.id, type=reference.type)
    if isinstance(reference.type, DateTime):
        day = Apply(Function.DATE, (day,), type=Date())
    return Apply(Function.YEAR_MONTH, (day,), type=Text())


def count_ruled_out(connection: Connection) -> int:
    """How many cases a rule rejects."""
    (count,) = connection.execute(sql.select({"n": "count(*)"}, RULED_OUT)).fetchone() or (0,)
    return count


def count_rows(connection: Connection, path: Path) -> int:
    """How many rows a Parquet file says it has."""
    (count,) = connection.execute(sql.select({"n": "count(*)"}, sql.parquet(path))).fetchone() or (0,)
    return count


__all__ = [
    "Connection",
    "DuckDBError",
    "Portfolio",
    "connect",
    "could_not_spill",
    "count_ruled_out",
    "starved",
    "unfit",
]
