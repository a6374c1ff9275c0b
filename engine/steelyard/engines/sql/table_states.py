"""Compiles large decision tables to states, so that they are looked up instead of evaluated row by row.

Values of an input that no row distinguishes form one group; a missing value is a group of its own. Input by input, the
set of rows that may still hit is a state; state and group give the next state by a constant table of transitions, or a
CASE of thresholds. States without rows are left out. The final state has the answer, which the reference semantics
computes when compiling, for every hit policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from steelyard.ir.coverage import TestedColumn
from steelyard.ir.ruleset import Table
from steelyard.ir.table_cells import at_missing
from steelyard.semantics.tables import TableAnswer, changes, decide
from steelyard.semantics.values import missing

MOST = 16
"""Where an input needs more transitions per row than this, the table is evaluated row by row."""
MISSING, DEAD = -1, -2
"""The group of a missing value; the state, or group, in which no row is left."""
_WIDE = 64
"""A cell of more atoms than this is assumed to reach every group."""


@dataclass(frozen=True, slots=True)
class Left:
    """Rows as bits: those that may still hit, and among them those that no missing value has made unknown."""

    possible: int
    certain: int


@dataclass(frozen=True, slots=True)
class Step:
    """The transitions of one input.

    Attributes:
        groups: the group of each atom.
        following: the next state by (state, group); absent where no row is left.
    """

    groups: tuple[int, ...]
    following: dict[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class States:
    """The steps of a table, one per input, and the final states."""

    steps: tuple[Step, ...]
    last: tuple[Left, ...]


def states(table: Table, columns: Sequence[TestedColumn], nullable: Sequence[bool]) -> States | None:
    """Return all reachable states; None where there are too many."""
    everything = (1 << len(table.rows)) - 1
    at: dict[Left, int] = {Left(everything, everything): 0}
    steps: list[Step] = []
    for place, column in enumerate(columns):
        by_atom = _rows_by_atom(column)
        numbers = {rows: number for number, rows in enumerate(dict.fromkeys(by_atom))}
        groups = tuple(numbers[rows] for rows in by_atom)
        truths = [at_missing(row.cells[place]) for row in table.rows]
        blank = sum(1 << index for index, truth in enumerate(truths) if truth)
        absent = sum(1 << index for index, truth in enumerate(truths) if truth is not False)
        reached = _reached(column, groups, tuple(numbers))
        after: dict[Left, int] = {}
        following: dict[tuple[int, int], int] = {}
        for left, state in at.items():
            for number, rows in reached(left.possible):
                possible = left.possible & rows
                if possible:
                    found = Left(possible, left.certain & rows)
                    following[state, number] = after.setdefault(found, len(after))
            if nullable[place] and left.possible & absent:
                found = Left(left.possible & absent, left.certain & blank)
                following[state, MISSING] = after.setdefault(found, len(after))
            if len(following) > MOST * len(table.rows):
                return None
        steps.append(Step(groups, following))
        at = after
    return States(tuple(steps), tuple(at))


def answer(table: Table, left: Left) -> TableAnswer:
    """Return the table's answer in a final state, without the reasons of missing values."""
    hits = tuple(_bits(left.certain))
    unknown = tuple(_bits(left.possible & ~left.certain))
    result = decide(table, hits)
    return TableAnswer(hits, unknown, result, missing() if changes(table, hits, unknown, result) else None)


def tested(table: Table, left: Left, place: int) -> bool:
    """Return whether a row that may hit tests an input, which is then a reason where it is missing."""
    return any(at_missing(table.rows[index].cells[place]) is None for index in _bits(left.possible))


def _reached(
    column: TestedColumn, groups: Sequence[int], rows_of: Sequence[int]
) -> Callable[[int], Iterator[tuple[int, int]]]:
    """Give the groups, with their rows, that the given rows may cover, and possibly further groups."""
    by_cell: dict[int, frozenset[int] | None] = {}

    def of_cell(covered: int) -> frozenset[int] | None:
        if covered not in by_cell:
            few = covered.bit_count() <= _WIDE
            by_cell[covered] = frozenset(groups[atom] for atom in _bits(covered)) if few else None
        return by_cell[covered]

    def reached(possible: int) -> Iterator[tuple[int, int]]:
        found: set[int] = set()
        if possible.bit_count() < len(rows_of):
            for row in _bits(possible):
                of_row = of_cell(column.rows[row])
                if of_row is None:
                    break
                found |= of_row
            else:
                return ((number, rows_of[number]) for number in sorted(found))
        return iter(enumerate(rows_of))

    return reached


def _rows_by_atom(column: TestedColumn) -> list[int]:
    """Give for each atom of an input the rows that cover it."""
    turns = [0] * (len(column.atoms) + 1)
    for row, covered in enumerate(column.rows):
        for edge in _bits(covered ^ (covered << 1)):  # where the row starts or stops covering
            turns[edge] ^= 1 << row
    found: list[int] = []
    rows = 0
    for turn in turns[:-1]:
        rows ^= turn
        found.append(rows)
    return found


def _bits(bits: int) -> Iterator[int]:
    """Give the positions of the bits that are set, ascending."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
