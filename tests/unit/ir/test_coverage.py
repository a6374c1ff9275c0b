"""Gaps and overlaps of tables against brute force over every value."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.ir.coverage import OTHER, TestedColumn, column, covers, gap, overlap, overlapping
from steelyard.ir.expressions import (
    And,
    Argument,
    Comparator,
    Compare,
    Define,
    Expr,
    Literal,
    Not,
    OneOf,
    Or,
    Rank,
    Scale,
    Within,
)
from steelyard.ir.types import Boolean, Number, Range, Region, Text

B = Boolean()
LEVELS = ("low", "mid", "high")
BOUNDS = Range(-4, 6)
VALUES = range(-4, 7)


def number(value: int, scale: int = 0) -> Literal:
    return Literal(value, type=Number(scale))


TESTED = Argument(0, type=Number(0))
FINER = Scale(TESTED, 1, type=Number(1))

comparators = st.sampled_from(Comparator)
leaves = st.one_of(
    st.builds(lambda c, v: Compare(c, TESTED, number(v), type=B), comparators, st.integers(-6, 8)),
    st.builds(lambda c, v: Compare(c, FINER, number(v, 1), type=B), comparators, st.integers(-60, 80)),
    st.builds(
        lambda low, lc, high, hc: Within(
            TESTED, None if low is None else number(low), lc, None if high is None else number(high), hc, type=B
        ),
        st.none() | st.integers(-6, 8),
        st.booleans(),
        st.none() | st.integers(-6, 8),
        st.booleans(),
    ),
    st.builds(
        lambda values: OneOf(TESTED, tuple(number(v) for v in values), type=B), st.lists(st.integers(-6, 8), min_size=1)
    ),
    st.builds(lambda value: Literal(value=value, type=B), st.booleans()),
)
cells: st.SearchStrategy[Expr] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda items: And(tuple(items), type=B), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda items: Or(tuple(items), type=B), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda one: Not(one, type=B), inner),
    ),
    max_leaves=4,
)


def holds(cell: Expr | None, value: int) -> bool:
    return cell is None or covers(cell, value)


def chosen(one: TestedColumn, bits: int) -> list[object]:
    return [atom for place, atom in enumerate(one.atoms) if bits >> place & 1]


def representative(columns: list[TestedColumn], pair: tuple[int, int]) -> bool:
    return all(value in one.atoms for one, value in zip(columns, pair, strict=True))


@settings(max_examples=150)
@given(st.lists(st.tuples(st.none() | cells, st.none() | cells), min_size=1, max_size=5))
def test_gaps_and_overlaps_are_those_of_brute_force(rows: list[tuple[Expr | None, Expr | None]]) -> None:
    columns = [column(Number(0), BOUNDS, [row[place] for row in rows]) for place in (0, 1)]
    pairs = list(product(VALUES, VALUES))
    missed = [pair for pair in pairs if not any(all(map(holds, row, pair)) for row in rows)]
    found = gap(columns)

    assert (found is None) == (not missed)
    assert found is None or found in missed
    for one, other in product(range(len(rows)), repeat=2):
        both = [pair for pair in pairs if all(map(holds, rows[one], pair)) and all(map(holds, rows[other], pair))]
        shared = overlap(columns, one, other)
        assert (shared is None) == (not both)
        shown = product(*(chosen(one, bits) for one, bits in zip(columns, shared or (), strict=False)))
        assert shared is None or set(shown) == {pair for pair in both if representative(columns, pair)}
    meeting = [pair for pair in combinations(range(len(rows)), 2) if overlap(columns, *pair) is not None]
    assert meeting == list(overlapping(columns, len(rows)))


def test_rows_without_conditions_all_overlap() -> None:
    assert [(0, 1), (0, 2), (1, 2)] == list(overlapping([], 3))
    assert [] == list(overlapping([], 0))


@settings(max_examples=100)
@given(cells)
def test_a_cell_covers_an_atom_whole_or_not_at_all(cell: Expr) -> None:
    one = column(Number(0), BOUNDS, [cell])
    starts = sorted(atom for atom in one.atoms if isinstance(atom, int))

    for value in VALUES:
        place = next(i for i, atom in enumerate(starts) if value <= atom or i == len(starts) - 1)
        assert bool(one.rows[0] >> place & 1) == covers(cell, value)


def text_is(value: str, comparator: Comparator = Comparator.EQ) -> Compare:
    return Compare(comparator, Argument(0, type=Text()), Literal(value, type=Text()), type=B)


def test_open_text_always_leaves_others() -> None:
    one = column(Text(), None, [text_is("a"), text_is("b")])

    assert ("a", "b", OTHER) == one.atoms
    assert (OTHER,) == gap([one])


def test_open_text_is_covered_by_a_negation() -> None:
    one = column(Text(), None, [text_is("a"), text_is("a", Comparator.NE)])

    assert gap([one]) is None
    assert overlap([one], 0, 1) is None


def test_region_is_covered_like_text() -> None:
    cell = Compare(Comparator.EQ, Argument(0, type=Region("name")), Literal("x", type=Region("name")), type=B)

    assert (OTHER,) == gap([column(Region("name"), None, [cell])])


def test_closed_text_is_covered_by_its_values() -> None:
    ordered = Text(LEVELS, ordered=True)
    rank = Rank(Argument(0, type=ordered), LEVELS, type=Number(0))
    high = Compare(Comparator.GE, rank, number(1), type=B)

    assert ("low",) == gap([column(ordered, None, [high])])
    assert gap([column(ordered, None, [high, text_is("low")])]) is None


def test_a_value_that_closed_text_lacks_covers_nothing() -> None:
    assert (0,) == column(Text(LEVELS), None, [text_is("none")]).rows


def test_truth_values() -> None:
    argument = Argument(0, type=B)
    true = Compare(Comparator.EQ, argument, Literal(value=True, type=B), type=B)

    assert (False,) == gap([column(B, None, [true])])
    assert gap([column(B, None, [true, Not(argument, type=B)])]) is None


@pytest.mark.parametrize(("bounds", "expected"), [(Range(None, None), (0,)), (Range(3, None), (3,))])
def test_unbounded_values_have_an_atom(bounds: Range, expected: tuple[int, ...]) -> None:
    assert expected == column(Number(0), bounds, [None]).atoms


def test_no_rows_and_no_columns() -> None:
    assert () == gap([])
    assert (0,) == gap([column(Number(0), Range(0, 1), [])])


def test_too_many_combinations_are_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steelyard.ir.coverage.MOST_STEPS", 3)
    rows = [Compare(Comparator.EQ, TESTED, number(value), type=B) for value in range(5)]
    one, whole = column(Number(0), Range(0, 4), rows), column(Number(0), Range(0, 4), [None] * 5)

    assert gap([one, whole]) is False
    assert gap([whole]) is None


def test_a_thousand_rows_are_quick() -> None:
    rows = [Compare(Comparator.EQ, TESTED, number(value), type=B) for value in range(1_000)]
    one = column(Number(0), Range(0, 999), rows)

    assert gap([one, TestedColumn((0,), (1,) * 1_000)]) is None


def test_what_is_no_cell_is_a_bug() -> None:
    define = Define("x", type=B)
    with pytest.raises(InternalError):
        covers(define, 1)
    with pytest.raises(InternalError):
        covers(Compare(Comparator.EQ, Define("x", type=Number(0)), number(1), type=B), 1)
    with pytest.raises(InternalError):
        covers(Compare(Comparator.LT, Argument(0, type=Text()), Literal("a", type=Text()), type=B), "b")
