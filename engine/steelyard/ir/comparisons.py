"""Divides the cells of a table into what they ask of their own input, and how they compare it with a computed value.

A cell that names something is no set of the input's values. It becomes a cell of two columns: one of the input itself,
and one whose three atoms say that the input is below, equal to or above the other value. Any other cell that names
something has a column of its own, in which it holds or does not. Not every combination of such columns can occur.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from steelyard.ir.coverage import TestedColumn
from steelyard.ir.expressions import And, Argument, Comparator, Compare, Expr, Rank, Scale
from steelyard.ir.ruleset import Table
from steelyard.ir.table_cells import plain
from steelyard.ir.types import Boolean

BELOW, EQUAL, ABOVE = 1, 2, 4
ANY = BELOW | EQUAL | ABOVE
HOLDS = 2
EITHER = 3

_SIDES = {
    Comparator.LT: BELOW,
    Comparator.LE: BELOW | EQUAL,
    Comparator.EQ: EQUAL,
    Comparator.NE: BELOW | ABOVE,
    Comparator.GE: EQUAL | ABOVE,
    Comparator.GT: ABOVE,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A column that compares an input with a computed value.

    Attributes:
        place: the input.
        other: the position of the value among the arguments; None for a cell that is no single comparison.
        row: the first row with such a cell.
        column: the atoms of each row.
    """

    place: int
    other: int | None
    row: int
    column: TestedColumn


@dataclass(frozen=True, slots=True)
class DividedCells:
    """The cells of a table: of each input what they ask of it alone, and the comparisons."""

    alone: tuple[tuple[Expr | None, ...], ...]
    compared: tuple[Comparison, ...]


@dataclass(slots=True)
class _Found:
    """A comparison while its rows are read."""

    row: int
    cells: dict[int, int] = field(default_factory=dict[int, int])


def divided(table: Table) -> DividedCells:
    """Divide the cells of a table."""
    alone: list[tuple[Expr | None, ...]] = []
    found: dict[tuple[int, int | Expr], _Found] = {}
    for place in range(len(table.inputs)):
        own: list[Expr | None] = []
        for number, row in enumerate(table.rows):
            cell = row.cells[place]
            if plain(cell):
                own.append(cell)
                continue
            parts: list[Expr] = []
            for part in _parts(cell):
                if plain(part):
                    parts.append(part)
                    continue
                other, atoms = _compared(part)
                one = found.setdefault((place, other), _Found(number))
                one.cells[number] = one.cells.get(number, ANY) & atoms
            own.append(And(tuple(parts), type=Boolean()) if len(parts) > 1 else parts[0] if parts else None)
        alone.append(tuple(own))
    compared = tuple(_column(table, place, other, one) for (place, other), one in found.items())
    return DividedCells(tuple(alone), compared)


def _column(table: Table, place: int, other: int | Expr, one: _Found) -> Comparison:
    single = isinstance(other, int)
    every = ANY if single else EITHER
    atoms = ("<", "=", ">") if single else (False, True)
    rows = tuple(one.cells.get(number, ANY) & every for number in range(len(table.rows)))
    return Comparison(place, other if single else None, one.row, TestedColumn(atoms, rows))


def _parts(cell: Expr | None) -> Iterator[Expr]:
    """The conditions that a cell asks for all at once."""
    match cell:
        case None:
            return
        case And(items=items):
            for item in items:
                yield from _parts(item)
        case _:  # one condition
            yield cell


def _compared(part: Expr) -> tuple[int | Expr, int]:
    """The value that a condition compares with and the atoms that it covers; any other condition itself."""
    match part:
        case Compare(comparator=comparator, left=left, right=right):
            tested, other = _argument(left), _argument(right)
            if tested is not None and other is not None:
                return other, _SIDES[comparator]
        case _:  # no comparison
            pass
    return part, HOLDS


def _argument(expr: Expr) -> int | None:
    match expr:
        case Argument(position=position):
            return position
        case Scale(operand=operand) | Rank(operand=operand):
            return _argument(operand)
        case _:  # a constant
            return None
