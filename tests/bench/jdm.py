"""motor-small-claims as a JDM graph for zen-engine, the peer: a Rust engine for decision models.

Equivalent: joins (the areas that cover a place, the windows that overlap), the relief table, the month's
figures (as a decision table of branch and month), targets, pauses, every indicator's score, the weights of the
situation, base, deductions, gate, score and grade. Not: ledger, shares as integers, reasons, what fired, what
was missing; the union of pauses (they are added: the sample has one red warning); checking of its input. zen
counts in decimals of 28 digits, where steelyard has fractions: written share by share, a claim that lies exactly
on half a hundredth came out a hundredth too low. So the base is one quotient here, rounded once, and all scores
agree to their two digits on every claim that is measured.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import zen
from tests.bench.agree import Scores
from tests.bench.prepared import HOUR, LEVELS, RELIEF, Plain

KEY = "motor-small-claims"
FAR = 1 << 52
LEVEL_NAMES = {number: name for name, number in LEVELS.items()}
SPEED = {"acceptance": 10, "survey": 20, "decision": 20, "payment": 10}
QUALITY = {"accuracy": 15, "satisfaction": 15, "complaint_rate": 5, "resolution": 5}
CASE_FIELDS = ("branch", "month", "withdrawn")

JOINS = {
    "until": "decided ?? as_of",
    "warnings": "filter(weather, some(#.areas, # in levels) and #.starts < $.until and #.ends > reported)",
    "declared": "some(declarations, some(#.areas, # in levels) and #.starts <= reported and #.ends > reported"
    " and #.kind in ['typhoon', 'flood', 'snow', 'earthquake'])",
}


def tenths(measure: str, target: str) -> str:
    """10 points for each 10% of the target over it, begun counts."""
    return f"{measure} > {target} ? max([0, 100 - 10 * ceil(({measure} - {target}) * 10 / ({target}))]) : 100"


SCORES = {
    "red": "filter(warnings, #.level == 'red' and #.kind in ['typhoon', 'rainstorm', 'snow'])",
    "relief": f"accepted == null or len(warnings) == 0 ? 0 : max(map(warnings, "
    f"#.starts < accepted + {24 * HOUR} and #.ends > accepted ? #.extra : 0))",
    "survey_end": "surveyed ?? as_of",
    "survey_pause": "accepted == null ? 0 : "
    "sum(map($.red, max([0, min([#.ends, $.survey_end]) - max([#.starts, accepted])])))",
    "decision_pause": "accepted == null ? 0 : "
    "sum(map($.red, max([0, min([#.ends, until]) - max([#.starts, accepted])])))",
    "survey_time": "accepted == null ? 0 : $.survey_end - accepted - $.survey_pause",
    "decision_time": "accepted == null ? 0 : until - accepted - $.decision_pause",
    "survey_target": f"{24 * HOUR} + $.relief",
    "decision_target": f"declared ? {120 * HOUR} : {48 * HOUR}",
    "acceptance": f"declared ? null : ({tenths('((accepted ?? as_of) - reported)', str(2 * HOUR))})",
    "survey_score": tenths("$.survey_time", "$.survey_target"),
    "survey": "accepted == null ? null : (declared ? max([60, $.survey_score]) : $.survey_score)",
    "decision": f"accepted == null ? null : ({tenths('$.decision_time', '$.decision_target')})",
    "payment": f"decided == null ? null : ({tenths('((paid ?? as_of) - decided)', str(2 * HOUR))})",
    "accuracy": "accuracy_rate == null ? null : round(min([100, 100 * accuracy_rate / 9800]), 2)",
    "satisfaction": "rating == null or coverage < 3000 ? null : round(min([100, 100 * rating / 45]), 2)",
    "complaint_rate": "complaints_per_thousand <= 500 ? 100 : round(100 * 500 / complaints_per_thousand, 2)",
    "resolution": "round(min([100, 100 * one_time_resolution / 9000]), 2)",
}


def _total(weights: dict[str, int], factor: str, *, times_score: bool) -> str:
    def term(name: str, weight: int) -> str:
        if name == "satisfaction":
            present = "(satisfaction == null or $.fixed > 0 ? 0 : {})"
        else:
            present = f"({name} == null ? 0 : {{}})"
        return present.format(f"{weight} * {name}" if times_score else weight)

    return f"{factor} * ({' + '.join(term(name, weight) for name, weight in weights.items())})"


WEIGHTS = {
    "severe": "some(warnings, #.level in ['orange', 'red'])",
    "fixed": "complaints_per_thousand > 1000 and satisfaction != null ? 0.25 : 0",
    "slow": "$.severe ? 0.8 : 1",
    "good": "$.severe ? 1.2 : 1",
    "speed": _total(SPEED, "$.slow", times_score=False),
    "quality": _total(QUALITY, "$.good", times_score=False),
    "speed_points": _total(SPEED, "$.slow", times_score=True),
    "quality_points": _total(QUALITY, "$.good", times_score=True),
    "low": "$.speed > 0 and $.fixed * ($.speed + $.quality) + $.quality * (1 - $.fixed) < 0.4 * ($.speed + $.quality)",
    "above": "$.low ? $.speed * (0.4 - $.fixed) * $.quality_points + $.quality * 0.6 * $.speed_points"
    " : (1 - $.fixed) * ($.quality_points + $.speed_points)",
    "below": "$.low ? $.speed * $.quality : $.speed + $.quality",
    "base": "round(($.fixed * (satisfaction ?? 0) * $.below + $.above) / $.below, 2)",
}

POINTS = {
    "upheld": "min([15, 5 * count(complaints, #.upheld)])",
    "gps_points": "surveyed != null and not gps and not declared ? 2 : 0",
    "after": "base - $.upheld - $.gps_points",
    "gated": "misconduct ? min([59, $.after]) : $.after",
    "score": "withdrawn ? null : max([0, min([100, $.gated])])",
    "grade": "$.score == null ? null : $.score >= 90 ? 'A' : $.score >= 75 ? 'B' : $.score >= 60 ? 'C' : 'D'",
}


def graph(climate: list[Plain]) -> dict[str, Any]:
    """The decision model."""
    month = _table(
        ("branch", "month"),
        ("complaints_per_thousand", "coverage", "one_time_resolution"),
        [
            (
                _text(row["branch"]),
                _text(row["month"]),
                str(row["complaints_per_thousand"]),
                str(row["survey_coverage"]),
                str(row["one_time_resolution"]),
            )
            for row in climate
        ],
    )
    relief = _table(
        ("kind", "level"),
        ("extra",),
        [(_text(kind), _text(level), str(extra)) for (kind, level), extra in RELIEF.items()] + [("", "", "0")],
    )
    relief |= {"inputField": "warnings", "outputPath": "warnings", "executionMode": "loop"}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("in", "inputNode", {}),
        ("month", "decisionTableNode", month),
        ("joins", "expressionNode", _expressions(JOINS)),
        ("relief", "decisionTableNode", relief),
        ("scores", "expressionNode", _expressions(SCORES)),
        ("weights", "expressionNode", _expressions(WEIGHTS)),
        ("points", "expressionNode", _expressions(POINTS)),
        ("out", "outputNode", {}),
    ]
    return {
        "nodes": [{"id": name, "name": name, "type": kind, "content": content} for name, kind, content in steps],
        "edges": [
            {"id": f"{one[0]}-{other[0]}", "sourceId": one[0], "targetId": other[0], "type": "edge"}
            for one, other in pairwise(steps)
        ],
    }


class Jdm:
    """The graph in zen's engine, from its static loader."""

    def __init__(self, climate: list[Plain], as_of: int) -> None:
        self._as_of = as_of
        loader = {"type": "static", "content": {KEY: graph(climate)}}
        self._engine = zen.ZenEngine({"loader": loader})  # type: ignore[typeddict-item]
        self._rows: dict[int, list[Plain]] = {}

    def context(self, claim: Plain) -> Plain:
        """What the graph reads, as a dict: missing values are null."""
        return {
            **{name: claim[name] for name in CASE_FIELDS},
            "as_of": self._as_of,
            "reported": claim["reported_at"],
            "accepted": claim.get("accepted_at"),
            "surveyed": claim.get("surveyed_at"),
            "decided": claim.get("decided_at"),
            "paid": claim.get("paid_at"),
            "gps": claim.get("gps_recorded", False),
            "misconduct": claim.get("staff_misconduct", False),
            "accuracy_rate": claim.get("accuracy_rate"),
            "rating": claim.get("rating"),
            "levels": sorted(claim["levels"]),
            "weather": [_event(row) for row in claim["weather"]],
            "declarations": [_event(row) for row in claim["declarations"]],
            "complaints": [{"upheld": row["upheld"]} for row in claim["complaints"]],
        }

    def evaluate(self, context: Plain) -> dict[str, Any]:
        """The outcome, as zen gives it."""
        return self._engine.evaluate(KEY, context)["result"]

    def scores(self, context: Plain) -> Scores:
        """Score, grade and indicators' scores, for comparison."""
        result = self.evaluate(context)
        if result.get("score") is None:
            return None, None, {}
        names = (*SPEED, *QUALITY)
        scores = {name: _hundredths(result[name]) for name in names if result.get(name) is not None}
        return _hundredths(result["score"]), result["grade"], scores


