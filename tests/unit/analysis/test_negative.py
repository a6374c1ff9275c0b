"""Measures of time that can be negative: found, with what mends them; nothing is said where the order is sure."""

# pyright: basic

from __future__ import annotations

import pytest

from steelyard.analysis.check import load_text
from steelyard.diagnostics.catalogue import translator

RULESET = """\
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    reported: datetime
    accepted: {{type: datetime, not_before: reported}}
    paid: {{type: datetime, not_before: accepted}}
    called: datetime
    day: date
parameters:
  as_of: datetime
relations:
  log:
    of_case: id
    fields: {{id: text, activity: text, time: datetime}}
define:
  first: min(log.time where activity = "register")
  last: min(log.time where activity = "pay")
  took: called - reported
indicators:
  speed:
    measure: {measure}
    target: {target}
    better: {better}
    score: met
    weight: 1
    missing: reject
score: {{method: weighted_mean, round: 2}}
"""
CLOCK = "measure it by a `clock` with `from` and `to`, which rejects an end before the start"
NOT_BEFORE = "write `not_before: reported` at `called`: rows in the wrong order are rejected then"
NO_TIME = "write `max(0h, …)` where an end before the start counts as no time"


def found(measure: str, target: str = "24h", better: str = "lower"):
    diagnostics = load_text(RULESET.format(measure=measure, target=target, better=better)).diagnostics
    assert [] == [str(one.headline) for one in diagnostics if one.code not in {"L127", "L101"} and one.code[0] != "T"]
    return [one for one in diagnostics if one.code == "L127"]


@pytest.mark.parametrize(
    ("measure", "help_"),
    [
        ("called - reported", NOT_BEFORE),
        ("elapsed(reported, called)", NOT_BEFORE),
        ("took", NOT_BEFORE),
        ("last - first", CLOCK),
        ("elapsed(first, last)", CLOCK),
        ("(last - first) + 1h", NO_TIME),
        ("max(last - first, called - reported)", NO_TIME),
    ],
)
def test_a_time_that_can_be_negative(measure: str, help_: str) -> None:
    [one] = found(measure)

    assert (help_, "`speed` can be negative, and then meets every target") == (str(one.help), str(one.headline))
    assert "`speed` 可能为负，从而总是达标" == translator("zh")(one.headline)


@pytest.mark.parametrize(
    "measure",
    [
        "paid - reported",  # not_before, over two steps
        "elapsed(accepted, paid)",
        "max(0h, last - first)",
        "max(paid - reported, last - first)",  # one of them is never negative
        "coalesce(accepted, as_of) - reported",  # up to the cut-off of the run
    ],
)
def test_a_time_in_a_sure_order(measure: str) -> None:
    assert [] == found(measure)


def test_nothing_is_said_where_more_is_better() -> None:
    assert [] == found("called - reported", better="higher")


def test_months_in_the_wrong_order() -> None:
    [first] = found("months_between(date(reported), date(called))", target="2")
    [second] = found("months_between(day, date(called))", target="2")

    assert all("max(0, …)" in str(one.help) for one in (first, second))
    assert [] == found("months_between(day, day)", target="2")
