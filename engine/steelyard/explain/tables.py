"""Explains the answer of a decision table to one call: the rows that decided it, and the nearest row that missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.diagnostics import msg
from steelyard.explain.distance import why_not
from steelyard.explain.gaps import Miss
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import TableRowReference, TableStory
from steelyard.explain.terms import Name, Text
from steelyard.ir.expressions import Argument, Expr, TableCall
from steelyard.ir.ruleset import HitPolicy, Said, Table, TableRow
from steelyard.ir.table_cells import computes
from steelyard.ir.walk import rebuild
from steelyard.semantics.tables import changes, decide, priority, unplaced
from steelyard.semantics.values import Missing, Truth, Value

ONE_ROW = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY})
"""The hit policies under which one row gives the answer."""


@dataclass(frozen=True, slots=True)
class Precedence:
    """The first output in which a row that hit differs from the row that decided, under priority.

    Attributes:
        output: the output; None where both rows say the same, and the first written decides.
        own: what the row says.
        other: what the row that decided says; None where no row did, as this one may take precedence.
    """

    output: Name | None
    own: Text
    other: Text | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of a table.

    Attributes:
        story: what happened.
        deciding: the cells of each row that decided the answer, about the values that were asked.
        doubts: of each row that is unknown, why.
        precedences: of each further hit why the row that decided takes precedence; None where the order written tells.
        nearest: of the nearest row that missed, the cells that failed.
    """

    story: TableStory
    deciding: tuple[tuple[Expr, ...], ...]
    doubts: tuple[tuple[Miss, ...], ...]
    precedences: tuple[Precedence | None, ...]
    nearest: tuple[Miss, ...]


def asked(call: TableCall, at: EvaluationPlace) -> Asked:
    """Ask a table again, cell by cell."""
    table = at.words.tables[call.table]
    tests = _Tests(call, at)
    hits: list[int] = []
    unknown: list[int] = []
    failed: dict[int, int] = {}
    for number, row in enumerate(table.rows):
        truths = [tests.truth(cell) for cell in row.cells if cell is not None]
        count = sum(truth is False for truth in truths)
        if count:
            failed[number] = count
        else:
            (unknown if any(truth is not True for truth in truths) else hits).append(number)
    arguments = tuple(map(at.value, call.arguments)) if computes(table) else ()
    anywhere = unplaced(table, hits, unknown, arguments)
    placed = [number for number in hits if number not in anywhere]
    deciding = deciding_rows(table, placed, arguments)
    open_ = bool(anywhere) and changes(table, placed, anywhere, decide(table, placed, arguments), arguments)
    deciding = [] if open_ else deciding
    also = [number for number in hits if number not in deciding]
    least = min(failed.values(), default=0)
    misses = {number: tests.why_not(table.rows[number]) for number, count in failed.items() if count == least}
    nearest = min(misses, key=lambda number: sum(miss.size for miss in misses[number]), default=None)
    story = TableStory(
        table=at.words.name(table.id),
        hit=table.hit.value,
        rows=tuple(_reference(table, number) for number in deciding),
        also=tuple(_reference(table, number) for number in also),
        unknown=tuple(_reference(table, number) for number in unknown),
        default=not hits and table.default is not None,
        undecided=open_,
        nearest=None if nearest is None else _reference(table, nearest),
        why_not=() if nearest is None else tuple(miss.text for miss in misses[nearest]),
    )
    return Asked(
        story=story,
        deciding=tuple(tests.cells(table.rows[number]) for number in deciding),
        doubts=tuple(tests.why_not(table.rows[number]) for number in unknown),
        precedences=tuple(_precedence(table, number, deciding, arguments, at) for number in also),
        nearest=() if nearest is None else misses[nearest],
    )


class _Tests:
    """The cells of a table, about the arguments of one call. Equal cells are looked at once."""

    def __init__(self, call: TableCall, at: EvaluationPlace) -> None:
        self._arguments = call.arguments
        self._at = at
        self._cells: dict[Expr, Expr] = {}
        self._truths: dict[Expr, Truth] = {}

    def truth(self, cell: Expr) -> Truth:
        if cell not in self._truths:
            self._truths[cell] = self._at.truth(self._about(cell))
        return self._truths[cell]

    def cells(self, row: TableRow) -> tuple[Expr, ...]:
        return tuple(self._about(cell) for cell in row.cells if cell is not None)

    def why_not(self, row: TableRow) -> tuple[Miss, ...]:
        return tuple(miss for cell in self.cells(row) for miss in why_not(cell, self._at))

    def _about(self, cell: Expr) -> Expr:
        """The cell with the values asked in place of the table's inputs."""
        if cell not in self._cells:
            self._cells[cell] = self._put(cell)
        return self._cells[cell]

    def _put(self, expr: Expr) -> Expr:
        return self._arguments[expr.position] if isinstance(expr, Argument) else rebuild(expr, self._put)


def deciding_rows(table: Table, hits: Sequence[int], arguments: Sequence[Value]) -> list[int]:
    """The rows that give the answer, in the order of the list that they give."""
    if table.hit is HitPolicy.OUTPUT_ORDER:
        rank = priority(table, arguments)
        return sorted(hits, key=lambda number: rank(table.rows[number]))
    if table.hit not in ONE_ROW:
        return [*hits]
    answer = decide(table, hits, arguments)
    return [number for number in hits if table.rows[number].outputs == answer][:1]


def _precedence(
    table: Table, number: int, deciding: Sequence[int], arguments: Sequence[Value], at: EvaluationPlace
) -> Precedence | None:
    """Why the row that decided takes precedence over another one that hit."""
    if table.hit is not HitPolicy.PRIORITY:
        return None
    rank = priority(table, arguments)
    row = table.rows[number]
    if not deciding:
        lacking = [isinstance(one, Argument) and isinstance(arguments[one.position], Missing) for one in row.outputs]
        output = table.outputs[lacking.index(True)] if True in lacking else None
        return None if output is None else Precedence(Name(output.id, output.label), msg("missing"), None)
    best = table.rows[deciding[0]]
    place = next((i for i, (one, two) in enumerate(zip(rank(row), rank(best), strict=True)) if one != two), None)
    if place is None:
        return Precedence(None, "", "")
    output = table.outputs[place]

    def said(value: Said) -> Text:
        found = arguments[value.position] if isinstance(value, Argument) else value
        return msg("missing") if found is None or isinstance(found, Missing) else at.words.value(found, output.type)

    return Precedence(Name(output.id, output.label), said(row.outputs[place]), said(best.outputs[place]))


def _reference(table: Table, number: int) -> TableRowReference:
    row = table.rows[number]
    cell = "" if row.span is None or not row.span.cell else str(row.span)
    return TableRowReference(number + 1, cell, None if row.note is None else Name("", row.note))
