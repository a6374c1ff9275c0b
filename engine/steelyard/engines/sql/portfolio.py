"""Scores a whole portfolio on DuckDB: writes the results of all versions to one Parquet file, and queries it.

Memory does not grow with the portfolio: DuckDB streams, and spills what it must group to disk. `running` reports
progress and lets Ctrl-C end a statement.
"""

# duckdb and pyarrow have no usable type hints
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import json
import random
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb

from steelyard.calendars.zones import Zone, zone
from steelyard.diagnostics import InternalError
from steelyard.engines.counting import key_column
from steelyard.engines.sql import build, expressions
from steelyard.engines.sql.lines import csv_head, csv_line, json_line
from steelyard.engines.sql.machines import Machine
from steelyard.engines.sql.optimizers import ORDERING, REPEATING, switch_off
from steelyard.engines.sql.published import columns_of, kind, published
from steelyard.engines.sql.statement import REJECTED, Selected, Statement
from steelyard.engines.sql.texts import plain_text
from steelyard.facts.bulk import Loaded, sql
from steelyard.ir.expressions import Apply, Expr, Function, Input, Literal
from steelyard.ir.result_columns import ResultColumn
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.types import Date, DateTime, Number, Text
from steelyard.ir.versions import Versions

Connection = duckdb.DuckDBPyConnection
DuckDBError = duckdb.Error
Tell = Callable[[int], None]
"""Called with the percentage that is done."""

GROUP = 61_440
RULED_OUT = "ruled_out_"
"""The table of cases that a rule rejects during scoring."""
PLACE = "_case"
"""The column with the position of a case in the files."""
_IN_ORDER = {"PROJECTION", "FILTER", "READ_PARQUET", "PARQUET_SCAN", "TABLE_SCAN"}
"""Operators in DuckDB's plans that keep the order of rows."""
_KEPT = f"WHERE status <> {sql.literal(REJECTED)}"


