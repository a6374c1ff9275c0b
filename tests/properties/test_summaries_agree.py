"""The summary of a record, counted by SQL, is the one that Python counts of the same outcomes, to the digit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import counted
import recorded
from golden.reports.worked import ruleset
from steelyard.diagnostics import Diagnostics, msg
from steelyard.engines.protocol import Compiled
from steelyard.engines.reference import ReferenceEngine
from steelyard.engines.versions import compile_versions
from steelyard.facts import Case, case_from_texts
from steelyard.facts.case import Reject
from steelyard.ir.versions import Versions
from steelyard.semantics import Outcome

# one score without a name, whose family lost points, at one digit
OLD = """
steelyard: 1
ruleset: r
version: 2024.1
effective: "(..2024-12-31]"
timezone: Asia/Shanghai
case:
  key: id
  reference_date: on
  inputs:
    id: text
    on: date
    branch: {type: text, optional: true}
    grade: {type: decimal(1), optional: true}
    late: {type: boolean, optional: true}
    a: {type: decimal(2), optional: true}
relations:
  parts: {of_case: id, id: code, fields: {id: text, code: text, used: decimal(1)}}
indicators:
  x: {measure: a, score: measure, baseline: 100, clamp: "[-1000..1000]", weight: 2, missing: waive, reason: X1}
  each: {for_each: parts, id: code, measure: used, target: 4, better: higher, score: met, weight: 1, reason: E1}
  mixed: {for_each: parts, id: code, measure: used, target: 9, better: higher, score: met, weight: 1}
score: {method: weighted_mean, round: 1, grades: {A: {from: 60}, B: {from: -10000}}}
unscored:
  gone: {when: a < -500, reason: U1}
deductions:
  tardy: {when: late, deduct: 5, unknown: ignore, reason: D1}
"""
MIXED = (
    "  mixed: {for_each: parts, id: code, measure: used, target: 9, better: higher, score: met, weight: 1}\n",
    "  mixed: {measure: a, target: 50, better: higher, score: met, weight: 1, missing: waive}\n",
)
# two scores with names, one for which less is better; what was a family is one indicator
NEW = (
    OLD[: OLD.index("score: {method")]
    .replace(*MIXED)
    .replace("2024.1", "2025.1")
    .replace("(..2024-12-31]", "[2025-01-01..2026-01-01)")
    + """
scores:
  main: {of: [x, each, mixed], method: weighted_mean, round: 2, grades: {A: {from: 90}, C: {from: -10000}}}
  debt: {of: [x], method: sum, round: 0, better: lower, minimum_present: 1}
exemptions:
  spared: {when: late, grants: {x: {waive: true}}}
bonuses:
  early: {when: not late, add: 1, on: main, unknown: ignore, reason: B1}
"""
)
# no score
LAST = (
    OLD[: OLD.index("indicators:")].replace("2024.1", "2026.1").replace("(..2024-12-31]", "[2026-01-01..)")
    + "outputs: {much: a > 50, grade_of: grade}\n"
)
BY = ("branch", "month", "version", "late", "grade", "on")


@cache
def compiled() -> tuple[Versions, Compiled]:
    versions = Versions((ruleset(OLD), ruleset(NEW), ruleset(LAST)))
    engine = compile_versions(ReferenceEngine(), versions, Diagnostics())
    assert engine is not None
    return versions, engine


AMOUNTS = st.sampled_from(["", "0", "100", "99.99", "-0.01", "-700", "12.34", "-3.5", "50", "50.05", "999.99"])
CASES = st.lists(
    st.fixed_dictionaries(
        {
            "on": st.sampled_from(["2024-11-30", "2024-12-31", "2025-01-01", "2025-02-28", "2026-01-01"]),
            "branch": st.sampled_from(["", "北区", 'a"b', "c;d", "null"]),
            "grade": st.sampled_from(["", "1.0", "-0.5", "12"]),
            "late": st.sampled_from(["", "yes", "no"]),
            "a": AMOUNTS,
        }
    ),
    max_size=14,
)
PARTS = st.lists(st.lists(st.sampled_from(["3.9", "4", "9.5"]), max_size=3), min_size=14, max_size=14)


def drawn(cases: Sequence[dict[str, str]], parts: Sequence[Sequence[str]]) -> list[tuple[Case, Outcome]]:
    versions, engine = compiled()
    found: list[tuple[Case, Outcome]] = []
    for number, (texts, used) in enumerate(zip(cases, parts, strict=False)):
        rows = [{"code": f"P{place}", "used": one} for place, one in enumerate(used)]
        case = case_from_texts(versions, {"id": f"C{number}", **texts}, {"parts": rows})
        assert isinstance(case, Case), case
        found.append((case, engine.evaluate(case)))
    return found


@settings(derandomize=True, max_examples=40 if settings.default.max_examples == 100 else 80, deadline=None)
@given(CASES, PARTS, st.lists(st.sampled_from(BY), max_size=3, unique=True), st.lists(st.sampled_from(["a", "on"])))
def test_summaries_agree(cases, parts, by, wheres):
    results = drawn(cases, parts)
    rejects = [Reject("", where, "", msg("yes")) for where in wheres]

    versions, _ = compiled()
    assert counted.summarise(versions, results, rejects, by, 2) == recorded.summarise(versions, results, rejects, by, 2)


def test_what_is_drawn_has_everything() -> None:
    """Statuses, both versions, scores above and below 0, a family that lost, ranks: else the property says little."""
    cases = [
        {"on": on, "branch": branch, "grade": "", "late": late, "a": a}
        for on in ("2024-11-30", "2025-02-28", "2026-07-01")
        for branch in ("", "北区")
        for late in ("yes", "no", "")
        for a in ("", "100", "-700", "-3.5", "12.34")
    ]
    results = drawn(cases, [["3.9", "4"]] * len(cases))
    summary = recorded.summarise(compiled()[0], results, [], ("version", "branch"), 2)
    main, debt, score = summary.whole.scores

    assert counted.summarise(compiled()[0], results, [], ("version", "branch"), 2) == summary
    assert ("main", "debt", "score") == (main.id, debt.id, score.id)
    assert (90, 6) == (summary.whole.cases, len(summary.groups))
    assert summary.whole.unscored_reasons
    assert all(line.cases for line in (*main.lost, *score.lost))
    assert all(line.cases for line in summary.whole.fired)
    assert debt.minimum is not None
    assert debt.minimum.value < 0
    assert [None, None, 1, 1, None, None] == [group.scores[0].rank for group in summary.groups]


@pytest.mark.parametrize("by", [(), ("branch",)])
def test_nothing_to_count(by: tuple[str, ...]) -> None:
    assert counted.summarise(compiled()[0], [], [], by, 2) == recorded.summarise(compiled()[0], [], [], by, 2)
