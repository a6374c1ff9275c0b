"""Facts in the form that engines take: typed, in range, stored as ir/types.py says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from steelyard.diagnostics import Message
from steelyard.ir.expressions import Stored


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a relation.

    Attributes:
        id: the row's id in results: the text of the row_id field, else the row's number in its files, from 1.
        values: by field id; a missing value is absent.
        file: the name of the file that the row was read from; empty where it came from none.
        line: its line or row number there, from 1; None where it has none.
    """

    id: str
    values: Mapping[str, Stored]
    file: str = field(default="", compare=False)
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Case:
    """One subject of scoring.

    Attributes:
        key: the text of the key input.
        values: by input id; a missing value is absent.
        rows: by relation id, the rows that may belong to the case: for a relation with `of_case` exactly those with its
            key, for a joined one all rows (the same tuple for every case). Engines evaluate `joins`.
        file: the name of the file that the case was read from; empty where it came from none.
        line: its line or row number there, from 1; None where it has none.
    """

    key: str
    values: Mapping[str, Stored]
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict[str, tuple[Row, ...]])
    file: str = field(default="", compare=False)
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Reject:
    """A case, or a row of a file, that cannot be evaluated.

    Attributes:
        key: the case's key as written; empty where it cannot be read.
        where: the column or rule at fault.
        value: the value found, as text; empty where there was none.
        expected: what was expected.
        line: the line of the file, from 1: that of the row at fault, else of the case; None where it came from none.
        hint: what to write instead; None where that is unknown.
        file: the name of the file that `line` counts in; empty where the case came from no file.
    """

    key: str
    where: str
    value: str
    expected: Message
    line: int | None = None
    hint: Message | None = None
    file: str = ""
