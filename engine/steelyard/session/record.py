"""What a scored run leaves, whichever engine scored it: three Parquet files, and how they are summed up and written.

`scored.parquet` has a row for each case that was not rejected, in the order of the files: the columns of results
(report/results.py), then a text column for each name that summaries may group by. `rejected.parquet` has a row for
each reject: the same text columns, null where the row could not be read, and `where`, the column or rule at fault.
`rejects.parquet` has the rejects as people read them (report/writers.py).
"""

# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.ir.result_columns import ResultColumn
from steelyard.ir.types import Text
from steelyard.ir.versions import Versions
from steelyard.report.arrow import UnfitError, arrow_schema, write_parquet
from steelyard.report.columns import CellValue
from steelyard.report.portfolio import MONTH, VERSION, GroupKeys
from steelyard.report.provenance import KEY
from steelyard.report.results import Results
from steelyard.report.writers import REJECT_COLUMNS, write_rejects, write_rows
from steelyard.semantics.outcome import Status
from steelyard.session.errors import OutputError
from steelyard.temporary import TemporaryFolder

if TYPE_CHECKING:
    from steelyard.engines.sql.portfolio import Connection
    from steelyard.facts import Reject
    from steelyard.report.summary import Summary
    from steelyard.session.run import Run as MemoryRun

SCORED, REJECTED, REJECTS = "scored.parquet", "rejected.parquet", "rejects.parquet"
_RESULTS, _REJECTS = "results_", "rejects_"


@dataclass(frozen=True)
class Record:
    """The files of a run in a folder of its own.

    Attributes:
        columns: of the results.
        groups: the names that a summary may group by.
    """

    versions: Versions
    folder: Path
    columns: tuple[ResultColumn, ...]
    groups: tuple[str, ...]

    @classmethod
    def of(cls, versions: Versions, folder: Path, groups: Sequence[str]) -> Record:
        """Of files that are in the folder, or will be."""
        return cls(versions, folder, Results(versions).columns, tuple(groups))

    @property
    def scored(self) -> Path:
        """The file of results."""
        return self.folder / SCORED

    def summary(self, by: Sequence[str] = (), minimum_sample: int | None = None) -> Summary:
        """Sum the run up by some of the names that it keeps."""
        from steelyard.engines.sql.portfolio import key_column
        from steelyard.engines.sql.summary import summarise
        from steelyard.report.summary import MINIMUM_SAMPLE, summary_of_counts
        from steelyard.report.summary_shape import summary_columns

        least = MINIMUM_SAMPLE if minimum_sample is None else minimum_sample
        with self._session() as connection:
            keys = tuple(map(key_column, by))
            counts = summarise(connection, _RESULTS, summary_columns(self.versions), keys, _REJECTS)
        return summary_of_counts(self.versions, tuple(by), counts, least)

    def write(self, path: Path, provenance: str, *, csv_safe: bool = False) -> None:
        """Write the results in the format that the suffix names; a Parquet file keeps the provenance as metadata.

        `csv_safe`: in CSV an apostrophe stands before texts that a spreadsheet may take for formulas.
        """
        from steelyard.calendars.zones import zone
        from steelyard.engines.sql.portfolio import convert

        if path.suffix.lower() == ".parquet":
            self._parquet(path, {KEY: provenance})
            return

        with self._session() as connection:
            here = zone(self.versions.newest.timezone)
            convert(connection, self.scored, path, self.columns, here, csv_safe=csv_safe)

    def write_rejects(self, path: Path, *, csv_safe: bool = False) -> None:
        """Write the rejects in the format that the suffix names. `csv_safe`: as of `write`."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.folder / REJECTS) as file:
            batches = file.iter_batches()
            rows: Iterator[dict[str, CellValue]] = (row for batch in batches for row in batch.to_pylist())
            write_rows(path, REJECT_COLUMNS, rows, "UTC", csv_safe=csv_safe)

    def _parquet(self, path: Path, metadata: Mapping[str, str]) -> None:
        import pyarrow.parquet as pq

        schema = arrow_schema(self.columns).with_metadata(metadata)
        with (
            pq.ParquetFile(self.scored) as file,
            pq.ParquetWriter(path, schema, store_decimal_as_integer=True) as writer,
        ):
            for batch in file.iter_batches(columns=schema.names):
                writer.write_batch(batch.select(schema.names).cast(schema))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]

    @contextmanager
    def _session(self) -> Generator[Connection]:
        """DuckDB with a view of each file."""
        from steelyard.engines.sql.portfolio import connect, interruptible
        from steelyard.facts.bulk import sql

        with TemporaryFolder() as folder, interruptible(), connect(folder.path) as connection:
            for view, file in ((_RESULTS, SCORED), (_REJECTS, REJECTED)):
                source = f"read_parquet({sql.literal(str(self.folder / file))})"
                connection.execute(sql.words("CREATE VIEW", sql.name(view), "AS FROM", source))
            yield connection


def group_names(versions: Versions) -> tuple[str, ...]:
    """Every name that cases can be grouped by: the inputs of all versions, `month` of the reference date, `version`."""
    inputs = dict.fromkeys(field.id for one in versions.rulesets for field in one.inputs)
    month = () if versions.newest.reference_date is None else (MONTH,)
    return tuple(dict.fromkeys((*inputs, *month, VERSION)))


def record_of(run: MemoryRun, groups: Sequence[str], folder: Path, lang: str) -> Record:
    """Keep a run that is held in memory.

    Raises:
        OutputError: a number has more digits than the columns hold exactly.
    """
    from steelyard.engines.sql.portfolio import key_column

    table, keys = Results(run.versions), GroupKeys(run.versions)
    added = tuple(ResultColumn(key_column(name), Text()) for name in groups)
    kept = [(case, outcome) for case, outcome in run.results if outcome.status is not Status.REJECTED]
    rows: Iterable[Mapping[str, CellValue]] = (
        {**table.row(case, outcome), **{key_column(name): keys.text(name, case) or None for name in groups}}
        for case, outcome in kept
    )
    unread = [*run.portfolio.rejects, *run.portfolio.feed_rejects]
    ruled = [(case, outcome.rejection) for case, outcome in run.results if outcome.rejection is not None]
    gone: list[dict[str, CellValue]] = [_reject(one, {key_column(name): None for name in groups}) for one in unread]
    gone += [_reject(one, {key_column(name): keys.text(name, case) or None for name in groups}) for case, one in ruled]
    record = Record.of(run.versions, folder, groups)
    try:
        with record.scored.open("wb") as stream:
            write_parquet(stream, (*table.columns, *added), rows)
    except UnfitError as error:
        raise OutputError(error.message) from None
    with (folder / REJECTED).open("wb") as stream:
        write_parquet(stream, (*added, ResultColumn("where", Text())), gone)
    write_rejects(folder / REJECTS, run.rejects, lang)
    return record


def _reject(reject: Reject, keys: Mapping[str, CellValue]) -> dict[str, CellValue]:
    return {**keys, "where": reject.where}
