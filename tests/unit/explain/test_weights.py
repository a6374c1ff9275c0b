"""How weights are told: each stage, what held a group, and the clause behind it."""

from __future__ import annotations

import pytest

from golden.reports.worked import explained
from steelyard.explain.records import WeightStage
from steelyard.explain.terms import show


def stages(policy: str, name: str) -> tuple[WeightStage, ...]:
    (score,) = explained(policy, name).scores
    assert score.weights is not None
    return score.weights.stages


def told(policy: str, name: str, lang: str = "en") -> list[tuple[str, str | None]]:
    """The stages with their clauses."""
    return [
        (
            show(one.reason, lang),
            None if one.clause is None or one.clause.clause is None else show(one.clause.clause, lang),
        )
        for one in stages(policy, name)
    ]


def test_everything_at_once_is_told_step_by_step() -> None:
    assert [
        ("weights of the ruleset", None),
        ("multiplied: Injury: quality before speed", "DW 2.2"),
        ("multiplied: Catastrophe regime: accept at once, settling weighs half", "DW 3.2"),
        ("shares set: Complaints high in the period before: satisfaction has 35%", "DW 4.2"),
        ("limits of groups: Speed is raised to 35%; every other group × 221/223", "DW 5.1"),
    ] == told("dynamic-weights", "everything-at-once")


def test_the_same_in_chinese() -> None:
    assert ("分组上下限：时效抬至 35%；其余各组 × 221/223", "DW 5.1") == told(
        "dynamic-weights", "everything-at-once", "zh"
    )[-1]


def test_amounts_lead_from_the_base_weight_to_the_share() -> None:
    """As the table in the README of the ruleset has them."""
    found = stages("dynamic-weights", "everything-at-once")

    assert [
        ("20", "15", "18.75", "13/68", "7/36"),
        ("40", "30", "15", "13/85", "7/45"),
        ("20", "30", "30", "26/85", "30%"),
        ("20", "30", "30", "35%", "35%"),
    ] == [tuple(str(one.shown(member)) for one in found) for member in range(4)]


def test_limits_that_hold_nothing_back_say_so() -> None:
    assert ("every group is within its limits", None) == told("dynamic-weights", "base")[-1]


def test_a_group_raised_while_a_member_is_waived() -> None:
    """Quality without the rating is 25%: 40% takes a fifth from speed, 75% to 60%."""
    assert [
        ("waived ones leave", None),
        ("limits of groups: Quality is raised to 40%; every other group × 0.8", "DW 5.2"),
    ] == told("dynamic-weights", "no-rating")[-2:]


def test_a_group_may_be_cut_while_another_is_raised() -> None:
    """Claims are given 50%, complaints 20%: the text says 45% and 25%, and enquiry has its 30% already."""
    reason, _ = told("cn-service-evaluation-2015", "parts-keep-their-share")[-1]

    assert reason.startswith("limits of groups: Claims is cut to 45%, Complaints is raised to 25%")


@pytest.mark.parametrize("name", ["complaints-high", "no-rating-under-high-complaints"])
def test_a_set_on_a_waived_indicator_is_no_stage(name: str) -> None:
    kinds = [reason for reason, _ in told("dynamic-weights", name)]

    assert (name == "complaints-high") == any(reason.startswith("shares set") for reason in kinds)
