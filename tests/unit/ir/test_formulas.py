"""Formulas: what is refused of them, how calls grow, what digests and explanations say."""

from __future__ import annotations

import pytest

from steelyard.analysis.check import load_text
from steelyard.diagnostics import Severity
from steelyard.explain.explain import explain
from steelyard.facts.case import Reject
from steelyard.facts.texts import case_from_texts
from steelyard.ir.canonical import policy_digest
from steelyard.ir.contents import expressions
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.walk import nodes
from steelyard.report.formats.render import render
from steelyard.semantics import prepare, run

HEAD = """\
steelyard: 1
ruleset: f
version: 1
timezone: UTC
case: {key: id, inputs: {id: text, n: {type: integer, range: "[0..9]"}, m: {type: integer, range: "[0..9]"}}}
relations:
  parts: {of_case: code, fields: {code: text, used: integer}}
score: {start: 100, round: 0}
"""


def codes(define: str, outputs: str = "") -> list[str]:
    """The errors of a ruleset with these defines and outputs."""
    found = load_text(f"{HEAD}define:\n{define}\noutputs:\n{outputs or '  o: n + m'}\n").diagnostics
    return [one.code for one in found if one.severity is Severity.ERROR]


def ruleset(define: str, outputs: str) -> Ruleset:
    found = load_text(f"{HEAD}define:\n{define}\noutputs:\n{outputs}\n", {})
    assert found.ruleset is not None, found.diagnostics
    return found.ruleset


@pytest.mark.parametrize(
    ("define", "output", "code"),
    [
        ("f(x): f(x)", "f(n)", "N106"),
        ("f(x): g(x)\n  g(y): 1 + f(y)", "n", "N106"),
        ("f(x): d + x\n  d: f(1)", "n", "N106"),
        ("f(x): x + 1", "f(n, m)", "T105"),
        ("f(x): x + 1", "f(n where n > 1)", "T105"),
        ("f(x): x + 1", "f", "N104"),
        ("f(x): x + 1", "f(id)", "T101"),
        ('"f(x: date)": x', "f(n)", "T107"),
        ('"f(x: integer)": x + id', "n", "T101"),
        ("f(x): used", "f(n)", "N101"),
        ("f(x): count(parts where used > x)", "sum(f(parts.used))", "N109"),
        ("f(x): x\n  g(y): sum(parts.used + f(y))", "g(n)", None),
        ("f(n): n", "1", "N103"),
        ("f(x, x): x", "f(1, 2)", "N103"),
        ("min(x): x", "n", "N108"),
        ("f(): 1", "n", "N108"),
        ("f(x: 1", "n", "N108"),
        ('"f(x: number)": x', "n", "T110"),
        ("f(target): target", "f(n)", "N108"),
        ("f(x): x +", "n", "Y201"),
        ("f（x，y）: x + y", "f(n, m)", None),
    ],
)
def test_slips(define: str, output: str, code: str | None):
    found = codes(f"  {define}", f"  o: {output}")
    assert ([] if code is None else [code]) == list(dict.fromkeys(found))


def test_a_mistake_inside_names_the_call():
    found = load_text(f"{HEAD}define:\n  f(x): x + 1h\noutputs:\n  o: f(n)\n").diagnostics
    (one,) = [each for each in found if each.severity is Severity.ERROR]
    assert one.span is not None
    assert (9, 11) == (one.span.line, one.labels[-1].span.line)
    assert "called here" == str(one.labels[-1].text)


def size(found: Ruleset) -> int:
    return sum(1 for expr in expressions(found) for _ in nodes(expr))


def test_formulas_that_call_each_other_twice_add_the_same():
    def chain(n: int) -> Ruleset:
        lines = ["  f0(x): x + n"] + [f"  f{k}(x): max(f{k - 1}(x), f{k - 1}(x))" for k in range(1, n)]
        return ruleset("\n".join(lines), f"  o: f{n - 1}(m)")

    sizes = [size(chain(n)) for n in (10, 20, 30)]
    assert sizes[1] - sizes[0] == sizes[2] - sizes[1]


@pytest.mark.parametrize(
    ("define", "output"),
    [
        # read a score, so they cannot be defines
        (
            "\n".join(["  f0(x): x + n", *(f"  f{k}(x): max(f{k - 1}(x), f{k - 1}(x))" for k in range(1, 30))]),
            "f29(score)",
        ),
        ("  f(x): x + x", "f(" * 30 + "score" + ")" * 30),
        ("\n".join(["  f0(x): x + n", *(f"  f{k}(x): 1 + f{k - 1}(x)" for k in range(1, 200))]), "f199(n)"),
        (f"  f(x): {' + '.join(['x'] * 150)}", f"f({' + '.join(['score'] * 190)})"),
    ],
)
def test_what_grows_too_much_is_refused(define: str, output: str):
    assert ["Y202"] == list(dict.fromkeys(codes(define, f"  o: {output}")))


def test_a_digest_does_not_know_the_order_of_calls():
    define = "  f(x): x * 2 + n\n  a: f(n)\n  b: f(m)"
    turned = "  b: f(m)\n  a: f(n)\n  f(y): y * 2 + n"
    one, other = ruleset(define, "  o: a + b"), ruleset(turned, "  o: a + b")
    assert policy_digest(one) == policy_digest(other)
    assert policy_digest(one) != policy_digest(ruleset(define.replace("f(m)", "f(m + 1)"), "  o: a + b"))


def test_an_explanation_shows_calls_with_their_values():
    found = ruleset(
        "  gap(x, most): max(x - most, 0)\n  twice(y): gap(y, 3) + gap(y, 3)",
        '  o: n\ndeductions:\n  d: {when: twice(n) > 4, deduct: "gap(score, 60)"}',
    )
    case = case_from_texts(found, {"id": "A", "n": "7", "m": "1"}, {})
    assert not isinstance(case, Reject)
    text, chinese = (render(explain(run(prepare(found), case)), lang, "text") for lang in ("en", "zh"))
    assert "twice(n) > 4" in text
    assert "twice(y = 7) = 8" in text
    assert "gap(x = 7, most = 3) = 4" in text
    assert "takes points off: gap(x = 100, most = 60)" in text
    assert "gap（x = 7、most = 3）" in chinese
