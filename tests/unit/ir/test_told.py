"""Computed reason codes and labels: what is refused, what the digest covers, what readers see."""

from __future__ import annotations

import pytest

from steelyard.analysis.check import load_text
from steelyard.diagnostics import Severity
from steelyard.explain.explain import explain
from steelyard.facts.case import Reject
from steelyard.facts.texts import case_from_texts
from steelyard.ir.canonical import policy_digest
from steelyard.ir.ruleset import Ruleset
from steelyard.report.formats.render import render
from steelyard.semantics import prepare, run

HEAD = """\
steelyard: 1
ruleset: told
version: 1
timezone: UTC
case: {key: id, inputs: {id: text, n: {type: integer, range: "[0..9]"}, kind: {type: text, optional: true}}}
relations:
  found: {of_case: id, id: no, fields: {id: text, no: text, code: text, text: {type: text, optional: true}}}
tables:
  points_of:
    hit: first
    inputs: {n: n}
    outputs: {points: integer, code: text}
    rows: [{n: "< 5", points: 1, code: LOW}, {n: otherwise, points: 2, code: HIGH}]
score: {start: 100, round: 0}
"""


def errors(section: str) -> list[tuple[str, str]]:
    """The errors of a ruleset with this section, each with its hint."""
    found = load_text(HEAD + section).diagnostics
    return [(one.code, str(one.help)) for one in found if one.severity is Severity.ERROR]


def ruleset(section: str) -> Ruleset:
    found = load_text(HEAD + section, {})
    assert found.ruleset is not None, found.diagnostics
    return found.ruleset


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("{when: n > 3, deduct: 5, reason: points_of.code}", "H134"),
        ("{when: n > 3, deduct: 5, reason: points_of(n)}", "H134"),
        ("{when: n > 3, deduct: 5, reason: := n}", "T107"),
        ("{when: n > 3, deduct: 5, reason: := kind}", "T113"),
        ("{when: n > 3, deduct: 5, reason: := found.code}", "N107"),
        ("{when: n > 3, deduct: 5, reason: ':= '}", "Y201"),
        ("{for_each: found, deduct: 5, reason: := found.text}", "T113"),
        ("{for_each: found, deduct: 5, label: := n}", "T107"),
        ("{for_each: found, deduct: 5, label: {zh: ':= code', en: Found}}", "H134"),
        ('{when: kind = "a", deduct: 5, unknown: fire, reason: := kind}', "T113"),
    ],
)
def test_refused(rule, code):
    """What is no text, can be missing, or reads like an expression is refused once, with a hint."""
    ((found, hint),) = errors(f"deductions:\n  d: {rule}\n")
    assert found == code
    assert hint or code in {"N107", "T107", "Y101"}


def test_hint_of_expression():
    """The hint gives the spelling that computes the code; it is accepted, and so is the code in quotes."""
    rule = "deductions: {{d: {{when: n > 3, deduct: 5, reason: {reason}}}}}\n"
    ((_, hint),) = errors(rule.format(reason="points_of.code"))
    assert "`:= points_of.code`" in hint
    assert not errors(rule.format(reason=":= points_of.code"))
    assert ruleset(rule.format(reason='"points_of.code"')).points[0].reason == "points_of.code"


@pytest.mark.parametrize("code", ["C1", "a.b", "R-1", "n", "1.0", "n > 3", "f(n)", "未决"])
def test_plain_codes(code):
    """A code that names no part of the ruleset is the code."""
    assert ruleset(f"deductions:\n  d:\n    when: n > 3\n    deduct: 5\n    reason: {code}\n").points[0].reason == code


@pytest.mark.parametrize(
    "section",
    [
        "gates: {g: {for_each: found, at_most: 5, reason: := found.code}}",
        "unscored: {u: {when: n > 3, reason: points_of.code}}",
        "outputs: {o: {value: n, label: := points_of.code}}",
    ],
)
def test_elsewhere(section):
    """Where codes and labels are not computed, that is said."""
    ((code, hint),) = errors(section + "\n")
    assert (code, hint != "None") == ("B101" if "gates" in section else "H134", True)


def test_guard():
    """A code that the rule's condition asks for is given."""
    assert not errors("deductions: {d: {when: kind != missing and n > 3, deduct: 5, reason: := kind}}\n")


def test_digest():
    """The code is part of the policy, the label is not."""
    rule = "deductions:\n  d:\n    for_each: found\n    deduct: 5\n    reason: {reason}\n    label: {label}\n"
    digests = {
        (reason, label): policy_digest(ruleset(rule.format(reason=reason, label=label)))
        for reason in ("C1", ":= found.code", ':= concat(code, "x")')
        for label in ("Found", ":= text")
    }
    assert len(set(digests.values())) == 3


@pytest.mark.parametrize(("lang", "line"), [("en", "What was meant (A.1)"), ("zh", "What was meant（A.1）")])
def test_readers(lang, line):
    """Readers see the text of the data first, then the code; without the text, the rule's id."""
    rules = ruleset("deductions: {d: {for_each: found, deduct: 5, reason: := found.code, label: := text}}\n")
    rows = {
        "found": [
            {"id": "A", "no": "1", "code": "A.1", "text": "What was meant"},
            {"id": "A", "no": "2", "code": "B;2", "text": ""},
        ]
    }
    case = case_from_texts(rules, {"id": "A", "n": "3", "kind": ""}, rows)
    assert not isinstance(case, Reject)
    evaluation = run(prepare(rules), case)
    assert evaluation.outcome.scores[0].reasons == ("A.1", "B;2")
    page = render(explain(evaluation), lang, "text")
    assert line in page
    assert ("d (B;2)" if lang == "en" else "d（B;2）") in page
    assert "What was meant" in page.split("Ledger" if lang == "en" else "分数明细账")[1]
