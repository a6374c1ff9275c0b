"""Facts as the engines take them: typed, in range, stored as ir/types.py says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from steelyard.diagnostics import Message
from steelyard.ir.expressions import Stored


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a relation.

    Attributes:
        id: what identifies it in results: the row_id field's text, else its number in the file from 1.
        values: by field id; a missing value is absent.
    """

    id: str
    values: Mapping[str, Stored]


@dataclass(frozen=True, slots=True)
class Case:
    """One subject of scoring.

    Attributes:
        key: the text of the key input.
        values: by input id; a missing value is absent.
        rows: per relation, the rows that may belong to the case. Of a relation with `of_case` exactly those with
            its key; of a joined one all rows (the same tuple for every case). A row's `joins` is decided by
            the engine.
    """

    key: str
    values: Mapping[str, Stored]
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict[str, tuple[Row, ...]])


@dataclass(frozen=True, slots=True)
class Reject:
    """A case, or a row of a file, that cannot be evaluated.

    Attributes:
        key: the case's key as written, empty where it cannot be told.
        where: the column, or the rule, that is at fault.
        value: what stood there, as text; empty where nothing did.
        expected: what was expected.
        line: of the file, from 1; None where the case was rejected by a rule.
        hint: what to write instead.
        file: the name of the file that `line` counts in, where it was read from one.
    """

    key: str
    where: str
    value: str
    expected: Message
    line: int | None = None
    hint: Message | None = None
    file: str = ""
