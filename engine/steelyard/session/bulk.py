"""Portfolios of any size: facts, scores and results stay in files, read and written by DuckDB.

What is rejected by a rule is explained by the reference, and so is a sample of all cases checked: whatever the SQL
engine says and another does not ends the run before anything is moved into place.
"""

# duckdb and pyarrow ship no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics, PolicyError, msg
from steelyard.session.errors import EngineError
from steelyard.session.listener import Listener, Once, Silent
from steelyard.session.record import FIRST, PENDING, REJECTED, REJECTS, SCORED, Kept, Record
from steelyard.session.shortage import refusal
from steelyard.session.verification import disagreement, sample_size, single_case_engines, verify

if TYPE_CHECKING:
    from steelyard.engines.sql.arithmetic import TooWideError
    from steelyard.engines.sql.machines import Machine
    from steelyard.engines.sql.portfolio import Connection
    from steelyard.facts import Case, Reject
    from steelyard.facts.bulk import Loaded
    from steelyard.ir.versions import Versions
    from steelyard.report.results import Results
    from steelyard.session.deriving_bulk import DerivedTable
    from steelyard.session.scorers import Scorer
    from steelyard.session.sources import FactFiles
    from steelyard.session.verification import Checkers
    from steelyard.session.wanted import Wanted

UNREAD = "unread.parquet"
"""Holds what of `rejected.parquet` concerns rows that are no case."""
BATCH = 2048
"""So many rejected cases are explained at a time."""


@dataclass(frozen=True)
class BulkRun:
    """One run in one session.

    Attributes:
        scorer: who scores.
        sample: so many cases are checked on the other engines.
        check_text: see `facts.bulk.load`.
    """

    listener: Listener
    versions: Versions
    files: FactFiles
    wanted: Wanted
    work: Path
    connection: Connection
    scorer: Scorer
    sample: int
    check_text: bool = False

    @cached_property
    def checkers(self) -> Checkers:
        """The other engines by name, the reference first; compiled when first asked for."""
        return single_case_engines(self.versions)

    @cached_property
    def kept(self) -> Kept:
        """What the record keeps for summaries to group by."""
        return Kept(self.versions, self.wanted.groups)

    @cached_property
    def results(self) -> Results:
        """The columns of results."""
        from steelyard.report.results import Results

        return Results(self.versions, self.wanted.added)

    def record(self) -> Record:
        """Score, check a sample, and leave the files of a record in the folder of the run.

        Raises:
            SteelyardError: see `score_bulk`.
        """
        from steelyard.engines.sql.recorded import kept_rejects
        from steelyard.report.provenance import Read, Scoring
        from steelyard.session.deriving import notes_of
        from steelyard.session.deriving_bulk import check_groups

        loaded, columns = self._load(), self.results.columns
        try:
            loaded, derived = self._derived(loaded)
            if self.wanted.most is not None and loaded.read > self.wanted.most:
                self.wanted.check_count(loaded.read - loaded.rejected)
            scored = self.work / SCORED
            scoring = Scoring(self.scorer.name, settings=self.files.settings, derived=notes_of(self.versions, derived))
            with self.scorer.opened(self.work, self.connection, loaded) as machine:
                self._score(loaded, scored, machine)
            self.listener.findings(loaded.findings())
            for warning in (*loaded.idle_warnings(), *loaded.long_open(scored, columns[0].name)):
                self.listener.warn(warning)
            if self.sample:
                sampled: list[Case] = []
                checked = verify(
                    self.connection,
                    scored,
                    columns,
                    self.versions,
                    self.scorer.name,
                    loaded.provenance,
                    self.sample,
                    self.checkers,
                    lambda keys: _noted(loaded.cases_of(keys), sampled),
                    self.listener,
                )
                check_groups(self.connection, self.versions, derived, loaded, sampled)
                scoring = replace(scoring, verified=checked, checkers=tuple(name for name, _ in self.checkers))
            first = self._judged(loaded)
            names = [one.name for one in self.kept.rejected_columns]
            kept_rejects(self.connection, self.work / UNREAD, self.work / REJECTED, names)
            read, groups = Read(loaded.provenance, loaded.feed_rejects), self.wanted.groups
            return Record(
                self.versions,
                self.work,
                columns,
                groups,
                read,
                scoring,
                first,
                memory=self.wanted.memory_limit,
                derived=derived,
            )
        finally:
            loaded.close()

    def facts(self) -> tuple[Loaded, tuple[DerivedTable, ...]]:
        """Read the facts, with the rows of derived relations; the caller closes them.

        Raises:
            PolicyError: a file cannot be read.
        """
        return self._derived(self._load())

    def _load(self) -> Loaded:
        from steelyard.facts.bulk import load

        diagnostics = Diagnostics()
        files = self.files
        versions, options = files.ready(self.versions)
        with self.listener.progress(msg("reading")) as tick:
            loaded = load(
                self.connection,
                versions,
                files.cases,
                files.relations,
                diagnostics,
                options=options,
                progress=tick,
                check_text=self.check_text,
            )
        found = diagnostics.sorted()
        if loaded is None:
            raise PolicyError(found)
        self.listener.findings(found)
        for warning in loaded.warnings:
            self.listener.warn(warning)
        return loaded

    def _derived(self, loaded: Loaded) -> tuple[Loaded, tuple[DerivedTable, ...]]:
        """The facts with the rows of derived relations, and these."""
        from steelyard.engines.sql.arithmetic import TooWideError
        from steelyard.session.deriving_bulk import derive_loaded

        try:
            return derive_loaded(self.connection, self.versions, loaded, self.files.relations)
        except TooWideError as error:
            raise self._too_wide(error) from None

    def _too_wide(self, error: TooWideError) -> EngineError:
        from steelyard.engines.sql.engine import report_too_wide

        diagnostics = Diagnostics()
        report_too_wide(error, self.versions.newest, diagnostics)
        return EngineError(diagnostics=diagnostics.sorted())

    def _score(self, loaded: Loaded, scored: Path, machine: Machine) -> None:
        """Score every case; look for rejects where a row that was read has no result."""
        from steelyard.engines.sql.arithmetic import TooWideError
        from steelyard.engines.sql.portfolio import Portfolio
        from steelyard.report.provenance import KEY

        keys = self.wanted.groups
        try:
            portfolio = Portfolio(self.connection, self.versions, loaded, self.results.columns, machine)
            with self.listener.progress(msg("scoring"), 100) as tick:
                left_out = loaded.read - portfolio.write(scored, keys, {KEY: PENDING}, tick)
                if not left_out:
                    loaded.take_all_as_cases()
                portfolio.rule_out(keys, left_out - loaded.rejected)
        except TooWideError as error:
            raise self._too_wide(error) from None

    def _judged(self, loaded: Loaded) -> tuple[Reject, ...]:
        """Judge every reject, once, and write them to the record: all of them, or the first where no more are wanted.

        They come in the order of the other engines: rows that are no case, rows of feeds, cases that a rule rejects.
        What rows that are no case are grouped by is kept in `UNREAD`.

        Returns:
            The first `FIRST`.
        """
        from steelyard.report.arrow import parquet_writer
        from steelyard.report.writers import write_rejects

        first: list[Reject] = []

        def noted(rejects: Iterable[Reject]) -> Iterator[Reject]:
            for reject in rejects:
                if len(first) < FIRST:
                    first.append(reject)
                yield reject

        with (self.work / UNREAD).open("wb") as stream, parquet_writer(stream, self.kept.rejected_columns) as take:

            def unread() -> Iterator[Reject]:
                for reject in chain(loaded.rejects(), loaded.feed_rejects):
                    take(self.kept.rejected(reject, reject.values))
                    yield reject

            ruled_out = noted(self._ruled_out(loaded))
            if self.wanted.rejects:
                write_rejects(self.work / REJECTS, chain(noted(unread()), ruled_out), self.wanted.lang)
            else:
                deque(noted(unread()), maxlen=0)
                deque(islice(ruled_out, FIRST - len(first)), maxlen=0)
        return tuple(first)

    def _ruled_out(self, loaded: Loaded) -> Iterator[Reject]:
        """Why a rule rejects a case, in the words of the reference.

        Raises:
            DisagreementError: the reference does not reject it.
        """
        from steelyard.engines.narrowing import Narrowing
        from steelyard.engines.sql.recorded import ruled_out
        from steelyard.session.disagreement import compared

        name, reference = self.checkers[0]
        keys = ruled_out(self.connection)
        narrow = {one.version: Narrowing(one) for one in self.versions.rulesets}
        for start in range(0, len(keys), BATCH):
            for case in loaded.cases_of(keys[start : start + BATCH]):
                version = self.versions.of(case.values)
                outcome = reference.evaluate(case if version is None else narrow[version.version].narrowed(case))
                if outcome.rejection is None:
                    wrong = compared(self.results, self.results.columns, case, None, name, outcome)
                    raise disagreement(() if wrong is None else (wrong,), self.versions, self.scorer.name)
                yield outcome.rejection


