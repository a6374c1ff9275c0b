"""Hypothesis strategies for whole rulesets and cases, as the texts that users write.

A ruleset is a mapping that is printed as JSON, which is YAML too: so the whole front end is exercised. What
is drawn is well typed by construction; a few that the checker still refuses (weights that no situation can
resolve, say) are dropped by the test. Grow this with every feature of the language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Draw = Any
LEVELS = ("blue", "yellow", "orange", "red")
KINDS = ("typhoon", "rainstorm", "snow")
LINES = ("motor", "property", "injury")
RANKS = ("low", "mid", "high")
REGIONS = ("310000", "310101", "310115", "320100")
CODES = ("x", "01", "1", "1.0", "上海", "a b", "")
INSTANTS = (  # ascending
    "1900-01-02T00:00:00Z",
    "2024-02-28T23:59:59.999999Z",
    "2024-02-29T00:00:00+08:00",
    "2024-02-29T12:00:00Z",
    "2024-03-01T00:00:00+08:00",
    "2024-03-01T10:00:00Z",
    "2024-03-02T12:00:00Z",
    "2199-12-30T00:00:00Z",
)
DURATIONS = ("0h", "1h", "2h", "24h", "26h24min", "24h1s", "48h", "72h", "1s")
"""26.4 h against 24 h is exactly one step of 10%."""
DAYS = ("2024-02-29", "2024-03-01", "2023-12-31", "1970-01-01")
CALENDARS: tuple[dict[str, Any], ...] = (
    {"holidays": "none", "hours": "09:00-12:00, 13:00-17:30"},
    {"holidays": "none", "hours": "00:00-03:00, 22:00-24:00", "weekend": ["fri", "sat"]},
    {"holidays": "CN", "hours": "09:00-17:30"},
    {"holidays": "CN", "hours": "09:00-17:30", "make_up_days": "false"},
    {"holidays": "US-TX", "hours": "00:00-24:00", "closed": ["2024-03-01"], "open": ["2024-03-02"]},
    {
        "holidays": "none",
        "weekend": ["sun"],
        "hours": {"otherwise": "09:00-17:30", "wed": "none", "fri": "00:00-01:00, 02:00-24:00", "sat": "09:00-12:00"},
        "half_days": {"2024-03-01": "09:00-12:00", "2024-02-29": "00:00-24:00"},
    },
)
NUMBERS = ("0", "1", "-1", "2.5", "99.99", "100", "-0.01", "4.4", "4.5", "9000000000000")


@dataclass
class World:
    """What the inputs and rows of one ruleset are: names by type, and which may be missing."""

    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    relations: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)


INPUTS: dict[str, dict[str, Any]] = {
    "n1": {"type": "decimal(2)"},
    "n2": {"type": "integer", "range": "[-1000..1000]"},
    "d1": {"type": "duration"},
    "d2": {"type": "duration", "range": "[0h..1000h]"},
    "t1": {"type": "text"},
    "line": {"type": "text", "values": list(LINES)},
    "rank": {"type": "text", "ordered": list(RANKS)},
    "b1": {"type": "boolean"},
    "b2": {"type": "boolean"},
    "w1": {"type": "datetime"},
    "w2": {"type": "datetime", "not_before": "w1"},
    "w3": {"type": "datetime"},
    "day": {"type": "date"},
    "place": {"type": "region(gb2260)"},
}
EVENTS: dict[str, dict[str, Any]] = {
    "eid": {"type": "text"},
    "claim": {"type": "text"},
    "kind": {"type": "text", "values": list(KINDS)},
    "grade": {"type": "text", "ordered": list(RANKS)},
    "amount": {"type": "decimal(1)", "range": "[-100..1000]"},
    "flag": {"type": "boolean"},
    "code": {"type": "text"},
    "since": {"type": "datetime"},
    "upto": {"type": "datetime", "open": "true"},
}
CLIMATE: dict[str, dict[str, Any]] = {
    "code": {"type": "text"},
    "month": {"type": "text"},
    "rate": {"type": "decimal(3)"},
    "seen": {"type": "decimal(2)", "range": "[0..1]"},
}
PARTS: dict[str, dict[str, Any]] = {
    "claim": {"type": "text"},
    "part": {"type": "text"},
    "used": {"type": "decimal(2)"},
    "begun": {"type": "datetime"},
    "done": {"type": "datetime"},
    "heavy": {"type": "decimal(1)", "range": "[0..100]"},
}
FIXED = {"key", "eid", "claim", "part", "upto", "heavy"}
"""Fields that cannot be missing, or are open."""


@dataclass(frozen=True)
class Scope:
    """Where an expression stands.

    Attributes:
        relation: whose row is at hand.
        aggregates: whether relations may be aggregated here.
        results: indicators whose results may be read; `parts`: all of them, no share, or the status alone.
        score: the score that may be read, if any.
        prefix: what stands before a field of the row.
    """

    relation: str | None = None
    aggregates: bool = True
    one_row: bool = True
    results: tuple[str, ...] = ()
    score: str = ""
    parts: str = "all"
    prefix: str = ""


def one_of(draw: Draw, *options: Any) -> Any:
    return draw(st.sampled_from(options))


def chance(draw: Draw, percent: int) -> bool:
    return draw(st.integers(0, 99)) < percent


# Expressions, as text


def number(draw: Draw, scope: Scope, depth: int = 2) -> str:  # noqa: C901 - a case for each kind
    """A number of scale 2 or less, more after arithmetic."""
    leaves = ["n1", "n2", "some_number", one_of(draw, *NUMBERS[:-1])]
    if scope.one_row:
        leaves += ["climate.rate"]
    if scope.relation == "events":
        leaves += ["events.amount", "events.twice", *(["events.crowd", "events.most"] if scope.aggregates else [])]
    if scope.relation == "parts":
        leaves += ["parts.used"]
    if scope.aggregates:
        leaves += ["total"]
    if scope.score:
        leaves += [scope.score]
    parts = {"all": ("score", "share"), "score": ("score",), "status": ()}[scope.parts]
    leaves += [f"{name}.{part}" for name in scope.results for part in parts]
    if depth == 0 or chance(draw, 40):
        return one_of(draw, *leaves)
    kind = draw(st.integers(0, 12 if scope.aggregates else 10))
    sub = lambda: number(draw, scope, depth - 1)  # noqa: E731
    match kind:
        case 0:
            return f"({sub()} + {sub()})"
        case 1:
            return f"({sub()} - {sub()})"
        case 2:
            return f"{one_of(draw, 'min', 'max')}({sub()}, {sub()})"
        case 3:
            return f"abs({sub()})"
        case 4:
            mode = one_of(draw, "", ", half_even", ", down", ", up", ", ceiling", ", floor", ", half_up")
            return f"round({sub()} / {sub()}, {one_of(draw, 0, 1, 2)}{mode})"
        case 5:
            return f"coalesce({sub()}, {one_of(draw, '0', 'n2')})"
        case 6:
            return f"(if {condition(draw, scope, 0)} then {sub()} else {sub()})"
        case 7:
            return f"(0.5 * {sub()})"
        case 8:
            return business_days(draw)
        case 9:
            return f"gap({sub()}, {sub()})"
        case 10:
            return one_of(draw, f"twofold({sub()})", "rated(n2)")
        case 11:
            where = one_of(
                draw, "", f" where {condition(draw, Scope('events', aggregates=False, one_row=scope.one_row), 0)}"
            )
            function = one_of(
                draw,
                "count(events{w})",
                "sum(events.amount{w})",
                "max(events.amount{w})",
                "sum(premium(line, events.amount){w})",
            )
            return function.replace("{w}", where)
        case _:
            return one_of(draw, "premium(line, n2)", "mean(events.amount, 2)", "sum(listing(n2))", "count(listing(n2))")


def condition(draw: Draw, scope: Scope, depth: int = 2) -> str:
    """A boolean."""
    if depth > 0 and chance(draw, 45):
        kind = draw(st.integers(0, 4))
        sub = lambda: condition(draw, scope, depth - 1)  # noqa: E731
        match kind:
            case 0 | 1:
                return f"({sub()} and {sub()})"
            case 2 | 3:
                return f"({sub()} or {sub()})"
            case _:
                return f"not ({sub()})"
    return atom(draw, scope, depth)


def atom(draw: Draw, scope: Scope, depth: int) -> str:
    sign = one_of(draw, "=", "!=", "<", "<=", ">", ">=")
    equal = one_of(draw, "=", "!=")
    options = [
        lambda: one_of(draw, "b1", "b2", "not b1"),
        lambda: f"{number(draw, scope, max(depth - 1, 0))} {sign} {one_of(draw, *NUMBERS)}",
        lambda: f"{number(draw, scope, 0)} {sign} {number(draw, scope, 0)}",
        lambda: f"d1 {sign} {one_of(draw, 'd2', 'limit', *DURATIONS)}",
        lambda: f'line {equal} "{one_of(draw, *LINES)}"',
        lambda: f'line in ("motor", "{one_of(draw, *LINES)}")',
        lambda: f'rank {sign} "{one_of(draw, *RANKS)}"',
        lambda: f"n2 in {one_of(draw, '[0..1)', '(-1..100]', '[..5)', '[1..)')}",
        lambda: f"n1 between {one_of(draw, '-1', '0', 'n2')} and {one_of(draw, '1', '99.99')}",
        lambda: f"w1 {sign} {one_of(draw, 'w2', 'w3', '@2024-02-29T12:00:00Z', 'as_of')}",
        lambda: f"is_missing({one_of(draw, 'n1', 'd1', 'w3', 't1')})",
        lambda: f"day {sign} {one_of(draw, '@2024-02-29', 'date(w1)', 'day + 1d')}",
        lambda: f'year_month(day) = "{one_of(draw, "2024-02", "2024-03")}"',
        lambda: f'starts_with(t1, "{one_of(draw, "", "0", "上")}")',
        lambda: f'{one_of(draw, "contains", "ends_with")}({words(draw)}, "{one_of(draw, "", "0", "上")}")',
        lambda: f'{words(draw)} {equal} "{one_of(draw, *(c for c in CODES if c))}"',
        lambda: f"length({words(draw)}) {sign} {one_of(draw, '0', '3', 'n2')}",
        lambda: f"{later_day(draw)} {sign} {one_of(draw, 'day', '@2024-02-29', 'date(w2)')}",
        lambda: f"months_between({one_of(draw, 'day', 'w1')}, {later_day(draw)}) {sign} {one_of(draw, '0', '1', '-2')}",
        lambda: f"covers(place, {one_of(draw, 'place', 'region_of_rule')})",
        lambda: f"{business_days(draw)} {sign} {one_of(draw, '0', '1', '-3')}",
        lambda: f"{working_time(draw)} {sign} {one_of(draw, 'd2', *DURATIONS)}",
        lambda: f"{business_day(draw)} {sign} {one_of(draw, 'date(w2)', '@2024-03-04')}",
    ]
    if scope.one_row:
        options += [lambda: f"climate.seen {sign} 30%", lambda: "is_missing(climate.rate)"]
    if scope.relation == "events":
        r = scope.prefix
        options += 3 * [
            lambda: one_of(draw, f"{r}flag", f"not {r}flag"),
            lambda: f'{r}kind in ("typhoon", "{one_of(draw, *KINDS)}")',
            lambda: f'{r}grade {sign} "{one_of(draw, *RANKS)}"',
            lambda: f"{r}amount {sign} {one_of(draw, *NUMBERS)}",
            lambda: f"{r}code {equal} t1",
            lambda: f"{r}amount {sign} n1",
            lambda: f"overlaps({r}since, {r}upto, w1, w2)",
            lambda: f"{r}upto {sign} {one_of(draw, 'w3', '@2024-03-01T10:00:00Z')}",
            lambda: f"is_missing({r}upto)",
        ]
    if scope.relation == "nights":
        options += 3 * [
            lambda: "overlaps(nights.starts, nights.ends, w1, w3)",
            lambda: f"nights.starts {sign} {one_of(draw, 'w2', 'w3', '@2024-02-29T12:00:00Z')}",
            lambda: f"nights.ends {sign} {one_of(draw, 'w1', 'as_of')}",
        ]
    if scope.relation == "weather":
        options += 3 * [
            lambda: f'weather.level {sign} "{one_of(draw, *LEVELS)}"',
            lambda: f'weather.kind in ("typhoon", "{one_of(draw, *KINDS)}")',
            lambda: f"weather.ends {sign} w3",
        ]
    if scope.relation == "parts":
        options += 3 * [
            lambda: f"used {sign} {one_of(draw, *NUMBERS)}",
            lambda: f"parts.used {sign} {number(draw, scope, 0)}",
            lambda: f"begun {sign} {one_of(draw, 'done', 'w1')}",
        ]
    if scope.aggregates:
        inner = Scope("events", aggregates=False, one_row=scope.one_row)
        options += [
            lambda: f"{one_of(draw, 'any', 'all')}(events where {condition(draw, inner, 0)})",
            lambda: f'count(weather where level >= "{one_of(draw, *LEVELS)}") {sign} {one_of(draw, 0, 1)}',
            lambda: f"grading(line, rank) {sign} {one_of(draw, '0', '10')}",
            lambda: f'ranking(line, n2) {sign} "{one_of(draw, *RANKS)}"',
        ]
    options += [(lambda name=name: f'{name}.status {equal} "waived"') for name in scope.results]
    if scope.score:
        options += 2 * [lambda: f"{scope.score} {sign} {one_of(draw, '50', '90', '100')}"]
    return one_of(draw, *options)()


def business_days(draw: Draw) -> str:
    """A number that a calendar counts."""
    return f"business_days_between({one_of(draw, 'day, date(w1)', 'date(w1), date(w3)')}{on(draw)})"


def working_time(draw: Draw) -> str:
    """A duration that a calendar measures."""
    return f"working_time({one_of(draw, 'w1, w2', 'w1, w3')}{on(draw)})"


def later_day(draw: Draw) -> str:
    """A date some months away."""
    return one_of(draw, "add_months(day, n2)", "add_months(w1, -1)", "add_months(day, 1)", "end_of_month(day)")


def words(draw: Draw) -> str:
    """A text."""
    return one_of(draw, "t1", "trim(t1)", 'concat(t1, " ")', "concat(line, rank, t1)", 'trim(concat(" ", t1))')


def business_day(draw: Draw) -> str:
    """A date that a calendar finds."""
    return one_of(draw, "(day + 3bd)", "(date(w1) - 1bd)", f"add_business_days(day, n2{on(draw)})", "(day + 0bd)")


def on(draw: Draw) -> str:
    """A calendar as the last argument, or the default one."""
    return one_of(draw, "", ", office", ", other")


# Sections


def tables(draw: Draw) -> dict[str, Any]:
    """Three tables: a number by line and number, points by line and rank, a list; some cells compute."""
    computed = chance(draw, 40)
    texts = ["-", "motor", "property", "motor, injury", "not(motor)"]
    cell = st.sampled_from([*texts, *(["missing", "motor, missing", ":= line"] if computed else [])])
    bands = ["-", "< 0", ">= 0", "[0..10)", "1, 2", "<= -5", "> 500"]
    if computed:
        bands += ["> n1", "<= n1", "[n1..n2 * 2)", "missing", "not(n1, 1)", "> 0 and < n1", "]0..10["]
    band = st.sampled_from(bands)
    values = ("10", "20", "0", "5.5")
    if computed:
        values += (":= n2", ":= round(n1, 1)", ":= n2 * 2 + 1", ":= missing")
    rank = st.sampled_from(["-", "low", '>= "mid"', '< "high"', "high"])
    single = one_of(draw, "unique", "any", "first", "priority", "collect sum", "collect max", "collect count")
    output: dict[str, Any] = {"type": "decimal(1)"}
    if single == "priority":
        values = values[:4]
        output["values"] = list(values)
    table: dict[str, Any] = {
        "hit": single,
        "inputs": {"line": "line", "n": {"value": "n2", "type": "decimal(1)"}},
        "outputs": {"premium": output},
        "rows": [
            {"line": draw(cell), "n": draw(band), "premium": one_of(draw, *values)}
            for _ in range(draw(st.integers(1, 4)))
        ],
    }
    if single in {"unique", "any", "first", "priority", "collect count"} and chance(draw, 50):
        table["default"] = {"premium": one_of(draw, "20", *values[4:])}
    elif computed and single != "collect count" and chance(draw, 50):
        table["rows"].append({"line": "otherwise", "n": "otherwise", "premium": one_of(draw, *values)})
    grading = {
        "hit": one_of(draw, "first", "unique", "any"),
        "inputs": {"line": "line", "rank": "rank"},
        "outputs": {"points": "integer", "other": "decimal(2)"},
        "rows": [
            {
                "line": draw(cell),
                "rank": draw(rank),
                "points": one_of(draw, "0", "10", "100", *values[4:5]),
                "other": "1.25",
            }
            for _ in range(draw(st.integers(1, 3)))
        ],
    }
    if grading["hit"] == "first":
        grading["rows"].append({"line": "-", "rank": "-", "points": "1", "other": "2"})
    grading["outputs"].pop("other")
    for row in grading["rows"]:
        row.pop("other")
    listing = {
        "hit": one_of(draw, "collect", "rule order"),
        "inputs": {"n": "n2"},
        "outputs": {"value": "integer"},
        "rows": [
            {"n": draw(band), "value": one_of(draw, "1", "2", *values[4:5])} for _ in range(draw(st.integers(1, 3)))
        ],
    }
    return {
        "premium": table,
        "grading": grading,
        "listing": listing,
        "ranking": ranking_table(draw, cell, band, one_of(draw, "collect min", "collect max", "priority")),
        "ranked": ranking_table(draw, cell, band, "output order"),
    }


RANK_CELLS = (*RANKS, ":= missing", ":= rank", ':= if n1 > 0 then "high" else rank')


def ranking_table(draw: Draw, cell: Any, band: Any, hit: str) -> dict[str, Any]:
    """A table with ordered levels, some of them computed, whose hit policy compares them."""
    table: dict[str, Any] = {
        "hit": hit,
        "inputs": {"line": "line", "n": {"value": "n2", "type": "decimal(1)"}},
        "outputs": {"level": {"type": "text", "ordered": list(RANKS)}},
        "rows": [
            {"line": draw(cell), "n": draw(band), "level": one_of(draw, *RANK_CELLS)}
            for _ in range(draw(st.integers(1, 4)))
        ],
    }
    if chance(draw, 30):
        table["default"] = {"level": one_of(draw, *RANK_CELLS)}
    return table


TARGETS = ("24h", "limit", "48h", "1h")
MISSING = ("waive", {"score": "40"}, {"score": "100"}, {"score": "0"}, {"score": "55.55"}, "reject")


def way(draw: Draw, *, timed: bool) -> Any:
    """A way to score a duration (`timed`) or a number."""
    match draw(st.integers(0, 6)):
        case 0:
            return "met"
        case 1:
            return "proportion"
        case 2:
            return {
                "steps": {
                    "each": one_of(draw, "10% of target", "1h" if timed else "0.5", "7% of target"),
                    "deduct": one_of(draw, "10", "2.5", "33"),
                    "begun": one_of(draw, "counts", "ignored"),
                    "floor": one_of(draw, "0", "20"),
                }
            }
        case 3:
            low, high = ("24h", "48h") if timed else ("1", "100")
            return {
                "bands": [
                    {"when": f"< {low}", "points": "100", **one_of(draw, {}, {"reason": "R2"})},
                    {"when": f"[{low}..{high})", "points": one_of(draw, "60", "59.5"), "reason": "BAND"},
                    {
                        "when": f">= {high}",
                        "points": one_of(draw, "0", "60", "100"),
                        **one_of(draw, {}, {"reason": "LAST"}),
                    },
                ]
            }
        case 4:
            xs = ("0h", "24h", "72h") if timed else ("-1", "1", "100")
            ys = one_of(draw, ("100", "60", "0"), ("0", "33.33", "100"))
            return {"curve": [list(pair) for pair in zip(xs, ys, strict=True)]}
        case 5:
            return {"points": one_of(draw, "n1", "if b1 then 100 else 50", "grading(line, rank)", "100 - n2")}
        case _:
            return "tenths"


def chosen_calendar(draw: Draw) -> dict[str, Any]:
    """A calendar by a value: of a closed text, or of an open one."""
    if chance(draw, 50):
        return {"by": "line", "of": {line: one_of(draw, "office", "other") for line in LINES}}
    by = one_of(draw, "t1", "coalesce(t1, line)")
    return {"by": by, "of": {LINES[0]: "other", "x": "office"}, "otherwise": one_of(draw, "office", "other")}


def indicator(
    draw: Draw, scope: Scope, *, clock: bool, weighted: bool, instants: tuple[str, ...] = ("w1", "w2", "w3")
) -> dict[str, Any]:
    timed = clock or chance(draw, 50)
    found: dict[str, Any] = {"group": one_of(draw, "speed", "quality", "speed")}
    if clock:
        start, end, other = instants
        found["clock"] = {"from": start, "to": one_of(draw, end, end, end, end, other)}
        if chance(draw, 70):
            found["clock"]["until"] = "as_of"
        if chance(draw, 50):
            found["clock"]["calendar"] = one_of(draw, "office", "other", chosen_calendar(draw), chosen_calendar(draw))
    else:
        start, _, other = instants
        times = (f"{other} - {start}", "d1", "d2", "d1 + 1h", "w3 - w1", working_time(draw))
        found["measure"] = one_of(draw, *times) if timed else number(draw, scope)
    found["target"] = one_of(draw, *TARGETS) if timed else one_of(draw, "4.5", "98%", "1", "100")
    found["better"] = one_of(draw, "lower", "higher")
    found["score"] = way(draw, timed=timed)
    if found["score"] == "proportion" and found["better"] == "lower" and not timed:
        found["better"] = "higher"
    if isinstance(found["score"], dict) and "points" in found["score"]:
        found["baseline"] = "100"
    if weighted:
        found["weight"] = one_of(draw, "20", "30", "1", "0.5", "heaviness")
    if chance(draw, 25):
        found["only_if"] = condition(draw, scope)
    found["missing"] = one_of(draw, *MISSING)
    if chance(draw, 20):
        found["combine"] = "stack"
    if chance(draw, 50):
        found["reason"] = one_of(draw, "R1", "R2", "R3", reason(draw, scope.relation))
    if chance(draw, 15):
        found["clamp"] = one_of(draw, "[0..120]", "none", "[10..100]")
    return found


def reason(draw: Draw, relation: str | None) -> str:
    """A computed reason code: of the case or, where there is one, of the row."""
    of_row = {
        "events": (':= coalesce(events.code, events.kind, "C2")', ':= concat("E", coalesce(kind, t1, "-"))', ":= eid"),
        "parts": (":= parts.part", ':= concat("P", part)'),
        "weather": (':= concat("W", coalesce(weather.level, "-"))',),
        "nights": (":= year_month(date(nights.starts))",),
    }
    options = () if relation is None else of_row[relation]
    return one_of(draw, *options, ':= coalesce(t1, line, "R2")', ':= if b1 = missing or not b1 then "C1" else "C3"')


def exemptions(draw: Draw, indicators: dict[str, Any], deductions: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for n in range(draw(st.integers(0, 3))):
        relation = one_of(draw, None, "events", "weather", "parts", "nights")
        grants: dict[str, Any] = {}
        for name, rule in indicators.items():
            if chance(draw, 50):
                continue
            timed = rule["target"] in TARGETS
            kinds = ["at_least", "waive", "target", "target"]
            if "clock" in rule and relation in {"events", "weather", "nights"}:
                kinds += ["pause", "pause"]
            match one_of(draw, *kinds):
                case "at_least":
                    grants[name] = {"at_least": one_of(draw, "50", "99.5", "100")}
                case "waive":
                    grants[name] = {"waive": "true"}
                case "pause":
                    grants[name] = {"pause": "true"}
                case _:
                    more, least = (one_of(draw, "24h", "1h", "d2"), "30min") if timed else ("0.3", "0.1")
                    milder = f"target + {more}" if rule["better"] == "lower" else f"max(target - {more}, {least})"
                    grants[name] = {"target": one_of(draw, milder, milder, f"target + {more}")}
        if chance(draw, 20):
            grants["speed"] = {"at_least": "30"}
        if deductions and chance(draw, 40):
            grants["deductions"] = [one_of(draw, *deductions)]
        if grants:
            rule = {"when": condition(draw, Scope(relation)), "grants": grants}
            found[f"ex-{n}"] = {"for_each": relation, **rule} if relation else rule
    return found


def weights(draw: Draw, names: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if chance(draw, 40):
        found["waived"] = one_of(draw, "redistribute", "within_group")
    adjustments: dict[str, Any] = {}
    if chance(draw, 60):
        adjustments["shift"] = {
            "when": condition(draw, Scope()),
            "multiply": {"speed": one_of(draw, "0.8", "2"), one_of(draw, "quality", *names): one_of(draw, "1.2", "3")},
        }
    if chance(draw, 40):
        adjustments["surge"] = {
            "when": condition(draw, Scope()),
            "set": {one_of(draw, *names): one_of(draw, "30%", "10%")},
        }
    if adjustments:
        found["adjustments"] = adjustments
    if chance(draw, 40):
        found["limits"] = {
            "quality": one_of(draw, {"at_least": "25%"}, {"at_most": "60%"}, {"at_least": "10%", "at_most": "70%"})
        }
    return found


def points(draw: Draw, names: Sequence[str], scores: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Deductions, bonuses, corrections and gates."""
    sections: dict[str, dict[str, Any]] = {"deductions": {}, "bonuses": {}, "corrections": {}, "gates": {}}
    for n in range(draw(st.integers(0, 5))):
        section = one_of(draw, "deductions", "deductions", "bonuses", "corrections", "gates")
        relation = one_of(draw, None, "events", "weather", "parts", "nights")
        scope = Scope(relation, results=tuple(names), score=one_of(draw, *scores))
        rule: dict[str, Any] = {
            "when": condition(draw, scope),
            "unknown": one_of(draw, "ignore", "fire", "reject", "ignore"),
        }
        if relation:
            rule["for_each"] = relation
        if len(scores) > 1:
            rule["on"] = one_of(draw, *scores)
        if chance(draw, 30):
            rule["stage"] = str(one_of(draw, 1, 2, 3))
        if chance(draw, 50):
            codes = ("C1", "C2", "R1")
            computed = relation is None or section != "gates"
            rule["reason"] = one_of(draw, *codes, reason(draw, relation)) if computed else one_of(draw, *codes)
        amount = one_of(draw, "5", "2.5", "0.125", "0", "abs(n2)", "n2")
        if relation == "events":
            amount = one_of(draw, amount, "abs(amount)", "events.crowd")
        if relation is None and chance(draw, 10):
            amount = f"max(0, {scope.score})"
        match section:
            case "deductions":
                rule["deduct"] = amount
            case "bonuses":
                rule["add"] = amount
            case "corrections":
                rule["adjust"] = one_of(draw, amount, f"0 - {amount}", number(draw, scope), "-3.5")
            case _:
                rule[one_of(draw, "at_most", "at_least")] = one_of(draw, "59", "80", "100", "0")
        if (relation or section == "corrections") and chance(draw, 15):
            del rule["when"]
        if section not in {"corrections", "gates"} and chance(draw, 50):
            rule["at_most"] = one_of(draw, "7.5", "15", "0")
        sections[section][f"rule-{n}"] = rule
    return {name: rules for name, rules in sections.items() if rules}


