"""Guards: what `is_missing(x)` and `x != missing` say of the rest of a condition, of branches, of an indicator."""

from __future__ import annotations

import random
from itertools import product

import pytest

from conformance.harness import load_ruleset
from steelyard.analysis.check import load_text
from steelyard.diagnostics import Severity
from steelyard.facts.case import Case
from steelyard.ir.resolved import knower
from steelyard.semantics import prepare, run
from steelyard.semantics.values import Missing

HEAD = """\
steelyard: 1
ruleset: g
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
    x: {type: integer, optional: true}
    y: {type: integer, optional: true}
    b: {type: boolean, optional: true}
    z: integer
relations:
  parts: {of_case: code, fields: {code: text, used: {type: integer, optional: true}}}
define:
  has_x: not is_missing(x)
  sum_xy: x + y
  twice(v): v + v
"""
SCORE = "score: {start: 100, round: 0}\n"


def errors(text: str) -> list[str]:
    return [one.code for one in load_text(HEAD + text).diagnostics if one.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("when", "known"),
    [
        ("not is_missing(x) and x > 3", True),
        ("x > 3 and x != missing", True),
        ("x = missing or x > 3", True),
        ("missing != x and x > 3", True),
        ("is_missing(x) and x > 3", False),
        ("is_missing(x) or x > 3 or y > 3", False),
        ("is_missing(x) or is_missing(y) or x > y", True),
        ("is_missing(x) or is_missing(y) or sum_xy > 3", True),
        ("not is_missing(sum_xy) and x > y", True),
        ("is_missing(x) or sum_xy > 3", False),
        ("has_x and twice(x) > 3", True),
        ("has_x or x > 3", False),
        ("if is_missing(x) then z > 1 else x > 1", True),
        ("if has_x and y != missing then x > y else z > 1", True),
        ("if has_x or y != missing then x > 1 else z > 1", False),
        ("if x > 1 then x > 2 else x > 0", False),
        ("x > 1 and x > 2", False),
        ("not (is_missing(x) or x < 3)", True),
        ("not is_missing(b) and b", True),
        ("has_x and (is_missing(y) or x > y)", True),
        ("count(parts where not is_missing(used) and used > 3) > 0", True),
        ("sum(parts.used where not is_missing(used)) > 0", True),
        ("sum(parts.used where z > 0) > 0", False),
        ("coalesce(x, 0) > 1", True),
    ],
)
def test_conditions(when: str, known: bool):
    found = errors(f"{SCORE}gates:\n  g:\n    when: {when}\n    at_most: 5\n")
    assert found == ([] if known else ["T114"])


@pytest.mark.parametrize(
    ("only_if", "measure", "known"),
    [
        ("x != missing", "x", True),
        ("has_x and y != missing", "sum_xy", True),
        ("has_x", "sum_xy", False),
        ("x > 3", "x", True),
        ("x > 3 or z > 1", "x", False),
    ],
)
def test_an_indicator_that_applies_has_what_only_if_asks_for(only_if: str, measure: str, known: bool):
    found = errors(
        f"indicators:\n  a: {{only_if: {only_if}, measure: {measure}, score: measure, baseline: 100, weight: 1}}\n"
        "score: {method: weighted_mean, round: 0}\n"
    )
    assert found == ([] if known else ["T113"])


def test_a_guard_of_a_row_says_nothing_of_another_row():
    rule = "deductions:\n  d:\n    for_each: parts\n    when: {when}\n    deduct: 1\n"
    assert errors(SCORE + rule.format(when="used != missing and used > 1")) == []
    assert errors(SCORE + rule.format(when="not is_missing(used) and count(parts where used > 1) > 0")) == ["T114"]


def test_only_equality_asks_for_a_missing_value():
    for text in ("x > missing", "missing = missing"):
        assert errors(f"outputs:\n  o: {text}\n{SCORE}") == ["T102"]


def test_what_is_said_to_be_known_is_never_missing():
    """Random conditions, over every choice of values that are there and missing."""
    chance = random.Random(7)

    def drawn(depth: int) -> str:
        leaf = ["is_missing(x)", "y != missing", "x = missing", "has_x", "x > 1", "sum_xy > 2", "z > 1", "b", "not b"]
        if not depth or chance.random() < 0.2:
            return chance.choice(leaf)
        one, other, third = (drawn(depth - 1) for _ in range(3))
        return chance.choice(
            [
                f"({one} and {other})",
                f"({one} or {other} or {third})",
                f"not ({one})",
                f"(if {one} then {other} else {third})",
            ]
        )

    texts = [drawn(3) for _ in range(150)]
    outputs = "\n".join(f"  o{place}: {text}" for place, text in enumerate(texts))
    ruleset = load_ruleset(f"{HEAD}{SCORE}outputs:\n{outputs}\n")
    program, knows = prepare(ruleset), knower(ruleset)
    certain = [one for one in ruleset.outputs if not knows.missing(one.value)]
    assert len(certain) > 20
    for x, y, b in product((None, 1, 2), (None, 1, 2), (None, True, False)):
        given = {"id": "A", "z": 1, "x": x, "y": y, "b": b}
        evaluation = run(program, Case("A", {name: value for name, value in given.items() if value is not None}))
        assert not [one.id for one in certain if isinstance(evaluation.value(one.value), Missing)]
