"""A ruleset's meaning: resolved names, typed expressions, fixed point. Plain data, to be printed, hashed, compiled.

Conventions. Points and scores of indicators are int hundredths (scale 2). Weights and shares are
`Expr` of constants and parameters, evaluated exactly. Everything stands in the order written.
`label` is for people; labels, spans and sources take no part in equality or digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from steelyard.diagnostics import Span
from steelyard.ir.expressions import Expr, Stored
from steelyard.ir.types import Range, Type

SCORE_DIGITS = 2
"""Indicator scores are rounded to this many digits (LANGUAGE.md section 6)."""
LEDGER_DIGITS = 6
"""Points lost and the opening are published with this many digits."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name for people in the two languages; where only one was written both are the same."""

    zh: str
    en: str

    def in_language(self, lang: str) -> str:
        """The label in `zh` or `en`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from: printed beside every line that it causes."""

    title: Label | None = None
    clause: Label | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What everything with an id has.

    Attributes:
        id: unique in the ruleset; an identifier, save that rule ids may have hyphens.
        label: falls back to the id.
        source: the nearest one written: the rule's own, else its section's, else the ruleset's.
        notes: remarks of the author.
        span: the id's place.
    """

    id: str
    label: Label = field(compare=False)
    source: Source | None = field(default=None, compare=False)
    notes: Label | None = field(default=None, compare=False)
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputField(Named):
    """An input of the case, or a field of a relation.

    Attributes:
        type: see types.py; `DateTime(open=True)` for an open one.
        column: the column of the file (the id where none is written).
        range: of stored units; never None for numbers, dates, instants, durations and days.
        optional: whether it may be missing (an open datetime always may).
        not_before: the id of a datetime or date of the same case or row that must not be later.
    """

    type: Type
    column: str
    range: Range | None = None
    optional: bool = False
    not_before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDeclaration(Named):
    """A constant of the policy; `value` is None until it is given (`bind`)."""

    type: Type
    value: Stored | None
    range: Range | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(Named):
    """A named expression: of the case, or of a relation's row."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Window:
    """The two instants of a row between which a pause stops a clock: ids of fields."""

    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Named):
    """Rows beside the case.

    Attributes:
        feed: warnings, declarations or None.
        levels: the feed's levels, lowest first.
        fields: of a row.
        defines: values of a row, in an order in which each reads only earlier ones.
        row_id: the field that identifies a row (a feed's event_id, declaration_id); None: rows are counted from 1.
        of_case: the field that holds the case's key; None for a joined relation.
        joins: which rows belong to the case; None: all rows with the case's key (of_case).
            Both may be there. Unknown: the row counts as one whose `where` is unknown.
        one_row: at most one row a case, read as `OneRow`.
        window: what `pause` subtracts.
    """

    feed: str | None = None
    levels: tuple[str, ...] = ()
    fields: tuple[InputField, ...]
    defines: tuple[Definition, ...] = ()
    row_id: str | None = None
    of_case: str | None = None
    joins: Expr | None = None
    one_row: bool = False
    window: Window | None = None


class HitPolicy(Enum):
    """DMN's hit policies, spelled out."""

    UNIQUE = "unique"
    ANY = "any"
    PRIORITY = "priority"
    FIRST = "first"
    RULE_ORDER = "rule_order"
    OUTPUT_ORDER = "output_order"
    COLLECT = "collect"
    COLLECT_SUM = "collect_sum"
    COLLECT_MIN = "collect_min"
    COLLECT_MAX = "collect_max"
    COLLECT_COUNT = "collect_count"


@dataclass(frozen=True, slots=True)
class TableInput:
    """A column of conditions. What it tests stands in each `TableCall`, lowered in the scope of that call."""

    id: str
    type: Type
    label: Label = field(compare=False)