def family(draw: Draw, *, weighted: bool) -> dict[str, Any]:
    """An indicator of each row."""
    relation = one_of(draw, "parts", "parts", "events")
    parts = relation == "parts"
    instants = ("begun", "done", "done") if parts else ("since", "upto", "since")
    scope = Scope(relation, one_row=True)
    found = indicator(draw, scope, clock=chance(draw, 30), weighted=weighted, instants=instants)
    found |= {"for_each": relation, "id": "part" if parts else "eid"}
    if "measure" in found and found["target"] not in TARGETS and chance(draw, 70):
        found["measure"] = "used" if parts else "amount"
    if weighted:
        found["weight"] = one_of(draw, "heavy", "2") if parts else one_of(draw, "max(amount, 0)", "heaviness")
    return found


def scoring(draw: Draw, names: Sequence[str], named: Sequence[str], *, weighted: bool, several: bool) -> dict[str, Any]:
    """A score."""
    found: dict[str, Any] = {
        "round": one_of(draw, "2", "0", "1"),
        "clamp": one_of(draw, "[0..100]", "none", "[20..95]"),
    }
    if weighted:
        found["method"] = "weighted_mean"
    else:
        match draw(st.integers(0, 4)):
            case 0:
                found["method"] = "sum"
                if chance(draw, 50):
                    found["start"] = number(draw, Scope(results=tuple(named), parts="score"))
            case 1:
                found["method"] = "lowest"
            case 2:
                found["method"] = "highest"
            case 3:
                found["value"] = number(draw, Scope(results=tuple(named), parts="score"))
            case _:
                found["start"] = "100"
    if several and "method" in found:
        found["of"] = draw(st.lists(st.sampled_from([*names, "speed"]), min_size=1, max_size=3, unique=True))
        if "speed" in found["of"]:
            found["of"] = ["speed"]
        if chance(draw, 50):
            counting = Scope(results=tuple(named), parts="status")
            found["only_if"] = {name: condition(draw, counting, 1) for name in found["of"] if chance(draw, 60)}
    if chance(draw, 20):
        found["better"] = "lower"
        if found.get("method") == "lowest":
            found["method"] = "highest"
    if chance(draw, 15):
        found["minimum_present"] = one_of(draw, "2", "max(n2, 1)", "if b1 then 2 else 1", "count(events)")
    if chance(draw, 30):
        found["reasons"] = "2"
    if several and chance(draw, 40) and "better" not in found:
        found["grades"] = {"A": "90", "B": "75", "C": "< 75"}
    return found


