"""What a scored run leaves, whichever engine scored it: three Parquet files, and how they are summed up and written.

`scored.parquet` has a row for each case that was not rejected, in the order of the files: the columns of results
(report/results.py), then a text column for each name that summaries may group by. `rejected.parquet` has a row for
each reject: `k`, the key of a case that a rule rejects and null for a row that is no case; the same text columns, each
null where its value is missing or cannot be read; and `where`, the column or rule at fault. `rejects.parquet` has the
rejects as people read them.
"""

# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Message, msg
from steelyard.engines.counting import SummaryColumns, key_column
from steelyard.engines.sql.parquet_footer import replace_metadata
from steelyard.ir.result_columns import Content, ResultColumn
from steelyard.ir.types import Text
from steelyard.ir.versions import Versions
from steelyard.report.about import book_of
from steelyard.report.arrow import UnfitError, write_parquet, write_widened
from steelyard.report.book import Book
from steelyard.report.columns import CellValue
from steelyard.report.grouping import GroupKeys
from steelyard.report.headings import Shown
from steelyard.report.mending import BadRows
from steelyard.report.provenance import KEY, Read, Scoring, provenance_text
from steelyard.report.results import Results
from steelyard.report.writers import REJECT_COLUMNS, convert_rows, write_rejects
from steelyard.semantics.outcome import Status
from steelyard.session.columns import EVERYTHING, Choice
from steelyard.session.errors import EngineError, OutputError
from steelyard.session.shortage import refusal
from steelyard.source.csv_lines import CsvStyle

if TYPE_CHECKING:
    from steelyard.engines.sql.portfolio import Connection
    from steelyard.facts import Case, Reject
    from steelyard.ir.expressions import Stored
    from steelyard.report.summary import Summary
    from steelyard.semantics import Outcome
    from steelyard.session.derived_rows import DerivedRows
    from steelyard.session.listener import Listener
    from steelyard.session.verification import Checkers

Evaluated = Sequence[tuple["Case", "Outcome"]]
"""Every case that could be read, in the order of the files, with its outcome."""
SCORED, REJECTED, REJECTS = "scored.parquet", "rejected.parquet", "rejects.parquet"
PENDING = "pending"
"""Stands in the metadata of `scored.parquet` where its provenance will be, once the run is checked."""
FIRST = 5
"""So many rejects are kept as they are, to be shown in any language."""
_RESULTS, _REJECTS = "results_", "rejects_"


