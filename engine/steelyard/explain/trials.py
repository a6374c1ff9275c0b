"""Runs a case again with one input changed, and finds the smallest change that reaches a goal.

Every change is run by the reference semantics before it is reported. The number of runs a case is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple, assert_never

from steelyard.calendars.zones import zone
from steelyard.explain.records import ChangeMethod
from steelyard.facts.fields import in_order
from steelyard.ir.expressions import Compare, Expr, Input, Literal, OneOf, Stored, TableCall, Within
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
_MARKS = 12
"""How many values that the ruleset compares an input with are tried on either side, nearest first."""
_SECOND = 1_000_000

Goal = Callable[[Outcome], bool]


class Found(NamedTuple):
    """A value of an input that reaches the goal, and how it was found."""

    field: InputField
    value: Stored
    method: ChangeMethod


class Marks:
    """The constants that a ruleset compares each input with, by the input's id; prepared once."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._reading = Reading(ruleset)
        self._tables = {table.id: table for table in ruleset.tables}
        self._found: dict[str, set[Stored]] = {}

    def of(self, name: str) -> frozenset[Stored]:
        """Return the constants that were noted for an input."""
        return frozenset(self._found.get(name, ()))

    def inputs(self, exprs: Iterable[Expr]) -> set[str]:
        """Return the inputs that expressions read, defines followed, note their constants."""
        found: set[str] = set()
        for node in self._reading.followed(exprs):
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
                    if isinstance(argument, Input):
                        self._column(table, position, argument)
            case _:  # no other node compares a value with a constant
                pass

    def _pair(self, expr: Expr, constant: Expr) -> None:
        if isinstance(expr, Input) and isinstance(constant, Literal) and constant.value is not None:
            self._found.setdefault(expr.name, set()).add(constant.value)

    def _column(self, table: str, position: int, asked: Input) -> None:
        for row in self._tables[table].rows:
            cell = row.cells[position] if position < len(row.cells) else None
            for node in () if cell is None else nodes(cell):
                if isinstance(node, Literal) and node.value is not None:
                    self._found.setdefault(asked.name, set()).add(node.value)


