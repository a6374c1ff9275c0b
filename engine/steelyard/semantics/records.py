"""What one evaluation finds out about rules, indicators and scores, kept for the explanation."""

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
    """A rule's condition, once or for one row: true, false or unknown.

    Attributes:
        rule: the id of the exemption, adjustment, unscored or points rule.
        row: None where the rule has no relation.
        truth: the row's membership and the condition together.
    """

    rule: str
    row: BoundRow | None
    truth: Truth


@dataclass(slots=True, eq=False)
class Granted:
    """A grant of an exemption that fired, for one indicator.

    Attributes:
        exemption: its id.
        row: the row that it fired for; None where it has no relation.
        grant: what was granted.
        value: the relaxation of a target (stored units, at least 0), the points of an at_least (hundredths),
            the microseconds of a pause inside the clock; None for a waiver, and where refused.
        window: of a pause, cut to the clock; None where nothing is left of it.
        target: of a target grant: the milder target that it asked for.
        refused: why it could not be given.
        stricter: of a target grant: it would have been stricter than the base, so it counts as 0.
        counted: whether it took effect: the target or the floor comes from it, its pause touches the clock.
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
    """How a way made a score.

    Attributes:
        exact: numerator and denominator of the exact score in points, before clamp and rounding; None where
            the way gave none.
        missing: why not.
        met: whether the target was met (met, proportion).
        beyond: how far the measure is beyond the target (steps), stored units, at least 0.
        steps: how many steps were counted.
        band: the position of the band; `reason` its own reason code.
        segment: of a curve: the positions of the two points (equal on a point or outside).
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
    """What a clock showed.

    Attributes:
        start, end: instants; None where missing.
        still_running: the end is `until`, since the stop is missing.
        calendar: whose working time it shows; None for elapsed time.
        paused: microseconds, the union of all pauses inside the clock.
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
        row: of a family, else None; `row_id` names it.
        only_if: the truth of its condition, with the row's membership; true where there is none.
        measure, base_target, target: as computed, also where waived; None where the indicator has no target.
        timing: of a clock.
        grants: all that name it, in the order of exemptions and rows.
        scoring: how the way scored; None where it was not asked.
        score: hundredths, final; None where waived.
        at_least: the floor that exemptions granted, hundredths.
        waived: why it is waived.
        missing_score: whether the score is the fixed one of `missing: {score: N}`.
        reason: the reason code that its lost points would have.
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
    """What one scored indicator brings to a score: `share` of D, and `lost` in millionths of a point (6 digits)."""

    result: Result
    share: int
    lost: int


class Applied(NamedTuple):
    """A points rule in one row (or once).

    Attributes:
        rule: its id.
        row: None where it has no relation.
        truth: as judged; unknown fires where the rule says so.
        amount: what it brought, or a gate's bound; None where it did not fire, or the amount is missing.
        missing: why the amount is missing.
    """

    rule: str
    row: BoundRow | None
    truth: Truth
    amount: Fixed | None
    missing: Missing | None

    @property
    def fired(self) -> bool:
        """Whether the rule fired."""
        return self.amount is not None or self.missing is not None


@dataclass(slots=True, eq=False)
class Scored:
    """One score as far as it was computed.

    Attributes:
        id: the score's.
        situation: how the weights were resolved; None for other methods.
        present: its members that are scored, in order.
        contributions: of those.
        denominator: D; None where the method has no shares.
        unscored: why it has no score.
        opening, exact: numerators and denominators of the exact opening and base, in points.
        base: at the score's digits.
        stages: per stage the score before it and after it.
        final: the score.
    """

    id: str
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
