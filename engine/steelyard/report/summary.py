"""A run in a few lines: how many cases of each status and grade, exact means and quantiles, why points were lost.

A summary is made of counts (`engines.counting`), wherever they were counted. A mean is rounded once, half up, to the
digits of its score; groups are ranked by that published mean, so what looks equal is equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from steelyard.engines.counting import QUANTILES, Count, Measure, ScoreItem
from steelyard.ir.ruleset import LEDGER_DIGITS, Ruleset
from steelyard.ir.versions import Versions
from steelyard.report.summary_shape import Kind, ScoreShape, Shape, shape_of
from steelyard.semantics.outcome import Fixed, Status
from steelyard.semantics.values import divide

MINIMUM_SAMPLE = 30
"""A group with fewer cases that have a score gets no rank, unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class LostLine:
    """What an indicator cost.

    Attributes:
        mean: points lost, over all cases that have the score: one where the indicator was waived lost none. So the
            means of all indicators add up to what a score lost on average. None where no case has the score, and where
            the indicator was waived in all that have it.
        cases: so many lost points.
        measured: in the score of so many it counted; in the others it was waived.
    """

    indicator: str
    mean: Fixed | None
    cases: int
    measured: int


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A score over the `count` cases that have it.

    Attributes:
        total: the exact sum of the scores; None where no case has the score, as the following.
        mean: rounded half up to the score's digits.
        quantiles: scores that a case has, in the order of QUANTILES.
        grades: every grade of the score in its order, with how many cases have it.
        lost: by indicator, in the order of the ruleset.
        rank: of the group among those with enough cases, 1 the best; equal means share a rank.
    """

    id: str
    count: int
    total: Fixed | None
    mean: Fixed | None
    minimum: Fixed | None
    quantiles: tuple[Fixed | None, ...]
    grades: tuple[tuple[str, int], ...]
    lost: tuple[LostLine, ...]
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class FiredLine:
    """In how many cases a rule fired."""

    rule: str
    kind: Kind
    cases: int


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group of cases: its key in the order of the grouping, its counts and scores.

    Attributes:
        statuses: so many cases of each status that the ruleset can give, in the order of `Shape.statuses`.
        reasons: codes with the number of cases that have them, most first.
        unscored_reasons: likewise, of cases that have no score.
        fired: every rule of the ruleset, whether it fired or not.
    """

    key: tuple[str, ...]
    cases: int
    statuses: tuple[tuple[Status, int], ...]
    scores: tuple[ScoreLine, ...]
    reasons: tuple[tuple[str, int], ...]
    unscored_reasons: tuple[tuple[str, int], ...]
    fired: tuple[FiredLine, ...]

    @property
    def judged(self) -> int:
        """How many cases were not rejected."""
        return sum(count for status, count in self.statuses if status is not Status.REJECTED)


@dataclass(frozen=True, slots=True)
class Summary:
    """A run.

    Attributes:
        whole: all cases; its key is empty.
        grouping: names of the keys of `groups`.
        groups: in the order of their keys by code point; each case and each rejected row is in one of them.
        rejects: where rows were rejected (column or rule), with how many, most first.
        minimum_sample: a group with fewer cases that have a score has no rank.
    """

    whole: GroupLine
    grouping: tuple[str, ...]
    groups: tuple[GroupLine, ...]
    rejects: tuple[tuple[str, int], ...]
    minimum_sample: int = MINIMUM_SAMPLE

    @property
    def unranked(self) -> int:
        """How many groups have a score in some cases, but in too few for a rank."""
        return sum(any(score.count and score.rank is None for score in group.scores) for group in self.groups)


