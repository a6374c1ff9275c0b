"""Nothing is timed that does not come to the same results, in every column of every claim."""

from __future__ import annotations

from pathlib import Path

from tests.bench.large.claims import connect

KEY = "claim_id"


def check(what: str, expected: Path, found: Path) -> int:
    """Compare two files of results: columns, types, rows by key and every value; return how many rows.

    Raises:
        SystemExit: they differ; it says where first.
    """
    connection = connect()

    def columns(path: Path) -> list[tuple[str, str]]:
        return [row[:2] for row in connection.execute(f"DESCRIBE FROM read_parquet('{path}')").fetchall()]

    def count(query: str) -> int:
        return connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]

    shape = columns(expected)
    if columns(found) != shape:
        differing = sorted(set(columns(found)) ^ set(shape))
        raise SystemExit(f"{what}: other columns: {differing}")
    rows = [count(f"FROM read_parquet('{path}')") for path in (expected, found)]
    both = f"FROM read_parquet('{expected}') e JOIN read_parquet('{found}') f USING ({KEY})"
    if rows[0] != rows[1] or count(f"SELECT 1 {both}") != rows[0]:
        raise SystemExit(f"{what}: {rows[1]} rows where {rows[0]} are expected, or other keys")
    names = [name for name, _ in shape if name != KEY]
    differ = ", ".join(f'count(*) FILTER (e."{name}" IS DISTINCT FROM f."{name}")' for name in names)
    counted = connection.execute(f"SELECT {differ} {both}").fetchall()[0]
    wrong = {name: number for name, number in zip(names, counted, strict=True) if number}
    if wrong:
        raise SystemExit(f"{what}: differing values by column: {wrong}")
    return rows[0]
