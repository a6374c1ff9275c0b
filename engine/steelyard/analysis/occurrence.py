"""Which values of a table's inputs occur together, where inputs hang together by other tables or are computed.

What inputs and fields can be is divided so that no cell of the table, nor of any table that it asks, tells two values
of one part from each other. Every combination of parts is followed forward: through tables as they answer, through
anything else as far as its range goes.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from steelyard.analysis.axes import Axis
from steelyard.analysis.compared_axes import AnyAxis
from steelyard.analysis.subject import Subject
from steelyard.ir import coverage
from steelyard.ir.coverage import MISSING, OTHER, Box
from steelyard.ir.expressions import (
    Argument,
    Bounded,
    Define,
    Expr,
    Field,
    Input,
    Literal,
    OneRow,
    Scale,
    Stored,
    TableCall,
)
from steelyard.ir.ranges import Leaf
from steelyard.ir.ruleset import InputField, Table
from steelyard.ir.table_cells import at_missing, computes, plain
from steelyard.ir.types import Boolean, Range, Regions, Text, default_range
from steelyard.ir.walk import children
from steelyard.semantics.tables import Conflict, changes, decide

MOST_COMBINATIONS = 4_000
MOST_ROWS = 200_000
MOST_FOLLOWED = 30
"""Where there are more combinations of parts, more rows to look at in all of them, or more expressions behind the
inputs of a table, it is not known what occurs. So the effort for a table does not grow with the ruleset."""

Given = Input | Field | OneRow
"""What a case is given: an input, or a field of a row."""


@dataclass(frozen=True, slots=True)
class Possible:
    """What a value can be in one combination.

    Attributes:
        range: of a value with an order; None for others.
        values: of others; None where they are not known.
        missing: whether it may be missing.
        exact: whether all of this occurs, and no cell tells one value from another.
    """

    range: Range | None = None
    values: frozenset[Stored] | None = frozenset()
    missing: bool = False
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Occurring:
    """The regions of a table's inputs that occur, each as what one combination of parts can give.

    Attributes:
        regions: each with whether it certainly occurs; None where any may.
        doubtful: the inputs of which it is not known whether every value occurs beside any values of the others.
    """

    regions: Mapping[Box, bool] | None
    doubtful: frozenset[int]

    def within(self, box: Box) -> Box | None:
        """The least region that holds all values of a region that may occur; None where none do."""
        if self.regions is None:
            return box
        found = [0] * len(box)
        for one in self._meeting(box):
            found = [have | atoms & own for have, atoms, own in zip(found, box, one, strict=True)]
        return tuple(found) if all(found) else None

    def certain(self, box: Box) -> bool:
        """Whether some of its values certainly occur."""
        return self.regions is not None and any(self.regions[one] for one in self._meeting(box))

    def _meeting(self, box: Box) -> Iterator[Box]:
        return (one for one in self.regions or () if all(map(int.__and__, box, one)))


def occurring(subject: Subject, table: Table, axes: Sequence[AnyAxis]) -> Occurring:
    """Return what a table is asked with."""
    followers = [_Follower(subject, table, call) for call in dict.fromkeys(subject.calls.get(table.id, ()))]
    bound = subject.bound_inputs(table)
    doubtful = {place for place, one in enumerate(table.inputs) if one.id in bound}
    narrowed = frozenset(place for one in followers for place in one.narrowed)
    if not doubtful and not narrowed:
        return Occurring(None, frozenset())
    found: dict[Box, bool] = {}
    for follower in followers:
        each = follower.combinations()
        if each is None:
            return Occurring(None, narrowed | doubtful)
        for possible in each:
            doubtful |= {place for place, one in enumerate(possible) if not one.exact}
            box = tuple(_atoms(axis, one) for axis, one in zip(axes, possible, strict=False))
            box += tuple(axis.every for axis in axes[len(possible) :])
            if all(box):
                found[box] = found.get(box, False) or all(one.exact for one in possible)
    return Occurring(found, frozenset(doubtful))


class _Follower:
    """Follows what a call of a table is asked with."""

    def __init__(self, subject: Subject, table: Table, call: TableCall) -> None:
        self._subject = subject
        self._asked = call.arguments[: len(table.inputs)]
        self._cuts: dict[Given, set[int]] = {}
        self._names: dict[Given, set[str]] = {}
        self._table = table
        self._rows = 1
        self._followed = 0
        self._divided: set[tuple[int, str, int]] = set()
        self._answers: dict[int, Possible | None] = {}
        """Of the tables asked in the combination at hand, by their calls."""

    @property
    def narrowed(self) -> frozenset[int]:
        """The inputs that have not every value of their type: another table answers them, or they have fewer digits."""
        found = (place for place, one in enumerate(self._asked) if isinstance(self._behind(one), TableCall | Scale))
        return frozenset(found)

    def combinations(self) -> list[tuple[Possible, ...]] | None:
        """What the inputs can be in each combination of parts; None where these are too many."""
        for place, expr in enumerate(self._asked):
            self._divide(expr, self._table, place)
        if self._followed > MOST_FOLLOWED:
            return None
        given = [*self._cuts]
        parts = [self._parts(one) for one in given]
        number = math.prod(map(len, parts))
        if number > MOST_COMBINATIONS or number * (self._rows + self._followed) > MOST_ROWS:
            return None
        found: dict[tuple[Possible, ...], None] = {}
        for combination in product(*parts):
            at = dict(zip(given, combination, strict=True))
            self._answers.clear()
            if self._in_order(at):
                each = tuple(self._possible(expr, at) for expr in self._asked)
                found[each] = None
        return [*found]

    def _divide(self, expr: Expr, table: Table, place: int) -> None:
        """Divide what an argument of a table reads by the cells that test it."""
        factor = 1
        expr = self._behind(expr)
        if (id(expr), table.id, place) in self._divided or self._followed > MOST_FOLLOWED:
            return
        self._divided.add((id(expr), table.id, place))
        while isinstance(expr, Scale):
            factor, expr = factor * 10**expr.digits, self._behind(expr.operand)
        for call in self._calls(expr):
            inner = self._subject.declared.declared_table(call.table)
            if inner is not None:
                self._rows += len(inner.rows)
                for position, argument in enumerate(call.arguments[: len(inner.inputs)]):
                    self._divide(argument, inner, position)
        if not isinstance(expr, Given) or self._declared(expr) is None or isinstance(expr.type, Regions):
            return
        cells = [row.cells[place] for row in table.rows if plain(row.cells[place])]
        kind = table.inputs[place].type
        cuts, names = self._cuts.setdefault(expr, set()), self._names.setdefault(expr, set())
        if default_range(kind) is None:
            names.update(one for one in coverage.column(kind, None, cells).atoms if isinstance(one, str))
            return
        atoms = coverage.column(kind, default_range(kind), cells).atoms
        cuts.update(one // factor for one in atoms[:-1] if isinstance(one, int))

    def _calls(self, expr: Expr) -> Iterator[TableCall]:
        """The calls of tables in an expression, also by way of names; not those in the arguments of a call."""
        followed: set[Expr] = set()
        stack = [expr]
        while stack and self._followed <= MOST_FOLLOWED:
            node = stack.pop()
            self._followed += 1
            if isinstance(node, TableCall):
                yield node
            elif node not in followed:
                followed.add(node)
                inner = self._behind(node)
                stack += children(node) if inner is node else [inner]

    def _parts(self, given: Given) -> list[Possible]:
        """The parts of the values of an input or a field, the missing one too."""
        kind = given.type
        parts: list[Possible]
        if isinstance(kind, Boolean):
            parts = [Possible(values=frozenset((truth,))) for truth in (False, True)]
        elif isinstance(kind, Text) and kind.values:
            parts = [Possible(values=frozenset((value,))) for value in kind.values]
        elif default_range(kind) is None:
            parts = [Possible(values=frozenset((value,))) for value in sorted({*self._names[given], OTHER})]
        else:
            known, widest = self._subject.knower.value_range(given), default_range(kind) or Range(0, 0)
            low = widest.low if known.low is None else known.low
            high = widest.high if known.high is None else known.high
            ends = [one for one in sorted(self._cuts[given]) if (low or 0) <= one < (high or 0)]
            lows = [low, *(one + 1 for one in ends)]
            parts = [Possible(Range(*ends_of)) for ends_of in zip(lows, [*ends, high], strict=True)]
        if self._subject.knower.missing(given):
            parts.append(Possible(missing=True))
        return parts

    def _in_order(self, at: Mapping[Given, Possible]) -> bool:
        """Whether no value is before one that it is declared not to be before."""
        for one, possible in at.items():
            value = self._declared(one)
            earlier = None if value is None else _beside(at, one, value.not_before)
            first = None if earlier is None else earlier.range
            if first is not None and possible.range is not None and (possible.range.high or 0) < (first.low or 0):
                return False
        return True

    def _declared(self, given: Given) -> InputField | None:
        if isinstance(given, Input):
            return self._subject.declared.declared_input(given.name)
        value = self._subject.declared.row_value(given.relation, given.name)
        return value if isinstance(value, InputField) else None

    def _behind(self, expr: Expr) -> Expr:
        """The expression behind names and declared ranges."""
        declared = self._subject.declared
        while True:
            match expr:
                case Bounded(operand=operand):
                    expr = operand
                case Define(name=name) if (value := declared.defined(name)) is not None:
                    expr = value
                case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
                    value = declared.row_value(relation, name)
                    if value is None or isinstance(value, InputField) or isinstance(expr, OneRow):
                        return expr
                    expr = value
                case _:  # itself
                    return expr

    def _possible(self, expr: Expr, at: Mapping[Given, Possible]) -> Possible:
        """What an expression can be in a combination."""
        expr = self._behind(expr)
        if isinstance(expr, Given) and expr in at:
            return at[expr]
        match expr:
            case Literal(value=None):
                return Possible(missing=True)
            case Literal(value=int() as value) if default_range(expr.type) is not None:
                return Possible(Range(value, value))
            case Scale(operand=operand, digits=digits):
                inner, factor = self._possible(operand, at), 10**digits
                low, high = (None, None) if inner.range is None else (inner.range.low, inner.range.high)
                if low is None or high is None:
                    return inner
                return Possible(Range(low * factor, high * factor), missing=inner.missing, exact=inner.exact)
            case TableCall():
                return self._answer(expr, at) or self._other(expr, at)
            case _:  # known as far as its range goes
                return self._other(expr, at)

    def _other(self, expr: Expr, at: Mapping[Given, Possible]) -> Possible:
        """What an expression can be as far as its range goes."""
        knower = self._subject.knower

        def known(leaf: Leaf) -> Range | None:
            if isinstance(leaf, TableCall):
                answer = self._answer(leaf, at)
                return None if answer is None else answer.range
            return at[leaf].range if isinstance(leaf, Given) and leaf in at else None

        missing = knower.missing(expr)
        if default_range(expr.type) is None:
            return Possible(values=knower.values(expr), missing=missing, exact=False)
        return Possible(knower.range_where(expr, known), missing=missing, exact=False)

    def _answer(self, call: TableCall, at: Mapping[Given, Possible]) -> Possible | None:
        """What a table answers where its cells tell; None where they do not."""
        if id(call) not in self._answers:
            self._answers[id(call)] = self._answered(call, at)
        return self._answers[id(call)]

    def _answered(self, call: TableCall, at: Mapping[Given, Possible]) -> Possible | None:
        table = self._subject.declared.declared_table(call.table)
        if table is None or table.hit.gives_list or computes(table):
            return None
        asked = [self._possible(one, at) for one in call.arguments[: len(table.inputs)]]
        if any(not one.exact for one in asked):
            return None
        if any(one.range is None and not one.values and not one.missing for one in asked):
            return Possible()  # the case is rejected before
        hits: list[int] = []
        unknown: list[int] = []
        for number, row in enumerate(table.rows):
            if not all(map(plain, row.cells)):
                return None
            truths = [_truth(cell, one) for cell, one in zip(row.cells, asked, strict=True)]
            if False not in truths:
                (unknown if None in truths else hits).append(number)
        result = decide(table, hits)
        if isinstance(result, Conflict):
            return Possible()
        place = next(i for i, one in enumerate(table.outputs) if one.id == call.output)
        answer = result if isinstance(result, tuple) and not changes(table, hits, unknown, result) else None
        said = None if answer is None else answer[place]
        if said is None or isinstance(said, Argument):
            return Possible(missing=True)
        if isinstance(said, int) and default_range(call.type) is not None:
            return Possible(Range(said, said))
        return Possible(values=frozenset((said,)))


def _beside(at: Mapping[Given, Possible], given: Given, name: str | None) -> Possible | None:
    """What another input of the case, or another field of the same row, can be."""
    row = None if isinstance(given, Input) else given.relation
    same = (one for one in at if one.name == name and (None if isinstance(one, Input) else one.relation) == row)
    found = next(same, None)
    return None if found is None else at[found]


def _truth(cell: Expr | None, value: Possible) -> bool | None:
    """Whether a cell holds; None where that is unknown for a missing value."""
    if cell is None:
        return True
    if value.missing:
        return at_missing(cell)
    one = value.range.high if value.range is not None else next(iter(value.values or ()), None)
    return None if one is None else coverage.covers(cell, one)


def _atoms(axis: AnyAxis, value: Possible) -> int:
    """The atoms of an input that hold what it can be."""
    if not isinstance(axis, Axis):
        return axis.every
    known = [one for one in axis.sure.atoms if one != MISSING]
    found = axis.every & ~axis.without_missing(axis.every) if value.missing else 0
    if value.range is not None:
        low, high = value.range.low, value.range.high
        numbers = [one for one in known if isinstance(one, int)]
        if axis.listed:
            inside = [(low is None or low <= one) and (high is None or one <= high) for one in numbers]
            return found | sum(1 << place for place, holds in enumerate(inside) if holds)
        ends = numbers[:-1]  # the last atom has no end of its own
        first = 0 if low is None else bisect_left(ends, low)
        last = len(ends) if high is None else bisect_left(ends, high)
        return found | (2 << last) - (1 << first)
    if value.values is None:
        return found | axis.without_missing(axis.every)
    for one in value.values:
        place = known.index(one) if one in known else known.index(OTHER) if OTHER in known else None
        found |= 0 if place is None else 1 << place
    return found
