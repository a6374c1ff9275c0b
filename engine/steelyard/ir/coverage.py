"""Which values the cells of a table, or bands, cover: gaps and overlaps, exactly.

Each input's values fall into atoms: the listed values of a closed text, true and false, the texts that cells name and
one that stands for all others, the end points that cells name and the stretches between them. A cell covers an atom
whole or not at all, so a cell is a set of atoms and questions about all cases become questions about sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.ir.expressions import (
    And,
    Argument,
    Comparator,
    Compare,
    Expr,
    Literal,
    Not,
    OneOf,
    Or,
    OwnMeasure,
    Rank,
    Scale,
    Stored,
    Within,
)
from steelyard.ir.types import Boolean, Range, Text, Type
from steelyard.ir.walk import nodes

OTHER = "\0other"
"""Stands for every text that no cell names."""
MOST_STEPS = 200_000
"""Beyond so many combinations coverage is not decided."""


@dataclass(frozen=True, slots=True)
class Column:
    """One input: its atoms, each shown by a value of it; and the atoms of each row's cell as a set of bits."""

    atoms: tuple[Stored, ...]
    rows: tuple[int, ...]


def column(kind: Type, bounds: Range | None, cells: Sequence[Expr | None]) -> Column:
    """Cut an input's values into atoms, and say which each cell covers (None: all)."""
    atoms = _atoms(kind, bounds, cells)
    everything = (1 << len(atoms)) - 1
    rows = tuple(
        everything if cell is None else sum(1 << place for place, atom in enumerate(atoms) if covers(cell, atom))
        for cell in cells
    )
    return Column(atoms, rows)


def _atoms(kind: Type, bounds: Range | None, cells: Sequence[Expr | None]) -> tuple[Stored, ...]:
    match kind:
        case Boolean():
            return (False, True)
        case Text(values=values) if values:
            return values
    named = [node for cell in cells if cell is not None for node in nodes(cell) if isinstance(node, Literal)]
    texts = tuple(dict.fromkeys(node.value for node in named if isinstance(node.value, str)))
    if texts or bounds is None:
        return (*texts, OTHER)
    ends: set[int] = set()
    for cell in cells:
        if cell is not None:
            ends |= _end_points(cell)
    low, high = bounds.low, bounds.high
    points = sorted(end for end in ends if bounds.holds(end))
    found: list[int] = []
    before = low
    for point in points:
        if before is None or before < point:
            found.append(point - 1)
        found.append(point)
        before = point + 1
    if before is None or high is None or before <= high:
        found.append(before if before is not None else 0)
    return tuple(found)


def _end_points(cell: Expr) -> set[int]:
    """The stored units at which a cell may change, in units of the tested value."""
    ends: set[int] = set()
    for node in nodes(cell):
        match node:
            case Compare(left=tested, right=Literal(value=int() as value)):
                ends |= _unscaled(tested, value)
            case Within(operand=tested, low=low, high=high):
                for end in (low, high):
                    if isinstance(end, Literal) and isinstance(end.value, int):
                        ends |= _unscaled(tested, end.value)
            case OneOf(operand=tested, items=items):
                for item in items:
                    if isinstance(item, Literal) and isinstance(item.value, int):
                        ends |= _unscaled(tested, item.value)
            case _:
                pass
    return ends


def _unscaled(tested: Expr, value: int) -> set[int]:
    if isinstance(tested, Scale):
        floor = value // 10**tested.digits
        return {floor, floor + 1}
    return {value}


def covers(cell: Expr, value: Stored) -> bool:
    """Whether a cell holds for a value that is there."""
    match cell:
        case Compare(comparator=comparator, left=left, right=right):
            return _compare(comparator, _value(left, value), _value(right, value))
        case Within(operand=operand, low=low, low_closed=low_closed, high=high, high_closed=high_closed):
            tested = _value(operand, value)
            above = low is None or _compare(Comparator.GE if low_closed else Comparator.GT, tested, _value(low, value))
            below = high is None or _compare(
                Comparator.LE if high_closed else Comparator.LT, tested, _value(high, value)
            )
            return above and below
        case OneOf(operand=operand, items=items):
            return _value(operand, value) in [_value(item, value) for item in items]
        case And(items=items):
            return all(covers(item, value) for item in items)
        case Or(items=items):
            return any(covers(item, value) for item in items)
        case Not(operand=operand):
            return not covers(operand, value)
        case Literal(value=bool() as truth):
            return truth
        case Argument():
            return value is True
        case _:
            raise AssertionError(cell)


def _value(expr: Expr, value: Stored) -> Stored | None:
    match expr:
        case Literal(value=constant):
            return constant
        case Argument() | OwnMeasure():
            return value
        case Scale(operand=operand, digits=digits):
            inner = _value(operand, value)
            return inner * 10**digits if isinstance(inner, int) else None
        case Rank(operand=operand, levels=levels):
            inner = _value(operand, value)
            return levels.index(inner) if isinstance(inner, str) else None
        case _:
            raise AssertionError(expr)


def _compare(comparator: Comparator, left: Stored | None, right: Stored | None) -> bool:
    match comparator:
        case Comparator.EQ:
            return left == right
        case Comparator.NE:
            return left != right
        case _:
            pass
    assert isinstance(left, int)  # noqa: S101 - only integers are ordered
    assert isinstance(right, int)  # noqa: S101
    match comparator:
        case Comparator.LT:
            return left < right
        case Comparator.LE:
            return left <= right
        case Comparator.GT:
            return left > right
        case _:
            return left >= right


def overlap(columns: Sequence[Column], one: int, other: int) -> tuple[Stored, ...] | None:
    """Values that both rows match; None where there are none."""
    shared: list[Stored] = []
    for column_ in columns:
        common = column_.rows[one] & column_.rows[other]
        if not common:
            return None
        shared.append(column_.atoms[_lowest(common)])
    return tuple(shared)


def gap(columns: Sequence[Column]) -> tuple[Stored, ...] | bool | None:
    """Values that no row matches; None where every value is covered; False where it is too large to decide."""
    steps = 0
    seen: set[tuple[int, int]] = set()

    def search(depth: int, alive: int) -> tuple[Stored, ...] | bool | None:
        nonlocal steps
        if not alive:
            return tuple(column_.atoms[0] for column_ in columns[depth:])
        if depth == len(columns) or (depth, alive) in seen:
            return None
        seen.add((depth, alive))
        column_ = columns[depth]
        for place, atom in enumerate(column_.atoms):
            steps += 1
            if steps > MOST_STEPS:
                return False
            rows = sum(1 << row for row, cell in enumerate(column_.rows) if alive >> row & 1 and cell >> place & 1)
            found = search(depth + 1, rows)
            if found is False:
                return False
            if isinstance(found, tuple):
                return (atom, *found)
        return None

    rows = len(columns[0].rows) if columns else 0
    return search(0, (1 << rows) - 1)


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
