"""Computes all values that no row of a table matches, as few disjoint regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.ir.coverage import Box, TestedColumn, transposed

MOST_STEPS = 200_000
"""Beyond this many steps of the search, the remaining values are not examined."""
MOST_REGIONS = 1_000
"""So many regions are kept at most."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The values that no row matches.

    Attributes:
        boxes: disjoint regions; together exactly these values, where `complete`.
        complete: whether all values were examined and all regions kept.
    """

    boxes: tuple[Box, ...]
    complete: bool


def gaps(columns: Sequence[TestedColumn], rows: int) -> Gaps:
    """Return the values that none of the rows of a table matches.

    The columns are searched in both orders; the result that is complete, with fewer regions, is taken.
    """
    found = _search(columns, rows)
    if len(columns) < 2 or (found.complete and len(found.boxes) < 2):
        return found
    other = _search(columns[::-1], rows)
    if other.complete and (not found.complete or len(other.boxes) < len(found.boxes)):
        return Gaps(tuple(sorted(box[::-1] for box in other.boxes)), complete=True)
    return found


def _search(columns: Sequence[TestedColumn], rows: int) -> Gaps:
    search = _Search(columns, rows)
    boxes = search.below(0, (1 << rows) - 1)
    return Gaps(boxes, search.complete)


class _Search:
    """A search for values that no row matches, column by column; `alive` are the rows that match so far."""

    def __init__(self, columns: Sequence[TestedColumn], rows: int) -> None:
        self.complete = True
        self._everything = [(1 << len(one.atoms)) - 1 for one in columns]
        self._by_atom = [transposed(one) for one in columns]
        self._covering = [(1 << rows) - 1]
        for one, every in zip(columns[::-1], self._everything[::-1], strict=True):
            whole = sum(1 << row for row, cell in enumerate(one.rows) if cell == every)
            self._covering.append(self._covering[-1] & whole)
        self._covering.reverse()
        self._known: dict[tuple[int, int], tuple[Box, ...]] = {}
        self._steps = 0

    def below(self, depth: int, alive: int) -> tuple[Box, ...]:
        """The regions of the columns from `depth` on that none of the rows `alive` matches."""
        if not alive:
            return (tuple(self._everything[depth:]),)
        if alive & self._covering[depth]:
            return ()
        if (depth, alive) not in self._known:
            self._known[depth, alive] = self._divided(depth, alive)
        return self._known[depth, alive]

    def _divided(self, depth: int, alive: int) -> tuple[Box, ...]:
        """The same, for one column after the other: atoms with the same regions behind them become one region."""
        found: dict[Box, int] = {}
        for place, rows in enumerate(self._by_atom[depth]):
            if self._steps > MOST_STEPS:
                self.complete = False
                break
            parts = self.below(depth + 1, alive & rows)
            self._steps += 1 + len(parts)
            for part in parts:
                if part not in found and len(found) == MOST_REGIONS:
                    self.complete = False
                else:
                    found[part] = found.get(part, 0) | 1 << place
        return tuple((atoms, *part) for part, atoms in found.items())
