"""Large decision tables in SQL: each argument gives a group, groups lead from state to state, the last to the answer.

A group is found by a CASE for few values, by a tree of thresholds for few ranges, else in a small constant table.
Transitions are constant tables too. The answers, computed by the reference semantics, are columns of the last one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlglot import exp

from steelyard.engines.sql import build, literals
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.intervals import Interval, hull, point
from steelyard.engines.sql.scope import Program, Scope, SmallTable, is_boolean, ordered
from steelyard.engines.sql.table_facts import asked_with, bound, may_miss, plain, ranges
from steelyard.engines.sql.table_states import DEAD, MISSING, States, answer, states, tested
from steelyard.engines.sql.value import Missed, Rejection, Value, Why, rejections, union
from steelyard.facts.case import Case
from steelyard.ir.coverage import OTHER, TestedColumn
from steelyard.ir.expressions import TableAggregate, TableCall
from steelyard.ir.knowledge import columns_of
from steelyard.ir.ruleset import Table
from steelyard.ir.types import Type
from steelyard.semantics.aggregates import table_fold
from steelyard.semantics.env import Env
from steelyard.semantics.tables import Conflict, TableAnswer, decide
from steelyard.semantics.tables import output as meaning_of_output
from steelyard.semantics.values import Value as Known

LARGE = 64
"""Tables with more rows than this are looked up."""
FEW = 16
"""Up to this many values, or ranges, are distinguished by a CASE."""

Give = Callable[[TableAnswer], Known]
"""Gives the value of an answer for one output, or for an aggregate over it."""


@dataclass(frozen=True)
class Prepared:
    """A table compiled to states.

    Attributes:
        columns: the atoms of each input.
        answers: the answer of each final state.
        names: the name of the constant table of each step; None for the first of several steps.
    """

    table: Table
    columns: tuple[TestedColumn, ...]
    states: States
    answers: tuple[TableAnswer, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class LookedUp:
    """A table looked up for some arguments.

    Attributes:
        keys: the keys of the row in the last constant table.
        changed: whether the unknown rows could change the result.
        why: conditions for the reasons of the unknown rows; each true only where `changed`.
        rejects: the rejections by conflicts.
        misses: whether it is possible that no row is left.
    """

    prepared: Prepared
    program: Program
    frame: Frame
    keys: tuple[tuple[str, E], ...]
    changed: E
    why: Why
    rejects: tuple[Rejection, ...]
    misses: bool


def output(node: TableCall, arguments: Sequence[Value], program: Program, scope: Scope) -> Value | None:
    """One output of a call; None where the table must be evaluated row by row."""
    asked = _asked(node, arguments, program, scope)
    if asked is None:
        return None
    table = asked.prepared.table
    position = next(index for index, one in enumerate(table.outputs) if one.id == node.output)

    def give(found: TableAnswer) -> Known:
        return meaning_of_output(table, lambda _: found, position)(_ENV)

    return _value(asked, node.output, node.type, give, arguments)


def aggregate(node: TableAggregate, arguments: Sequence[Value], program: Program, scope: Scope) -> Value | None:
    """An aggregate over the list of a call; None where the table must be evaluated row by row."""
    asked = _asked(node.call, arguments, program, scope)
    if asked is None:
        return None
    table = asked.prepared.table
    position = next(index for index, one in enumerate(table.outputs) if one.id == node.call.output)

    def give(found: TableAnswer) -> Known:
        call = meaning_of_output(table, lambda _: found, position)
        return table_fold(node.aggregation, call, node.type, node.call.type, table.id)(_ENV)

    return _value(asked, f"{node.call.output}_{node.aggregation.value}", node.type, give, arguments)


_ENV = Env(Case("", {}), {}, [], [], [], [])


def _value(asked: LookedUp, hint: str, kind: Type, give: Give, arguments: Sequence[Value]) -> Value | None:
    """A value from a column of the last constant table; None where it exceeds 64 bits."""
    table, program = asked.prepared.table, asked.program

    def stored(found: TableAnswer) -> int | str | None:
        value = None if isinstance(found.result, Conflict) else give(found)
        return value if isinstance(value, int | str) else None

    cells = [stored(one) for one in asked.prepared.answers]
    nothing = stored(TableAnswer((), (), decide(table, ()), None)) if asked.misses else None
    integers = [one for one in (*cells, nothing) if isinstance(one, int)]
    if not all(point(one).narrow for one in integers):
        return None
    found = _column(asked, f"{hint}_", [int(one) if isinstance(one, bool) else one for one in cells])
    sql = build.equal(found, build.integer(1)) if is_boolean(kind) and isinstance(found, exp.Column) else found
    if nothing is not None:
        reached = _column(asked, "reached_", [1] * len(cells))
        default = literals.literal(nothing, kind, program).sql
        sql = build.case([(build.missing(reached), default)], sql)
        sql = program.dialect.cast_narrow(sql) if ordered(kind) else sql
    if isinstance(sql, exp.Null):
        sql = literals.typed_null(kind, program)
    why: Why = asked.why
    interval = None
    if (asked.misses and nothing is None) or any(
        _silent(*one) for one in zip(asked.prepared.answers, cells, strict=True)
    ):
        sql = asked.frame.put(f"{table.id}__{hint}", sql)
        lacking = build.conj((build.missing(sql), build.not_(asked.changed)))
        why = union((why, dict[Missed, E]({table.id: lacking})))
    if ordered(kind):
        interval = hull(*(point(one) for one in integers)) if integers else point(0)
    return Value(sql, interval, why=why, rejects=(*rejections(arguments), *asked.rejects))


def _silent(found: TableAnswer, cell: int | str | None) -> bool:
    """Whether an answer is missing although no unknown row changes it."""
    return cell is None and found.missing is None and not isinstance(found.result, Conflict)


def _asked(node: TableCall, arguments: Sequence[Value], program: Program, scope: Scope) -> LookedUp | None:
    """Look the table up, once for all outputs of a call."""
    table = program.decision_tables[node.table]
    key = "looked up", table.id, id(scope.frame), asked_with(arguments, scope)
    if key not in program.cached:
        program.cached[key] = _look_up(table, arguments, program, scope.frame)
    found = program.cached[key]
    return found if isinstance(found, LookedUp) else None


def _look_up(table: Table, arguments: Sequence[Value], program: Program, frame: Frame) -> LookedUp | None:
    prepared = _prepared(table, arguments, program)
    if prepared is None:
        return None
    arguments = bound(arguments, table.id, frame)
    last = len(arguments) - 1
    keys: tuple[tuple[str, E], ...] = ()
    for place, argument in enumerate(arguments):
        code = _code(prepared, place, argument, program, frame)
        if place == 0 < last:
            keys = (("state_", code),)  # the groups of the first input serve as states
            continue
        keys = (*keys, ("group_", code))
        if place < last:
            (state,) = frame.look_up(prepared.names[place], keys, ["next_"])
            keys = (("state_", state),)
    misses = may_miss(table, ranges(arguments)) or any(one.nullable for one in arguments)
    asked = LookedUp(prepared, program, frame, keys, build.boolean(value=False), {}, (), misses)
    changed = [one.missing is not None for one in prepared.answers]
    conflict = _marked(asked, "conflict_", [isinstance(one.result, Conflict) for one in prepared.answers])
    rejects = () if build.is_false(conflict) else (Rejection.at(table.id, conflict),)
    whys: list[Why] = []
    for place, argument in enumerate(arguments):
        if argument.nullable and any(changed):
            pairs = zip(changed, prepared.states.last, strict=True)
            reason = _marked(asked, f"lacks_{place}_", [one and tested(table, left, place) for one, left in pairs])
            whys.append({name: build.conj((reason, why)) for name, why in argument.why.items()})
    return replace(asked, changed=_marked(asked, "changed_", changed), why=union(whys), rejects=rejects)


def _prepared(table: Table, arguments: Sequence[Value], program: Program) -> Prepared | None:
    """Compile a table to states, once for arguments with equal ranges; None where it is not to be looked up."""
    asked, nullable = ranges(arguments), tuple(one.nullable for one in arguments)
    key = "table states", table.id, asked, nullable
    if key not in program.cached:
        program.cached[key] = None
        stored = (one for row in table.rows for one in row.outputs)
        fits = len(table.rows) > LARGE and table.inputs and not any(isinstance(one, tuple) for one in stored)
        if fits and plain(table) and not table.carried:
            columns = columns_of(table, asked)
            found = states(table, columns, nullable)
            if found is not None:
                answers = tuple(answer(table, left) for left in found.last)
                names = _constants(table, found, program)
                program.cached[key] = Prepared(table, columns, found, answers, names)
    found = program.cached[key]
    return found if isinstance(found, Prepared) else None


def _constants(table: Table, found: States, program: Program) -> tuple[str, ...]:
    """Create the constant tables of the steps: keys and, except in the last, the next state."""
    names: list[str] = []
    for place, step in enumerate(found.steps):
        last = place == len(found.steps) - 1
        name = program.names.take(f"{table.id}_{'answers' if last else 'states'}")
        names.append(name)
        if place == 0 and not last:
            continue
        transitions = sorted(step.following.items())
        keys = ("state_", "group_") if place else ("group_",)
        rows = [key if place else key[1:] for key, _ in transitions]
        if not last:
            keys, rows = (*keys, "next_"), [(*row, after) for row, (_, after) in zip(rows, transitions, strict=True)]
        program.small[name] = SmallTable(keys, tuple(rows), f"the rows of {table.id} that are left")
    return tuple(names)


def _marked(asked: LookedUp, hint: str, marks: Sequence[bool]) -> E:
    """Whether the answer has a mark; never NULL."""
    if not any(marks):
        return build.boolean(value=False)
    return build.present(_column(asked, hint, [1 if one else None for one in marks]))


def _column(asked: LookedUp, hint: str, cells: Sequence[int | str | None]) -> E:
    """A column of the answers, with a cell for each final state; NULL where no row is left."""
    if all(one is None for one in cells):
        return build.null()
    name = asked.prepared.names[-1]
    small = asked.program.small[name]
    if hint not in small.columns:
        after = [state for _, state in sorted(asked.prepared.states.steps[-1].following.items())]
        rows = tuple((*row, cells[state]) for row, state in zip(small.rows, after, strict=True))
        asked.program.small[name] = replace(small, columns=(*small.columns, hint), rows=rows)
    return asked.frame.look_up(name, asked.keys, [hint])[0]


def _code(prepared: Prepared, place: int, argument: Value, program: Program, frame: Frame) -> E:
    """The group of an argument; for the first of several, the state that it leads to."""
    table, step = prepared.table, prepared.states.steps[place]
    codes, absent = step.groups, MISSING
    if place == 0 and len(prepared.columns) > 1:
        codes = tuple(step.following.get((0, group), DEAD) for group in codes)
        absent = step.following.get((0, MISSING), DEAD)
    hint = f"{table.id}_{table.inputs[place].id}"
    atoms = prepared.columns[place].atoms
    test = _Test(hint, argument.sql, program, frame)
    if is_boolean(table.inputs[place].type):
        found = build.case([(argument.sql, build.integer(codes[1]))], build.integer(codes[0]))
    elif isinstance(atoms[0], str):
        texts = {atom: code for atom, code in zip(atoms, codes, strict=True) if isinstance(atom, str)}
        found = test.of_text(texts)
    else:
        found = test.of_integer([atom for atom in atoms if isinstance(atom, int)], codes, argument.bounds)
    if argument.nullable:
        found = build.case([(build.missing(argument.sql), build.integer(absent))], found)
    return frame.put(hint, program.dialect.cast_narrow(found))


@dataclass(frozen=True)
class _Test:
    """A value that is not missing, and its code."""

    hint: str
    sql: E
    program: Program
    frame: Frame

    def of_text(self, codes: dict[str, int]) -> E:
        """The code of a text."""
        usual = codes[OTHER] if OTHER in codes else Counter(codes.values()).most_common(1)[0][0]
        return self._named({text: code for text, code in codes.items() if code != usual}, usual)

    def of_integer(self, atoms: Sequence[int], codes: Sequence[int], bounds: Interval) -> E:
        """The code of an integer: each atom ends at its value, the last one has no end."""
        ends = [(atoms[i], codes[i]) for i in range(len(atoms) - 1) if codes[i] != codes[i + 1]] + [(0, codes[-1])]
        single = {after for before, after in pairwise(atoms[:-1]) if after == before + 1}
        single |= {*bounds} & {atoms[0], atoms[-1]}
        stretches = {code for atom, code in zip(atoms, codes, strict=True) if atom not in single}
        if len(ends) > FEW and len(stretches) <= 1:
            usual = stretches.pop() if stretches else codes[0]
            return self._named({atom: code for atom, code in zip(atoms, codes, strict=True) if code != usual}, usual)
        return self._tree(ends)

    def _tree(self, ends: Sequence[tuple[int, int]]) -> E:
        if len(ends) == 1:
            return build.integer(ends[0][1])
        below, above = ends[: len(ends) // 2], ends[len(ends) // 2 :]
        condition = build.at_most(self.sql, build.integer(below[-1][0]))
        return build.case([(condition, self._tree(below))], self._tree(above))

    def _named(self, unusual: Mapping[str, int] | Mapping[int, int], usual: int) -> E:
        """The code of a value; `usual` for all values that are not listed."""
        if len(unusual) <= FEW:
            named: dict[int, list[E]] = {}
            for value, code in unusual.items():
                literal = build.text(value) if isinstance(value, str) else build.integer(value)
                named.setdefault(code, []).append(literal)
            whens = [(build.within(self.sql, values), build.integer(code)) for code, values in named.items()]
            return build.case(whens, build.integer(usual))
        name = self.program.names.take(f"{self.hint}_groups")
        rows = tuple((value, code) for value, code in unusual.items())
        self.program.small[name] = SmallTable(("value_", "code_"), rows, "which values the table does not tell apart")
        found = self.frame.look_up(name, [("value_", self.sql)], ["code_"])[0]
        return build.coalesce(found, build.integer(usual))