def connect(folder: Path, memory_limit: str | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
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
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = true")  # otherwise progress cannot be queried
    connection.execute("SET enable_progress_bar_print = false")
    # cases must stay on the probe side of joins, as written; otherwise their order is lost
    switch_off(connection, (*ORDERING, *REPEATING))
    return connection


def keeps_order(connection: duckdb.DuckDBPyConnection, query: str) -> bool:
    """Return whether the plan of a query keeps the rows in the order of the files.

    DuckDB keeps the order of one scan through projections and filters; joins and unions reorder blocks of rows.
    """
    (plan,) = (json.loads(row[1]) for row in connection.execute(f"EXPLAIN (FORMAT json) {query}").fetchall())
    steps = list(plan)
    for step in steps:
        steps.extend(step["children"])
    return {step["name"].strip().upper().replace(" ", "_") for step in steps} <= _IN_ORDER


def running(connection: duckdb.DuckDBPyConnection, statement: str, tell: Tell | None = None) -> None:
    """Run a statement in a thread, so that Ctrl-C ends it at once.

    Raises:
        duckdb.Error: the statement failed.
    """
    failed: list[BaseException] = []
    done = Event()  # if Ctrl-C interrupts a join, the thread is marked as ended although it still runs

    def work() -> None:
        try:
            connection.execute(statement)
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            failed.append(error)
        finally:
            done.set()

    Thread(target=work, daemon=True).start()
    try:
        while not done.wait(1):  # returns earlier where it is done, or on Ctrl-C
            if tell is not None:
                tell(max(0, min(99, int(connection.query_progress()))))
    except BaseException:
        connection.interrupt()
        while not done.is_set():
            with suppress(KeyboardInterrupt):  # asking a second time does not shorten the wait
                done.wait()
        raise
    if failed:
        raise failed[0]


@contextmanager
def interruptible() -> Generator[None]:
    """Raise KeyboardInterrupt for Ctrl-C, also where DuckDB runs in the main thread and raises another error for it.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as error:
        if str(error) != "Query interrupted":
            raise
        raise KeyboardInterrupt from None


def starved(error: Exception) -> bool:
    """Return whether a statement failed for lack of memory."""
    return isinstance(error, duckdb.OutOfMemoryException)


def unfit(error: Exception) -> bool:
    """Return whether a statement failed because a number does not fit the type of its column."""
    return isinstance(error, duckdb.ConversionException | duckdb.OutOfRangeException)


class Portfolio:
    """Versions of a ruleset over the facts in a session."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
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
        rows = sql.union(self._selected(statement, keys) for statement in self._statements)
        kept = sql.select(columns, sql.within(rows, "scored"), self._kept)
        if not keeps_order(self._connection, kept):
            kept = f"{kept} ORDER BY {PLACE}"
        running(self._connection, f"COPY ({kept}) TO {sql.target(path)} ({_parquet(metadata)})", tell)
        return _rows(self._connection, path)

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
        own = columns_of([column for column, _ in statement.columns])
        query = self._machine.stored(statement, [*statement.columns, *added])
        columns = {
            target.name: published(sql.name(target.name), own[target.name], target, self._here)
            if target.name in own
            else f"CAST(NULL AS {kind(target)})"
            for target in self._targets
        }
        columns |= texts | {PLACE: PLACE}
        return sql.select(columns, sql.within(query, "stored"))

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
                found = expressions.value(expr, program, program.case_scope)
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


def ruled_out(connection: duckdb.DuckDBPyConnection, most: int | None = None) -> list[str]:
    """The keys of the cases that a rule rejects, in the order of the files; the first `most` of them."""
    limit = "" if most is None else f"LIMIT {most}"
    return [row[0] for row in connection.execute(sql.select({"k": "k"}, RULED_OUT, limit)).fetchall()]


def count_ruled_out(connection: duckdb.DuckDBPyConnection) -> int:
    """How many cases a rule rejects."""
    (count,) = connection.execute(sql.select({"n": "count(*)"}, RULED_OUT)).fetchone() or (0,)
    return count


def kept(
    connection: duckdb.DuckDBPyConnection, path: Path, to: Path, columns: Sequence[str], metadata: Mapping[str, str]
) -> None:
    """Write only these columns of a Parquet file to another, with texts by key as its metadata."""
    query = sql.select({name: sql.name(name) for name in columns}, _file(path))
    running(connection, f"COPY ({query}) TO {sql.target(to)} ({_parquet(metadata)})")


def kept_rejects(
    connection: duckdb.DuckDBPyConnection, path: Path, keys: Sequence[str], unread: Mapping[str, int]
) -> None:
    """Write a row for each reject: `k` and the keys of its case, null where it could not be read, and `where`.

    Args:
        connection: the session.
        path: the Parquet file.
        keys: columns of `RULED_OUT`.
        unread: by column at fault, how many rows are no case.
    """
    table = "kept_rejects_"
    ruled = sql.select({name: sql.name(name) for name in ("k", *keys, "where")}, RULED_OUT)
    connection.execute(f"CREATE TEMP TABLE {table} AS {ruled}")
    rows = sql.select({"where": "?"}, "range(?)")
    for where, count in unread.items():
        connection.execute(f"INSERT INTO {table} BY NAME {rows}", [where, count])
    running(connection, f"COPY {table} TO {sql.target(path)} ({_parquet({})})")


def sample(connection: duckdb.DuckDBPyConnection, path: Path, key: str, seed: str, size: int) -> list[str]:
    """Keys to check: for every status and every rule that fired or rejects one case, then at random by the seed.

    Cases that a rule rejects come last, so that a run of at most `size` cases is checked whole.
    """
    first = f"min({sql.name(key)})"
    by_status = sql.select({"k": first}, _file(path), "GROUP BY version, status")
    fired = sql.select({"k": sql.name(key), "version": "version", "rule": "unnest(fired)"}, _file(path))
    by_rule = sql.select({"k": "min(k)"}, sql.within(fired, "one"), "GROUP BY version, rule")
    out = sql.select({"k": "min(k)"}, RULED_OUT, 'GROUP BY "where"')
    found = dict.fromkeys(row[0] for row in connection.execute(sql.union((by_status, by_rule, out))).fetchall())
    rows = _rows(connection, path)
    places = random.Random(seed).sample(range(rows), min(rows, size + len(found)))  # noqa: S311 - a sample, no secret
    read = sql.parquet(path, numbered=True)
    at = sql.select({"k": sql.name(key)}, read, "WHERE file_row_number IN (SELECT unnest(?)) ORDER BY file_row_number")
    for row in connection.execute(at, [places]).fetchall():
        if len(found) >= size:
            break
        found.setdefault(row[0])
    for rejected in ruled_out(connection, size) if len(found) < size else ():
        if len(found) >= size:
            break
        found.setdefault(rejected)
    return list(found)


def rows_of(
    connection: duckdb.DuckDBPyConnection, path: Path, key: str, keys: Sequence[str]
) -> dict[str, dict[str, object]]:
    """Return the rows of the cases with these keys, as Arrow values."""
    wanted = sql.listed(sql.literal(one) for one in keys) or "NULL"
    rows = connection.sql(sql.words("FROM", _file(path), "WHERE", sql.name(key), "IN", f"({wanted})"))
    return {row[key]: row for row in rows.to_arrow_table().to_pylist()}


def convert(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    to: Path,
    targets: Sequence[ResultColumn],
    here: Zone,
    *,
    csv_safe: bool = False,
) -> None:
    """Convert a Parquet file of results to CSV or JSON lines, by the suffix; instants in local time.

    `csv_safe`: in CSV an apostrophe stands before texts that a spreadsheet may take for formulas.
    """
    lines = to.suffix.lower() == ".jsonl"
    line = json_line(targets, here) if lines else csv_line(targets, here, safe=csv_safe)
    rows = sql.select({csv_head(targets): line}, _file(path))
    # a line is one text that is already quoted
    how = f"FORMAT csv, HEADER {'false' if lines else 'true'}, QUOTE '', ESCAPE ''"
    running(connection, f"COPY ({rows}) TO {sql.target(to)} ({how})")


def partitioned(  # noqa: PLR0917 - likewise
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    folder: Path,
    by: Sequence[str],
    columns: Sequence[str],
    metadata: Mapping[str, str],
) -> None:
    """Write results as a folder of Parquet files, partitioned into subfolders such as `branch=North`.

    A partition name that is no result column is added to the files as a text column.
    """
    parts = {name: sql.name(key_column(name)) for name in by}
    held = {name: sql.name(name) for name in columns if name not in parts}
    query = sql.select({**held, **parts}, _file(path))
    options = (
        _parquet(metadata),
        f"PARTITION_BY ({sql.listed(map(sql.name, by))})",
        "WRITE_PARTITION_COLUMNS true",
    )
    running(connection, f"COPY ({query}) TO {sql.target(folder)} ({sql.listed(options)})")


def _rows(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """How many rows a Parquet file says it has."""
    (count,) = connection.execute(sql.select({"n": "count(*)"}, _file(path))).fetchone() or (0,)
    return count


def _parquet(metadata: Mapping[str, str]) -> str:
    pairs = sql.listed(f"{sql.name(key)}: {sql.literal(value)}" for key, value in metadata.items())
    # row groups of this size fit the cache, which saves a tenth of the time of twice the size
    options = ("FORMAT parquet", f"ROW_GROUP_SIZE {GROUP}")
    return sql.listed((*options, *((f"KV_METADATA {{{pairs}}}",) if pairs else ())))


def _file(path: Path) -> str:
    return sql.parquet(path)


__all__ = [
    "Connection",
    "DuckDBError",
    "Portfolio",
    "connect",
    "convert",
    "count_ruled_out",
    "interruptible",
    "kept",
    "partitioned",
    "ruled_out",
    "running",
    "sample",
    "starved",
    "unfit",
]
