"""`evaluate` for portfolios of any size: facts, scores and results stay in files, read and written by DuckDB.

What is rejected by a rule is explained by the reference, and so is a sample of all cases checked: whatever the SQL
engine says and another does not ends the run before anything is moved into place.
"""

# duckdb and pyarrow ship no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import shutil
import sys
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics, PolicyError, msg
from steelyard.session.errors import SHOWN, DisagreementError, EngineError
from steelyard.session.listener import Listener, Silent
from steelyard.temporary import TemporaryFolder

if TYPE_CHECKING:
    from steelyard.diagnostics import Message
    from steelyard.engines.protocol import Compiled
    from steelyard.engines.sql.machines import Machine
    from steelyard.engines.sql.portfolio import Connection
    from steelyard.facts import Reject
    from steelyard.facts.bulk import Loaded
    from steelyard.ir.result_columns import ResultColumn
    from steelyard.ir.versions import Versions
    from steelyard.report.provenance import Read, Scoring
    from steelyard.report.results import Results
    from steelyard.report.summary import Summary
    from steelyard.session.disagreement import Disagreement
    from steelyard.session.files import Staging
    from steelyard.session.scorers import Scorer
    from steelyard.session.sources import FactFiles

SCORED, REJECTED = "scored.parquet", "rejected.parquet"
"""Files of a record, see record.py."""
RESULTS = "results_"
"""The view of results, for the summary."""
FIRST = 5
"""How many rejects are kept to be shown."""
STANDARD = "-"
"""What `-o -` says: CSV to standard output."""
BATCH = 2048
"""So many rejected cases are explained at a time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a run.

    Attributes:
        results, rejects, summary, provenance: files, None for none.
        partition_by: where results go to a folder, the names that part it.
        groups: what the summary is grouped by.
        minimum_sample: a group with fewer scored cases gets no rank; None: the default.
        lang: of the texts in the file of rejects.
        verify: so many cases are checked on other engines, 0 none; None: as `sample_size` says.
        memory_limit: as DuckDB reads it; None: its own choice.
        csv_safe: in CSV an apostrophe stands before texts that a spreadsheet may take for formulas.
    """

    results: Path | None
    rejects: Path | None
    summary: Path | None
    provenance: Path | None
    partition_by: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    minimum_sample: int | None = None
    lang: str = "en"
    verify: int | None = None
    memory_limit: str | None = None
    csv_safe: bool = False


@dataclass(frozen=True)
class Done:
    """A finished run: its files are in the staging folder, or written nowhere."""

    summary: Summary
    first_rejects: tuple[Reject, ...]
    rejected: int


class Noted:
    """What is remembered of rejects that pass by: the first ones, and where rows were rejected."""

    def __init__(self) -> None:
        self.first: list[Reject] = []
        self.where: Counter[str] = Counter()
        """By column, how many rows."""

    def kept(self, rejects: Iterable[Reject]) -> Iterator[Reject]:
        """Pass rejects on; the first `FIRST` of all are kept."""
        for reject in rejects:
            if len(self.first) < FIRST:
                self.first.append(reject)
            yield reject

    def counted(self, rejects: Iterable[Reject]) -> Iterator[Reject]:
        """Pass rejects on as `kept` does, and count them."""
        for reject in self.kept(rejects):
            self.where[reject.where] += 1
            yield reject


@dataclass(frozen=True)
class Kept:
    """A finished run whose files stay in its folder."""

    scoring: Scoring
    read: Read


