"""Ways to score."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.ir.ruleset import (
    AsMeasure,
    Band,
    Bands,
    Better,
    Bounds,
    Curve,
    Met,
    MissingRule,
    OnMissing,
    PointsExpression,
    Proportion,
    RelativeStep,
    Steps,
)
from steelyard.ir.types import Number
from steelyard.semantics import Missing, prepare
from unit.semantics.build import (
    HOUR,
    TEXT,
    compare,
    evaluation,
    flag,
    indicator,
    lit,
    number,
    own_measure,
    own_target,
    plus,
    read,
    ruleset,
)

LOWER, HIGHER = Better.LOWER, Better.HIGHER
WAIVE = MissingRule(OnMissing.WAIVE)


def result(way, measure, target=None, better=HIGHER, *, values=None, scale=0, **changes):
    kind = Number(scale)
    rule = indicator(
        "i",
        read("m", kind),
        way=way,
        target=None if target is None else number(target, scale),
        better=better,
        missing=WAIVE,
        **changes,
    )
    given_values = {**({} if measure is None else {"m": measure}), **(values or {})}
    return evaluation(ruleset(indicators=(rule,)), given_values).results[0]


def scored(*arguments, **changes):
    return result(*arguments, **changes).score


@pytest.mark.parametrize(("better", "expected"), [(LOWER, [10000, 10000, 0]), (HIGHER, [0, 10000, 10000])])
def test_met_below_at_and_above_the_target(better, expected):
    assert [scored(Met(), m, 24, better) for m in (23, 24, 25)] == expected
    assert [result(Met(), m, 24, better).scoring.met for m in (23, 24, 25)] == [points > 0 for points in expected]


@pytest.mark.parametrize(
    ("better", "measure", "expected"),
    [
        (LOWER, 24, 10000),
        (LOWER, 0, 10000),
        (LOWER, -5, 10000),
        (LOWER, 25, 9600),
        (LOWER, 48, 5000),
        (LOWER, 10**15, 0),
        (HIGHER, 24, 10000),
        (HIGHER, 10**15, 10000),
        (HIGHER, 12, 5000),
        (HIGHER, 23, 9583),
        (HIGHER, 0, 0),
        (HIGHER, -5, 0),
    ],
)
def test_proportion(better, measure, expected):
    assert scored(Proportion(), measure, 24, better) == expected


def test_proportion_of_the_published_example():
    """4.4 against 4.5 is 97.78, and 98% against 98% is 100."""
    assert scored(Proportion(), 44, 45, scale=1) == 9778
    assert scored(Proportion(), 98, 98, scale=2) == 10000


def test_proportion_rounds_half_up_only_once():
    assert scored(Proportion(), 19999, 20000) == 10000
    assert result(Proportion(), 1, 3).scoring.exact == (100, 3)


TENTH = RelativeStep(10, 2)


def steps(each=TENTH, deduct=10, begun=True, floor_=0, scale=0):
    return Steps(each, number(deduct, scale), begun, number(floor_, scale))


@pytest.mark.parametrize(
    ("measure", "begun", "whole"),
    [
        (24 * HOUR, 10000, 10000),
        (0, 10000, 10000),
        (24 * HOUR + 1, 9000, 10000),
        (24 * HOUR + 24 * HOUR // 10 - 1, 9000, 10000),
        (24 * HOUR + 24 * HOUR // 10, 9000, 9000),
        (24 * HOUR + 24 * HOUR // 10 + 1, 8000, 9000),
        (26 * HOUR, 9000, 10000),
        (47 * HOUR, 0, 1000),
        (48 * HOUR, 0, 0),
        (500 * HOUR, 0, 0),
    ],
)
def test_steps_of_ten_percent_at_their_edges(measure, begun, whole):
    """26.4 h against 24 h is exactly one step."""
    assert scored(steps(begun=True), measure, 24 * HOUR, LOWER) == begun
    assert scored(steps(begun=False), measure, 24 * HOUR, LOWER) == whole


def test_a_step_of_a_target_that_does_not_divide_is_a_fraction():
    """10% of 7 is 0.7: 7.7 is one step, 7 + 1.4 two; in tenths."""
    found = [scored(steps(), m, 70, LOWER, scale=1) for m in (70, 71, 77, 78, 84, 85)]

    assert found == [10000, 9000, 9000, 8000, 8000, 7000]
    assert [scored(steps(), m, 7, LOWER) for m in (7, 8, 9)] == [10000, 8000, 7000]


def test_steps_where_higher_is_better_and_absolute_ones():
    """One percentage point: 98% against 99.5% is one step and a half."""
    point = steps(number(1, 2), deduct=5)

    assert [scored(point, m, 99, HIGHER, scale=2) for m in (100, 99, 98, 97, 0)] == [10000, 10000, 9500, 9000, 0]
    assert [scored(point, m, 99, LOWER, scale=2) for m in (98, 99, 100)] == [10000, 10000, 9500]


def test_steps_stop_at_their_floor_and_keep_fractions_of_points():
    assert scored(steps(floor_=60), 1000, 10, LOWER) == 6000
    assert scored(steps(deduct=25, floor_=625, scale=1), 13, 10, LOWER) == 9250
    assert scored(steps(deduct=25, floor_=925, scale=1), 13, 10, LOWER) == 9250
    assert scored(steps(deduct=25, floor_=926, scale=1), 13, 10, LOWER) == 9260
    assert scored(steps(deduct=25, floor_=924, scale=1), 13, 10, LOWER) == 9250


def test_steps_keep_what_they_counted():
    found = result(steps(), 13, 10, LOWER).scoring

    assert (found.beyond, found.steps, found.exact) == (3, 3, (70, 1))


def test_steps_with_what_is_missing():
    unknown = Steps(read("each"), read("deduct"), True, read("floor"))
    found = result(unknown, 5, 4, LOWER)

    assert found.scoring.missing == Missing(frozenset({"each", "deduct", "floor"}))
    assert found.score is None
    assert scored(unknown, 5, 4, LOWER, values={"each": 1, "deduct": 10, "floor": 0}) == 9000


@given(st.integers(0, 500), st.integers(1, 60), st.integers(1, 40), st.booleans(), st.sampled_from(Better))
def test_steps_agree_with_their_definition(measure, target, percent, begun, better):
    way = Steps(RelativeStep(percent, 2), number(7), begun, number(3))
    beyond = max(0, measure - target if better is LOWER else target - measure)
    count = (ceil if begun else floor)(Fraction(beyond) / (Fraction(percent, 100) * target))

    assert scored(way, measure, target, better) == max(3, 100 - 7 * count) * 100


def bands(*tests):
    return Bands(tuple(Band(test, points, reason) for test, points, reason in tests))


def test_bands_score_by_the_one_that_holds():
    m = own_measure()
    way = bands((compare(m, "<=", number(24)), 10000, "R1"), (compare(m, ">", number(24)), 4050, None))

    assert [scored(way, measure) for measure in (24, 25)] == [10000, 4050]
    assert [result(way, measure).scoring.band for measure in (24, 25)] == [0, 1]
    assert [result(way, measure, reason="I").reason for measure in (24, 25)] == ["R1", "I"]


def test_bands_of_text():
    way = bands((compare(own_measure(TEXT), "=", lit("好", TEXT)), 9000, None))
    rule = indicator("i", read("m", TEXT), way=way, missing=WAIVE, better=None)
    rules = ruleset(indicators=(rule,))

    assert evaluation(rules, {"m": "好"}).results[0].score == 9000
    assert evaluation(rules, {"m": "坏"}).results[0].scoring.missing == Missing(frozenset({"i"}))


def test_where_no_band_holds_the_score_is_missing():
    way = bands((compare(own_measure(), "<", number(0)), 1, None), (flag("f"), 2, None))

    assert result(way, 5).scoring.missing == Missing(frozenset({"f"}))
    assert result(way, 5, values={"f": False}).scoring.missing == Missing(frozenset({"i"}))
    assert result(way, 5, values={"f": False}).waived is not None
    assert scored(way, 5, values={"f": True}) == 2
    assert scored(way, -1) == 1


CURVE = Curve(((24, 10000), (48, 6000), (72, 0)))


@pytest.mark.parametrize(
    ("measure", "expected", "segment"),
    [
        (0, 10000, (0, 0)),
        (23, 10000, (0, 0)),
        (24, 10000, (0, 0)),
        (25, 9833, (0, 1)),
        (36, 8000, (0, 1)),
        (48, 6000, (1, 1)),
        (49, 5750, (1, 2)),
        (71, 250, (1, 2)),
        (72, 0, (2, 2)),
        (10**15, 0, (2, 2)),
    ],
)
def test_a_curve_is_straight_between_its_points_and_flat_outside(measure, expected, segment):
    found = result(CURVE, measure)

    assert (found.score, found.scoring.segment) == (expected, segment)


def test_a_rising_curve_is_exact():
    found = result(Curve(((0, 0), (3, 10000))), 1)

    assert (Fraction(*found.scoring.exact), found.score) == (Fraction(100, 3), 3333)


def test_the_measure_as_it_is_is_rounded_and_clamped():
    assert scored(AsMeasure(), 98765, scale=3) == 9877
    assert scored(AsMeasure(), 98764, scale=3) == 9876
    assert scored(AsMeasure(), 101, scale=0) == 10000
    assert scored(AsMeasure(), -1, scale=0) == 0
    assert scored(AsMeasure(), -1235, scale=3, clamp=None) == -124
    assert scored(AsMeasure(), 101, clamp=Bounds(None, None)) == 10100
    assert scored(AsMeasure(), 101, clamp=Bounds(10200, None)) == 10200
    assert scored(AsMeasure(), 101, clamp=Bounds(None, 5)) == 5


def test_points_may_read_measure_and_target():
    way = PointsExpression(plus(own_measure(), own_target()))

    assert scored(way, 5, 7) == 1200
    assert scored(PointsExpression(read("p", Number(3))), 5, values={"p": 12345}) == 1235
    assert result(PointsExpression(read("p")), 5).scoring.missing == Missing(frozenset({"p"}))


def test_a_way_without_a_direction_or_over_what_is_no_number_is_our_bug():
    broken = [
        indicator("i", way=Met(), target=number(1), better=None),
        indicator("i", way=Proportion(), target=number(1), better=None),
        indicator("i", way=steps(), target=number(1), better=None),
        indicator("i", measure=read("m", TEXT), way=AsMeasure()),
        indicator("i", way=PointsExpression(lit("a", TEXT))),
    ]
    for rule in broken:
        with pytest.raises(InternalError):
            prepare(ruleset(indicators=(rule,)))


@pytest.mark.parametrize("target", [0, -1])
def test_dividing_by_a_target_that_is_not_above_zero_is_our_bug(target):
    with pytest.raises(InternalError):
        scored(Proportion(), target - 1, target, HIGHER)
    with pytest.raises(InternalError):
        scored(steps(), 5, target, LOWER)


def test_steps_of_text_are_our_bug():
    broken = indicator("i", way=Steps(lit("t", TEXT), number(1), True, number(0)), target=number(1), better=LOWER)
    with pytest.raises(InternalError):
        evaluation(ruleset(indicators=(broken,)), {"i": 5})
