"""Chinese pages of the shipped rulesets as a reader wants them: in Chinese, without needless blanks and signs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache

import pytest

from conformance.harness import read_suite, together
from steelyard.explain.explain import Explainer
from steelyard.explain.records import Explanation
from steelyard.explain.terms import show
from steelyard.report.formats.render import render
from steelyard.resources import rulesets
from steelyard.semantics import prepare, run

LARGE = {"us-cms-star-ratings-2026"}
"""Their explanations take seconds."""
POLICIES = [
    pytest.param(file.parent.name, marks=[pytest.mark.slow] if file.parent.name in LARGE else [])
    for file in sorted(rulesets().glob("*/cases.yaml"))
]
HAN = "\\u4e00-\\u9fff"
NEEDLESS = re.compile(f"[{HAN}] [{HAN}]")
DOUBLED = re.compile("[，。；：、！？][，。；：、！？]|[（“][，。；：、）”]")
WORD = re.compile(r"(?=[A-Za-z]*[a-z])[A-Za-z]{3,}")
TABLES = sorted(rulesets().glob("us-cms-star-ratings-2026/*.csv"))
NAMES = {row["name"] for path in TABLES for row in csv.DictReader(path.open(encoding="utf-8")) if "name" in row}
DATA = {"Texas Department of Insurance", "FEMA"} | NAMES
"""What the worked cases and tables say in English: a computed label is one text for all languages."""
FOR_THE_AUDITOR = re.compile(r"（[a-z_]+）|[（、][a-z-]+）|\[[^\]]*\]|#[a-z-]+")
"""Ids and clauses in parentheses or brackets: they lead to the ruleset and the law, and have no translation."""


@cache
def explained(policy: str) -> tuple[Explanation, ...]:
    """Every fourth worked case of a shipped ruleset, of each version."""
    file = rulesets() / policy / "cases.yaml"
    found: list[Explanation] = []
    for rules, cases in together(read_suite(file, file.parent)):
        explainer, prepared = Explainer(rules), prepare(rules)
        found += (explainer.explain(run(prepared, case)) for case in cases[::4])
    return tuple(found)


def lines(policy: str, lang: str) -> Iterator[str]:
    """The lines of the pages, without the head and the foot, which name files and programs."""
    for one in explained(policy):
        _, _, *body = render(one, lang, "text").splitlines()
        yield from body


def clauses(told: Explanation) -> Iterator[str]:
    """The clauses of rules, as they are printed."""
    for clause in (one.clause for one in (*told.indicators, *told.rules)):
        if clause is not None:
            yield show(clause.clause or clause.title or "", "zh")


@pytest.mark.parametrize("policy", POLICIES)
def test_chinese_has_no_needless_blanks_and_no_doubled_punctuation(policy: str) -> None:
    said = [line for line in lines(policy, "zh") if NEEDLESS.search(line) or DOUBLED.search(line)]

    assert [] == [line for line in said if "示例" not in line and " · " not in line]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_chinese_page_has_no_english_words(policy: str) -> None:
    written = {clause for one in explained(policy) for clause in clauses(one) if clause} | DATA
    found: set[str] = set()
    for line in lines(policy, "zh"):
        for clause in written:
            line = line.replace(clause, "")  # noqa: PLW2901 - what is left of it
        if " · " not in line and not re.match("..摘要", line):
            found |= {line} if WORD.search(FOR_THE_AUDITOR.sub("", line)) else set()

    assert set() == found
