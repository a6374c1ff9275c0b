"""A whole portfolio on DuckDB: the statements of all versions, written to one Parquet file, and what is asked of it.

Nothing that grows with the portfolio is held: DuckDB streams, and spills what it must group. `running` keeps the
process able to hear Ctrl-C and tells how far a statement is.
"""

# duckdb and pyarrow ship no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb

from steelyard.engines.sql import build, expressions
from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.memory import filled, situations_that_occur
from steelyard.engines.sql.published import Target, can_write, columns_of, json, kind, published, text
from steelyard.engines.sql.statement import REJECTED, Statement, compile_ruleset
from steelyard.facts.bulk import Loaded, sql
from steelyard.facts.bulk.cases import ALL
from steelyard.ir.canonical import digest
from steelyard.ir.expressions import Apply, Expr, Function, Input, Literal
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.types import Date, DateTime, Text
from steelyard.ir.versions import Versions

Tell = Callable[[int], None]
"""Is told how many percent are done."""

BATCH = 65_536
INLINE = 4096
"""A small table of more rows is a table of the session, not part of the statement."""


def connect(folder: Path, memory_limit: str | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A session of its own.

    Args:
        folder: what does not fit in memory goes there.
        memory_limit: as DuckDB reads it, `4GB`; None: its own choice.
        threads: None: all cores.
    """
    config: dict[str, Any] = {"temp_directory": str(folder / "spill")}
    if memory_limit is not None:
        config["memory_limit"] = memory_limit
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(config=config)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = true")  # else nobody knows how far it is
    connection.execute("SET enable_progress_bar_print = false")
    # cases probe and what they meet is built, as it is written: otherwise their order would be lost
    connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    return connection


def running(connection: duckdb.DuckDBPyConnection, statement: str, tell: Tell | None = None) -> None:
    """Run a statement in a thread, so that Ctrl-C ends it at once.

    Raises:
        duckdb.Error: as DuckDB does.
    """
    failed: list[BaseException] = []

    def work() -> None:
        try:
            connection.execute(statement)
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            failed.append(error)

    worker = Thread(target=work, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(0.1)
            if tell is not None and worker.is_alive():
                tell(max(0, min(99, int(connection.query_progress()))))
    except BaseException:
        connection.interrupt()
        worker.join()
        raise
    if failed:
        raise failed[0]


class Portfolio:
    """Versions of a ruleset over the facts in a session."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, versions: Versions, loaded: Loaded, targets: Sequence[Target]
    ) -> None:
        """Compile every version.

        Raises:
            TooWideError: an integer may need more than 128 bits.
        """
        self._connection = connection
        self._targets = tuple(targets)
        self._statements = [self._compiled(one, loaded, number) for number, one in enumerate(versions.rulesets)]

    @staticmethod
    def _compiled(ruleset: Ruleset, loaded: Loaded, number: int) -> Statement:
        cases, sources = loaded.cases[ruleset.version], loaded.relations[ruleset.version]
        return compile_ruleset(
            ruleset, dialect("duckdb"), cases, sources, digest(ruleset), suffix=f"_{number}", spare=cases + ALL
        )

    def write(self, path: Path, keys: Sequence[str], metadata: Mapping[str, str], tell: Tell | None = None) -> None:
        """Score every case, and write a row for each: rejected ones too.

        Args:
            path: the Parquet file.
            keys: names of inputs, `month`, `version`: further columns, see `key_column`, as stored.
            metadata: text by key.
            tell: is told how far it is.
        """
        parts = [self._selected(statement, keys) for statement in self._statements]
        written = "KV_METADATA {" + sql.listed(f"{sql.name(k)}: {sql.literal(v)}" for k, v in metadata.items()) + "}"
        options = sql.listed(("FORMAT parquet", *((written,) if metadata else ())))
        running(self._connection, f"COPY ({sql.union(parts)}) TO {sql.literal(str(path))} ({options})", tell)

    def _selected(self, statement: Statement, keys: Sequence[str]) -> str:
        """The rows of one version, in the columns of all."""
        program = statement.program
        added: list[tuple[str, E]] = []
        for name in keys:
            expr = key_expression(program.ruleset, name)
            found = build.null() if expr is None else expressions.value(expr, program, program.case_scope).sql
            added.append((key_column(name), found))
        small = dict(program.small)
        for situations in statement.unlisted:
            small.update(situations_that_occur(self._connection, statement, situations, small))
        for name, table in tuple(small.items()):
            if len(table.rows) > INLINE:
                filled(self._connection, name, table)
                del small[name]
        own = columns_of([_target(column.name, column) for column in statement.columns])
        stored = [*((column.name, column.sql) for column in statement.columns), *added]
        query = program.dialect.sql(statement.query(stored, small), pretty=False)
        columns = {
            target.name: published(sql.name(target.name), own[target.name], target)
            if target.name in own
            else f"CAST(NULL AS {kind(target)})"
            for target in self._targets
        }
        columns |= {name: sql.name(name) for name, _ in added}
        return sql.select(columns, sql.within(query, "stored"))


def key_column(name: str) -> str:
    """The column that holds what cases are grouped by."""
    return f"key:{name}"


def key_expression(ruleset: Ruleset, name: str) -> Expr | None:
    """What a name groups by: an input, the month of the reference date, the version; None where a version lacks it."""
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


def _target(name: str, column: Any) -> Target:
    return Target(name, column.type, column.many, tuple(Target(n, t) for n, t in column.fields))


def rejected_keys(connection: duckdb.DuckDBPyConnection, path: Path, key: str) -> list[str]:
    """The keys of the cases that a rule rejects, in the order of the file."""
    query = sql.select({"k": sql.name(key)}, _file(path), f"WHERE status = {sql.literal(REJECTED)}")
    return [row[0] for row in connection.execute(query).fetchall()]


