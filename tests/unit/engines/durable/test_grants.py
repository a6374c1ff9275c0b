"""How grants combine, apart from the reference's own way of doing it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.engines.durable.grants import floor_of, stretches
from steelyard.ir.expressions import Literal
from steelyard.ir.ruleset import AtLeastGrant, PauseGrant, WaiveGrant
from steelyard.ir.types import Number
from steelyard.semantics.records import Granted

WINDOWS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda w: (w[0], w[0] + w[1])))


def pauses(*windows) -> list[Granted]:
    return [Granted("e", None, PauseGrant("i"), window=window) for window in windows]


@settings(max_examples=200)
@given(WINDOWS)
def test_stretches_cover_what_the_windows_cover_once(windows):
    covered = {instant for low, high in windows for instant in range(low, high)}
    found = stretches(pauses(*windows))

    assert sum(high - low for low, high in found) == len(covered)
    assert {instant for low, high in found for instant in range(low, high)} == covered


def test_a_grant_without_a_window_pauses_nothing():
    assert stretches(pauses(None, None)) == []


def test_the_highest_floor_counts():
    points = Literal(1, type=Number(0))
    grants = [Granted("e", None, AtLeastGrant("i", points), value=value) for value in (5, 900, 0, None)]

    assert floor_of([*grants, Granted("e", None, WaiveGrant("i"))]) == 900
    assert floor_of([]) is None
