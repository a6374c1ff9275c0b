"""Reads a portfolio: the cases of files with their relation rows, separated from rejects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostic, Diagnostics, Message, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.facts.absent import CASES, columns_of
from steelyard.facts.assembly import Assembly, key_field
from steelyard.facts.case import Case, Reject
from steelyard.facts.case_reader import CaseReader
from steelyard.facts.cells import shown
from steelyard.facts.compared import compared, occurring, report_never_met
from steelyard.facts.feeds.skipped import Skipped
from steelyard.facts.fields import Fault, line_fault
from steelyard.facts.format import format_value
from steelyard.facts.marks import marks_of
from steelyard.facts.near_misses import Standing, alike, quote_of, report_keys
from steelyard.facts.odd_keys import odd_keys
from steelyard.facts.problem import Problem
from steelyard.facts.readers import BadLine, Line, ReadOptions
from steelyard.facts.reading import Files, Place, Progress, Reading, SourceFile
from steelyard.facts.repeated import ReadRow, counted_once, differing_column, rows_differ, stands_twice
from steelyard.facts.versions import VersionedRelations, needs_of
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the facts were read from.

    Attributes:
        files: in the order read: relations first, then cases.
        empty: the relations that were declared empty with `none`.
        skipped: items of feeds that were left out, by relation and reason.
        options: how the files were read.
    """

    files: tuple[SourceFile, ...]
    empty: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    options: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The facts of a run. Every row of the case files becomes one case or one reject.

    Attributes:
        cases: in the order of the files.
        rejects: one for each row that is no case, in the order of the files.
        feed_rejects: bad rows of feeds, which were left out; they belong to no case.
        warnings: messages for the user about the results.
        provenance: the files.
        findings: what may be wrong with keys and with values that join or are compared.
    """

    cases: tuple[Case, ...]
    rejects: tuple[Reject, ...]
    feed_rejects: tuple[Reject, ...]
    warnings: tuple[Message, ...]
    provenance: Provenance
    findings: tuple[Diagnostic, ...] = ()


def read_portfolio(
    rules: Ruleset | Versions,
    cases: Files,
    relations: Mapping[str, Files | None],
    diagnostics: Diagnostics,
    *,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
) -> Portfolio | None:
    """Read the facts of a portfolio.

    Args:
        rules: the ruleset; with several versions each case is read by the version of its reference date.
        cases: the files of cases; an event log gives one case per trace.
        relations: for every relation of any version its files, or None where it is declared empty.
        diagnostics: receives faults of whole files.
        options: delimiter, encoding and limits of the files.
        progress: called from time to time with the number of rows read.

    Returns:
        The portfolio; None where a file as a whole cannot be used, with the diagnostics saying why.
    """
    before = diagnostics.errors
    options = options or ReadOptions()
    versions = versions_of(rules)
    if not relations_given(versions, relations, diagnostics):
        return None
    reading = Reading(
        options, diagnostics, progress, needs_of(versions), columns_of(versions), marks=marks_of(versions)
    )
    by_version = VersionedRelations(versions, relations, reading, diagnostics)
    builder = _Builder(versions, by_version, distinct=options.distinct)
    columns = tuple(field for one in versions.rulesets for field in one.inputs)
    for place, line in reading.rows(CASES, cases, columns, replace(options, traces=True)):
        builder.take(place, line)
    if diagnostics.errors > before:
        return None
    entries = builder.finish()
    if not entries:
        reading.warnings.append(msg("the files of cases have no rows"))
    if builder.repeated:
        reading.warnings.append(counted_once(len(entries) + len(builder.repeated), len(builder.repeated)))
    good = [entry for entry in entries if isinstance(entry, Case)]
    findings = Diagnostics()
    builder.report_keys(findings)
    by_version.report(builder.keys, good, findings)
    _report_compared(versions, by_version, good, findings)
    return Portfolio(
        tuple(good),
        tuple(entry for entry in entries if isinstance(entry, Reject)),
        by_version.in_feed,
        tuple(
            dict.fromkeys(
                (*reading.warnings, *reading.marks.messages(), *by_version.warnings(good), *_odd_keys(versions, good))
            )
        ),
        Provenance(
            tuple(dict.fromkeys(reading.sources)),
            tuple(name for name, files in relations.items() if files is None),
            by_version.skipped,
            options,
        ),
        findings.sorted(),
    )


def _odd_keys(versions: Versions, cases: Sequence[Case]) -> Iterator[Message]:
    key = key_field(versions.newest)
    return odd_keys((text for case in cases if isinstance(text := case.values[key.id], str)), quote_of(key))


def _report_compared(
    versions: Versions, relations: VersionedRelations, cases: Sequence[Case], found: Diagnostics
) -> None:
    """Report texts that the rules of a version compare with and that never occur in its cases and rows."""
    for one in versions.rulesets:
        mine = [case for case in cases if versions.of(case.values) is one]
        rows = {each.relation.id: each for each in relations.of(one)}
        for asked in compared(one) if mine else ():
            read = mine if asked.relation is None else rows[asked.relation].every
            report_never_met(asked, occurring(asked, (each.values.get(asked.field.id) for each in read)), found)


def relations_given(versions: Versions, given: Mapping[str, object], diagnostics: Diagnostics) -> bool:
    """Check that every relation of the ruleset is given and no other; report E120 or E121 otherwise."""
    names = list(dict.fromkeys(relation.id for one in versions.rulesets for relation in one.relations_to_give))
    for name in names:
        if name not in given:
            diagnostics.add(
                "E120",
                None,
                msg("the relation `{relation}` is not given", relation=name),
                help=msg(
                    "add `{option}`, or `{none}` where it has no rows",
                    option=f"--relation {name}=FILE",
                    none=f"--relation {name}=none",
                ),
            )
    unknown = [name for name in given if name not in names]
    own = {relation.id for one in versions.rulesets for relation in one.relations if relation.recurring is not None}
    for name in unknown:
        if name in own:
            diagnostics.add(
                "E121",
                None,
                msg("the windows of `{relation}` recur by a rule of the ruleset: no file gives them", relation=name),
                help=msg("leave it out"),
            )
            continue
        near = closest(name, names)
        diagnostics.add(
            "E121",
            None,
            msg("the ruleset has no relation `{relation}`", relation=name),
            help=None if near is None else msg("did you mean `{near}`?", near=near),
        )
    return not unknown and all(name in given for name in names)


class _Builder:
    """Converts rows of case files to cases and rejects, one entry per row.

    `distinct` says that rows that agree in every input are one case.
    """

    def __init__(self, versions: Versions, relations: VersionedRelations, *, distinct: bool) -> None:
        self._versions = versions
        self._distinct = distinct
        self._values: list[Mapping[str, Stored]] = []
        """Of each entry, what could be read of its row."""
        self.repeated: set[int] = set()
        """Entries of rows that repeat an earlier one."""
        self._zone = zone(versions.newest.timezone)
        self._key = key_field(versions.newest)
        self._inputs = versions.newest.inputs
        self._reader = CaseReader(versions)
        self._assemblies = {one.version: Assembly(relations.of(one)) for one in versions.rulesets}
        self._entries: list[Case | Reject] = []
        self._places: list[Place] = []
        self._twice: dict[Stored, list[int]] = {}
        self._faults: dict[int, Fault] = {}
        """Of entries whose rows have bad cells."""
        self.keys: dict[Stored, int] = {}
        """The first entry of each key."""

    def take(self, place: Place, line: Line | BadLine) -> None:
        """Read a row."""
        entry = len(self._entries)
        self._places.append(place)
        if isinstance(line, BadLine):
            self._entries.append(line_fault(line, self._inputs).reject("", line=place.line, file=place.file))
            self._values.append({})
            return
        read = self._reader.read(line.cells, place.notations)
        key = read.values.get(self._key.id)
        if key is not None:
            first = self.keys.setdefault(key, entry)
            if first != entry:
                self._twice.setdefault(key, [first]).append(entry)
        text = shown(line.cells.get(self._key.column))
        bad = read.fault
        self._values.append(read.values)
        if bad is not None:
            self._faults[entry] = bad
            self._entries.append(bad.reject(text, line=place.line, file=place.file, values=read.values))
        elif key is None:
            fault = Fault(self._key.column, "", Problem(msg("a value (it is required)")))
            self._entries.append(fault.reject(text, line=place.line, file=place.file, values=read.values))
        else:
            assembly = self._assemblies[read.version]
            self._entries.append(assembly.case(format_value(key, self._key.type, self._zone), key, read.values, place))

    def report_keys(self, found: Diagnostics) -> None:
        """Report keys that are spellings of one text."""
        places = ((key, self._places[entry]) for key, entry in self.keys.items() if isinstance(key, str))
        pairs = alike(Standing(key, place.file, place.line) for key, place in places)
        report_keys(len(pairs), pairs, quote_of(self._key), found)

    def finish(self) -> list[Case | Reject]:
        """Return the entries; all rows of a key that occurs more than once are rejected, if they are not one case."""
        for key, entries in self._twice.items():
            text = format_value(key, self._key.type, self._zone)
            fault = self._fault(text, entries)
            if fault is None:
                continue
            for entry in entries:
                place = self._places[entry]
                own = fault.of_row(self._faults.get(entry))
                values = self._entries[entry].values
                self._entries[entry] = own.reject(text, line=place.line, file=place.file, values=values)
        return [one for entry, one in enumerate(self._entries) if entry not in self.repeated]

    def _fault(self, key: str, entries: Sequence[int]) -> Fault | None:
        """Return the fault of the rows of a key; None where they are one case, or have faults of their own."""
        rows = (ReadRow(self._places[one], self._values[one], self._faults.get(one)) for one in entries)
        first, *others = rows
        other = next((one for one in others if differing_column(self._versions, first, one) is not None), None)
        if not self._distinct:
            lines = [self._places[entry].line for entry in entries]
            return stands_twice(self._versions, key, len(lines), lines, agree=other is None)
        if other is not None:
            return rows_differ(self._versions, self._key, key, first, other)
        if first.fault is None:
            self.repeated.update(entries[1:])
        return None
