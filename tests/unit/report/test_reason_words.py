"""What reason codes are called in summaries and on pages: plain words first, the code after them."""

from golden.reports.worked import evaluate, ruleset
from steelyard.explain.explain import explain
from steelyard.explain.terms import show
from steelyard.ir.result_columns import ResultColumn
from steelyard.ir.types import Number
from steelyard.ir.versions import versions_of
from steelyard.report.formats.render import render
from steelyard.report.headings import label
from steelyard.report.reason_words import reason_words

RULES = """
steelyard: 1
ruleset: coded
version: 1
timezone: UTC
case: {key: id, inputs: {id: text, days: integer, calls: integer, gone: boolean, group: text}}
indicators:
  speed: {label: {zh: 时效, en: Speed}, measure: days, target: 2, better: lower, score: met, weight: 1, reason: S1}
  quiet: {label: := group, measure: calls, target: 2, better: lower, score: met, weight: 1, reason: S2}
deductions: {noise: {label: {zh: 来电过多, en: Too many calls}, when: calls > 5, deduct: 5, reason: S2}}
unscored: {left: {label: {zh: 撤案, en: Withdrawn}, when: gone, reason: W1}}
score: {method: weighted_mean, round: 2}
"""
GIVEN = {"id": "x", "days": "9", "calls": "9", "gone": "no", "group": "Calls of Monday"}


def test_each_code_has_its_words_in_both_languages() -> None:
    words = reason_words(ruleset(RULES))

    assert ("Speed (S1)", "时效（S1）") == (show(words["S1"], "en"), show(words["S1"], "zh"))
    assert "Withdrawn (W1)" == show(words["W1"], "en")
    assert show(words["S2"], "en").endswith("Too many calls (S2)")
    assert "too few indicators are scored (too_few_present)" == show(words["too_few_present"], "en")


def test_headings_of_a_summary_have_the_words() -> None:
    versions = versions_of(ruleset(RULES))

    assert "reason: Speed (S1)" == label(ResultColumn("reason.S1", Number(0)), versions, "en")
    assert "unscored: Withdrawn (W1)" == label(ResultColumn("unscored.W1", Number(0)), versions, "en")
    assert "reason: Z.9" == label(ResultColumn("reason.Z.9", Number(0)), versions, "en")


def test_the_page_has_the_code_after_the_words_and_the_computed_name_among_the_changes() -> None:
    told = explain(evaluate(RULES, GIVEN))
    page = render(told, "en", "text")

    assert "Speed (S1)" in page
    assert "Speed (S1)" in render(told, "en", "html").replace("</span>", "")
    assert {"Speed", "Calls of Monday", "Too many calls"} == {show(one.cause, "en") for one in told.regains}
