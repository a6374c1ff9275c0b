"""How regions say what an input is beside a computed value."""

# pyright: basic

from __future__ import annotations

import pytest

from steelyard.analysis.compared_axes import ComparedAxis
from steelyard.ir.comparisons import ABOVE, ANY, BELOW, EQUAL, HOLDS
from steelyard.ir.coverage import MISSING, TestedColumn
from steelyard.ir.declared import Label
from steelyard.ir.ranges import UNBOUNDED
from steelyard.ir.ruleset import TableInput
from steelyard.ir.types import Number

GONE = 8
"""The atom of a missing side."""


def axis(*, missing: bool, beside: bool) -> ComparedAxis:
    column = TestedColumn((*((-1, 0, 1) if beside else (0, 1)), *((MISSING,) if missing else ())), ())
    other = TableInput("due", Number(0), Label("到期", "due")) if beside else None
    return ComparedAxis(0, "n", other, 2, column, column, UNBOUNDED)


@pytest.mark.parametrize(
    ("atoms", "expected"),
    [
        (BELOW, "`n` is below `due`"),
        (BELOW | EQUAL, "`n` is at most `due`"),
        (EQUAL, "`n` equals `due`"),
        (EQUAL | ABOVE, "`n` is at least `due`"),
        (ABOVE, "`n` is above `due`"),
        (BELOW | ABOVE, "`n` is not `due`"),
        (ANY, "neither `n` nor `due` is missing"),
        (GONE, "`n`, or `due` that it is compared with, is missing"),
        (BELOW | GONE, "`n` is below `due`, or one of the two is missing"),
        (ANY | GONE, "None"),
    ],
)
def test_every_relation_has_its_words(atoms: int, expected: str) -> None:
    assert expected == str(axis(missing=True, beside=True).shown(atoms))


def test_all_relations_are_no_condition_where_nothing_can_be_missing() -> None:
    assert axis(missing=False, beside=True).shown(ANY) is None


@pytest.mark.parametrize(
    ("atoms", "expected"),
    [
        (HOLDS, "the condition of row 2 on `n` holds"),
        (1, "the condition of row 2 on `n` does not hold"),
        (1 | HOLDS, "nothing is missing that the condition of row 2 on `n` reads"),
    ],
)
def test_a_condition_holds_or_does_not(atoms: int, expected: str) -> None:
    assert expected == str(axis(missing=True, beside=False).shown(atoms))
