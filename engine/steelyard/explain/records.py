"""An explanation: what one case's score came from, as data. Layout and language belong to the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from steelyard.explain.terms import Name, Text, TypedValue
from steelyard.facts.digest import Digests
from steelyard.semantics.outcome import Fixed, LineKind, Outcome


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an explanation comes from, told by the caller: nothing here is found out.

    Attributes:
        digests: of the policy, the parameters and the facts.
        engine: which engine scored the case.
        engine_version: of Steelyard.
        evaluated_on: the date of the evaluation as it is to be printed.
        files: names of the files that the facts were read from.
        empty: relations that were declared to have no rows.
        left_out: what of the feeds was not used, and why.
    """

    digests: Digests = field(default_factory=Digests)
    engine: str = ""
    engine_version: str = ""
    evaluated_on: str = ""
    files: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    left_out: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a rule comes from, ready to be printed."""

    title: Name | None
    clause: Name | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that the case, a row or the policy gave; `value` None is missing."""

    name: Name
    value: Text | None


@dataclass(frozen=True, slots=True)
class RowReference:
    """A row of a relation: its relation, its id, and a title where it has one."""

    relation: Name
    id: str
    title: Text | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a condition as it stood in the case.

    Attributes:
        text: the condition, or what was read, in the reader's words.
        value: of a value that was read; None for a condition, or where missing.
        truth: of a condition; None where unknown, and for a value.
        condition: whether the node is a condition.
        missing: what was missing.
        children: the parts of it.
        row: the row that the node was looked at in.
    """

    text: Text
    value: Text | None
    truth: bool | None
    condition: bool
    missing: tuple[Text, ...] = ()
    children: tuple[Node, ...] = ()
    row: str | None = None


@dataclass(frozen=True, slots=True)
class GrantStory:
    """A grant that an exemption gave to an indicator, and what became of it."""

    exemption: Name
    row: RowReference | None
    text: Text
    counted: bool


@dataclass(frozen=True, slots=True)
class ClockStory:
    """What a clock showed: start and end as text where known, still running, the time paused."""

    start: Text | None
    end: Text | None
    still_running: bool
    paused: Text | None


@dataclass(frozen=True, slots=True)
class ShareStory:
    """The share n of D of an indicator in a score, and the points lost there."""

    score: Name
    share: int
    denominator: int
    lost: Fixed


@dataclass(frozen=True, slots=True)
class IndicatorStory:
    """One indicator, or one row of a family.

    Attributes:
        measure, base_target, target: None where missing, or where there is none.
        how: the sentences that lead from measure and target to the score.
        score: None where waived.
        waived: why.
        only_if: the condition under which it counts.
        reason: the reason code that its lost points have.
        measured_by: what is measured, in words.
        row, row_id: of a family: its row, and the id that the row has in the family.
    """

    name: Name
    group: Name | None
    clause: Clause | None
    row: RowReference | None
    row_id: str | None
    measured_by: Text
    measure: Text | None
    base_target: Text | None
    target: Text | None
    clock: ClockStory | None
    grants: tuple[GrantStory, ...]
    how: tuple[Text, ...]
    score: Fixed | None
    baseline: Fixed
    waived: Text | None
    only_if: Node | None
    shares: tuple[ShareStory, ...]
    reason: str | None


class RuleKind(Enum):
    """The kinds of rules beside indicators."""

    EXEMPTION = "exemption"
    ADJUSTMENT = "adjustment"
    UNSCORED = "unscored"
    DEDUCTION = "deduction"
    BONUS = "bonus"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule's condition in one row, or once.

    Attributes:
        truth: None where unknown.
        tree: the condition with the values used.
        amount: what a points rule brought, as text.
        points: the same as a number, as the rule's amount has it; None where it is missing or there is none.
    """

    row: RowReference | None
    truth: bool | None
    fired: bool
    tree: Node
    amount: Text | None = None
    points: Fixed | None = None


