"""The word `missing` in a cell: no value. The other cells of its column do not hold then."""

from __future__ import annotations

from steelyard.analysis.check import load_text

RULESET = """\
steelyard: 1
ruleset: m
version: 1
timezone: UTC
case: {{key: id, inputs: {{id: text, x: {{type: integer, optional: true}}}}}}
tables:
  t:
    hit: unique
    inputs: {{x: x{more}}}
    outputs: {{r: integer}}
    rows:
      - {{x: ">= 1"{rest}, r: 1}}
      - {{x: "< 1"{rest}, r: 2}}
      - {{{cell}, r: 3}}
outputs: {{v: {{value: t}}}}
score: {{start: 100, round: 2}}
"""


def test_a_cell_may_ask_for_no_value() -> None:
    found = load_text(RULESET.format(more="", rest="", cell="x: missing"))

    assert () == found.diagnostics


def test_a_comparison_with_no_value_is_refused() -> None:
    [found] = load_text(RULESET.format(more="", rest="", cell='x: "> missing"')).diagnostics

    assert "T102" == found.code
    assert "write `missing` alone, for no value" == str(found.help)