def summary_of_counts(
    rules: Ruleset | Versions, by: Sequence[str], counts: Iterable[Count], minimum_sample: int = MINIMUM_SAMPLE
) -> Summary:
    """Make a summary of what was counted.

    Args:
        rules: what the cases were scored under.
        by: names of the keys; with none there are no groups.
        counts: of the whole and of every group, their keys as they shall be shown.
        minimum_sample: a group with fewer cases that have a score gets no rank.
    """
    shape = shape_of(rules)
    found: dict[tuple[str, ...], _Counts] = {(): {}}
    for key, measure, of, item, value in counts:
        found.setdefault(key, {}).setdefault((measure, of), Counter())[item] += value
    whole = found.pop(())
    groups = tuple(_line(shape, key, own) for key, own in sorted(found.items()))
    ranks = [_ranks(groups, place, score, minimum_sample) for place, score in enumerate(shape.scores)]
    ranked = tuple(
        replace(
            group,
            scores=tuple(
                replace(score, rank=own.get(group.key)) for score, own in zip(group.scores, ranks, strict=True)
            ),
        )
        for group in groups
    )
    return Summary(_line(shape, (), whole), tuple(by), ranked, _most(_of(whole, Measure.WHERE)), minimum_sample)


_Counts = dict[tuple[Measure, str], Counter[str]]
"""Of a group: by measure and what it is of, then by item."""


def _of(counts: _Counts, measure: Measure, of: str = "") -> Counter[str]:
    return counts.get((measure, of), Counter())


def _line(shape: Shape, key: tuple[str, ...], counts: _Counts) -> GroupLine:
    statuses, fired = _of(counts, Measure.STATUS), _of(counts, Measure.FIRED)
    return GroupLine(
        key=key,
        cases=statuses.total(),
        statuses=tuple((one, statuses[one.value]) for one in shape.statuses),
        scores=tuple(_score(one, counts) for one in shape.scores),
        reasons=_most(_of(counts, Measure.REASON)),
        unscored_reasons=_most(_of(counts, Measure.UNSCORED)),
        fired=tuple(FiredLine(rule, kind, fired[rule]) for rule, kind in shape.rules),
    )


def _score(shape: ScoreShape, counts: _Counts) -> ScoreLine:
    numbers, grades = _of(counts, Measure.SCORE, shape.id), _of(counts, Measure.GRADE, shape.id)
    lost, losing = _of(counts, Measure.LOST, shape.id), _of(counts, Measure.LOSING, shape.id)
    measured = _of(counts, Measure.MEASURED, shape.id)
    count = numbers[ScoreItem.COUNT.value]

    def fixed(units: Callable[[], int], digits: int = shape.digits) -> Fixed | None:
        return Fixed(units(), digits) if count else None

    return ScoreLine(
        id=shape.id,
        count=count,
        total=fixed(lambda: numbers[ScoreItem.TOTAL.value]),
        mean=fixed(lambda: divide(numbers[ScoreItem.TOTAL.value], count)),
        minimum=fixed(lambda: numbers[ScoreItem.MINIMUM.value]),
        quantiles=tuple(fixed(lambda name=name: numbers[name]) for name, _ in QUANTILES),
        grades=tuple((grade, grades[grade]) for grade in shape.grades),
        lost=tuple(
            LostLine(
                one,
                fixed(lambda one=one: divide(lost[one], count), LEDGER_DIGITS) if measured[one] else None,
                losing[one],
                measured[one],
            )
            for one in shape.indicators
        ),
    )


def _ranks(
    groups: Sequence[GroupLine], place: int, shape: ScoreShape, minimum_sample: int
) -> Mapping[tuple[str, ...], int]:
    """The rank of each group with enough cases: one more than there are better ones."""
    lines = ((group.key, group.scores[place]) for group in groups)
    means = {key: line.mean.value for key, line in lines if line.mean is not None and line.count >= minimum_sample}
    ranks: dict[int, int] = {}
    for number, mean in enumerate(sorted(means.values(), reverse=not shape.lower), 1):
        ranks.setdefault(mean, number)
    return {key: ranks[mean] for key, mean in means.items()}


def _most(counter: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Most first; equal ones by code point."""
    return tuple(sorted(((item, n) for item, n in counter.items() if n), key=lambda entry: (-entry[1], entry[0])))
