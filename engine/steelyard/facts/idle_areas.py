"""Reports areas of events that match no case. A misspelt area would otherwise be overlooked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.facts.case import Case, Row
from steelyard.facts.places import levels
from steelyard.ir.expressions import Apply, Field, Input
from steelyard.ir.operators import Function
from steelyard.ir.ruleset import Relation
from steelyard.ir.types import Region, Regions
from steelyard.ir.walk import nodes

_NAMED = 5
"""How many areas are named at most."""


def idle_areas(relation: Relation, rows: Sequence[Row], cases: Sequence[Case]) -> Iterator[Message]:
    """Warn about areas that `joins` compares with a place of the case but that cover the place of no case.

    Args:
        relation: its `joins` says which field is compared with which input.
        rows: all rows that any case may match.
        cases: the cases of the portfolio; without cases nothing is reported.
    """
    for field, inputs in compared_areas(relation).items():
        kind = next((one.type for one in relation.fields if one.id == field), None)
        if not isinstance(kind, Region | Regions):
            continue
        seen = {place for case in cases for name in inputs if isinstance(place := case.values.get(name), str)}
        if not seen:
            continue
        covering = {level for place in seen for level in levels(kind.scheme, place)}
        idle = sorted({area for row in rows for area in areas_of(row, field) if area not in covering})
        if not idle:
            continue
        yield _warning(relation, idle)
        if kind.scheme == "name":
            for area in idle[:_NAMED]:
                if (near := closest(area, sorted(seen))) is not None:
                    yield msg(
                        "{relation}: the area `{area}` matches no case: did you mean `{near}`?",
                        relation=relation.id,
                        area=area,
                        near=near,
                    )


def _warning(relation: Relation, idle: Sequence[str]) -> Message:
    if len(idle) > _NAMED:
        return msg(
            "{relation}: {count} {count:area matches|areas match} no case, such as {areas}",
            relation=relation.id,
            count=len(idle),
            areas=listed(idle[:_NAMED]),
        )
    return msg("{relation}: areas that match no case: {areas}", relation=relation.id, areas=listed(idle))


def areas_of(row: Row, field: str) -> tuple[str, ...]:
    """Return the areas of an event."""
    value = row.values.get(field)
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else ()


def compared_areas(relation: Relation) -> dict[str, set[str]]:
    """Map each areas field to the inputs that it must cover.

    Fields that are also compared with other values are omitted.
    """
    found: dict[str, set[str]] = {}
    otherwise_compared: set[str] = set()
    for node in () if relation.joins is None else nodes(relation.joins):
        if not isinstance(node, Apply) or node.function is not Function.COVERS:
            continue
        area, place = node.arguments
        if isinstance(area, Field) and isinstance(place, Input):
            found.setdefault(area.name, set()).add(place.name)
        elif isinstance(area, Field):
            otherwise_compared.add(area.name)
    return {field: inputs for field, inputs in found.items() if field not in otherwise_compared}
