"""Decision tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from steelyard.model.case import DeclaredField
from steelyard.model.keys import KeyRule, Needs, OneOf
from steelyard.model.scalars import Cell, Expression, Literal, NameText, PlainText, TypeText, Word
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

    key_rules: ClassVar[tuple[KeyRule, ...]] = (
        OneOf(("rows", "file"), required=True),
        Needs("sheet", "file"),
        Needs("delimiter", "file"),
        Needs("encoding", "file"),
    )

    hit: HitPolicy
    """What happens where several rows hit."""
    inputs: Mapping[NameText, TableInput]
    """The columns of conditions, by name."""
    outputs: Annotated[Mapping[NameText, DeclaredField], Field(min_length=1)]
    """The columns of results, by name."""
    rows: tuple[Row, ...] = ()
    """The rules."""
    file: PlainText | None = None
    """The file that holds the rules instead, from the folder of the ruleset: `.csv`, `.tsv` or `.xlsx`."""
    sheet: PlainText | None = None
    """Of a workbook the sheet with the rules; the first unless said."""
    delimiter: PlainText | None = None
    """What separates the columns of a CSV file; a comma unless said."""
    encoding: PlainText | None = None
    """How a CSV file is encoded, e.g. `gb18030`; UTF-8 unless said."""
    default: Mapping[NameText, Literal] | None = None
    """The results where no row hits."""

    @property
    def hit_policy(self) -> str:
        """The hit policy with blanks, one of `HIT_POLICIES`."""
        return self.hit.replace("_", " ")
