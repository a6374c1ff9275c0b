"""The meaning of expressions: what they read, operators, and strictness of every one of them."""

from __future__ import annotations

import pytest

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import (
    And,
    Argument,
    Coalesce,
    Comparator,
    Compare,
    Divide,
    If,
    IsMissing,
    Multiply,
    Negate,
    Not,
    OneOf,
    Or,
    Rank,
    Rounding,
    Scale,
    ScoreValue,
    Subtract,
    Within,
)
from steelyard.ir.ruleset import Effect
from steelyard.ir.types import OPEN, Number
from steelyard.semantics import Fixed, Missing, prepare
from unit.semantics.build import (
    BOOLEAN,
    FALSE,
    INSTANT,
    INTEGER,
    TEXT,
    TRUE,
    compare,
    define,
    definition,
    evaluation,
    field,
    flag,
    indicator,
    lit,
    number,
    one_row,
    open_end,
    output,
    own_measure,
    own_target,
    parameter,
    parameters,
    plus,
    points,
    read,
    relation,
    rows,
    ruleset,
    score_value,
    start,
    value,
)

LEVELS = ("blue", "yellow", "orange", "red")
A, B, C = read("a"), read("b"), read("c")
UNKNOWN = flag("unknown")
INT, BOOL = {"type": INTEGER}, {"type": BOOLEAN}


def lacking(*reasons):
    return Missing(frozenset(reasons))


def test_leaves_read_inputs_parameters_and_constants():
    rules = ruleset(parameters=parameters(p=(INTEGER, 7)))

    assert value(read("a"), {"a": 5}) == 5
    assert value(read("a")) == lacking("a")
    assert value(parameter("p"), rules=rules) == 7
    assert value(number(-3)) == -3
    assert value(number(None)) == lacking("missing")
    assert value(read("文", TEXT), {"文": "\0"}) == "\0"
    assert value(flag("f"), {"f": False}) is False
    assert value(read("a"), {"a": 10**15}) == 10**15


def test_a_parameter_without_a_value_is_refused_while_preparing():
    rules = ruleset(parameters=parameters(p=(INTEGER, None)), outputs=(output("o", parameter("p")),))

    with pytest.raises(InternalError):
        prepare(rules)


def test_a_define_is_read_by_its_name_and_may_read_earlier_ones():
    rules = ruleset(defines=(definition("d", plus(A, number(1))), definition("e", plus(define("d"), define("d")))))

    assert value(define("e"), {"a": 4}, rules) == 10
    assert value(define("e"), {}, rules) == lacking("a")


def test_a_define_that_reads_the_score_follows_it():
    """It is computed once, but anew after each stage."""
    rules = ruleset(scores=(start(),), defines=(definition("d", score_value()),))
    found = evaluation(rules)

    assert found.value(define("d")) == 10000
    assert found.value(define("d"), scores={}) == lacking("score")
    assert found.value(define("d")) == 10000


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (Negate(number(3), **INT), -3),
        (plus(number(3), number(4)), 7),
        (Subtract(number(3), number(4), **INT), -1),
        (Multiply(number(-3), number(4), **INT), -12),
        (Scale(number(-3), 2, **INT), -300),
        (Scale(number(3), 0, **INT), 3),
        (Divide(number(5), number(2), 0, 0, Rounding.HALF_UP, **INT), 3),
        (Divide(number(5), number(2), 1, 0, Rounding.DOWN, **INT), 25),
        (Divide(number(55), number(1), 0, 1, Rounding.HALF_EVEN, **INT), 6),
        (Divide(number(45), number(1), 0, 1, Rounding.HALF_EVEN, **INT), 4),
        (Divide(number(5), number(0), 0, 0, Rounding.HALF_UP, **INT), lacking("division by zero")),
        (Divide(number(0), number(0), 0, 0, Rounding.HALF_UP, **INT), lacking("division by zero")),
        (Divide(number(0), number(-7), 0, 0, Rounding.UP, **INT), 0),
        (Rank(lit("orange", TEXT), LEVELS, **INT), 2),
        (Rank(lit("blue", TEXT), LEVELS, **INT), 0),
        (OneOf(number(2), (number(1), number(2)), **BOOL), True),
        (OneOf(number(3), (number(1), number(2)), **BOOL), False),
        (OneOf(lit("理", TEXT), (lit("理", TEXT),), **BOOL), True),
    ],
)
def test_operators(expr, expected):
    assert value(expr) == expected


@pytest.mark.parametrize(
    ("sign", "less", "equal", "more"),
    [
        ("=", False, True, False),
        ("!=", True, False, True),
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
    ],
)
@pytest.mark.parametrize("right", [number(5), B])
def test_comparisons_below_at_and_above(sign, less, equal, more, right):
    """The same against a constant and against what is read."""
    found = [value(compare(A, sign, right), {"a": a, "b": 5}) for a in (4, 5, 6)]

    assert found == [less, equal, more]


