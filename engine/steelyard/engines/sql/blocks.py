"""Writes results that must be sorted: one block of cases after the other, so that memory does not grow with them."""

# duckdb and pyarrow have no usable type hints
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false, reportOptionalMemberAccess=false
# ruff: noqa: ANN401 - as above

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from steelyard.engines.sql.running import Tell, waited

GROUP = 61_440
"""Rows of a row group: so many fit the cache, which saves a tenth of the time of twice the size."""
BLOCK = 8 * GROUP
"""Rows of the case files that are scored and sorted at a time; a multiple of DuckDB's own row groups."""


def write_blocks(  # noqa: PLR0917 - likewise
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    query: str,
    blocks: Generator[int],
    metadata: Mapping[str, str],
    tell: Tell | None = None,
) -> int:
    """Write the rows of a query to a Parquet file, block by block. A block is written while the next is computed.

    Args:
        connection: the session.
        path: the file.
        query: gives the rows of the present block in their order.
        blocks: moves on to the next block; gives the percentage of rows that come before it. There is at least one.
        metadata: text by key, kept in the file.
        tell: called with the progress.

    Returns:
        The number of rows.

    Raises:
        duckdb.Error: the query failed.
    """
    count, writer = 0, None
    pool = ThreadPoolExecutor(1)
    pending: list[Future[None]] = []
    try:
        with closing(blocks):
            for percent in blocks:
                if tell is not None:
                    tell(percent)
                table = waited(connection, lambda: connection.sql(query).to_arrow_table())
                count += table.num_rows
                if writer is None:
                    writer = _writer(path, table.schema, metadata)
                _finish(pending)
                pending = [pool.submit(writer.write_table, group) for group in _groups(table)]
        _finish(pending)
    finally:
        pool.shutdown(cancel_futures=True)
        if writer is not None:
            writer.close()
    return count


def _writer(path: Path, schema: Any, metadata: Mapping[str, str]) -> Any:
    """A writer of files as DuckDB writes them: decimals as integers, without the Arrow schema."""
    writer = pq.ParquetWriter(path, schema, store_decimal_as_integer=True, store_schema=False)
    writer.add_key_value_metadata(dict(metadata))
    return writer


def _groups(table: Any) -> Iterator[Any]:
    """The row groups of a table; an empty one has none."""
    for start in range(0, table.num_rows, GROUP):
        yield table.slice(start, GROUP)


def _finish(pending: list[Future[None]]) -> None:
    for one in pending:
        one.result()
