"""The SQL dialects: one object each, which the compiler asks for everything that is not portable.

Operands are wrapped, and every result is atomic: a call, a cast, a CASE or an expression in parentheses. The behaviour
of engines was determined by running them; tests/unit/engines/sql/test_traps_*.py check it. Snowflake and BigQuery
follow their manuals and are only parsed, not run.
"""

from __future__ import annotations

from steelyard.engines.sql.dialects.bigquery import BigQuery
from steelyard.engines.sql.dialects.duckdb import DuckDB
from steelyard.engines.sql.dialects.postgres import Postgres
from steelyard.engines.sql.dialects.protocol import Check, Dialect, Unnested
from steelyard.engines.sql.dialects.snowflake import Snowflake
from steelyard.engines.sql.dialects.spark import Spark

__all__ = ["NAMES", "Check", "Dialect", "Unnested", "dialect"]

NAMES = ("duckdb", "spark", "postgres", "snowflake", "bigquery")


def dialect(name: str) -> Dialect:
    """Return the dialect with a name in `NAMES`.

    Raises:
        KeyError: there is no such dialect.
    """
    match name:
        case "duckdb":
            return DuckDB()
        case "spark":
            return Spark()
        case "postgres":
            return Postgres()
        case "snowflake":
            return Snowflake()
        case "bigquery":
            return BigQuery()
        case _:
            raise KeyError(name)
