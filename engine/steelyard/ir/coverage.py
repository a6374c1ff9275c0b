"""Computes exactly which values the cells of a table, or bands, cover, and finds gaps and overlaps.

Each input's values are divided into atoms: the listed values of a closed text, true and false, the texts that cells
name and one for all others, the end points that cells name and the intervals between them. A cell covers an atom
completely or not at all, so a cell is a set of atoms, and properties of all cases are properties of sets.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import (
    And,
    Argument,
    Comparator,
    Compare,
    Expr,
    IsMissing,
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
from steelyard.ir.shadows import RowSets, Shadows
from steelyard.ir.table_cells import at_missing
from steelyard.ir.types import (
    Boolean,
    Date,
    DateTime,
    Days,
    Duration,
    Number,
    Range,
    Region,
    Regions,
    Text,
    Type,
)
from steelyard.ir.walk import nodes

OTHER = "\0other"
"""Stands for every text that no cell names."""
MISSING = "\0missing"
"""Stands for a missing value in a column of an input that may be missing."""
MOST_STEPS = 200_000
"""Beyond this many steps of the search, coverage is not decided."""


Box = tuple[int, ...]
"""A region of values: of each column a set of atoms, as bits; the region is every combination of them."""


@dataclass(frozen=True, slots=True)
class TestedColumn:
    """One input: its atoms, each represented by one of its values; and the atoms of each row's cell as bits."""

    atoms: tuple[Stored, ...]
    rows: tuple[int, ...]


def column(
    kind: Type, bounds: Range | None, cells: Sequence[Expr | None], values: frozenset[Stored] | None = None
) -> TestedColumn:
    """Divide an input's values into atoms, and compute those that each cell covers (None: all).

    `values`: the only values that are asked for, where they are known; then these are the atoms.
    """
    atoms = _atoms(kind, bounds, cells) if values is None else _listed(kind, values)
    everything = (1 << len(atoms)) - 1
    places = {atom: place for place, atom in enumerate(atoms) if isinstance(atom, str)}
    known: dict[Expr, int] = {}
    rows: list[int] = []
    for cell in cells:
        if cell is None:
            rows.append(everything)
            continue
        if cell not in known:
            known[cell] = _bits(cell, atoms, places, everything)
        rows.append(known[cell])
    return TestedColumn(atoms, tuple(rows))


def _bits(cell: Expr, atoms: tuple[Stored, ...], places: Mapping[str, int], everything: int) -> int:
    """Return the atoms that a cell covers, as bits; computed directly where the cell compares the value."""
    match cell:
        case And(items=items):
            found = everything
            for item in items:
                found &= _bits(item, atoms, places, everything)
            return found
        case Or(items=items):
            found = 0
            for item in items:
                found |= _bits(item, atoms, places, everything)
            return found
        case Not(operand=operand):
            return everything ^ _bits(operand, atoms, places, everything)
        case Compare(comparator=Comparator.EQ, left=Argument() | OwnMeasure(), right=Literal(value=str() as text)):
            return 1 << places[text] if text in places else 0
        case Compare(comparator=comparator, left=Argument() | OwnMeasure(), right=Literal(value=int() as value)):
            # atoms of integers (and truth values) ascend
            first, last = bisect_left(atoms, value), bisect_right(atoms, value)  # pyright: ignore[reportArgumentType]
            return _side(comparator, (1 << first) - 1, (1 << last) - 1, everything)
        case Compare(comparator=comparator, left=Scale(digits=digits), right=Literal(value=int() as value)):
            whole, rest = divmod(value, 10**digits)
            first = bisect_left(atoms, whole + (rest > 0))  # pyright: ignore[reportArgumentType]
            last = bisect_right(atoms, whole)  # pyright: ignore[reportArgumentType]
            return _side(comparator, (1 << first) - 1, (1 << last) - 1, everything)
        case OneOf(operand=operand, items=items):
            found = 0
            for item in items:
                found |= _bits(_end(Comparator.EQ, operand, item), atoms, places, everything)
            return found
        case Within(operand=operand, low=low, low_closed=low_closed, high=high, high_closed=high_closed):
            found = everything
            if low is not None:
                above = _end(Comparator.GE if low_closed else Comparator.GT, operand, low)
                found &= _bits(above, atoms, places, everything)
            if high is not None:
                below = _end(Comparator.LE if high_closed else Comparator.LT, operand, high)
                found &= _bits(below, atoms, places, everything)
            return found
        case _:  # any other cell; `covers` raises for an expression that is no cell
            return sum(1 << place for place, atom in enumerate(atoms) if covers(cell, atom))


