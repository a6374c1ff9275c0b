"""Cells whose word is something else than it looks like; the hint mends each."""

# pyright: basic

from __future__ import annotations

import pytest

from steelyard.analysis.check import load_text

RULES = """
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: id
  inputs: {{id: text, kind: text, n: integer}}
parameters:
  usual: {{type: text, value: motor}}
tables:
  t:
    hit: first
    inputs: {{k: kind}}
    outputs: {{word: {output}}}
    rows: [{{k: {cell}, word: {word}}}]
    default: {{word: other}}
indicators:
  x: {{measure: 1, score: measure, baseline: 1}}
score: {{method: sum, round: 0}}
outputs:
  w: {{value: 'if n > 0 then t.word else usual'}}
"""


def told(cell: str = "a", word: str = "other", output: str = "text") -> list[tuple[str, str]]:
    found = load_text(RULES.format(cell=cell, word=word, output=output)).diagnostics
    return [(one.code, str(one.help)) for one in found]


LISTED = "{type: text, values: [good, missing, kind, other]}"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"word": "missing", "output": LISTED}, "H132"),
        ({"word": "missing"}, "H132"),
        ({"word": "kind"}, "L133"),
        ({"word": "usual"}, "L133"),
        ({"cell": "kind"}, "L133"),
        ({"cell": "null"}, "L132"),
        ({"word": "None"}, "L132"),
    ],
)
def test_the_hint_mends_it(given: dict[str, str], code: str) -> None:
    (found,) = told(**given)
    name = next(iter(given))

    assert code == found[0]
    assert f"""'"{given[name]}"'""" in found[1]
    assert [] == told(**{**given, name: f"""'"{given[name]}"'"""})


def test_what_is_no_slip() -> None:
    assert [] == told(word=":= missing")
    assert [] == told(word=":= kind", cell=":= usual")
    assert [] == told(word="kind", output=LISTED)
    assert [] == told(word="n")
    assert [] == told(cell="kinds")
