"""The ruleset that checks examine, with knowledge about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Message, msg
from steelyard.facts.format import Style, format_value
from steelyard.ir import coverage
from steelyard.ir.contents import expressions
from steelyard.ir.expressions import Stored, TableCall
from steelyard.ir.knowledge import Knower, columns_of
from steelyard.ir.ranges import UNBOUNDED, hull
from steelyard.ir.ruleset import (
    Ruleset,
    Table,
)
from steelyard.ir.types import Type
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

    def columns(self, table: Table) -> tuple[coverage.TestedColumn, ...]:
        """Return the table's inputs as atoms, within the ranges of all calls."""
        calls = self.calls.get(table.id, ())
        if not calls:
            return columns_of(table, (UNBOUNDED,) * len(table.inputs))
        asked = zip(*(call.arguments for call in calls), strict=True)
        return columns_of(table, tuple(hull(tuple(map(self.knower.value_range, each))) for each in asked))

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
        if value == coverage.OTHER:
            return msg("any other text")
        return msg("{value}", value=format_value(value, kind, zone(self.ruleset.timezone), Style.READER))
