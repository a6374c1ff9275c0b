"""Limits: one lambda, solved exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from steelyard.semantics.limits import Bound, hold, solve
from steelyard.semantics.situations import UnresolvableError


def blocks(**shares):
    """Blocks that sets leave free."""
    return {name: Bound(name, None, None, Fraction(share)) for name, share in shares.items()}


def held(sets, limits, emptied=False):
    return hold(sets, {name: Bound(name, *bounds) for name, bounds in limits.items()}, emptied=emptied)


def pair(low=None, high=None):
    return (None if low is None else Fraction(low), None if high is None else Fraction(high))


def test_shares_within_their_limits_do_not_move():
    found = held(blocks(a="0.6", b="0.4"), {"a": pair("0.5", "0.6"), "b": pair("0.4")})

    assert found.shares == {"a": Fraction("0.6"), "b": Fraction("0.4")}
    assert (found.factor, found.notes) == (1, ())


def test_a_floor_takes_from_the_others_in_proportion():
    found = held(blocks(a="0.5", b="0.3", c="0.2"), {"c": pair("0.4")})

    assert found.shares == {"a": Fraction(3, 8), "b": Fraction(9, 40), "c": Fraction(2, 5)}
    assert found.factor == Fraction(3, 4)


def test_a_ceiling_gives_to_the_others_in_proportion():
    found = held(blocks(a="0.5", b="0.3", c="0.2"), {"a": pair(None, "0.25")})

    assert found.shares == {"a": Fraction(1, 4), "b": Fraction(9, 20), "c": Fraction(3, 10)}
    assert found.factor == Fraction(3, 2)


def test_one_limit_may_push_another():
    found = held(blocks(a="0.6", b="0.2", c="0.2"), {"a": pair(None, "0.4"), "b": pair(None, "0.25")})

    assert found.shares == {"a": Fraction("0.4"), "b": Fraction("0.25"), "c": Fraction("0.35")}


def test_limits_that_only_just_fit_are_met():
    assert held(blocks(a="0.5", b="0.5"), {"a": pair("0.7"), "b": pair("0.3")}).shares == {
        "a": Fraction("0.7"),
        "b": Fraction("0.3"),
    }
    assert held(blocks(a="0.5", b="0.5"), {"a": pair(None, "0.7"), "b": pair(None, "0.3")}).shares == {
        "a": Fraction("0.7"),
        "b": Fraction("0.3"),
    }


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"a": pair("0.7"), "b": pair("0.31")}, "the least shares add up to more than 1"),
        ({"a": pair(None, "0.7"), "b": pair(None, "0.29")}, "the greatest shares add up to less than 1"),
    ],
)
def test_limits_that_do_not_fit_are_an_error(limits, said):
    with pytest.raises(UnresolvableError, match=said):
        held(blocks(a="0.5", b="0.5"), limits)


def test_a_ceiling_that_an_emptied_group_made_impossible_is_dropped_and_said():
    found = held(blocks(a="1"), {"a": pair("0.1", "0.7")}, emptied=True)

    assert found.shares == {"a": 1}
    assert [str(note) for note in found.notes] == ["the `at_most` of `a` is dropped: a group has nothing left"]
    with pytest.raises(UnresolvableError):
        held(blocks(a="1"), {"a": pair("0.1", "0.7")})


def test_a_ceiling_that_can_be_met_is_kept_though_a_group_is_empty():
    found = held(blocks(a="0.5", b="0.5"), {"a": pair(None, "0.4")}, emptied=True)

    assert (found.shares, found.notes) == ({"a": Fraction("0.4"), "b": Fraction("0.6")}, ())
    just = held(blocks(a="0.5", b="0.5"), {"a": pair(None, "0.4"), "b": pair(None, "0.6")}, emptied=True)
    assert (just.shares, just.notes) == ({"a": Fraction("0.4"), "b": Fraction("0.6")}, ())


def test_only_ceilings_are_dropped_that_are_written():
    found = held(blocks(a="0.5", b="0.5"), {"a": pair(None, "0.4"), "b": pair("0.1", "0.5")}, emptied=True)

    assert len(found.notes) == 2
    assert found.shares == {"a": Fraction("0.5"), "b": Fraction("0.5")}
    free = held(blocks(a="0.5", b="0.5"), {"a": pair(None, "0.4"), "b": pair("0.7")}, emptied=True)
    assert (free.shares, free.notes) == ({"a": Fraction("0.3"), "b": Fraction("0.7")}, ())


# Sets narrow the bounds


def test_what_is_set_in_a_block_is_its_floor():
    sets = {"a": Bound("a", Fraction("0.3"), None, Fraction("0.4")), "b": Bound("b", None, None, Fraction("0.6"))}
    found = held(sets, {"b": pair("0.65")})

    assert found.shares == {"a": Fraction("0.35"), "b": Fraction("0.65")}
    with pytest.raises(UnresolvableError, match="more than 1"):
        held(sets, {"b": pair("0.71")})
    assert held(sets, {"b": pair("0.7")}).shares == {"a": Fraction("0.3"), "b": Fraction("0.7")}


def test_a_block_in_which_all_is_set_does_not_move():
    sets = {
        "a": Bound("a", Fraction("0.3"), Fraction("0.3"), Fraction("0.3")),
        "b": Bound("b", None, None, Fraction("0.5")),
        "c": Bound("c", None, None, Fraction("0.2")),
    }
    found = held(sets, {"b": pair(None, "0.4")})

    assert found.shares == {"a": Fraction("0.3"), "b": Fraction("0.4"), "c": Fraction("0.3")}


def test_sets_beyond_a_limit_are_an_error():
    sets = {
        "a": Bound("a", Fraction("0.3"), Fraction("0.3"), Fraction("0.3")),
        "b": Bound("b", None, None, Fraction("0.7")),
    }
    with pytest.raises(UnresolvableError, match="the shares set in `a` are above its `at_most`"):
        held(sets, {"a": pair(None, "0.29")})
    with pytest.raises(UnresolvableError, match="the share of `a` cannot reach its `at_least`"):
        held(sets, {"a": pair("0.31")})
    assert held(sets, {"a": pair("0.3", "0.3")}).shares["a"] == Fraction("0.3")


def test_the_ceiling_of_a_block_in_which_all_is_set_is_not_what_is_dropped():
    sets = {
        "a": Bound("a", Fraction("0.3"), Fraction("0.3"), Fraction("0.3")),
        "b": Bound("b", None, None, Fraction("0.7")),
    }
    found = held(sets, {"a": pair(None, "0.3"), "b": pair(None, "0.6")}, emptied=True)

    assert found.shares == {"a": Fraction("0.3"), "b": Fraction("0.7")}
    assert len(found.notes) == 1


def test_a_block_with_nothing_can_be_lifted_by_a_floor_only():
    sets = {"a": Bound("a", Fraction(1, 2), None, Fraction(1)), "b": Bound("b", None, None, Fraction(0))}

    assert held(sets, {"b": pair("0.2")}).shares == {"a": Fraction("0.8"), "b": Fraction("0.2")}
    with pytest.raises(UnresolvableError):
        held(sets, {"a": pair(None, "0.9")})


# The solver

SHARES = st.lists(st.integers(0, 20), min_size=1, max_size=6).filter(any)


@st.composite
def solvable(draw):
    weights = draw(SHARES)
    found = []
    for weight in weights:
        low = Fraction(draw(st.integers(0, 20)), 20)
        high = low + Fraction(draw(st.integers(0, 20)), 20)
        found.append((Fraction(weight, sum(weights)), low, high))
    assume(sum(low for _, low, _ in found) <= 1)
    assume(sum(high if share else low for share, low, high in found) >= 1)
    return found


@given(solvable())
def test_the_shares_add_up_to_one_within_their_bounds(found):
    factor = solve(found)
    shares = [max(low, min(high, factor * share)) for share, low, high in found]

    assert sum(shares) == 1
    assert factor >= 0
    assert all(low <= share <= high for share, (_, low, high) in zip(shares, found, strict=True))


@given(solvable())
def test_blocks_off_their_bounds_keep_their_ratio(found):
    factor = solve(found)

    for share, low, high in found:
        if low < factor * share < high:
            assert max(low, min(high, factor * share)) == factor * share


@given(solvable())
def test_no_smaller_lambda_does_save_that_one_is_preferred(found):
    factor = solve(found)
    if factor not in {0, 1}:
        less = factor * Fraction(999, 1000)
        assert sum(max(low, min(high, less * share)) for share, low, high in found) < 1
