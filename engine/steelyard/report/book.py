"""What a workbook of results has beside its rows, and how much fits into one of its sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from steelyard.diagnostics import Message, msg

SHEET_ROWS, SHEET_COLUMNS = 1_048_575, 16_384
"""What a sheet holds below its header, and beside each other."""


@dataclass(frozen=True, slots=True)
class Book:
    """What a workbook has beside its rows.

    Attributes:
        title: of the sheet of rows.
        timezone: in which instants are written.
        about: lines of the first sheet, each a heading and what belongs to it.
        lang: of the words.
        grades: by column, the grades from the best to the worst.
    """

    title: Message
    timezone: str
    about: tuple[tuple[str, ...], ...] = ()
    lang: str = "en"
    grades: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])


def too_many(count: int) -> Message:
    """Say that a sheet cannot hold so many rows."""
    return msg(
        "{count} {count:row|rows}: a sheet of a workbook holds {most} below its header; write .parquet, .csv or .jsonl",
        count=f"{count:,}",
        most=f"{SHEET_ROWS:,}",
    )


def too_wide(count: int) -> Message:
    """Say that a sheet cannot hold so many columns."""
    return msg(
        "{count} {count:column|columns}: a sheet of a workbook holds {most}; write .parquet, .csv or .jsonl",
        count=f"{count:,}",
        most=f"{SHEET_COLUMNS:,}",
    )
