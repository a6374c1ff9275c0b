"""The file that says how the files of one run are written (`--intake`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from steelyard.model.case import Notation
from steelyard.model.scalars import Count, Literal, NameText, OneOrMore, PlainText, Word
from steelyard.model.section import Section
from steelyard.source import Text

MergedWord = Annotated[Text, Word("What merged cells mean.", words=("fill", "refuse"))]


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


class RoleSection(FileSection):
    """How the files of the cases, or of a relation, are written."""

    missing: Annotated[tuple[Literal, ...], OneOrMore()] = ()
    """The texts that mean missing in every field that declares none itself."""
    fields: Mapping[NameText, Notation] = {}
    """How the values of inputs or fields are written, where that is not as the ruleset says."""


class IntakeFile(Section):
    """How the files of a run are written."""

    intake: Count
    """The version of the file format: 1."""
    cases: RoleSection | None = None
    """The files of cases."""
    relations: Mapping[NameText, RoleSection] = {}
    """The files of relations, by relation."""
    files: Mapping[PlainText, FileSection] = {}
    """Single files, by their name or a pattern of names; what they say counts before what their role says."""
