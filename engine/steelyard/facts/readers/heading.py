"""Finds the row that names the columns, where titles stand above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

_SEARCHED = 10
"""How many rows with a value are looked at."""


def heading(rows: Iterable[Sequence[str] | None], needed: frozenset[str]) -> int:
    """Return which row names the columns, from 0: the first one that names all needed ones, else the first of all.

    Rows of a title, or of names for groups of columns, hold fewer different texts than the names below them; another
    row that does not name the needed columns ends the search, because no row of facts may be taken for a title.

    Args:
        rows: the texts of the first rows that have a value; None for one that cannot be read.
        needed: columns that every row must fill.

    >>> heading([["Claims of May"], ["id", "paid"], ["A1", "x"]], frozenset({"id", "paid"}))
    1
    """
    most = 0
    for place, row in enumerate(islice(rows, _SEARCHED)):
        names = {name for name in row or () if name.strip()}
        if row is None:
            break
        if needed <= names and (place == 0 or len(names) > most):
            return place
        most = max(most, len(names))
    return 0
