"""A row of a relation as one case sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from steelyard.facts.case import Row
from steelyard.ir.expressions import Stored
from steelyard.semantics.values import Truth, Value


@dataclass(slots=True, eq=False)
class BoundRow:
    """A row of a relation as one case sees it.

    Attributes:
        row: the row.
        values: the row's values, by field.
        member: whether the row belongs to the case: True or unknown. Rows that do not belong are not kept.
        defines: the row's defines computed so far, by id.
    """

    row: Row
    values: Mapping[str, Stored]
    member: Truth
    defines: dict[str, Value]
