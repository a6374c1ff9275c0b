"""What an expression may read while it is compiled: its frame, the bound rows, the results so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from steelyard.calendars import Calendar, calendar
from steelyard.calendars.zones import Zone, zone
from steelyard.engines.sql.arithmetic import Arithmetic
from steelyard.engines.sql.dialects import Dialect
from steelyard.engines.sql.frame import Frame, Names
from steelyard.engines.sql.intervals import Interval
from steelyard.engines.sql.value import Value
from steelyard.ir.expressions import Expr, Part
from steelyard.ir.knowledge import Knower
from steelyard.ir.reading import DefineKey, Reading
from steelyard.ir.resolved import knower
from steelyard.ir.ruleset import InputField, ParameterDeclaration, Relation, Ruleset, Table
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Type, default_range

Fetch = Callable[[str], Value]
"""Gives a field of a row as a column of the frame."""


Compiler = Callable[[Expr, "Program", "Scope"], Value]
"""Compiles an expression in a scope; raises TooWideError where an integer may need more than 128 bits."""


@dataclass(eq=False)
class RelationRows:
    """The rows of a relation in a frame.

    Attributes:
        frame: the frame of the rows.
        member: condition that a row belongs to the case; TRUE where that is certain.
        fetch: gives a field.
        row, row_id: the columns of the row's position and of its id.
        defines: the compiled defines of the row.
    """

    relation: Relation
    frame: Frame
    member: Value
    fetch: Fetch
    defines: dict[str, Value] = field(default_factory=lambda: {})


@dataclass(frozen=True)
class Scope:
    """What an expression can read.

    Attributes:
        frame: the frame to which columns are added.
        rows: the bound rows, by relation.
        target, measure: those of the indicator that is compiled; None elsewhere.
        arguments: the arguments of the table call that is compiled.
        scores: the current scores, each with its scale.
    """

    frame: Frame
    rows: Mapping[str, RelationRows] = field(default_factory=lambda: {})
    target: Value | None = None
    measure: Value | None = None
    arguments: tuple[Value, ...] = ()
    scores: Mapping[str, tuple[Value, int]] = field(default_factory=lambda: {})

    def of_row(self, rows: RelationRows) -> Scope:
        """The scope with the rows of a relation bound."""
        return replace(self, frame=rows.frame, rows={**self.rows, rows.relation.id: rows})


@dataclass(eq=False)
class Program:
    """The state of compiling one ruleset.

    Attributes:
        sources: by relation, the name of its table in the statement.
        cases: the frame of the cases.
        names: the identifiers of the statement.
        compiler: `expressions.value`, handed in because it reads rows and tables, which compile expressions themselves.
        suffix: suffix of the names of small tables.
        unique: relations in which no case can have two rows.
        variables: what is written for parameters without a value, by id: a word that stands for an integer.
        defines: the compiled defines of the case.
        parts: the compiled results of indicators, by indicator and part.
        small: constant tables that the statement needs, by name: columns and rows.
    """

    ruleset: Ruleset
    dialect: Dialect
    sources: Mapping[str, str]
    cases: Frame
    names: Names
    compiler: Compiler
    suffix: str = ""
    unique: frozenset[str] = frozenset()
    variables: Mapping[str, str] = field(default_factory=lambda: {})
    defines: dict[str, Value] = field(default_factory=lambda: {})
    parts: dict[tuple[str, Part], Value] = field(default_factory=lambda: {})
    cached: dict[object, object] = field(default_factory=lambda: {})
    """Frames of relations and passes over them (see `rows`)."""
    small: dict[str, SmallTable] = field(default_factory=lambda: {})
    inputs: dict[str, InputField] = field(init=False)
    relations: dict[str, Relation] = field(init=False)
    decision_tables: dict[str, Table] = field(init=False)
    expressions: dict[DefineKey, Expr] = field(init=False)
    calendars: dict[str, Calendar] = field(init=False)
    zone: Zone = field(init=False)
    reading: Reading = field(init=False)
    arithmetic: Arithmetic = field(init=False)

    def __post_init__(self) -> None:
        """Build the look-ups by name."""
        ruleset = self.ruleset
        self.inputs = {one.id: one for one in ruleset.inputs}
        self.relations = {one.id: one for one in ruleset.relations}
        self.decision_tables = {one.id: one for one in ruleset.tables}
        self.reading = Reading(ruleset)
        self.expressions = self.reading.defines
        self.calendars = {one.id: calendar(one.settings, ruleset.timezone) for one in ruleset.calendars}
        self.zone = zone(ruleset.timezone)
        self.arithmetic = Arithmetic(self.dialect)

    def value(self, expr: Expr, scope: Scope) -> Value:
        """Compile an expression (see `expressions.value`)."""
        return self.compiler(expr, self, scope)

    @cached_property
    def knower(self) -> Knower:
        """What the declarations tell of expressions: their ranges, and whether they can be missing."""
        return knower(self.ruleset)

    @property
    def case_scope(self) -> Scope:
        """The scope of the cases, without any results."""
        return Scope(self.cases)


@dataclass(frozen=True, slots=True)
class SmallTable:
    """A constant table of the statement: integers, texts, NULL."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int | str | None, ...], ...]
    comment: str | None = None


def interval_of(field: InputField | ParameterDeclaration) -> Interval | None:
    """The range of a field's stored values; None for types without an order."""
    widest = default_range(field.type)
    if widest is None or widest.low is None or widest.high is None:
        return None
    own = field.range or widest
    return Interval(widest.low if own.low is None else own.low, widest.high if own.high is None else own.high)


def ordered(type_: Type) -> bool:
    """Whether values of a type are integers."""
    return isinstance(type_, Number | Date | DateTime | Duration | Days)


def is_boolean(type_: Type) -> bool:
    """Whether values of a type are booleans."""
    return isinstance(type_, Boolean)
