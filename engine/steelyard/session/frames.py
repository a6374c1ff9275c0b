"""Cases and relations that a caller holds in memory, as the Parquet files that intake reads.

So a frame means what a file of the same columns means: one grammar, one set of words for what is wrong, one order.
A frame of the role `cases` is read as `cases.parquet`, one of the relation `weather` as `weather.parquet`; rows are
counted from 1.
"""

# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# ruff: noqa: ANN401 - as above

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, cast

import pyarrow as pa
import pyarrow.parquet as pq

from steelyard.diagnostics import Message, msg
from steelyard.facts.cells import ALL, NUMBER, NUMERALS, OTHER, SOME, Cell, shown
from steelyard.facts.format import iso_duration
from steelyard.facts.problem import Problem
from steelyard.facts.python import ArgumentError, cell_of
from steelyard.session.errors import InputError

_INDEX = re.compile(r"__index_level_\d+__")
"""Columns of the index of a pandas frame."""
_BATCH = 65_536


class ArrowStream(Protocol):
    """A frame: pandas, polars, a pyarrow table or reader, a DuckDB relation."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the rows by Arrow's C stream interface."""
        ...


Data = ArrowStream | str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | Sequence[Mapping[str, object]]
"""Rows: a frame, paths or patterns of files, or a list with a mapping for each row."""


def files_of(role: str, data: Data, folder: Path) -> tuple[str, ...]:
    """Give the files that hold the rows; rows in memory are written to `folder`.

    Args:
        role: `cases` or the id of a relation.
        data: where the rows are.
        folder: exists, and outlives the reading.

    Returns:
        Paths and patterns; none where `data` is an empty list.

    Raises:
        InputError: no such form of data, or a column without an exact meaning.
    """
    match data:
        case str() | os.PathLike():
            return (os.fspath(data),)
        case _ if hasattr(data, "__arrow_c_stream__"):
            return (_from_frame(role, data, folder),)
        case Sequence() if all(isinstance(one, str | os.PathLike) for one in data):
            return tuple(os.fspath(cast("str | os.PathLike[str]", one)) for one in data)
        case Sequence() if all(isinstance(one, Mapping) for one in data):
            return (_from_rows(role, cast("Sequence[Mapping[str, object]]", data), folder),)
        case _:
            expected = msg("a frame, a path or pattern, a list of paths, or a list of mappings")
            raise InputError(role, type(data).__name__, expected)


def _from_frame(role: str, frame: object, folder: Path) -> str:
    """Write a frame batch by batch."""
    try:
        reader = pa.RecordBatchReader.from_stream(frame)
        places = [place for place, field in enumerate(reader.schema) if not _INDEX.fullmatch(field.name)]
        fields = [pa.field(one.name, _stored_type(one.type)) for one in map(reader.schema.field, places)]
        batches = (
            [_stored(batch.column(place), field.type) for place, field in zip(places, fields, strict=True)]
            for batch in reader
        )
        return _write(role, pa.schema(fields), batches, folder)
    except MemoryError:
        raise
    except (pa.ArrowException, TypeError) as error:
        raise InputError(
            role, type(frame).__name__, msg("columns of one type each: {reason}", reason=str(error))
        ) from None


def _stored_type(kind: Any) -> Any:
    """The type that intake reads; one that it does not know is left for it to name."""
    types = pa.types
    if types.is_dictionary(kind):
        return _stored_type(kind.value_type)
    if types.is_duration(kind) or types.is_string_view(kind) or types.is_large_string(kind) or types.is_null(kind):
        return pa.string()
    if types.is_list(kind) or types.is_large_list(kind) or types.is_list_view(kind) or types.is_fixed_size_list(kind):
        return pa.list_(_stored_type(kind.value_type))
    return kind


def _stored(column: Any, kind: Any) -> Any:
    if column.type == kind:
        return column
    if pa.types.is_dictionary(column.type):
        values = _stored(column.dictionary, kind)  # first: values of some types cannot be taken by their indices
        return pa.DictionaryArray.from_arrays(column.indices, values).dictionary_decode()
    if pa.types.is_duration(column.type):
        units = column.cast(pa.duration("us")).cast(pa.int64()).to_pylist()
        return pa.array([None if one is None else iso_duration(one) for one in units], kind)
    return column.cast(kind)


