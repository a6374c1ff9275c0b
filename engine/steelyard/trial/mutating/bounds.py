"""Bounds that several tests share: of bands, and of a column of a decision table.

They are changed together: where one band ends at 24 h and the next begins, moving one end alone would only leave a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from steelyard.ir.expressions import Compare, Expr, Literal, Within
from steelyard.ir.walk import children, nodes, rebuild
from steelyard.trial.mutating.expressions import OTHER_SIDE, equal_to_a_shift, levels_beside
from steelyard.trial.mutating.units import shifted


def moved(tests: Sequence[Expr | None]) -> Iterator[tuple[Expr | None, ...]]:
    """The tests with one bound moved by a unit up, and down, or taken to the other side, wherever it stands."""
    for bound in dict.fromkeys(_bounds(tests)):
        literal, levels = bound
        value = literal.value
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        for new in shifted(value, literal.type):
            if levels is None or 0 <= new < levels:
                yield tuple(None if one is None else _shifted(one, literal, new) for one in tests)
        if not all(equal_to_a_shift(literal, levels, up=up) for up in (True, False)):
            flipped = tuple(None if one is None else _flipped(one, literal) for one in tests)
            if flipped != tuple(tests):
                yield flipped


def _bounds(tests: Sequence[Expr | None]) -> Iterator[tuple[Literal, int | None]]:
    """The constants with which tests compare, each with the number of levels where it is one."""
    for test in tests:
        for node in () if test is None else nodes(test):
            if isinstance(node, Compare | Within):
                for one in children(node):
                    if isinstance(one, Literal):
                        yield one, levels_beside(node, one)


def _shifted(test: Expr, literal: Literal, value: int) -> Expr:
    def change(expr: Expr) -> Expr:
        if isinstance(expr, Compare | Within):
            return rebuild(expr, lambda one: replace(literal, value=value) if one == literal else one)
        return rebuild(expr, change)

    return change(test)


def _flipped(test: Expr, literal: Literal) -> Expr:
    def change(expr: Expr) -> Expr:
        match expr:
            case Compare(comparator=comparator) if literal in (expr.left, expr.right) and comparator in OTHER_SIDE:
                return replace(expr, comparator=OTHER_SIDE[comparator])
            case Within():
                low = expr.low_closed is not (expr.low == literal)
                high = expr.high_closed is not (expr.high == literal)
                return replace(expr, low_closed=low, high_closed=high)
            case _:  # it may stand below
                return rebuild(expr, change)

    return change(test)
