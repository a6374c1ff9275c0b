"""Score a portfolio: `Policy.score`. What is given may be files or frames, what comes back is a `Run`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from steelyard.diagnostics import Diagnostic, Message, msg
from steelyard.ir.versions import Versions
from steelyard.report.grouping import group_names
from steelyard.report.provenance import Json, provenance
from steelyard.report.writers import REJECT_COLUMNS
from steelyard.session.columns import input_ids
from steelyard.session.errors import UsageError
from steelyard.session.frames import Data, files_of
from steelyard.session.listener import Listener, Tick, in_one_line
from steelyard.session.outputs import STANDARD, Outputs, write_outputs
from steelyard.session.record import REJECTS
from steelyard.session.rows import Rows
from steelyard.session.run import Scored, score_files
from steelyard.session.shortage import writing
from steelyard.session.sources import FactFiles
from steelyard.session.summary import group_ids
from steelyard.session.wanted import Wanted
from steelyard.temporary import TemporaryFolder

_SUMMARY = "summary-{number}.parquet"


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
            warnings.warn(str(in_one_line(one)), SteelyardWarning, stacklevel=2)


@dataclass(frozen=True)
class Run:
    """A scored portfolio. Its rows stay in a temporary folder that goes with the last object that reads it.

    Attributes:
        results: a row for each case that was not rejected, in the order given: key, ruleset, version, digest, status,
            score and grade, each indicator's measure, target, score, share and points lost, outputs, rules that
            fired, reason codes, what was missing.
        rejects: a row for each case or row that could not be scored: key, file, line (from 1), where, value, expected
            and hint of the first reason, then the others, a sentence each. A frame has the name of its role:
            `cases.parquet`.
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
    _scored: Scored = field(repr=False)
    _folder: TemporaryFolder = field(repr=False)

    def summary(self, by: Sequence[str] = (), *, minimum_sample: int | None = None) -> Rows:
        """Sum the run up: a row for each group, then one for all cases (`level` is `group` or `all`).

        Columns as in the file of `--summary`: counts of cases by status and grade, exact means, quantiles, points lost
        by indicator, in how many cases each rule fired, reason codes.

        Args:
            by: inputs of the case by id, column or label, `month` of the reference date, or `version`.
            minimum_sample: a group with fewer scored cases gets no rank; None: 30.

        Raises:
            UsageError: cases cannot be grouped by a name, or `groups` of `score` left it out.
        """
        from steelyard.report.summary_files import summary_columns_of, write_summary

        summed = self._scored.record.summary(self._kept(by), minimum_sample)
        number = sum(1 for _ in self._scored.record.folder.glob(_SUMMARY.format(number="*")))
        path = self._scored.record.folder / _SUMMARY.format(number=number)
        with writing(path):
            write_summary(path, summed, self._scored.record.versions)
        return Rows(path, summary_columns_of(summed, self._scored.record.versions), self._folder)

    def broken(self, *conditions: str, lang: str = "en") -> tuple[str, ...]:
        """Say by which conditions the run fails, as `steelyard evaluate --fail-if` does; empty where by none.

        Args:
            conditions: e.g. `mean < 85`, `grade D > 5% by branch`, `rejected > 1%`, `unscored >= 10`.
            lang: `en` or `zh`.

        Raises:
            UsageError: one is no condition, or names what the policy does not have or the run does not keep (`groups`).
        """
        from steelyard.diagnostics.catalogue import translator
        from steelyard.session.gates import broken, gates_of

        record = self._scored.record
        gates = gates_of(record.versions, conditions)
        found = (broken(one, record.summary(self._kept(one.by))) for one in gates)
        return tuple(translator(lang)(one) for one in found if one is not None)

    def write(
        self,
        results: str | os.PathLike[str] | None = None,
        *,
        rejects: str | os.PathLike[str] | None = None,
        summary: str | os.PathLike[str] | None = None,
        provenance: str | os.PathLike[str] | None = None,
        by: Sequence[str] = (),
        csv_safe: bool = False,
        csv_bom: bool = False,
        columns: Sequence[str] = (),
        headers: str = "id",
        lang: str = "en",
    ) -> None:
        """Write files: all of them whole, or none. They replace files of the same name.

        Args:
            results: `.parquet` (with the provenance as metadata), `.csv`, `.jsonl` or `.xlsx`.
            rejects: likewise.
            summary: `.parquet`, `.csv`, `.json` or `.xlsx`, grouped by `by`.
            provenance: `.json`.
            by: as for `summary()`.
            csv_safe: in CSV files an apostrophe stands before texts that a spreadsheet may take for formulas; the
                provenance says so (`csv_safe`).
            csv_bom: CSV files begin with a byte order mark, by which spreadsheets see that they are UTF-8.
            columns: of the results these, by id or label, in this order; empty: all.
            headers: what columns are called: `id`, or `label` in `lang`; the keys of a summary's `.json` are ids.
            lang: `en` or `zh`, of labels, and of the words in workbooks.

        Raises:
            UsageError: an ending that is none of these, two files in one place, no such column, or `csv_safe` or
                `csv_bom` without a CSV file.
            OutputError: a file cannot be written, or the rows do not fit a workbook; no file is changed then.
        """
        places = (_name(results), _name(rejects), _name(summary), _name(provenance))
        self._write(
            Outputs(
                *places,
                by=tuple(by),
                csv_safe=csv_safe,
                csv_bom=csv_bom,
                lang=lang,
                columns=tuple(columns),
                headers=headers,
            )
        )

    def report(self, folder: str | os.PathLike[str], *, by: Sequence[str] = (), lang: str = "en") -> None:
        """Write a page for each of the first 500 cases, and an index. A folder that holds something else is refused.

        Args:
            folder: the place.
            by: as for `summary()`: the index has a row for each group.
            lang: `en` or `zh`.

        Raises:
            UsageError: an engine for portfolios scored; it keeps no single cases; or cases cannot be grouped so.
            OutputError: the folder cannot be written.
        """
        self._write(Outputs(report=_name(folder), by=tuple(by), lang=lang))

    def _write(self, outputs: Outputs) -> None:
        from steelyard.session.files import check_outputs, staging

        by = self._kept(outputs.by)
        outputs = replace(outputs, by=by)
        outputs.check()
        check_outputs(outputs.places)
        with staging() as stage:
            write_outputs(stage, self._scored, outputs, lambda: self._scored.record.summary(by), Warn())

    def _kept(self, by: Sequence[str]) -> tuple[str, ...]:
        names = group_ids(self._scored.record.versions, by)
        absent = [name for name in names if name not in self._scored.record.groups]
        if absent:
            raise UsageError(
                msg("the run does not keep {names}: name them in `groups` of `score`", names=", ".join(absent))
            )
        return names


