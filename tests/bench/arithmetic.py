"""The arithmetic of motor-small-claims in plain Python: from the rules that fired to score and grade.

Whole numbers, as exact as steelyard's: scores are hundredths, rounded half up once. Shares come from a table
of situations, worked out once each. It gives the scores, shares, lost points, final score and grade, and which
rules took part; no ledger, no reason codes, no list of what was missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.bench.by_hand import Firing
from tests.bench.prepared import HOUR, Plain

Shares = dict[str, int]
Situation = tuple[bool, bool, frozenset[str]]
"""Severe weather, a complaint surge, the indicators that are scored."""

BASELINE = 10_000
QUALITY_TARGETS = {"accuracy": 9800, "satisfaction": 45, "resolution": 9000}
GRADES = ((9000, "A"), (7500, "B"), (6000, "C"), (0, "D"))


@dataclass(slots=True)
class Found:
    """What came out; hundredths, lost points in millionths."""

    score: int | None = None
    grade: str | None = None
    scores: dict[str, int] = field(default_factory=dict)
    shares: Shares = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    fired: set[str] = field(default_factory=set)


class Arithmetic:
    """Scores claims whose rules have been matched; remembers the shares of situations."""

    def __init__(self, as_of: int, resolve: Callable[[Situation], Shares]) -> None:
        self._as_of = as_of
        self._resolve = resolve
        self._known: dict[Situation, Shares] = {}

    def score(self, claim: Plain, firings: Sequence[Firing]) -> Found:
        """The outcome of a claim."""
        found = Found()
        names = {name for name, _ in firings}
        found.fired = names - {"branch_month", "covered", "withdrawn-claim"}
        if "withdrawn-claim" in names:
            return found
        self._times(claim, firings, found)
        _qualities(claim, firings, found, covered="covered" in names)
        situation = "severe-weather" in names, "complaint-surge" in names, frozenset(found.scores)
        shares = self._known.get(situation)
        if shares is None:
            shares = self._known[situation] = self._resolve(situation)
        whole = sum(shares.values())
        found.shares = shares
        found.lost = {
            name: _half_up(shares[name] * (BASELINE - score) * 10_000, whole) for name, score in found.scores.items()
        }
        base = _half_up(sum(shares[name] * score for name, score in found.scores.items()), whole)
        score = base - min(1500, 500 * sum(name == "upheld-complaint" for name, _ in firings))
        if "survey-without-gps" in names:
            if "catastrophe" in names:
                found.fired.discard("survey-without-gps")
            else:
                score -= 200
        if "misconduct" in names:
            score = min(score, 5900)
        found.score = max(0, min(BASELINE, score))
        found.grade = next(grade for least, grade in GRADES if found.score >= least)
        return found

    def _times(self, claim: Plain, firings: Sequence[Firing], found: Found) -> None:
        as_of, scores = self._as_of, found.scores
        reported, accepted, decided = claim["reported_at"], claim.get("accepted_at"), claim.get("decided_at")
        declared = any(name == "catastrophe" for name, _ in firings)
        if not declared:
            scores["acceptance"] = _tenths((as_of if accepted is None else accepted) - reported, 2 * HOUR)
        if accepted is not None:
            weather = claim["weather"]
            pauses = [(weather[n]["starts"], weather[n]["ends"]) for name, n in firings if name == "red-pause"]
            relief = max((weather[n]["relief"] for name, n in firings if name == "storm-relief"), default=0)
            surveyed = claim.get("surveyed_at", as_of)
            time = surveyed - accepted - _union(pauses, accepted, surveyed)
            survey = _tenths(time, 24 * HOUR + relief)
            scores["survey"] = max(survey, 6000) if declared else survey
            until = as_of if decided is None else decided
            time = until - accepted - _union(pauses, accepted, until)
            scores["decision"] = _tenths(time, 120 * HOUR if declared else 48 * HOUR)
        if decided is not None:
            scores["payment"] = _tenths(claim.get("paid_at", as_of) - decided, 2 * HOUR)


def _qualities(claim: Plain, firings: Sequence[Firing], found: Found, *, covered: bool) -> None:
    (month,) = (claim["branch_month"][n] for name, n in firings if name == "branch_month")
    scores = found.scores
    if "accuracy_rate" in claim:
        scores["accuracy"] = _proportion(claim["accuracy_rate"], QUALITY_TARGETS["accuracy"])
    if covered and "rating" in claim:
        scores["satisfaction"] = _proportion(claim["rating"], QUALITY_TARGETS["satisfaction"])
    rate = month["complaints_per_thousand"]
    scores["complaint_rate"] = BASELINE if rate <= 500 else _half_up(BASELINE * 500, rate)
    scores["resolution"] = _proportion(month["one_time_resolution"], QUALITY_TARGETS["resolution"])


def _tenths(time: int, target: int) -> int:
    over = time - target
    return max(0, BASELINE - 1000 * -(-over * 10 // target)) if over > 0 else BASELINE


def _proportion(measure: int, target: int) -> int:
    return BASELINE if measure >= target else _half_up(BASELINE * measure, target)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _union(windows: list[tuple[int, int]], since: int, until: int) -> int:
    total, reached = 0, since
    for start, end in sorted(windows):
        low, high = max(start, reached), min(end, until)
        if low < high:
            total += high - low
            reached = high
    return total