def _side(comparator: Comparator, below: int, upto: int, everything: int) -> int:
    """The atoms on one side of a value, given those below it and those up to it."""
    match comparator:
        case Comparator.LT:
            return below
        case Comparator.LE:
            return upto
        case Comparator.GT:
            return everything ^ upto
        case Comparator.GE:
            return everything ^ below
        case Comparator.EQ:
            return upto ^ below
        case Comparator.NE:
            return everything ^ upto ^ below
        case _:
            assert_never(comparator)


def _end(comparator: Comparator, operand: Expr, end: Expr) -> Compare:
    return Compare(comparator, operand, end, type=Boolean())


def _listed(kind: Type, values: frozenset[Stored]) -> tuple[Stored, ...]:
    """Known values in the order in which their type lists them, else ascending."""
    if isinstance(kind, Text) and values <= frozenset(kind.values):
        return tuple(value for value in kind.values if value in values)
    return tuple(sorted(values))  # pyright: ignore[reportArgumentType] - they are of one type


def _atoms(kind: Type, bounds: Range | None, cells: Sequence[Expr | None]) -> tuple[Stored, ...]:
    match kind:
        case Boolean():
            return (False, True)
        case Text(values=values) if values:
            return values
        case Text() | Region() | Regions() | Number() | Days() | Duration() | Date() | DateTime():
            pass
        case _:
            assert_never(kind)
    present = {cell for cell in cells if cell is not None}
    if bounds is None:
        literals = (node for cell in present for node in nodes(cell) if isinstance(node, Literal))
        return (*sorted({node.value for node in literals if isinstance(node.value, str)}), OTHER)
    ends: set[int] = set()
    for cell in present:
        ends |= _end_points(cell)
    found: list[int] = []
    before = bounds.low
    for point in sorted(end for end in ends if bounds.holds(end)):
        if before is None or before < point:
            found.append(point - 1)
        found.append(point)
        before = point + 1
    if before is None or bounds.high is None or before <= bounds.high:
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
            case _:  # no test against a number
                pass
    return ends


def _unscaled(tested: Expr, value: int) -> set[int]:
    if isinstance(tested, Scale):
        floor = value // 10**tested.digits
        return {floor, floor + 1}
    return {value}


def covers(cell: Expr, value: Stored) -> bool:
    """Return whether a cell holds for a value that is not missing."""
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
        case IsMissing(negated=negated):
            return negated
        case Argument():
            return value is True
        case _:
            raise InternalError(f"no cell of a table: {cell}")


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
            raise InternalError(f"nothing that a cell compares: {expr}")


def _compare(comparator: Comparator, left: Stored | None, right: Stored | None) -> bool:
    if comparator is Comparator.EQ:
        return left == right
    if comparator is Comparator.NE:
        return left != right
    if not (isinstance(left, int) and isinstance(right, int)):
        raise InternalError("only integers have an order at rest")
    order = (left > right) - (left < right)
    match comparator:
        case Comparator.LT:
            return order < 0
        case Comparator.LE:
            return order <= 0
        case Comparator.GT:
            return order > 0
        case Comparator.GE:
            return order >= 0
        case _:
            assert_never(comparator)


def overlap(columns: Sequence[TestedColumn], one: int, other: int) -> Box | None:
    """Return all values that both rows match; None where there are none."""
    shared = tuple(column_.rows[one] & column_.rows[other] for column_ in columns)
    return shared if all(shared) else None


