"""The Parquet files of a scored run, read and written by DuckDB: samples, conversion, partitions.

Nothing that grows with the portfolio is held in memory.
"""

# duckdb ships no types that help here
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from steelyard.calendars.zones import Zone
from steelyard.engines.counting import key_column
from steelyard.engines.sql.blocks import parquet_options
from steelyard.engines.sql.lines import csv_head, csv_line, json_line, sheet_value
from steelyard.engines.sql.portfolio import RULED_OUT, Connection, count_rows
from steelyard.engines.sql.running import running
from steelyard.facts.bulk import sql
from steelyard.ir.result_columns import ResultColumn
from steelyard.source.csv_lines import BYTE_ORDER_MARK, EXACT, CsvStyle

_BATCH = 4096
"""How many rows are fetched at a time."""


def ruled_out(connection: Connection, most: int | None = None) -> list[str]:
    """The keys of the cases that a rule rejects, in the order of the files; the first `most` of them."""
    limit = "" if most is None else f"LIMIT {most}"
    return [row[0] for row in connection.execute(sql.select({"k": "k"}, RULED_OUT, limit)).fetchall()]


def kept(connection: Connection, path: Path, to: Path, columns: Mapping[str, str], metadata: Mapping[str, str]) -> None:
    """Write columns of a Parquet file, under other names, to another, with texts by key as its metadata."""
    query = sql.select({head: sql.name(name) for head, name in columns.items()}, sql.parquet(path))
    running(connection, f"COPY ({query}) TO {sql.target(to)} ({parquet_options(metadata)})")


def kept_rejects(connection: Connection, unread: Path, path: Path, names: Sequence[str]) -> None:
    """Write a row for each reject: those of rows that are no case, then those of `RULED_OUT`.

    Args:
        connection: the session.
        unread: the Parquet file of the former.
        path: the Parquet file to write.
        names: columns of both.
    """
    columns = {name: sql.name(name) for name in names}
    rows = sql.union((sql.select(columns, sql.parquet(unread)), sql.select(columns, RULED_OUT)))
    running(connection, f"COPY ({rows}) TO {sql.target(path)} ({parquet_options({})})")


def sample(connection: Connection, path: Path, key: str, seed: str, size: int) -> dict[str, int | None]:
    """Choose cases to check: one for every status and every rule that fired or rejects, then at random by the seed.

    Cases that a rule rejects come last, so that a run of at most `size` cases is checked whole.

    Returns:
        By key, the number of its row in the file; None for a case that a rule rejects.
    """
    first = "min(place)"
    states = sql.select(
        {"version": "version", "status": "status", "fired": "fired", "place": "min(file_row_number)"},
        sql.parquet(path, numbered=True),
        "GROUP BY version, status, fired",
    )
    by_status = sql.select({"place": first}, "states", "GROUP BY version, status")
    fired = sql.select({"version": "version", "rule": "unnest(fired)", "place": "place"}, "states")
    by_rule = sql.select({"place": first}, sql.within(fired, "one"), "GROUP BY version, rule")
    first_places = f"WITH states AS MATERIALIZED ({states}) {sql.union((by_status, by_rule))}"
    firsts = [row[0] for row in connection.execute(first_places).fetchall()]
    found: dict[str, int | None] = dict(_keys_at(connection, path, key, firsts))
    out = sql.select({"k": "min(k)"}, RULED_OUT, 'GROUP BY "where"')
    found |= {row[0]: None for row in connection.execute(out).fetchall()}
    rows = count_rows(connection, path)
    places = random.Random(seed).sample(range(rows), min(rows, size + len(found)))  # noqa: S311 - a sample, no secret
    others = [*_keys_at(connection, path, key, places), *((one, None) for one in ruled_out(connection, size))]
    for key_, place in others:
        if len(found) >= size:
            break
        found.setdefault(key_, place)
    return found


def _keys_at(connection: Connection, path: Path, key: str, places: Sequence[int]) -> list[tuple[str, int]]:
    """Return the keys of rows of a Parquet file with their numbers, ascending."""
    columns = {"k": sql.name(key), "place": "file_row_number"}
    rows = "WHERE file_row_number IN (SELECT unnest(?)) ORDER BY file_row_number"
    return connection.execute(sql.select(columns, sql.parquet(path, numbered=True), rows), [places]).fetchall()


def rows_of(connection: Connection, path: Path, key: str, places: Iterable[int]) -> dict[str, dict[str, object]]:
    """Return rows of a Parquet file by key, as Arrow values; only row groups with one of them are read."""
    wanted = sql.listed(map(str, places)) or "NULL"
    read = sql.parquet(path, numbered=True)
    query = sql.words("SELECT * EXCLUDE (file_row_number) FROM", read, "WHERE file_row_number IN", f"({wanted})")
    return {row[key]: row for row in connection.sql(query).to_arrow_table().to_pylist()}


def renamed(path: Path, columns: Mapping[str, str]) -> str:
    """The FROM clause for columns of a Parquet file under other names."""
    return sql.within(sql.select({head: sql.name(name) for head, name in columns.items()}, sql.parquet(path)), "named")


def convert(
    connection: Connection,
    source: str,
    to: Path,
    targets: Sequence[ResultColumn],
    here: Zone,
    *,
    style: CsvStyle = EXACT,
) -> None:
    """Write rows of results as CSV or JSON lines, by the suffix; instants in local time.

    Args:
        connection: the session.
        source: the FROM clause of the rows.
        to: the file.
        targets: the columns.
        here: the time zone.
        style: of CSV.
    """
    lines = to.suffix.lower() == ".jsonl"
    line = json_line(targets, here) if lines else csv_line(targets, here, safe=style.safe)
    mark = BYTE_ORDER_MARK if style.bom else ""
    rows = sql.select({f"{mark}{csv_head(targets)}": line}, source)
    # a line is one text that is already quoted
    how = f"FORMAT csv, HEADER {'false' if lines else 'true'}, QUOTE '', ESCAPE ''"
    running(connection, f"COPY ({rows}) TO {sql.target(to)} ({how})")


def sheet_rows(
    connection: Connection, source: str, targets: Sequence[ResultColumn], here: Zone
) -> Iterator[tuple[object, ...]]:
    """Give rows of results as the cells of a workbook: see `sheet_value`. `source`: their FROM clause."""
    cells = {target.name: sheet_value(target, here) for target in targets}
    found = connection.execute(sql.select(cells, source))
    while rows := found.fetchmany(_BATCH):
        yield from rows


def partitioned(  # noqa: PLR0917 - likewise
    connection: Connection,
    path: Path,
    folder: Path,
    by: Sequence[str],
    columns: Mapping[str, str],
    metadata: Mapping[str, str],
) -> None:
    """Write results as a folder of Parquet files, partitioned into subfolders such as `branch=North`.

    A partition name that is no result column is added to the files as a text column. Each file has its rows in the
    order of the results: DuckDB keeps it where one thread is given the rows of one partition after the other.
    """
    parts = {name: sql.name(key_column(name)) for name in by}
    held = {head: sql.name(name) for head, name in columns.items() if name not in parts}
    order = sql.listed((*parts.values(), "file_row_number"))
    query = sql.select({**held, **parts}, sql.parquet(path, numbered=True), "ORDER BY", order)
    options = (
        parquet_options(metadata),
        f"PARTITION_BY ({sql.listed(map(sql.name, by))})",
        "WRITE_PARTITION_COLUMNS true",
    )
    connection.execute("SET threads = 1")
    running(connection, f"COPY ({query}) TO {sql.target(folder)} ({sql.listed(options)})")
