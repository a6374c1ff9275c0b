"""Checks that the columns of the results have different names; SQL does not tell letter case of ASCII apart."""

from __future__ import annotations

from steelyard.diagnostics import Diagnostics, msg
from steelyard.ir.declared import Named
from steelyard.ir.result_columns import Content, ResultColumn, folded, result_columns
from steelyard.ir.ruleset import Ruleset


def check_result_names(ruleset: Ruleset, diagnostics: Diagnostics) -> None:
    """Report outputs, families and keys whose name another column of the results has; files cannot hold both."""
    first: dict[str, ResultColumn] = {}
    for column in sorted(result_columns(ruleset), key=lambda one: _named(ruleset, one) is not None):
        name = folded(column.name)
        other = first.setdefault(name, column)
        named = _named(ruleset, column)
        if other is not column and named is not None:
            diagnostics.add(
                "N115",
                named.span,
                msg("`{name}` is a column of the results already", name=other.name),
                help=msg("choose another name, e.g. `{name}_`", name=named.id),
            )


def _named(ruleset: Ruleset, column: ResultColumn) -> Named | None:
    """Return what the author gave the column's name; None for a column that every ruleset's results have."""
    if column.origin is None:
        return None
    match column.origin.content:
        case Content.KEY:
            return next(one for one in ruleset.inputs if one.id == ruleset.key)
        case Content.FAMILY:
            return next(one for one in ruleset.indicators if one.id == column.origin.id)
        case Content.OUTPUT:
            return next(one for one in ruleset.outputs if one.id == column.origin.id)
        case _:  # the other names are ours
            return None