def test_a_comparison_with_a_parameter_or_the_word_missing():
    rules = ruleset(parameters=parameters(p=(INTEGER, 5)))

    assert value(compare(A, "<", parameter("p")), {"a": 4}, rules) is True
    assert value(compare(A, "<", parameter("p")), {}, rules) == lacking("a")
    assert value(compare(A, "<", number(None)), {"a": 4}) == lacking("missing")
    assert value(compare(A, "<", number(None))) == lacking("a", "missing")


@pytest.mark.parametrize(("low_closed", "high_closed"), [(True, True), (True, False), (False, True), (False, False)])
def test_an_interval_at_its_ends(low_closed, high_closed):
    within = Within(A, number(1), low_closed, number(3), high_closed, type=BOOLEAN)

    assert [value(within, {"a": a}) for a in range(5)] == [False, low_closed, True, high_closed, False]


def test_an_interval_with_an_open_end():
    at_least = Within(A, number(1), True, None, False, type=BOOLEAN)
    above = Within(A, number(1), False, None, False, type=BOOLEAN)
    at_most = Within(A, None, False, number(1), True, type=BOOLEAN)
    below = Within(A, None, False, number(1), False, type=BOOLEAN)
    any_at_all = Within(A, None, False, None, False, type=BOOLEAN)

    assert [value(at_least, {"a": a}) for a in range(3)] == [False, True, True]
    assert [value(above, {"a": a}) for a in range(3)] == [False, False, True]
    assert [value(at_most, {"a": a}) for a in range(3)] == [True, True, False]
    assert [value(below, {"a": a}) for a in range(3)] == [True, False, False]
    assert value(any_at_all, {"a": 0}) is True
    assert value(any_at_all) == lacking("a")


@pytest.mark.parametrize(
    ("expr", "reasons"),
    [
        (Negate(A, **INT), "a"),
        (plus(A, B), "ab"),
        (Subtract(A, B, **INT), "ab"),
        (Multiply(A, B, **INT), "ab"),
        (Multiply(A, number(0), **INT), "a"),
        (Scale(A, 2, **INT), "a"),
        (Divide(A, B, 0, 0, Rounding.UP, **INT), "ab"),
        (Divide(A, number(0), 0, 0, Rounding.UP, **INT), "a"),
        (Compare(Comparator.EQ, A, A, **BOOL), "a"),
        (Compare(Comparator.NE, A, B, **BOOL), "ab"),
        (Rank(read("a", TEXT), LEVELS, **INT), "a"),
        (Within(A, B, True, C, True, **BOOL), "abc"),
        (Within(A, B, True, None, True, **BOOL), "ab"),
        (Within(A, None, True, B, True, **BOOL), "ab"),
        (OneOf(A, (B, C), **BOOL), "abc"),
        (OneOf(number(1), (number(1), C), **BOOL), "c"),
        (Not(flag("a"), **BOOL), "a"),
        (If(flag("a"), B, C, **INT), "a"),
        (Coalesce((A, B, C), **INT), "abc"),
    ],
)
def test_a_missing_operand_makes_it_missing_for_the_reasons_of_all(expr, reasons):
    assert value(expr) == lacking(*reasons)


@pytest.mark.parametrize(
    ("items", "all_of", "any_of"),
    [
        ((TRUE, TRUE), True, True),
        ((TRUE, FALSE), False, True),
        ((FALSE, TRUE), False, True),
        ((FALSE, FALSE), False, False),
        ((UNKNOWN, TRUE), lacking("unknown"), True),
        ((TRUE, UNKNOWN), lacking("unknown"), True),
        ((UNKNOWN, FALSE), False, lacking("unknown")),
        ((FALSE, UNKNOWN), False, lacking("unknown")),
        ((UNKNOWN, flag("other")), lacking("unknown", "other"), lacking("unknown", "other")),
        ((UNKNOWN, TRUE, flag("other"), FALSE), False, True),
        ((UNKNOWN, TRUE, flag("other")), lacking("unknown", "other"), True),
        ((UNKNOWN, FALSE, flag("other")), False, lacking("unknown", "other")),
    ],
)
def test_and_and_or_are_three_valued(items, all_of, any_of):
    assert value(And(items, type=BOOLEAN)) == all_of
    assert value(Or(items, type=BOOLEAN)) == any_of


def test_not_turns_a_truth_round():
    assert (value(Not(TRUE, **BOOL)), value(Not(FALSE, **BOOL))) == (False, True)


def test_if_takes_only_the_branch_that_counts():
    choice = If(flag("f"), A, B, **INT)

    assert value(choice, {"f": True, "a": 1}) == 1
    assert value(choice, {"f": False, "b": 2}) == 2
    assert value(choice, {"f": False, "a": 1}) == lacking("b")


def test_coalesce_takes_the_first_that_is_there():
    first = Coalesce((A, B, C), **INT)

    assert value(first, {"a": 0, "b": 2}) == 0
    assert value(first, {"b": 2, "c": 3}) == 2
    assert value(first, {"c": 3}) == 3


