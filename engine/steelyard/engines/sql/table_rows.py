"""Decision tables evaluated row by row: which rows hit, which may hit, whether that could change the result.

The formulas for `changed` are derived from `semantics.tables.changes` for each hit policy. They are exact because
which rows say the same is known when compiling: outputs are constants, or are compared as they are written. Only the
ranks of computed outputs under priority and output order are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.scope import Program, Scope
from steelyard.engines.sql.table_facts import may_conflict, may_miss, order, ranges, small
from steelyard.engines.sql.table_ranks import Rank, ranks
from steelyard.engines.sql.value import Missed, Rejection, Value, Why, guarded, under, union
from steelyard.ir.expressions import (
    Argument,
    Comparator,
    Compare,
    Expr,
    Literal,
    OneOf,
    Or,
)
from steelyard.ir.ruleset import HitPolicy, Said, Table, TableRow
from steelyard.ir.table_cells import computes, ranks_computed

CHOOSING = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY})
"""The hit policies whose result is that of one row."""


@dataclass(frozen=True, slots=True)
class EvaluatedRow:
    """A row of a table, evaluated.

    Attributes:
        hits: whether it hits; never NULL.
        unknown: whether it may hit; never NULL, constant FALSE where that is impossible.
        why: conditions for the reasons of its cells.
        rank: its rank among the rows; None where the rows are in order.
    """

    row: TableRow
    hits: E
    unknown: E
    why: Why
    rank: Rank | None = None


@dataclass(frozen=True, slots=True)
class EvaluatedTable:
    """A table, evaluated.

    Attributes:
        rows: by priority where they are ranked, and so in every case; else in the order written.
        some: whether a row hits.
        misses: whether it is possible that no row hits and the unknown rows change nothing.
        changed: whether the unknown rows could change the result; undefined where there is a conflict.
        why: conditions for the reasons of the unknown rows; each true only where `changed`.
    """

    table: Table
    rows: tuple[EvaluatedRow, ...]
    some: E
    misses: bool
    changed: E
    why: Why
    rejects: tuple[Rejection, ...]
    arguments: tuple[Value, ...]


def ask(table: Table, arguments: Sequence[Value], program: Program, scope: Scope) -> EvaluatedTable:
    """Evaluate a table for arguments that are columns."""
    inner = replace(scope, arguments=tuple(arguments))
    known: dict[Expr, Value] = {}

    def cell(expr: Expr) -> Value:
        if expr not in known:
            known[expr] = program.value(_shortened(expr), inner)
        return known[expr]

    cells = [[cell(one) for one in row.cells if one is not None] for row in table.rows]
    return _Asking(table, program, scope, tuple(arguments)).asked(cells)


class _Asking:
    """Builds the evaluation of one table."""

    def __init__(self, table: Table, program: Program, scope: Scope, arguments: tuple[Value, ...]) -> None:
        self.table = table
        self.program = program
        self.scope = scope
        self.arguments = arguments
        self.computes = computes(table)
        asked = ranges(arguments)
        self.may_conflict = may_conflict(table, asked)
        self.may_miss = may_miss(table, asked)
        self.places = table.hit in CHOOSING and not self.may_conflict
        """Whether the first row that hits is all there is to know of the hits."""
        self.place: E = build.null()
        """That row, from 0; the number of rows where none does. Where ranks are computed: its rank, else one beyond."""
        self.ranked = ranks_computed(table)

    def asked(self, cells: Sequence[Sequence[Value]]) -> EvaluatedTable:
        """Build the whole evaluation from the cells of each row."""
        nullable = any(cell.nullable for row in cells for cell in row)
        inline = self.places and not nullable and len(self.table.outputs) == 1 and not self.computes
        rows = [self.row(index, cells[index], inline=inline) for index in order(self.table)]
        some = build.disj([row.hits for row in rows])
        unplaced: list[EvaluatedRow] = []
        if self.ranked:
            found = ranks(self.table, self.arguments, self.program, self.scope)
            rows = [replace(row, rank=rank) for row, rank in zip(rows, found.rows, strict=True)]
            if self.places:
                rows, unplaced = self.parted(rows)
                rows, some = self.best(rows, found.beyond)
        elif self.places and not inline:
            whens = [(row.hits, build.integer(place)) for place, row in enumerate(rows)]
            self.place = self.scope.frame.put(f"{self.table.id}_hit", build.case(whens, build.integer(len(rows))))
            rows = [replace(row, hits=build.equal(self.place, build.integer(i))) for i, row in enumerate(rows)]
            some = build.less(self.place, build.integer(len(rows)))
        elif not inline:
            some = self.kept("some", some)
        conflict = self.conflict(rows)
        changed = self.kept("changed", build.conj((self.changed([*rows, *unplaced], some), build.not_(conflict))))
        rejects = [one for row in cells for one in _cells_reject(row)]
        if not build.is_false(conflict):
            rejects.append(Rejection.at(self.table.id, conflict))
        why = _why([*rows, *unplaced], changed)
        misses = self.may_miss or (self.table.default is not None and (nullable or bool(unplaced)))
        return EvaluatedTable(self.table, tuple(rows), some, misses, changed, why, tuple(rejects), self.arguments)

    def kept(self, hint: str, e: E) -> E:
        """Put the condition into a column where it has more than a few nodes."""
        return e if small(e) else self.scope.frame.put(f"{self.table.id}_{hint}", e)

    def row(self, index: int, cells: Sequence[Value], *, inline: bool) -> EvaluatedRow:
        """Evaluate one row; its truth becomes a column unless it is read only once."""
        row, truth = self.table.rows[index], build.conj([cell.sql for cell in cells])
        nullable = any(cell.nullable for cell in cells)
        if not inline and (nullable or not self.places):
            truth = self.kept(f"row_{index + 1}", truth)
        if not nullable:
            return EvaluatedRow(row, truth, build.boolean(value=False), {})
        return EvaluatedRow(row, build.true(truth), build.missing(truth), union(cell.why for cell in cells))

    def parted(self, rows: Sequence[EvaluatedRow]) -> tuple[list[EvaluatedRow], list[EvaluatedRow]]:
        """The rows, without hits that may stand anywhere as a computed output is missing; these as unknown rows."""
        several = self.kept("several", _at_least_two([build.disj((row.hits, row.unknown)) for row in rows]))
        placed: list[EvaluatedRow] = []
        unplaced: list[EvaluatedRow] = []
        for row in rows:
            said = [self.arguments[one.position] for one in row.row.outputs if isinstance(one, Argument)]
            lacking = build.disj(build.missing(value.sql) for value in said if value.nullable)
            if build.is_false(lacking) or build.is_false(several):
                placed.append(row)
                continue
            anywhere = self.kept("anywhere", build.conj((row.hits, lacking, several)))
            placed.append(replace(row, hits=build.conj((row.hits, build.not_(anywhere)))))
            why = union(value.why for value in said)
            unplaced.append(replace(row, hits=build.boolean(value=False), unknown=anywhere, why=why))
        return placed, unplaced

    def best(self, rows: Sequence[EvaluatedRow], beyond: Value) -> tuple[list[EvaluatedRow], E]:
        """The rows, of which only that with the best rank among those that hit is left to hit; whether there is one."""
        arithmetic = self.program.arithmetic
        found = [arithmetic.choose([(row.hits, row.rank.value)], beyond) for row in rows if row.rank is not None]
        self.place = self.scope.frame.put(f"{self.table.id}_best", arithmetic.minimum([*found, beyond]).sql)
        left = [replace(row, hits=build.equal(self.place, row.rank.value.sql)) for row in rows if row.rank is not None]
        return left, build.less(self.place, beyond.sql)

    def conflict(self, rows: Sequence[EvaluatedRow]) -> E:
        """Whether two rows that conflict hit."""
        if not self.may_conflict:
            return build.boolean(value=False)
        apart = [[row] for row in rows] if self.table.hit is HitPolicy.UNIQUE else list(_by_outputs(rows).values())
        return self.kept("conflict", _at_least_two([build.disj(row.hits for row in one) for one in apart]))

    def changed(self, rows: Sequence[EvaluatedRow], some: E) -> E:
        """Whether one, or all, of the unknown rows would change the result; undefined where there is a conflict."""
        unclear = [row for row in rows if not build.is_false(row.unknown)]
        if not unclear:
            return build.boolean(value=False)
        default = self.table.default
        as_default = [row for row in unclear if row.row.outputs == default]
        others = [row for row in unclear if row.row.outputs != default]
        folding = {HitPolicy.COLLECT_SUM, HitPolicy.COLLECT_MIN, HitPolicy.COLLECT_MAX}
        if self.computes and self.table.hit in folding:
            return _unknown(unclear)
        match self.table.hit:
            case HitPolicy.COLLECT_COUNT:
                one = default == (1,) * len(self.table.outputs)
                return _one_more(unclear if one else [], [] if one else unclear, some)
            case HitPolicy.PRIORITY if self.ranked:
                return self._higher(unclear, some)
            case HitPolicy.FIRST | HitPolicy.PRIORITY:
                return self._before(rows)
            case HitPolicy.ANY:
                return self._others(rows, some)
            case HitPolicy.COLLECT_SUM:
                twice = _two(as_default) if any(default or ()) else build.boolean(value=False)
                nothing = build.disj((_unknown(others), twice))
                return self._folded(
                    rows, some, nothing, lambda _, value: build.boolean(value=build.number_of(value) != 0)
                )
            case HitPolicy.COLLECT_MIN:
                return self._folded(rows, some, _unknown(others), lambda least, value: build.less(value, least))
            case HitPolicy.COLLECT_MAX:
                return self._folded(rows, some, _unknown(others), lambda most, value: build.greater(value, most))
            case HitPolicy.UNIQUE | HitPolicy.COLLECT | HitPolicy.RULE_ORDER | HitPolicy.OUTPUT_ORDER:
                return _one_more(as_default, others, some)

    def _before(self, rows: Sequence[EvaluatedRow]) -> E:
        """Whether an unknown row with a different output comes before the first hit, or there is no hit."""
        said = [*(one.row.outputs for one in rows), self.table.default]
        numbers = {outputs: number for number, outputs in enumerate(dict.fromkeys(said))}
        whens = [(row.hits, build.integer(numbers[row.row.outputs])) for row in rows]
        says: E = build.null()
        if len(numbers) < len(said):
            says = self.scope.frame.put(f"{self.table.id}_says", build.case(whens, build.integer(numbers[said[-1]])))
        found: list[E] = []
        for place, row in enumerate(rows):
            same = [outputs == row.row.outputs for outputs in said[place + 1 :]]
            if build.is_false(row.unknown) or all(same):
                continue
            other = [build.unequal(says, build.integer(numbers[row.row.outputs]))] if any(same) else []
            found.append(build.conj((row.unknown, build.greater(self.place, build.integer(place)), *other)))
        return build.disj(found)

    def _higher(self, unclear: Sequence[EvaluatedRow], some: E) -> E:
        """Whether an unknown row ranks higher than the best hit, or says other than the default where there is none."""
        found: list[E] = []
        for row in unclear:
            higher = [] if row.rank is None else [build.less(row.rank.last.sql, self.place)]
            default = [some] if row.row.outputs == self.table.default else []
            found.append(build.conj((row.unknown, *higher, *default)))
        return build.disj(found)

    def _others(self, rows: Sequence[EvaluatedRow], some: E) -> E:
        """Whether an unknown row has a different output than the hits, or than the default."""
        found: list[E] = []
        for outputs, equal in _by_outputs(rows).items():
            hits = build.disj(row.hits for row in equal)
            default = [some] if outputs == self.table.default else []
            found.append(build.conj((_unknown(equal), build.not_(hits), *default)))
        return build.disj(found)

    def _folded(self, rows: Sequence[EvaluatedRow], some: E, nothing: E, beats: Callable[[E, E], E]) -> E:
        """Whether an unknown row would change the aggregate: `nothing` decides where no row hits, else `beats`."""
        found = [build.conj((build.not_(some), nothing))]
        for position in range(len(self.table.outputs)):
            lacking = build.disj(row.hits for row in rows if row.row.outputs[position] is None)
            best = self._best(rows, position)
            moved: list[E] = []
            for row in rows:
                value = row.row.outputs[position]
                if not build.is_false(row.unknown):
                    beaten = beats(best, build.integer(value)) if isinstance(value, int) else build.boolean(value=True)
                    moved.append(build.conj((row.unknown, beaten)))
            found.append(build.conj((some, build.not_(lacking), build.disj(moved))))
        return build.disj(found)

    def _best(self, rows: Sequence[EvaluatedRow], position: int) -> E:
        """The least, or greatest, value of the rows that hit, as a column; not used for sums."""
        if self.table.hit is HitPolicy.COLLECT_SUM:
            return build.null()
        falling = self.table.hit is HitPolicy.COLLECT_MAX
        best = build.case(ascending(rows, position, falling=falling), build.null())
        return self.scope.frame.put(f"{self.table.id}_best", best)


def ascending(rows: Sequence[EvaluatedRow], position: int, *, falling: bool) -> list[tuple[E, E]]:
    """The values of an output with their rows, so that the first value whose row hits is the least, or the greatest."""
    values = [(value, row.hits) for row in rows if (value := _integer(row.row.outputs[position])) is not None]
    ordered = sorted(values, key=lambda one: one[0], reverse=falling)
    return [(hits, build.integer(value)) for value, hits in ordered]


def _by_outputs(rows: Sequence[EvaluatedRow]) -> dict[tuple[Said, ...], list[EvaluatedRow]]:
    found: dict[tuple[Said, ...], list[EvaluatedRow]] = {}
    for row in rows:
        found.setdefault(row.row.outputs, []).append(row)
    return found


def _one_more(as_default: Sequence[EvaluatedRow], others: Sequence[EvaluatedRow], some: E) -> E:
    """Whether one more hit changes the result, given rows whose output equals the result without hits, and others."""
    return build.disj((_unknown(others), build.conj((some, _unknown(as_default))), _two(as_default)))


def _unknown(rows: Sequence[EvaluatedRow]) -> E:
    return build.disj(row.unknown for row in rows)


def _two(rows: Sequence[EvaluatedRow]) -> E:
    return _at_least_two([row.unknown for row in rows])


def _at_least_two(conditions: Sequence[E]) -> E:
    """Whether two of the conditions hold; none is NULL."""
    found = [one for one in conditions if not build.is_false(one)]
    if len(found) < 2:
        return build.boolean(value=False)
    ones = [build.case([(one, build.integer(1))], build.integer(0)) for one in found]
    return build.at_least(build.total(ones), build.integer(2))


def _cells_reject(cells: Sequence[Value]) -> list[Rejection]:
    """The rejections of a row's cells; a cell is not evaluated after an earlier one is false."""
    found: list[Rejection] = []
    for position, cell in enumerate(cells):
        if cell.rejects:
            asked = build.conj(build.not_(build.false(one.sql)) for one in cells[:position])
            found += guarded(cell.rejects, asked)
    return found


