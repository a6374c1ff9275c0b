"""Decision tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from steelyard.model.case import InputField
from steelyard.model.scalars import Cell, Expression, Literal, NameText, TypeText, Word
from steelyard.model.section import REST, Described, Label, Sourced
from steelyard.source import Text

HIT_POLICIES = (
    "unique",
    "any",
    "priority",
    "first",
    "rule order",
    "output order",
    "collect",
    "collect sum",
    "collect min",
    "collect max",
    "collect count",
)

HitPolicy = Annotated[Text, Word("What happens where several rows hit.", words=HIT_POLICIES, blanks=True)]


class TableInput(Described):
    """What a column of conditions is asked of; a bare text is its expression."""

    short_form: ClassVar[tuple[str, ...]] = ("value",)

    value: Expression
    """The expression."""
    type: TypeText | None = None
    """Its type; needed only where the table is called with arguments that do not show it."""


class Row(Sourced):
    """A rule of the table: a cell for each column that matters, by the column's name."""

    note: Label | None = None
    """A remark for people."""
    cells: Mapping[NameText, Cell] = Field(alias=REST)
    """The cells, by column."""


class Table(Described):
    """A decision table."""

    hit: HitPolicy
    """What happens where several rows hit."""
    inputs: Mapping[NameText, TableInput]
    """The columns of conditions, by name."""
    outputs: Annotated[Mapping[NameText, InputField], Field(min_length=1)]
    """The columns of results, by name."""
    rows: tuple[Row, ...]
    """The rules."""
    default: Mapping[NameText, Literal] | None = None
    """The results where no row hits."""

    @property
    def hit_policy(self) -> str:
        """The hit policy with blanks, one of `HIT_POLICIES`."""
        return self.hit.replace("_", " ")
