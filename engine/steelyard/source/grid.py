"""The cells of a file of rows: text with its place. Independent of decision tables and their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.source.nodes import Text
from steelyard.source.places import CONTROL


class CellKind(Enum):
    """The type of a cell before it became text."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell that is not empty. `text` is what was written, or the exact text of the stored value."""

    text: Text
    kind: CellKind = CellKind.TEXT


Row = tuple[GridCell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a file that are not empty, the first of them the header; an empty cell is None.

    Attributes:
        name: the file's name in places.
        rows: at least one, each with at least one cell.
    """

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class GridOptions:
    """How a file is read; nothing is detected automatically.

    Attributes:
        place: where the ruleset names the file, for findings about the whole file.
        sheet: the sheet of a workbook; None: the first.
        delimiter: of CSV; None: a comma, or a tab where the name ends in `.tsv`.
        encoding: of CSV; None: UTF-8. A byte order mark is skipped.
        names: words that a formula of a workbook does not know, but who reads the file does.
    """

    place: Span
    sheet: Text | None = None
    delimiter: Text | None = None
    encoding: Text | None = None
    names: frozenset[str] = frozenset()


def finished(name: str, rows: Sequence[Row], options: GridOptions, diagnostics: Diagnostics) -> Grid | None:
    """Make the grid of all rows read; report and return None where all are empty."""
    filled = tuple(row for row in rows if any(cell is not None for cell in row))
    if not filled:
        headline = msg("`{file}` is empty", file=name)
        diagnostics.add("E114", options.place, headline, help=msg("its first row names the columns of the table"))
        return None
    return Grid(name, filled)


def visible(text: str, span: Span, diagnostics: Diagnostics) -> bool:
    """Return whether a cell's text has no invisible characters; they are reported, as in a ruleset."""
    bad = CONTROL.search(text)
    if bad is not None:
        headline = msg("the invisible character U+{number}", number=f"{ord(bad.group()):04X}")
        diagnostics.add("Y111", span, headline, help=msg("remove it"))
    return bad is None
