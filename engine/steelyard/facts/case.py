"""Facts in the form that engines take: typed, in range, stored as ir/types.py says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from steelyard.diagnostics import Message, msg
from steelyard.ir.expressions import Stored


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a relation.

    Attributes:
        id: the row's id in results: the text of the row_id field, else the row's number in its files, from 1.
        values: by field id; a missing value is absent.
        file: the name of the file that the row was read from; empty where it came from none.
        line: its line or row number there, from 1; None where it has none.
        sums: of a row derived from cases, the aggregates that its values were made of; None where one is missing.
    """

    id: str
    values: Mapping[str, Stored]
    file: str = field(default="", compare=False)
    line: int | None = field(default=None, compare=False)
    sums: tuple[Stored | None, ...] = field(default=(), compare=False)


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
        others: what else is wrong with the case: further cells of its row, further rows of relations. They have none.
        values: of the row of the case, what could be read, by input id; empty where no such row is at fault.
    """

    key: str
    where: str
    value: str
    expected: Message
    line: int | None = None
    hint: Message | None = None
    file: str = ""
    others: tuple[Reject, ...] = ()
    values: Mapping[str, Stored] = field(default_factory=dict[str, Stored], compare=False, repr=False)

    @property
    def all(self) -> tuple[Reject, ...]:
        """The reject itself, then the others, each with one reason."""
        return (replace(self, others=()), *self.others) if self.others else (self,)

    @property
    def reason(self) -> Message:
        """The first reason in words, without its place."""
        return _reason(self, (self.file, self.line))

    @property
    def other_reasons(self) -> tuple[Message, ...]:
        """The others in words, each with its place where that is not the place of the first."""
        return tuple(_reason(one, (self.file, self.line)) for one in self.others)

    def of(self, key: str) -> Reject:
        """Give the same reject of the case with this key."""
        return replace(self, key=key, others=tuple(replace(one, key=key) for one in self.others))


def _reason(reject: Reject, place: tuple[str, int | None]) -> Message:
    where, value = reject.where, reject.value
    found = msg("`{column}` is “{value}”, expected {expected}", column=where, value=value, expected=reject.expected)
    if (reject.file, reject.line) != place:
        found = msg("{file}:{line}: {reason}", file=reject.file, line=reject.line, reason=found)
    return found if reject.hint is None else msg("{reason} ({hint})", reason=found, hint=reject.hint)


def joined(rejects: Sequence[Reject]) -> Reject:
    """Make one reject of several of one case; there is at least one."""
    first, *others = (one for reject in rejects for one in reject.all)
    return replace(first, others=tuple(others))
