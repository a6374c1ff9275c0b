"""Writes results in the order of the cases: one block of cases after the other.

DuckDB keeps the order of rows through a join only where one thread runs the statement. So each block is scored and
written by one thread, several blocks at the same time, and the files of the blocks are joined in their order. Memory
does not grow with the number of cases.
"""

# duckdb and pyarrow have no usable type hints
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steelyard.engines.sql.optimizers import ORDERING, PROPAGATING, REPEATING, switch_off
from steelyard.engines.sql.parquet_parts import Joined
from steelyard.engines.sql.running import Tell
from steelyard.facts.bulk import sql

PLACE = "_case"
"""The column with the position of a case in the files."""
GROUP = 61_440
"""Rows of a row group: so many fit the cache, which saves a tenth of the time of twice the size."""
LEAST, MOST = GROUP, 32 * GROUP
"""Rows of the case files in a block; in between there are eight blocks."""

Connection = duckdb.DuckDBPyConnection
Restrict = Callable[[Connection], None]
"""Restricts the cases that a cursor sees to one block."""


def block_size(rows: int) -> int:
    """How many rows a block has. It depends on nothing but the number of cases, and so do the row groups."""
    return min(MOST, max(LEAST, -(-rows // 8)))


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
        path: the file; those of blocks stand beside it for a moment.
        query: gives the rows of the cases that its cursor sees, with `PLACE` as the last column, which is not written.
        blocks: in the order of the cases; at least one.
        metadata: text by key, kept in the file.
        tell: called with the progress.

    Returns:
        The number of rows.

    Raises:
        duckdb.Error: the query failed.
    """
    threads = _threads(connection)
    scoring = _Scoring(connection, query)
    joined = Joined(path, metadata)
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[Path]] = deque()
    connection.execute("SET threads = 1")
    try:
        for number, block in enumerate(blocks):
            waiting.append(pool.submit(scoring.part, block, path.with_suffix(f".{number}.parquet")))
            if len(waiting) > threads:
                _add(joined, waiting.popleft())
            if tell is not None:
                tell(100 * number // len(blocks))
        while waiting:
            _add(joined, waiting.popleft())
    except BaseException:
        scoring.stop(waiting)
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        joined.close()
        connection.execute(f"SET threads = {threads}")
    return joined.rows


def parquet_options(metadata: Mapping[str, str]) -> str:
    """The options of a COPY to a Parquet file, with texts by key as its metadata."""
    pairs = sql.listed(f"{sql.name(key)}: {sql.literal(value)}" for key, value in metadata.items())
    options = ("FORMAT parquet", f"ROW_GROUP_SIZE {GROUP}")
    return sql.listed((*options, *((f"KV_METADATA {{{pairs}}}",) if pairs else ())))


def _add(joined: Joined, part: Future[Path]) -> None:
    path = part.result()
    joined.add(path)
    path.unlink()


def _threads(connection: Connection) -> int:
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

    def part(self, restrict: Restrict, path: Path) -> Path:
        """Write the rows of a block in the order of the cases; returns the file."""
        with self._connection.cursor() as cursor:
            self._at_work.add(cursor)
            try:
                cursor.execute("SET TimeZone = 'UTC'")
                switch_off(cursor, (*ORDERING, *REPEATING, *PROPAGATING))
                restrict(cursor)
                self._copy(cursor, self._query, path)
                if not _ascends(path):  # DuckDB spilled a join, or several versions apply to the cases of the block
                    self._copy(cursor, f"{self._query} ORDER BY {PLACE}", path)
            finally:
                self._at_work.discard(cursor)
        return path

    def _copy(self, cursor: Connection, query: str, path: Path) -> None:
        if self._stopped.is_set():
            raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")
        cursor.execute(f"COPY ({query}) TO {sql.target(path)} ({parquet_options({})})")

    def stop(self, waiting: Sequence[Future[Path]]) -> None:
        """End what runs, and wait until it has ended."""
        self._stopped.set()
        for one in waiting:
            one.cancel()
        while wait(waiting, 0).not_done:
            for cursor in tuple(self._at_work):
                cursor.interrupt()  # again and again: it has no effect on a statement that has not begun
            wait(waiting, 1)


def _ascends(path: Path) -> bool:
    """Whether the rows of a file are in the order of the cases."""
    places = pq.read_table(path, columns=[PLACE]).column(PLACE)
    return bool(pc.all(pc.less(places[:-1], places[1:]), min_count=0).as_py())
