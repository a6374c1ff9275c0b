"""motor-small-claims in plain Python, from the policy's text and not from the ruleset: a second hand to check by.

Exact fractions and datetimes; nothing of steelyard is used. Rows and values are text, under the ruleset's names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import lcm

Row = Mapping[str, str]

HOUR = timedelta(hours=1)
SPEED = ("acceptance", "survey", "decision", "payment")
QUALITY = ("accuracy", "satisfaction", "complaint_rate", "resolution")
BASE_WEIGHTS = dict(zip(SPEED + QUALITY, (10, 20, 20, 10, 15, 15, 5, 5), strict=True))
REASONS = dict(zip(SPEED + QUALITY, ("S1", "S2", "S3", "S4", "Q1", "Q2", "Q3", "Q4"), strict=True))
RELIEF = {
    ("typhoon", "orange"): 24,
    ("typhoon", "red"): 48,
    ("rainstorm", "orange"): 12,
    ("rainstorm", "red"): 24,
    ("snow", "orange"): 24,
    ("snow", "red"): 48,
}
YES = {"true", "是", "yes", "1"}


@dataclass
class Result:
    """What the second hand finds."""

    status: str = "scored"
    score: Fraction | None = None
    grade: str = ""
    scores: dict[str, Fraction] = field(default_factory=dict)
    shares: dict[str, Fraction] = field(default_factory=dict)
    fired: set[str] = field(default_factory=set)

    def columns(self) -> dict[str, str]:
        """The columns that can be compared with a run's."""
        if self.status != "scored" or self.score is None:
            return {"status": self.status, "score": "", "grade": ""}
        whole = lcm(*(share.denominator for share in self.shares.values()))
        columns = {"status": "scored", "score": two(self.score), "grade": self.grade, "shares": str(whole)}
        for name in BASE_WEIGHTS:
            known = name in self.scores
            columns[f"{name}.score"] = two(self.scores[name]) if known else ""
            columns[f"{name}.share"] = str(self.shares[name] * whole) if known else ""
        columns["fired"] = ";".join(sorted(self.fired))
        return columns


def two(value: Fraction) -> str:
    """Two digits, of a value that has no more."""
    units = value * 100
    assert units.denominator == 1
    return f"{units.numerator // 100}.{units.numerator % 100:02}"


def half_up(value: Fraction) -> Fraction:
    """Rounded to hundredths; values here are never negative."""
    return Fraction((value * 100 + Fraction(1, 2)).__floor__(), 100)


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("/", "-")) if text else None


def rate(text: str) -> Fraction:
    return Fraction(text.removesuffix("%")) / 100 if text.endswith("%") else Fraction(text)


def covers(areas: str, region: str) -> bool:
    """A province ends in 0000, a prefecture in 00."""
    for area in areas.split(";"):
        if area == region or (area.endswith("00") and region.startswith(area.rstrip("0").ljust(2, "0"))):
            return True
    return False


