"""Members that count in a score under a condition, and minima that are computed: what `check` says of them."""

from __future__ import annotations

import pytest

from conformance.harness import load_ruleset
from steelyard.analysis.check import load_text
from steelyard.diagnostics import Diagnostics, Severity
from steelyard.ir.bind import bind_versions
from steelyard.ir.canonical import policy_digest
from steelyard.ir.versions import Versions

TEXT = """\
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
    free: integer
    months: {type: integer, range: "[0..9]"}
    rate: decimal(1)
    ok: {type: boolean, optional: true}
parameters: {least: {value: 1, range: "[-5..5]"}}
groups: {quality: Quality}
indicators:
  a: {measure: free, score: measure, baseline: 100, weight: 1}
  b: {group: quality, measure: free, score: measure, baseline: 100, weight: 1}
  c: {measure: free, score: measure, baseline: 100}
scores:
  one:
    of: [a, quality]
    method: weighted_mean
    round: 2
MORE
  two: {of: [c], method: sum, round: 2}
"""


def codes(more: str) -> list[str]:
    loaded = load_text(TEXT.replace("MORE\n", f"    {more}\n"), {})
    return [one.code for one in loaded.diagnostics if one.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("minimum", "found"),
    [
        ("2", []),
        ("0", []),
        ("-1", ["H206"]),
        ("1.5", ["T107"]),
        ("months", []),
        ("months - 1", ["H206"]),
        ("max(months - 1, 0)", []),
        ("free", ["H206"]),
        ("rate", ["T107"]),
        ("least", []),
        ('if a.status = "scored" then 1 else 0', []),
        ("a.score", ["T107"]),
        ("if a.score > 3 then 1 else 0", ["N105"]),
        ("count(nothing)", ["N101"]),
        ("ok", ["T107"]),
    ],
)
def test_a_minimum_is_a_whole_number_from_0_on(minimum: str, found: list[str]):
    assert found == codes(f"minimum_present: '{minimum}'" if '"' in minimum else f'minimum_present: "{minimum}"')


@pytest.mark.parametrize(
    ("only_if", "found"),
    [
        ("{a: ok, quality: months > 1}", []),
        ("{b: ok, quality: months > 1}", ["M108"]),
        ("{c: ok}", ["N101"]),
        ("{d: ok}", ["N101"]),
        ("{a: months}", ["T107"]),
        ("{a: b.score > 1}", ["N105"]),
        ("{a: one > 1}", ["N104"]),
    ],
)
def test_a_condition_names_a_member_once_and_reads_what_is_settled(only_if: str, found: list[str]):
    assert found == codes(f"only_if: {only_if}")


def test_a_score_that_is_computed_has_no_members_that_could_leave():
    text = TEXT.replace("method: sum", "value: a.score, only_if: {c: ok}").replace("MORE\n", "")

    assert ["M108"] == [one.code for one in load_text(text, {}).diagnostics if one.severity is Severity.ERROR]


def test_a_parameter_below_0_is_refused_when_it_is_given():
    rules = load_ruleset(TEXT.replace("MORE", "    minimum_present: least"))
    diagnostics = Diagnostics()

    assert bind_versions(Versions((rules,)), {"least": "-2"}, diagnostics) is None
    assert ["H206"] == [one.code for one in diagnostics.sorted()]


def test_a_number_has_the_digest_that_it_had_before_it_could_be_computed():
    lines = ("minimum_present: 2", "minimum_present: (2)", "", "minimum_present: max(months, 2)")
    texts = [TEXT.replace("MORE\n", f"    {line}\n" if line else "") for line in lines]
    plain, spelt, none, computed = (policy_digest(load_ruleset(text)) for text in texts)

    assert plain == spelt
    assert len({plain, none, computed}) == 3
