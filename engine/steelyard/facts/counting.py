"""Are there many rows? Answered without reading them: how a run picks its engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from steelyard.facts.patterns import matching_files

_CHUNK = 1 << 20
_LINES = frozenset({".csv", ".tsv", ".jsonl"})


def more_rows_than(limit: int, files: Sequence[str | Path]) -> bool:
    """Whether files hold more rows than this, together.

    Lines are counted in files of lines, a Parquet file says it itself, others count as none: they are held in memory
    anyway. What cannot be read counts as none too; whoever reads it will say why.
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
