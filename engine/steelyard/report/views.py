"""What templates receive: finished strings and integers, in one language. No template computes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A name for the reader, with its id for the small print: "" where the name is the id."""

    text: str
    id: str


@dataclass(frozen=True, slots=True)
class NodeView:
    """A line of a condition's tree: `mark` is true, false, unknown, value or missing; `depth` from 0, 9 at most.

    `sign` and `indent` are the mark and the depth for plain text; `formula` is "" for what was given.
    """

    depth: int
    mark: str
    sign: str
    indent: str
    text: str
    value: str
    formula: str


@dataclass(frozen=True, slots=True)
class JudgementView:
    """A condition in one row (empty `row`: once)."""

    row: str
    mark: str
    amount: str
    tree: tuple[NodeView, ...]


@dataclass(frozen=True, slots=True)
class WorkingView:
    """How the values of an indicator, a rule, a score or an output were computed; `long` where it is to be folded."""

    name: Term
    tree: tuple[NodeView, ...]
    long: bool


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule: what it does, whether it fired, for which rows, and why not. `anchor` is a name inside the page."""

    anchor: str
    name: Term
    kind: str
    kind_text: str
    clause: str
    url: str
    fired: bool
    lifted_by: str
    reason: str
    does: tuple[str, ...]
    why_not: tuple[str, ...]
    rows: tuple[str, ...]
    judgements: tuple[JudgementView, ...]
    more: int


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant in words, with the row that it was given for; `counted`: whether it took effect."""

    text: str
    counted: bool


@dataclass(frozen=True, slots=True)
class GrantView:
    """What one exemption granted to an indicator."""

    exemption: Term
    lines: tuple[GrantLine, ...]


@dataclass(frozen=True, slots=True)
class ShareView:
    """Share and points lost in one score."""

    score: str
    share: str
    lost: str


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """A row of the table of indicators."""

    anchor: str
    name: Term
    row: str
    group: str
    clause: str
    measured_by: str
    measure: str
    base_target: str
    target: str
    relaxed: bool
    clock: tuple[str, ...]
    grants: tuple[GrantView, ...]
    how: tuple[str, ...]
    score: str
    waived: str
    only_if: tuple[NodeView, ...]
    shares: tuple[ShareView, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of the ledger; `kind` names it for styling, `tone` is plus (better), minus (worse) or none."""

    kind: str
    text: str
    id: str
    clause: str
    amount: str
    tone: str
    running: str
    is_sum: bool


@dataclass(frozen=True, slots=True)
class CostView:
    """Something that cost or brought points, with the reasons."""

    name: Term
    points: str
    clause: str
    reason: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageView:
    """A column of the table of weights."""

    text: str
    clause: str


@dataclass(frozen=True, slots=True)
class MemberView:
    """A row of the table of weights: an amount per stage, then the share."""

    name: Term
    amounts: tuple[str, ...]
    share: str


@dataclass(frozen=True, slots=True)
class WeightsView:
    """How weights became shares."""

    stages: tuple[StageView, ...]
    members: tuple[MemberView, ...]
    denominator: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GradeView:
    """A grade with its bound; `is_this` marks the one that was reached."""

    name: str
    id: str
    bound: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A score; `has_members` where indicators make it; `grade_id` is "" where the grade has no code beside its name."""

    name: Term
    final: str
    grade: str
    grade_id: str
    grades: tuple[GradeView, ...]
    unscored: str
    base: str
    ledger: tuple[LineView, ...]
    exact: tuple[str, ...]
    costs: tuple[CostView, ...]
    gains: tuple[CostView, ...]
    weights: WeightsView | None
    reasons: tuple[str, ...]
    left_out: tuple[str, ...]
    has_members: bool


@dataclass(frozen=True, slots=True)
class WithoutView:
    """A score, with its grade, with and without an exemption; `sentence` says what it is without it."""

    exemption: str
    score: str
    with_it: str
    without_it: str
    differs: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class RegainView:
    """What would regain the points of a line: changes, each with how it was found; `note` where there is none."""

    name: Term
    points: str
    changes: tuple[tuple[str, str], ...]
    note: str


@dataclass(frozen=True, slots=True)
class NearView:
    """The exemption that came nearest to applying."""

    name: Term
    clause: str
    why_not: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangesView:
    """What would have changed the score; `sentences` are of grades, and of indicators that do not count."""

    sentences: tuple[str, ...]
    regains: tuple[RegainView, ...]
    without: tuple[WithoutView, ...]
    near: NearView | None


@dataclass(frozen=True, slots=True)
class FactView:
    """A value; `missing` where none was given."""

    name: Term
    value: str
    missing: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a relation."""

    relation: str
    id: str
    title: str
    facts: tuple[FactView, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical mark: `x` in drawing units, `lane` from 0, text beside it and its time."""

    x: int
    text_x: int
    anchor: str
    lane: int
    y: int
    text: str
    time: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick of the axis."""

    x: int
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a bar: `kind` is used, over or pause."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class BarView:
    """An indicator's time. `due_x`, `base_x` are None where there is no target, or the same one."""

    y: int
    text_y: int
    mark_top: int
    mark_bottom: int
    name: str
    note: str
    end_x: int
    segments: tuple[Segment, ...]
    due_x: int | None
    base_x: int | None
    running: bool


@dataclass(frozen=True, slots=True)
class BandView:
    """An event's window; `open_end` where it goes on beyond the drawing."""

    y: int
    text_y: int
    x: int
    width: int
    name: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class TimelineView:
    """A drawing in integers; `shown`: the kinds of segments and marks of bars that it has."""

    width: int
    height: int
    left: int
    right: int
    axis_y: int
    bars_top: int
    bars_bottom: int
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    bars: tuple[BarView, ...]
    bands: tuple[BandView, ...]
    list: tuple[tuple[str, str], ...]
    shown: frozenset[str]


@dataclass(frozen=True, slots=True)
class View:
    """One case's report in one language; `head` stands beside the key, `conditions`: whether there is one to show."""

    lang: str
    ruleset: Term
    version: str
    source: str
    timezone: str
    key: str
    head: tuple[FactView, ...]
    status: str
    headline: str
    rejection: str
    scores: tuple[ScoreView, ...]
    outputs: tuple[FactView, ...]
    indicators: tuple[IndicatorView, ...]
    fired: tuple[RuleView, ...]
    not_fired: tuple[RuleView, ...]
    changes: ChangesView | None
    timeline: TimelineView | None
    facts: tuple[FactView, ...]
    parameters: tuple[FactView, ...]
    rows: tuple[RowView, ...]
    rows_left_out: int
    conditions: bool
    workings: tuple[WorkingView, ...]
    missing: tuple[str, ...]
    digests: tuple[tuple[str, str], ...]
    engine: str
    engine_version: str
    evaluated_on: str
    files: tuple[str, ...]
    empty: tuple[str, ...]
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]
