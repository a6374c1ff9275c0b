"""Explains the answer of a decision table to one call: the rows that decided it, and the nearest row that missed."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.explain.distance import why_not
from steelyard.explain.gaps import Miss
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import TableRowReference, TableStory
from steelyard.explain.terms import Name
from steelyard.ir.expressions import Argument, Expr, TableCall
from steelyard.ir.ruleset import HitPolicy, Table, TableRow
from steelyard.ir.walk import rebuild
from steelyard.semantics.tables import decide
from steelyard.semantics.values import Truth

ONE_ROW = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY})
"""The hit policies under which one row gives the answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of a table.

    Attributes:
        story: what happened.
        deciding: the cells of each row that decided the answer, about the values that were asked.
        doubts: of each row that is unknown, why.
        nearest: of the nearest row that missed, the cells that failed.
    """

    story: TableStory
    deciding: tuple[tuple[Expr, ...], ...]
    doubts: tuple[tuple[Miss, ...], ...]
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
    deciding = hits if table.hit not in ONE_ROW else [number for number in hits if _decides(table, hits, number)][:1]
    least = min(failed.values(), default=0)
    misses = {number: tests.why_not(table.rows[number]) for number, count in failed.items() if count == least}
    nearest = min(misses, key=lambda number: sum(miss.size for miss in misses[number]), default=None)
    story = TableStory(
        table=at.words.name(table.id),
        hit=table.hit.value,
        rows=tuple(_reference(table, number) for number in deciding),
        also=tuple(_reference(table, number) for number in hits if number not in deciding),
        unknown=tuple(_reference(table, number) for number in unknown),
        default=not hits and table.default is not None,
        nearest=None if nearest is None else _reference(table, nearest),
        why_not=() if nearest is None else tuple(miss.text for miss in misses[nearest]),
    )
    return Asked(
        story=story,
        deciding=tuple(tests.cells(table.rows[number]) for number in deciding),
        doubts=tuple(tests.why_not(table.rows[number]) for number in unknown),
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


def _decides(table: Table, hits: list[int], number: int) -> bool:
    """Whether the row gives the answer that all hits together give."""
    return decide(table, hits) == table.rows[number].outputs


def _reference(table: Table, number: int) -> TableRowReference:
    row = table.rows[number]
    cell = "" if row.span is None or not row.span.cell else str(row.span)
    return TableRowReference(number + 1, cell, None if row.note is None else Name("", row.note))