def bound(draw: Draw, ruleset: dict[str, Any]) -> None:
    """Declare ranges of what is computed, and of the number of rows; they hold for most cases."""
    numbers = ("[-2000..2000]", "]-10..)", "[..9000000000000]", "[-9000000000000..100]")
    for name in ("some_number", "total", "gap(one, other)"):
        if chance(draw, 40):
            ruleset["define"][name] = {"value": ruleset["define"][name], "range": one_of(draw, *numbers)}
    relations = ruleset["relations"]
    if chance(draw, 40):
        events = relations["events"]["define"]
        events["twice"] = {"value": events["twice"], "range": one_of(draw, "[-10..)", "[..150]", "[-200..2000]")}
    for name in ("events", "weather", "climate", "parts"):
        if chance(draw, 40):
            relations[name]["rows"] = one_of(draw, "[0..2]", "[..1]", "[0..2]", "[..2]", "[0..9]", "[1..)")
    for rule in ruleset["indicators"].values():
        if chance(draw, 40):
            timed = rule["target"] in TARGETS
            rule["range"] = one_of(draw, *(("[0h..60h]", "[..100h[", "[-100000h..)") if timed else numbers))
    if chance(draw, 50):
        ruleset["tables"]["premium"]["outputs"]["premium"]["range"] = one_of(draw, "[-2..30]", "[0..)", "[..2000]")
    if chance(draw, 50):
        ruleset["outputs"]["shown"] = {"value": ruleset["outputs"]["shown"], "range": one_of(draw, *numbers)}


