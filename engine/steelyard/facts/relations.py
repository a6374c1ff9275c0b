"""The rows of relations: by case where they carry its key, for all cases where they are joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.diagnostics.plain import encodable
from steelyard.facts.case import Reject, Row, joined
from steelyard.facts.cells import Cell
from steelyard.facts.feeds.skipped import Skipped, Skips
from steelyard.facts.feeds.sources import feed_lines
from steelyard.facts.fields import Fault, RowReader, Values, feed_cells, line_fault, quoted
from steelyard.facts.format import format_value
from steelyard.facts.named_kinds import unnamed_kinds
from steelyard.facts.problem import Problem
from steelyard.facts.readers import BadLine
from steelyard.facts.readers.notations import AS_ALL, FileNotations
from steelyard.facts.reading import Files, Place, Reading
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import Relation
from steelyard.ir.types import LAST_INSTANT

_NAMED = 5
"""How many bad rows of a file are named at most."""


@dataclass(slots=True)
class RelationRows:
    """The rows of one relation.

    Attributes:
        shared: for a joined relation, all rows.
        by_case: for a relation with `of_case`, the rows of each key (as stored).
        faults: for each key with bad rows, these rows as rejects without their key.
        bad: how many bad rows have each key.
        in_feed: bad rows of a feed, which are left out and reported.
        skipped: other items of a feed that were left out.
    """

    relation: Relation
    shared: tuple[Row, ...] = ()
    by_case: dict[Stored, list[Row]] = field(default_factory=dict[Stored, list[Row]])
    faults: dict[Stored, list[Reject]] = field(default_factory=dict[Stored, list[Reject]])
    bad: Counter[Stored] = field(default_factory=Counter[Stored])
    in_feed: list[Reject] = field(default_factory=list[Reject])
    skipped: tuple[Skipped, ...] = ()

    def of(self, key: Stored) -> tuple[Row, ...] | Reject:
        """Return the rows that may belong to the case of a key, or the keyless reject for bad rows among them."""
        if self.relation.of_case is None:
            return self.shared
        bad = self.faults.get(key)
        return joined(bad) if bad else tuple(self.by_case.get(key, ()))

    @property
    def every(self) -> Iterator[Row]:
        """All good rows, whether they belong to a case or not."""
        yield from self.shared
        for rows in self.by_case.values():
            yield from rows

    def unmatched_count(self, keys: Mapping[Stored, object]) -> int:
        """Count the rows, good or bad, whose key belongs to no case."""
        count = sum(len(rows) for key, rows in self.by_case.items() if key not in keys)
        return count + sum(number for key, number in self.bad.items() if key not in keys)

    def unmatched_keys(self, keys: Mapping[Stored, object]) -> set[Stored]:
        """Return the keys of rows, good or bad, that belong to no case."""
        return {key for key in (*self.by_case, *self.bad) if key not in keys}


def read_relation(
    relation: Relation, files: Files, zone: Zone, reading: Reading, diagnostics: Diagnostics
) -> RelationRows:
    """Read all files of a relation. Bad rows that could belong to any case are reported as E122."""
    collected = Collector(relation, zone)
    skips = Skips(relation.id)
    for place, line in feed_lines(relation, files, zone, reading, skips):
        match line:
            case BadLine():
                collected.refuse(line_fault(line, relation.fields), place, None)
            case Fault():
                collected.refuse(line, place, None)
            case _:  # a line of the feed
                collected.take(line.cells, place)
    if collected.unassigned:
        _report_unassigned(relation, collected.unassigned, files, diagnostics)
    found = collected.finish()
    for reject in found.in_feed:
        skips.add(
            msg("bad rows; expected in `{column}`: {expected}", column=reject.where, expected=reject.expected),
            f"{reject.file}:{reject.line}",
        )
    found.skipped = skips.finish()
    reading.warnings.extend(unnamed_kinds(relation, found.shared))
    return found


class Collector:
    """Reads rows one by one and separates good ones from bad ones. `unassigned` are bad rows without a readable key."""

    def __init__(self, relation: Relation, zone: Zone, reader: RowReader | None = None) -> None:
        self._relation = relation
        self._zone = zone
        self._readers = {AS_ALL: reader or RowReader(relation.fields, zone)}
        self._rows: list[Row] = []
        self._found = RelationRows(relation)
        self._id_field = next((f for f in relation.fields if f.id == relation.row_id), None)
        self.unassigned: list[tuple[Fault, Place]] = []

    def take(self, cells: Mapping[str, Cell], place: Place) -> None:
        """Read a row."""
        relation = self._relation
        reader = self._readers.get(place.notations) or self._reader(place.notations)
        read = reader.read(feed_cells(relation, cells) if relation.feed else cells)
        key = None if relation.of_case is None else read.values.get(relation.of_case)
        if read.fault is not None:
            self.refuse(read.fault, place, key)
            return
        _bound(relation, read.values)
        row = Row(self._id(read, place), read.values, encodable(place.file), place.line)
        if relation.of_case is None:
            self._rows.append(row)
        elif key is None:
            self.refuse(Fault(relation.of_case, "", Problem(msg("the key of a case"))), place, None)
        else:
            self._found.by_case.setdefault(key, []).append(row)

    def _reader(self, notations: FileNotations) -> RowReader:
        fields = notations.fields(self._relation.fields)
        return self._readers.setdefault(notations, RowReader(fields, self._zone))

    def refuse(self, fault: Fault, place: Place, key: Stored | None) -> None:
        """Record a bad row: in the feed's list, as a fault of its case, or, without a readable key, as unassigned."""
        reject = fault.reject("", line=place.line, file=place.file, relation=self._relation.id)
        if self._relation.feed is not None:
            self._found.in_feed.append(reject)
        elif key is not None:
            self._found.faults.setdefault(key, []).append(reject)
            self._found.bad[key] += 1
        else:
            self.unassigned.append((fault, place))

    def finish(self) -> RelationRows:
        """Return what was read. An id that occurs twice in a case is a fault of that case."""
        found = self._found
        found.shared = tuple(self._rows)
        if self._id_field is not None and self._relation.feed is None:
            for key, rows in found.by_case.items():
                twice = _twice(rows)
                if twice is not None:
                    where = f"{self._relation.id}.{self._id_field.column}"
                    first, second = twice
                    expected = msg(
                        "an id that stands once in a case, but it stands on line {line} too", line=_line(first, second)
                    )
                    reject = Reject(
                        "", where, quoted(self._id_field, second.id), expected, second.line, file=second.file
                    )
                    found.faults.setdefault(key, []).append(reject)
        return found

    def _id(self, read: Values, place: Place) -> str:
        field_ = self._id_field
        if field_ is None or field_.id not in read.values:
            return str(place.row)
        return format_value(read.values[field_.id], field_.type, self._zone)


