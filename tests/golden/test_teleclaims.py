"""The event log of a telephone claims service: facts about it, and its scores, both by a second hand."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from golden.runs import ENGINES, bound, compiled
from steelyard.diagnostics import Diagnostics
from steelyard.facts import read_portfolio
from steelyard.resources import rulesets

NAMESPACE = "{http://www.xes-standard.org/}"
MILESTONES = {
    "answered": (
        "B check if sufficient information is available",
        "S check if sufficient information is available",
    ),
    "registered": ("B register claim", "S register claim"),
    "assessed": ("assess claim",),
    "paid": ("initiate payment",),
}
TARGETS = {"acceptance": 1800, "assessment": 16_200, "payment": 300}
WEIGHTS = {"acceptance": 3, "assessment": 4, "payment": 3}

Milestones = dict[str, datetime]


def log_file() -> Path:
    """The log, or a skipped test."""
    folder = os.environ.get("STEELYARD_DATA")
    path = Path(folder or ".") / "teleclaims.xes.gz"
    if not folder or not path.exists():
        pytest.skip("STEELYARD_DATA names no folder with teleclaims.xes.gz")
    return path


def traces(path: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Read the log in a few lines of its own: a trace's name, and the attributes of its events."""
    with gzip.open(path) as file:
        for trace in ET.parse(file).getroot().iter(f"{NAMESPACE}trace"):
            names = [a.attrib["value"] for a in trace if a.get("key") == "concept:name"]
            events = [{a.attrib["key"]: a.attrib["value"] for a in event} for event in trace.iter(f"{NAMESPACE}event")]
            yield names[0], events


def milestones(events: list[dict[str, str]]) -> Milestones:
    found: Milestones = {}
    for event in events:
        moment = datetime.fromisoformat(event["time:timestamp"])
        activity, complete = event["concept:name"], event["lifecycle:transition"] == "complete"
        if activity == "incoming claim":
            found["received"] = min(moment, found.get("received", moment))
        for name, activities in MILESTONES.items():
            if complete and activity in activities:
                found[name] = min(moment, found.get(name, moment))
    return found


def indicator_scores(found: Milestones) -> dict[str, int]:
    """Score by the policy's text, in whole seconds: ten points a tenth of the target, a tenth begun counts whole."""
    ends = {
        "acceptance": ("received", "answered"),
        "assessment": ("registered", "assessed"),
        "payment": ("assessed", "paid"),
    }
    scores: dict[str, int] = {}
    for name, (start, end) in ends.items():
        if start in found and end in found:
            over = max(0, round((found[end] - found[start]).total_seconds()) - TARGETS[name])
            scores[name] = max(0, 100 - 10 * -(-over * 10 // TARGETS[name]))
    return scores


def hundredths(scores: dict[str, int]) -> int:
    """The weighted mean, half up, in hundredths."""
    total = sum(WEIGHTS[name] for name in scores)
    points = 100 * sum(WEIGHTS[name] * score for name, score in scores.items())
    return (2 * points + total) // (2 * total)


@pytest.fixture(scope="module")
def log() -> dict[str, list[dict[str, str]]]:
    return dict(traces(log_file()))


def test_the_log_has_the_claims_and_events_that_were_published(log):
    assert len(log) == 3512
    assert sum(len(events) for events in log.values()) == 46_138


def test_so_many_claims_reach_each_milestone(log):
    reached = Counter(name for events in log.values() for name in milestones(events))

    assert reached == {"received": 3512, "answered": 3512, "registered": 2950, "assessed": 2461, "paid": 1976}


def test_every_trace_has_ended(log):
    """So that a missing milestone means that it will not come, and may be waived."""
    assert all(events[-1]["concept:name"] == "end" for events in log.values())


def test_the_targets_are_kept_by_three_claims_in_four(log):
    scores = [indicator_scores(milestones(events)) for events in log.values()]

    for name in TARGETS:
        known = [score[name] for score in scores if name in score]
        assert 0.745 < sum(score == 100 for score in known) / len(known) < 0.77


def test_every_score_is_the_one_that_the_second_hand_finds(log):
    """All claims on the reference, each hundredth on the other engines."""
    ruleset = rulesets() / "teleclaims" / "ruleset.yaml"
    diagnostics = Diagnostics()
    portfolio = read_portfolio(bound(ruleset), (log_file(),), {"log": (log_file(),)}, diagnostics)
    assert portfolio is not None, diagnostics.sorted()

    expected = {name: hundredths(indicator_scores(milestones(events))) for name, events in log.items()}

    assert len(portfolio.cases) == 3512
    assert not portfolio.rejects
    for engine in ENGINES:
        cases = portfolio.cases if engine == "reference" else portfolio.cases[::100]
        outcomes = [compiled(ruleset, (), engine).evaluate(case) for case in cases]
        found = {outcome.key: outcome.scores[0].final for outcome in outcomes}
        assert found == {name: (expected[name], 2) for name in found}
        assert len(found) == len(cases)


def test_grades_are_spread(log):
    """Three claims in four keep each target, and two in three keep all that apply to them."""
    scores = [hundredths(indicator_scores(milestones(events))) for events in log.values()]
    grades = Counter("A" if s >= 9000 else "B" if s >= 7500 else "C" if s >= 6000 else "D" for s in scores)

    assert grades == {"A": 2265, "B": 377, "C": 423, "D": 447}
