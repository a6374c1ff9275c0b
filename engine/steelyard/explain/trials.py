"""Runs a case again with one value changed, of an input or a row, and finds the smallest change that reaches a goal.

Every change is run by the reference semantics before it is reported. The number of runs a case is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple, assert_never

from steelyard.calendars.zones import zone
from steelyard.explain.records import ChangeMethod
from steelyard.explain.slots import Slot
from steelyard.facts.case import Case
from steelyard.facts.fields import in_order
from steelyard.ir.expressions import Compare, Expr, Field, Input, Literal, OneOf, OneRow, Stored, TableCall, Within
from steelyard.ir.reading import Reading
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text
from steelyard.ir.walk import nodes
from steelyard.semantics.evaluate import run
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Outcome
from steelyard.semantics.program import Program

MOST_RUNS = 300
"""How often a case is run again at most; less often where it has many rows."""
_ROWS = 200
_FEWEST, _FEWEST_FOR_ROWS = 20, 60
"""So many runs there are however many rows the case has: with an input changed, with a row changed."""
_STEPS, _STEPS_IN_ROWS = range(20), range(2, 20, 4)
"""The powers of four by which a value is moved away from what it is, of an input and of a row."""
_MARKS = 12
"""How many values that the ruleset compares an input with are tried on either side, nearest first."""
_SECOND = 1_000_000

Goal = Callable[[Outcome], bool]


class Found(NamedTuple):
    """A value that reaches the goal, and how it was found."""

    slot: Slot
    value: Stored
    method: ChangeMethod


class Marks:
    """The constants that a ruleset compares each input and each field of rows with; prepared once."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.reading = Reading(ruleset)
        self._tables = {table.id: table for table in ruleset.tables}
        self._found: dict[tuple[str | None, str], set[Stored]] = {}

    def of(self, slot: Slot) -> frozenset[Stored]:
        """Return the constants that were noted for an input or a field."""
        return frozenset(self._found.get((slot.relation, slot.field.id), ()))

    def inputs(self, exprs: Iterable[Expr]) -> set[str]:
        """Return the inputs that expressions read, defines followed; note what these and fields are compared with."""
        found: set[str] = set()
        for node in self.reading.followed(exprs):
            if isinstance(node, Input):
                found.add(node.name)
            self._note(node)
        return found

    def _note(self, node: Expr) -> None:
        match node:
            case Compare(left=left, right=right):
                self._pair(left, right)
                self._pair(right, left)
            case Within(operand=operand, low=low, high=high):
                for end in (low, high):
                    if end is not None:
                        self._pair(operand, end)
            case OneOf(operand=operand, items=items):
                for item in items:
                    self._pair(operand, item)
            case TableCall(table=table, arguments=arguments):
                for position, argument in enumerate(arguments):
                    name = _name(argument)
                    if name is not None:
                        self._column(table, position, name)
            case _:  # no other node compares a value with a constant
                pass

    def _pair(self, expr: Expr, constant: Expr) -> None:
        name = _name(expr)
        if name is not None and isinstance(constant, Literal) and constant.value is not None:
            self._found.setdefault(name, set()).add(constant.value)

    def _column(self, table: str, position: int, asked: tuple[str | None, str]) -> None:
        for row in self._tables[table].rows:
            cell = row.cells[position] if position < len(row.cells) else None
            for node in () if cell is None else nodes(cell):
                if isinstance(node, Literal) and node.value is not None:
                    self._found.setdefault(asked, set()).add(node.value)


def _name(expr: Expr) -> tuple[str | None, str] | None:
    """The relation, None for an input, and the name of a value that is given."""
    match expr:
        case Input(name=name):
            return None, name
        case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
            return relation, name
        case _:  # no other expression is a value that is given
            return None


