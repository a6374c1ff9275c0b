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
        row: the row; `values` are its values.
        member: true, or unknown, whether it belongs to the case; rows that do not are not kept.
        defines: the row's defines computed so far.
    """

    row: Row
    values: Mapping[str, Stored]
    member: Truth
    defines: dict[str, Value]
