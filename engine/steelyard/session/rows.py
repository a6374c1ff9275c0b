"""Rows that a run gives back: iterated as mappings, or handed to a data frame library by Arrow's C stream interface."""

# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# ruff: noqa: ANN401 - as above

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from steelyard.ir.result_columns import PARQUET_DIGITS, ResultColumn
from steelyard.ir.types import Duration, Number
from steelyard.report.arrow import arrow_schema

_BATCH = 65_536


class Rows:
    """A table of results, rejects, or groups of a summary. Rows stay in a file; each use reads it anew.

    Numbers with digits after the point are Decimals with exactly these digits, whole numbers are integers, instants
    aware datetimes in UTC, days dates, durations timedeltas (in Arrow: decimal128, int64, timestamp[us, UTC], date32,
    duration[us]). A family of indicators is a list of structs. A number of more than 18 digits after the point
    is text, and so is a column with a number or duration that does not fit these types.

    `polars.DataFrame(rows)`, `pandas.DataFrame.from_arrow(rows)`, `pyarrow.table(rows)` and DuckDB take it as it is.
    """

    def __init__(self, path: Path, columns: Sequence[ResultColumn], owner: object = None) -> None:
        """Prepare.

        Args:
            path: a Parquet file with at least these columns.
            columns: what to give of it.
            owner: is kept as long as the rows are, such as the folder of the file.
        """
        self._path = path
        self._owner = owner
        self._schema = _exchanged(columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._schema.names)

    def __len__(self) -> int:
        return int(pq.read_metadata(self._path).num_rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch in self._batches():
            yield from batch.to_pylist()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the rows batch by batch. `requested_schema`: as Arrow's protocol has it."""
        reader = pa.RecordBatchReader.from_batches(self._schema, self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> Any:
        """All rows as a `pyarrow.Table`."""
        return pa.Table.from_batches(self._batches(), self._schema)

    def _batches(self) -> Iterator[Any]:
        with pq.ParquetFile(self._path) as file:
            for batch in file.iter_batches(batch_size=_BATCH, columns=self._schema.names):
                yield batch.select(self._schema.names).cast(self._schema)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {len(self)} × {len(self.names)}: {', '.join(self.names[:8])}>"


def _exchanged(columns: Sequence[ResultColumn]) -> Any:
    """The schema that other libraries read: durations as such, decimals of 128 bits, which all of them know."""
    stored = arrow_schema(columns)
    return pa.schema(
        [pa.field(column.name, _type(column, field.type)) for column, field in zip(columns, stored, strict=True)]
    )


def _type(column: ResultColumn, stored: Any) -> Any:
    if column.fields:
        parts = zip(column.fields, stored.value_type, strict=True)
        return pa.list_(pa.struct([pa.field(part.name, _type(part, field.type)) for part, field in parts]))
    plain = stored.value_type if column.many else stored
    if column.textual:
        return stored
    match column.type:
        case Duration():
            plain = pa.duration("us")
        case Number(scale) if 0 < scale <= PARQUET_DIGITS:
            plain = pa.decimal128(PARQUET_DIGITS, scale)
        case _:
            return stored
    return pa.list_(plain) if column.many else plain
