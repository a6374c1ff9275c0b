"""Sentences keep the structure of expressions: different expressions over the same names read differently."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest

from golden.reports.worked import ruleset
from steelyard.explain.phrases import phrase
from steelyard.explain.terms import show
from steelyard.explain.words import Words
from steelyard.ir.expressions import Expr

HEAD = """
steelyard: 1
ruleset: structure
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    a: {type: integer, range: "[0..9]", label: {zh: 甲, en: A}}
    b: {type: integer, range: "[0..9]", label: {zh: 乙, en: B}}
    p: {type: boolean, label: {zh: 丙, en: P}}
    q: {type: boolean, label: {zh: 丁, en: Q}}
    s: {type: text, label: {zh: 戊, en: S}}
    t: {type: text, label: {zh: 己, en: T}}
    d: {type: date, label: {zh: 庚, en: D}}
    e: {type: date, label: {zh: 辛, en: E}}
relations:
  r: {of_case: id, label: {zh: 行, en: R}, fields: {id: text, n: {type: integer, label: {zh: 数, en: N}}}}
score: {start: 100, round: 0}
define:
  "f(x: integer, y: integer)": x - y
  "g(x: integer)": if x > 3 then 1 else x
"""
NUMBERS = (
    *("({0}) + ({1})", "({0}) - ({1})", "({0}) * ({1})", "-({0})", "abs({0})", "min({0}, {1})", "max({0}, {1})"),
    *(
        "clamp({0}, 0, {1})",
        "coalesce({0}, {1})",
        "if p then ({0}) else ({1})",
        "round({0}, 0)",
        "round(({0}) / ({1}), 0)",
    ),
    *("sum(r.n where n > ({0}))", "count(r where n > ({0}))", "sum(r.n)", "sum((r.n + ({0})))"),
)
CONDITIONS = (
    *("({0}) and ({1})", "({0}) or ({1})", "not ({0})", "if p then ({0}) else ({1})", "any(r where n > 1 and ({0}))"),
    *("any(r where n > 1) and ({0})", "all(r where n > 1 or ({0}))"),
)
TESTS = (
    *("({0}) > ({1})", "({0}) = ({1})", "({0}) in [1..({1})]", "({0}) in (({1}), 1)", "is_missing({0})"),
    *("not is_missing({0})", "({0}) > 1 and ({1}) > 1", "not (({0}) > 1 or p)"),
)
TEXTS = ("concat({0}, {1})", 'concat({0}, "-")', "trim({0})", "if p then ({0}) else ({1})")
TEXT_TESTS = (
    *("contains({0}, {1})", "starts_with({0}, {1})", "ends_with({0}, {1})", "({0}) = ({1})"),
    *("length({0}) > length({1})", "not contains({0}, {1})", 'starts_with({0}, "x") or ends_with({1}, "x")'),
)
DATES = ("add_months({0}, a)", "add_months({0}, a + b)", "end_of_month({0})", "if p then ({0}) else ({1})")
DATE_TESTS = ("({0}) > ({1})", "months_between({0}, {1}) > a", "year_month({0}) = year_month({1})")
FORMULAS = (
    "f({0}, {1})",
    "g({0})",
    "f(g({0}), {1})",
    "g(f({0}, {1}))",
    "f({0}, {1}) + 1",
    "f({0} + 1, {1})",
    "-g({0})",
)


def combined(forms: tuple[str, ...], parts: list[str]) -> list[str]:
    """Every form of every pair of parts; aggregates hold no aggregates."""
    pairs = list(product(parts, parts))
    return [form.format(*pair) for form in forms for pair in pairs if "(r" not in form or "(r" not in "".join(pair)]


@cache
def lowered() -> dict[str, Expr]:
    numbers = ["a", "b", *combined(NUMBERS, ["a", "b"])]
    conditions = ["p", "q", *combined(CONDITIONS, ["p", "q"])]
    written = [
        *combined(NUMBERS, numbers[2::3]),
        *combined(CONDITIONS, conditions[2::2]),
        *combined(TESTS, numbers[::4]),
        *combined(("if ({0}) then a else b",), conditions),
        *combined(TEXT_TESTS, ["s", *combined(TEXTS, ["s", "t"])[1::3]]),
        *combined(DATE_TESTS, ["d", *combined(DATES, ["d", "e"])[1::3]]),
        *combined(FORMULAS, ["a", "b", "f(a, b)", "g(b)"]),
    ]
    texts = list(dict.fromkeys(written))
    lines = "".join(f"  v{place}: {text!r}\n" for place, text in enumerate(texts))
    defined = {
        one.id: one.value for one in ruleset(HEAD + lines).defines
    }  # and calls of formulas, under ids of their own
    return {text: defined[f"v{place}"] for place, text in enumerate(texts)}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_different_expressions_read_differently(lang: str) -> None:
    """Equal words mean an equal expression: `a + (b + c)` may be written as `a + b + c`."""
    words = Words(ruleset(HEAD + "  v: a\n"))
    found: dict[str, tuple[str, Expr]] = {}
    for text, expr in lowered().items():
        sentence = show(phrase(expr, words), lang)
        first, other = found.setdefault(sentence, (text, expr))

        assert expr == other, (sentence, first, text)