def score_case(given: Row, rows: Mapping[str, Sequence[Row]], as_of: datetime) -> Result:
    """Score one claim; `rows` holds all rows of each relation."""
    result = Result()
    reported = moment(given["reported_at"])
    assert reported is not None
    accepted, surveyed = moment(given.get("accepted_at")), moment(given.get("surveyed_at"))
    decided, paid = moment(given.get("decided_at")), moment(given.get("paid_at"))
    steps = [(reported, accepted), (accepted, surveyed), (surveyed, decided), (decided, paid)]
    if any(before and after and after < before for before, after in steps):
        return Result(status="rejected")
    months = [r for r in rows["branch_month"] if r["branch"] == given["branch"] and r["month"] == f"{reported:%Y-%m}"]
    if len(months) != 1:
        return Result(status="rejected")
    if given.get("accuracy_rate") and not 0 <= rate(given["accuracy_rate"]) <= 1:
        return Result(status="rejected")
    if given["withdrawn"] in YES:
        return Result(status="unscored")

    warnings = [
        row
        for row in rows.get("weather", ())
        if covers(row["areas"], given["region"]) and touches(row, reported, decided or as_of)
    ]
    declared = [
        row
        for row in rows.get("declarations", ())
        if covers(row["areas"], given["region"])
        and start(row) <= reported < end(row)
        and row["kind"] in {"typhoon", "flood", "snow", "earthquake"}
    ]
    times(result, (reported, accepted, surveyed, decided, paid, as_of), warnings, declared=bool(declared))
    month = months[0]
    qualities(result, given, month)

    surge = Fraction(month["complaints_per_thousand"]) > 10
    severe = any(row["level"] in {"orange", "red"} for row in warnings)
    result.fired |= {"severe-weather"} if severe else set()
    result.fired |= {"complaint-surge"} if surge else set()
    result.shares = shares(tuple(result.scores), severe=severe, surge=surge)
    base = half_up(sum((result.shares[name] * score for name, score in result.scores.items()), Fraction(0)))
    finish(result, base, given, rows.get("complaints", ()), surveyed=surveyed is not None, declared=bool(declared))
    return result


def months_of(claims: Sequence[Row], complaints: Sequence[Row]) -> list[Row]:
    """The branches' months: complaints, answered surveys, claims without a complaint."""
    about = [row["claim_id"] for row in complaints]
    groups: dict[tuple[str, str], list[Row]] = {}
    for claim in claims:
        groups.setdefault((claim["branch"], claim["reported_at"][:7]), []).append(claim)
    return [
        {
            "branch": branch,
            "month": month,
            "claims": str(len(own)),
            "complaints_per_thousand": share(sum(about.count(one["claim_id"]) for one in own) * 1000, len(own), 2),
            "survey_coverage": share(sum(one["rating"] != "" for one in own), len(own), 4),
            "one_time_resolution": share(sum(one["claim_id"] not in about for one in own), len(own), 4),
        }
        for (branch, month), own in groups.items()
    ]


def share(part: int, whole: int, digits: int) -> str:
    """A quotient of positive numbers, rounded half up."""
    return f"{Decimal((part * 10**digits * 2 + whole) // (whole * 2)).scaleb(-digits):.{digits}f}"


def start(row: Row) -> datetime:
    found = moment(row["starts"])
    assert found is not None
    return found


def end(row: Row) -> datetime:
    return moment(row.get("ends")) or datetime(9999, 1, 1)  # noqa: DTZ001 - local time, as everywhere here


def touches(row: Row, since: datetime, until: datetime) -> bool:
    return start(row) < until and since < end(row)


def times(
    result: Result,
    moments: tuple[datetime, datetime | None, datetime | None, datetime | None, datetime | None, datetime],
    warnings: Sequence[Row],
    *,
    declared: bool,
) -> None:
    """The four times (clauses 2.1 to 2.4, 4.1 to 4.3)."""
    reported, accepted, surveyed, decided, paid, as_of = moments
    red = [row for row in warnings if row["level"] == "red" and row["kind"] in {"typhoon", "rainstorm", "snow"}]
    result.fired |= {"red-pause"} if red else set()
    result.fired |= {"catastrophe"} if declared else set()
    if not declared:
        result.scores["acceptance"] = tenths((accepted or as_of) - reported, 2 * HOUR)
    if accepted is not None:
        reliefs = [
            RELIEF[row["kind"], row["level"]]
            for row in warnings
            if (row["kind"], row["level"]) in RELIEF and touches(row, accepted, accepted + 24 * HOUR)
        ]
        result.fired |= {"storm-relief"} if reliefs else set()
        score = tenths(running(accepted, surveyed or as_of, red), (24 + max(reliefs, default=0)) * HOUR)
        result.scores["survey"] = max(score, Fraction(60)) if declared else score
        target = (48 + (72 if declared else 0)) * HOUR
        result.scores["decision"] = tenths(running(accepted, decided or as_of, red), target)
    if decided is not None:
        result.scores["payment"] = tenths((paid or as_of) - decided, 2 * HOUR)


