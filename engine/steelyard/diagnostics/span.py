"""Places in a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of a file. Lines and columns count from 0 and are shown from 1; the end is exclusive.

    Attributes:
        cell: of a workbook the cell, `B7`, or `Sheet2!B7` on a sheet other than the first: it has rows, no lines.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: str = ""

    def __str__(self) -> str:
        if self.cell:
            return f"{self.file}!{self.cell}"
        return f"{self.file}:{self.line + 1}:{self.column + 1}"
