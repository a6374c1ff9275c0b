"""Which rows belong to the case."""

from __future__ import annotations

import pytest

from steelyard.semantics import Missing, Status
from unit.semantics.build import (
    BOOLEAN,
    INTEGER,
    compare,
    definition,
    evaluation,
    field,
    number,
    one_row,
    outcome,
    plus,
    read,
    relation,
    rows,
    ruleset,
    value,
)

MINE = field("r", "mine", BOOLEAN)


def lacking(*reasons):
    return Missing(frozenset(reasons))


def kept(given_rows, values=None, **changes):
    rules = ruleset(relations=(relation("r", {"x": INTEGER, "mine": BOOLEAN}, **changes),))
    return [(row.row.id, row.member) for row in evaluation(rules, values, r=rows(*given_rows)).env.rows[0]]


def test_without_joins_every_row_belongs_in_its_order():
    assert kept([{"x": 2}, {"x": 1}], of_case="key") == [("1", True), ("2", True)]


def test_joins_is_three_valued():
    found = kept([{"mine": True}, {"mine": False}, {}, {"mine": False}, {"mine": True}], joins=MINE)

    assert found == [("1", True), ("3", lacking("r.mine")), ("5", True)]


def test_joins_compares_with_the_case():
    joins = compare(field("r", "x"), "=", read("a"))

    assert kept([{"x": 1}, {"x": 2}], {"a": 2}, joins=joins) == [("2", True)]
    assert kept([{"x": 1}], {}, joins=joins) == [("1", lacking("a"))]


def test_a_define_that_joins_reads_is_that_of_its_row():
    twice = definition("twice", plus(field("r", "x"), field("r", "x")))
    rules = ruleset(
        relations=(
            relation("r", {"x": INTEGER}, defines=(twice,), joins=compare(field("r", "twice"), ">=", number(4))),
        )
    )
    found = evaluation(rules, {}, r=rows({"x": 1}, {"x": 2}, {"x": 1}, {"x": 3}))

    assert [row.row.id for row in found.env.rows[0]] == ["2", "4"]
    assert [found.value(field("r", "twice"), rows=[("r", row)]) for row in found.env.rows[0]] == [4, 6]


def test_a_relation_that_was_not_given_has_no_rows():
    rules = ruleset(relations=(relation("r", {"x": INTEGER}),))

    assert evaluation(rules).env.rows == [[]]


CLIMATE_IS_MINE = field("climate", "mine", BOOLEAN)
CLIMATE = relation("climate", {"x": INTEGER, "mine": BOOLEAN}, one_row=True, joins=CLIMATE_IS_MINE)
SINGLE = ruleset(relations=(CLIMATE,))


@pytest.mark.parametrize(
    ("given_rows", "expected"),
    [
        ([], lacking("climate")),
        ([{"x": 1, "mine": False}], lacking("climate")),
        ([{"x": 1, "mine": True}], 1),
        ([{"mine": True}], lacking("climate.x")),
        ([{"x": 0, "mine": False}, {"x": 1, "mine": True}], 1),
        ([{"x": 1}], lacking("climate.mine")),
        ([{"x": 1, "mine": True}, {"x": 2}], lacking("climate.mine")),
        ([{"x": 1}, {"x": 2}], lacking("climate.mine")),
    ],
)
def test_a_single_row_is_known_or_its_fields_are_missing(given_rows, expected):
    assert value(one_row("climate", "x"), {}, SINGLE, climate=rows(*given_rows)) == expected


def test_two_rows_of_a_one_row_relation_reject_the_case_naming_both():
    """Even where nothing reads them, and even if a third might belong."""
    found = outcome(SINGLE, {}, climate=rows({"mine": False}, {"mine": True}, {}, {"mine": True}, {"mine": True}))

    assert found.status is Status.REJECTED
    assert (found.rejection.where, found.rejection.value, found.rejection.key) == ("climate", "2, 4", "K1")
    assert str(found.rejection.expected) == "at most one row of `climate` for the case"
    assert (found.indicators, found.scores, found.fired, found.missing, found.outputs) == ((), (), (), (), ())
