"""Rows under bits against brute force."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.ir import shadows
from steelyard.ir.shadows import RowSets, Shadows, runs

ATOMS = 5
CELLS = st.integers(1, 2**ATOMS - 1)
COLUMNS = st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=3)


def transposed(cells: list[int]) -> list[int]:
    return [sum((cell >> atom & 1) << row for row, cell in enumerate(cells)) for atom in range(ATOMS)]


@given(st.lists(st.integers(0, 2**ATOMS - 1), max_size=8), st.integers(0, 2**ATOMS - 1))
def test_rows_that_share_an_atom_and_rows_that_cover_all(cells: list[int], asked: int):
    some, every = RowSets(transposed(cells)).of(asked)
    everyone = (1 << len(cells)) - 1

    assert sum(bool(cell & asked) << row for row, cell in enumerate(cells)) == some
    assert sum((cell & asked == asked) << row for row, cell in enumerate(cells)) == every & everyone


@given(st.integers(0, 2**20))
def test_runs_are_the_cell(cell: int):
    assert cell == sum((1 << end) - (1 << first) for first, end in runs(cell))


def shadows_of(columns: list[list[int]], rows: int) -> Shadows:
    sets = [RowSets(transposed(one)) for one in columns]
    return Shadows(
        [(one, one) for one in sets],
        columns,
        [(1 << row) - 1 for row in range(rows)],
        [1 << row for row in range(rows)],
    )


def points(columns: list[list[int]], row: int) -> set[int]:
    """The values that a row matches; three atoms are one number in base `ATOMS`."""
    chosen = [[atom for atom in range(ATOMS) if column[row] >> atom & 1] for column in columns]
    return reduce(lambda found, atoms: {ATOMS * one + atom for one in found for atom in atoms}, chosen, {0})


@settings(max_examples=150)
@given(COLUMNS)
def test_hidden_rows_are_those_of_brute_force(columns: list[list[int]]):
    found = shadows_of(columns, 6)
    before: set[int] = set()
    for row in range(6):
        mine = points(columns, row)
        hiding = found.hidden_by(row)

        assert (mine <= before) == bool(hiding)
        assert not hiding or mine <= set().union(*(points(columns, one) for one in hiding))
        before |= mine
    assert [] == found.undecided


def test_too_long_a_search_is_undecided(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shadows, "MOST_STEPS", 2)
    columns = [[0b00111, 0b11100, 0b11111], [0b11111, 0b11111, 0b11111]]
    found = shadows_of(columns, 3)

    assert [(), (), ()] == [found.hidden_by(row) for row in range(3)]
    assert [2] == found.undecided