@dataclass(frozen=True)
class Record:
    """The files of a run in a folder of its own.

    Attributes:
        columns: of the results, as the file has them.
        groups: the names that a summary may group by.
        read: which files were read, and the bad rows of feeds.
        scoring: by which engine, checked by which others.
        first: the first rejects, at most `FIRST`.
        unfit: the first number that Parquet's types do not hold, so that its column is text here; None where all fit.
        memory: what DuckDB may take, as it reads it; None: its own choice.
        sources: paths and patterns of the files by role, `cases` or the id of a relation.
        derived: the rows that were derived from the cases.
    """

    versions: Versions
    folder: Path
    columns: tuple[ResultColumn, ...]
    groups: tuple[str, ...]
    read: Read
    scoring: Scoring
    first: tuple[Reject, ...] = ()
    unfit: Message | None = None
    memory: str | None = None
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    derived: tuple[DerivedRows, ...] = ()

    @property
    def scored(self) -> Path:
        """The file of results."""
        return self.folder / SCORED

    @property
    def count(self) -> int:
        """How many cases have a row among the results."""
        import pyarrow.parquet as pq

        return int(pq.read_metadata(self.scored).num_rows)

    @property
    def rejected(self) -> int:
        """How many rows and cases were rejected."""
        import pyarrow.parquet as pq

        return int(pq.read_metadata(self.folder / REJECTED).num_rows)

    def provenance(self, *, indent: int | None = None) -> str:
        """Where the results come from, as JSON."""
        return provenance_text(self.versions, self.read, self.scoring, indent=indent)

    def naming_as_missing(self, names: Sequence[str]) -> dict[str, int]:
        """Count the cases for which each of some names was missing; without names that are missing for no case."""
        from steelyard.facts.bulk import sql

        each = sql.within(sql.select({"name": "unnest(missing)"}, _RESULTS), "m")
        query = sql.select({"name": "name", "n": "count(*)"}, each, "WHERE name IN (SELECT unnest(?)) GROUP BY name")
        with self._session() as connection:
            counts = dict(connection.execute(query, [list(names)]).fetchall())
        return {name: counts[name] for name in names if name in counts}

    def negative(self, measures: Sequence[tuple[str, str]]) -> dict[str, tuple[int, str]]:
        """Count the cases in which a measure was negative, that of a row of a family too.

        Args:
            measures: the version and the id of each indicator that is asked about.

        Returns:
            By indicator, how many cases there are, and the first of their keys; without those that never were.
        """
        from steelyard.facts.bulk import sql

        asked: dict[str, list[str]] = {}
        for version, name in measures:
            asked.setdefault(name, []).append(sql.literal(version))
        columns = {one.origin.id: _below_zero(one) for one in self.columns if one.origin and _measures(one)}
        columns = {name: condition for name, condition in columns.items() if name in asked}
        if not columns:
            return {}
        key, found = sql.name(self.columns[0].name), dict[str, tuple[int, str]]()
        with self._session() as connection:
            for name, condition in columns.items():
                among = f"WHERE version IN ({sql.listed(asked[name])}) AND {condition}"
                query = sql.select({"n": "count(*)", "k": f"min({key})"}, _RESULTS, among)
                count, first = connection.execute(query).fetchall()[0]
                if count:
                    found[name] = count, first
        return found

    def summary(self, by: Sequence[str] = (), minimum_sample: int | None = None) -> Summary:
        """Sum the run up by some of the names that it keeps.

        Raises:
            EngineError: a score or a sum has more than 38 digits, or versions disagree about what a column holds.
        """
        from steelyard.engines.sql.portfolio import unfit
        from steelyard.engines.sql.summary import summarise
        from steelyard.report.summary import MINIMUM_SAMPLE, summary_of_counts
        from steelyard.report.summary_shape import UncountableError, summary_columns

        least = MINIMUM_SAMPLE if minimum_sample is None else minimum_sample
        try:
            columns = _as_held(summary_columns(self.versions), self.columns)
        except UncountableError as error:
            raise EngineError(error.message) from None
        keys = tuple(map(key_column, by))
        with self._session() as connection:
            try:
                counts = summarise(connection, _RESULTS, columns, keys, _REJECTS)
            except Exception as error:
                if not unfit(error):
                    raise
                raise EngineError(msg("a sum in the summary has more than 38 digits")) from None
        return summary_of_counts(self.versions, tuple(by), counts, least)

    def write_results(
        self,
        path: Path,
        choice: Choice = EVERYTHING,
        *,
        partition_by: Sequence[str] = (),
        last: bool = False,
        bom: bool = False,
    ) -> None:
        """Write the results. A Parquet file keeps the provenance as metadata.

        Args:
            path: the suffix names the format; with `partition_by` a folder.
            choice: which columns it has, and what they are called.
            partition_by: names that the record keeps: the folder has one below for each value of each.
            last: the results are not read after this, so that their file may become the output.
            bom: a CSV file begins with a byte order mark.

        Raises:
            UsageError: results have no such column.
            OutputError: a number does not fit Parquet's types, or the rows do not fit a workbook.
        """
        from steelyard.engines.sql.recorded import kept, partitioned

        shown = choice.of_results(self.columns, self.versions, partition_by)
        if not partition_by and path.suffix.lower() != ".parquet":
            self._convert(self.scored, path, shown, self.book(msg("results"), choice.lang), bom=bom)
            return
        if self.unfit is not None:
            raise OutputError(self.unfit)
        metadata, heads = {KEY: self.provenance()}, {one.head: one.column.name for one in shown}
        if not partition_by and not self.groups and list(heads) == [one.name for one in self.columns]:
            (shutil.move if last else shutil.copyfile)(self.scored, path)
            replace_metadata(path, KEY, PENDING, metadata[KEY])
            return
        with self._session() as connection:
            if partition_by:
                partitioned(connection, self.scored, path, partition_by, heads, metadata)
            else:
                kept(connection, self.scored, path, heads, metadata)

    def book(self, title: Message, lang: str) -> Book:
        """What a workbook of this run has beside its rows."""
        return book_of(self.versions, self.read, self.scoring, title, lang)

    def write_rejects(self, path: Path, choice: Choice = EVERYTHING, *, bom: bool = False) -> None:
        """Write the rejects in the format that the suffix names; see `write_results`.

        A workbook begins with the rejected rows as they were read, ready to be mended.

        Raises:
            OutputError: the rows do not fit a workbook, or the files have changed since they were read.
        """
        from steelyard.engines.sql.recorded import kept
        from steelyard.session.mending import bad_rows

        shown = choice.all_of(REJECT_COLUMNS, self.versions)
        if path.suffix.lower() == ".parquet":
            with self._session() as connection:
                kept(connection, self.folder / REJECTS, path, {one.head: one.column.name for one in shown}, {})
        else:
            workbook = path.suffix.lower() == ".xlsx"
            rows = (
                bad_rows(self.folder / REJECTS, self.versions, self.read.provenance, self.sources) if workbook else ()
            )
            book = self.book(msg("rejects"), choice.lang)
            self._convert(self.folder / REJECTS, path, shown, book, bom=bom, before=rows)

    def _convert(
        self, file: Path, path: Path, shown: Sequence[Shown], book: Book, *, bom: bool, before: Sequence[BadRows] = ()
    ) -> None:
        style = CsvStyle(safe=self.scoring.csv_safe, bom=bom)
        try:
            with self._session() as connection:
                convert_rows(connection, file, path, shown, style=style, book=book, before=before)
        except UnfitError as error:
            raise OutputError(error.message) from None

    def verified(self, size: int, checkers: Checkers, results: Evaluated, listener: Listener) -> Record:
        """Check a sample of a run that is held in memory.

        Raises:
            DisagreementError: another engine gives a different outcome.
        """
        from steelyard.session.verification import verify

        cases = {case.key: case for case, _ in results}
        said = {case.key: outcome for case, outcome in results}
        with self._session() as connection:
            checked = verify(
                connection,
                self.scored,
                self.columns,
                self.versions,
                self.scoring.engine,
                self.read.provenance,
                size,
                checkers,
                lambda keys: [cases[key] for key in keys],
                listener,
                said,
            )
        return replace(
            self, scoring=replace(self.scoring, verified=checked, checkers=tuple(name for name, _ in checkers))
        )

    @contextmanager
    def _session(self) -> Generator[Connection]:
        """DuckDB with views of the results, of all rejects, and of the cases that a rule rejects.

        Raises:
            EngineError: DuckDB cannot go on.
        """
        from steelyard.engines.sql.portfolio import RULED_OUT, DuckDBError, connect
        from steelyard.engines.sql.running import interruptible
        from steelyard.facts.bulk import sql

        rejected = sql.parquet(self.folder / REJECTED)
        views = {_RESULTS: sql.parquet(self.scored), _REJECTS: rejected, RULED_OUT: f"{rejected} WHERE k IS NOT NULL"}
        try:
            with interruptible(), connect(self.folder, self.memory) as connection:
                for view, source in views.items():
                    connection.execute(sql.words("CREATE VIEW", sql.name(view), "AS FROM", source))
                yield connection
        except DuckDBError as error:
            raise refusal(error, self.folder) from None


