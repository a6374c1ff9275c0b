"""The records of an explanation: how one case got its score, as data. Layout and language belong to the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from steelyard.explain.terms import Name, Text, TypedValue, decimal_text, share_text
from steelyard.facts.digest import Digests
from steelyard.ir.ruleset import Better
from steelyard.semantics.outcome import Fixed, LineKind, Outcome


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an explanation comes from. The caller supplies all of it.

    Attributes:
        digests: of the policy, the parameters and the facts.
        engine: name of the engine that scored the case.
        engine_version: version of Steelyard.
        evaluated_on: the date of the evaluation, as it is to be printed.
        files: names of the files that the facts were read from.
        empty: ids of relations that were declared to have no rows.
        left_out: feed rows that were not used, and why.
        warnings: what else the run warned of.
    """

    digests: Digests = field(default_factory=Digests)
    engine: str = ""
    engine_version: str = ""
    evaluated_on: str = ""
    files: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    left_out: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """The legal or contractual source of a rule, ready to be printed."""

    title: Name | None
    clause: Name | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A value given by the case, a row or the policy.

    Attributes:
        value: None where it is missing.
        made: of a value derived from cases, what it was made of.
    """

    name: Name
    value: Text | None
    made: Text | None = None


class Role(Enum):
    """Why a fact stands in the head of the page."""

    BRANCH = "branch"
    HANDLER = "handler"
    CUT_OFF = "cut_off"
    TEXT = "text"
    """A text of a case whose ruleset names neither branch nor handler."""


@dataclass(frozen=True, slots=True)
class HeadFact:
    """A fact that stands in the head of the page."""

    role: Role
    fact: Fact


@dataclass(frozen=True, slots=True)
class RowReference:
    """A row of a relation: the relation, the row's id, and its title where it has one."""

    relation: Name
    id: str
    title: Text | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class TableRowReference:
    """A row of a decision table: its number from 1, its cell in a workbook ("" outside one), its note."""

    number: int
    cell: str
    note: Name | None


@dataclass(frozen=True, slots=True)
class TableStory:
    """The answer of a decision table to one call.

    Attributes:
        hit: the hit policy.
        rows: the rows that gave the answer; empty for the default, or where there is no answer.
        also: further rows that hit.
        unknown: rows of which it is unknown whether they hit.
        default: whether no row hit and the default is the answer.
        undecided: whether there is no answer because a row that hit has no output to compare it by.
        nearest: of the rows that did not hit, the nearest; None where there is none.
        why_not: what kept it from hitting.
    """

    table: Name
    hit: str
    rows: tuple[TableRowReference, ...]
    also: tuple[TableRowReference, ...]
    unknown: tuple[TableRowReference, ...]
    default: bool
    undecided: bool
    nearest: TableRowReference | None
    why_not: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree of a condition or a value, with its values in the case.

    Attributes:
        text: the condition, or the value's name, in words.
        value: the value, for a node that reads one; None for a condition, or where missing.
        truth: the truth of a condition; None where unknown, and for a node that reads a value.
        condition: whether the node is a condition.
        missing: names of what was missing.
        children: the node's parts.
        row: id of the row in which the node was evaluated; None outside rows.
        formula: how the value is computed, in words; None for a value that was given, and for a condition.
        table: for the answer of a decision table, how it came about.
    """

    text: Text
    value: Text | None
    truth: bool | None
    condition: bool
    missing: tuple[Text, ...] = ()
    children: tuple[Node, ...] = ()
    row: str | None = None
    formula: Text | None = None
    table: TableStory | None = None


@dataclass(frozen=True, slots=True)
class GrantStory:
    """A grant that an exemption gave to an indicator, and whether it took effect."""

    exemption: Name
    row: RowReference | None
    text: Text
    counted: bool


@dataclass(frozen=True, slots=True)
class ClockStory:
    """What a clock measured.

    Attributes:
        start, end: None where missing.
        paused: the time in which it stood still; None where it did not.
        hours: on a calendar the working hours that counted, with their days.
    """

    start: Text | None
    end: Text | None
    still_running: bool
    paused: Text | None
    hours: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class ShareStory:
    """An indicator's share of a score, n of D, and the points it lost there."""

    score: Name
    share: int
    denominator: int
    lost: Fixed


