"""The statement grows with the ruleset and not faster, and says what the reference says of long chains too."""

from __future__ import annotations

from itertools import product

import pytest

from conformance.harness import load_ruleset
from growth import SHAPES
from sql_agreement import disagreements
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.statement import compile_ruleset
from steelyard.facts.case import Case
from steelyard.facts.texts import case_from_texts

MOST = 2.3
"""So many times as long a statement may be where the ruleset is twice as large."""


def length(text: str) -> int:
    ruleset, duckdb = load_ruleset(text), dialect("duckdb")
    made = compile_ruleset(ruleset, duckdb, "cases", {one.id: one.id for one in ruleset.relations}, "digest")
    query = made.query([(one.column.name, one.sql) for one in made.columns])
    return len(duckdb.sql(query, pretty=False))


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_a_ruleset_twice_as_large_gives_a_statement_about_twice_as_long(name):
    shape, size = SHAPES[name]
    small, large = (length(shape(n)) for n in (size, 2 * size))

    assert large <= MOST * small


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_missing_is_said_exactly(name):
    shape, _ = SHAPES[name]
    ruleset = load_ruleset(shape(10))
    inputs = [one.id for one in ruleset.inputs[1:]]
    built = []
    for number, (x1, x2, rest) in enumerate(product(("", "1", "5"), ("", "0", "8"), ("", "3"))):
        given = {"id": f"C{number}"} | dict.fromkeys(inputs, rest) | {inputs[0]: x1}
        given |= {inputs[1]: x2} if len(inputs) > 1 else {}
        fields = {one.id for relation in ruleset.relations for one in relation.fields}
        rows = [
            {"id": f"C{number}", "code": code, "used": "2", "y1": x1, "y2": y2, "y3": rest, "y4": x2}
            for code, y2 in (("a", x2), ("b", "4"))
        ]
        case = case_from_texts(ruleset, given, {"parts": rows} if fields else {})
        assert isinstance(case, Case)
        built.append(case)

    assert disagreements(ruleset, built) == []
