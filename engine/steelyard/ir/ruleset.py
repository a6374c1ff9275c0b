"""A ruleset's meaning: resolved names, typed expressions, fixed point. Plain data, to be printed, hashed, compiled.

Everything is in the order written. The parts are defined in `declared`, `indicators` and `scoring` and imported here
too, so that code that reads rulesets can import one module.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from steelyard.diagnostics import Span
from steelyard.ir.declared import (
    CASES,
    Definition,
    Derived,
    HitPolicy,
    InputField,
    Label,
    Named,
    ParameterDeclaration,
    Recurring,
    Relation,
    Said,
    Source,
    Table,
    TableInput,
    TableOutput,
    TableRow,
    Window,
    WorkingCalendar,
)
from steelyard.ir.indicators import (
    SCORE_DIGITS,
    AsMeasure,
    AtLeastGrant,
    Band,
    Bands,
    Better,
    Bounds,
    ChosenCalendar,
    Clock,
    Curve,
    Exemption,
    Family,
    Grant,
    Group,
    Indicator,
    Met,
    MissingRule,
    OnMissing,
    PauseGrant,
    PointsExpression,
    Proportion,
    RelativeStep,
    Steps,
    TargetGrant,
    WaiveGrant,
    Way,
)
from steelyard.ir.scoring import (
    LEDGER_DIGITS,
    Adjustment,
    Effect,
    Grade,
    Limit,
    Method,
    OnUnknown,
    Output,
    PointsRule,
    Score,
    Unscored,
    Waived,
    Weights,
)
from steelyard.ir.types import Range

__all__ = [
    "CASES",
    "LEDGER_DIGITS",
    "SCORE_DIGITS",
    "Adjustment",
    "AsMeasure",
    "AtLeastGrant",
    "Band",
    "Bands",
    "Better",
    "Bounds",
    "ChosenCalendar",
    "Clock",
    "Curve",
    "Definition",
    "Derived",
    "Effect",
    "Exemption",
    "Family",
    "Grade",
    "Grant",
    "Group",
    "HitPolicy",
    "Indicator",
    "InputField",
    "Label",
    "Limit",
    "Met",
    "Method",
    "MissingRule",
    "Named",
    "OnMissing",
    "OnUnknown",
    "Output",
    "ParameterDeclaration",
    "PauseGrant",
    "PointsExpression",
    "PointsRule",
    "Property",
    "Proportion",
    "Recurring",
    "Relation",
    "RelativeStep",
    "Roles",
    "Ruleset",
    "Said",
    "Score",
    "Source",
    "Steps",
    "Table",
    "TableInput",
    "TableOutput",
    "TableRow",
    "TargetGrant",
    "Unscored",
    "WaiveGrant",
    "Waived",
    "Way",
    "Weights",
    "Window",
    "WorkingCalendar",
]


@dataclass(frozen=True, slots=True)
class Property:
    """A claim about every possible case; kept as written, proved later."""

    text: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Roles:
    """The inputs that say whose case it is; None where none does. For readers alone."""

    branch: str | None = None
    handler: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that have a role."""
        return tuple(one for one in (self.branch, self.handler) if one is not None)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A whole ruleset.

    Attributes:
        effective: the range of reference dates, in days since 1970, inclusive; an end of None is open.
        key: the input that identifies a case.
        reference_date: a date or datetime input, or None.
        defines: in an order in which each reads only earlier ones.
        scores: none where the ruleset only decides: it then has outputs, and no indicators or points rules.
        points: deductions, bonuses, corrections, gates, in the order written.
        calendars: the first one is the default.
        formulas: the names of those that were put in the place of their calls.
        labels: what people read for texts that inputs, fields, parameters and outputs of tables may be.
    """

    id: str
    version: str
    title: Label = field(compare=False)
    source: Source | None = field(compare=False)
    timezone: str
    effective: Range
    key: str
    reference_date: str | None
    inputs: tuple[InputField, ...]
    parameters: tuple[ParameterDeclaration, ...]
    groups: tuple[Group, ...]
    relations: tuple[Relation, ...]
    defines: tuple[Definition, ...]
    tables: tuple[Table, ...]
    indicators: tuple[Indicator, ...]
    exemptions: tuple[Exemption, ...]
    weights: Weights
    scores: tuple[Score, ...]
    unscored: tuple[Unscored, ...]
    points: tuple[PointsRule, ...]
    outputs: tuple[Output, ...]
    properties: tuple[Property, ...] = ()
    calendars: tuple[WorkingCalendar, ...] = ()
    formulas: tuple[Named, ...] = field(default=(), compare=False)
    file: str = field(default="", compare=False)
    roles: Roles = field(default=Roles(), compare=False)
    labels: tuple[tuple[str, Label], ...] = field(default=(), compare=False)

    @property
    def relations_to_give(self) -> tuple[Relation, ...]:
        """The relations whose rows the ruleset does not hold itself."""
        return tuple(one for one in self.relations if one.recurring is None)
