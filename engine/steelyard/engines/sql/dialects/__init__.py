"""What differs between the SQL dialects: one object for each, asked by the compiler for all that is not portable.

Operands arrive wrapped, and every answer is atomic: a call, a cast, a CASE or something in parentheses. What the
engines do was found by running them; tests/unit/engines/sql/test_traps_*.py pin it. Snowflake and BigQuery are written
after their manuals and only parsed back.
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
    """The dialect of a name in `NAMES`.

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
