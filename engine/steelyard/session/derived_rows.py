"""The rows of a derived relation, as a run keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steelyard.facts.case import Row
    from steelyard.ir.ruleset import Relation, Ruleset


@dataclass(frozen=True, slots=True)
class DerivedRows:
    """The rows of a derived relation for the cases of one version."""

    ruleset: Ruleset
    relation: Relation
    rows: tuple[Row, ...]