@dataclass(frozen=True)
class BulkRun:
    """One run in one session.

    Attributes:
        scorer: who scores.
        sample: so many cases are checked on the other engines.
    """

    listener: Listener
    versions: Versions
    files: FactFiles
    wanted: Wanted
    work: Path
    connection: Connection
    scorer: Scorer
    sample: int

    @cached_property
    def checkers(self) -> tuple[tuple[str, Compiled], ...]:
        """The other engines by name, the reference first; compiled when first asked for."""
        return _checkers(self.versions)

    def run(self, stage: Staging) -> Done:
        """Score, check a sample, write.

        Raises:
            SteelyardError: see `evaluate_bulk`.
        """
        with self._scored() as scored:
            return self._write(stage, *scored)

    def keep(self) -> Kept:
        """Score, check a sample, and leave the files of a record in the folder of the run.

        Raises:
            SteelyardError: see `evaluate_bulk`.
        """
        from steelyard.engines.sql.portfolio import kept_rejects, key_column
        from steelyard.report.provenance import Read

        with self._scored() as (loaded, _, _, scoring):
            noted = self._noted(loaded, self.wanted.rejects)
            keys = [key_column(name) for name in self.wanted.groups]
            kept_rejects(self.connection, self.work / REJECTED, keys, noted.where)
            return Kept(scoring, Read(loaded.provenance, loaded.feed_rejects))

    @contextmanager
    def _scored(self) -> Generator[tuple[Loaded, Path, Sequence[ResultColumn], Scoring]]:
        """Read, score, and check a sample: the facts, the file of results, its columns, and who scored."""
        from steelyard.report.provenance import Scoring
        from steelyard.report.results import Results

        results = Results(self.versions)
        targets = results.columns
        loaded = self._load()
        try:
            raw = self.work / SCORED
            scoring = Scoring(self.scorer.name, settings=self.files.settings, csv_safe=self.wanted.csv_safe)
            with self.scorer.opened(self.work, self.connection, loaded) as machine:
                self._score(loaded, targets, raw, scoring, machine)
            for warning in loaded.idle_warnings():
                self.listener.warn(warning)
            if self.sample:
                scoring = self._verify(loaded, raw, results, scoring)
            yield loaded, raw, targets, scoring
        finally:
            loaded.close()

    def _load(self) -> Loaded:
        from steelyard.facts import ReadOptions
        from steelyard.facts.bulk import load

        diagnostics = Diagnostics()
        files = self.files
        with self.listener.progress(msg("reading")) as tick:
            loaded = load(
                self.connection,
                self.versions,
                files.cases,
                files.relations,
                diagnostics,
                options=ReadOptions(delimiter=files.delimiter, encoding=files.encoding),
                progress=tick,
            )
        found = diagnostics.sorted()
        if loaded is None:
            raise PolicyError(found)
        self.listener.findings(found)
        for warning in loaded.warnings:
            self.listener.warn(warning)
        return loaded

    def _score(
        self, loaded: Loaded, targets: Sequence[ResultColumn], raw: Path, scoring: Scoring, machine: Machine
    ) -> None:
        """Score every case; look for rejects where a row that was read has no result."""
        from steelyard.engines.sql.arithmetic import TooWideError
        from steelyard.engines.sql.engine import report_too_wide
        from steelyard.engines.sql.portfolio import Portfolio
        from steelyard.report.provenance import KEY, Read, provenance_text

        metadata = {KEY: provenance_text(self.versions, Read(loaded.provenance, loaded.feed_rejects), scoring)}
        keys = tuple(dict.fromkeys((*self.wanted.groups, *self.wanted.partition_by)))
        try:
            portfolio = Portfolio(self.connection, self.versions, loaded, targets, machine)
            with self.listener.progress(msg("scoring"), 100) as tick:
                left_out = loaded.read - portfolio.write(raw, keys, metadata, tick)
                if not left_out:
                    loaded.take_all_as_cases()
                portfolio.rule_out(keys, left_out - loaded.rejected)
        except TooWideError as error:
            diagnostics = Diagnostics()
            report_too_wide(error, self.versions.newest, diagnostics)
            raise EngineError(diagnostics=diagnostics.sorted()) from None

    def _verify(self, loaded: Loaded, raw: Path, results: Results, scoring: Scoring) -> Scoring:
        """Score a sample again on every other engine, and compare it with what was written.

        Raises:
            DisagreementError: they differ.
        """
        from steelyard.engines.sql.portfolio import rows_of, sample
        from steelyard.session.disagreement import compared
        from steelyard.session.run import tell_checked

        seed = next((file.digest for file in loaded.provenance.files if file.role == "cases"), "")
        key = self.versions.newest.key
        chosen = sample(self.connection, raw, key, seed, self.sample)
        found = rows_of(self.connection, raw, key, chosen)
        wrong = [
            disagreement
            for case in loaded.cases_of(chosen)
            for name, checker in self.checkers
            if (disagreement := compared(results, case, found.get(case.key), name, checker.evaluate(case)))
        ]
        if wrong:
            raise self._disagreement(wrong)
        names = tuple(name for name, _ in self.checkers)
        tell_checked(self.listener, len(chosen), names)
        return replace(scoring, verified=len(chosen), checkers=names)

    def _disagreement(self, found: Sequence[Disagreement]) -> DisagreementError:
        described = (text for one in found[:SHOWN] for text in one.messages(self.versions, self.scorer.name))
        return DisagreementError(tuple(found), tuple(described))

    def _write(
        self, stage: Staging, loaded: Loaded, raw: Path, targets: Sequence[ResultColumn], scoring: Scoring
    ) -> Done:
        from steelyard.engines.sql.portfolio import count_ruled_out
        from steelyard.report.provenance import Read, provenance_text
        from steelyard.report.summary_files import write_summary

        wanted = self.wanted
        noted = self._noted(loaded, None if wanted.rejects is None else stage.place(wanted.rejects))
        summary = self._summary(raw, noted.where)
        rejected = noted.where.total() + count_ruled_out(self.connection)
        if wanted.summary is not None:
            write_summary(stage.place(wanted.summary), summary, self.versions, csv_safe=wanted.csv_safe)
        if wanted.provenance is not None:
            text = provenance_text(self.versions, Read(loaded.provenance, loaded.feed_rejects), scoring, indent=2)
            stage.place(wanted.provenance).write_text(text, "utf-8", newline="\n")
        if wanted.results is not None:
            with self.listener.progress(msg("writing")):
                self._results(stage, wanted.results, raw, targets)
        return Done(summary, tuple(noted.first), rejected)

    def _noted(self, loaded: Loaded, place: Path | None) -> Noted:
        """Judge every reject, once: write them all to a file, or keep only what is noted of them.

        They come in the order of the other engines: rows that are no case, rows of feeds, cases that a rule rejects.
        """
        from steelyard.report.writers import write_rejects

        noted = Noted()
        unread = noted.counted(chain(loaded.rejects(), loaded.feed_rejects))
        ruled_out = noted.kept(self._ruled_out(loaded))
        if place is not None:
            write_rejects(place, chain(unread, ruled_out), self.wanted.lang, csv_safe=self.wanted.csv_safe)
        else:
            deque(unread, maxlen=0)
            deque(islice(ruled_out, FIRST - len(noted.first)), maxlen=0)
        return noted

    def _results(self, stage: Staging, target: Path, raw: Path, targets: Sequence[ResultColumn]) -> None:
        """The results in the format that was asked for."""
        from steelyard.calendars.zones import zone
        from steelyard.engines.sql.portfolio import convert, kept, partitioned

        place = self.work / "standard.csv" if str(target) == STANDARD else stage.place(target)
        names = [target.name for target in targets]
        if self.wanted.partition_by:
            partitioned(self.connection, raw, place, self.wanted.partition_by, names)
            return
        if self.wanted.groups:
            parted = self.work / "kept.parquet"
            kept(self.connection, raw, parted, names)
        else:
            parted = raw
        if place.suffix.lower() == ".parquet":
            shutil.move(parted, place)
            return
        here = zone(self.versions.newest.timezone)
        convert(self.connection, parted, place, targets, here, csv_safe=self.wanted.csv_safe)
        if str(target) == STANDARD:
            with place.open(encoding="utf-8", newline="") as stream:
                shutil.copyfileobj(stream, sys.stdout)

    def _ruled_out(self, loaded: Loaded) -> Iterator[Reject]:
        """Why a rule rejects a case, in the words of the reference.

        Raises:
            DisagreementError: the reference does not reject it.
        """
        from steelyard.engines.narrowing import Narrowing
        from steelyard.engines.sql.portfolio import ruled_out
        from steelyard.report.results import Results
        from steelyard.session.disagreement import compared

        results = Results(self.versions)
        name, reference = self.checkers[0]
        keys = ruled_out(self.connection)
        narrow = {one.version: Narrowing(one) for one in self.versions.rulesets}
        for start in range(0, len(keys), BATCH):
            for case in loaded.cases_of(keys[start : start + BATCH]):
                version = self.versions.of(case.values)
                outcome = reference.evaluate(case if version is None else narrow[version.version].narrowed(case))
                if outcome.rejection is None:
                    wrong = compared(results, case, None, name, outcome)
                    raise self._disagreement([] if wrong is None else [wrong])
                yield outcome.rejection

    def _summary(self, raw: Path, unread: Mapping[str, int]) -> Summary:
        """Sum up what was written, and the rows that are no case: how many by the column at fault."""
        from steelyard.engines.counting import counts_of_unread
        from steelyard.engines.sql.portfolio import RULED_OUT, key_column, results_view
        from steelyard.engines.sql.summary import summarise
        from steelyard.report.summary import MINIMUM_SAMPLE, summary_of_counts
        from steelyard.report.summary_shape import summary_columns

        groups, least = self.wanted.groups, self.wanted.minimum_sample
        keys = tuple(key_column(name) for name in groups)
        results_view(self.connection, raw, RESULTS)
        counts = summarise(self.connection, RESULTS, summary_columns(self.versions), keys, RULED_OUT)
        counts += counts_of_unread(unread, len(keys))
        return summary_of_counts(self.versions, groups, counts, MINIMUM_SAMPLE if least is None else least)


