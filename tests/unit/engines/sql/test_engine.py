"""What cannot be compiled is said, with its place."""

from __future__ import annotations

import pytest

from conformance.harness import load_ruleset
from sql_memory import InMemory, compile_for
from steelyard.diagnostics import Diagnostics
from steelyard.engines.sql.arithmetic import TooWideError
from steelyard.facts.case import Case
from steelyard.facts.texts import case_from_texts

WIDE = """
steelyard: 1
ruleset: r
version: 1
case:
  key: id
  inputs:
    id: text
    loss: {type: decimal(2)%s}
    rate: {type: decimal(5)%s}
indicators:
  cost: {measure: loss * rate * rate, score: measure, baseline: 100, clamp: none, weight: 1}
score: {method: weighted_mean, round: 2}
"""
RANGE = ', range: "[0..1000]"'


def test_a_number_of_more_than_128_bits_is_reported_with_its_place():
    diagnostics = Diagnostics()

    assert compile_for(load_ruleset(WIDE % ("", "")), diagnostics, "cases", {}) is None
    (found,) = diagnostics.sorted()
    assert ("B201", 11) == (found.code, found.span.line)


def test_declared_ranges_make_it_fit():
    diagnostics = Diagnostics()

    assert compile_for(load_ruleset(WIDE % (RANGE, RANGE)), diagnostics, "cases", {}) is not None
    assert diagnostics.sorted() == ()


FAMILY = """
steelyard: 1
ruleset: r
version: 1
case: {key: id, inputs: {id: text}}
relations:
  parts:
    of_case: id
    id: code
    fields: {id: text, code: text, used: decimal(2), heavy: {type: decimal(2), range: "[0..)"}}
indicators:
  each: {for_each: parts, id: code, measure: used, target: 4, better: higher, score: met, weight: heavy}
score: {method: weighted_mean, round: 2}
"""


def test_shares_that_are_not_bounded_beforehand_are_refused_and_never_wrap():
    rows = [{"code": "a", "used": "5", "heavy": "0.01"}, {"code": "b", "used": "3", "heavy": "9999999999999.99"}]
    ruleset = load_ruleset(FAMILY)
    case = case_from_texts(ruleset, {"id": "C"}, {"parts": rows})
    assert isinstance(case, Case)

    with pytest.raises(TooWideError):
        InMemory(ruleset).score_cases([case])
