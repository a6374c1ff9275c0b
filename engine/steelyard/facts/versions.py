"""Reads files for several versions of a ruleset; what versions declare equally is read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostics, Message
from steelyard.facts.absent import CASES
from steelyard.facts.case import Case, Reject
from steelyard.facts.feeds.skipped import Skipped
from steelyard.facts.idle_areas import idle_areas
from steelyard.facts.reading import Files, Reading
from steelyard.facts.relations import RelationRows, read_relation
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Relation, Ruleset
from steelyard.ir.versions import Versions


def needs_of(versions: Versions) -> dict[str, dict[str, str]]:
    """Return, by role and column, the names of the versions that need the column, where not all versions do."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in versions.rulesets:
        roles: dict[str, Sequence[InputField]] = {relation.id: relation.fields for relation in one.relations}
        for role, fields in {**roles, CASES: one.inputs}.items():
            for column in dict.fromkeys(field.column for field in fields if not field.can_be_missing):
                found.setdefault(role, {}).setdefault(column, []).append(one.version)
    count = len(versions.rulesets)
    return {
        role: {column: ", ".join(names) for column, names in columns.items() if len(names) < count}
        for role, columns in found.items()
    }


class VersionedRelations:
    """The relations of every version. A relation that several versions declare equally is read once."""

    def __init__(
        self, versions: Versions, given: Mapping[str, Files | None], reading: Reading, diagnostics: Diagnostics
    ) -> None:
        self._read: dict[Relation, RelationRows] = {}
        self._of: dict[str, list[RelationRows]] = {}
        here = zone(versions.newest.timezone)
        for one in versions.rulesets:
            rows = self._of.setdefault(one.version, [])
            for relation in one.relations:
                shape = _shape(relation)
                if shape not in self._read:
                    files = given[relation.id]
                    self._read[shape] = (
                        RelationRows(relation)
                        if files is None
                        else read_relation(relation, files, here, reading, diagnostics)
                    )
                rows.append(replace(self._read[shape], relation=relation))

    def of(self, version: Ruleset) -> Sequence[RelationRows]:
        """Return the relations of a version, in its order."""
        return self._of[version.version]

    @property
    def in_feed(self) -> tuple[Reject, ...]:
        """Bad rows of feeds; a row that several versions refuse in the same way is listed once."""
        found: Counter[Reject] = Counter()
        for rows in self._read.values():
            found |= Counter(rows.in_feed)
        return tuple(found.elements())

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Other items of feeds that were left out; an item that several versions leave out equally is listed once."""
        return tuple(dict.fromkeys(one for rows in self._read.values() for one in rows.skipped))

    def warnings(self, keys: Mapping[Stored, object], cases: Sequence[Case]) -> Iterator[Message]:
        """Return warnings about rows and areas that match no case, and about what was left out."""
        for rows in self._read.values():
            if (warning := rows.unmatched(keys)) is not None:
                yield warning
        yield from (one.warning for one in self.skipped)
        for rows in {one.relation: one for each in self._of.values() for one in each}.values():
            yield from idle_areas(rows.relation, rows.shared, cases)


def _shape(relation: Relation) -> Relation:
    """Return the part of a relation that its reading depends on."""
    return replace(relation, defines=(), joins=None, one_row=False, window=None)
