"""The rows of relations that recur by a rule of the ruleset: no file gives them."""

from __future__ import annotations

from steelyard.calendars.zones import Zone
from steelyard.facts.case import Row
from steelyard.facts.relations import RelationRows
from steelyard.ir.ruleset import Relation


def recurring_rows(relation: Relation, zone: Zone) -> RelationRows | None:
    """Return the windows of a recurring relation as rows that every case shares; None for another relation.

    The id of a row is the local time at which its window begins.
    """
    if relation.recurring is None:
        return None
    names = [field.id for field in relation.fields]
    windows = relation.recurring.windows
    rows = (Row(zone.local_text(window[0]), dict(zip(names, window, strict=True))) for window in windows)
    return RelationRows(relation, shared=tuple(rows))
