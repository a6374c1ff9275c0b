"""Properties of a decision table that are known when compiling: conflicting rows, gaps, the order of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.scope import Scope
from steelyard.engines.sql.value import Value
from steelyard.ir import coverage
from steelyard.ir import table_cells as cells
from steelyard.ir.knowledge import columns_of
from steelyard.ir.ranges import UNBOUNDED
from steelyard.ir.ruleset import HitPolicy, Table
from steelyard.ir.types import Range
from steelyard.semantics.tables import priority

MOST_PAIRS = 10_000
"""Up to this many pairs of overlapping rows are examined for different outputs."""
_SMALL = 8
"""Expressions of up to this many nodes may be repeated."""


def bound(arguments: Sequence[Value], hint: str, frame: Frame) -> tuple[Value, ...]:
    """Put the arguments into columns, with short reasons; the caller adds their rejections."""

    def short(condition: E) -> E:
        return condition if small(condition) else frame.put(f"{hint}_lacks", condition)

    return tuple(
        replace(
            one,
            sql=one.sql if one.known is not None else frame.put(f"{hint}_asks", one.sql),
            why={name: short(condition) for name, condition in one.why.items()},
            rejects=(),
        )
        for one in arguments
    )


def asked_with(arguments: Sequence[Value], scope: Scope) -> tuple[str, ...]:
    """Return a key that is equal only for calls that give the same answer in the same frame."""
    around = [one for one in (scope.target, scope.measure) if one is not None]
    around += [one for one, _ in scope.scores.values()]
    return tuple(one.sql.sql() for one in (*arguments, *around))


def small(e: E) -> bool:
    """Return whether a condition may be repeated; a larger one becomes a column first."""
    return len(list(islice(e.walk(), _SMALL + 1))) <= _SMALL


def ranges(arguments: Sequence[Value]) -> tuple[Range, ...]:
    """Return the ranges of arguments."""
    return tuple(UNBOUNDED if one.interval is None else Range(*one.interval) for one in arguments)


def order(table: Table) -> list[int]:
    """Return the rows: by priority where they are ranked, and so in every case; else in the order written."""
    places = range(len(table.rows))
    if table.hit not in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER} or cells.computes(table):
        return list(places)
    rank = priority(table)
    return sorted(places, key=lambda index: rank(table.rows[index]))


def plain(table: Table) -> bool:
    """Return whether every cell only compares its argument with constants."""
    return all(cells.plain(cell) for row in table.rows for cell in row.cells)


def may_conflict(table: Table, asked: tuple[Range, ...]) -> bool:
    """Return whether two rows that conflict can both hit."""
    if table.hit not in {HitPolicy.UNIQUE, HitPolicy.ANY} or len(table.rows) < 2:
        return False
    if not plain(table):
        return True
    pairs = list(islice(coverage.overlapping(columns_of(table, asked), len(table.rows)), MOST_PAIRS))
    if table.hit is HitPolicy.UNIQUE or len(pairs) == MOST_PAIRS:
        return bool(pairs)
    return any(table.rows[one].outputs != table.rows[other].outputs for one, other in pairs)


def may_miss(table: Table, asked: tuple[Range, ...]) -> bool:
    """Return whether it is possible that no row hits although every cell is true or false."""
    if any(all(cell is None for cell in row.cells) for row in table.rows):
        return False
    if not table.rows or not plain(table):
        return True
    columns = list(columns_of(table, asked))
    for place in cells.aware(table):
        columns[place] = coverage.with_missing(columns[place], [row.cells[place] for row in table.rows])[0]
    return coverage.gap(columns) is not None
