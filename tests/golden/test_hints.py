"""Hints are right: what a diagnostic says to write is written in the place of the error, and the error is gone."""

# pyright: basic

from __future__ import annotations

import re

import pytest

from steelyard.analysis.check import load_text
from steelyard.diagnostics import Diagnostic, Severity

RULES = """\
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
    kind: text
    n: integer
    m: {type: integer, optional: true}
    rate: {type: decimal(4), range: "[0..1]"}
    at: datetime
    day: date
    late: boolean
    took: duration
relations:
  calls: {of_case: of, fields: {of: text, minutes: integer}}
tables:
  t:
    hit: first
    inputs: {n: n, kind: kind}
    outputs: {r: integer}
    rows:
      - {n: CELL, kind: WORD, r: 1}
    default: {r: 2}
indicators:
  one: {measure: rate, target: TARGET, better: higher, score: met, weight: 1}
score: {method: weighted_mean, round: 2}
outputs:
  found:
    value: VALUE
  asked:
    value: t.r
"""
USUAL = {"CELL": '">= 3"', "WORD": "a", "TARGET": "98%", "VALUE": "n"}
WRITTEN = re.compile(r"(?:did you mean|write|write e\.g\.) `([^`]+)`")
STEPS = 3


def text_of(place: str, written: str) -> str:
    text = RULES
    for name, usual in USUAL.items():
        text = text.replace(name, written if name == place else usual, 1)
    return text


def problems(text: str) -> list[Diagnostic]:
    return [one for one in load_text(text).diagnostics if one.severity is Severity.ERROR or one.code == "L131"]


def mended(text: str, found: Diagnostic) -> str:
    """The text with what the help says to write in the place of the error."""
    match = WRITTEN.search(str(found.help))
    span = found.span
    assert match is not None, f"no hint to apply: {found.help}"
    assert span is not None
    lines = text.split("\n")
    line = lines[span.line]
    lines[span.line] = line[: span.column] + match[1] + line[span.end_column :]
    return "\n".join(lines)


SLIPS = [
    ("VALUE", 'if knd = "a" then 1 else 2'),
    ("VALUE", 'if kind == "a" then 1 else 2'),
    ("VALUE", 'if kind <> "a" then 1 else 2'),
    ("VALUE", "if late = True then 1 else 2"),
    ("VALUE", "if late && n > 1 then 1 else 2"),
    ("VALUE", "if late || n > 1 then 1 else 2"),
    ("VALUE", "if day = 2024-01-01 then 1 else 2"),
    ("VALUE", "if took > 24hours then 1 else 2"),
    ("VALUE", "coalesce(m, null)"),
    ("VALUE", "if n ＞ 1 then 1 else 2"),
    ("VALUE", "rond(n, 0)"),
    ("VALUE", "calls.minuts"),
    ("TARGET", "98"),
]


@pytest.mark.parametrize(("place", "written"), SLIPS, ids=[written for _, written in SLIPS])
def test_following_hints_ends_without_the_error(place: str, written: str) -> None:
    text = text_of(place, written)
    first = problems(text)
    for _ in range(STEPS):
        found = problems(text)
        if not found:
            break
        text = mended(text, found[0])

    assert [] != first, "the slip is no error"
    assert [] == [(one.code, str(one.headline), str(one.help)) for one in problems(text)], text
