"""The portfolio by hand: motor.sql, run by DuckDB from Parquet and CSV to Parquet; or small.sql, of claims alone.

    python -m tests.bench.large.by_sql MEMORY CLAIMS WEATHER DECLARATIONS COMPLAINTS CLIMATE RESULTS REJECTS
    python -m tests.bench.large.by_sql MEMORY CLAIMS RESULTS REJECTS

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
MOTOR: Final = ("claims", "weather", "declarations", "complaints", "climate", "results", "rejects")
SMALL: Final = ("claims", "results", "rejects")
STATEMENTS: Final = {
    MOTOR: ("motor.sql", "bd25d1f4ad4eb96d9d162baf776ebd05037c4882ae4a2d2307591ec65736a828"),
    SMALL: ("small.sql", "a6bcc8b634887dee95c005e3e471e1a78c839a9b0f91c54dc7adec68aebf797d"),
}
"""By the files that they read and write: the statements, and the digest of the policy that they stand for."""


def run(memory: str, files: dict[str, str]) -> None:
    """Score the claims.

    Args:
        memory: that DuckDB may take.
        files: by role; those of claims may be a pattern.
    """
    connection = duckdb.connect(config={"threads": 2, "memory_limit": memory})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET temp_directory = '{files['results']}.spill'")
    connection.execute("SET preserve_insertion_order = false")
    name, digest = STATEMENTS[tuple(files)]
    text = (HERE / name).read_text(encoding="utf-8")
    statements = Template(text).substitute(files, as_of=AS_OF, digest=digest, weights=str(HERE / "weights.csv"))
    connection.execute(statements)


if __name__ == "__main__":
    memory, *paths = sys.argv[1:]
    run(memory, dict(zip(MOTOR if len(paths) == len(MOTOR) else SMALL, paths, strict=True)))
