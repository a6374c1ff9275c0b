"""What a page says of a score: what made it worse, what made it better, and nothing where there is nothing to say."""

from __future__ import annotations

import pytest

from golden.reports.worked import evaluate
from steelyard.explain.explain import explain
from steelyard.report.formats.render import render
from steelyard.report.view import view
from steelyard.report.views import ScoreView

HEAD = """
steelyard: 1
ruleset: directions
version: 1
timezone: UTC
case:
  key: id
  inputs: {id: text, size: {type: integer, range: "[-100..100]"}}
relations:
  lines:
    of_case: claim
    id: line
    fields: {claim: text, line: text}
"""
INDICATORS = """
indicators:
  one: {measure: size, score: measure, baseline: 10}
"""
RULES = """
deductions:
  each: {for_each: lines, when: true, deduct: 4, at_most: 10}
bonuses:
  thanks: {when: size > 0, add: 3}
"""
LINES = [{"claim": "x", "line": f"l{number}"} for number in (1, 2, 3)]


def score(text: str, size: str, rows: list[dict[str, str]] | None = None) -> ScoreView:
    (found,) = view(explain(evaluate(text, {"id": "x", "size": size}, {"lines": rows or []})), "en").scores
    return found


def costs(found: ScoreView) -> list[tuple[str, str]]:
    return [(one.points, one.name.text) for one in found.costs]


def gains(found: ScoreView) -> list[tuple[str, str]]:
    return [(one.points, one.name.text) for one in found.gains]


def test_where_less_is_better_more_points_are_a_cost() -> None:
    text = HEAD + INDICATORS + "score: {method: sum, better: lower, round: 2}\n"
    more, less = score(text, "30"), score(text, "4")

    assert ([("+20.000000", "one")], []) == (costs(more), gains(more))
    assert ([], [("−6.000000", "one")]) == (costs(less), gains(less))
    assert ["minus", "plus"] == [
        next(line.tone for line in found.ledger if line.kind == "lost") for found in (more, less)
    ]


@pytest.mark.parametrize(("better", "cost"), [("higher", True), ("lower", False)])
def test_what_a_limit_gives_back_stands_with_its_deduction(better: str, cost: bool) -> None:
    text = HEAD + INDICATORS + f"score: {{method: sum, better: {better}, round: 2}}\n" + RULES
    found = score(text, "10", LINES)
    expected = ([("−10.000000", "each")], [("+3.000000", "thanks")])

    assert (expected if cost else expected[::-1]) == (costs(found), gains(found))
    (each,) = (one for one in (*found.costs, *found.gains) if one.name.text == "each")
    assert (
        "−4.000000 lines l1",
        "−4.000000 lines l2",
        "−4.000000 lines l3",
        "+2.000000 what goes beyond its limit",
    ) == each.sentences


def test_a_score_without_indicators_does_not_speak_of_them() -> None:
    text = HEAD + "score: {value: size, round: 2}\n" + RULES

    for layout in ("text", "md", "html"):
        page = render(explain(evaluate(text, {"id": "x", "size": "10"}, {})), "en", layout)

        assert "What cost points" not in page
        assert "What brought points" in page


@pytest.mark.parametrize("layout", ["text", "md", "html"])
def test_no_heading_stands_alone(layout: str) -> None:
    text = (
        HEAD
        + INDICATORS
        + "score: {method: sum, round: 2}\ndeductions:\n  each: {for_each: lines, when: true, deduct: 4}\n"
    )
    page = render(explain(evaluate(text, {"id": "x", "size": "10"}, {})), "en", layout)

    assert "Conditions in full" not in page
    assert "How values were computed" not in page