SCORING = {"indicators", "exemptions", "weights", "score", "scores", "unscored", "grades"} | {
    "deductions",
    "bonuses",
    "corrections",
    "gates",
}
"""Sections that a ruleset that only decides does not have."""


@st.composite
def rulesets(draw: Draw) -> dict[str, Any]:
    """A ruleset as the file's mapping."""
    optional = draw(st.sets(st.sampled_from(sorted({*INPUTS, *EVENTS, *CLIMATE, "used"} - FIXED)), max_size=12))
    weighted = chance(draw, 70)
    names = [f"i{n}" for n in range(draw(st.integers(1, 4)))]
    scope = Scope()
    indicators: dict[str, Any] = {}
    for name in names:
        indicators[name] = indicator(draw, scope, clock=chance(draw, 40), weighted=weighted)
    if chance(draw, 35):
        indicators["each"] = family(draw, weighted=weighted)
        names = [*names, "each"]
    named = [name for name in names if name != "each"]
    several = chance(draw, 25)
    known = ["first", "second"] if several else ["score"]
    moving = points(draw, named, known)
    scores = {name: scoring(draw, names, named, weighted=weighted, several=several) for name in known}
    ruleset: dict[str, Any] = {
        "steelyard": "1",
        "ruleset": "drawn",
        "version": "1",
        "timezone": one_of(draw, "Asia/Shanghai", "America/New_York", "UTC"),
        "case": {"key": "key", "inputs": {"key": "text", **_declared(INPUTS, optional)}},
        "parameters": {
            "limit": {"type": "duration", "value": one_of(draw, "24h", "2h")},
            "as_of": {"type": "datetime", "value": "2024-03-01T10:00:00Z"},
            "heaviness": {"type": "decimal(2)", "value": "12.25"},
            "region_of_rule": {"type": "region(gb2260)", "value": "310000"},
        },
        "groups": {"speed": "Speed", "quality": "Quality"},
        "calendars": {"office": one_of(draw, *CALENDARS), "other": one_of(draw, *CALENDARS)},
        "relations": {
            "events": {
                "of_case": "claim",
                "id": "eid",
                "window": {"from": "since", "to": "upto"},
                "fields": _declared(EVENTS, optional),
                "define": {
                    "twice": "events.amount * 2",
                    "crowd": 'count(weather where level >= "orange")',
                    "most": "max(parts.used) - events.amount",
                },
                **(
                    {"joins": condition(draw, Scope("events", aggregates=False, one_row=False, prefix="events."))}
                    if chance(draw, 25)
                    else {}
                ),
            },
            "weather": {
                "feed": "warnings",
                "levels": list(LEVELS),
                "regions": "gb2260",
                "joins": one_of(
                    draw,
                    "covers(weather.areas, place) and overlaps(weather.starts, weather.ends, w1, w2)",
                    "covers(weather.areas, place)",
                    'overlaps(weather.starts, weather.ends, w1, w1 + limit) or weather.kind = "snow"',
                ),
                "window": {"from": "starts", "to": "ends"},
            },
            "nights": {
                "recurring": one_of(
                    draw, "FREQ=DAILY;BYHOUR=22,3", "FREQ=WEEKLY;BYDAY=TH,FR,SA", "FREQ=HOURLY;INTERVAL=7"
                ),
                "duration": one_of(draw, "2h", "90min", "11h"),
                "from": one_of(draw, "2024-02-27", "2024-02-28T02:30", "2024-03-01"),
                "until": one_of(draw, "2024-03-01", "2024-03-02T22:00:00", "2024-03-04"),
                "define": {"length": one_of(draw, "ends - starts", "w2 - starts")},
                **(
                    {"joins": condition(draw, Scope("nights", aggregates=False, one_row=False))}
                    if chance(draw, 40)
                    else {}
                ),
            },
            "climate": {
                "one_row": "true",
                "joins": one_of(draw, "climate.code = t1", "climate.code = t1 and climate.month = year_month(day)"),
                "fields": _declared(CLIMATE, optional),
            },
            "parts": {"of_case": "claim", "id": "part", "fields": _declared(PARTS, optional)},
        },
        "define": {
            "some_number": one_of(draw, "n1 + n2", "max(n2, 3)"),
            "total": "sum(events.amount where flag)",
            "gap(one, other)": "abs(one - other)",
            "twofold(x)": one_of(draw, "gap(x, n1) + gap(n1, x)", "if x > gap(x, 2) then x else gap(gap(x, 1), 1)"),
            "rated(share: decimal(4))": "round(share / 3, 2)",
        },
        "tables": tables(draw),
        "scoring": {"tenths": {"steps": {"each": "10% of target", "deduct": "10", "begun": "counts"}}},
        "indicators": indicators,
        "exemptions": exemptions(draw, indicators, list(moving.get("deductions", {}))),
        **({"scores": scores} if several else {"score": scores["score"]}),
        "outputs": {
            "shown": number(draw, Scope(results=tuple(named), score=known[-1])),
            "listed": "listing(n2)",
            "ranking": "ranking(line, n2)",
            "ranked": "ranked(line, n2)",
            "late": "sum(nights.length where starts >= w1)",
        },
        **moving,
    }
    if weighted:
        ruleset["weights"] = weights(draw, names)
    if chance(draw, 15):
        ruleset["unscored"] = {
            "not-ours": {"when": condition(draw, Scope(results=tuple(named), parts="status")), "reason": "U1"},
            "nor-this": {"when": "b1 and b2", "reason": "U2"},
        }
        for rule in ruleset["unscored"].values():
            if chance(draw, 60):
                rule["on"] = one_of(draw, *known)
    if not several and chance(draw, 40) and "better" not in scores["score"]:
        ruleset["grades"] = {"A": "90", "B": "75", "C": "< 75"}
    if chance(draw, 25):
        bound(draw, ruleset)
    if chance(draw, 6):
        ruleset = {name: section for name, section in ruleset.items() if name not in SCORING}
        decided = {"value": condition(draw, Scope())}
        ruleset["outputs"] = {"shown": number(draw, Scope()), "listed": "listing(n2)", "decided": decided}
        ruleset["outputs"] |= {"ranking": "ranking(line, n2)", "ranked": "ranked(line, n2)"}
    return {name: section for name, section in ruleset.items() if section != {}}