@dataclass(frozen=True, slots=True)
class IndicatorStory:
    """One indicator, or one row of a family.

    Attributes:
        measure, base_target, target: None where missing, or where the indicator has none.
        how: the sentences that lead from measure and target to the score.
        score: None where waived.
        waived: why it is waived; None where scored.
        only_if: the tree of the condition under which the indicator counts.
        reason: the reason code of the points that it lost.
        measured_by: what is measured, in words.
        row, row_id: for a row of a family, the row and its id in the family; None otherwise.
        working: the trees of measure, target, points and grants, of those that were computed.
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
    working: tuple[Node, ...] = ()


class RuleKind(Enum):
    """The kinds of rules other than indicators."""

    EXEMPTION = "exemption"
    ADJUSTMENT = "adjustment"
    UNSCORED = "unscored"
    DEDUCTION = "deduction"
    BONUS = "bonus"
    CORRECTION = "correction"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The evaluation of a rule's condition, in one row or once for the case.

    Attributes:
        truth: None where unknown.
        tree: the condition with the values used.
        amount: the points that a points rule brought, as text.
        points: the same as a number with the rule's own digits; None where it is missing or the rule brings none.
        reason: the reason code, where the rule fired and computes it.
        name: what the row is called, where the rule's label is computed.
        effective: whether the row is named as a reason: of windows that recur, those that took time of a clock.
        working: the trees of the amount and of its limit, where they were computed.
    """

    row: RowReference | None
    truth: bool | None
    fired: bool
    tree: Node
    amount: Text | None = None
    points: Fixed | None = None
    working: tuple[Node, ...] = ()
    reason: str | None = None
    name: Name | None = None
    effective: bool = True


@dataclass(frozen=True, slots=True)
class RuleStory:
    """A rule, whether it fired, and why.

    Attributes:
        does: what the rule does when it fires.
        why_not: for a rule that did not fire, what was false or unknown and how far it was from firing.
        distances: parallel to `why_not`: each distance as a value, None where it is no quantity.
        lifted_by: the exemption that keeps the rule from applying; None where there is none.
        nearness: for a rule that did not fire, a sort key, nearest first: parts that failed, then their distances.
        judgements: at most `ROWS` of them; `more` counts those left out.
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
    nearness: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class WeightStage:
    """A stage of resolving the weights, with an amount per member; None where the member is waived.

    `percent`: whether readers see the amounts as percentages, where those are finite decimals.
    """

    reason: Text
    clause: Clause | None
    amounts: tuple[Fraction | None, ...]
    percent: bool = False

    def shown(self, member: int) -> Text:
        """The amount of a member for a reader."""
        amount = self.amounts[member]
        if amount is None:
            return "–"
        return share_text(amount) if self.percent else decimal_text(amount)


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
    """A line of the ledger with the running total after it.

    Attributes:
        amount: signed as it enters the sum; for base and final, the sum itself.
        running: the total after the line, at the finest scale of the ledger.
        is_sum: whether the line states a sum rather than a summand.
        detail: what the line says beside its name: the row, or that it gives back what goes beyond a limit.
    """

    kind: LineKind
    text: Text
    name: Name | None
    row: str | None
    clause: Clause | None
    amount: Fixed
    running: Fixed
    is_sum: bool
    detail: Text | None = None


@dataclass(frozen=True, slots=True)
class Summand:
    """One term n × points of the exact computation shown beside the ledger."""

    name: Name
    row: str | None
    share: int
    points: Fixed


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An indicator or family that does not count in a score.

    Attributes:
        why: what was false of its condition there, or that it is unknown.
        if_counted: the final score if it counted; None where there is none, or it is the same.
    """

    name: Name
    why: tuple[Text, ...]
    if_counted: Fixed | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code, and what it stands for: the names of what lost points under it."""

    code: str
    meaning: Text


@dataclass(frozen=True, slots=True)
class ScoreStory:
    """One score: its ledger line by line, and the same result as one computation.

    Attributes:
        unscored: why it has no score; None where it has one.
        base_text: the exact computation of the base.
        reasons: reason codes with their meanings, most points first.
        working: the trees of its `value` or `start`, of `minimum_present` and `only_if`, where they were computed.
        left_out: its indicators and families that do not count in it.
    """

    name: Name
    final: Fixed | None
    base: Fixed | None
    better: Better
    grade: Name | None
    grades: tuple[tuple[Name, Text], ...]
    unscored: Text | None
    weights: WeightStory | None
    ledger: tuple[LedgerLine, ...]
    summands: tuple[Summand, ...]
    base_text: tuple[Text, ...]
    reasons: tuple[Reason, ...]
    working: tuple[Node, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A score of the case, and its grade, with an exemption and without it; None where there is no score or grade."""

    exemption: Name | None
    score: Name
    with_it: Fixed | None
    without_it: Fixed | None
    grade_with: Name | None
    grade_without: Name | None


