"""Checks column names that DuckDB cannot distinguish: it ignores case, and silently renames the second column."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.diagnostics import Diagnostics, msg
from steelyard.ir.ruleset import InputField
from steelyard.ir.versions import Versions


def distinct_columns(versions: Versions, diagnostics: Diagnostics) -> bool:
    """Check that all inputs of a version, and all fields of a relation, have distinct columns.

    Report B101 where not.
    """
    found = [
        _distinct_columns(fields, own, diagnostics)
        for one in versions.rulesets
        for fields, own in ((one.inputs, ("_case",)), *((each.fields, ("_row", "_id")) for each in one.relations))
    ]
    return all(found)


def _distinct_columns(fields: Sequence[InputField], own: Sequence[str], diagnostics: Diagnostics) -> bool:
    taken = {name: name for name in own}
    good = True
    for field in fields:
        folded = _folded(field.id)
        other = taken.get(folded)
        if other is None:
            taken[folded] = field.id
            continue
        good = False
        diagnostics.add(
            "B101",
            field.span,
            msg("in DuckDB `{name}` would be the same column as `{other}`", name=field.id, other=other),
            help=msg("rename it, or take another engine"),
        )
    return good


def _folded(name: str) -> str:
    """Return the name as DuckDB compares it: with ASCII letters in lower case."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in name)
