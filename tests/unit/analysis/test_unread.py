"""Texts that a normalised input never has are found where they are declared and where they are compared."""

from __future__ import annotations

import pytest

from analysis_texts import CASE, PLAIN, lowered

NORMAL = CASE.replace("    d: text\n", "    d: {type: text, normalise: [trim, case]}\n") + (
    "relations:\n  calls:\n    of_case: k\n    fields: {k: text, said: {type: text, normalise: nfc}, word: text}\n"
)
APART = "Ma\u0301laga"
"""With an accent of its own."""
TABLE = """
tables:
  t:
    hit: first
    inputs: {d: d}
    outputs: {n: integer}
    rows: [{d: North, n: 1}, {d: south, n: 2}]
define: {z: "coalesce(t.n, 0)"}
"""


@pytest.mark.parametrize(
    ("sections", "found"),
    [
        ('define:\n  z: d = "North"\n', "`North` never occurs: `normalise` makes it `north`"),
        ("define:\n  z: '\"North\" != d'\n", "`North` never occurs: `normalise` makes it `north`"),
        ('define:\n  z: d in ("north", "South ")\n', "`South ` never occurs: `normalise` makes it `south`"),
        ('define:\n  y: d\n  z: y = "North"\n', "`North` never occurs: `normalise` makes it `north`"),
        (
            'define:\n  z: any(calls where said = "Ma\u0301laga")\n',
            "`Ma\u0301laga` never occurs: `normalise` makes it `Málaga`",
        ),
        (TABLE, "`North` never occurs: `normalise` makes it `north`"),
    ],
)
def test_texts_that_never_occur(sections: str, found: str) -> None:
    said = [one for one in lowered(NORMAL + sections + PLAIN)[1] if one.code == "T103"]

    assert [found] == [str(one.headline) for one in said]


@pytest.mark.parametrize("expression", ['d = "north"', 'c = "red"', 'any(calls where word = "North")'])
def test_texts_that_may_occur(expression: str) -> None:
    text = f"{NORMAL}define:\n  z: '{expression}'\n{PLAIN}"

    assert [] == [one for one in lowered(text)[1] if one.code == "T103"]


@pytest.mark.parametrize(
    ("old", "new", "sections"),
    [
        ("values: [red, green]", "values: [red, N/A], optional: true, missing: N/A", ""),
        ("d: text\n", "d: {type: text, optional: true, missing: [N/A, none]}\n", 'define:\n  z: d = "N/A"\n'),
    ],
)
def test_texts_that_mean_missing(old: str, new: str, sections: str) -> None:
    assert old in CASE
    [found] = [one for one in lowered(CASE.replace(old, new) + sections + PLAIN)[1] if one.code == "T103"]

    assert str(found.headline) == "`N/A` never occurs: it is declared to mean missing"


def test_values_of_a_closed_text() -> None:
    text = CASE.replace("values: [red, green]", "values: [Red, green], normalise: case") + PLAIN

    [found] = [one for one in lowered(text)[1] if one.code == "T103"]

    assert str(found.headline) == "`Red` never occurs: `normalise` makes it `red`"
