"""Counts texts such as `N/A` in optional columns of text: they are read as values, though people mean none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from steelyard.diagnostics import Message, msg
from steelyard.facts.absent import CASES
from steelyard.facts.cells import Cell
from steelyard.facts.repair import marks_missing
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Region, Text
from steelyard.ir.versions import Versions

LONGEST = 16
"""Limit of characters; no longer text is looked at."""


@dataclass(slots=True)
class Marks:
    """The marks that were found.

    Attributes:
        columns: by role, the columns that are looked at: a ruleset could declare there what means missing.
        counts: by role and column, how often each mark stands there.
    """

    columns: Mapping[str, tuple[str, ...]]
    counts: dict[tuple[str, str], Counter[str]] = field(default_factory=dict[tuple[str, str], "Counter[str]"])

    def begin(self, role: str) -> None:
        """Forget what was found in a role, whose files are read now."""
        for column in self.columns.get(role, ()):
            self.counts[role, column] = Counter()

    def look(self, role: str, cells: Mapping[str, Cell], told: Collection[str] = ()) -> None:
        """Look at a row of a file; of the columns `told` it is said what means missing there."""
        for column in self.columns.get(role, ()):
            cell = None if column in told else cells.get(column)
            if isinstance(cell, str) and len(cell) <= LONGEST and marks_missing(cell):
                self.counts[role, column][cell.strip()] += 1

    def messages(self) -> Iterator[Message]:
        """Give a warning for each column in which a mark stands."""
        for role, columns in self.columns.items():
            for column in columns:
                found = self.counts.get((role, column))
                if not found:
                    continue
                most = [mark for mark, _ in sorted(found.items(), key=lambda one: (-one[1], one[0]))]
                yield msg(
                    "{role}: {count} {count:value|values} of `{column}` {count:is|are} read as text, though people "
                    "write {count:it|them} where a value is missing: declare `missing: [{marks}]` for it, or "
                    "`missing: []` if {count:it is a value|they are values}",
                    role=role,
                    count=found.total(),
                    column=column,
                    marks=", ".join(f'"{mark}"' for mark in most),
                )


def marks_of(versions: Versions) -> Marks:
    """Prepare the count for the files of a ruleset; feeds declare no notation."""
    columns: dict[str, dict[str, None]] = {}
    for one in versions.rulesets:
        columns.setdefault(CASES, {}).update(_asked(one.inputs))
        for relation in one.relations_to_give:
            if relation.feed is None:
                columns.setdefault(relation.id, {}).update(_asked(relation.fields))
    return Marks({role: tuple(some) for role, some in columns.items() if some})


def _asked(fields: tuple[InputField, ...]) -> dict[str, None]:
    return {
        one.column: None
        for one in fields
        if one.optional and one.written.missing is None and one.type in (Text(), Region("name"))
    }
