"""Score a portfolio: `Policy.score`. What is given may be files or frames, what comes back is a `Run`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostic, Message, msg
from steelyard.ir.versions import Versions
from steelyard.session.choice import takes_bulk
from steelyard.session.errors import OutputError, UsageError
from steelyard.session.files import check_csv
from steelyard.session.frames import Data, files_of
from steelyard.session.listener import Listener, Tick
from steelyard.session.record import SCORED, Record, group_names, record_of
from steelyard.session.rows import Rows
from steelyard.session.run import Run as MemoryRun
from steelyard.session.run import read_facts, score
from steelyard.session.sources import FactFiles
from steelyard.session.summary import check_groups, write_report
from steelyard.temporary import TemporaryFolder

if TYPE_CHECKING:
    from steelyard.report.provenance import Json, Read, Scoring

_REJECTS, _SUMMARY = "rejects.parquet", "summary-{number}.parquet"


class SteelyardWarning(UserWarning):
    """What may surprise about a run: columns that no file has, rows of feeds that were left out, no second engine."""


class Warn:
    """The listener of the API where none is given: warnings become Python's, progress is not shown."""

    def progress(self, stage: Message, total: int | None = None) -> AbstractContextManager[Tick]:
        """Ignore the stage."""
        del stage, total
        return nullcontext(lambda done: None)  # noqa: ARG005 - a tick

    def say(self, message: Message) -> None:
        """Ignore what needs no action."""

    def warn(self, message: Message) -> None:
        """Warn."""
        warnings.warn(str(message), SteelyardWarning, stacklevel=2)

    def findings(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Warn of each."""
        for one in diagnostics:
            warnings.warn(str(one.headline), SteelyardWarning, stacklevel=2)


@dataclass(frozen=True)
class Run:
    """A scored portfolio. Its rows stay in a temporary folder that goes with the last object that reads it.

    Attributes:
        results: a row for each case that was not rejected, in the order given: key, ruleset, version, digest, status,
            score and grade, each indicator's measure, target, score, share and points lost, outputs, rules that
            fired, reason codes, what was missing.
        rejects: a row for each case or row that could not be scored: key, file, line (from 1), where, value, expected,
            hint. A frame has the name of its role: `cases.parquet`.
        engine: the one that scored.
        verified: how many cases other engines (`checkers`) evaluated again, with the same outcome.
        checkers: those engines; empty where there was none.
        provenance: what the results come from, as in the file of `--provenance`.
    """

    results: Rows
    rejects: Rows
    engine: str
    verified: int
    checkers: tuple[str, ...]
    provenance: Mapping[str, Json]
    _record: Record = field(repr=False)
    _facts: tuple[Read, Scoring] = field(repr=False)
    _memory: MemoryRun | None = field(repr=False)
    _folder: TemporaryFolder = field(repr=False)

    def summary(self, by: Sequence[str] = (), *, minimum_sample: int | None = None) -> Rows:
        """Sum the run up: a row for each group, then one for all cases (`level` is `group` or `all`).

        Columns as in the file of `--summary`: counts of cases by status and grade, exact means, quantiles, points lost
        by indicator, in how many cases each rule fired, reason codes.

        Args:
            by: inputs of the case, `month` of the reference date, or `version`.
            minimum_sample: a group with fewer scored cases gets no rank; None: 30.

        Raises:
            UsageError: cases cannot be grouped by a name, or `groups` of `score` left it out.
        """
        from steelyard.report.summary_files import summary_columns_of, write_summary

        self._check(by)
        summed = self._record.summary(tuple(by), minimum_sample)
        number = sum(1 for _ in self._record.folder.glob(_SUMMARY.format(number="*")))
        path = self._record.folder / _SUMMARY.format(number=number)
        write_summary(path, summed, self._record.versions)
        return Rows(path, summary_columns_of(summed, self._record.versions), self._folder)

    def write(
        self,
        results: str | os.PathLike[str] | None = None,
        *,
        rejects: str | os.PathLike[str] | None = None,
        summary: str | os.PathLike[str] | None = None,
        provenance: str | os.PathLike[str] | None = None,
        by: Sequence[str] = (),
        csv_safe: bool = False,
    ) -> None:
        """Write files: all of them whole, or none. They replace files of the same name.

        Args:
            results: `.parquet` (with the provenance as metadata), `.csv` or `.jsonl`.
            rejects: likewise.
            summary: `.parquet`, `.csv` or `.json`, grouped by `by`.
            provenance: `.json`.
            by: as for `summary()`.
            csv_safe: in CSV files an apostrophe stands before texts that a spreadsheet may take for formulas; the
                provenance says so (`csv_safe`).

        Raises:
            UsageError: an ending that is none of these, two files in one place, or `csv_safe` without a CSV file.
            OutputError: a file cannot be written; none is changed then.
        """
        from steelyard.report.arrow import UnfitError
        from steelyard.report.provenance import provenance_text
        from steelyard.report.summary_files import write_summary
        from steelyard.session.files import staging

        self._check(by)
        places = _places(results, rejects, summary, provenance)
        if csv_safe:
            check_csv(places.values())
        read, scoring = self._facts
        scoring = replace(scoring, csv_safe=csv_safe)
        versions = self._record.versions
        try:
            with staging() as stage:
                if "results" in places:
                    text = provenance_text(versions, read, scoring)
                    self._record.write(stage.place(places["results"]), text, csv_safe=csv_safe)
                if "rejects" in places:
                    self._record.write_rejects(stage.place(places["rejects"]), csv_safe=csv_safe)
                if "summary" in places:
                    summed = self._record.summary(tuple(by))
                    write_summary(stage.place(places["summary"]), summed, versions, csv_safe=csv_safe)
                if "provenance" in places:
                    text = provenance_text(versions, read, scoring, indent=2)
                    stage.place(places["provenance"]).write_text(text, "utf-8", newline="\n")
        except UnfitError as error:
            raise OutputError(error.message) from None

    def report(self, folder: str | os.PathLike[str], *, lang: str = "en") -> None:
        """Write a page for each of the first 500 cases, and an index. A folder that holds something else is refused.

        Raises:
            UsageError: an engine for portfolios scored; it keeps no single cases.
            OutputError: the folder cannot be written.
        """
        from steelyard.session.files import is_occupied, staging

        if self._memory is None:
            raise UsageError(msg("a report needs single cases: score with the engine `reference` or `durable`"))
        place = Path(folder)
        if is_occupied(place, ".steelyard-report"):
            raise UsageError(msg("`{folder}` holds files that are no report: name another folder", folder=str(place)))
        with staging() as stage:
            write_report(self._memory, stage.place(place), lang)

    def _check(self, by: Sequence[str]) -> None:
        check_groups(self._record.versions, tuple(by))
        absent = [name for name in by if name not in self._record.groups]
        if absent:
            names = ", ".join(absent)
            raise UsageError(msg("the run does not keep {names}: name them in `groups` of `score`", names=names))


def score_portfolio(
    versions: Versions,
    settings: Mapping[str, str],
    cases: Data,
    relations: Mapping[str, Data] | None = None,
    *,
    engine: str = "auto",
    verify: int | None = None,
    groups: Sequence[str] | None = None,
    lang: str = "en",
    delimiter: str | None = None,
    encoding: str = "utf-8",
    memory_limit: str | None = None,
    master: str | None = None,
    listener: Listener | None = None,
) -> Run:
    """Score a portfolio. See `Policy.score`."""
    told: Listener = Warn() if listener is None else listener
    folder = TemporaryFolder()
    place = folder.path
    given = place / "given"
    given.mkdir()
    files = FactFiles(
        files_of("cases", cases, given),
        {name: files_of(name, data, given) or None for name, data in (relations or {}).items()},
        settings,
        delimiter,
        encoding,
    )
    kept = group_names(versions) if groups is None else tuple(groups)
    check_groups(versions, kept)
    if takes_bulk(engine, files.cases):
        from steelyard.session.bulk import Wanted, keep_bulk
        from steelyard.session.scorers import scorer

        wanted = Wanted(
            None, place / _REJECTS, None, None, groups=kept, lang=lang, verify=verify, memory_limit=memory_limit
        )
        done = keep_bulk(versions, files, wanted, scorer(engine, master, told), place, told)
        return _run(Record.of(versions, place, kept), (done.read, done.scoring), None, folder)
    portfolio = read_facts(versions, files, told)
    run = score(versions, portfolio, engine=engine, verify=verify, settings=settings, listener=told)
    from steelyard.report.provenance import Read

    read = Read(portfolio.provenance, portfolio.feed_rejects)
    return _run(record_of(run, kept, place, lang), (read, run.scoring), run, folder)


def _run(record: Record, facts: tuple[Read, Scoring], memory: MemoryRun | None, folder: TemporaryFolder) -> Run:
    from steelyard.report.provenance import provenance
    from steelyard.report.writers import REJECT_COLUMNS

    scoring = facts[1]
    return Run(
        results=Rows(record.folder / SCORED, record.columns, folder),
        rejects=Rows(record.folder / _REJECTS, REJECT_COLUMNS, folder),
        engine=scoring.engine,
        verified=scoring.verified,
        checkers=scoring.checkers,
        provenance=provenance(record.versions, *facts),
        _record=record,
        _facts=facts,
        _memory=memory,
        _folder=folder,
    )


def _places(*given: str | os.PathLike[str] | None) -> dict[str, Path]:
    """The files to write by what they hold.

    Raises:
        UsageError: an ending that is none of its formats, or one place for two.
    """
    from steelyard.report.summary_files import SUMMARY_SUFFIXES
    from steelyard.report.writers import SUFFIXES

    formats = {"results": SUFFIXES, "rejects": SUFFIXES, "summary": SUMMARY_SUFFIXES, "provenance": (".json",)}
    found = {name: Path(one) for name, one in zip(formats, given, strict=True) if one is not None}
    for name, path in found.items():
        if path.suffix.lower() not in formats[name]:
            endings = ", ".join(formats[name])
            raise UsageError(msg("`{file}`: {what} end in {endings}", file=str(path), what=name, endings=endings))
        if path.is_dir():
            raise UsageError(msg("`{file}` is a folder", file=str(path)))
        if not path.absolute().parent.is_dir():
            raise UsageError(msg("`{file}`: there is no such folder", file=str(path)))
    if len({path.resolve() for path in found.values()}) < len(found):
        raise UsageError(msg("two outputs have the same place"))
    return found
