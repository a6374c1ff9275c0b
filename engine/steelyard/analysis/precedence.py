"""Which rows of a table take precedence over others, under hit policies by which a single row decides."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.analysis.subject import Subject
from steelyard.ir.coverage import alike
from steelyard.ir.expressions import Argument, Stored
from steelyard.ir.ruleset import HitPolicy, Said, Table
from steelyard.ir.table_cells import ranks

Rank = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Precedence:
    """The order in which rows decide. Sets of rows are bits of their places in `order`.

    Attributes:
        order: the rows, so that none takes precedence over one before it.
        before: of each place the rows that take precedence, whatever is computed, where both hit.
        certain: of each place the rows that must hit to take precedence; of others it is enough that they may, since
            an unknown row that would stand higher leaves no answer.
    """

    order: tuple[int, ...]
    before: tuple[int, ...]
    certain: tuple[int, ...]


def precedence(subject: Subject, table: Table) -> Precedence | None:
    """Return the order in which rows decide; None where no single row does."""
    if table.hit is HitPolicy.FIRST:
        places = range(len(table.rows))
        return Precedence(tuple(places), tuple((1 << place) - 1 for place in places), alike(_said(table, places)))
    if table.hit is HitPolicy.PRIORITY:
        return _by_rank(table, _ends(subject, table))
    return None


def _by_rank(table: Table, ends: Sequence[tuple[Rank, Rank]]) -> Precedence:
    """Rows precede where they cannot rank lower; those that say the same rank the same, the first written first."""
    order = sorted(range(len(table.rows)), key=lambda row: (ends[row][1], row))
    lowest = [(ends[row][1], row) for row in order]
    same = alike(_said(table, order))
    before: list[int] = []
    certain: list[int] = []
    for place, row in enumerate(order):
        highest = ends[row][0]
        before.append((1 << bisect_left(lowest, (highest, row))) - 1 | same[place] & ((1 << place) - 1))
        certain.append(-(1 << bisect_left(lowest, (highest, -1))))
    return Precedence(tuple(order), tuple(before), tuple(certain))


def _ends(subject: Subject, table: Table) -> list[tuple[Rank, Rank]]:
    """Of each row the highest rank that it can have, and the lowest."""
    computed: dict[Argument, frozenset[Stored | None] | None] = {}

    def possible(said: Said) -> frozenset[Stored | None] | None:
        if not isinstance(said, Argument):
            return frozenset((said,))
        if said not in computed:
            computed[said] = subject.said(table, said)
        return computed[said]

    found: list[tuple[Rank, Rank]] = []
    for row in table.rows:
        each: list[list[int]] = []
        for said, known in zip(row.outputs, ranks(table), strict=True):
            values = possible(said)
            places = [known[one] for one in (known if values is None else values)]
            if isinstance(said, Argument) and (values is None or None in values):
                places += [0, max(known.values())]  # it may stand anywhere
            each.append(places)
        found.append((tuple(map(min, each)), tuple(map(max, each))))
    return found


def _said(table: Table, places: Sequence[int]) -> list[tuple[Said, ...]]:
    return [table.rows[place].outputs for place in places]
