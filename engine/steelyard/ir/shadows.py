"""Finds, for rows of a table, the other rows that match the same values, and rows that earlier rows hide completely.

Rows are kept as bits of a number for each atom of a column, under a binary tree over the atoms, so that the rows that
share an atom with a cell, or cover it, are found in a few steps and not by comparing rows in pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MOST_STEPS = 1_000_000
"""Beyond this many steps of the search in one table, rows are left undecided."""


class RowSets:
    """Answers which rows cover any, or all, of a cell's atoms in one column."""

    def __init__(self, by_atom: Sequence[int]) -> None:
        self.by_atom = by_atom
        self._size = len(by_atom)
        self._either = [0] * self._size + list(by_atom)
        self._both = self._either.copy()
        for node in range(self._size - 1, 0, -1):
            self._either[node] = self._either[2 * node] | self._either[2 * node + 1]
            self._both[node] = self._both[2 * node] & self._both[2 * node + 1]
        self._known: dict[int, tuple[int, int]] = {0: (0, -1)}

    def of(self, cell: int) -> tuple[int, int]:
        """The rows that cover any atom of a cell, and those that cover all of them, each as bits."""
        if cell not in self._known:
            some, every = 0, -1
            for first, end in runs(cell):
                low, high = first + self._size, end + self._size
                while low < high:
                    if low & 1:
                        some |= self._either[low]
                        every &= self._both[low]
                        low += 1
                    if high & 1:
                        high -= 1
                        some |= self._either[high]
                        every &= self._both[high]
                    low >>= 1
                    high >>= 1
            self._known[cell] = some, every
        return self._known[cell]


def runs(cell: int) -> Iterator[tuple[int, int]]:
    """The runs of atoms of a cell, each from its first to behind its last.

    >>> list(runs(0b1100110))
    [(1, 3), (5, 7)]
    """
    at = 0
    while cell:
        skipped = (cell & -cell).bit_length() - 1
        cell >>= skipped
        length = (~cell & (cell + 1)).bit_length() - 1
        cell >>= length
        yield at + skipped, at + skipped + length
        at += skipped + length


class Shadows:
    """Decides whether earlier rows match all values that a row matches, for the rows of one table.

    Attributes:
        undecided: the rows for which the search would have been too long.
    """

    def __init__(self, columns: Sequence[RowSets], cells: Sequence[Sequence[int]]) -> None:
        self.undecided: list[int] = []
        self._columns = columns
        self._cells = cells
        self._steps = 0

    def hides(self, place: int) -> bool:
        """Whether earlier rows hide this one; False where that is undecided."""
        cells = [column[place] for column in self._cells]
        sets = [column.of(cell) for column, cell in zip(self._columns, cells, strict=True)]
        meeting = (1 << place) - 1
        for some, _ in sets:
            meeting &= some
        covering = [-1]
        for _, every in reversed(sets):
            covering.append(covering[-1] & every)
        found = _Search(self._columns, cells, covering[::-1], self._steps)
        hidden = found.covered(0, meeting)
        self._steps = found.steps
        if hidden is None:
            self.undecided.append(place)
        return hidden is True


class _Search:
    """Searches the values of one row, column by column, for some that no earlier row matches."""

    def __init__(self, columns: Sequence[RowSets], cells: Sequence[int], covering: Sequence[int], steps: int) -> None:
        self._columns = columns
        self._cells = cells
        self._covering = covering
        self._seen: set[tuple[int, int]] = set()
        self.steps = steps

    def covered(self, depth: int, alive: int) -> bool | None:
        """Whether the rows `alive` match all values from a column on; None where the search is too long.

        `covering` are, by depth, the rows that match all values of the row in the columns from there on.
        """
        if not alive:
            return False
        if alive & self._covering[depth] or (depth, alive) in self._seen:
            return True
        column = self._columns[depth]
        for first, end in runs(self._cells[depth]):
            for rows in column.by_atom[first:end]:
                self.steps += 1
                if self.steps > MOST_STEPS:
                    return None
                if (found := self.covered(depth + 1, alive & rows)) is not True:
                    return found
        self._seen.add((depth, alive))
        return True