class Trials:
    """The runs of one case.

    Attributes:
        left: how many runs may still be made with an input changed.
        left_for_rows: how many with a field of a row changed.
    """

    def __init__(self, program: Program, evaluation: Evaluation, marks: Marks) -> None:
        self._program = program
        self._case = evaluation.case
        self._outcome = evaluation.outcome
        self._marks = marks
        self._zone = zone(program.ruleset.timezone)
        self._known: dict[tuple[tuple[str | None, int, str], Stored], Outcome | None] = {}
        rows = sum(len(rows) for rows in self._case.rows.values())
        self.left, self.left_for_rows = (
            max(least, MOST_RUNS * _ROWS // (_ROWS + rows)) for least in (_FEWEST, _FEWEST_FOR_ROWS)
        )

    def slots(self, exprs: Iterable[Expr]) -> list[Slot]:
        """Return the inputs that expressions read and that may be changed, in the order declared."""
        ruleset = self._program.ruleset
        read = self._marks.inputs(exprs) - {ruleset.key, ruleset.reference_date}
        return [Slot(field) for field in ruleset.inputs if field.id in read]

    def outcome(self, slot: Slot, value: Stored) -> Outcome | None:
        """Return the outcome with another value; None where the value is not allowed, or no run is left."""
        key = slot.key, value
        if key not in self._known:
            if not self._is_allowed(slot, value):
                self._known[key] = None
            elif self._left(slot) <= 0:
                return None
            else:
                self._count(slot)
                self._known[key] = run(self._program, self._changed(slot, value)).outcome
        return self._known[key]

    def _left(self, slot: Slot) -> int:
        return self.left if slot.relation is None else self.left_for_rows

    def _count(self, slot: Slot) -> None:
        if slot.relation is None:
            self.left -= 1
        else:
            self.left_for_rows -= 1

    def _changed(self, slot: Slot, value: Stored) -> Case:
        row = slot.row(self._case)
        if slot.relation is None or row is None:
            return replace(self._case, values={**self._case.values, slot.field.id: value})
        rows = self._case.rows[slot.relation]
        changed = replace(row, values={**row.values, slot.field.id: value})
        placed = (*rows[: slot.place], changed, *rows[slot.place + 1 :])
        return replace(self._case, rows={**self._case.rows, slot.relation: placed})

    def closed(
        self, slot: Slot, value: int, goal: Goal, method: ChangeMethod = ChangeMethod.CLOSED_FORM
    ) -> Found | None:
        """Confirm a value that was computed: it reaches the goal, and one unit nearer (of a missing one: later) not."""
        now = slot.value(self._case)
        if isinstance(now, str | tuple) or value == now:
            return None
        nearer = value + (1 if now is None or now > value else -1)
        if self._holds(slot, value, goal) and not self._holds(slot, nearer, goal):
            return Found(slot, value, method)
        return None

    def line(self, slot: Slot, target: int, measured: Callable[[Outcome], int | None], goal: Goal) -> Found | None:
        """Step by one unit, and go on along the line through both measures until it meets the target.

        Sums and means are such lines of each of their values, and of the largest and the smallest the value itself.
        """
        now = slot.value(self._case)
        if not isinstance(now, int) or isinstance(now, bool):
            return None
        start = measured(self._outcome)
        for step in (1, -1):
            outcome = self.outcome(slot, now + step)
            reached = None if outcome is None else measured(outcome)
            if start is None or reached is None or reached == start:
                continue
            exact = now + Fraction(step * (target - start), reached - start)
            for value in dict.fromkeys((floor(exact), ceil(exact))):
                found = self.closed(slot, value, goal, ChangeMethod.SEARCH)
                if found is not None:
                    return found
        return None

    def search(self, slot: Slot, goal: Goal) -> Found | None:
        """Search the nearest value that reaches the goal."""
        now = slot.value(self._case)
        match slot.field.type:
            case Boolean():
                return self._first(slot, (value for value in (True, False) if value is not now), goal)
            case Text(values=values):
                texts = values or sorted(one for one in self._marks.of(slot) if isinstance(one, str))
                return self._first(slot, (one for one in texts if one != now), goal)
            case Region() | Regions():
                return None
            case Number() | Days() | Duration() | Date() | DateTime():
                if not isinstance(now, int):
                    return None
                less = self._towards(slot, now, -1, goal, None)
                more = self._towards(slot, now, 1, goal, None if less is None else now - less)
                found = more if less is None else less if more is None else min(more, less, key=lambda v: abs(v - now))
                return None if found is None else Found(slot, found, ChangeMethod.SEARCH)
            case _:
                assert_never(slot.field.type)

    def tries_all(self, slot: Slot) -> bool:
        """Whether a search tries every value that there can be."""
        kind = slot.field.type
        return isinstance(kind, Boolean) or (isinstance(kind, Text) and bool(kind.values))

    def _first(self, slot: Slot, values: Iterable[Stored], goal: Goal) -> Found | None:
        value = next((value for value in values if self._holds(slot, value, goal)), None)
        return None if value is None else Found(slot, value, ChangeMethod.ENUMERATION)

    def _towards(self, slot: Slot, now: int, sign: int, goal: Goal, within: int | None) -> int | None:
        """Go away from the present value until the goal is reached, then halve the step that crossed into it.

        `within`: a distance at which the goal is reached on the other side; further away nothing is looked for.
        """
        missed = now
        for value in self._probes(slot, now, sign):
            if within is not None and abs(missed - now) >= within:
                return None
            if self._holds(slot, value, goal):
                reached = value
                break
            missed = value
        else:
            return None
        while abs(reached - missed) > 1:
            middle = (reached + missed) // 2
            if self._holds(slot, middle, goal):
                reached = middle
            else:
                missed = middle
        return None if self._left(slot) <= 0 else reached

    def _probes(self, slot: Slot, now: int, sign: int) -> list[int]:
        """The values to try on one side, nearest first.

        They are constants of the ruleset, the case's other values of the type, and growing steps. Between them a goal
        can be missed.
        """
        unit = _SECOND if isinstance(slot.field.type, DateTime | Duration) else 1
        far = (slot.field.range.high if sign > 0 else slot.field.range.low) if slot.field.range is not None else None
        marks = [mark for mark in self._marks.of(slot) if isinstance(mark, int) and not isinstance(mark, bool)]
        near = (value for mark in marks for value in (mark - 1, mark, mark + 1) if (value - now) * sign > 0)
        tried = {*sorted(near, key=lambda value: abs(value - now))[: 3 * _MARKS]}
        tried |= {now + sign * unit * 4**power for power in (_STEPS if slot.relation is None else _STEPS_IN_ROWS)}
        row = slot.row(self._case)
        values = self._case.values if row is None else row.values
        alike = (one.id for one in self._fields(slot) if one.type == slot.field.type)
        tried |= {value for name in alike if isinstance(value := values.get(name), int)}
        tried |= set() if far is None else {far}
        inside = [value for value in tried if (value - now) * sign > 0 and (far is None or (far - value) * sign >= 0)]
        return sorted(inside, key=lambda value: abs(value - now))

    def _holds(self, slot: Slot, value: Stored, goal: Goal) -> bool:
        outcome = self.outcome(slot, value)
        return outcome is not None and goal(outcome)

    def _is_allowed(self, slot: Slot, value: Stored) -> bool:
        """Whether intake would accept the value: in range, and milestones in their order."""
        if slot.field.range is not None and isinstance(value, int) and not slot.field.range.holds(value):
            return False
        row = slot.row(self._case)
        values = {**(self._case.values if row is None else row.values), slot.field.id: value}
        fields = {one.id: one for one in self._fields(slot)}
        return all(
            in_order(fields[one.not_before], one, values, self._zone)
            for one in fields.values()
            if one.not_before is not None and slot.field.id in {one.id, one.not_before}
        )

    def _fields(self, slot: Slot) -> tuple[InputField, ...]:
        """The fields of the record that the value is part of."""
        relations = self._program.ruleset.relations
        return next((one.fields for one in relations if one.id == slot.relation), self._program.ruleset.inputs)
