"""Weights, and how they move with the situation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from steelyard.model.keys import AnyOf, KeyRule
from steelyard.model.scalars import Expression, NameText, Word
from steelyard.model.section import Described, Sourced
from steelyard.source import Text

Waived = Annotated[Text, Word("Where the share of a waived indicator goes.", words=("redistribute", "within_group"))]


class Adjustment(Described):
    """A situation that moves shares between indicators."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (AnyOf(("multiply", "set")),)

    when: Expression
    """The condition."""
    multiply: Mapping[NameText, Expression] = {}
    """Factors of weights, by indicator or group."""
    set: Mapping[NameText, Expression] = {}
    """Shares, by indicator or group."""
    exclusive: NameText | None = None
    """Adjustments with the same name here never apply together."""


class Limit(Sourced):
    """The bounds of a group's share."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (AnyOf(("at_least", "at_most")),)

    at_least: Expression | None = None
    """The least share."""
    at_most: Expression | None = None
    """The greatest share."""


class Weights(Sourced):
    """How weights become shares."""

    total: Expression | None = None
    """What the base weights must add up to, e.g. `100%`."""
    waived: Waived | None = None
    """Where the share of a waived indicator goes; `redistribute` unless written."""
    adjustments: Mapping[NameText, Adjustment] = {}
    """The adjustments, by id."""
    limits: Mapping[NameText, Limit] = {}
    """The bounds, by group."""
