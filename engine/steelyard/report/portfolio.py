"""A run in a few lines: how many cases of each status and grade, exact means, why points were lost.

Sums are integers; a mean is rounded once, half up, to the digits of its score. Groups are keyed by
inputs of the case as text, by `month` of the reference date, or by `version` of the ruleset (an input of that
name wins). Of several versions a score's mean has the most digits that one of them gives it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from steelyard.calendars.zones import day_of, zone
from steelyard.diagnostics import Message, msg
from steelyard.facts.case import Case, Reject
from steelyard.facts.format import format_value
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.semantics.outcome import Fixed, Outcome, Status
from steelyard.semantics.values import divide

MONTH, VERSION = "month", "version"
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


class Summing:
    """Takes outcomes one after the other; keeps counts, not cases."""

    def __init__(self, rules: Ruleset | Versions, by: Sequence[str] = ()) -> None:
        """Prepare.

        Raises:
            ValueError: a name in `by` is unknown (see `unknown_keys`).
        """
        if unknown := unknown_keys(rules, by):
            raise ValueError(str(unknown_key(unknown[0])))
        self._versions = versions_of(rules)
        self._by = tuple(by)
        self._types = {one.version: {f.id: f.type for f in one.inputs} for one in self._versions.rulesets}
        self._zone = zone(self._versions.newest.timezone)
        self._digits, self._grades = _scores(self._versions)
        self._whole = _Tally()
        self._groups: dict[tuple[str, ...], _Tally] = {}
        self._rejects: Counter[str] = Counter()

    def add(self, case: Case, outcome: Outcome) -> None:
        """Count a case."""
        tallies = [self._whole]
        if self._by:
            version = self._versions.of(case.values) or self._versions.newest
            key = tuple(self._key(name, case, version.version) for name in self._by)
            tallies.append(self._groups.setdefault(key, _Tally()))
        for tally in tallies:
            _count(tally, outcome, self._digits)
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

    def _key(self, name: str, case: Case, version: str) -> str:
        types = self._types[version]
        if name not in types:
            return version if name == VERSION else self._month(case) if name == MONTH else ""
        value = case.values.get(name)
        return "" if value is None else format_value(value, types[name], self._zone)

    def _month(self, case: Case) -> str:
        value = case.values.get(self._versions.newest.reference_date or "")
        number = None if value is None else self._versions.day(value)
        if number is None:
            return ""
        day = day_of(number)
        return f"{day.year:04}-{day.month:02}"

    def _line(self, key: tuple[str, ...], tally: _Tally) -> GroupLine:
        statuses = tally.statuses
        return GroupLine(
            key=key,
            cases=statuses.total(),
            scored=statuses[Status.SCORED],
            unscored=statuses[Status.UNSCORED],
            rejected=statuses[Status.REJECTED],
            scores=tuple(self._score(name, digits, tally) for name, digits in self._digits.items()),
            reasons=_most(tally.reasons)[:TOP_REASONS],
        )

    def _score(self, name: str, digits: int, tally: _Tally) -> ScoreLine:
        total, count = tally.totals.get(name, (0, 0))
        grades = tally.grades.get(name, Counter[str]())
        mean = Fixed(divide(total, count), digits) if count else None
        return ScoreLine(name, count, mean, tuple((grade, grades[grade]) for grade in self._grades[name]))


def summarise(
    rules: Ruleset | Versions,
    outcomes: Iterable[tuple[Case, Outcome]],
    rejects: Iterable[Reject] = (),
    by: Sequence[str] = (),
) -> Summary:
    """Sum up a whole run at once. Raises ValueError as `Summing`."""
    summing = Summing(rules, by)
    for case, outcome in outcomes:
        summing.add(case, outcome)
    for reject in rejects:
        summing.reject(reject)
    return summing.finish()


def _scores(versions: Versions) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
    """The digits and the grades of every score, those of the newest version first."""
    digits: dict[str, int] = {}
    grades: dict[str, tuple[str, ...]] = {}
    for score in (score for one in reversed(versions.rulesets) for score in one.scores):
        digits[score.id] = max(digits.get(score.id, 0), score.digits)
        grades[score.id] = tuple(dict.fromkeys((*grades.get(score.id, ()), *(one.id for one in score.grades))))
    return digits, grades


def _count(tally: _Tally, outcome: Outcome, digits: Mapping[str, int]) -> None:
    tally.statuses[outcome.status] += 1
    for score in outcome.scores:
        if score.final is not None:
            total, count = tally.totals.get(score.id, (0, 0))
            units = score.final.value * 10 ** (digits[score.id] - score.final.scale)
            tally.totals[score.id] = total + units, count + 1
        if score.grade is not None:
            tally.grades.setdefault(score.id, Counter())[score.grade] += 1
        tally.reasons.update(score.reasons)
    if outcome.reason is not None:
        tally.reasons[outcome.reason] += 1


def _most(counter: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Most first; equal ones by code point."""
    return tuple(sorted(counter.items(), key=lambda entry: (-entry[1], entry[0])))
