"""Everything that one evaluation found out, kept for the explanation.

The strata of `evaluate` fill an `Evaluation` one after the other; where a case is rejected what was
reached before stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from steelyard.diagnostics import Message
from steelyard.facts.case import Case
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Grant, Indicator
from steelyard.semantics.env import BoundRow, Env
from steelyard.semantics.outcome import Fixed, Outcome
from steelyard.semantics.situations import Situation
from steelyard.semantics.values import Missing, Truth, Value

if TYPE_CHECKING:
    from steelyard.calendars import Calendar
    from steelyard.semantics.program import Program


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


@dataclass(slots=True, eq=False)
class Evaluation:
    """One case under one ruleset: the outcome and how it came about.

    Attributes:
        program: the prepared ruleset.
        case: the case.
        env: what was read; `value` evaluates further expressions in it.
        exemptions, adjustments, unscored: every condition, in the order written, rows in their order.
        lifted: points rules that do not apply, each with the exemption that lifted it.
        results: indicators in the order written, rows of a family by id.
        scores: in the order written.
        points: every application of a points rule, by stage, in the order written.
        outcome: set last.
    """

    program: Program
    case: Case
    env: Env
    exemptions: list[Judged] = field(default_factory=lambda: [])
    adjustments: list[Judged] = field(default_factory=lambda: [])
    unscored: list[Judged] = field(default_factory=lambda: [])
    lifted: dict[str, str] = field(default_factory=lambda: {})
    results: list[Result] = field(default_factory=lambda: [])
    scores: list[Scored] = field(default_factory=lambda: [])
    points: list[Applied] = field(default_factory=lambda: [])
    missing: set[str] = field(default_factory=set[str])
    outcome: Outcome = field(init=False)

    def note(self, value: Value | None) -> None:
        """Remember what was missing in something that was evaluated."""
        if isinstance(value, Missing):
            self.missing |= value.reasons

    def value(
        self,
        expr: Expr,
        rows: Sequence[tuple[str, BoundRow]] = (),
        result: Result | None = None,
        arguments: tuple[Value, ...] = (),
        scores: dict[str, Fixed] | None = None,
    ) -> Value:
        """Evaluate any expression of the ruleset as it stood in this case.

        Args:
            expr: the expression, or a part of one.
            rows: the rows at hand, each with its relation's id.
            result: the indicator at hand, for `measure` and (resolved) `target`.
            arguments: of a table, for its cells.
            scores: the scores as they stood; the final ones unless given.

        Raises:
            Rejected: if the evaluation rejects the case.
        """
        env = self.env
        kept = list(env.bound), env.own_measure, env.own_target, env.arguments, env.scores
        try:
            for relation, row in rows:
                env.bound[self.program.scope.relations[relation]] = row
            if result is not None:
                env.own_measure, env.own_target = result.measure, result.target
            env.arguments = arguments
            if scores is not None:
                env.scores = scores
            return self.program.meaning(expr)(env)
        finally:
            env.bound[:], env.own_measure, env.own_target, env.arguments, env.scores = kept