@dataclass(frozen=True, slots=True)
class RuleStory:
    """A rule that fired, or did not.

    Attributes:
        does: what the rule does where it fires.
        why_not: where it did not fire: what was false or unknown, and how far it was from firing.
        distances: for each of `why_not` how far it was, where that is a quantity.
        lifted_by: the exemption because of which it does not apply.
        judgements: at most `ROWS` of them; `more` were left out.
    """

    kind: RuleKind
    name: Name
    clause: Clause | None
    fired: bool
    does: tuple[Text, ...]
    judgements: tuple[Judgement, ...]
    more: int
    why_not: tuple[Text, ...]
    distances: tuple[TypedValue | None, ...]
    lifted_by: Name | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class WeightStage:
    """A stage of the weights, an amount per member; None where waived."""

    reason: Text
    clause: Clause | None
    amounts: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class WeightStory:
    """How the weights of a score became shares n of D."""

    members: tuple[Name, ...]
    rows: tuple[str | None, ...]
    stages: tuple[WeightStage, ...]
    shares: tuple[int | None, ...]
    denominator: int
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line of the ledger with the total after it.

    Attributes:
        amount: signed as it enters the sum; of base and final the sum itself.
        running: the total after the line, at the finest scale of the ledger.
        is_sum: whether the line is a sum, not a summand.
    """

    kind: LineKind
    text: Text
    name: Name | None
    row: str | None
    clause: Clause | None
    amount: Fixed
    running: Fixed
    is_sum: bool


@dataclass(frozen=True, slots=True)
class Summand:
    """n × points, of the exact computation beside the ledger."""

    name: Name
    row: str | None
    share: int
    points: Fixed


@dataclass(frozen=True, slots=True)
class ScoreStory:
    """One score: how it came about line by line, and the same computed at once.

    Attributes:
        unscored: why it has none.
        base_text: the exact computation of the base.
        reasons: reason codes, most points first.
    """

    name: Name
    final: Fixed | None
    base: Fixed | None
    grade: Name | None
    grades: tuple[tuple[Name, Text], ...]
    unscored: Text | None
    weights: WeightStory | None
    ledger: tuple[LedgerLine, ...]
    summands: tuple[Summand, ...]
    base_text: tuple[Text, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A score of the case with an exemption and without it; None where there is none."""

    exemption: Name | None
    score: Name
    with_it: Fixed | None
    without_it: Fixed | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """An instant of the case, in microseconds UTC."""

    name: Name
    at: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The time of an indicator against its target, in microseconds UTC.

    Attributes:
        time: what was measured between start and end: less pauses, on a calendar its working time only.
        spare: what the target left of it, below 0 where it was passed; None without a target.
        due: when the target that was used up is reached, pauses included; None without a target, and where the
            clock's calendar does not go that far.
        base_due: the same under the target before any grant and without pauses.
        pauses: windows in which the clock stood still.
    """

    name: Name
    start: int
    end: int
    still_running: bool
    time: int
    spare: int | None
    due: int | None
    base_due: int | None
    pauses: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class EventWindow:
    """An event that touched the case, in microseconds UTC; `end` None has not ended; `level` counts from 0."""

    row: RowReference
    start: int
    end: int | None
    level: int | None
    levels: int


@dataclass(frozen=True, slots=True)
class OutputStory:
    """A further result; `value` None is missing."""

    name: Name
    value: Text | None
    clause: Clause | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of one case, and why.

    Attributes:
        outcome: as the reference gave it.
        headline: the outcome in a sentence.
        rejection: of a rejected case: what was expected, and where.
    """

    ruleset: Name
    version: str
    source: Clause | None
    timezone: str
    key: str
    outcome: Outcome
    headline: Text
    rejection: Text | None
    scores: tuple[ScoreStory, ...]
    indicators: tuple[IndicatorStory, ...]
    rules: tuple[RuleStory, ...]
    counterfactuals: tuple[Counterfactual, ...]
    milestones: tuple[Milestone, ...]
    bars: tuple[Bar, ...]
    windows: tuple[EventWindow, ...]
    facts: tuple[Fact, ...]
    parameters: tuple[Fact, ...]
    rows: tuple[RowReference, ...]
    rows_left_out: int
    outputs: tuple[OutputStory, ...]
    missing: tuple[Text, ...]
    provenance: Provenance
