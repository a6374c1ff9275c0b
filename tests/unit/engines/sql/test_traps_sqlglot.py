"""What sqlglot does that the SQL engine has to step around, and that it does."""

from __future__ import annotations

import pytest
from sqlglot import ErrorLevel, exp, parse_one

from steelyard.engines.sql import build
from steelyard.engines.sql.dialects import NAMES, dialect
from steelyard.engines.sql.dialects.template import fill

A, B, C = (exp.column(name, quoted=True) for name in "abc")


def test_it_adds_no_parentheses_to_what_is_built_by_hand():
    sum_ = exp.Add(this=A.copy(), expression=B.copy())

    assert exp.IntDiv(this=sum_, expression=C.copy()).sql("duckdb") == '"a" + "b" // "c"'
    assert dialect("duckdb").sql(dialect("duckdb").quotient(build.wrapped(sum_), C, wide=False), pretty=False) == (
        '(("a" + "b") // "c")'
    )


def test_and_and_or_are_functions_to_it():
    """So that being a function does not make an operand: `build.wrapped` must know."""
    either = exp.Or(this=A.copy(), expression=B.copy())

    assert isinstance(either, exp.Func)
    assert exp.And(this=either, expression=C.copy()).sql("duckdb") == '"a" OR "b" AND "c"'
    assert build.conj([build.disj([A, B]), C]).sql("duckdb") == '("a" OR "b") AND "c"'
    assert build.not_(build.conj([A, B])).sql("duckdb") == 'NOT ("a" AND "b")'


@pytest.mark.parametrize("name", NAMES)
def test_a_function_it_does_not_know_passes_through_untranslated(name):
    """Even where it is told to refuse what it cannot translate; templates are written in the dialect itself."""
    unknown = parse_one("EPOCH_US(a)", dialect="duckdb")

    assert unknown.sql(name, unsupported_level=ErrorLevel.RAISE) == "EPOCH_US(a)"


def test_it_writes_hugeint_as_int128_in_every_dialect():
    huge = parse_one("CAST(1 AS HUGEINT)", dialect="duckdb")

    assert {huge.sql(name) for name in NAMES} == {"CAST(1 AS INT128)"}
    assert {dialect(name).wide().sql(name) for name in NAMES} == {"INT128", "DECIMAL(38, 0)", "BIGNUMERIC"}


def test_a_truth_of_two_values_becomes_one_of_three_in_snowflake():
    true = exp.Is(this=A.copy(), expression=exp.true())
    select = exp.select(exp.alias_(exp.Not(this=exp.Paren(this=true)), "x"))

    assert select.sql("snowflake") == 'SELECT NOT ("a") AS x'
    assert dialect("snowflake").sql(select, pretty=False) == 'SELECT NOT (COALESCE("a", FALSE)) AS x'


@pytest.mark.parametrize("name", sorted({*NAMES} - {"snowflake"}))
def test_a_truth_of_two_values_stays_one_elsewhere(name):
    d = dialect(name)

    for wanted in (
        exp.Is(this=A.copy(), expression=exp.true()),
        exp.Is(this=A.copy(), expression=exp.false()),
        exp.NullSafeEQ(this=A.copy(), expression=B.copy()),
        exp.NullSafeNEQ(this=A.copy(), expression=B.copy()),
    ):
        assert d.sql(parse_one(d.sql(wanted), dialect=d.sqlglot)) == d.sql(wanted)
    assert d.sql(exp.Is(this=A.copy(), expression=exp.true())).endswith(" IS TRUE")
    assert " IS NOT DISTINCT FROM " in d.sql(exp.NullSafeEQ(this=A.copy(), expression=B.copy()))


def test_a_deep_tree_is_too_deep_to_read_back():
    deep: exp.Expr = exp.column("a")
    for _ in range(5000):
        deep = exp.Paren(this=exp.Add(this=deep, expression=exp.convert(1)))

    with pytest.raises(RecursionError):
        parse_one(deep.sql("duckdb"), dialect="duckdb")


def test_a_negative_constant_is_an_operator():
    """-9223372036854775808 is minus a number that fits 64 bits no more."""
    assert isinstance(parse_one("-9223372036854775808"), exp.Neg)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["it's", "a\\b", "a\\'b", 'q"', "`x`", "-- no", "/* no */", "new\nline", "${x}", "{{x}}", "", "é😀"]
)
def test_texts_come_back_as_they_went(name, text):
    written = exp.Literal.string(text).sql(name)

    assert parse_one(written, dialect=name).this == text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["a", "select", "with space", 'q"', "score_x", "数", "A"])
def test_names_come_back_as_they_went(name, text):
    read = parse_one(exp.column(text, quoted=True).sql(name), dialect=name)

    assert isinstance(read, exp.Column)
    assert read.name == text


def test_a_dot_in_a_name_is_part_of_it_except_in_bigquery():
    """It has no such names; what is compiled for it needs others."""
    read = {name: parse_one(exp.column("score.x", quoted=True).sql(name), dialect=name).name for name in NAMES}

    assert read == {**dict.fromkeys(NAMES, "score.x"), "bigquery": "x"}


def test_a_template_must_be_filled_rightly():
    with pytest.raises(KeyError):
        fill("F(:x)", "duckdb")
    with pytest.raises(TypeError, match="no list of arguments"):
        fill("(:x + 1)", "duckdb", x=[A, B])
    assert fill("F(:x, :y)", "duckdb", x=[A, B], y=C).sql("duckdb") == 'F("a", "b", "c")'
    assert fill("F(:x, :x)", "duckdb", x=A).sql("duckdb") == 'F("a", "a")'


def test_a_node_in_two_places_has_one_parent_which_printing_does_not_ask_for():
    a = exp.column("a")
    first = exp.Not(this=a)
    second = exp.Not(this=a)
    filled = fill("F(:x)", "duckdb", x=a)

    assert first.this is second.this
    assert a.parent is not first
    assert filled.find(exp.Column) is a  # what fills a template is not copied
    assert first.sql("duckdb") == second.sql("duckdb") == "NOT a"
