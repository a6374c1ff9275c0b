"""Indicators, their ways to score, and the exemptions granted to them (LANGUAGE.md sections 7 and 8).

Points and scores of indicators are int hundredths (scale 2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from steelyard.diagnostics import Span
from steelyard.ir.declared import Label, Named
from steelyard.ir.expressions import Expr
from steelyard.ir.types import Range, Type

SCORE_DIGITS = 2
"""Indicator scores are rounded to this many digits (LANGUAGE.md section 6)."""


class Better(Enum):
    """Which measures, or scores, are better."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class ChosenCalendar:
    """One of several calendars, chosen by a value of the case or row.

    Attributes:
        by: the text that chooses.
        calendars: the calendars that can be chosen, each once.
        number: the place of the chosen one among them; missing where `by` is.
    """

    by: Expr
    calendars: tuple[str, ...]
    number: Expr


@dataclass(frozen=True, slots=True)
class Clock:
    """Time from `start` to `stop`, or to `until` where stop is missing; less the union of pauses.

    Attributes:
        start, stop, until: datetime expressions. Where `until` is None, a missing stop makes the measure missing.
        calendar: the calendar whose working time is counted; None for elapsed time.
        range: declared of the time less the pauses; another one rejects the case.
    """

    start: Expr
    stop: Expr
    until: Expr | None
    calendar: str | ChosenCalendar | None = None
    range: Range | None = None

    def calendars(self) -> tuple[str, ...]:
        """The calendars by which it can count."""
        match self.calendar:
            case None:
                return ()
            case str():
                return (self.calendar,)
            case ChosenCalendar():
                return self.calendar.calendars

    def expressions(self) -> tuple[Expr, ...]:
        """What it computes: its times, and which calendar is chosen."""
        number = self.calendar.number if isinstance(self.calendar, ChosenCalendar) else None
        return tuple(one for one in (self.start, self.stop, self.until, number) if one is not None)


@dataclass(frozen=True, slots=True)
class Met:
    """100 if the target is met, else 0."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """100 if met; else 100 * measure / target (higher) or 100 * target / measure (lower)."""


@dataclass(frozen=True, slots=True)
class RelativeStep:
    """A step of units * 10^-scale times the target: `10% of target` is 1, 1. An exact fraction, never rounded."""

    units: int
    scale: int


@dataclass(frozen=True, slots=True)
class Steps:
    """Points off for each step beyond the target (LANGUAGE.md section 7).

    Attributes:
        each: relative, or an absolute amount at the measure's type and scale.
        deduct: points per step, `Number`.
        begun_counts: whether a step that has begun counts as a whole step.
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
    """Straight lines between points, flat outside; ascending by measure.

    Each point is the measure in stored units at its scale, and points in hundredths.
    """

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
    """An indicator per row: the relation, and the text field with the row's id."""

    relation: str
    row_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Named):
    """An indicator, or a family of them.

    Attributes:
        group: a group's id or None.
        only_if: in negation normal form; anything but true waives.
        measure: an expression for a number, duration or days, or text/boolean for bands; or a clock.
        target: of the measure's type and scale.
        better: which measures are better; None where the way needs no direction.
        weight: Number; constant, or of the row for a family; None where the score's method refuses weights.
        missing: what happens where a value is missing; None only where nothing can be missing.
        clamp: bounds applied to the exact score before rounding; None: none.
        stack: whether target grants add up; otherwise the largest wins.
        baseline: the score, in hundredths, at which nothing is lost.
        reason: reason code; an expression (Text, never missing) where each case or row has its own.
        naming: the text that names the indicator, or its row, to readers in place of the label; None: the label.
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
    reason: str | Expr | None
    naming: Expr | None = field(default=None, compare=False)


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
    """The indicator is waived."""

    indicator: str


Grant = TargetGrant | PauseGrant | AtLeastGrant | WaiveGrant


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption(Named):
    """Grants under a condition; for each row of a relation, or once.

    Attributes:
        grants: one per indicator; grants to a group are given for each of its indicators (a family by its id).
        lifts: ids of points rules that do not apply.
    """

    for_each: str | None
    when: Expr
    grants: tuple[Grant, ...]
    lifts: tuple[str, ...]