def _measures(column: ResultColumn) -> bool:
    """Whether a column holds what an indicator measures."""
    return column.origin is not None and column.origin.content in (Content.MEASURE, Content.FAMILY)


def _below_zero(column: ResultColumn) -> str:
    """Return the SQL condition that a measure is negative, or one of those of a family."""
    from steelyard.facts.bulk import sql

    if column.fields:
        measure = next(one for one in column.fields if _measures(one))
        return (
            f"len(list_filter({sql.name(column.name)}, lambda x: {_sign(f'x.{sql.name(measure.name)}', measure)})) > 0"
        )
    return _sign(sql.name(column.name), column)


def _sign(value: str, column: ResultColumn) -> str:
    return f"starts_with({value}, '-')" if column.textual else f"{value} < 0"


class Kept:
    """What a record keeps of cases and rejects for summaries to group by.

    Attributes:
        columns: a text column for each name.
        rejected_columns: of `rejected.parquet`.
    """

    def __init__(self, versions: Versions, groups: Sequence[str]) -> None:
        self._keys = GroupKeys(versions)
        self._groups = groups
        self.columns = tuple(ResultColumn(key_column(name), Text()) for name in groups)
        self.rejected_columns = (ResultColumn("k", Text()), *self.columns, ResultColumn("where", Text()))

    def texts(self, values: Mapping[str, Stored]) -> dict[str, CellValue]:
        """Give the text of each name for the values of a case, or for those that could be read."""
        return {key_column(name): self._keys.text(name, values) for name in self._groups}

    def rejected(self, reject: Reject, values: Mapping[str, Stored], key: str | None = None) -> dict[str, CellValue]:
        """Give the row of a reject. `key`: of a case that a rule rejects."""
        return {"k": key, **self.texts(values), "where": reject.where}


