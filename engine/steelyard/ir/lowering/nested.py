"""Inputs of tables that ask other tables: each becomes a define, so that nesting tables multiplies nothing.

Such a define has the name `table.input`, which no author can give. It is read like any other; explanations look
through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.ir.expressions import Define, Expr, Field, TableCall
from steelyard.ir.lowering.context import Context
from steelyard.ir.negation import normalise
from steelyard.ir.reading import reads_row
from steelyard.ir.ruleset import Definition, TableInput
from steelyard.ir.scope import NameScope
from steelyard.ir.strata import Level
from steelyard.ir.typing.names import closed
from steelyard.ir.walk import nodes

MOST_NODES = 20_000
"""The largest number of nodes in the inputs of a table; only inputs that read a score or a measure nest so far."""


def by_name(context: Context, table: str, column: TableInput, expr: Expr, scope: NameScope) -> Expr:
    """Return the expression of an input, or what reads the define made of it, where it asks a table."""
    if not any(isinstance(node, TableCall) for node in nodes(expr)):
        return expr
    row = scope.row if scope.row is not None and reads_row(expr, scope.row) else None
    if context.level(expr) > (Level.INDICATORS if row is None else Level.ROWS):
        return expr
    definition = Definition(
        id=f"{table}.{column.id}",
        label=column.label,
        source=None,
        notes=None,
        span=expr.span,
        value=normalise(expr),
    )
    context.add_define(row, definition)
    kind = closed(expr.type)
    if row is None:
        leaf: Define | Field = Define(definition.id, type=kind, span=expr.span)
    else:
        leaf = Field(row, definition.id, type=kind, span=expr.span)
    context.learn(leaf)
    return leaf


def small_enough(table: str, arguments: Sequence[Expr], span: Span | None, diagnostics: Diagnostics) -> bool:
    """Return whether the inputs of a table are small enough to be examined; report where they are not."""
    counted = (node for argument in arguments for node in nodes(argument))
    if next(islice(counted, MOST_NODES, None), None) is None:
        return True
    diagnostics.add(
        "Y202",
        span,
        msg("the inputs of `{table}` amount to more than {limit} expressions", table=table, limit=MOST_NODES),
        help=msg("let fewer tables be asked with what other tables say"),
    )
    return False
