"""Each invariant notices what breaks it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from invariants import INVARIANTS, broken
from passes.fragments import RICH, sound
from steelyard.ir.expressions import (
    Add,
    Aggregate,
    Aggregation,
    And,
    Apply,
    Comparator,
    Compare,
    Define,
    Divide,
    Expr,
    Field,
    Function,
    Input,
    Literal,
    Multiply,
    Not,
    OneOf,
    OpenEnd,
    Rank,
    Rounding,
    Scale,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.ruleset import Output, Ruleset
from steelyard.ir.types import Boolean, DateTime, Days, Number, Text

SOUND = sound("", RICH)
SENTENCES = tuple(INVARIANTS)
B, N, D = Boolean(), Number(0), Number(2)
ONE, FINE = Literal(1, type=N), Literal(100, type=D)
OPEN = Input("ended_at", type=DateTime(open=True))
WORD = Input("claim_id", type=Text())


def with_output(value: Expr) -> Ruleset:
    return replace(SOUND, outputs=(Output(id="x", label=SOUND.title, value=value),))


COUNT = Aggregate(Aggregation.COUNT, "calls", None, None, type=N)
LIST = TableCall("signs", "sign", (Input("severity", type=Text()), Input("visits", type=N)), type=N)
BROKEN: list[tuple[int, Expr]] = [
    (0, Add(ONE, FINE, type=D)),
    (0, Compare(Comparator.EQ, ONE, FINE, type=B)),
    (0, Within(ONE, None, True, FINE, True, type=B)),
    (0, OneOf(ONE, (ONE, FINE), type=B)),
    (1, Multiply(FINE, FINE, type=N)),
    (1, Multiply(WORD, FINE, type=N)),
    (1, Scale(ONE, 0, type=N)),
    (1, Scale(ONE, 1, type=N)),
    (1, Divide(ONE, ONE, 1, 1, Rounding.UP, type=N)),
    (2, Not(And((Literal(None, type=B), Literal(None, type=B)), type=B), type=B)),
    (2, Not(Literal(value=True, type=B), type=B)),
    (2, Not(Aggregate(Aggregation.ANY, "calls", None, None, type=B), type=B)),
    (3, Add(LIST, ONE, type=N)),
    (
        3,
        TableAggregate(
            Aggregation.SUM, replace(LIST, table="most", output="word", arguments=LIST.arguments[1:]), type=N
        ),
    ),
    (4, Aggregate(Aggregation.SUM, "calls", COUNT, None, type=N)),
    (7, Compare(Comparator.EQ, OPEN, OPEN, type=B)),
    (7, OpenEnd(Input("paid_at", type=DateTime()), type=DateTime())),
    (8, Rank(WORD, ("a",), type=N)),
    (8, Compare(Comparator.LT, WORD, WORD, type=B)),
    (10, replace(LIST, arguments=())),
    (10, replace(LIST, arguments=(LIST.arguments[0], Input("cost", type=D)))),
    (11, Apply(Function.ABS, (ONE, ONE), type=N)),
    (11, Apply(Function.STARTS_WITH, (WORD, ONE), type=B)),
    (11, Apply(Function.DAYS, (ONE,), "office", type=Days())),
]


@pytest.mark.parametrize(("place", "value"), BROKEN)
def test_an_expression_that_breaks_one(place: int, value: Expr) -> None:
    assert [SENTENCES[place]] == sorted({found.split(": ")[0] for found in broken(with_output(value))})


def test_a_list_may_be_shown() -> None:
    assert () == broken(with_output(LIST))


def test_a_list_elsewhere_breaks_one() -> None:
    rule = replace(SOUND.points[0], amount=LIST)
    found = broken(replace(SOUND, points=(rule, *SOUND.points[1:])))

    assert [SENTENCES[3]] == [one.split(": ")[0] for one in found]


def test_defines_out_of_order_break_one() -> None:
    late = replace(SOUND.defines[0], id="late_reader", value=Define("last", type=N))
    last = replace(SOUND.defines[0], id="last", value=ONE)
    found = broken(replace(SOUND, defines=(late, last)))

    assert [f"{SENTENCES[5]}: last"] == list(found)


def test_defines_of_a_row_out_of_order_break_one() -> None:
    calls = next(relation for relation in SOUND.relations if relation.id == "calls")
    define = replace(calls.defines[0], id="early", value=Field("calls", "late", type=N))
    relations = tuple(replace(one, defines=(define,)) if one.id == "calls" else one for one in SOUND.relations)

    assert f"{SENTENCES[5]}: late" in broken(replace(SOUND, relations=relations))


def test_a_condition_that_is_no_truth_value_breaks_one() -> None:
    rule = replace(SOUND.points[0], when=ONE)

    assert [SENTENCES[6]] == [one.split(": ")[0] for one in broken(replace(SOUND, points=(rule,)))]


def test_a_target_of_another_scale_breaks_one() -> None:
    indicators = tuple(replace(one, target=FINE) if one.id == "payment" else one for one in SOUND.indicators)

    assert [f"{SENTENCES[9]}: payment"] == list(broken(replace(SOUND, indicators=indicators)))
