"""Finds, for rows of a table, the other rows that match the same values, and rows that others hide completely.

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
    """Decides which rows with precedence together take all values that a row matches, for the rows of one table.

    Attributes:
        undecided: the rows for which the search would have been too long.
    """

    def __init__(
        self,
        columns: Sequence[tuple[RowSets, RowSets]],
        cells: Sequence[Sequence[int]],
        before: Sequence[int],
        certain: Sequence[int],
    ) -> None:
        """Take the columns of a table.

        Args:
            columns: of each column the rows by what they cover, and by what they may cover.
            cells: of each column the cells of the rows.
            before: of each row, as bits, the rows that take precedence over it.
            certain: of each row, as bits, the rows that must cover a value to take it; of others it is enough that
                they may.
        """
        self.undecided: list[int] = []
        self._columns = columns
        self._cells = cells
        self._before = before
        self._certain = certain
        self._steps = 0

    def hidden_by(self, place: int) -> tuple[int, ...]:
        """The rows that together hide this one; empty where none do, or that is undecided."""
        found = _Search(self._columns, [column[place] for column in self._cells], self._certain[place], self._steps)
        hidden = found.hidden(self._before[place])
        self._steps = found.steps
        if hidden is None:
            self.undecided.append(place)
        return tuple(one for first, end in runs(found.used) for one in range(first, end)) if hidden else ()


class _Search:
    """Searches the values of one row, column by column, for some that no row with precedence takes.

    Attributes:
        used: rows that together take all values examined so far, as bits.
    """

    def __init__(
        self, columns: Sequence[tuple[RowSets, RowSets]], cells: Sequence[int], certain: int, steps: int
    ) -> None:
        self._columns = columns
        self._cells = cells
        self._certain = certain
        self._seen: set[tuple[int, int]] = set()
        self._sets = [
            self._taken(one.of(cell), other.of(cell)) for (one, other), cell in zip(columns, cells, strict=True)
        ]
        self._covering = [-1]
        for _, every in reversed(self._sets):
            self._covering.append(self._covering[-1] & every)
        self._covering.reverse()
        self.used = 0
        self.steps = steps

    def hidden(self, before: int) -> bool | None:
        """Whether the rows `before` take all values of the row; None where the search is too long."""
        for some, _ in self._sets:
            before &= some
        return self._covered(0, before)

    def _taken(self, sure: tuple[int, int], possible: tuple[int, int]) -> tuple[int, int]:
        """Of the rows that must be certain those that cover, of the others those that may."""
        certain, others = self._certain, ~self._certain
        return sure[0] & certain | possible[0] & others, sure[1] & certain | possible[1] & others

    def _covered(self, depth: int, alive: int) -> bool | None:
        """Whether the rows `alive` take all values from a column on; None where the search is too long."""
        if not alive:
            return False
        if whole := alive & self._covering[depth]:
            if not whole & self.used:
                self.used |= whole & -whole
            return True
        if (depth, alive) in self._seen:
            return True
        sure, possible = self._columns[depth]
        for first, end in runs(self._cells[depth]):
            for place in range(first, end):
                self.steps += 1
                if self.steps > MOST_STEPS:
                    return None
                rows = sure.by_atom[place]
                if sure is not possible:
                    rows = rows & self._certain | possible.by_atom[place] & ~self._certain
                if (found := self._covered(depth + 1, alive & rows)) is not True:
                    return found
        self._seen.add((depth, alive))
        return True
