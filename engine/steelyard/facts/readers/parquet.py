"""Reads Parquet with pyarrow; no other module of the readers imports it. Only the wanted columns are read."""
# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# ruff: noqa: ANN401 - as above

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from steelyard.diagnostics import msg
from steelyard.facts.cells import ALL, NUMERALS, SOME, Cell, Numeral, Single, told
from steelyard.facts.problem import Problem
from steelyard.facts.readers.table import Line, ReadOptions, Table, UnreadableError, Wanted, checked_header

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_BATCH = 8192

_Convert = Callable[[Any], Cell]


@contextmanager
def read_parquet(path: Path, options: ReadOptions, wanted: Wanted) -> Generator[Table]:
    """Read the wanted columns of a Parquet file; rows are counted from 1.

    Raises:
        UnreadableError: the file is damaged, or a wanted column has a type that has no exact meaning here.
    """
    del options
    with pq.ParquetFile(path.absolute()) as file:
        columns = checked_header(file.schema_arrow.names, 1, wanted.columns)
        used = [name for name in columns if name in wanted.columns]
        fields = [file.schema_arrow.field(name) for name in used]
        converters = [numerals(one) or _converter(one.name, one.type) for one in fields]
        yield Table(columns, _rows(file, used, converters))


def numerals(field: Any) -> Callable[[str], str] | None:
    """Return what tells the texts of a field that a caller gave as numbers; None where the field says nothing."""
    return {ALL: Numeral, SOME: told}.get((field.metadata or {}).get(NUMERALS, b""))


def _rows(file: Any, used: list[str], converters: list[_Convert]) -> Iterator[Line]:
    number = 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=used):
        lists = [_cells(batch.column(place), convert) for place, convert in enumerate(converters)]
        for place in range(batch.num_rows):
            number += 1
            yield Line(number, {name: cells[place] for name, cells in zip(used, lists, strict=True)})


def _cells(column: Any, convert: _Convert) -> list[Cell]:
    """Return the cells of a column. Dates and instants are integers, because Python's types have a smaller range."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    elif pa.types.is_timestamp(column.type) or pa.types.is_date64(column.type):
        column = column.cast(pa.int64())
    return [None if value is None else convert(value) for value in _values(column)]


def _values(column: Any) -> list[Any]:
    """Return the values of a column. Bytes that are no UTF-8 become lone surrogates, as in files of text (text.py)."""
    try:
        return column.to_pylist()
    except UnicodeDecodeError:
        kind = pa.large_binary()
        if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
            kind = pa.large_list(kind)
        return [_decoded(value) for value in column.cast(kind).to_pylist()]


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(one) for one in value]
    return None if value is None else value.decode(errors="surrogateescape")


def _converter(name: str, kind: Any) -> _Convert:
    types = pa.types
    if types.is_dictionary(kind):
        return _converter(name, kind.value_type)
    if types.is_timestamp(kind):
        return _instant(_PER_SECOND[kind.unit], aware=kind.tz is not None)
    if types.is_list(kind) or types.is_large_list(kind):
        if types.is_string(kind.value_type) or types.is_large_string(kind.value_type):
            return _texts
    elif types.is_integer(kind) or types.is_string(kind) or types.is_large_string(kind) or types.is_null(kind):
        return str
    elif types.is_boolean(kind):
        return _boolean
    elif types.is_decimal(kind):
        return _decimal
    elif types.is_float64(kind):
        return float
    elif types.is_float32(kind):
        return Single
    elif types.is_date(kind):
        return _day(1 if types.is_date32(kind) else 86_400_000)
    raise UnreadableError(
        "E119",
        msg("column `{column}` has the type `{type}`", column=name, type=str(kind)),
        help=msg("store it as text, an integer, a decimal, a float, a boolean, a date or a timestamp"),
    )


def _boolean(value: Any) -> Cell:
    return "true" if value else "false"


def _decimal(value: Decimal) -> Cell:
    return Numeral(f"{value:f}")


def _day(per_day: int) -> _Convert:
    def convert(value: int) -> Cell:
        day, rest = divmod(value, per_day)
        try:
            return (
                Problem(msg("a date without a time of day")) if rest else (_EPOCH + timedelta(day)).date().isoformat()
            )
        except OverflowError:
            return Problem(msg("a date such as `2024-05-01`"))

    return convert


def _texts(value: list[str | None]) -> Cell:
    texts = tuple(item for item in value if item is not None)
    return texts if len(texts) == len(value) else Problem(msg("a list of texts, none of them missing"))


def _instant(per_second: int, *, aware: bool) -> _Convert:
    def convert(value: int) -> Cell:
        microseconds, rest = divmod(value * 1_000_000, per_second)
        if rest:
            return Problem(msg("at most 6 digits of a second"))
        try:
            instant = _EPOCH + timedelta(microseconds=microseconds)
        except OverflowError:
            return Problem(msg("a date and time such as `2024-05-01 10:00`"))
        naive = instant.replace(tzinfo=None)
        return naive.isoformat() + "Z" if aware else naive

    return convert