@dataclass(frozen=True, slots=True)
class NextGrade:
    """How far a score is from the next better grade: the points that it lacks (where less is better: has too many)."""

    score: Name
    grade: Name
    bound: Fixed
    points: Fixed
    better: Better


class ChangeMethod(Enum):
    """How the smallest change was found. Whatever the method, it was run again by the reference semantics."""

    CLOSED_FORM = "closed form"
    SEARCH = "search"
    ENUMERATION = "enumeration"


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change of one value with which a line of the ledger costs nothing.

    Attributes:
        field: the input, or the field of a row; `before` and `after` are its values, `before` None where it is missing.
        relation, row: the row; None for an input.
        difference: the size of the change, where it is a quantity; `up` where the value grows.
        moment: whether the input is a date or an instant.
        final, grade: of the whole score with that change.
        still_lost: what would still be lost there, signed as in the ledger; None where nothing would.
    """

    field: Name
    relation: str | None
    row: RowReference | None
    before: TypedValue | None
    after: TypedValue
    difference: TypedValue | None
    up: bool
    moment: bool
    method: ChangeMethod
    final: Fixed
    grade: Name | None
    still_lost: Fixed | None = None


@dataclass(frozen=True, slots=True)
class Regain:
    """What would regain the points that an indicator or a points rule cost.

    Attributes:
        row: for a row of a family, its id.
        lost: the points, signed as in the ledger.
        changes: of several rows that cost points, where none regains all, one that regains the most of one row; else of
            inputs at most one for each type of value, of rows one for each relation and type; empty where
            none was found.
        reads_values: whether the cause reads values that may be changed at all: inputs, or fields of rows.
        complete: whether every value was tried, or a change found; of numbers and times only some are tried.
        rows, rows_tried: how many rows of the case the cause may read, and in how many a change was looked for.
    """

    score: Name
    cause: Name
    row: str | None
    lost: Fixed
    changes: tuple[Change, ...]
    reads_values: bool
    complete: bool
    rows: int = 0
    rows_tried: int = 0


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The exemption that came nearest to applying, and what it lacked."""

    exemption: Name
    clause: Clause | None
    why_not: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Milestone:
    """An instant of the case, in microseconds UTC."""

    name: Name
    at: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The time measured by an indicator against its target. All times are in microseconds, instants in UTC.

    Attributes:
        time: the time measured between start and end: without pauses, on a calendar only its working time.
        spare: target minus time, negative where the target was exceeded; None without a target.
        due: the instant at which the effective target runs out, pauses included; None without a target, or where
            the clock's calendar ends before it.
        base_due: the same for the target before any grant, without pauses.
        pauses: the windows in which the clock stood still.
        off: the windows outside the working hours of the clock's calendar; none where they are too many to draw.
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
    off: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class EventWindow:
    """An event that concerns the case, in microseconds UTC. An `end` of None means not ended; `level` counts from 0."""

    row: RowReference
    start: int
    end: int | None
    level: int | None
    levels: int


@dataclass(frozen=True, slots=True)
class OutputStory:
    """An output of the ruleset. A `value` of None means that it is missing; `working` is its tree."""

    name: Name
    value: Text | None
    clause: Clause | None
    working: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The outcome of one case and the reasons for it.

    Attributes:
        outcome: the outcome given by the reference semantics.
        headline: the outcome in one sentence.
        rejection: for a rejected case, what was expected and where; None otherwise.
        head: what tells whose case it is and until when it was looked at.
    """

    ruleset: Name
    version: str
    source: Clause | None
    timezone: str
    key: str
    outcome: Outcome
    headline: Text
    rejection: Text | None
    head: tuple[HeadFact, ...]
    scores: tuple[ScoreStory, ...]
    indicators: tuple[IndicatorStory, ...]
    rules: tuple[RuleStory, ...]
    counterfactuals: tuple[Counterfactual, ...]
    next_grades: tuple[NextGrade, ...]
    regains: tuple[Regain, ...]
    near_miss: NearMiss | None
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
