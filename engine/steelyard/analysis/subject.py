"""The ruleset that checks examine, with knowledge about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from steelyard.analysis.axes import Axis
from steelyard.analysis.compared_axes import AnyAxis, ComparedAxis
from steelyard.analysis.dependence import bound
from steelyard.calendars.zones import zone
from steelyard.diagnostics import Message, msg
from steelyard.facts.format import Style, format_value
from steelyard.ir import coverage
from steelyard.ir.comparisons import Comparison, divided
from steelyard.ir.contents import expressions
from steelyard.ir.coverage import MISSING, TestedColumn
from steelyard.ir.expressions import Argument, Expr, IsMissing, Stored, TableCall
from steelyard.ir.knowledge import Knower, asked_range
from steelyard.ir.ranges import UNBOUNDED, hull
from steelyard.ir.resolved import Resolved
from steelyard.ir.ruleset import (
    Ruleset,
    Table,
    TableInput,
)
from steelyard.ir.types import Range, Text, Type
from steelyard.ir.walk import nodes
from steelyard.model.ruleset import RulesetFile


@dataclass(frozen=True)
class Subject:
    """A ruleset under check.

    Attributes:
        ruleset: its lowered form; parameters may have no value.
        file: the file as written, for details that the lowered form omits.
        knower: derives ranges and missing values from its declarations.
    """

    ruleset: Ruleset
    file: RulesetFile
    knower: Knower

    def axes(self, table: Table) -> tuple[AnyAxis, ...]:
        """Return the table's inputs as atoms, within the values of all calls; then how cells compare them."""
        asked = list(zip(*(call.arguments for call in self.calls.get(table.id, ())), strict=True))
        cells = divided(table)
        axes = tuple(
            self._axis(one, asked[place] if asked else (), alone, [row.cells[place] for row in table.rows])
            for place, (one, alone) in enumerate(zip(table.inputs, cells.alone, strict=True))
        )
        compared = tuple(
            ComparedAxis(
                one.place,
                axes[one.place].name,
                None if one.other is None else table.carried[one.other - len(table.inputs)],
                one.row + 1,
                *self._columns(one, asked),
                self._range(asked[one.other] if asked and one.other is not None else ()),
            )
            for one in cells.compared
        )
        return (*axes, *compared)

    def _columns(self, one: Comparison, asked: Sequence[Sequence[Expr]]) -> tuple[TestedColumn, TestedColumn]:
        """What the cells cover, and what they may cover where a side is missing."""
        sides = (
            [asked[one.place], *(asked[one.other : one.other + 1] if one.other is not None else asked)] if asked else []
        )
        if not any(self.knower.missing(expr) for side in sides for expr in side):
            return one.column, one.column
        bit, every = 1 << len(one.column.atoms), (1 << len(one.column.atoms)) - 1
        atoms = (*one.column.atoms, MISSING)
        sure = tuple(row | bit if row == every else row for row in one.column.rows)
        return TestedColumn(atoms, sure), TestedColumn(atoms, tuple(row | bit for row in one.column.rows))

    def _range(self, asked: Sequence[Expr]) -> Range:
        return hull(tuple(map(self.knower.value_range, asked))) if asked else UNBOUNDED

    def axis(self, name: str, kind: Type, bounds: Range | None, cells: Sequence[Expr | None]) -> Axis:
        """Return a value that is never missing as atoms."""
        column = coverage.column(kind, bounds, cells)
        return Axis(name, kind, zone(self.ruleset.timezone), bounds, column, column)

    def _axis(
        self, one: TableInput, asked: Sequence[Expr], alone: Sequence[Expr | None], cells: Sequence[Expr | None]
    ) -> Axis:
        bounds = asked_range(one.type, hull(tuple(map(self.knower.value_range, asked))))
        values = self._values(asked)
        column = possible = coverage.column(one.type, bounds, alone, values)
        # of a table that nothing asks, only its cells tell that a value may be missing
        tested = (isinstance(node, IsMissing) for cell in cells if cell is not None for node in nodes(cell))
        if any(map(self.knower.missing, asked)) if asked else any(tested):
            column, possible = coverage.with_missing(column, cells)
        return Axis(one.id, one.type, zone(self.ruleset.timezone), bounds, column, possible, values is not None)

    def _values(self, asked: Sequence[Expr]) -> frozenset[Stored] | None:
        """All values that an input is asked with; None where they are not known one by one."""
        found: set[Stored] = set()
        for expr in asked:
            values = self.knower.values(expr)
            if values is None:
                return None
            found |= values
        return frozenset(found) or None

    def said(self, table: Table, cell: Argument) -> frozenset[Stored | None] | None:
        """All values that a computed cell has, None for missing; None where they are not known one by one."""
        asked = [call.arguments[cell.position] for call in self.calls.get(table.id, ())]
        found: set[Stored | None] = {None} if any(map(self.knower.missing, asked)) else set()
        values = self._values(asked)
        if values is None:
            listed = cell.type.values if isinstance(cell.type, Text) else ()
            values = frozenset(listed) or None
        return None if values is None or not asked else frozenset(found | values)

    def bound_inputs(self, table: Table) -> frozenset[str]:
        """The table's inputs of which not every value may occur beside any values of the others."""
        calls = [call.arguments[: len(table.inputs)] for call in dict.fromkeys(self.calls.get(table.id, ()))]
        found: set[int] = set()
        for asked in calls:
            found |= bound(asked, self.declared)
        for place, asked in enumerate(zip(*calls, strict=True)):
            if len({self.knower.value_range(one) for one in asked}) > 1:
                found.add(place)
        return frozenset(table.inputs[place].id for place in found)

    @cached_property
    def declared(self) -> Resolved:
        """The declarations by name."""
        return Resolved(self.ruleset)

    @cached_property
    def calls(self) -> dict[str, list[TableCall]]:
        """Every call of a table, by table."""
        found: dict[str, list[TableCall]] = {}
        for expr in expressions(self.ruleset):
            for node in nodes(expr):
                if isinstance(node, TableCall):
                    found.setdefault(node.table, []).append(node)
        return found

    def shown(self, value: Stored, kind: Type) -> Message:
        """A value for a reader, as a part of a message."""
        return msg("{value}", value=format_value(value, kind, zone(self.ruleset.timezone), Style.READER))
