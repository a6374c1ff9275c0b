"""Counting in Python: outcomes one after the other become the counts of a summary, without a record and without SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from steelyard.engines.counting import QUANTILES, Count, Measure, ScoreItem
from steelyard.facts.case import Case, Reject
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.report.grouping import GroupKeys
from steelyard.report.summary import Summary, summary_of_counts
from steelyard.report.summary_shape import shape_of
from steelyard.semantics.outcome import Outcome, Status


@dataclass(slots=True)
class _Tally:
    """What is counted of a group: by measure, what it is of, and item; how often each score occurs, in units."""

    items: Counter[tuple[Measure, str, str]] = field(default_factory=Counter)
    scores: dict[str, Counter[int]] = field(default_factory=dict)

    def take(self, other: _Tally) -> None:
        self.items.update(other.items)
        for score, histogram in other.scores.items():
            self.scores.setdefault(score, Counter()).update(histogram)


def summarise(
    rules: Ruleset | Versions,
    outcomes: Iterable[tuple[Case, Outcome]],
    rejects: Iterable[Reject],
    by: Sequence[str],
    minimum_sample: int,
) -> Summary:
    """Sum up a whole run."""
    versions = versions_of(rules)
    keys = GroupKeys(versions)
    digits = {score.id: score.digits for score in shape_of(versions).scores}
    tallies: dict[tuple[str, ...], _Tally] = {}
    where: Counter[str] = Counter()
    for case, outcome in outcomes:
        key = tuple(keys.text(name, case.values) or "" for name in by)
        _count(tallies.setdefault(key, _Tally()), outcome, digits)
        if outcome.rejection is not None:
            where[outcome.rejection.where] += 1
    for reject in rejects:
        own = tuple(keys.text(name, reject.values) or "" for name in by)
        tallies.setdefault(own, _Tally()).items[Measure.STATUS, "", Status.REJECTED.value] += 1
        where[reject.where] += 1
    return summary_of_counts(versions, by, _counts(tallies, where), minimum_sample)


def _counts(tallies: Mapping[tuple[str, ...], _Tally], wheres: Mapping[str, int]) -> Iterator[Count]:
    whole = _Tally()
    for tally in tallies.values():
        whole.take(tally)
    yield from (Count((), Measure.WHERE, "", where, count) for where, count in wheres.items())
    for key, tally in {**tallies, (): whole}.items():
        for what, value in tally.items.items():
            yield Count(key, *what, value)
        for score, histogram in tally.scores.items():
            for item, value in _numbers(histogram):
                yield Count(key, Measure.SCORE, score, item, value)


def _count(tally: _Tally, outcome: Outcome, digits: Mapping[str, int]) -> None:
    items = tally.items
    items[Measure.STATUS, "", outcome.status.value] += 1
    for fired in outcome.fired:
        items[Measure.FIRED, "", fired.rule] += 1
    if outcome.status is Status.UNSCORED:
        items[Measure.UNSCORED, "", outcome.reason or ""] += 1
        items[Measure.REASON, "", outcome.reason or ""] += 1
    else:
        for code in {code for score in outcome.scores for code in score.reasons}:
            items[Measure.REASON, "", code] += 1
    for score in outcome.scores:
        if score.final is None:
            continue
        units = score.final.value * 10 ** (digits[score.id] - score.final.scale)
        tally.scores.setdefault(score.id, Counter())[units] += 1
        if score.grade is not None:
            items[Measure.GRADE, score.id, score.grade] += 1
        lost: Counter[str] = Counter()
        for share in score.shares:
            lost[share.id] += share.lost.value
        for indicator, points in lost.items():
            items[Measure.MEASURED, score.id, indicator] += 1
            if points:
                items[Measure.LOST, score.id, indicator] += points
                items[Measure.LOSING, score.id, indicator] += points > 0


def _numbers(histogram: Mapping[int, int]) -> Iterator[tuple[str, int]]:
    yield ScoreItem.COUNT.value, sum(histogram.values())
    yield ScoreItem.TOTAL.value, sum(value * often for value, often in histogram.items())
    yield ScoreItem.MINIMUM.value, min(histogram)
    ordered = sorted(histogram.elements() if isinstance(histogram, Counter) else ())
    yield from ((name, ordered[-(-percent * len(ordered) // 100) - 1]) for name, percent in QUANTILES)