def record_of(  # noqa: PLR0917 - the parts of a run
    versions: Versions,
    results: Evaluated,
    read: Read,
    scoring: Scoring,
    folder: Path,
    groups: Sequence[str] = (),
    unread: Sequence[Reject] = (),
    lang: str = "en",
    added: Sequence[str] = (),
) -> Record:
    """Keep a run that is held in memory.

    Args:
        versions: what the cases were scored under.
        results: of every case.
        read: which files were read.
        scoring: by which engine.
        folder: for the files of the record.
        groups: names that a summary may group by.
        unread: rows that are no case, then bad rows of feeds.
        lang: of the texts of rejects.
        added: inputs by id that stand among the results.
    """
    table, kept = Results(versions, added), Kept(versions, groups)
    width = len(table.columns)

    def rows() -> Iterator[Mapping[str, CellValue]]:
        for case, outcome in results:
            if outcome.status is not Status.REJECTED:
                yield {**table.row(case, outcome), **kept.texts(case.values)}

    columns, unfit = write_widened(folder / SCORED, (*table.columns, *kept.columns), rows, {KEY: PENDING})
    ruled = [(case, outcome.rejection) for case, outcome in results if outcome.rejection is not None]
    gone = (
        *(kept.rejected(one, one.values) for one in unread),
        *(kept.rejected(one, case.values, case.key) for case, one in ruled),
    )
    with (folder / REJECTED).open("wb") as stream:
        write_parquet(stream, kept.rejected_columns, gone)
    rejects = (*unread, *(one for _, one in ruled))
    write_rejects(folder / REJECTS, rejects, lang)
    return Record(versions, folder, columns[:width], tuple(groups), read, scoring, rejects[:FIRST], unfit)


def _as_held(wanted: SummaryColumns, columns: Sequence[ResultColumn]) -> SummaryColumns:
    """The columns that a summary reads, with those that hold text because a number is too wide."""
    textual = {(one.name, part) for one in columns for part in _textual_parts(one)}
    if not textual:
        return wanted
    return SummaryColumns(
        tuple(replace(one, textual=one.textual or (one.column, None) in textual) for one in wanted.scores),
        tuple(replace(one, textual=(one.column, one.field) in textual) for one in wanted.lost),
    )


def _textual_parts(column: ResultColumn) -> Iterator[str | None]:
    """None for a column that is text as a whole; the names of the fields of a family that are."""
    if column.textual:
        yield None
    yield from (field.name for field in column.fields if field.textual)
