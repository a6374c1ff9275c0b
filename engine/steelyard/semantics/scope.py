"""Resolves the names in a ruleset's expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from steelyard.calendars import calendar, zone
from steelyard.diagnostics import InternalError
from steelyard.facts.case import Case
from steelyard.ir.expressions import Expr, Stored
from steelyard.ir.reading import DefineKey, Reading
from steelyard.ir.ruleset import Ruleset, Table
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.functions import LocalDate

if TYPE_CHECKING:
    from steelyard.semantics.tables import TableAnswer

Hears = Callable[[str, "TableAnswer"], None]
"""Is told each answer of a decision table, with the table's id."""

Compiler = Callable[[Expr, "RulesetScope"], Meaning]
"""The type of `meaning`, which is passed in because its module imports this one."""


class RulesetScope:
    """The names of one ruleset. The meaning of each define is built when it is first needed.

    Attributes:
        relations: the position of each relation, by id.
        defines: the position of each define of the case, by id.
        tables: by id.
        calendars: by id.
        zone: the ruleset's time zone.
        local_date: converts an instant to the day in the ruleset's time zone.
        nothing: an empty environment, for evaluating constants.
        reading: answers what an expression reads.
        hears: is told each answer of a decision table; None: nobody is.
    """

    def __init__(self, ruleset: Ruleset, hears: Hears | None = None) -> None:
        self.hears = hears
        self.relations = {relation.id: index for index, relation in enumerate(ruleset.relations)}
        self.defines = {define.id: index for index, define in enumerate(ruleset.defines)}
        self.tables = {table.id: table for table in ruleset.tables}
        self.calendars = {one.id: calendar(one.settings, ruleset.timezone) for one in ruleset.calendars}
        self.zone = zone(ruleset.timezone)
        self.local_date: LocalDate = self.zone.local_date
        self.nothing = Env(Case("", {}), {}, [], [], [], [])
        self._parameters = {parameter.id: parameter.value for parameter in ruleset.parameters}
        self.reading = Reading(ruleset)
        self._meanings: dict[DefineKey, tuple[Meaning, bool]] = {}
        self._cells: dict[str, tuple[tuple[Meaning, ...], ...]] = {}

    def parameter(self, name: str) -> Stored:
        """Return the value of a parameter.

        Raises:
            InternalError: the parameter has no value; binding the ruleset should have required one.
        """
        value = self._parameters[name]
        if value is None:
            raise InternalError(f"the parameter `{name}` has no value")
        return value

    def define(self, relation: str | None, name: str, compiler: Compiler) -> tuple[Meaning, bool] | None:
        """Return the meaning of a define of the case (relation None) or of a row, and whether its value may be cached.

        A value that depends on a score may not be cached. Returns None where the name is a field rather than a define.
        """
        key = relation, name
        if key not in self.reading.defines:
            return None
        found = self._meanings.get(key)
        if found is None:
            expr = self.reading.defines[key]
            found = self._meanings[key] = compiler(expr, self), not self.reading.reads_score(expr)
        return found

    def cells(self, table: Table, compiler: Compiler) -> tuple[tuple[Meaning, ...], ...]:
        """Return the meanings of the conditions of a table, row by row; all that ask the table share them."""
        found = self._cells.get(table.id)
        if found is None:
            rows = (tuple(compiler(cell, self) for cell in row.cells if cell is not None) for row in table.rows)
            found = self._cells[table.id] = tuple(rows)
        return found
