"""Decision tables (LANGUAGE.md section 5; hit policies as DMN's).

A row hits where every cell is true, misses where one is false, and is unknown otherwise. The result is missing where it
would change if one of the unknown rows, or all of them, hit as well; its reasons are those of their unknown cells.
Without a hit the result is the `default`; without a default it is missing with the table's name as the reason, and a
list is empty. All outputs of a call are decided together.

- unique: two hits reject the case. any: two hits with different outputs reject the case.
- first: the first hit in the order written. priority: the hit whose outputs stand highest in their orders,
  the first output compared first; the first written wins a tie. A missing output comes last where its order does not
  say otherwise; collect_min and collect_max of ordered text are priority, with a missing output first. An unknown row
  changes the result only where its outputs stand higher than those of the hits. A hit whose computed output is missing
  may stand anywhere: beside other rows that hit or may hit it is such an unknown row, its missing output the highest.
- collect_sum, collect_min, collect_max: over each output of the hits, missing where one is missing.
  collect_count: the number of hits; a ruleset that writes no default has the default 0.
- rule_order, collect: every hit, in the order written; output_order: by priority.

An output cell may be computed; its value is that of an argument of the call, and decides its place in the order of
its output. Otherwise two cells say the same where they are written alike, whatever their values. Under collect_sum,
collect_min and collect_max of a table with a computed output any unknown row could change the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from steelyard.diagnostics import msg
from steelyard.ir.expressions import (
    Argument,
    Expr,
    Stored,
)
from steelyard.ir.reading import reads_arguments_alone
from steelyard.ir.ruleset import HitPolicy, Said, Table, TableRow
from steelyard.ir.table_cells import computes, ranks
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.values import Missing, Rejected, Value, missing, names, union

REMEMBERED = 4096
"""How many answers are cached per table; most tables are asked with few distinct arguments."""

_FOLDING: Mapping[HitPolicy, Callable[[list[Any]], Any]] = {
    HitPolicy.COLLECT_SUM: sum,
    HitPolicy.COLLECT_MIN: min,
    HitPolicy.COLLECT_MAX: max,
}
"""The hit policies that make one value of the hits."""

Outputs = tuple[Said, ...]
"""A row's outputs; None is missing, an `Argument` stands for a value of the call."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two hits that exclude each other, by row number counted from 1."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows that hit, for a hit policy that returns a list."""

    rows: tuple[Outputs, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """The rows that hit, one or more, whose outputs a hit policy folds where some of them are computed."""

    rows: tuple[Outputs, ...]


Result = Outputs | Hits | Folded | Conflict | None
"""The result of a table's hits: one row's outputs, a list, rows to fold, a conflict, or None for no result."""


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """The answer of a table to one call.

    Attributes:
        hits: positions of the rows that hit, from 0.
        unknown: positions of the rows that may hit, from 0.
        result: None where no row hits and there is no default.
        missing: why there is no result where unknown rows could change it; None otherwise.
        arguments: what the table was asked with, where its outputs are computed.
    """

    hits: tuple[int, ...]
    unknown: tuple[int, ...]
    result: Result
    missing: Missing | None
    arguments: tuple[Value, ...] = ()


Question = Callable[[Env], TableAnswer]


def question(table: Table, arguments: tuple[Meaning, ...], rows: tuple[tuple[Meaning, ...], ...]) -> Question:
    """Build the function that asks a table with these arguments; `rows` are the conditions of each row."""
    computed = computes(table)

    def find(env: Env) -> TableAnswer:
        hits: list[int] = []
        unknown: list[int] = []
        reasons: list[Missing] = []
        for index, cells in enumerate(rows):
            blurred: list[Missing] = []
            for test in cells:
                truth = test(env)
                if truth is False:
                    break
                if truth is not True:
                    blurred.append(truth)
            else:
                (unknown if blurred else hits).append(index)
                reasons += blurred
        if computed and table.hit in _FOLDING:
            result = _folded(table, hits)
            changed = bool(unknown)
        else:
            for index in unplaced(table, hits, unknown, env.arguments):
                hits.remove(index)
                unknown.append(index)
                reasons += _lacking(table, index, env.arguments)
            result = decide(table, hits, env.arguments)
            changed = changes(table, hits, unknown, result, env.arguments)
        reason = union(reasons) if changed else None
        return TableAnswer(tuple(hits), tuple(unknown), result, reason, env.arguments if computed else ())

    remembered: dict[tuple[Value, ...], TableAnswer] | None = (
        {} if all(map(reads_arguments_alone, _cells(table))) else None
    )

    def ask(env: Env) -> TableAnswer:
        values = tuple([argument(env) for argument in arguments])
        known = None if remembered is None else remembered.get(values)
        if known is not None:
            return known
        outer, env.arguments = env.arguments, values
        asked = find(env)
        env.arguments = outer
        if remembered is not None and len(remembered) < REMEMBERED:
            remembered[values] = asked
        return asked

    return ask


def overheard(table: Table, ask: Question, hears: Callable[[str, TableAnswer], None]) -> Question:
    """Build the function that asks a table and tells somebody the answer."""

    def tell(env: Env) -> TableAnswer:
        answer = ask(env)
        hears(table.id, answer)
        return answer

    return tell


def output(table: Table, ask: Question, position: int) -> Meaning:
    """Build the meaning of one output of a call; its value is a tuple where the hit policy returns a list."""
    nothing = missing(table.id)
    operation = _FOLDING.get(table.hit, sum)

    def one(value: Said, arguments: tuple[Value, ...]) -> Value:
        if isinstance(value, Argument):
            return arguments[value.position]
        return nothing if value is None else value

    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        asked = ask(env)
        if asked.missing is not None:
            return asked.missing
        match asked.result:
            case None:
                return nothing
            case Conflict(first, second):
                expected = msg(
                    "one answer; rows {first} and {second} of the table disagree", first=first, second=second
                )
                raise Rejected(table.id, names(frozenset((str(first), str(second)))), expected)
            case Hits(rows):
                return tuple(one(outputs[position], asked.arguments) for outputs in rows)
            case Folded(rows):
                values = [one(outputs[position], asked.arguments) for outputs in rows]
                lacking = [value for value in values if isinstance(value, Missing)]
                return union(lacking) if lacking else operation(values)
            case outputs:
                return one(outputs[position], asked.arguments)

    return evaluate


def decide(table: Table, hits: Sequence[int], arguments: Sequence[Value] = ()) -> Result:
    """Return the result of exactly these hits, given in the order written.

    Args:
        table: the table.
        hits: the positions of the rows, from 0.
        arguments: what the table was asked with; needed where its outputs are computed and ranked.
    """
    rows = [table.rows[index] for index in hits]
    if table.hit.gives_list:
        if not rows:
            return Hits(() if table.default is None else (table.default,))
        ordered = sorted(rows, key=priority(table, arguments)) if table.hit is HitPolicy.OUTPUT_ORDER else rows
        return Hits(tuple(row.outputs for row in ordered))
    if not rows:
        return table.default
    match table.hit:
        case HitPolicy.UNIQUE:
            return rows[0].outputs if len(rows) == 1 else Conflict(hits[0] + 1, hits[1] + 1)
        case HitPolicy.ANY:
            other = next((i for i, row in zip(hits, rows, strict=True) if row.outputs != rows[0].outputs), None)
            return rows[0].outputs if other is None else Conflict(hits[0] + 1, other + 1)
        case HitPolicy.FIRST:
            return rows[0].outputs
        case HitPolicy.PRIORITY:
            return min(rows, key=priority(table, arguments)).outputs
        case HitPolicy.COLLECT_COUNT:
            return (len(rows),) * len(table.outputs)
        case HitPolicy.COLLECT_SUM | HitPolicy.COLLECT_MIN | HitPolicy.COLLECT_MAX:
            return _each(rows, _FOLDING[table.hit])
        case (
            HitPolicy.RULE_ORDER | HitPolicy.OUTPUT_ORDER | HitPolicy.COLLECT
        ):  # pragma: no cover - hit policies that return lists are handled above
            return None
        case _:
            assert_never(table.hit)


def _folded(table: Table, hits: Sequence[int]) -> Folded | Outputs | None:
    """The rows to fold, else the default."""
    return Folded(tuple(table.rows[index].outputs for index in hits)) if hits else table.default


def _cells(table: Table) -> list[Expr]:
    return [cell for row in table.rows for cell in row.cells if cell is not None]


def changes(
    table: Table, hits: Sequence[int], unknown: Sequence[int], result: Result, arguments: Sequence[Value] = ()
) -> bool:
    """Return whether `result` would differ if one, or all, of the unknown rows hit as well; a conflict stays one."""
    if not unknown or isinstance(result, Conflict):
        return False
    if table.hit is HitPolicy.PRIORITY and hits:
        rank = priority(table, arguments)
        best = min(rank(table.rows[index]) for index in hits)
        return any(rank(table.rows[index]) < best for index in unknown)
    more = [[index] for index in unknown]
    more.append(list(unknown))
    return any(decide(table, sorted([*hits, *extra]), arguments) != result for extra in more)


def unplaced(table: Table, hits: Sequence[int], unknown: Sequence[int], arguments: Sequence[Value]) -> tuple[int, ...]:
    """Return the hits under priority that may stand anywhere beside other rows: a computed output is missing."""
    if table.hit is not HitPolicy.PRIORITY or len(hits) + len(unknown) < 2:
        return ()
    return tuple(index for index in hits if _lacking(table, index, arguments))


def _lacking(table: Table, index: int, arguments: Sequence[Value]) -> list[Missing]:
    """The computed outputs of a row that are missing."""
    found = [arguments[said.position] for said in table.rows[index].outputs if isinstance(said, Argument)]
    return [value for value in found if isinstance(value, Missing)]


def priority(table: Table, arguments: Sequence[Value] = ()) -> Callable[[TableRow], tuple[int, ...]]:
    """Build the sort key of a row by priority: the rank of each of its outputs.

    A computed output that is missing is the highest under priority (see `unplaced`) and the last of a list.
    """
    of_outputs = ranks(table)

    def rank_of(said: Said, of_output: Mapping[Stored | None, int]) -> int:
        value = arguments[said.position] if isinstance(said, Argument) else said
        if isinstance(value, Missing):
            return of_output[None] if table.hit.gives_list else 0
        return of_output[value]

    def rank(row: TableRow) -> tuple[int, ...]:
        return tuple(map(rank_of, row.outputs, of_outputs))

    return rank


def _each(rows: Sequence[TableRow], operation: Callable[[list[Any]], Any]) -> Outputs:
    """Apply the operation to each output of the rows; missing where the output of one row is missing."""
    columns = zip(*(row.outputs for row in rows), strict=True)
    return tuple(None if None in column else operation(list(column)) for column in columns)