def kept(connection: duckdb.DuckDBPyConnection, path: Path, to: Path, columns: Sequence[str]) -> None:
    """Write the rows of cases that were not rejected, in these columns, with the metadata of the file."""
    metadata = connection.execute(f"SELECT key, value FROM parquet_kv_metadata({sql.literal(str(path))})").fetchall()
    pairs = sql.listed(f"{sql.name(bytes(k).decode())}: {sql.literal(bytes(v).decode())}" for k, v in metadata)
    query = sql.select(
        {name: sql.name(name) for name in columns}, _file(path), f"WHERE status <> {sql.literal(REJECTED)}"
    )
    options = sql.listed(("FORMAT parquet", *((f"KV_METADATA {{{pairs}}}",) if pairs else ())))
    running(connection, f"COPY ({query}) TO {sql.literal(str(to))} ({options})")


def counted(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, int]:
    """How many rows there are of each status."""
    query = sql.select({"s": "status", "n": "count(*)"}, _file(path), "GROUP BY ALL")
    return dict(connection.execute(query).fetchall())


def summary_views(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    names: tuple[str, str],
    keys: Sequence[str],
    unread: Iterable[str],
) -> None:
    """Make a view of the results without rejected cases, and a table of all rejects, with the keys of their cases.

    Args:
        connection: the session.
        path: the Parquet file of results.
        names: of the view of results and of the table of rejects.
        keys: columns of the file.
        unread: of each row that is no case, the column or rule at fault.
    """
    results, rejects = names
    where = f"WHERE status <> {sql.literal(REJECTED)}"
    connection.execute(f"CREATE VIEW {sql.name(results)} AS SELECT * FROM {_file(path)} {where}")
    held = {key: sql.name(key) for key in keys}
    ruled = sql.select({**held, "where": "reasons[1]"}, _file(path), f"WHERE status = {sql.literal(REJECTED)}")
    connection.execute(f"CREATE TEMP TABLE {sql.name(rejects)} AS {ruled}")
    insert = f'INSERT INTO {sql.name(rejects)} BY NAME SELECT unnest(?) AS "where"'
    rows = iter(unread)
    while batch := list(islice(rows, BATCH)):
        connection.execute(insert, [batch])


def sample(connection: duckdb.DuckDBPyConnection, path: Path, key: str, seed: str, size: int) -> list[str]:
    """Keys to check: for every status and every rule that fired one case, then at random by the seed."""
    first = f"min({sql.name(key)})"
    by_status = sql.select({"k": first}, _file(path), "GROUP BY version, status")
    fired = sql.select({"k": sql.name(key), "version": "version", "rule": "unnest(fired)"}, _file(path))
    by_rule = sql.select({"k": "min(k)"}, sql.within(fired, "one"), "GROUP BY version, rule")
    found = dict.fromkeys(row[0] for row in connection.execute(sql.union((by_status, by_rule))).fetchall())
    (rows,) = connection.execute(sql.select({"n": "count(*)"}, _file(path))).fetchone() or (0,)
    places = random.Random(seed).sample(range(rows), min(rows, size + len(found)))  # noqa: S311 - a sample, no secret
    read = f"read_parquet({sql.literal(str(path))}, file_row_number = true)"
    at = sql.select({"k": sql.name(key)}, read, "WHERE file_row_number IN (SELECT unnest(?)) ORDER BY file_row_number")
    for row in connection.execute(at, [places]).fetchall():
        if len(found) >= size:
            break
        found.setdefault(row[0])
    return list(found)


def rows_of(connection: duckdb.DuckDBPyConnection, path: Path, key: str, keys: Sequence[str]) -> Any:
    """The rows of some cases as an Arrow table."""
    wanted = sql.listed(sql.literal(one) for one in keys) or "NULL"
    return connection.sql(f"FROM {_file(path)} WHERE {sql.name(key)} IN ({wanted})").to_arrow_table()


def convert(connection: duckdb.DuckDBPyConnection, path: Path, to: Path, targets: Sequence[Target]) -> bool:
    """Write a Parquet file of results as CSV or JSON lines; False where a column has no text in SQL."""
    if not all(can_write(target) for target in targets):
        return False
    lines = to.suffix.lower() == ".jsonl"
    write = json if lines else text
    columns = {target.name: write(sql.name(target.name), target) for target in targets}
    how = "FORMAT json" if lines else "FORMAT csv, HEADER true"
    running(connection, f"COPY ({sql.select(columns, _file(path))}) TO {sql.literal(str(to))} ({how})")
    return True


def partitioned(
    connection: duckdb.DuckDBPyConnection, path: Path, folder: Path, by: Sequence[str], targets: Sequence[Target]
) -> None:
    """Write results as a folder of Parquet files, a folder below for each value of each column."""
    columns = {name: sql.name(name) for name in dict.fromkeys((*(one.name for one in targets), *by))}
    options = sql.listed(
        ("FORMAT parquet", f"PARTITION_BY ({sql.listed(map(sql.name, by))})", "WRITE_PARTITION_COLUMNS true")
    )
    where = f"WHERE status <> {sql.literal(REJECTED)}"
    running(connection, f"COPY ({sql.select(columns, _file(path), where)}) TO {sql.literal(str(folder))} ({options})")


def _file(path: Path) -> str:
    return f"read_parquet({sql.literal(str(path))})"


__all__ = ["Portfolio", "connect", "convert", "counted", "kept", "partitioned", "rejected_keys", "running", "sample"]
