"""Reads files for several versions of a ruleset; what versions declare equally is read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostics, Message
from steelyard.facts.absent import CASES
from steelyard.facts.assembly import key_field
from steelyard.facts.case import Case, Reject
from steelyard.facts.feeds.skipped import Skipped
from steelyard.facts.idle_areas import idle_areas
from steelyard.facts.near_misses import (
    EXAMINED,
    joined_by,
    quote_of,
    report_cases,
    report_rows,
    spelt_otherwise,
    unmatched,
)
from steelyard.facts.reading import Files, Reading
from steelyard.facts.recurring import recurring_rows
from steelyard.facts.relations import RelationRows, read_relation
from steelyard.facts.spelling import folded
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Relation, Ruleset
from steelyard.ir.versions import Versions


def needs_of(versions: Versions) -> dict[str, dict[str, str]]:
    """Return, by role and column, the names of the versions that need the column, where not all versions do."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in versions.rulesets:
        roles: dict[str, Sequence[InputField]] = {relation.id: relation.fields for relation in one.relations_to_give}
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
        self._versions, self._given = versions, given
        self._read: dict[Relation, RelationRows] = {}
        self._of: dict[str, list[RelationRows]] = {}
        here = zone(versions.newest.timezone)
        for one in versions.rulesets:
            rows = self._of.setdefault(one.version, [])
            for relation in one.relations:
                shape = _shape(relation)
                if shape not in self._read:
                    files = given.get(relation.id)
                    found = recurring_rows(relation, here)
                    if found is None:
                        found = RelationRows(relation)
                        if files is not None:
                            found = read_relation(relation, files, here, reading, diagnostics)
                    self._read[shape] = found
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

    def warnings(self, cases: Sequence[Case]) -> Iterator[Message]:
        """Return warnings about what was left out, and about areas that match no case."""
        yield from (one.warning for one in self.skipped)
        for rows in {one.relation: one for each in self._of.values() for one in each}.values():
            yield from idle_areas(rows.relation, rows.shared, cases)

    def report(self, keys: Mapping[Stored, object], cases: Sequence[Case], found: Diagnostics) -> None:
        """Report rows that carry the key of no case, and cases whose values no row has."""
        known: dict[str, str] = {}
        for rows in self._read.values():
            idle = sorted(key for key in rows.unmatched_keys(keys) if isinstance(key, str))
            if idle and not known:
                for key in sorted(key for key in keys if isinstance(key, str)):
                    known.setdefault(folded(key), key)
            near = spelt_otherwise(idle[:EXAMINED], known, quote_of(key_field(self._versions.newest)))
            report_rows(rows.relation.id, rows.unmatched_count(keys), near, found)
        here = zone(self._versions.newest.timezone)
        for relation, (rows, readers) in self._joined().items():
            some = (case for case in cases if self._versions.of(case.values) in readers)
            report_cases(relation, unmatched(relation, rows.shared, some), here, found)

    def _joined(self) -> dict[Relation, tuple[RelationRows, list[Ruleset]]]:
        """The relations with files that equal values join, each with its rows and the versions that read it."""
        found: dict[Relation, tuple[RelationRows, list[Ruleset]]] = {}
        for one in self._versions.rulesets:
            for rows in self._of[one.version]:
                relation = rows.relation
                if self._given.get(relation.id) is not None and relation.of_case is None and joined_by(relation):
                    found.setdefault(rows.relation, (rows, []))[1].append(one)
        return found


def _shape(relation: Relation) -> Relation:
    """Return the part of a relation that its reading depends on."""
    return replace(relation, defines=(), joins=None, one_row=False, window=None)
