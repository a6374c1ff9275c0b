"""Counting in memory: outcomes one after the other become the counts of a summary.

Groups are keyed by inputs of the case as text, by `month` of the reference date, or by `version` of the ruleset (an
input of that name wins). A row that intake rejected has no values: it stands under empty keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from steelyard.calendars.zones import day_of, zone
from steelyard.diagnostics import Message, msg
from steelyard.engines.counting import QUANTILES, Count, Measure, ScoreItem, nearest_rank
from steelyard.facts.case import Case, Reject
from steelyard.facts.format import format_value
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.report.summary import MINIMUM_SAMPLE, Summary, summary_of_counts
from steelyard.report.summary_shape import shape_of
from steelyard.semantics.outcome import Outcome, Status

MONTH, VERSION = "month", "version"


@dataclass(slots=True)
class _Tally:
    """What is counted of a group, or of the whole run where there are none.

    Attributes:
        items: by measure, what it is of, and item.
        scores: by id: how often each score occurs, in units.
    """

    items: Counter[tuple[Measure, str, str]] = field(default_factory=Counter[tuple[Measure, str, str]])
    scores: dict[str, Counter[int]] = field(default_factory=dict[str, Counter[int]])

    def take(self, other: _Tally) -> None:
        """Add what was counted of another group."""
        self.items.update(other.items)
        for score, histogram in other.scores.items():
            self.scores.setdefault(score, Counter()).update(histogram)


def unknown_keys(rules: Ruleset | Versions, by: Sequence[str]) -> tuple[str, ...]:
    """The names among `by` that no case can be grouped by."""
    versions = versions_of(rules)
    known = {VERSION, *(field.id for one in versions.rulesets for field in one.inputs)}
    if versions.newest.reference_date is not None:
        known.add(MONTH)
    return tuple(name for name in by if name not in known)


def unknown_key(name: str) -> Message:
    """What to say about a name that no case can be grouped by."""
    return msg(
        "cannot group by `{name}`: name inputs of the case, `month` of the reference date, or `version`", name=name
    )


class GroupKeys:
    """Tells of each case what it is grouped by, as text."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._types = {one.version: {f.id: f.type for f in one.inputs} for one in versions.rulesets}
        self._zone = zone(versions.newest.timezone)

    def text(self, name: str, case: Case) -> str:
        """The text of an input, of `month` or `version`; empty where the case lacks it.

        A case for which no version is in force has its inputs all the same.
        """
        version = self._versions.of(case.values)
        types = self._types[(version or self._versions.newest).version]
        if name in types:
            value = case.values.get(name)
            return "" if value is None else format_value(value, types[name], self._zone)
        if name == VERSION:
            return "" if version is None else version.version
        return self._month(case) if name == MONTH else ""

    def _month(self, case: Case) -> str:
        value = case.values.get(self._versions.newest.reference_date or "")
        number = None if value is None else self._versions.day(value)
        if number is None:
            return ""
        day = day_of(number)
        return f"{day.year:04}-{day.month:02}"


class Summing:
    """Takes outcomes one after the other; keeps counts, not cases."""

    def __init__(self, rules: Ruleset | Versions, by: Sequence[str] = (), minimum_sample: int = MINIMUM_SAMPLE) -> None:
        """Prepare.

        Raises:
            ValueError: a name in `by` is unknown (see `unknown_keys`).
        """
        if unknown := unknown_keys(rules, by):
            raise ValueError(str(unknown_key(unknown[0])))
        self._versions = versions_of(rules)
        self._by = tuple(by)
        self._minimum_sample = minimum_sample
        self._keys = GroupKeys(self._versions)
        self._digits = {score.id: score.digits for score in shape_of(self._versions).scores}
        self._tallies: dict[tuple[str, ...], _Tally] = {}
        self._rejects: Counter[str] = Counter()

    def add(self, case: Case, outcome: Outcome) -> None:
        """Count a case."""
        _count(self._of(self._key(case)), outcome, self._digits)
        if outcome.rejection is not None:
            self._rejects[outcome.rejection.where] += 1

    def reject(self, reject: Reject) -> None:
        """Count a row that intake rejected."""
        self._of(("",) * len(self._by)).items[Measure.STATUS, "", Status.REJECTED.value] += 1
        self._rejects[reject.where] += 1

    def counts(self) -> Iterator[Count]:
        """What was counted so far."""
        whole = _Tally()
        for tally in self._tallies.values():
            whole.take(tally)
        yield from (Count((), Measure.WHERE, "", where, count) for where, count in self._rejects.items())
        for key, tally in {**self._tallies, (): whole}.items():
            for what, value in tally.items.items():
                yield Count(key, *what, value)
            for score, histogram in tally.scores.items():
                for item, value in _numbers(histogram):
                    yield Count(key, Measure.SCORE, score, item, value)

    def finish(self) -> Summary:
        """The summary so far."""
        return summary_of_counts(self._versions, self._by, self.counts(), self._minimum_sample)

    def _of(self, key: tuple[str, ...]) -> _Tally:
        """The tally of a group."""
        found = self._tallies.get(key)
        if found is None:
            found = self._tallies[key] = _Tally()
        return found

    def _key(self, case: Case) -> tuple[str, ...]:
        return tuple(self._keys.text(name, case) for name in self._by)


def summarise(
    rules: Ruleset | Versions,
    outcomes: Iterable[tuple[Case, Outcome]],
    rejects: Iterable[Reject] = (),
    by: Sequence[str] = (),
    minimum_sample: int = MINIMUM_SAMPLE,
) -> Summary:
    """Sum up a whole run at once. Raises ValueError as `Summing`."""
    summing = Summing(rules, by, minimum_sample)
    for case, outcome in outcomes:
        summing.add(case, outcome)
    for reject in rejects:
        summing.reject(reject)
    return summing.finish()


def _count(tally: _Tally, outcome: Outcome, digits: Mapping[str, int]) -> None:
    """Count what the result's row of a case says."""
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
        lost: dict[str, int] = {}
        for share in score.shares:
            lost[share.id] = lost.get(share.id, 0) + share.lost.value
        for indicator, points in lost.items():
            if points:
                items[Measure.LOST, score.id, indicator] += points
                items[Measure.LOSING, score.id, indicator] += points > 0


def _numbers(histogram: Mapping[int, int]) -> Iterator[tuple[str, int]]:
    """A score's items."""
    yield ScoreItem.COUNT.value, sum(histogram.values())
    yield ScoreItem.TOTAL.value, sum(value * often for value, often in histogram.items())
    yield ScoreItem.MINIMUM.value, min(histogram)
    yield from ((name, nearest_rank(histogram, percent)) for name, percent in QUANTILES)
