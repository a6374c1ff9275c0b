"""Reads rows of case files by the version that is in force, as their file writes them. Both intakes use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from steelyard.calendars.zones import zone
from steelyard.facts.cells import Cell
from steelyard.facts.effective import Effective
from steelyard.facts.fields import Fault, RowReader
from steelyard.facts.readers.notations import FileNotations
from steelyard.ir.expressions import Stored
from steelyard.ir.versions import Versions


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A row as it was read.

    Attributes:
        version: the version that reads it; where none is in force, the newest.
        values: what could be read.
        fault: its faults; None where there are none.
    """

    version: str
    values: Mapping[str, Stored]
    fault: Fault | None


class CaseReader:
    """Reads rows of case files. What the rows of a file share is prepared once."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._by_file: dict[FileNotations, tuple[Effective, dict[str, RowReader]]] = {}

    def read(self, cells: Mapping[str, Cell], notations: FileNotations) -> ReadCase:
        """Read a row of a file with these notations."""
        effective, readers = self._by_file.get(notations) or self._prepared(notations)
        version, undated = effective.choose(cells)
        read = readers[version.version].read(cells)
        others = (one for name, one in readers.items() if name != version.version)
        return ReadCase(version.version, read.values, effective.faults(undated, read, cells, others))

    def _prepared(self, notations: FileNotations) -> tuple[Effective, dict[str, RowReader]]:
        rulesets = tuple(replace(one, inputs=notations.fields(one.inputs)) for one in self._versions.rulesets)
        here = zone(self._versions.newest.timezone)
        readers = {one.version: RowReader(one.inputs, here) for one in rulesets}
        return self._by_file.setdefault(notations, (Effective(Versions(rulesets)), readers))