def _name(path: str | os.PathLike[str] | None) -> str | None:
    """The name of a file; one called `-` is a file too."""
    name = None if path is None else os.fspath(path)
    return f"{os.curdir}{os.sep}{STANDARD}" if name == STANDARD else name


def given_files(  # noqa: PLR0917 - what a caller gives
    cases: Data,
    relations: Mapping[str, Data] | None,
    settings: Mapping[str, str],
    folder: Path,
    delimiter: str | None,
    encoding: str,
    missing_columns: Collection[str],
    intake: str | os.PathLike[str] | None,
) -> FactFiles:
    """Give the files of what a caller passed; rows in memory are written to the folder.

    Raises:
        InputError: `cases` or a relation is in no form that can be read.
    """
    return FactFiles(
        files_of("cases", cases, folder),
        {name: files_of(name, data, folder) or None for name, data in (relations or {}).items()},
        settings,
        delimiter,
        encoding,
        tuple(missing_columns),
        None if intake is None else os.fspath(intake),
    )


def score_portfolio(
    versions: Versions,
    settings: Mapping[str, str],
    cases: Data,
    relations: Mapping[str, Data] | None = None,
    *,
    engine: str = "auto",
    verify: int | None = None,
    groups: Sequence[str] | None = None,
    with_: Sequence[str] = (),
    lang: str = "en",
    delimiter: str | None = None,
    encoding: str = "utf-8",
    missing_columns: Collection[str] = (),
    intake: str | os.PathLike[str] | None = None,
    memory_limit: str | None = None,
    master: str | None = None,
    listener: Listener | None = None,
) -> Run:
    """Score a portfolio. See `Policy.score`."""
    told: Listener = Warn() if listener is None else listener
    folder = TemporaryFolder()
    place = folder.path
    given = place / "given"
    with writing(place):
        given.mkdir()
        files = given_files(cases, relations, settings, given, delimiter, encoding, missing_columns, intake)
    kept = group_names(versions) if groups is None else group_ids(versions, groups)
    added = input_ids(versions, with_)
    wanted = Wanted(
        engine=engine,
        master=master,
        groups=kept,
        added=added,
        lang=lang,
        verify=verify,
        memory_limit=memory_limit,
    )
    with writing(place):
        scored = score_files(versions, files, wanted, place, told)
    record = scored.record
    return Run(
        results=Rows(record.scored, record.columns, folder),
        rejects=Rows(place / REJECTS, REJECT_COLUMNS, folder),
        engine=record.scoring.engine,
        verified=record.scoring.verified,
        checkers=record.scoring.checkers,
        provenance=provenance(versions, record.read, record.scoring),
        _scored=scored,
        _folder=folder,
    )
