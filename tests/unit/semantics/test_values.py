"""Missing values and rounding."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import Rounding
from steelyard.semantics.values import Missing, divide, fraction, missing, names, rescale, union

DECIMAL = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.CEILING: ROUND_CEILING,
    Rounding.FLOOR: ROUND_FLOOR,
}


@pytest.mark.parametrize(
    ("numerator", "expected"),
    [
        (25, {"half_up": 3, "half_even": 2, "up": 3, "down": 2, "ceiling": 3, "floor": 2}),
        (35, {"half_up": 4, "half_even": 4, "up": 4, "down": 3, "ceiling": 4, "floor": 3}),
        (-25, {"half_up": -3, "half_even": -2, "up": -3, "down": -2, "ceiling": -2, "floor": -3}),
        (-35, {"half_up": -4, "half_even": -4, "up": -4, "down": -3, "ceiling": -3, "floor": -4}),
        (24, {"half_up": 2, "half_even": 2, "up": 3, "down": 2, "ceiling": 3, "floor": 2}),
        (26, {"half_up": 3, "half_even": 3, "up": 3, "down": 2, "ceiling": 3, "floor": 2}),
        (-26, {"half_up": -3, "half_even": -3, "up": -3, "down": -2, "ceiling": -2, "floor": -3}),
        (-24, {"half_up": -2, "half_even": -2, "up": -3, "down": -2, "ceiling": -2, "floor": -3}),
        (20, dict.fromkeys(("half_up", "half_even", "up", "down", "ceiling", "floor"), 2)),
        (-20, dict.fromkeys(("half_up", "half_even", "up", "down", "ceiling", "floor"), -2)),
        (0, dict.fromkeys(("half_up", "half_even", "up", "down", "ceiling", "floor"), 0)),
    ],
)
@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("sign", [1, -1])
def test_six_modes_at_the_half_and_beside_it(numerator, expected, rounding, sign):
    assert divide(sign * numerator, sign * 10, rounding) == expected[rounding.value]


def test_half_up_is_the_default_and_goes_away_from_zero():
    assert (divide(5, 10), divide(-5, 10), divide(5, -10), divide(4, 10), divide(-4, 10)) == (1, -1, -1, 0, 0)


@given(st.integers(), st.integers(1, 10**6).map(lambda n: n * 10), st.sampled_from(Rounding))
def test_rounding_agrees_with_decimal_where_the_quotient_has_an_end(numerator, thousandths, rounding):
    scale = 10**3
    exact = Decimal(numerator * thousandths).scaleb(-3, Context(prec=500))
    rounded = exact.quantize(Decimal(1), DECIMAL[rounding], Context(prec=500))

    assert divide(numerator * thousandths, scale, rounding) == int(rounded)


@given(st.integers(), st.integers().filter(bool), st.sampled_from(Rounding))
def test_rounding_is_one_of_the_two_neighbours_and_never_further(numerator, denominator, rounding):
    exact, rounded = Fraction(numerator, denominator), divide(numerator, denominator, rounding)

    assert abs(rounded - exact) < 1
    if exact.denominator == 1:
        assert rounded == exact
    match rounding:
        case Rounding.FLOOR:
            assert rounded <= exact
        case Rounding.CEILING:
            assert rounded >= exact
        case Rounding.UP:
            assert abs(rounded) >= abs(exact)
        case Rounding.DOWN:
            assert abs(rounded) <= abs(exact)
        case Rounding.HALF_UP | Rounding.HALF_EVEN:
            assert abs(rounded - exact) <= Fraction(1, 2)


def test_integers_of_any_size_divide_exactly():
    huge = 10**60 + 1

    assert divide(huge * 3 + 1, 3) == huge


def test_dividing_by_zero_is_our_bug_since_whoever_divides_makes_it_missing():
    with pytest.raises(InternalError):
        divide(1, 0)


def test_rescaling_never_loses_a_digit():
    assert (rescale(15, 1, 3), rescale(1500, 3, 1), rescale(7, 2, 2), rescale(-1500, 3, 1)) == (1500, 15, 7, -15)
    with pytest.raises(InternalError):
        rescale(1501, 3, 1)


def test_reasons_are_united_and_shown_by_code_point():
    united = union((missing("b", "a"), 5, None, missing("理赔")))

    assert united == Missing(frozenset({"a", "b", "理赔"}))
    assert names(united.reasons) == "a, b, 理赔"
    assert union([]) == Missing(frozenset())


def test_a_fraction_is_exact():
    assert fraction(-125, 2) == Fraction(-5, 4)
