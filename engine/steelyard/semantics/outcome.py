"""The outcome of a case: what every engine returns, compared bit for bit.

Numbers are `Fixed`: an integer and its scale. Nothing here refers to an engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, cast

from steelyard.diagnostics import Message
from steelyard.facts.case import Reject
from steelyard.ir.expressions import Stored
from steelyard.semantics.values import Missing, Value


class Fixed(NamedTuple):
    """A fixed-point number: value * 10^-scale."""

    value: int
    scale: int

    def __str__(self) -> str:
        """Write exactly `scale` decimal digits: Fixed(-5, 2) is -0.05."""
        sign = "-" if self.value < 0 else ""
        digits = str(abs(self.value)).rjust(self.scale + 1, "0")
        return sign + (f"{digits[: -self.scale]}.{digits[-self.scale :]}" if self.scale else digits)


class Status(Enum):
    """The status of a case."""

    DECIDED = "decided"
    """By a ruleset without a score."""
    SCORED = "scored"
    UNSCORED = "unscored"
    REJECTED = "rejected"


class IndicatorOutcome(NamedTuple):
    """One indicator, or one row of a family.

    Attributes:
        id: the indicator's id.
        row: the row's id in a family, else None.
        measure, target: stored values; None where missing, or where the indicator has no target.
        score: in hundredths of a point; None where waived.
        waived: why it was waived; None where scored.
        missing_score: whether `score` is the N of `missing: {score: N}`.
    """

    id: str
    row: str | None
    measure: Stored | None
    target: Stored | None
    score: int | None
    waived: Message | None = None
    missing_score: bool = False


class LineKind(Enum):
    """The lines of a ledger, in their order."""

    OPENING = "opening"
    LOST = "lost"
    ROUNDING = "rounding"
    BASE = "base"
    DEDUCTION = "deduction"
    BONUS = "bonus"
    CORRECTION = "correction"
    CAP = "cap"
    GATE = "gate"
    CLAMP = "clamp"
    FINAL_ROUNDING = "final_rounding"
    FINAL = "final"


class Line(NamedTuple):
    """A line of the ledger.

    Attributes:
        kind: the kind of line; BASE and FINAL state sums, all others are summands.
        amount: signed as it enters the sum: a lost point and a deduction are negative.
        rule: id of the indicator or points rule; None for opening, rounding, clamp and sums.
        row: id of the row for which the rule fired; None where it has no relation.
        stage: the stage of a points rule or clamp; None for other lines.
    """

    kind: LineKind
    amount: Fixed
    rule: str | None = None
    row: str | None = None
    stage: int | None = None


class IndicatorShare(NamedTuple):
    """The share n of D and the points lost (6 digits) of one indicator in one score."""

    id: str
    row: str | None
    share: int
    lost: Fixed


@dataclass(frozen=True, slots=True)
class ScoreOutcome:
    """One score.

    Attributes:
        id: the score's.
        denominator: D; None where the method has no shares.
        shares: one per scored member, in order.
        base, final: with the score's number of digits; None where this score is unscored.
        unscored: the reason why this score is missing; None where it is not.
        ledger: lines that form a closed sum; empty where unscored.
        reasons: reason codes after caps, most points first, limited by `score.reasons`.
    """

    id: str
    denominator: int | None
    shares: tuple[IndicatorShare, ...]
    base: Fixed | None
    final: Fixed | None
    grade: str | None
    unscored: str | None
    ledger: tuple[Line, ...]
    reasons: tuple[str, ...]


class RuleKind(Enum):
    """The kinds of rules that fire."""

    EXEMPTION = "exemption"
    ADJUSTMENT = "adjustment"
    UNSCORED = "unscored"
    POINTS = "points"


@dataclass(frozen=True, slots=True, order=True)
class Fired:
    """A rule that fired, with the ids of its rows (sorted by code point; empty where it has no relation)."""

    rule: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputOutcome:
    """The value of an output: None where missing, a tuple for a list, in which a missing item is None."""

    id: str
    value: Stored | tuple[Stored | None, ...] | None


def output_outcome(name: str, value: Value) -> OutputOutcome:
    """The outcome of an output from its value."""
    if isinstance(value, Missing):
        return OutputOutcome(name, None)
    if not isinstance(value, tuple):
        return OutputOutcome(name, value)
    items = cast("tuple[Value, ...]", value)  # the list of a table may hold any of its outputs
    return OutputOutcome(name, tuple(None if isinstance(item, Missing) else item for item in items))


@dataclass(frozen=True, slots=True)
class Outcome:
    """An engine's result for one case.

    Attributes:
        reason: for an unscored case, its reason code or `nothing_to_score`; None otherwise.
        rejection: for a rejected case, what was expected and where; every later field is then empty.
        fired: the rules that fired, sorted by id.
        missing: what was missing or unknown, sorted by code point: names of inputs (`rating`), fields
            (`complaints.upheld`), relations without a row (`climate`), `division by zero in ID`, tables without a hit.
    """

    key: str
    status: Status
    reason: str | None = None
    rejection: Reject | None = None
    indicators: tuple[IndicatorOutcome, ...] = ()
    scores: tuple[ScoreOutcome, ...] = ()
    fired: tuple[Fired, ...] = ()
    missing: tuple[str, ...] = ()
    outputs: tuple[OutputOutcome, ...] = ()
