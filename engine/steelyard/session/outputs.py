"""The outputs of a run: which files are wanted, whether they can be written, and writing them, all or none."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import msg
from steelyard.session.errors import OutputError, UsageError
from steelyard.session.listener import Listener
from steelyard.session.shortage import writing
from steelyard.source.csv_lines import CsvStyle
from steelyard.temporary import TemporaryFolder

if TYPE_CHECKING:
    from steelyard.diagnostics import Message
    from steelyard.facts import Reject
    from steelyard.ir.versions import Versions
    from steelyard.report.summary import Summary
    from steelyard.session.columns import Choice
    from steelyard.session.files import Staging
    from steelyard.session.gates import Gate
    from steelyard.session.record import Record
    from steelyard.session.run import Scored
    from steelyard.session.sources import FactFiles
    from steelyard.session.wanted import Wanted

STANDARD = "-"
"""In place of the file of results: CSV to standard output."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the outputs of a run go; None: nowhere.

    Attributes:
        results: `.csv`, `.jsonl`, `.parquet` or `.xlsx`, a folder with `partition_by`, or `STANDARD`.
        rejects: likewise, but for the folder and standard output.
        summary: `.csv`, `.parquet`, `.json` or `.xlsx`.
        provenance: `.json`.
        report: a folder.
        derived: the rows of derived relations, by id or label (empty: the only one); files as for results.
        partition_by: names that the record keeps.
        by: what the summary is grouped by.
        minimum_sample: a group with fewer scored cases gets no rank; None: the default.
        lang: of the pages, and of the words in workbooks.
        csv_bom: CSV files begin with a byte order mark, by which spreadsheets see that they are UTF-8; standard output
            does not.
        csv_safe: in CSV files an apostrophe stands before texts that a spreadsheet may take for formulas; the
            provenance says so.
        columns: of the results, by id or label; empty: all.
        headers: what columns are called: `id` or `label`, which is in `lang`.
    """

    results: str | None = None
    rejects: str | None = None
    summary: str | None = None
    provenance: str | None = None
    report: str | None = None
    derived: Mapping[str, str] = field(default_factory=dict[str, str])
    partition_by: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    minimum_sample: int | None = None
    lang: str = "en"
    csv_safe: bool = False
    csv_bom: bool = False
    columns: tuple[str, ...] = ()
    headers: str = "id"

    @property
    def choice(self) -> Choice:
        """Which columns the outputs have, and what they are called."""
        from steelyard.session.columns import Choice

        return Choice(self.columns, self.headers, self.lang)

    @property
    def has_csv(self) -> bool:
        """Whether a file of CSV is written."""
        files = (None if self.partition_by else self.results, self.rejects, self.summary, *self.derived.values())
        return any(one is not None and one.lower().endswith(".csv") for one in files)

    @property
    def most(self) -> int | None:
        """So many cases the file of results holds; None: any number."""
        from steelyard.report.book import SHEET_ROWS

        return SHEET_ROWS if _is_workbook(self.results) else None

    @property
    def places(self) -> tuple[str, ...]:
        """All files and folders."""
        given = (self.results, self.rejects, self.summary, self.provenance, self.report, *self.derived.values())
        return tuple(one for one in given if one is not None and one != STANDARD)

    def check(self) -> None:
        """Refuse, before any work, what could not be written after it.

        Raises:
            UsageError: a file of unknown kind, in no folder, or a folder that holds something else.
        """
        from steelyard.report.site import MARKER, WRITTEN
        from steelyard.report.summary_files import SUMMARY_SUFFIXES
        from steelyard.report.writers import SUFFIXES
        from steelyard.session.files import check_csv, is_occupied

        if self.partition_by:
            self._check_partitions()
        if self.csv_bom and not self.has_csv:
            raise UsageError(msg("a byte order mark (`--csv-bom`, `csv_bom`) is for files of CSV, and there is none"))
        if self.csv_safe:
            check_csv((None if self.partition_by else self.results, self.rejects, self.summary, *self.derived.values()))
        for what, place, suffixes in (
            (msg("results"), None if self.partition_by or self.results == STANDARD else self.results, SUFFIXES),
            (msg("rejects"), self.rejects, SUFFIXES),
            (msg("the summary"), self.summary, SUMMARY_SUFFIXES),
            (msg("the provenance"), self.provenance, (".json",)),
            *((msg("derived rows"), place, SUFFIXES) for place in self.derived.values()),
        ):
            if place is not None and Path(place).suffix.lower() not in suffixes:
                endings = ", ".join(suffixes)
                raise UsageError(
                    msg("`{file}`: files of {what} end in {endings}", file=place, what=what, endings=endings)
                )
            if place is not None and Path(place).is_dir():
                raise UsageError(msg("`{file}` is a folder", file=place))
        for place in self.places:
            if not Path(place).absolute().parent.is_dir():
                raise UsageError(msg("`{file}`: there is no such folder", file=str(Path(place).parent)))
        if self.report is not None and is_occupied(Path(self.report), MARKER, WRITTEN):
            raise UsageError(msg("`{folder}` holds files that are no report: name another folder", folder=self.report))

    def _check_partitions(self) -> None:
        from steelyard.session.files import is_occupied

        if self.results is None or self.results == STANDARD or Path(self.results).suffix:
            raise UsageError(msg("results that are partitioned need a folder, without a suffix"))
        if is_occupied(Path(self.results)):
            raise UsageError(msg("`{folder}` is not empty: name another folder", folder=self.results))


@dataclass(frozen=True, slots=True)
class Done:
    """A finished run whose outputs are in their places: what there is to show of it.

    Attributes:
        first: the first rejects.
        rejected: how many rows and cases were rejected.
        broken: why the run fails by its gates.
    """

    summary: Summary
    first: tuple[Reject, ...]
    rejected: int
    broken: tuple[Message, ...] = ()


def evaluate(  # noqa: PLR0917 - what is read, how, and what is written
    versions: Versions,
    files: FactFiles,
    wanted: Wanted,
    outputs: Outputs,
    listener: Listener,
    gates: Sequence[Gate] = (),
) -> Done:
    """Score the cases of files and write the outputs: all of them, or none.

    Args:
        versions: the ruleset.
        files: the facts.
        wanted: how they are scored; its groups hold those of the gates.
        outputs: what is written.
        listener: is told how far it is.
        gates: conditions under which the run fails; outputs are written all the same.

    Raises:
        SteelyardError: as `session.run.score_files`, or a column is picked that results do not have.
        OutputError: an output cannot be written.
    """
    from steelyard.report.results import Results
    from steelyard.session.deriving import derived_files
    from steelyard.session.files import staging
    from steelyard.session.gates import broken
    from steelyard.session.run import score_files

    outputs.choice.of_results(Results(versions, wanted.added).columns, versions, outputs.partition_by)
    outputs = replace(outputs, derived=derived_files(versions, files.by_id(versions).relations, outputs.derived))
    # the record stands beside the results, so that its file can become theirs
    beside = next((Path(one) for one in outputs.places if one != outputs.report), None)
    with staging() as stage, TemporaryFolder(None if beside is None else beside.absolute().parent) as folder:
        scored = score_files(versions, files, wanted, folder.path, listener)
        summary = scored.record.summary(outputs.by, outputs.minimum_sample)
        found = (broken(one, scored.record.summary(one.by) if one.by else summary) for one in gates)
        failed = tuple(one for one in found if one is not None)
        write_outputs(stage, scored, outputs, lambda: summary, listener, last=True)
        return Done(summary, shown_rejects(versions, scored.record.first), scored.record.rejected, failed)


def shown_rejects(versions: Versions, rejects: Sequence[Reject]) -> tuple[Reject, ...]:
    """Rejects as messages name them: without a key that tells of a person, for the line says which row it is."""
    from steelyard.facts.assembly import key_field
    from steelyard.facts.cells import masked

    personal = key_field(versions.newest).personal
    return tuple(one.of(masked(one.key)) if personal else one for one in rejects)


def write_outputs(
    stage: Staging,
    scored: Scored,
    outputs: Outputs,
    summary: Callable[[], Summary],
    listener: Listener,
    *,
    last: bool = False,
) -> None:
    """Write the outputs of a run into a staging folder.

    Args:
        stage: gives the places.
        scored: the run.
        outputs: what to write.
        summary: gives that of the run, grouped as the outputs say; it is called where an output needs it.
        listener: is told how far it is.
        last: the record is not read after this.

    Raises:
        OutputError: a number does not fit its file.
        OSError: a file cannot be written.
    """
    from steelyard.report.summary_files import write_summary
    from steelyard.report.writers import UnfitError
    from steelyard.session.deriving import write_derived
    from steelyard.session.summary import write_report

    style = CsvStyle(safe=outputs.csv_safe, bom=outputs.csv_bom)
    record = replace(scored.record, scoring=replace(scored.record.scoring, csv_safe=outputs.csv_safe))
    _check_sheets(record, outputs)
    choice = outputs.choice
    file = None if outputs.results in {None, STANDARD} else outputs.results
    place = None if file is None else stage.place(Path(file))
    if outputs.rejects is not None:
        record.write_rejects(stage.place(Path(outputs.rejects)), choice, bom=outputs.csv_bom)
    if outputs.summary is not None:
        try:
            book = record.book(msg("summary"), outputs.lang)
            heads = partial(choice.all_of, versions=record.versions)
            target = stage.place(Path(outputs.summary))
            write_summary(target, summary(), record.versions, style=style, book=book, heads=heads)
        except UnfitError as error:
            raise OutputError(error.message) from None
    if outputs.provenance is not None:
        stage.place(Path(outputs.provenance)).write_text(record.provenance(indent=2), "utf-8", newline="\n")
    for name, target in outputs.derived.items():
        write_derived(stage.place(Path(target)), record, name, style)
    if outputs.report is not None:
        write_report(
            scored,
            stage.place(Path(outputs.report)),
            outputs.lang,
            by=outputs.by,
            minimum_sample=outputs.minimum_sample,
            listener=listener,
        )
    if outputs.results is not None:
        with listener.progress(msg("writing")):
            if place is None:
                _to_standard_output(record, choice)
            else:
                record.write_results(place, choice, partition_by=outputs.partition_by, last=last, bom=outputs.csv_bom)


def _check_sheets(record: Record, outputs: Outputs) -> None:
    """Refuse, before anything is written, more rows than a sheet holds.

    Raises:
        OutputError: there are more.
    """
    from steelyard.report.book import SHEET_ROWS, too_many

    counts = ((outputs.results, record.count), (outputs.rejects, record.rejected))
    for place, count in counts:
        if _is_workbook(place) and count > SHEET_ROWS:
            raise OutputError(too_many(count))


def _is_workbook(place: str | None) -> bool:
    """Whether an output is a workbook."""
    return place is not None and place.lower().endswith(".xlsx")


def _to_standard_output(record: Record, choice: Choice) -> None:
    """Write CSV to standard output, by way of a file so that it is the same to the byte."""
    path = record.folder / "standard.csv"
    record.write_results(path, choice)
    with writing(msg("standard output")), path.open(encoding="utf-8", newline="") as stream:
        shutil.copyfileobj(stream, sys.stdout)
        sys.stdout.flush()


def check_memory(limit: str | None) -> None:
    """Refuse what is no size of memory.

    Raises:
        UsageError: it is none.
    """
    if limit is not None and not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})? ?([KMGT]i?B)", limit, re.IGNORECASE):
        raise UsageError(msg("a memory limit is a size such as 4GB, not `{text}`", text=limit))
