"""Weights, scores, points rules, grades, outputs (LANGUAGE.md section 9).

Weights and shares are `Expr` of constants and parameters, evaluated exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from steelyard.diagnostics import Span
from steelyard.ir.declared import Label, Named, Source
from steelyard.ir.expressions import Expr
from steelyard.ir.indicators import Better, Bounds

LEDGER_DIGITS = 6
"""Points lost and the opening are published with this many digits."""


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
    source: Source | None = field(default=None, compare=False)


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
    written: str = field(default="", compare=False)
    """The bound as the author wrote it, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Named):
    """A score of the case. The single one has the id `score`.

    Attributes:
        members: the ids of its indicators and families, in the order written.
        only_if: by member that counts under a condition only: the condition; anything but true leaves the member out.
        value: for VALUE and START, the opening; for SUM, what is added to the sum, None for nothing.
        digits: `round`.
        clamp: bounds at scale `digits`.
        better: LOWER where less is better (LANGUAGE.md section 9).
        minimum_present: with fewer scored indicators the score is unscored; an expression where it is computed.
        reasons: the most reason codes listed; None: all.
    """

    members: tuple[str, ...]
    method: Method
    value: Expr | None
    digits: int
    clamp: Bounds
    better: Better
    minimum_present: int | Expr | None
    reasons: int | None
    grades: tuple[Grade, ...]
    only_if: Mapping[str, Expr] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored(Named):
    """A rule under which the case has no score, for the reason `reason`. `on`: the one that it lacks; None: all."""

    when: Expr
    reason: str
    on: str | None = None


class Effect(Enum):
    """What a points rule does: a deduction, a bonus, a correction of either sign, or a gate on either side."""

    DEDUCT = "deduct"
    ADD = "add"
    ADJUST = "adjust"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class OnUnknown(Enum):
    """What a points rule does where its condition is unknown."""

    IGNORE = "ignore"
    FIRE = "fire"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRule(Named):
    """A deduction, bonus, correction or gate.

    Attributes:
        when: true where the rule has no condition.
        amount: Number; below 0 only of a correction; a gate's bound has at most the score's digits.
        cap: the most that a deduction or bonus brings in total; None: no cap.
        on: the id of the score it works on.
        unknown: None only where the condition cannot be unknown.
        reason: reason code; an expression (Text, never missing) where each case or row has its own.
        naming: the text that names the rule, or its row, to readers in place of the label; None: the label.
    """

    effect: Effect
    for_each: str | None
    when: Expr
    amount: Expr
    cap: Expr | None
    stage: int
    on: str
    unknown: OnUnknown | None
    reason: str | Expr | None
    naming: Expr | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Named):
    """A further result; a list where its value is a multi-hit table call."""

    value: Expr
