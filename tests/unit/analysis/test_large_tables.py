"""What is said of a table with too many rows to compare all of them."""

from __future__ import annotations

import pytest

from steelyard.analysis.check import load_text

TEXT = """\
steelyard: 1
ruleset: large
version: 1
timezone: UTC
case: {key: id, inputs: {id: text, a: integer}}
tables:
  t:
    hit: first
    inputs: {a: a}
    outputs: {o: integer}
    rows: [{a: "<= 5", o: 1}, {a: "> 3", o: 2}, {a: "[2..7]", o: 3}]
score: {value: t, round: 2}
"""


def test_rows_that_were_not_compared_are_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("steelyard.ir.shadows.MOST_STEPS", 3)
    found = [str(one.headline) for one in load_text(TEXT).diagnostics if one.code == "L111"]

    assert ["from row 3 on, 1 row of `t` was not compared with those before them"] == found
