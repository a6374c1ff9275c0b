"""Intermediate results of one evaluation for rules, indicators and scores, kept for the explanation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from steelyard.calendars import Calendar
from steelyard.diagnostics import Message
from steelyard.ir.ruleset import Grant, Indicator
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.outcome import Fixed
from steelyard.semantics.situations import Situation
from steelyard.semantics.values import Missing, Truth, Value


class Judged(NamedTuple):
    """The result of a rule's condition, once or for one row: true, false or unknown.

    Attributes:
        rule: the id of the exemption, adjustment, unscored rule or points rule.
        row: the row; None where the rule has no relation.
        truth: the row's membership and the condition combined.
    """

    rule: str
    row: BoundRow | None
    truth: Truth


@dataclass(slots=True, eq=False)
class Granted:
    """A grant of an exemption that fired, for one indicator.

    Attributes:
        exemption: its id.
        row: the row for which it fired; None where it has no relation.
        grant: what was granted.
        value: for a target grant the relaxation (stored units, at least 0), for at_least the points (hundredths), for a
            pause the microseconds inside the clock; None for a waiver, and where refused.
        window: for a pause, its window cut to the clock; None where nothing is left of it.
        target: for a target grant, the target that it asked for.
        refused: what was missing where the grant could not be given; else None.
        stricter: for a target grant, whether it is stricter than the base target and so counts as 0.
        counted: whether it took effect: it decided the target or floor, or its pause overlaps the clock.
    """

    exemption: str
    row: BoundRow | None
    grant: Grant
    value: int | None = None
    window: tuple[int, int] | None = None
    target: Value | None = None
    refused: Missing | None = None
    stricter: bool = False
    counted: bool = False


@dataclass(slots=True, eq=False)
class Scoring:
    """The result of a scoring way. Fields that concern another way are None.

    Attributes:
        exact: numerator and denominator of the exact score in points, before clamp and rounding; None where the way
            gave no score.
        missing: why there is no score; None where there is one.
        met: for met and proportion, whether the target was met.
        beyond: for steps, how far the measure is beyond the target, in stored units, at least 0.
        steps: for steps, how many were counted.
        band: for bands, the position of the band.
        reason: for bands, the band's own reason code.
        segment: for a curve, the positions of the two points (equal on a point or outside).
    """

    exact: tuple[int, int] | None
    missing: Missing | None = None
    met: bool | None = None
    beyond: int | None = None
    steps: int | None = None
    band: int | None = None
    reason: str | None = None
    segment: tuple[int, int] | None = None


@dataclass(slots=True, eq=False)
class Timing:
    """The result of a clock.

    Attributes:
        start, end: instants in microseconds UTC; None where missing.
        still_running: whether the end is `until` because the stop is missing.
        calendar: the calendar whose working time the clock shows; None for elapsed time.
        paused: microseconds: the union of all pauses inside the clock.
    """

    start: int | None
    end: int | None
    still_running: bool = False
    calendar: Calendar | None = None
    paused: int = 0


@dataclass(slots=True, eq=False)
class Result:
    """One indicator, or one row of a family, as far as it was computed.

    Attributes:
        indicator: its rule.
        row: the row of a family, else None; `row_id` is its id.
        only_if: the truth of its condition combined with the row's membership; true where there is no condition.
        measure, base_target, target: as computed, also where waived; None where the indicator has no target.
        timing: the clock's result; None without a clock.
        grants: every grant to it, in the order of exemptions and rows.
        scoring: the result of the way; None where the way was not evaluated.
        score: the final score in hundredths; None where waived.
        at_least: the floor that exemptions granted, in hundredths; None without one.
        waived: why it is waived; None where it is not.
        missing_score: whether the score is the N of `missing: {score: N}`.
        reason: the reason code of the points that it loses.
    """

    indicator: Indicator
    row: BoundRow | None
    row_id: str | None
    only_if: Truth = True
    measure: Value | None = None
    base_target: Value | None = None
    target: Value | None = None
    timing: Timing | None = None
    grants: list[Granted] = field(default_factory=lambda: [])
    scoring: Scoring | None = None
    score: int | None = None
    at_least: int | None = None
    waived: Message | None = None
    missing_score: bool = False
    reason: str | None = None


class Contribution(NamedTuple):
    """One scored indicator's part of a score: `share` n of D, and `lost` in millionths of a point."""

    result: Result
    share: int
    lost: int


class Applied(NamedTuple):
    """A points rule in one row (or once).

    Attributes:
        rule: its id.
        row: None where it has no relation.
        truth: of the condition; an unknown one fires where the rule says `unknown: fire`.
        amount: the points, or a gate's bound; None where it did not fire, or the amount is missing.
        missing: why the amount is missing; None where it is not.
        reason: its reason code, where that is computed and the rule fired.
    """

    rule: str
    row: BoundRow | None
    truth: Truth
    amount: Fixed | None
    missing: Missing | None
    reason: str | None = None

    @property
    def fired(self) -> bool:
        """Whether the rule fired."""
        return self.amount is not None or self.missing is not None


@dataclass(slots=True, eq=False)
class Scored:
    """One score as far as it was computed.

    Attributes:
        id: the score's.
        situation: how the weights were resolved; None for methods without weights.
        left_out: by member that does not count in it, the truth of its condition: False, or what was missing.
        minimum: with fewer scored members it has no score; None where nothing is asked, or it is missing.
        present: its scored members that count, in order.
        contributions: one for each of `present`.
        denominator: D; None where the method has no shares.
        unscored: why it has no score; None where it has one.
        opening, exact: numerators and denominators of the exact opening and base, in points.
        base: the rounded base, with the score's number of digits.
        stages: for each stage its number, the score before it and after it.
        final: the score.
    """

    id: str
    left_out: dict[str, Truth] = field(default_factory=dict[str, Truth])
    minimum: int | None = None
    situation: Situation | None = None
    present: list[Result] = field(default_factory=lambda: [])
    contributions: list[Contribution] = field(default_factory=lambda: [])
    denominator: int | None = None
    unscored: str | None = None
    opening: tuple[int, int] | None = None
    exact: tuple[int, int] | None = None
    base: Fixed | None = None
    stages: list[tuple[int, Fixed, Fixed]] = field(default_factory=lambda: [])
    final: Fixed | None = None
