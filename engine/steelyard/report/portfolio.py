"""A run in a few lines: how many cases of each status and grade, exact means, why points were lost.

Sums are integers; a mean is rounded once, half up, to the digits of its score. Groups are keyed by
inputs of the case as text, or by `month` of the reference date (an input of that name wins).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from steelyard.calendars.zones import day_of, zone
from steelyard.diagnostics import InternalError, Message, msg
from steelyard.facts.case import Case, Reject
from steelyard.facts.format import format_value
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.types import Date, DateTime
from steelyard.semantics.outcome import Fixed, Outcome, Status
from steelyard.semantics.values import divide

MONTH = "month"
TOP_REASONS = 5
"""So many reason codes are listed."""


@dataclass(slots=True)
class _Tally:
    """What is counted for the whole run, and for each group. Scores by id: their sum (units) and how many."""

    statuses: Counter[Status] = field(default_factory=Counter[Status])
    grades: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    totals: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    reasons: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A score over many cases: the exact sum is total units of 10^-digits over `count` cases.

    Attributes:
        mean: rounded half up to the score's digits; None where no case has the score.
        grades: every grade of the score in its order, with how many cases have it.
    """

    id: str
    count: int
    mean: Fixed | None
    grades: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group of cases: its key in the order of the grouping, its counts and scores."""

    key: tuple[str, ...]
    cases: int
    scored: int
    unscored: int
    rejected: int
    scores: tuple[ScoreLine, ...]
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A run.

    Attributes:
        whole: all cases; its key is empty.
        grouping: names of the keys of `groups`.
        groups: in the order of their keys by code point.
        rejects: where rows were rejected (column or rule), with how many, most first.
    """

    whole: GroupLine
    grouping: tuple[str, ...]
    groups: tuple[GroupLine, ...]
    rejects: tuple[tuple[str, int], ...]


def unknown_keys(ruleset: Ruleset, by: Sequence[str]) -> tuple[str, ...]:
    """The names among `by` that no case can be grouped by."""
    known = {one.id for one in ruleset.inputs}
    if ruleset.reference_date is not None:
        known.add(MONTH)
    return tuple(name for name in by if name not in known)


def unknown_key(name: str) -> Message:
    """What to say about a name that no case can be grouped by."""
    return msg("cannot group by `{name}`: name inputs of the case, or `month` of the reference date", name=name)


class Summing:
    """Takes outcomes one after the other; keeps counts, not cases."""

    def __init__(self, ruleset: Ruleset, by: Sequence[str] = ()) -> None:
        """Prepare.

        Raises:
            ValueError: a name in `by` is unknown (see `unknown_keys`).
        """
        if unknown := unknown_keys(ruleset, by):
            raise ValueError(str(unknown_key(unknown[0])))
        self._ruleset = ruleset
        self._by = tuple(by)
        self._types = {one.id: one.type for one in ruleset.inputs}
        self._zone = zone(ruleset.timezone)
        self._whole = _Tally()
        self._groups: dict[tuple[str, ...], _Tally] = {}
        self._rejects: Counter[str] = Counter()

    def add(self, case: Case, outcome: Outcome) -> None:
        """Count a case."""
        tallies = [self._whole]
        if self._by:
            key = tuple(self._key(name, case) for name in self._by)
            tallies.append(self._groups.setdefault(key, _Tally()))
        for tally in tallies:
            _count(tally, outcome)
        if outcome.rejection is not None:
            self._rejects[outcome.rejection.where] += 1

    def reject(self, reject: Reject) -> None:
        """Count a row that intake rejected; it belongs to no group."""
        self._whole.statuses[Status.REJECTED] += 1
        self._rejects[reject.where] += 1

    def finish(self) -> Summary:
        """The summary so far."""
        groups = tuple(self._line(key, tally) for key, tally in sorted(self._groups.items()))
        return Summary(self._line((), self._whole), self._by, groups, _most(self._rejects))

    def _key(self, name: str, case: Case) -> str:
        if name == MONTH and name not in self._types:
            return self._month(case)
        value = case.values.get(name)
        return "" if value is None else format_value(value, self._types[name], self._zone)

    def _month(self, case: Case) -> str:
        name = self._ruleset.reference_date
        value = None if name is None else case.values.get(name)
        if name is None or not isinstance(value, int):
            return ""
        match self._types[name]:
            case DateTime():
                day = day_of(self._zone.local_date(value))
            case Date():
                day = day_of(value)
            case _:
                raise InternalError("a reference date that is no date")
        return f"{day.year:04}-{day.month:02}"

    def _line(self, key: tuple[str, ...], tally: _Tally) -> GroupLine:
        statuses = tally.statuses
        return GroupLine(
            key=key,
            cases=statuses.total(),
            scored=statuses[Status.SCORED],
            unscored=statuses[Status.UNSCORED],
            rejected=statuses[Status.REJECTED],
            scores=tuple(self._score(score.id, score.digits, tally) for score in self._ruleset.scores),
            reasons=_most(tally.reasons)[:TOP_REASONS],
        )

    def _score(self, name: str, digits: int, tally: _Tally) -> ScoreLine:
        total, count = tally.totals.get(name, (0, 0))
        rule = next(score for score in self._ruleset.scores if score.id == name)
        grades = tally.grades.get(name, Counter[str]())
        mean = Fixed(divide(total, count), digits) if count else None
        return ScoreLine(name, count, mean, tuple((grade.id, grades[grade.id]) for grade in rule.grades))


def summarise(
    ruleset: Ruleset, outcomes: Iterable[tuple[Case, Outcome]], rejects: Iterable[Reject] = (), by: Sequence[str] = ()
) -> Summary:
    """Sum up a whole run at once. Raises ValueError as `Summing`."""
    summing = Summing(ruleset, by)
    for case, outcome in outcomes:
        summing.add(case, outcome)
    for reject in rejects:
        summing.reject(reject)
    return summing.finish()


def _count(tally: _Tally, outcome: Outcome) -> None:
    tally.statuses[outcome.status] += 1
    for score in outcome.scores:
        if score.final is not None:
            total, count = tally.totals.get(score.id, (0, 0))
            tally.totals[score.id] = total + score.final.value, count + 1
        if score.grade is not None:
            tally.grades.setdefault(score.id, Counter())[score.grade] += 1
        tally.reasons.update(score.reasons)
    if outcome.reason is not None:
        tally.reasons[outcome.reason] += 1


def _most(counter: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Most first; equal ones by code point."""
    return tuple(sorted(counter.items(), key=lambda entry: (-entry[1], entry[0])))