def running(since: datetime, until: datetime, pauses: Sequence[Row]) -> timedelta:
    """Elapsed time less the union of the pauses, walked from mark to mark."""
    marks = sorted({since, until, *(max(since, min(until, m)) for row in pauses for m in (start(row), end(row)))})
    return sum(
        (b - a for a, b in pairwise(marks) if not any(start(r) <= a < end(r) for r in pauses)),
        timedelta(),
    )


def tenths(measure: timedelta, target: timedelta) -> Fraction:
    over = max(timedelta(), measure - target)
    begun = -(-over * 10 // target)
    return Fraction(max(0, 100 - 10 * begun))


def qualities(result: Result, given: Row, month: Row) -> None:
    """The four qualities (clauses 3.1 to 3.4)."""
    if given.get("accuracy_rate"):
        result.scores["accuracy"] = half_up(min(Fraction(1), rate(given["accuracy_rate"]) / Fraction("0.98")) * 100)
    if given.get("rating") and rate(month["survey_coverage"]) >= Fraction("0.3"):
        result.scores["satisfaction"] = half_up(min(Fraction(1), Fraction(given["rating"]) / Fraction("4.5")) * 100)
    complaints = Fraction(month["complaints_per_thousand"])
    result.scores["complaint_rate"] = half_up(100 / max(Fraction(1), complaints / 5))
    result.scores["resolution"] = half_up(min(Fraction(1), rate(month["one_time_resolution"]) / Fraction("0.9")) * 100)


def shares(present: tuple[str, ...], *, severe: bool, surge: bool) -> dict[str, Fraction]:
    """Clauses 5.1, 5.2, 5.3: multiply, take out what is waived, set, keep quality at 40%."""
    weights = {name: Fraction(BASE_WEIGHTS[name]) for name in present}
    if severe:
        weights = {name: w * (Fraction("0.8") if name in SPEED else Fraction("1.2")) for name, w in weights.items()}
    fixed = {"satisfaction": Fraction(1, 4)} if surge and "satisfaction" in present else {}
    found = spread(weights, fixed, Fraction(1))
    quality = [name for name in present if name in QUALITY]
    if sum(found[name] for name in quality) < Fraction("0.4") and len(quality) < len(present):
        rest = {name: weights[name] for name in present if name not in quality}
        found = spread({name: weights[name] for name in quality}, fixed, Fraction("0.4"))
        found |= spread(rest, {}, Fraction("0.6"))
    return found


def spread(weights: Mapping[str, Fraction], fixed: Mapping[str, Fraction], whole: Fraction) -> dict[str, Fraction]:
    """Share out a whole: the fixed ones as they are, the others in proportion."""
    others = sum((w for name, w in weights.items() if name not in fixed), Fraction(0))
    left = whole - sum(fixed.values(), Fraction(0))
    return {name: fixed[name] if name in fixed else w * left / others for name, w in weights.items()}


def finish(
    result: Result, base: Fraction, given: Row, complaints: Sequence[Row], *, surveyed: bool, declared: bool
) -> None:
    """Deductions, the gate, the grade (clauses 6.1, 6.2, 7.1, 8)."""
    score = base
    upheld = sum(row["upheld"] in YES for row in complaints)
    if upheld:
        result.fired.add("upheld-complaint")
        score -= min(5 * upheld, 15)
    if surveyed and not declared and given.get("gps_recorded") not in YES:
        result.fired.add("survey-without-gps")
        score -= 2
    if given.get("staff_misconduct") in YES:
        result.fired.add("misconduct")
        score = min(score, Fraction(59))
    result.score = max(Fraction(0), score)
    result.grade = next(g for g, low in (("A", 90), ("B", 75), ("C", 60), ("D", 0)) if result.score >= low)
