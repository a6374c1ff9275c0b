"""Tables that are asked with what other tables say: nothing multiplies, and explanations look through."""

from __future__ import annotations

from conformance.harness import load_ruleset
from growth import paired_tables, paired_tables_of_rows
from steelyard.analysis.check import load_text
from steelyard.explain.words import Words
from steelyard.ir.contents import expressions
from steelyard.ir.expressions import Define, Field, TableCall
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.walk import nodes


def size(ruleset: Ruleset) -> int:
    return sum(1 for expr in expressions(ruleset) for _ in nodes(expr))


def test_every_further_table_adds_the_same():
    for shape in (paired_tables, paired_tables_of_rows):
        sizes = [size(load_ruleset(shape(n))) for n in (10, 20, 30)]
        assert sizes[1] - sizes[0] == sizes[2] - sizes[1]


def test_inputs_that_ask_tables_are_defines():
    ruleset = load_ruleset(paired_tables(3))
    assert {"t1.a", "t1.b", "t2.a", "t2.b", "z"} == {one.id for one in ruleset.defines}
    ruleset = load_ruleset(paired_tables_of_rows(2))
    assert {"t1.a", "t1.b"} == {one.id for one in ruleset.relations[0].defines}


def test_explanations_look_through():
    case, rows = (Words(load_ruleset(shape(2))) for shape in (paired_tables, paired_tables_of_rows))
    kind = case.definitions["t1.a"].value.type
    assert isinstance(case.inner(Define("t1.a", type=kind)), TableCall)
    assert isinstance(rows.inner(Field("parts", "t1.a", type=kind)), TableCall)
    assert Define("z", type=kind) == case.inner(Define("z", type=kind))


def test_inputs_that_read_a_score_are_refused_where_they_multiply():
    def text(n: int) -> str:
        rules = (
            f"score: {{start: 100, round: 0}}\ndeductions:\n  d: {{when: t{n}.out > 1, deduct: 1, unknown: ignore}}\n"
        )
        given = paired_tables(n + 1).replace("inputs: {a: x1, b: x2}", "inputs: {a: score, b: x2}")
        return given[: given.index("define:")] + rules

    assert not load_text(text(5)).errors
    found = load_text(text(25)).diagnostics
    assert ["Y202"] == [one.code for one in found if one.severity.value == "error"]
