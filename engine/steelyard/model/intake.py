"""The file that says how the files of one run are written (`--intake`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, Tag

from steelyard.model.case import Notation
from steelyard.model.scalars import BY_KIND, MAPPING, TEXT, Count, Literal, NameText, OneOrMore, PlainText, Word
from steelyard.model.section import Section
from steelyard.source import Text

MergedWord = Annotated[Text, Word("What merged cells mean.", words=("fill", "refuse"))]
RowKeyWord = Annotated[
    Text, Word("The number of the row, alone or after the file's name.", words=("row_number", "file_and_row"))
]
RowsWord = Annotated[Text, Word("Which rows are cases.", words=("distinct",))]


class FileSection(Section):
    """How a file is written."""

    encoding: PlainText | None = None
    """The encoding of CSV and JSON lines, e.g. `gb18030`."""
    delimiter: PlainText | None = None
    """What separates the columns of CSV: one character, or `tab`."""
    sheet: PlainText | None = None
    """The sheet of a workbook; else the first."""
    header: Count | None = None
    """The line, or the row of the sheet, that names the columns, from 1."""
    skip: Count | None = None
    """How many rows below the names of the columns are left out."""
    merged: MergedWord | None = None
    """`fill`: every cell of merged ones has their value."""
    columns: Mapping[NameText, PlainText] = {}
    """The headings of columns in the file, by input or field."""
    missing: Annotated[tuple[Literal, ...], OneOrMore()] = ()
    """Of the files of a role: the texts that mean missing in every field that declares none itself. Of files by name:
    the cells that are empty, whatever else their field says."""
    fields: Mapping[NameText, Notation] = {}
    """How the values of inputs or fields are written, where that is not as the ruleset says; of files by name: where
    that is not as their role says."""


class KeyColumns(Section):
    """A key that stands in several columns."""

    columns: Annotated[tuple[PlainText, ...], Field(min_length=2)]
    """The columns, by their headings or by the names of inputs or fields."""
    join: PlainText | None = None
    """The sign between them; else `-`."""


CaseKey = Annotated[Annotated[RowKeyWord, Tag(TEXT)] | Annotated[KeyColumns, Tag(MAPPING)], BY_KIND]
"""What the key of a case is, where it stands in no column of its own."""


class CaseSection(FileSection):
    """How the files of the cases are written."""

    key: CaseKey | None = None
    """The key, where it stands in no column of its own: the row's number, or several columns."""
    rows: RowsWord | None = None
    """`distinct`: rows of one key that agree in every input are one case."""


class RelationSection(FileSection):
    """How the files of a relation are written."""

    key: KeyColumns | None = None
    """The columns that together name the case of a row."""


class IntakeFile(Section):
    """How the files of a run are written."""

    intake: Count
    """The version of the file format: 1."""
    cases: CaseSection | None = None
    """The files of cases."""
    relations: Mapping[NameText, RelationSection] = {}
    """The files of relations, by relation."""
    files: Mapping[PlainText, FileSection] = {}
    """Single files, by their name or a pattern of names; what they say counts before what their role says."""
