"""A cell cannot test for a missing value; the hint says what can, and following it mends the ruleset."""

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


def test_the_hint_for_a_missing_value_is_right() -> None:
    [found] = load_text(RULESET.format(more="", rest="", cell='x: "missing"')).diagnostics
    mended = load_text(RULESET.format(more=", no_x: is_missing(x)", rest=", no_x: false", cell="no_x: true"))

    assert "T102" == found.code
    assert str(found.help).startswith("give the table an input of its own for it, such as `no_x: is_missing(x)`")
    assert () == mended.diagnostics