def _event(row: Plain) -> Plain:
    event = {name: row[name] for name in ("kind", "starts")}
    event |= {"areas": list(row["areas"]), "ends": row.get("ends", FAR)}
    return event | ({"level": LEVEL_NAMES[row["level"]]} if "level" in row else {})


def _hundredths(value: float) -> int:
    """zen gives its decimals back as floats of the shortest form."""
    return int((Decimal(str(value)) * 100).to_integral_exact())


def _text(value: str) -> str:
    return f"'{value}'"


def _expressions(expressions: dict[str, str]) -> dict[str, Any]:
    return {
        "passThrough": True,
        "inputField": None,
        "outputPath": None,
        "executionMode": "single",
        "expressions": [{"id": key, "key": key, "value": value} for key, value in expressions.items()],
    }


def _table(inputs: tuple[str, ...], outputs: tuple[str, ...], rows: list[tuple[str, ...]]) -> dict[str, Any]:
    columns = (*inputs, *outputs)
    return {
        "hitPolicy": "first",
        "passThrough": True,
        "inputField": None,
        "outputPath": None,
        "executionMode": "single",
        "inputs": [{"id": name, "field": name, "name": name} for name in inputs],
        "outputs": [{"id": name, "field": name, "name": name} for name in outputs],
        "rules": [{"_id": str(n), **dict(zip(columns, row, strict=True))} for n, row in enumerate(rows)],
    }
