"""Labels of texts: for readers alone, of texts alone, one for each text."""

from __future__ import annotations

import pytest

from conformance.harness import load_ruleset
from golden.reports.worked import evaluate
from steelyard.analysis.check import load_text
from steelyard.explain.explain import explain
from steelyard.ir.canonical import policy_digest
from steelyard.report.formats.render import render

RULES = """
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case: {key: id, inputs: {id: text, line: {type: text, values: [motor, home], LABELS}, size: integer}}
outputs: {quick: {value: line = "motor", label: {zh: 快速, en: Quick}}}
"""
LABELS = "labels: {motor: {zh: 车险, en: Motor insurance}, home: {zh: 家财险, en: Home}}"


def findings(text: str) -> list[tuple[str, str]]:
    return [(one.code, str(one.headline)) for one in load_text(text).diagnostics if one.code.startswith("T")]


def test_reports_show_the_label_of_a_text_and_data_keep_the_text() -> None:
    told = explain(evaluate(RULES.replace("LABELS", LABELS), {"id": "1", "line": "motor", "size": "1"}))

    assert "line：车险" in render(told, "zh", "text")
    assert "line = 车险" in render(told, "zh", "text")
    assert "line: Motor insurance" in render(told, "en", "text")
    assert '"motor"' in render(told, "zh", "json")


def test_labels_are_in_no_digest() -> None:
    with_labels, without = (load_ruleset(RULES.replace("LABELS", one)) for one in (LABELS, "column: line"))

    assert policy_digest(with_labels) == policy_digest(without)


@pytest.mark.parametrize(
    ("labels", "finding"),
    [
        (LABELS.replace("home:", "hom:"), ("T103", "`hom` is not one of the values")),
        (LABELS + "}, b: {type: text, labels: {motor: Car}", ("T109", "`motor` has another label elsewhere")),
        (LABELS + "}, b: {type: integer, labels: {motor: Car}", ("T107", "only texts have labels, not an integer")),
    ],
)
def test_what_is_no_text_of_the_field_or_has_two_labels_is_refused(labels: str, finding: tuple[str, str]) -> None:
    assert finding in findings(RULES.replace("LABELS", labels))
