"""Large decision tables: looked up, not asked row by row.

The values of each input that no row tells apart are one group; a missing value is a group of its own. Input by input
the rows that are left become a state, with the group found in a small constant table of transitions, or in a CASE of
thresholds; states without rows are left out. The last transition leads to the answer, which the reference semantics
works out here, while compiling, for every hit policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from steelyard.ir.coverage import TestedColumn
from steelyard.ir.ruleset import Table
from steelyard.semantics.tables import Conflict, TableAnswer, decide
from steelyard.semantics.values import missing

MOST = 16
"""With more transitions of one input for each row than this a table is asked row by row."""
MISSING, DEAD = -1, -2
"""The group of a missing value; the state, or group, that no row is left in."""
_WIDE = 64
"""A cell of more atoms than this is taken to reach every group."""


@dataclass(frozen=True, slots=True)
class Left:
    """Rows as bits: those that may still hit, and those of them that no missing value has made unknown."""

    possible: int
    certain: int


@dataclass(frozen=True, slots=True)
class Step:
    """One input.

    Attributes:
        groups: the group of each atom.
        following: by (state, group) the next state; where no row is left there is none.
    """

    groups: tuple[int, ...]
    following: dict[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class States:
    """The steps of a table, an input each, and the states that the last one leads to."""

    steps: tuple[Step, ...]
    last: tuple[Left, ...]


def states(table: Table, columns: Sequence[TestedColumn], nullable: Sequence[bool]) -> States | None:
    """All states that some values lead to; None where there are too many."""
    everything = (1 << len(table.rows)) - 1
    at: dict[Left, int] = {Left(everything, everything): 0}
    steps: list[Step] = []
    for place, column in enumerate(columns):
        by_atom = _rows_by_atom(column)
        numbers = {rows: number for number, rows in enumerate(dict.fromkeys(by_atom))}
        groups = tuple(numbers[rows] for rows in by_atom)
        blank = sum(1 << index for index, row in enumerate(table.rows) if row.cells[place] is None)
        reached = _reached(column, groups, tuple(numbers))
        after: dict[Left, int] = {}
        following: dict[tuple[int, int], int] = {}
        for left, state in at.items():
            for number, rows in reached(left.possible):
                possible = left.possible & rows
                if possible:
                    found = Left(possible, left.certain & rows)
                    following[state, number] = after.setdefault(found, len(after))
            if nullable[place]:
                found = Left(left.possible, left.certain & blank)
                following[state, MISSING] = after.setdefault(found, len(after))
            if len(following) > MOST * len(table.rows):
                return None
        steps.append(Step(groups, following))
        at = after
    return States(tuple(steps), tuple(at))


def answer(table: Table, left: Left) -> TableAnswer:
    """What the table answers in a last state; the reasons of what is missing are not told."""
    hits = tuple(_bits(left.certain))
    unknown = tuple(_bits(left.possible & ~left.certain))
    result = decide(table, hits)
    more = (*((index,) for index in unknown), unknown) if unknown else ()
    changed = not isinstance(result, Conflict) and any(decide(table, sorted((*hits, *one))) != result for one in more)
    return TableAnswer(hits, unknown, result, missing() if changed else None)


def tested(table: Table, left: Left, place: int) -> bool:
    """Whether a row that may hit tests an input: if that is missing, it is a reason."""
    return any(table.rows[index].cells[place] is not None for index in _bits(left.possible))


def _reached(
    column: TestedColumn, groups: Sequence[int], rows_of: Sequence[int]
) -> Callable[[int], Iterator[tuple[int, int]]]:
    """Gives the groups, each with its rows, that some of the given rows may cover; perhaps more of them."""
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
    """For each atom of an input the rows that cover it."""
    turns = [0] * (len(column.atoms) + 1)
    for row, covered in enumerate(column.rows):
        for edge in _bits(covered ^ (covered << 1)):  # where the row begins to cover, or ceases
            turns[edge] ^= 1 << row
    found: list[int] = []
    rows = 0
    for turn in turns[:-1]:
        rows ^= turn
        found.append(rows)
    return found


def _bits(bits: int) -> Iterator[int]:
    """The places of the bits that are set, ascending."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
