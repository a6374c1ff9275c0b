"""Databases of DuckDB in memory: to open one takes longer than most tests do, so they are emptied and used again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

_MADE = """
    SELECT 'VIEW', schema_name, view_name FROM duckdb_views() WHERE NOT internal
    UNION ALL SELECT 'TABLE', schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1 DESC
"""
_free: dict[int, list[duckdb.DuckDBPyConnection]] = {}


@contextmanager
def database(threads: int = 1) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give an empty database, set to UTC. After an error it is not used again."""
    free = _free.setdefault(threads, [])
    owner = free.pop() if free else duckdb.connect(config={"threads": threads})
    with owner.cursor() as connection:  # what is temporary, and settings of a session, end with it
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    for kind, schema, name in owner.execute(_MADE).fetchall():
        owner.execute(f'DROP {kind} "{schema}"."{name}"')
    owner.execute("RESET disabled_optimizers")
    free.append(owner)
