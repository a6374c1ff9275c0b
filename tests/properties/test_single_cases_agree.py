"""A case from Python values is the case from a file: the same outcome, or rejected in the same words."""
# ruff: noqa: DTZ001 - a datetime without a zone is local to the ruleset

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import steelyard
from steelyard.diagnostics import Diagnostics
from steelyard.facts import Case, Reject, read_portfolio
from steelyard.semantics import evaluate, prepare

RULESET = """\
steelyard: 1
ruleset: every-type
version: 1
effective: "[2024-01-01..2025-01-01)"
timezone: America/New_York
case:
  key: id
  reference_date: begun
  inputs:
    id: text
    begun: datetime
    ended: {type: datetime, not_before: begun, optional: true}
    day: {type: date, optional: true}
    rate: {type: decimal(2), range: "[0..1]"}
    count: {type: integer, optional: true}
    kind: {type: text, values: [a, b], optional: true}
    ok: {type: boolean, optional: true}
    length: {type: duration, optional: true}
    place: {type: region(fips), optional: true}
relations:
  calls:
    of_case: id
    id: number
    fields: {number: integer, id: text, good: boolean}
  alerts:
    feed: warnings
    regions: fips
    levels: [low, high]
    joins: covers(alerts.areas, place)
indicators:
  main: {measure: rate, score: measure, baseline: 1}
deductions:
  bad-call: {for_each: calls, when: not good, deduct: 0.1}
  alert: {for_each: alerts, when: level = "high", unknown: ignore, deduct: 0.5}
score: {method: sum, round: 2}
"""
POLICY = steelyard.load(RULESET)
VERSIONS = POLICY._versions
PROGRAM = prepare(VERSIONS.newest)

Written = tuple[object, object]
"""A Python value, and what a file of JSON lines has in its place."""


def same(values: st.SearchStrategy[object]) -> st.SearchStrategy[Written]:
    return values.map(lambda value: (value, value))


TEXTS = same(
    st.sampled_from(["", "x", "a", "b", "yes", "no", "1", "0.5", "50%", "98", "1h", "48", "48201", "2024-03-10"])
)
MOMENTS = st.datetimes(datetime(2023, 12, 30), datetime(2025, 1, 3)).map(lambda at: (at, at.isoformat()))
CHANGES = st.sampled_from([datetime(2024, 3, 10, 2, 30), datetime(2024, 11, 3, 1, 30)]).map(
    lambda at: (at, at.isoformat())
)
AWARE = st.datetimes(datetime(2024, 1, 2), datetime(2024, 12, 30), timezones=st.just(UTC)).map(
    lambda at: (at, at.isoformat())
)
DECIMALS = st.integers(-10, 110).map(lambda units: (Decimal(units).scaleb(-2), f"{Decimal(units).scaleb(-2):f}"))
FLOATS = st.integers(0, 100).map(lambda units: (units / 100, f"{Decimal(units).scaleb(-2):f}"))
DAYS = st.dates(date(2023, 1, 1), date(2025, 1, 1)).map(lambda day: (day, day.isoformat()))
LENGTHS = st.integers(-100, 10_000).map(lambda minutes: (timedelta(minutes=minutes), f"{minutes}min"))
NOTHING = st.just((None, None))
ANY = st.one_of(TEXTS, DECIMALS, DAYS, same(st.booleans()), same(st.integers(-5, 10**17)), NOTHING)
LISTS = st.lists(st.sampled_from(["48", "48201", "00", "x"]), max_size=3).map(lambda areas: (areas, areas))


def mostly(*usual: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    """Usual values, and now and then any."""
    return st.integers(0, 9).flatmap(lambda draw: ANY if draw == 0 else st.one_of(*usual))


INPUTS = st.fixed_dictionaries(
    {"id": st.just(("A", "A")), "begun": mostly(MOMENTS, CHANGES, AWARE), "rate": mostly(DECIMALS, FLOATS)},
    optional={
        "ended": mostly(MOMENTS, NOTHING),
        "day": mostly(DAYS),
        "count": mostly(same(st.integers(-5, 5))),
        "kind": mostly(same(st.sampled_from(["a", "b"]))),
        "ok": mostly(same(st.booleans()), same(st.sampled_from(["是", "no"]))),
        "length": mostly(LENGTHS),
        "place": mostly(same(st.sampled_from(["48201", "48", "01001"]))),
    },
)
CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "number": mostly(same(st.integers(1, 9))),
            "id": same(st.sampled_from(["A", "A", "A", "B"])),
            "good": mostly(same(st.booleans())),
        }
    ),
    max_size=3,
)
ALERTS = st.lists(
    st.fixed_dictionaries(
        {
            "event_id": same(st.sampled_from(["e", "f"])),
            "kind": same(st.just("flood")),
            "level": mostly(same(st.sampled_from(["low", "high"]))),
            "areas": st.one_of(LISTS, same(st.just("48;48201"))),
            "starts": mostly(MOMENTS, DAYS),
            "ends": mostly(MOMENTS, DAYS, NOTHING),
        }
    ),
    max_size=2,
)

Row = Mapping[str, Written]


def part(row: Row, index: int) -> dict[str, object]:
    return {name: pair[index] for name, pair in row.items()}


def from_files(inputs: Row, calls: Sequence[Row], alerts: Sequence[Row]) -> Case | Reject:
    """What intake makes of JSON lines."""
    with TemporaryDirectory() as folder:
        files: dict[str, list[Path] | None] = {}
        for name, rows in {"cases": [inputs], "calls": calls, "alerts": alerts}.items():
            files[name] = [Path(folder) / f"{name}.jsonl"] if rows else None
            text = "".join(json.dumps(part(row, 1)) + "\n" for row in rows)
            (Path(folder) / f"{name}.jsonl").write_text(text, "utf-8")
        diagnostics = Diagnostics()
        cases = files.pop("cases")
        assert cases is not None
        found = read_portfolio(VERSIONS, cases, files, diagnostics)
    assert found is not None, diagnostics.sorted()
    return (*found.cases, *found.rejects)[0]


@given(INPUTS, CALLS, ALERTS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_case_from_python_is_the_case_from_a_file(inputs, calls, alerts) -> None:
    result = POLICY.evaluate(
        part(inputs, 0), {"calls": [part(row, 0) for row in calls], "alerts": [part(row, 0) for row in alerts]}
    )
    case = from_files(inputs, calls, alerts)

    if isinstance(case, Case):
        assert result.outcome == evaluate(PROGRAM, case)
        assert result.case == case
    else:
        assert result.status == "rejected"
        rejection = result.rejection
        assert rejection is not None
        assert (rejection.where, rejection.expected) == (case.where, str(case.expected))
        assert (rejection.hint or "") == str(case.hint or "")
        assert rejection.value == case.value.replace("T", " ")  # as a datetime is shown that was not text