def evaluate_bulk(
    versions: Versions, files: FactFiles, wanted: Wanted, scorer: Scorer, listener: Listener | None = None
) -> Done:
    """Run a portfolio of any size.

    Raises:
        PolicyError: a file cannot be read.
        EngineError: the engine refuses the ruleset or could not finish.
        DisagreementError: another engine gives a different outcome.
        OutputError: a file cannot be written.
    """
    from steelyard.engines.sql.portfolio import DuckDBError, connect, interruptible
    from steelyard.session.files import staging
    from steelyard.session.run import sample_size

    with staging() as stage:
        places = (wanted.results, wanted.rejects, wanted.summary)
        beside = next((one for one in places if one is not None and str(one) != STANDARD), None)
        with TemporaryFolder(None if beside is None else beside.absolute().parent) as folder:
            work = folder.path
            try:
                with interruptible(), connect(work, wanted.memory_limit) as connection:
                    told = listener or Silent()
                    sample = sample_size(wanted.verify, None, told)  # the reference can always check
                    return BulkRun(told, versions, files, wanted, work, connection, scorer, sample).run(stage)
            except DuckDBError as error:
                raise EngineError(_refusal(error)) from None


def keep_bulk(  # noqa: PLR0917 - as evaluate_bulk
    versions: Versions, files: FactFiles, wanted: Wanted, scorer: Scorer, folder: Path, listener: Listener | None = None
) -> Kept:
    """Run a portfolio of any size, and keep its files in a folder of its own.

    Raises:
        SteelyardError: as `evaluate_bulk`.
    """
    from steelyard.engines.sql.portfolio import DuckDBError, connect, interruptible
    from steelyard.session.run import sample_size

    try:
        with interruptible(), connect(folder, wanted.memory_limit) as connection:
            told = listener or Silent()
            sample = sample_size(wanted.verify, None, told)  # the reference can always check
            return BulkRun(told, versions, files, wanted, folder, connection, scorer, sample).keep()
    except DuckDBError as error:
        raise EngineError(_refusal(error)) from None


def _refusal(error: Exception) -> Message:
    """Why DuckDB stopped."""
    from steelyard.engines.sql.portfolio import starved, unfit

    if starved(error):
        return msg("DuckDB needs more memory: allow it more with `--memory-limit`, or take fewer cases at a time")
    if unfit(error):
        return msg(
            "a result has more digits than Parquet keeps exactly here: declare narrower ranges, "
            "or take `--engine reference` and write CSV or JSON lines"
        )
    return msg("DuckDB could not go on: {reason}", reason=str(error))


def _checkers(versions: Versions) -> tuple[tuple[str, Compiled], ...]:
    from steelyard.engines import durable
    from steelyard.engines.reference import ReferenceEngine
    from steelyard.engines.versions import compile_versions

    engines = (ReferenceEngine(), *(() if durable.available() else (durable.DurableEngine(),)))
    compiled = ((engine.name, compile_versions(engine, versions, Diagnostics())) for engine in engines)
    return tuple((name, one) for name, one in compiled if one is not None)
