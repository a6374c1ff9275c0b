"""Checks whether files have more than a given number of rows, without reading them, to choose the engine of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from steelyard.facts.patterns import matching_files

_CHUNK = 1 << 20
_LINES = frozenset({".csv", ".tsv", ".jsonl"})


def more_rows_than(limit: int, files: Sequence[str | Path]) -> bool:
    """Return whether files together have more rows than this.

    Lines are counted in text files; Parquet files state their number of rows. Other kinds count as no rows, because
    they are held in memory in any case. Files that cannot be read count as no rows too; reading them later reports the
    error.
    """
    count = 0
    for file in files:
        for path in matching_files(file):
            count += _rows(path, limit - count)
            if count > limit:
                return True
    return False


def _rows(path: Path, enough: int) -> int:
    try:
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq  # pyright: ignore[reportMissingTypeStubs]

            return int(pq.read_metadata(path.absolute()).num_rows)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        if path.suffix.lower() in _LINES:
            return _lines(path, enough)
    except (OSError, ValueError):
        pass
    return 0


def _lines(path: Path, enough: int) -> int:
    count = 0
    with path.open("rb") as stream:
        while count <= enough + 1 and (chunk := stream.read(_CHUNK)):
            count += chunk.count(b"\n")
    return count
