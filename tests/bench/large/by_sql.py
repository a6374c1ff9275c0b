"""The portfolio by hand: motor.sql, run by DuckDB from Parquet and CSV to Parquet.

    python -m tests.bench.large.by_sql CLAIMS WEATHER DECLARATIONS COMPLAINTS CLIMATE RESULTS REJECTS [MEMORY]

As a process of its own it imports nothing of steelyard: what it needs of the ruleset, the shares of each situation of
the weights, stands in weights.csv, as one would copy it from `steelyard show motor-small-claims --weights`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from string import Template
from typing import Final

import duckdb

HERE: Final = Path(__file__).parent
AS_OF: Final = "2025-01-01 00:00:00+08"
DIGEST: Final = "bd25d1f4ad4eb96d9d162baf776ebd05037c4882ae4a2d2307591ec65736a828"
ROLES: Final = ("claims", "weather", "declarations", "complaints", "climate", "results", "rejects")


def run(files: dict[str, str], memory: str = "4GB", digest: str = DIGEST) -> None:
    """Score the claims.

    Args:
        files: by role; those of claims may be a pattern.
        memory: that DuckDB may take.
        digest: of the ruleset, for the column.
    """
    connection = duckdb.connect(config={"threads": 2, "memory_limit": memory})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET temp_directory = '{files['results']}.spill'")
    connection.execute("SET preserve_insertion_order = false")
    text = (HERE / "motor.sql").read_text(encoding="utf-8")
    statements = Template(text).substitute(files, as_of=AS_OF, digest=digest, weights=str(HERE / "weights.csv"))
    connection.execute(statements)


if __name__ == "__main__":
    run(dict(zip(ROLES, sys.argv[1:8], strict=True)), *sys.argv[8:9])
