"""What a summary of a ruleset has, whatever the cases: its scores and grades, indicators, rules, result columns.

Of several versions everything that one of them has is there, what the newest has first; a score has the most digits
that one of them gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from steelyard.diagnostics import Message, msg
from steelyard.engines.counting import LostColumn, ScoreColumn, SummaryColumns
from steelyard.ir.indicators import Bands
from steelyard.ir.result_columns import PARQUET_DIGITS, Content, ResultColumn, result_columns
from steelyard.ir.ruleset import Better, Effect, Ruleset, Score
from steelyard.ir.versions import Versions, versions_of
from steelyard.report.results import Results
from steelyard.semantics.outcome import Status


class UncountableError(ValueError):
    """Results do not hold what a summary needs. `message` says why, for the user."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class Kind(Enum):
    """What a rule is that fires."""

    EXEMPTION = "exemption"
    ADJUSTMENT = "adjustment"
    DEDUCTION = "deduction"
    BONUS = "bonus"
    CORRECTION = "correction"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class ScoreShape:
    """A score: its digits, its grades in their order, the indicators that may lose points in it."""

    id: str
    digits: int
    lower: bool
    """Whether less is better."""
    grades: tuple[str, ...]
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """Attributes: scores and rules in their order; `reasons` are the codes that the ruleset names, sorted.

    `statuses` are those that a case can have: `decided` under a ruleset without a score, the others under one with.
    """

    statuses: tuple[Status, ...]
    scores: tuple[ScoreShape, ...]
    rules: tuple[tuple[str, Kind], ...]
    reasons: tuple[str, ...]
    unscored_reasons: tuple[str, ...]


_KINDS = {
    Effect.DEDUCT: Kind.DEDUCTION,
    Effect.ADD: Kind.BONUS,
    Effect.ADJUST: Kind.CORRECTION,
    Effect.AT_MOST: Kind.GATE,
    Effect.AT_LEAST: Kind.GATE,
}


def shape_of(rules: Ruleset | Versions) -> Shape:
    """The shape of a ruleset's summaries."""
    rulesets = tuple(reversed(versions_of(rules).rulesets))
    by_id: dict[str, list[Score]] = {}
    indicators: dict[str, dict[str, None]] = {}
    kinds: dict[str, Kind] = {}
    for one in rulesets:
        for score in one.scores:
            by_id.setdefault(score.id, []).append(score)
        for lost in _lost_columns(one):
            indicators.setdefault(lost.score, {}).setdefault(lost.indicator)
        for rule, kind in _rules(one):
            kinds.setdefault(rule, kind)
    scores = tuple(
        ScoreShape(
            id=name,
            digits=max(one.digits for one in own),
            lower=own[0].better is Better.LOWER,
            grades=tuple(dict.fromkeys(grade.id for one in own for grade in one.grades)),
            indicators=tuple(indicators.get(name, ())),
        )
        for name, own in by_id.items()
    )
    decided = (Status.DECIDED,) if not all(one.scores for one in rulesets) else ()
    return Shape(
        (*decided, *((Status.SCORED, Status.UNSCORED) if scores else ()), Status.REJECTED),
        scores,
        tuple(kinds.items()),
        tuple(sorted({code for one in rulesets for code in _codes(one)})),
        tuple(sorted({unscored.reason for one in rulesets for unscored in one.unscored})),
    )


def summary_columns(rules: Ruleset | Versions) -> SummaryColumns:
    """The columns of results, as Parquet holds them, that a summary reads.

    Raises:
        UncountableError: what one version calls a family of indicators is an output in another, so that the column is
            text, without points.
    """
    versions = versions_of(rules)
    columns = [column for one in versions.rulesets for column in result_columns(one)]
    names = _names(columns, Content.SCORE)
    grades = _names(columns, Content.GRADE)
    scores = tuple(
        ScoreColumn(one.id, names[one.id], grades[one.id], one.digits > PARQUET_DIGITS)
        for one in shape_of(versions).scores
    )
    lost = dict.fromkeys(column for one in reversed(versions.rulesets) for column in _lost_columns(one))
    families = {column.name: bool(column.fields) for column in Results(versions).columns}
    for column in lost:
        if column.field is not None and not families[column.column]:
            raise UncountableError(
                msg("`{name}` is a family of indicators in one version and an output in another", name=column.column)
            )
    return SummaryColumns(scores, tuple(lost))


def _names(columns: Iterable[ResultColumn], content: Content) -> dict[str, str]:
    """The name of the column with this content, by score."""
    return {one.origin.score: one.name for one in columns if one.origin is not None and one.origin.content is content}


def _lost_columns(ruleset: Ruleset) -> Iterator[LostColumn]:
    """Where results hold points lost: not every score has them of every indicator. By score, then by indicator."""
    found: dict[str, list[LostColumn]] = {score.id: [] for score in ruleset.scores}
    for column in result_columns(ruleset):
        for part in column.fields or (column,):
            origin = part.origin
            if origin is not None and origin.content is Content.LOST:
                field = part.name if column.fields else None
                found[origin.score].append(LostColumn(origin.score, origin.id, column.name, field))
    return (one for own in found.values() for one in own)


def _rules(ruleset: Ruleset) -> Iterator[tuple[str, Kind]]:
    """What may stand in the column `fired`."""
    yield from ((one.id, Kind.EXEMPTION) for one in ruleset.exemptions)
    yield from ((one.id, Kind.ADJUSTMENT) for one in ruleset.weights.adjustments)
    yield from ((one.id, _KINDS[one.effect]) for one in ruleset.points)


def _codes(ruleset: Ruleset) -> Iterator[str]:
    """The reason codes of indicators, bands, points rules and unscored rules that are written, not computed."""
    named = [one.reason for one in (*ruleset.indicators, *ruleset.points, *ruleset.unscored)]
    bands = [band.reason for one in ruleset.indicators if isinstance(one.way, Bands) for band in one.way.bands]
    yield from (code for code in (*named, *bands) if isinstance(code, str))