def _bound(relation: Relation, values: dict[str, Stored]) -> None:
    """End an event of a feed that names no end when it has lasted as long as `open_at_most` allows."""
    starts = values.get("starts")
    if relation.open_at_most is not None and "ends" not in values and isinstance(starts, int):
        values["ends"] = min(starts + relation.open_at_most, LAST_INSTANT)


def _line(row: Row, other: Row) -> str:
    """Return the line of a row, with its file where that is not the one of the other row."""
    return str(row.line) if row.file == other.file else f"{row.file}:{row.line}"


def _twice(rows: Sequence[Row]) -> tuple[Row, Row] | None:
    """Return the first two rows with one id."""
    seen: dict[str, Row] = {}
    for row in rows:
        if seen.setdefault(row.id, row) is not row:
            return seen[row.id], row
    return None


def _report_unassigned(
    relation: Relation, unassigned: Sequence[tuple[Fault, Place]], files: Files, diagnostics: Diagnostics
) -> None:
    first = unassigned[0][1].line - 1
    diagnostics.add(
        "E122",
        Span(str(files[0]) if len(files) == 1 else unassigned[0][1].file, first, 0, first, 0),
        msg(
            "{count} bad {count:row|rows} of `{relation}` could belong to any case",
            count=len(unassigned),
            relation=relation.id,
        ),
        help=msg("mend the rows, or take them out"),
        notes=tuple(_described(one, place) for fault, place in unassigned[:_NAMED] for one in fault.all),
    )


def _described(fault: Fault, place: Place) -> Message:
    where = {"file": place.file, "line": place.line, "column": fault.where, "expected": fault.problem.expected}
    if not fault.value:
        return msg("{file}, row {line}, `{column}`: {expected}", **where)
    return msg("{file}, row {line}, `{column}`: `{value}`, expected {expected}", value=fault.value, **where)