def _why(rows: Sequence[EvaluatedRow], changed: E) -> Why:
    """The reasons of the unknown rows where they change the result."""
    names = {name for row in rows for name in row.why}
    if build.is_false(changed):
        return {}
    if len(names) == 1:  # where the result is changed, there is an unknown row, and it has a reason
        return dict.fromkeys(names, changed)
    texts: dict[str, E] = {}
    unknown: dict[tuple[Missed, str], list[E]] = {}
    for row in rows:
        for name, condition in row.why.items():
            text = condition.sql()
            texts[text] = condition
            unknown.setdefault((name, text), []).append(row.unknown)
    each = union({name: build.conj((texts[text], build.disj(rows_)))} for (name, text), rows_ in unknown.items())
    return under(each, changed)


def _shortened(cell: Expr) -> Expr:
    """Shorten alternatives that compare the same value with constants to one node with the same unknown cases."""
    match cell:
        case Or(items=(Compare(comparator=Comparator.EQ, left=Argument() as tested), *_) as items):
            right = [
                item.right
                for item in items
                if isinstance(item, Compare)
                and item.comparator is Comparator.EQ
                and item.left == tested
                and isinstance(item.right, Literal)
                and item.right.value is not None
            ]
            return OneOf(tested, tuple(right), type=cell.type) if len(right) == len(items) else cell
        case _:  # any other cell
            return cell


def _integer(value: Said) -> int | None:
    return value if isinstance(value, int) else None