@dataclass(frozen=True, slots=True)
class TableOutput:
    """A column of results. `priority`: the values, most important first (hit policies priority, output_order)."""

    id: str
    type: Type
    label: Label = field(compare=False)
    priority: tuple[Stored, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: `cells` are boolean expressions over `Argument(position)`, None for `-` (matches even a missing value).

    `outputs` are in the order of the table's outputs; None is `missing`.
    """

    cells: tuple[Expr | None, ...]
    outputs: tuple[Stored | None, ...]
    span: Span | None = field(default=None, compare=False, repr=False)
    note: Label | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Named):
    """A decision table. `default`: the outputs where no row matches, else missing."""

    hit: HitPolicy
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    rows: tuple[TableRow, ...]
    default: tuple[Stored | None, ...] | None = None


# Indicators


class Better(Enum):
    """Which direction is good."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Clock:
    """Time from `start` to `stop`, or to `until` where stop is missing; less the union of pauses.

    Attributes:
        start: datetime expressions, all three; `until` None: a missing stop makes the measure missing.
        calendar: None for elapsed time.
    """

    start: Expr
    stop: Expr
    until: Expr | None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """100 if the target is met, else 0."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """100 if met; else 100 * measure / target (higher) or 100 * target / measure (lower)."""


@dataclass(frozen=True, slots=True)
class RelativeStep:
    """A step of units * 10^-scale times the target: `10% of target` is 10, 2. An exact fraction, never rounded."""

    units: int
    scale: int


@dataclass(frozen=True, slots=True)
class Steps:
    """Points off for each step beyond the target (LANGUAGE.md section 7).

    Attributes:
        each: relative, or an absolute amount at the measure's type and scale.
        deduct: points per step, `Number`.
        begun_counts: whether a step that has begun counts whole.
        floor: the least score, `Number`.
    """

    each: RelativeStep | Expr
    deduct: Expr
    begun_counts: bool
    floor: Expr


@dataclass(frozen=True, slots=True)
class Band:
    """`test` is a boolean expression over `OwnMeasure`; points in hundredths."""

    test: Expr
    points: int
    reason: str | None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bands:
    """Points by the band the measure falls in; the first whose test is true (they neither overlap nor leave gaps)."""

    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Straight lines between points (measure in stored units at the measure's scale, points in hundredths),
    flat outside; ascending by measure."""

    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class AsMeasure:
    """The measure itself, a Number, is the score."""


@dataclass(frozen=True, slots=True)
class PointsExpression:
    """The score is an expression; it may read `OwnMeasure` and `OwnTarget`."""

    value: Expr


Way = Met | Proportion | Steps | Bands | Curve | AsMeasure | PointsExpression


class OnMissing(Enum):
    """What happens where the measure, the target or the score is missing."""

    WAIVE = "waive"
    REJECT = "reject"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class MissingRule:
    """`score` in hundredths, for OnMissing.SCORE."""

    action: OnMissing
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """A clamp, in hundredths (indicators) or at the score's own scale (scores); None is open."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Family:
    """One indicator of each row: the relation, and the text field that names it."""

    relation: str
    row_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Named):
    """An indicator, or a family of them.

    Attributes:
        group: a group's id or None.
        only_if: in negation normal form; anything but true waives.
        measure: a number, duration, days, or text/boolean for bands; or a clock.
        target: of the measure's type and scale.
        better: concerns the measure. None where the way needs no direction.
        weight: Number; constant, or of the row for a family; None where the score's method refuses weights.
        missing: None only where nothing can be missing.
        clamp: applied to the exact score before it is rounded; None: no clamp.
        stack: target grants add up instead of the largest winning.
        baseline: hundredths; the score at which nothing is lost.
        reason: reason code.
    """

    group: str | None
    family: Family | None
    only_if: Expr | None
    measure: Expr | Clock
    measure_type: Type
    target: Expr | None
    better: Better | None
    way: Way
    weight: Expr | None
    missing: MissingRule | None
    clamp: Bounds | None
    stack: bool
    baseline: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A set of indicators, by id in the order written."""

    id: str
    label: Label = field(compare=False)
    members: tuple[str, ...] = ()


# Exemptions


@dataclass(frozen=True, slots=True)
class TargetGrant:
    """A milder target for one indicator; the expression reads `OwnTarget`, the base target."""

    indicator: str
    target: Expr


@dataclass(frozen=True, slots=True)
class PauseGrant:
    """The row's window stops the indicator's clock."""

    indicator: str


@dataclass(frozen=True, slots=True)
class AtLeastGrant:
    """The indicator's score is at least this (`Number`, any scale up to 2)."""

    indicator: str
    points: Expr


@dataclass(frozen=True, slots=True)
class WaiveGrant:
    """The indicator leaves the score."""

    indicator: str


Grant = TargetGrant | PauseGrant | AtLeastGrant | WaiveGrant


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption(Named):
    """Grants under a condition; for each row of a relation, or once.

    Attributes:
        grants: names of groups and families are already spread over their indicators (a family: its id).
        lifts: ids of points rules that do not apply.
    """

    for_each: str | None
    when: Expr
    grants: tuple[Grant, ...]
    lifts: tuple[str, ...]


# Weights and scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment(Named):
    """A shift of weights under a condition. Keys: ids of indicators, families or groups; values: constants."""

    when: Expr
    multiply: Mapping[str, Expr]
    set: Mapping[str, Expr]
    exclusive: str | None


@dataclass(frozen=True, slots=True)
class Limit:
    """The bounds of a group's share; constants."""

    group: str
    at_least: Expr | None
    at_most: Expr | None
    span: Span | None = field(default=None, compare=False, repr=False)


class Waived(Enum):
    """Where the weight of a waived indicator goes."""

    REDISTRIBUTE = "redistribute"
    WITHIN_GROUP = "within_group"


@dataclass(frozen=True, slots=True)
class Weights:
    """How weights move (LANGUAGE.md section 9). `total`: what the base weights must add up to."""

    waived: Waived = Waived.REDISTRIBUTE
    adjustments: tuple[Adjustment, ...] = ()
    limits: tuple[Limit, ...] = ()
    total: Expr | None = None


class Method(Enum):
    """How indicators make a score. VALUE and START take an expression instead."""

    WEIGHTED_MEAN = "weighted_mean"
    SUM = "sum"
    LOWEST = "lowest"
    HIGHEST = "highest"
    VALUE = "value"
    START = "start"


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and the scores it covers, inclusive, at the score's own scale; None is open."""

    id: str
    label: Label = field(compare=False)
    low: int | None = None
    high: int | None = None
    written: str = ""
    """The bound as the author wrote it, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Named):
    """A score of the case. The single one has the id `score`.

    Attributes:
        members: ids of indicators and families, in the order written.
        value: for VALUE and START, the opening.
        digits: `round`.
        clamp: at `digits`.
        better: LOWER where less is better (LANGUAGE.md section 9).
        minimum_present: fewer scored indicators make the score unscored.
        reasons: at most this many reason codes; None: all.
    """

    members: tuple[str, ...]
    method: Method
    value: Expr | None
    digits: int
    clamp: Bounds
    better: Better
    minimum_present: int | None
    reasons: int | None
    grades: tuple[Grade, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored(Named):
    """Where true the case has no score, and `reason` says why."""

    when: Expr
    reason: str


class Effect(Enum):
    """What a points rule does: a deduction, a bonus, or a gate on either side."""

    DEDUCT = "deduct"
    ADD = "add"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class OnUnknown(Enum):
    """What a points rule does where its condition is unknown."""

    IGNORE = "ignore"
    FIRE = "fire"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRule(Named):
    """A deduction, bonus or gate.

    Attributes:
        amount: Number; a gate's bound has at most the score's digits.
        cap: the most that a deduction or bonus brings in total; None: no cap.
        on: the id of the score it works on.
        unknown: None only where the condition cannot be unknown.
    """

    effect: Effect
    for_each: str | None
    when: Expr
    amount: Expr
    cap: Expr | None
    stage: int
    on: str
    unknown: OnUnknown | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Named):
    """A further result; a list where its value is a multi-hit table call."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Property:
    """A claim about every possible case; kept as written, proved later."""

    text: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A whole ruleset.

    Attributes:
        effective: of the reference date, days since 1970, inclusive; None ends are open.
        key: the input that identifies a case.
        reference_date: a date or datetime input, or None.
        defines: in an order in which each reads only earlier ones.
        scores: at least one.
        points: deductions, bonuses, gates, in the order written.
    """

    id: str
    version: str
    title: Label
    source: Source | None
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
    file: str = field(default="", compare=False)