def _declared(fields: dict[str, dict[str, Any]], optional: set[str]) -> dict[str, Any]:
    return {name: {**spec, **({"optional": "true"} if name in optional else {})} for name, spec in fields.items()}


# Cases


def _value(draw: Draw, name: str, spec: dict[str, Any]) -> str:
    kind = spec["type"]
    if "values" in spec or "ordered" in spec:
        return one_of(draw, *spec.get("values", spec.get("ordered")))
    match kind:
        case "integer":
            return one_of(draw, "0", "1", "-5", "10", "3", "999")
        case "duration":
            return one_of(draw, *DURATIONS)
        case "boolean":
            return one_of(draw, "true", "false")
        case "datetime":
            # the first and the last are in years that no calendar covers, which rejects much
            return one_of(draw, *INSTANTS[1:-1]) if chance(draw, 90) else one_of(draw, *INSTANTS)
        case "date":
            return one_of(draw, *DAYS)
        case "region(gb2260)":
            return one_of(draw, *REGIONS)
        case "text":
            return one_of(draw, "2024-02", "2024-03") if name == "month" else one_of(draw, *(c for c in CODES if c))
        case "decimal(1)":
            return (
                one_of(draw, "0", "0.1", "5", "99.9", "-3.5") if name == "amount" else one_of(draw, "1", "0.3", "99.9")
            )
        case _ if name == "seen":
            return one_of(draw, "0.3", "0.29", "1")
        case _:
            return one_of(draw, *NUMBERS[:-1], "123456789012.34" if kind == "decimal(2)" else "7")