class Trials:
    """The runs of one case."""

    def __init__(self, program: Program, evaluation: Evaluation, marks: Marks) -> None:
        self._program = program
        self._case = evaluation.case
        self._marks = marks
        self._zone = zone(program.ruleset.timezone)
        self._fields = {field.id: field for field in program.ruleset.inputs}
        self._known: dict[tuple[str, Stored], Outcome | None] = {}
        rows = sum(len(rows) for rows in self._case.rows.values())
        self.left = max(20, MOST_RUNS * _ROWS // (_ROWS + rows))

    def fields(self, exprs: Iterable[Expr]) -> list[InputField]:
        """Return the inputs that expressions read and that may be changed, in the order declared."""
        ruleset = self._program.ruleset
        read = self._marks.inputs(exprs) - {ruleset.key, ruleset.reference_date}
        return [field for field in ruleset.inputs if field.id in read]

    def outcome(self, field: InputField, value: Stored) -> Outcome | None:
        """Return the outcome with another value; None where the value is not allowed, or no run is left."""
        key = field.id, value
        if key not in self._known:
            if not self._is_allowed(field, value):
                self._known[key] = None
            elif self.left <= 0:
                return None
            else:
                self.left -= 1
                changed = replace(self._case, values={**self._case.values, field.id: value})
                self._known[key] = run(self._program, changed).outcome
        return self._known[key]

    def closed(self, field: InputField, value: int, goal: Goal) -> Found | None:
        """Confirm a value that was computed: it reaches the goal, and one unit nearer (of a missing one: later) not."""
        now = self._case.values.get(field.id)
        if isinstance(now, str | tuple) or value == now:
            return None
        nearer = value + (1 if now is None or now > value else -1)
        if self._holds(field, value, goal) and not self._holds(field, nearer, goal):
            return Found(field, value, ChangeMethod.CLOSED_FORM)
        return None

    def search(self, field: InputField, goal: Goal) -> Found | None:
        """Search the nearest value that reaches the goal."""
        now = self._case.values.get(field.id)
        match field.type:
            case Boolean():
                return self._first(field, (value for value in (True, False) if value is not now), goal)
            case Text(values=values):
                texts = values or sorted(one for one in self._marks.of(field.id) if isinstance(one, str))
                return self._first(field, (one for one in texts if one != now), goal)
            case Region() | Regions():
                return None
            case Number() | Days() | Duration() | Date() | DateTime():
                if not isinstance(now, int):
                    return None
                less = self._towards(field, now, -1, goal, None)
                more = self._towards(field, now, 1, goal, None if less is None else now - less)
                found = more if less is None else less if more is None else min(more, less, key=lambda v: abs(v - now))
                return None if found is None else Found(field, found, ChangeMethod.SEARCH)
            case _:
                assert_never(field.type)

    def tries_all(self, field: InputField) -> bool:
        """Whether a search tries every value that the input can have."""
        return isinstance(field.type, Boolean) or (isinstance(field.type, Text) and bool(field.type.values))

    def _first(self, field: InputField, values: Iterable[Stored], goal: Goal) -> Found | None:
        value = next((value for value in values if self._holds(field, value, goal)), None)
        return None if value is None else Found(field, value, ChangeMethod.ENUMERATION)

    def _towards(self, field: InputField, now: int, sign: int, goal: Goal, within: int | None) -> int | None:
        """Go away from the present value until the goal is reached, then halve the step that crossed into it.

        `within`: a distance at which the goal is reached on the other side; further away nothing is looked for.
        """
        missed = now
        for value in self._probes(field, now, sign):
            if within is not None and abs(missed - now) >= within:
                return None
            if self._holds(field, value, goal):
                reached = value
                break
            missed = value
        else:
            return None
        while abs(reached - missed) > 1:
            middle = (reached + missed) // 2
            if self._holds(field, middle, goal):
                reached = middle
            else:
                missed = middle
        return None if self.left <= 0 else reached

    def _probes(self, field: InputField, now: int, sign: int) -> list[int]:
        """The values to try on one side, nearest first.

        They are constants of the ruleset, the case's other values of the type, and growing steps. Between them a goal
        can be missed.
        """
        unit = _SECOND if isinstance(field.type, DateTime | Duration) else 1
        far = (field.range.high if sign > 0 else field.range.low) if field.range is not None else None
        marks = [mark for mark in self._marks.of(field.id) if isinstance(mark, int) and not isinstance(mark, bool)]
        near = (value for mark in marks for value in (mark - 1, mark, mark + 1) if (value - now) * sign > 0)
        tried = {*sorted(near, key=lambda value: abs(value - now))[: 3 * _MARKS]}
        tried |= {now + sign * unit * 4**power for power in range(20)}
        alike = (one.id for one in self._fields.values() if one.type == field.type)
        tried |= {value for name in alike if isinstance(value := self._case.values.get(name), int)}
        tried |= set() if far is None else {far}
        inside = [value for value in tried if (value - now) * sign > 0 and (far is None or (far - value) * sign >= 0)]
        return sorted(inside, key=lambda value: abs(value - now))

    def _holds(self, field: InputField, value: Stored, goal: Goal) -> bool:
        outcome = self.outcome(field, value)
        return outcome is not None and goal(outcome)

    def _is_allowed(self, field: InputField, value: Stored) -> bool:
        """Whether intake would accept the value: in range, and milestones in their order."""
        if field.range is not None and isinstance(value, int) and not field.range.holds(value):
            return False
        values = {**self._case.values, field.id: value}
        return all(
            in_order(self._fields[one.not_before], one, values, self._zone)
            for one in self._fields.values()
            if one.not_before is not None and field.id in {one.id, one.not_before}
        )