def overlapping(
    columns: Sequence[TestedColumn], rows: int, classes: Sequence[Hashable] | None = None
) -> Iterator[tuple[int, int]]:
    """The pairs of `rows` that some values match together, the earlier row first, in the order of the rows.

    Args:
        columns: the columns.
        rows: the number of rows.
        classes: of each row its class: pairs of one class are left out; None: there are no classes.
    """
    sets = row_sets(columns)
    same = [0] * rows if classes is None else alike(classes)
    for row in range(rows):
        later = (1 << rows) - (2 << row) & ~same[row]
        for column_, rows_of in zip(columns, sets, strict=True):
            later &= rows_of.of(column_.rows[row])[0]
        while later:
            yield row, _lowest(later)
            later &= later - 1


def alike(classes: Sequence[Hashable]) -> tuple[int, ...]:
    """For each row the rows of its class, as a set of bits."""
    found: dict[Hashable, int] = {}
    for row, one in enumerate(classes):
        found[one] = found.get(one, 0) | 1 << row
    return tuple(found[one] for one in classes)


def row_sets(columns: Sequence[TestedColumn]) -> list[RowSets]:
    """The rows of each column by their atoms."""
    return [RowSets(transposed(one)) for one in columns]


def shadows(
    columns: Sequence[TestedColumn],
    possible: Sequence[TestedColumn],
    before: Sequence[int],
    certain: Sequence[int],
) -> Shadows:
    """What decides which rows are hidden by others.

    Args:
        columns: what the cells cover.
        possible: what they may cover, counting cells that are unknown for a missing value.
        before: of each row, as bits, the rows that take precedence over it.
        certain: of each row, as bits, the rows that must cover a value to hide it there; an unknown row of the others
            hides it by making the answer missing.
    """
    sets = row_sets(columns)
    pairs = [
        (one, one if it is other else RowSets(transposed(other)))
        for one, it, other in zip(sets, columns, possible, strict=True)
    ]
    return Shadows(pairs, [one.rows for one in columns], before, certain)


def with_missing(one: TestedColumn, cells: Sequence[Expr | None]) -> tuple[TestedColumn, TestedColumn]:
    """Add the missing value as the last atom; return what the cells cover, and what they may cover.

    Args:
        one: a column without it.
        cells: its cells.
    """
    bit = 1 << len(one.atoms)
    atoms = (*one.atoms, MISSING)
    pairs = [(row, at_missing(cell)) for row, cell in zip(one.rows, cells, strict=True)]
    sure = tuple(row | bit if truth else row for row, truth in pairs)
    return TestedColumn(atoms, sure), TestedColumn(
        atoms, tuple(row if truth is False else row | bit for row, truth in pairs)
    )


def gap(columns: Sequence[TestedColumn]) -> tuple[Stored, ...] | bool | None:
    """Return values that no row matches; None where all are covered; False where the search is too large."""
    return _Search(columns).below(0, (1 << (len(columns[0].rows) if columns else 0)) - 1)


class _Search:
    """A search for values that no row matches, column by column; `alive` are the rows that match so far."""

    def __init__(self, columns: Sequence[TestedColumn]) -> None:
        self.columns = columns
        self.by_atom = [transposed(one) for one in columns]
        self.seen: set[tuple[int, int]] = set()
        self.steps = 0

    def below(self, depth: int, alive: int) -> tuple[Stored, ...] | bool | None:
        """Like `gap`, of the columns from `depth` on."""
        if not alive:
            return tuple(one.atoms[0] for one in self.columns[depth:])
        if depth == len(self.columns) or (depth, alive) in self.seen:
            return None
        self.seen.add((depth, alive))
        for atom, rows in zip(self.columns[depth].atoms, self.by_atom[depth], strict=True):
            self.steps += 1
            if self.steps > MOST_STEPS:
                return False
            found = self.below(depth + 1, alive & rows)
            if found is False:
                return False
            if isinstance(found, tuple):
                return (atom, *found)
        return None


def transposed(one: TestedColumn) -> list[int]:
    """For each atom the rows that cover it, as a set of bits."""
    turns = [0] * (len(one.atoms) + 1)
    for row, cell in enumerate(one.rows):
        edges = cell ^ cell << 1  # where a row begins or ceases to cover
        while edges:
            turns[_lowest(edges)] ^= 1 << row
            edges &= edges - 1
    found: list[int] = []
    rows = 0
    for turning in turns[:-1]:
        rows ^= turning
        found.append(rows)
    return found


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