def cases_again(
    versions: Versions, files: FactFiles, wanted: Wanted, keys: Sequence[str], folder: Path
) -> dict[str, Case]:
    """Read a portfolio again for a few of its cases, with the rows of their relations.

    Args:
        versions: bound.
        files: as they were scored.
        wanted: of the run.
        keys: of cases that have a result.
        folder: takes what does not fit in memory.

    Raises:
        PolicyError: a file cannot be read.
    """
    from steelyard.engines.sql.portfolio import connect
    from steelyard.session.scorers import scorer

    silent = Silent()
    with connect(folder, wanted.memory_limit) as connection:
        engine = scorer("sql", None, silent)
        run = BulkRun(silent, versions, files, wanted, folder, connection, engine, 0, check_text=True)
        loaded, _ = run.facts()
        try:
            return {case.key: case for case in loaded.cases_of(keys)}
        finally:
            loaded.close()


def _noted(cases: list[Case], into: list[Case]) -> list[Case]:
    into += cases
    return cases


def score_bulk(  # noqa: PLR0917 - all of a run
    versions: Versions, files: FactFiles, wanted: Wanted, scorer: Scorer, folder: Path, listener: Listener
) -> Record:
    """Score a portfolio of any size, and keep the files of its record in a folder.

    Raises:
        PolicyError: a file cannot be read.
        EngineError: the engine refuses the ruleset or could not finish.
        DisagreementError: another engine gives a different outcome.
    """
    from steelyard.engines.sql.portfolio import DuckDBError, connect
    from steelyard.engines.sql.running import interruptible
    from steelyard.facts.bulk import broken_text

    told = Once(listener)

    def record(*, check_text: bool) -> Record:
        with connect(folder, wanted.memory_limit) as connection:
            sample = sample_size(wanted.verify, None, told)  # the reference can always check
            return BulkRun(told, versions, files, wanted, folder, connection, scorer, sample, check_text).record()

    try:
        with interruptible():
            try:
                return record(check_text=False)
            except DuckDBError as error:
                if not broken_text(error):
                    raise
            return record(check_text=True)  # the rows that hold the text are rejected
    except DuckDBError as error:
        raise refusal(error, folder) from None
