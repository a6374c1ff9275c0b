"""Files as sources of rows: Parquet directly, all other formats through a staged Parquet file."""
# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# ruff: noqa: ANN401 - as above

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from steelyard.facts.bulk import sql
from steelyard.facts.bulk.cells import Column, Kind
from steelyard.facts.bulk.values import EXACT
from steelyard.facts.cells import NUMERALS, SOME
from steelyard.facts.readers import ReadOptions
from steelyard.facts.readers.notations import Asked, asked_of
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Number

FILE = 1 << 40
"""The number of a row is the number of its file times this, plus its position in the file from 0."""

_AS_USUAL = ReadOptions()
_MOST_MS = 10**15
_VIRTUAL = {"file_row_number", "file_index", "filename"}
_INTEGERS = {f"{sign}{size}": name for sign, prefix in (("int", ""), ("uint", "U")) for size, name in (
    ("8", f"{prefix}TINYINT"), ("16", f"{prefix}SMALLINT"), ("32", f"{prefix}INTEGER"), ("64", f"{prefix}BIGINT")
)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A file of rows, in Parquet.

    Attributes:
        path: the file that was given.
        table: the Parquet file that DuckDB reads: the same file, or a staged one.
        rows: the number of its rows.
        width: the number of its columns, which are named `c0`, `c1`, ...
        columns: the column for each name, type and notation.
        staged: whether `table` is a staged file (staging.py), with lines and raw cells beside the texts.
        raw: the file with the raw cells, where `table` holds stored values (storing.py), in any order; else None.
        number: the position of the file among all of its role.
        header: the names of all columns of a file of CSV that was staged without its reader.
        options: how the file is written.
        part: only rows whose position is in [first, end) belong to the source; None: all.
    """

    path: Path
    table: Path
    rows: int
    width: int
    columns: Mapping[Asked, Column]
    staged: bool
    raw: Source | None = None
    number: int = 0
    header: Sequence[str] = ()
    part: tuple[int, int] | None = None
    options: ReadOptions = _AS_USUAL

    @property
    def line(self) -> str:
        """The SQL for the line of a row."""
        return "c0" if self.staged else "file_row_number + 1"

    @property
    def place(self) -> str:
        """The SQL for the position of a row in the file, from 0."""
        return "file_row_number" if self.raw is None else "c1"


@dataclass(frozen=True, slots=True)
class Group:
    """Consecutive files with the same columns, read as one.

    Attributes:
        sources: the files, all with the same columns; one of which only a part is wanted stands alone.
    """

    sources: tuple[Source, ...]

    @property
    def source(self) -> Source:
        """One source that stands for all of the group."""
        return self.sources[0]

    @property
    def table(self) -> str:
        """The FROM clause, and the WHERE clause for the part that is wanted."""
        columns = sql.listed(f"c{place}" for place in range(self.source.width))
        table = f"{sql.parquet(*(one.table for one in self.sources))} AS t({columns})"
        if self.source.part is None:
            return table
        first, end = self.source.part
        return f"{table} WHERE {self.source.place} >= {first} AND {self.source.place} < {end}"

    @property
    def row(self) -> str:
        """The SQL for the number of a row."""
        return f"CAST({self.source.number} + file_index AS BIGINT) * {FILE} + {self.source.place}"


def grouped(sources: Sequence[Source]) -> Iterator[Group]:
    """Group consecutive sources with the same columns."""
    for _, members in groupby(sources, _shape):
        yield Group(tuple(members))


def _shape(source: Source) -> object:
    """What sources that are read together have in common."""
    return (
        source.part,
        source.width,
        source.line,
        source.place,
        source.columns,
        source.options.notations.own,
        _names(source),
    )


def _names(source: Source) -> object:
    """Return the names of a source's columns. Files that are read together are united by name, so they must agree."""
    return pq.read_schema(source.table.absolute()).names


def parquet_source(connection: duckdb.DuckDBPyConnection, path: Path, fields: Sequence[InputField]) -> Source | None:
    """Read a Parquet file directly; None where DuckDB would not read a column as exactly as the Python reader."""
    with pq.ParquetFile(path.absolute()) as file:
        schema, metadata = file.schema_arrow, file.metadata
    names: list[str] = schema.names
    found = _described(connection, path)
    if found is None or len(found) != len(names) or _VIRTUAL & {name.casefold() for name in names}:
        return None
    columns: dict[Asked, Column] = {}
    for field in fields:
        if field.column not in names:
            continue
        place = names.index(field.column)
        column = _column(f"c{place}", schema.field(place).type, found[place])
        if (schema.field(place).metadata or {}).get(NUMERALS) == SOME:
            return None
        if column is None or not _exact(column, field) or not _near(metadata, schema.field(place)):
            return None
        columns[asked_of(field)] = column
    return Source(path, path, metadata.num_rows, len(names), columns, staged=False)


def broken_text(error: Exception) -> bool:
    """Return whether DuckDB stopped at text of a Parquet file that is not UTF-8."""
    return isinstance(error, duckdb.InvalidInputException) and "Invalid string encoding found in Parquet" in str(error)


def has_broken_text(path: Path, names: Collection[str]) -> bool:
    """Return whether columns of a Parquet file hold text that is not UTF-8."""
    with pq.ParquetFile(path.absolute()) as file:
        used = [name for name in file.schema_arrow.names if name in names]
        try:
            for batch in file.iter_batches(columns=used):
                batch.validate(full=True)
        except pa.ArrowInvalid:
            return True
    return False


def _described(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str] | None:
    try:
        found = connection.execute(f"DESCRIBE FROM {sql.parquet(path)}").fetchall()
    except duckdb.Error:
        return None
    return [str(row[1]) for row in found]


def _near(metadata: Any, field: Any) -> bool:
    """Return whether DuckDB can hold all instants of a column; it converts milliseconds to microseconds, or fails."""
    if not pa.types.is_timestamp(field.type) or field.type.unit != "ms":
        return True
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        column = next(one for one in map(group.column, range(group.num_columns)) if one.path_in_schema == field.name)
        found = column.statistics
        if found is None or not found.has_min_max or not -_MOST_MS <= found.min_raw <= found.max_raw <= _MOST_MS:
            return False
    return True


def _exact(column: Column, field: InputField) -> bool:
    if column.kind is not Kind.DOUBLE or not isinstance(field.type, Number) or field.range is None:
        return True
    most = EXACT // 10**field.type.scale * 10**field.type.scale
    low, high = field.range.low, field.range.high
    return low is not None and high is not None and -most <= low and high <= most


def _column(cell: str, kind: Any, found: str) -> Column | None:
    """Return a Parquet column, if pyarrow and DuckDB interpret it in the same way; else None."""
    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
        if not (types.is_string(kind) or types.is_large_string(kind)):
            return None
    column: Column | None = None
    expected = ""
    if types.is_string(kind) or types.is_large_string(kind):
        column, expected = Column(cell, Kind.TEXT), "VARCHAR"
    elif types.is_integer(kind):
        column, expected = Column(cell, Kind.INTEGER), _INTEGERS[str(kind)]
    elif types.is_boolean(kind):
        column, expected = Column(cell, Kind.BOOLEAN), "BOOLEAN"
    elif types.is_decimal128(kind) and kind.scale >= 0:
        column = Column(cell, Kind.DECIMAL, kind.precision, kind.scale)
        expected = f"DECIMAL({kind.precision},{kind.scale})"
    elif types.is_float64(kind):
        column, expected = Column(cell, Kind.DOUBLE), "DOUBLE"
    elif types.is_date32(kind):
        column, expected = Column(cell, Kind.DATE), "DATE"
    elif types.is_timestamp(kind):
        column, expected = _timestamp(cell, kind, found)
    elif types.is_list(kind) and (types.is_string(kind.value_type) or types.is_large_string(kind.value_type)):
        column, expected = Column(cell, Kind.TEXTS), "VARCHAR[]"
    return column if found == expected else None


def _timestamp(cell: str, kind: Any, found: str) -> tuple[Column | None, str]:
    if kind.tz is not None:
        microseconds = kind.unit in ("us", "ms")
        column = Column(cell, Kind.INSTANT, microseconds=f"epoch_us({cell})") if microseconds else None
        return column, "TIMESTAMP WITH TIME ZONE"
    if found == "TIMESTAMP_NS":
        nanoseconds = f"epoch_ns({cell})"
        whole = sql.when(f"{nanoseconds} % 1000 = 0", f"{nanoseconds} // 1000")
        return Column(cell, Kind.LOCAL, microseconds=whole), "TIMESTAMP_NS"
    column = Column(cell, Kind.LOCAL, microseconds=f"epoch_us({cell})") if kind.unit in ("us", "ms") else None
    return column, "TIMESTAMP"


def staged_source(path: Path, table: Path, rows: int, asked: Sequence[Asked], header: Sequence[str] = ()) -> Source:
    """Return the source of a staged file of texts: one column for each that is asked for, in this order."""
    columns = {one: Column(f"c{place}", Kind.TEXT) for place, one in enumerate(asked, FIRST_TEXT)}
    return Source(path, table, rows, FIRST_TEXT + len(asked), columns, staged=True, header=header)


FIRST_TEXT = 3
"""The position of the first text column in a staged file, after the line, the raw line and the raw cells."""
