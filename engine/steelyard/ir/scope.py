"""What an expression may read at its place in the ruleset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Diagnostics, Message, Span
from steelyard.ir.expressions import Expr, TableCall
from steelyard.ir.ruleset import Definition, InputField, ParameterDeclaration, Table, WorkingCalendar
from steelyard.ir.types import Range, Type
from steelyard.language.syntax import Call, Name

SPECIAL_NAMES = frozenset({"case", "cases", "target", "measure", "score"})
"""Names with a special meaning in some places, which no input, define, parameter or relation may have."""


@dataclass(frozen=True, slots=True)
class RelationShape:
    """The readable part of a relation, known before the relation is lowered completely."""

    id: str
    fields: dict[str, InputField]
    defines: frozenset[str]
    one_row: bool
    rows: Range | None = None

    def has(self, name: str) -> bool:
        """Whether a row has a field or a define of this name."""
        return name in self.fields or name in self.defines


class Lookup(Protocol):
    """The declarations of a ruleset by name, each lowered when first needed (None after an error was reported)."""

    diagnostics: Diagnostics
    zone: Zone

    def input(self, name: str) -> InputField | None:
        """The input of that name."""
        ...

    def parameter(self, name: str) -> ParameterDeclaration | None:
        """The parameter of that name."""
        ...

    def define(self, name: str, asked_at: Span | None) -> Definition | None:
        """The define of that name."""
        ...

    def relation(self, name: str) -> RelationShape | None:
        """The relation of that name."""
        ...

    def row_define(self, relation: str, name: str, asked_at: Span | None) -> Definition | None:
        """The define of a relation's row."""
        ...

    def table(self, name: str, asked_at: Span | None) -> Table | None:
        """The table of that name."""
        ...

    def table_arguments(self, name: str, scope: NameScope) -> tuple[Expr, ...] | None:
        """The table's own input expressions, typed in the scope where its name is used."""
        ...

    def call_formula(self, node: Call, scope: NameScope) -> Expr | None:
        """The value of a formula's call."""
        ...

    def carried_arguments(self, name: str, scope: NameScope) -> tuple[Expr, ...] | None:
        """What the cells of a table name, typed in the scope where the table is called."""
        ...

    def bounded_answer(self, call: TableCall) -> Expr:
        """The call of a table, with the range of the output that it asks for."""
        ...

    def kind(self, name: str) -> str | None:
        """What a name is: input, parameter, define, formula, table, relation, indicator, group, score, rule."""
        ...

    def indicator_types(self, name: str, asked_at: Span | None) -> tuple[Type, Type | None] | None:
        """The types of an indicator's measure and target."""
        ...

    def is_family(self, name: str) -> bool:
        """Whether an indicator is one of each row."""
        ...

    def names(self) -> tuple[str, ...]:
        """All names, for suggestions."""
        ...

    def calendar_names(self) -> tuple[str, ...]:
        """The calendars, the default one first."""
        ...

    def calendar(self, name: str) -> WorkingCalendar | None:
        """The calendar of that name."""
        ...


@dataclass(frozen=True, slots=True)
class NameScope:
    """A place for an expression.

    Attributes:
        lookup: the ruleset's names.
        limit: the highest stratum that may be read (LANGUAGE.md section 10).
        place: the description of the place in messages, e.g. "a join".
        row: the relation whose row is bound; None where none is.
        bare_row: whether the row's fields may be written without the relation's name.
        target, measure: the types of the indicator's own target and measure where they may be read.
        score: the score that may be read by name, or as `score`, and its type.
        bound: what the names of a formula's parameters stand for.
        aggregating: whether the expression is inside an aggregate, where no other is allowed.
        grouped: whether it is a value of a group of cases, which only aggregates over them may read.
        types_only: whether only the type is wanted, so that the inputs of tables are left out.
    """

    lookup: Lookup
    limit: int
    place: Message
    row: str | None = None
    bare_row: bool = True
    target: Type | None = None
    measure: Type | None = None
    scores: tuple[tuple[str, Type], ...] = ()
    own_score: str | None = None
    bound: tuple[tuple[str, Expr], ...] = ()
    aggregating: bool = False
    grouped: bool = False
    types_only: bool = False

    @property
    def diagnostics(self) -> Diagnostics:
        """Receives findings."""
        return self.lookup.diagnostics


def written(name: Name) -> str:
    """The name as it was written."""
    return ".".join(name.parts)
