"""Databases of DuckDB in memory: to open one takes longer than most tests do, so they are emptied and used again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from steelyard.engines.sql.memory import emptied, memory

_free: dict[int, list[duckdb.DuckDBPyConnection]] = {}


@contextmanager
def database(threads: int = 1) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give an empty database, set to UTC. After an error it is not used again."""
    free = _free.setdefault(threads, [])
    owner = free.pop() if free else memory(threads)
    with emptied(owner) as connection:
        yield connection
    free.append(owner)
