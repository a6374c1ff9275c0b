"""Results as Arrow, for Parquet: numbers as 64-bit decimals (INT64 in the file) or integers, never a double.

A number has at most 18 digits, durations and days are BIGINT (microseconds, days), instants are timestamps in UTC. A
value that does not fit is refused, never cut; `write_widened` keeps its column as text instead.
"""

# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# ruff: noqa: ANN401 - as above

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, BinaryIO, assert_never

from steelyard.diagnostics import InternalError, Message, msg
from steelyard.ir.result_columns import PARQUET_DIGITS, ResultColumn
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type
from steelyard.report.columns import CellValue

ROWS_PER_GROUP = 50_000
"""So many rows are held at once."""


class UnfitError(ValueError):
    """A value that the file's type cannot hold.

    Attributes:
        message: which, for the user.
        path: the name of its column; of a family that of the field too.
    """

    def __init__(self, message: Message, path: tuple[str, ...]) -> None:
        super().__init__(str(message))
        self.message = message
        self.path = path


def arrow_schema(columns: Sequence[ResultColumn]) -> Any:
    """The schema of result columns."""
    import pyarrow as pa

    return pa.schema([pa.field(column.name, _arrow_type(column)) for column in columns])


def arrow_table(columns: Sequence[ResultColumn], rows: Sequence[Mapping[str, CellValue]]) -> Any:
    """Rows of results as a table.

    Raises:
        UnfitError: a number does not fit.
    """
    import pyarrow as pa

    schema = arrow_schema(columns)
    arrays = [
        pa.array([_cell(column, row[column.name]) for row in rows], type=schema.field(position).type)
        for position, column in enumerate(columns)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def write_parquet(
    stream: BinaryIO,
    columns: Sequence[ResultColumn],
    rows: Iterable[Mapping[str, CellValue]],
    metadata: Mapping[str, str] | None = None,
) -> int:
    """Write rows to a stream; returns how many.

    Args:
        stream: takes the file.
        columns: of the rows.
        rows: held a group at a time.
        metadata: text by key, kept in the file beside its schema.

    Raises:
        UnfitError: a number does not fit.
    """
    count = 0
    with parquet_writer(stream, columns, metadata) as take:
        for row in rows:
            take(row)
            count += 1
    return count


@contextmanager
def parquet_writer(
    stream: BinaryIO, columns: Sequence[ResultColumn], metadata: Mapping[str, str] | None = None
) -> Generator[Callable[[Mapping[str, CellValue]], None]]:
    """Give what takes rows one by one and writes them; arguments and errors are those of `write_parquet`."""
    import pyarrow.parquet as pq

    group: list[Mapping[str, CellValue]] = []
    # as DuckDB writes it: without the Arrow schema, which would repeat the metadata
    with pq.ParquetWriter(stream, arrow_schema(columns), store_decimal_as_integer=True, store_schema=False) as writer:
        if metadata:
            writer.add_key_value_metadata(dict(metadata))

        def take(row: Mapping[str, CellValue]) -> None:
            group.append(row)
            if len(group) == ROWS_PER_GROUP:
                write()

        def write() -> None:
            writer.write_table(arrow_table(columns, group))
            group.clear()

        yield take
        if group:
            write()


def write_widened(
    path: Path,
    columns: Sequence[ResultColumn],
    rows: Callable[[], Iterable[Mapping[str, CellValue]]],
    metadata: Mapping[str, str] | None = None,
) -> tuple[tuple[ResultColumn, ...], Message | None]:
    """Write rows of any numbers: a column with a number that does not fit holds text.

    Args:
        path: the file.
        columns: of the rows.
        rows: gives the rows; it is called again where a number does not fit.
        metadata: as for `write_parquet`.

    Returns:
        The columns as the file has them, and the first number that did not fit; None where all did.
    """
    found: Message | None = None
    while True:
        try:
            with path.open("wb") as stream:
                write_parquet(stream, columns, rows(), metadata)
        except UnfitError as error:
            found = found or error.message
            columns = tuple(_widened(column, error.path) for column in columns)
        else:
            return tuple(columns), found


def _widened(column: ResultColumn, path: tuple[str, ...]) -> ResultColumn:
    if not path or column.name != path[0]:
        return column
    if column.fields:
        return replace(column, fields=tuple(_widened(one, path[1:]) for one in column.fields))
    return replace(column, textual=True)


def _arrow_type(column: ResultColumn) -> Any:
    import pyarrow as pa

    if column.fields:
        return pa.list_(pa.struct([pa.field(field.name, _arrow_type(field)) for field in column.fields]))
    plain = pa.string() if column.textual else _plain_type(column.type)
    return pa.list_(plain) if column.many else plain


def _plain_type(type: Type) -> Any:  # noqa: A002 - the word
    import pyarrow as pa

    match type:
        case Number(scale=0) | Duration() | Days():
            return pa.int64()
        case Number(scale) if scale <= PARQUET_DIGITS:
            return pa.decimal64(PARQUET_DIGITS, scale)
        case Number() | Text() | Region():
            return pa.string()
        case Boolean():
            return pa.bool_()
        case Date():
            return pa.date32()
        case DateTime():
            return pa.timestamp("us", tz="UTC")
        case Regions():
            return pa.list_(pa.string())
        case _:
            assert_never(type)


def _cell(column: ResultColumn, value: CellValue) -> object:
    if value is None:
        return None
    if not column.many:
        return _plain(column, value)
    items: tuple[Any, ...] = value if isinstance(value, tuple) else (value,)
    if column.fields:
        try:
            return [
                {field.name: _cell(field, part) for field, part in zip(column.fields, item, strict=True)}
                for item in items
            ]
        except UnfitError as error:
            raise UnfitError(error.message, (column.name, *error.path)) from None
    return [None if item is None else _plain(column, item) for item in items]


def _plain(column: ResultColumn, value: object) -> object:
    match column.type, value:
        case type_, int() if column.textual:
            from steelyard.calendars.zones import zone
            from steelyard.facts.format import format_value

            return format_value(value, type_, zone("UTC"))
        case Number(scale=0) | Duration() | Days(), int() if not -(2**63) <= value < 2**63:
            raise UnfitError(_unfit(column, str(value)), (column.name,))
        case Number(scale), int() if 0 < scale <= PARQUET_DIGITS:
            if abs(value) >= 10**PARQUET_DIGITS:
                raise UnfitError(_unfit(column, str(value)), (column.name,))
            with localcontext() as context:
                context.prec = PARQUET_DIGITS + 1
                return Decimal(value).scaleb(-scale)
        case Number(scale), int() if scale > PARQUET_DIGITS:
            from steelyard.facts.format import format_units

            return format_units(value, scale)
        case Regions(), tuple():
            parts: tuple[object, ...] = value  # pyright: ignore[reportUnknownVariableType] - of text
            return [str(part) for part in parts]
        case _, int() | str():
            return value
        case _:
            raise InternalError(f"{value!r} is no value of {column.name}")


def _unfit(column: ResultColumn, value: str) -> Message:
    return msg(
        "`{column}` holds {value} units, more than Parquet keeps exactly here: write CSV or JSON lines instead",
        column=column.name,
        value=value,
    )