def test_is_missing_is_never_missing():
    assert value(IsMissing(A, type=BOOLEAN)) is True
    assert value(IsMissing(A, type=BOOLEAN), {"a": 0}) is False
    assert value(IsMissing(A, negated=True, type=BOOLEAN)) is False
    assert value(IsMissing(A, negated=True, type=BOOLEAN), {"a": 0}) is True


def test_an_open_end_is_later_than_every_instant_and_equal_to_another():
    late = lit(7_258_118_400_000_000, INSTANT)

    assert value(open_end(read("ends", INSTANT))) == OPEN
    assert value(compare(open_end(read("ends", INSTANT)), ">", late)) is True
    assert value(compare(open_end(read("ends", INSTANT)), "=", open_end(read("other", INSTANT)))) is True
    assert value(compare(open_end(read("ends", INSTANT)), "<", late), {"ends": 5}) is True


# Rows

WEATHER = relation("weather", {"level": INTEGER, "extra": INTEGER}, defines=(
    definition("twice", plus(field("weather", "level"), field("weather", "level"))),
    definition("more", plus(field("weather", "twice"), A)),
), one_row=True)  # fmt: skip


def test_the_single_row_is_read_like_an_input():
    rules = ruleset(relations=(WEATHER,))

    assert value(one_row("weather", "level"), {}, rules, weather=rows({"level": 3})) == 3
    assert value(one_row("weather", "extra"), {}, rules, weather=rows({"level": 3})) == lacking("weather.extra")
    assert value(one_row("weather", "more"), {"a": 1}, rules, weather=rows({"level": 3})) == 7
    assert value(one_row("weather", "more"), {}, rules, weather=rows({"level": 3})) == lacking("a")
    assert value(one_row("weather", "more"), {}, rules, weather=rows({})) == lacking("a", "weather.level")
    assert value(one_row("weather", "level"), {}, rules) == lacking("weather")
    assert value(one_row("weather", "more"), {}, rules) == lacking("weather")


def test_reading_what_is_not_at_hand_is_our_bug():
    rules = ruleset(relations=(WEATHER,))
    for expr in (field("weather", "level"), field("weather", "twice"), own_target(), own_measure()):
        with pytest.raises(InternalError):
            value(expr, {}, rules)


def test_a_define_of_a_row_is_computed_for_each_row():
    rules = ruleset(relations=(WEATHER,))
    found = evaluation(rules, {"a": 1}, weather=rows({"level": 3}))
    row = found.env.rows[0][0]

    assert found.value(field("weather", "more"), rows=[("weather", row)]) == 7
    assert found.value(field("weather", "more"), rows=[("weather", row)]) == 7
    assert found.env.bound == [None]


# Scores


def test_a_score_is_brought_to_the_scale_that_is_asked_for():
    rules = ruleset(scores=(start(number(955, 1)),))

    assert value(score_value(scale=2), rules=rules) == 9550
    assert value(score_value(scale=4), rules=rules) == 955000


def test_a_score_that_is_not_there_is_missing_by_its_name():
    assert value(score_value("other")) == lacking("other")


def test_a_score_is_a_number_else_it_is_our_bug():
    with pytest.raises(InternalError):
        value(ScoreValue("score", type=TEXT))


def test_a_tables_argument_is_read_by_its_position():
    found = evaluation(ruleset())

    assert found.value(Argument(1, type=INTEGER), arguments=(5, 6)) == 6


def test_evaluating_for_the_explanation_leaves_no_trace():
    found = evaluation(ruleset(), {"a": 1})
    before = found.env.arguments, dict(found.env.scores), list(found.env.defines)
    with pytest.raises(InternalError):
        found.value(own_measure(), arguments=(1,), scores={})

    assert (found.env.arguments, dict(found.env.scores), list(found.env.defines)) == before


def test_a_score_may_be_read_as_it_stood():
    found = evaluation(ruleset(indicators=(indicator("i"),)), {"i": 5000})
    result = found.results[0]

    assert found.value(own_measure(), result=result) == 5000
    assert found.value(score_value()) == 5000
    assert found.value(score_value(), scores={"score": Fixed(7, 0)}) == 700


def test_a_define_of_a_row_that_reads_the_score_follows_it_from_stage_to_stage():
    each = relation("r", {"x": INTEGER}, defines=(definition("left", score_value()),))
    left = field("r", "left", Number(2))
    rules = ruleset(
        relations=(each,),
        points=(
            points("a", Effect.DEDUCT, number(1), compare(left, "=", number(10000, 2)), for_each="r"),
            points("b", Effect.DEDUCT, number(2), compare(left, "=", number(9900, 2)), for_each="r", stage=2),
        ),
    )

    assert evaluation(rules, {}, r=rows({"x": 1})).outcome.scores[0].final == Fixed(9700, 2)
