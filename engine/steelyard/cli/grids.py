"""Grids of finished cells on a terminal, in as many tables as its width takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from steelyard.cli.output import coloured, is_terminal
from steelyard.diagnostics.plain import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from steelyard.report.summary_formats import Grid

WIDE = 160
"""Columns of what no terminal shows."""
NARROW = 16
"""A longer word may be broken; a number never is."""
GAP = 2
"""Between two columns."""


def screen_of(stream: TextIO) -> Console:
    """Where to print tables: as wide as the terminal, plain where there is none."""
    from rich.console import Console

    width = None if is_terminal(stream) else WIDE
    return Console(file=stream, width=width, no_color=not coloured(stream), highlight=False, markup=False)


def print_grid(screen: Console, grid: Grid) -> None:
    """Print a grid; each of its tables begins with the keys."""
    from rich.table import Table

    if grid.title:
        screen.print(f"\n{grid.title}", style="bold")
    for number, columns in enumerate(blocks(grid, screen.width)):
        if number:
            screen.print()
        table = Table(box=None, pad_edge=False, padding=(0, GAP // 2))
        for place, width in zip(columns, _widths(grid, columns, screen.width), strict=True):
            justify = "left" if _is_text(grid, place) else "right"
            table.add_column(grid.heads[place], justify=justify, overflow="fold", width=width)
        for row in grid.rows:
            table.add_row(*(one_line(row[place]) for place in columns))
        screen.print(table)


def blocks(grid: Grid, width: int) -> list[list[int]]:
    """The columns of each table: the keys, and as many others as fit beside them, at least one."""
    keys = list(range(grid.keys))
    room = width + GAP - sum(_least(grid, place) + GAP for place in keys)
    found: list[list[int]] = [[]]
    used = 0
    for place in range(grid.keys, len(grid.names)):
        needed = _least(grid, place) + GAP
        if found[-1] and used + needed > room:
            found.append([])
            used = 0
        found[-1].append(place)
        used += needed
    return [[*keys, *block] for block in found]


def _widths(grid: Grid, columns: Sequence[int], width: int) -> list[int]:
    """The width of each column of a table: what it needs, and an equal part of what is left."""
    widths = [_least(grid, place) for place in columns]
    spare = width - sum(widths) - GAP * (len(columns) - 1)
    most = [_most(grid, place) for place in columns]
    while spare > 0 and (wanting := [n for n, own in enumerate(widths) if own < most[n]]):
        for number in wanting[:spare]:
            widths[number] += 1
        spare -= len(wanting[:spare])
    return widths


def _least(grid: Grid, place: int) -> int:
    """The width of a column that breaks no number and no word of a common length."""
    from rich.cells import cell_len

    cells = _cells(grid, place)
    words = [*grid.heads[place].split(), *(cells if _is_text(grid, place) else ())]
    least = min(max(map(cell_len, words), default=0), NARROW)
    return least if _is_text(grid, place) else max(least, *map(cell_len, cells))


def _most(grid: Grid, place: int) -> int:
    """The width of a column with everything on one line."""
    from rich.cells import cell_len

    return max(map(cell_len, (grid.heads[place], *_cells(grid, place))))


def _cells(grid: Grid, place: int) -> list[str]:
    return [one_line(row[place]) for row in grid.rows]


def _is_text(grid: Grid, place: int) -> bool:
    return place < grid.keys or grid.names[place] == "reasons"