def _from_rows(role: str, rows: Sequence[Mapping[str, object]], folder: Path) -> str:
    """Write mappings: a column for each name, of doubles where it holds numbers of Python's float, else of text."""
    names = dict.fromkeys(name for row in rows for name in row)
    for name in names:
        if not isinstance(cast("object", name), str):
            raise InputError(role, name, msg("names of columns as text"))
    columns = [_column(role, name, [row.get(name) for row in rows]) for name in names]
    given = [[row.get(name) for row in rows] for name in names]
    kinds = [_numerals(column, values) for column, values in zip(columns, given, strict=True)]
    columns = [
        _marked(column, values) if kind == {NUMERALS: SOME} else column
        for column, kind, values in zip(columns, kinds, given, strict=True)
    ]
    fields = [
        pa.field(name, column.type, metadata=kind) for name, column, kind in zip(names, columns, kinds, strict=True)
    ]
    schema = pa.schema(fields)
    return _write(role, schema, [columns], folder)


def _numerals(column: Any, values: Sequence[object]) -> dict[bytes, bytes] | None:
    """Return which texts of a column stand for numbers, as the metadata of its field."""
    if not pa.types.is_string(column.type):
        return None
    texts = any(isinstance(one, str) for one in values)
    if texts and any(isinstance(one, float | Decimal) for one in values):
        return {NUMERALS: SOME}
    return {NUMERALS: ALL} if not texts and any(isinstance(one, Decimal) for one in values) else None


def _marked(column: Any, values: Sequence[object]) -> Any:
    """Mark the texts that stand for numbers, and the others."""
    marks = (NUMBER if isinstance(one, float | Decimal) else OTHER for one in values)
    return pa.array([text and mark + text for mark, text in zip(marks, column.to_pylist(), strict=True)], pa.string())


def _column(role: str, name: str, values: Sequence[object]) -> Any:
    try:
        cells = [cell_of(value, f"{role}.{name}") for value in values]
    except ArgumentError as error:
        raise InputError(error.name, error.value, error.expected) from None
    for cell, value in zip(cells, values, strict=True):
        if isinstance(cell, Problem):
            raise InputError(f"{role}.{name}", value, cell.expected)
    given = [cell for cell in cells if cell is not None]
    if any(isinstance(cell, tuple) for cell in given):
        return pa.array([_list(cell) for cell in cells], pa.list_(pa.string()))
    if any(isinstance(cell, float) for cell in given) and not any(isinstance(value, str) for value in values):
        return pa.array([_double(role, name, cell) for cell in cells], pa.float64())
    return pa.array([None if cell is None else _text(cell) for cell in cells], pa.string())


def _text(cell: Cell) -> str:
    """A cell as a file of text has it; a local time with its `T`."""
    return cell.isoformat() if isinstance(cell, date) else shown(cell)


def _list(cell: Cell) -> list[str] | None:
    match cell:
        case None:
            return None
        case tuple():
            return list(cell)
        case _:
            return [_text(cell)]


def _double(role: str, name: str, cell: Cell) -> float | None:
    """A number beside floats; one that no double holds exactly is refused."""
    if cell is None or isinstance(cell, float):
        return cell
    from decimal import InvalidOperation

    text = _text(cell)
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise InputError(f"{role}.{name}", text, _one_kind()) from None
    if len(number.as_tuple().digits) > 15:  # so many digits every double keeps
        raise InputError(f"{role}.{name}", text, _one_kind())
    return float(number)


def _one_kind() -> Message:
    return msg("either floats or decimals in one column, not both")


def _write(role: str, schema: Any, batches: Iterable[Sequence[Any]], folder: Path) -> str:
    path = folder / f"{role}.parquet"
    with pq.ParquetWriter(path, schema, store_schema=True) as writer:
        for batch in _sized(schema, batches):
            writer.write_batch(batch)
    return str(path)


def _sized(schema: Any, batches: Iterable[Sequence[Any]]) -> Iterator[Any]:
    for columns in batches:
        whole = pa.RecordBatch.from_arrays(list(columns), schema=schema)
        for start in range(0, whole.num_rows, _BATCH):
            yield whole.slice(start, _BATCH)
