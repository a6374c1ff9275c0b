"""Writes results in the order of the cases where DuckDB would not keep it: one block of cases after the other.

DuckDB keeps the order of rows through a join only where one thread runs the statement. So each block is scored by one
thread, several blocks at the same time, and what they give is put together in order. Memory does not grow with the
number of cases.
"""

# duckdb and pyarrow have no usable type hints
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false
# ruff: noqa: ANN401 - as above

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steelyard.engines.sql.running import Tell, settle

PLACE = "_case"
"""The column with the position of a case in the files."""
GROUP = 61_440
"""Rows of a row group: so many fit the cache, which saves a tenth of the time of twice the size."""
BLOCK = 8 * GROUP
"""Rows of the case files in a block, at most; a multiple of the row groups that DuckDB writes."""

Connection = duckdb.DuckDBPyConnection
Restrict = Callable[[Connection], None]
"""Restricts the cases that a cursor sees to one block."""


def write_blocks(  # noqa: PLR0917 - likewise
    connection: Connection,
    path: Path,
    query: str,
    blocks: Sequence[Restrict],
    metadata: Mapping[str, str],
    tell: Tell | None = None,
) -> int:
    """Write the rows of a query over all blocks to a Parquet file, in the order of the cases.

    Args:
        connection: the session.
        path: the file.
        query: gives the rows of the cases that its cursor sees, with `PLACE` as the last column, which is not written.
        blocks: in the order of the cases; at least one.
        metadata: text by key, kept in the file.
        tell: called with the progress.

    Returns:
        The number of rows.

    Raises:
        duckdb.Error: the query failed.
    """
    threads = threads_of(connection)
    scoring = _Scoring(connection, query)
    file = _File(path, metadata)
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[Any]] = deque()
    connection.execute("SET threads = 1")
    try:
        for number, block in enumerate(blocks):
            waiting.append(pool.submit(scoring.table, block))
            if len(waiting) > threads:
                file.add(waiting.popleft().result())
            if tell is not None:
                tell(100 * number // len(blocks))
        while waiting:
            file.add(waiting.popleft().result())
    except BaseException:
        scoring.stop(waiting)
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        file.close()
        connection.execute(f"SET threads = {threads}")
    return file.count


def threads_of(connection: Connection) -> int:
    """How many threads run a statement."""
    (threads,) = connection.execute("SELECT current_setting('threads')").fetchone() or (1,)
    return int(threads)


class _Scoring:
    """Runs a query over blocks in cursors of a session, until it is stopped."""

    def __init__(self, connection: Connection, query: str) -> None:
        self._connection = connection
        self._query = query
        self._at_work: set[Connection] = set()
        self._stopped = Event()

    def table(self, restrict: Restrict) -> Any:
        """The rows of a block in the order of the cases, as an Arrow table without `PLACE`."""
        with self._connection.cursor() as cursor:
            settle(cursor)
            cursor.execute("SET arrow_output_version = '1.5'")  # decimals of 64 bits, as the file has them
            self._at_work.add(cursor)
            try:
                restrict(cursor)
                if self._stopped.is_set():
                    raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")
                return _in_order(cursor.sql(self._query).to_arrow_table())
            finally:
                self._at_work.discard(cursor)

    def stop(self, waiting: Sequence[Future[Any]]) -> None:
        """End what runs, and wait until it has ended."""
        self._stopped.set()
        for one in waiting:
            one.cancel()
        while wait(waiting, 0).not_done:
            for cursor in tuple(self._at_work):
                cursor.interrupt()  # again and again: it has no effect on a statement that has not begun
            wait(waiting, 1)


def _in_order(table: Any) -> Any:
    """Drop `PLACE`; sort by it first where the rows do not ascend: DuckDB spilled a join, or there are versions."""
    place = table.column(PLACE)
    if not pc.all(pc.less(place[:-1], place[1:]), min_count=0).as_py():
        table = table.take(pc.sort_indices(place))
    return table.drop_columns([PLACE])


class _File:
    """A Parquet file as DuckDB writes it, in row groups of `GROUP` rows whatever the tables are that it is given."""

    def __init__(self, path: Path, metadata: Mapping[str, str]) -> None:
        self.count = 0
        self._path = path
        self._metadata = dict(metadata)
        self._writer: Any = None
        self._held: Any = None

    def add(self, table: Any) -> None:
        """Append rows."""
        self.count += table.num_rows
        if self._writer is None:
            # decimals as integers, and without the Arrow schema, which would repeat the metadata
            self._writer = pq.ParquetWriter(self._path, table.schema, store_decimal_as_integer=True, store_schema=False)
            self._writer.add_key_value_metadata(self._metadata)
        held = table if self._held is None else pa.concat_tables([self._held, table])
        whole = held.num_rows // GROUP * GROUP
        for start in range(0, whole, GROUP):
            self._writer.write_table(held.slice(start, GROUP).combine_chunks())
        self._held = held.slice(whole)

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        if self._writer is not None:
            if self._held.num_rows:
                self._writer.write_table(self._held.combine_chunks())
            self._writer.close()
