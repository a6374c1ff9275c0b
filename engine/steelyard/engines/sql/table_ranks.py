"""Ranks of a decision table's rows whose outputs are ranked and computed: one number for each row."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from steelyard.engines.sql import build, literals
from steelyard.engines.sql.scope import Program, Scope
from steelyard.engines.sql.value import Value, constant
from steelyard.ir import table_cells
from steelyard.ir.expressions import Argument, Stored
from steelyard.ir.ruleset import Said, Table, TableOutput


@dataclass(frozen=True, slots=True)
class Rank:
    """The rank of a row; the lowest is the most important, and no two rows of a table have the same.

    Attributes:
        value: a constant, or a column.
        possible: all values that it can have.
        last: the highest rank of a row with the same outputs.
    """

    value: Value
    possible: tuple[int, ...]
    last: Value


@dataclass(frozen=True, slots=True)
class Ranks:
    """The ranks of the rows, in the order written, and a number beyond them."""

    rows: tuple[Rank, ...]
    beyond: Value


def ranks(table: Table, arguments: Sequence[Value], program: Program, scope: Scope) -> Ranks:
    """Return the ranks of a table's rows: of each output its rank, as digits of one number, then the place written."""
    arithmetic, of_outputs = program.arithmetic, table_cells.ranks(table)
    sizes = [*(max(known.values()) + 1 for known in of_outputs), len(table.rows)]
    factors = [math.prod(sizes[place + 1 :]) for place in range(len(of_outputs))]
    found: list[Rank] = []
    for place, row in enumerate(table.rows):
        cells = list(zip(row.outputs, table.outputs, of_outputs, strict=True))
        digits = [_rank(*cell, arguments, program, last=table.hit.gives_list) for cell in cells]
        value = arithmetic.total([arithmetic.times(one, factor) for one, factor in zip(digits, factors, strict=True)])
        if value.known is None:
            value = Value(scope.frame.put(f"{table.id}_rank_{place + 1}", value.sql), value.interval, value.wide)
        several = itertools.product(
            *(sorted(set(known.values())) if isinstance(said, Argument) else [known[said]] for said, _, known in cells)
        )
        found.append(
            Rank(
                arithmetic.add(value, arithmetic.literal(place)),
                tuple(sum(rank * factor for rank, factor in zip(one, factors, strict=True)) + place for one in several),
                arithmetic.add(value, arithmetic.literal(len(table.rows) - 1)),
            )
        )
    return Ranks(tuple(found), arithmetic.literal(math.prod(sizes)))


def _rank(
    said: Said,
    output: TableOutput,
    known: Mapping[Stored | None, int],
    arguments: Sequence[Value],
    program: Program,
    *,
    last: bool,
) -> Value:
    """The rank of what a cell says; where what it computes is missing that of None (`last`), or the highest."""
    if not isinstance(said, Argument):
        return constant(known[said])
    value = arguments[said.position].sql
    levels = [
        (build.equal(value, literals.literal(one, output.type, program).sql), constant(rank))
        for one, rank in known.items()
        if one is not None
    ]
    return program.arithmetic.choose(levels, constant(known[None] if last else 0))
