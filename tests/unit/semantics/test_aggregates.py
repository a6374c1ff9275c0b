"""Aggregates over rows and over lists of a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import Aggregate, Aggregation, Multiply, Not, TableAggregate, TableCall
from steelyard.ir.ruleset import HitPolicy
from steelyard.ir.types import Number
from steelyard.semantics import Missing
from steelyard.semantics.aggregates import both
from unit.semantics.build import (
    BOOLEAN,
    INTEGER,
    TRUE,
    compare,
    definition,
    evaluation,
    field,
    flag,
    number,
    read,
    relation,
    rows,
    ruleset,
    table,
    value,
)

X = field("r", "x")
UPHELD = field("r", "upheld", BOOLEAN)
POSITIVE = compare(X, ">", number(0))
JOINED = relation("r", {"x": INTEGER, "upheld": BOOLEAN, "mine": BOOLEAN}, joins=field("r", "mine", BOOLEAN))
OWN = relation("r", {"x": INTEGER, "upheld": BOOLEAN}, of_case="key")


def lacking(*reasons):
    return Missing(frozenset(reasons))


def over(kind, argument=None, where=None, type_=INTEGER):
    return Aggregate(Aggregation(kind), "r", argument, where, type=type_)


def found(expr, *given_rows, joined=False):
    return value(expr, {}, ruleset(relations=(JOINED if joined else OWN,)), r=rows(*given_rows))


@pytest.mark.parametrize(
    ("kind", "expected"), [("count", 0), ("sum", 0), ("min", "r"), ("max", "r"), ("mean", "r"), ("any", 0), ("all", 1)]
)
def test_over_no_rows(kind, expected):
    argument = None if kind in {"count", "any", "all"} else X
    where = POSITIVE if kind in {"any", "all"} else None
    wanted = lacking("r") if expected == "r" else expected

    assert found(over(kind, argument, where)) == wanted


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("count", 3), ("sum", 4), ("min", -1), ("max", 3), ("mean", 1), ("any", True), ("all", False)],
)
def test_over_rows(kind, expected):
    argument = None if kind in {"count", "any", "all"} else X
    where = POSITIVE if kind in {"any", "all"} else None

    assert found(over(kind, argument, where), {"x": 2}, {"x": -1}, {"x": 3}) == expected


def test_where_chooses_rows():
    given_rows = ({"x": 2}, {"x": -1}, {"x": 3})

    assert found(over("count", None, POSITIVE), *given_rows) == 2
    assert found(over("sum", X, POSITIVE), *given_rows) == 5
    assert found(over("min", X, POSITIVE), *given_rows) == 2
    assert found(over("max", X, compare(X, "<", number(-5))), *given_rows) == lacking("r")


def test_a_mean_is_rounded_half_up_at_its_own_scale():
    tenths = field("r", "x", Number(1))

    assert found(over("mean", tenths, type_=Number(2)), {"x": 1}, {"x": 2}, {"x": 2}) == 17
    assert found(over("mean", tenths, type_=Number(0)), {"x": 4}, {"x": 6}) == 1
    assert found(over("mean", tenths, type_=Number(0)), {"x": 4}, {"x": 5}) == 0
    assert found(over("mean", tenths, type_=Number(1)), {"x": -4}, {"x": -5}) == -5


@pytest.mark.parametrize("kind", ["count", "sum", "min", "max", "mean"])
def test_one_unknown_row_makes_it_missing_for_the_reasons_of_all(kind):
    argument = None if kind == "count" else X

    assert found(over(kind, argument, UPHELD), {"x": 1, "upheld": True}, {"x": 2}) == lacking("r.upheld")
    assert found(over(kind, argument, UPHELD), {"x": 1, "upheld": False}, {"x": 2}) == lacking("r.upheld")


def test_the_argument_of_a_counted_row_must_be_there_and_no_other():
    total = over("sum", X, UPHELD)

    assert found(total, {"upheld": True}, {"x": 1, "upheld": True}) == lacking("r.x")
    assert found(total, {"upheld": False}, {"x": 1, "upheld": True}) == 1
    assert found(total, {}, {"upheld": True}) == lacking("r.upheld", "r.x")
    assert found(over("count", None, UPHELD), {"upheld": True}) == 1


@pytest.mark.parametrize(
    ("truths", "some", "every"),
    [
        ((True, None), True, "?"),
        ((None, True), True, "?"),
        ((False, None), "?", False),
        ((None, False), "?", False),
        ((None,), "?", "?"),
        ((True,), True, True),
        ((False,), False, False),
        ((True, False), True, False),
    ],
)
def test_any_and_all_are_decided_by_one_row(truths, some, every):
    given_rows = [{} if truth is None else {"upheld": truth} for truth in truths]
    unknown = lacking("r.upheld")

    assert found(over("any", None, UPHELD), *given_rows) == (unknown if some == "?" else some)
    assert found(over("all", None, UPHELD), *given_rows) == (unknown if every == "?" else every)


# Rows of which it is unknown whether they belong


def test_a_false_where_drops_a_row_that_may_belong():
    assert found(over("count", None, UPHELD), {"upheld": False}, joined=True) == 0
    assert found(over("any", None, UPHELD), {"upheld": False}, joined=True) is False
    assert found(over("sum", X, UPHELD), {"upheld": False}, joined=True) == 0


def test_a_row_that_may_belong_and_counts_makes_it_missing():
    assert found(over("count"), {}, joined=True) == lacking("r.mine")
    assert found(over("count", None, UPHELD), {"upheld": True}, joined=True) == lacking("r.mine")
    assert found(over("any", None, UPHELD), {}, joined=True) == lacking("r.mine", "r.upheld")
    assert found(over("any", None, None), {}, joined=True) == lacking("r.mine")
    assert found(over("any", None, None), {"mine": True}, joined=True) is True
    assert found(over("any", None, UPHELD), {"upheld": True}, {"mine": True, "upheld": True}, joined=True) is True


def test_all_holds_where_the_claim_holds_even_for_rows_that_may_belong():
    claim = over("all", None, UPHELD)

    assert found(claim, {"upheld": True}, joined=True) is True
    assert found(claim, {"upheld": False}, joined=True) == lacking("r.mine")
    assert found(claim, {}, joined=True) == lacking("r.mine", "r.upheld")
    assert found(claim, {"upheld": False}, {"mine": True, "upheld": False}, joined=True) is False
    assert found(claim, {"mine": False, "upheld": False}, joined=True) is True
    assert found(claim, {"mine": True}, joined=True) == lacking("r.upheld")


@given(st.lists(st.tuples(st.sampled_from([True, False, None]), st.sampled_from([True, False, None])), max_size=5))
def test_all_of_the_opposite_is_not_any(given_rows):
    """`not any(p)` may be written `all(not p)`, with the same reasons, whatever is unknown."""
    listed = [{k: v for k, v in (("mine", m), ("upheld", u)) if v is not None} for m, u in given_rows]
    rules = ruleset(relations=(JOINED,))
    some = value(over("any", None, UPHELD), {}, rules, r=rows(*listed))
    none = value(over("all", None, Not(UPHELD, type=BOOLEAN)), {}, rules, r=rows(*listed))

    assert none == (some if isinstance(some, Missing) else not some)


@pytest.mark.parametrize("member", [True, False, lacking("m")])
@pytest.mark.parametrize("condition", [True, False, lacking("c")])
def test_membership_and_condition_are_joined_three_valued(member, condition):
    found_ = both(member, condition)
    if member is False or condition is False:
        assert found_ is False
    elif member is True and condition is True:
        assert found_ is True
    else:
        assert found_ == lacking(*(r for t in (member, condition) if isinstance(t, Missing) for r in t.reasons))


def test_an_aggregate_inside_another_leaves_the_outer_row_at_hand():
    """count(r where x = max(r.x)): the inner rows come and go."""
    largest = over("max", X)
    at_the_top = over("count", None, compare(X, "=", largest))
    product = over("sum", Multiply(X, over("count"), type=INTEGER))
    all_alike = over("all", None, compare(X, "<=", largest))
    some_top = over("any", None, compare(over("any", None, POSITIVE), "=", TRUE))

    assert found(at_the_top, {"x": 3}, {"x": 1}, {"x": 3}) == 2
    assert found(product, {"x": 3}, {"x": 1}) == 8
    assert found(all_alike, {"x": 3}, {"x": 1}) is True
    assert found(some_top, {"x": 3}, {"x": 1}) is True
    assert found(over("sum", over("count", None, compare(X, "<", number(2)))), {"x": 3}, {"x": 1}) == 2
    found_after = evaluation(ruleset(relations=(OWN,)), {}, r=rows({"x": 1}))
    found_after.value(some_top)
    assert found_after.env.bound == [None]


def test_defines_of_rows_are_each_rows_own():
    twice = relation("r", {"x": INTEGER}, defines=(definition("twice", Multiply(X, number(2), type=INTEGER)),))
    rules = ruleset(relations=(twice,))

    assert value(over("sum", field("r", "twice")), {}, rules, r=rows({"x": 3}, {"x": 4})) == 14


def test_an_aggregate_without_what_it_folds_is_our_bug():
    for broken in (over("sum"), over("all")):
        with pytest.raises(InternalError):
            found(broken, {"x": 1})


# Over a table's list


def listed(kind, outputs, type_=INTEGER, output_type=INTEGER):
    rows_ = [((TRUE,), (out,)) for out in outputs]
    rules = ruleset(tables=(table("t", HitPolicy.COLLECT, 1, 1, rows_),))
    call = TableCall("t", "out0", (number(1),), type=output_type)
    return value(TableAggregate(Aggregation(kind), call, type=type_), {}, rules)


def test_over_the_list_of_a_table():
    assert listed("count", [5, 7]) == 2
    assert listed("sum", [5, 7]) == 12
    assert listed("min", [5, 7]) == 5
    assert listed("max", [5, 7]) == 7
    assert listed("mean", [5, 8]) == 7
    assert listed("mean", [5, 8], Number(1), Number(0)) == 65
    assert listed("any", [False, True], BOOLEAN, BOOLEAN) is True
    assert listed("all", [False, True], BOOLEAN, BOOLEAN) is False


def test_over_an_empty_list_of_a_table():
    assert listed("count", []) == 0
    assert listed("sum", []) == 0
    assert listed("min", []) == lacking("t")
    assert listed("mean", []) == lacking("t")
    assert listed("any", []) is False
    assert listed("all", []) is True


def test_a_missing_output_in_a_list():
    assert listed("count", [5, None]) == 2
    assert listed("sum", [5, None]) == lacking("t")
    assert listed("any", [True, None]) is True
    assert listed("any", [False, None]) == lacking("t")
    assert listed("all", [False, None]) is False
    assert listed("all", [True, None]) == lacking("t")


def test_an_unknown_row_makes_the_list_missing():
    rules = ruleset(tables=(table("t", HitPolicy.COLLECT, 1, 1, [((flag("f"),), (1,))]),))
    call = TableCall("t", "out0", (read("a"),), type=INTEGER)

    assert value(TableAggregate(Aggregation.COUNT, call, type=INTEGER), {"a": 1}, rules) == lacking("f")
