"""What a file of rows gives: cells as text, each with its place. Knows nothing of tables and their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.source.nodes import Text
from steelyard.source.places import CONTROL


class CellKind(Enum):
    """What a cell was before it became text."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell that holds something. `text` is what was written, or the one exact spelling of what is stored."""

    text: Text
    kind: CellKind = CellKind.TEXT


Row = tuple[GridCell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a file that are not empty, the first of them the header; an empty cell is None.

    Attributes:
        name: the file, as places have it.
        rows: at least one, each with at least one cell.
    """

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class GridOptions:
    """How a file is to be read; nothing is sniffed.

    Attributes:
        place: where the ruleset names the file, for findings about all of it.
        sheet: of a workbook; None: the first.
        delimiter: of CSV; None: a comma, or a tab where the name ends in `.tsv`.
        encoding: of CSV; None: UTF-8. A byte order mark is skipped.
    """

    place: Span
    sheet: Text | None = None
    delimiter: Text | None = None
    encoding: Text | None = None


def finished(name: str, rows: Sequence[Row], options: GridOptions, diagnostics: Diagnostics) -> Grid | None:
    """Make the grid of all rows read; None, with a finding, where there is nothing in them."""
    filled = tuple(row for row in rows if any(cell is not None for cell in row))
    if not filled:
        headline = msg("`{file}` is empty", file=name)
        diagnostics.add("E114", options.place, headline, help=msg("its first row names the columns of the table"))
        return None
    return Grid(name, filled)


def visible(text: str, span: Span, diagnostics: Diagnostics) -> bool:
    """Whether a cell's text holds nothing that cannot be seen; else it is reported, as in a ruleset."""
    bad = CONTROL.search(text)
    if bad is not None:
        headline = msg("the invisible character U+{number}", number=f"{ord(bad.group()):04X}")
        diagnostics.add("Y111", span, headline, help=msg("remove it"))
    return bad is None