def _row(draw: Draw, fields: dict[str, dict[str, Any]], declared: dict[str, Any]) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, spec in fields.items():
        loose = declared[name].get("optional") == "true" or spec.get("open") == "true"
        if not (loose and chance(draw, 35)):
            row[name] = _value(draw, name, spec)
    if INSTANTS.index(row.get("w1", INSTANTS[0])) > INSTANTS.index(row.get("w2", INSTANTS[-1])):
        row["w1"], row["w2"] = row["w2"], row["w1"]
    return row


def shared(draw: Draw, ruleset: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Rows that all cases see."""
    rows: dict[str, list[dict[str, str]]] = {"weather": [], "climate": []}
    for n in range(draw(st.integers(0, 3))):
        row = {
            "event_id": f"W{n}",
            "kind": one_of(draw, *KINDS),
            "level": one_of(draw, *LEVELS),
            "areas": one_of(draw, "310000", "310115;320000", "310101"),
            "starts": one_of(draw, *INSTANTS),
        }
        if chance(draw, 70):
            row["ends"] = one_of(draw, *INSTANTS[INSTANTS.index(row["starts"]) :])
        rows["weather"].append(row)
    for _ in range(draw(st.integers(0, 2))):
        rows["climate"].append(_row(draw, CLIMATE, ruleset["relations"]["climate"]["fields"]))
    return rows


@st.composite
def cases(
    draw: Draw, ruleset: dict[str, Any], key: str = "C1", rows: dict[str, list[dict[str, str]]] | None = None
) -> dict[str, Any]:
    """A case of a drawn ruleset: `given` and `rows`, as texts."""
    given = {"key": key, **_row(draw, INPUTS, ruleset["case"]["inputs"])}
    relations = ruleset["relations"]
    found = {"events": [], "parts": [], **(shared(draw, ruleset) if rows is None else rows)}
    for n in range(draw(st.integers(0, 3))):
        row = _row(draw, EVENTS, relations["events"]["fields"])
        found["events"].append({**row, "claim": key, "eid": f"E{n}"})
    for n in range(draw(st.integers(0, 2))):
        row = _row(draw, PARTS, relations["parts"]["fields"])
        found["parts"].append({**row, "claim": key, "part": f"P{n}"})
    return {"given": given, "rows": found}


@st.composite
def examples(draw: Draw) -> tuple[str, list[dict[str, Any]]]:
    """A ruleset's text and cases for it, which see the same rows of what belongs to no single case."""
    ruleset = draw(rulesets())
    rows = shared(draw, ruleset)
    return "\n".join(printed(ruleset, "")) + "\n", [draw(cases(ruleset, f"C{n}", rows)) for n in range(3)]


_PLAIN = re.compile(r"[\w.%]+( [\w.]+)*")
"""What needs no quotes: a quoted `90` is a text, not a number."""


def printed(node: Any, indent: str) -> Iterator[str]:
    """YAML in block style."""
    entries = node.items() if isinstance(node, dict) else ((None, item) for item in node)
    for key, value in entries:
        head = f"{indent}-" if key is None else f"{indent}{_scalar(key)}:"
        if isinstance(value, dict | list):
            yield head
            yield from printed(value, indent + "  ")
        else:
            yield f"{head} {_scalar(value)}"


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
