"""Converts files that are not Parquet to temporary Parquet files of texts.

A staged file has one row for each row of the file, in its order. Its columns are the line number; the raw line, where
its fields cannot be separated; the pickled raw cells, where one of them is more than text; then the texts.
"""
# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false
# ruff: noqa: ANN401 - as above

from __future__ import annotations

import codecs
import pickle
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steelyard.facts.bulk.sources import Asked, Source, staged_source
from steelyard.facts.cells import Cell, plain_cell
from steelyard.facts.problem import Problem
from steelyard.facts.readers import BadLine, Line, ReadOptions
from steelyard.facts.readers.remarks import Remarks
from steelyard.ir.types import Regions, Type
from steelyard.source.csv_rows import customary_delimiter
from steelyard.source.files import BYTE_ORDER_MARK

UNREADABLE = "\0"
"""Stands for a cell that no type accepts: NUL is refused as text, and matches no other grammar."""

_BLANKS = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
"""The characters that Python's `str.strip` removes."""
_BLOCK = 1 << 23
"""How many bytes are read at a time."""
_ROWS = 1 << 14
"""How many rows are staged at a time."""


def _schema(width: int) -> Any:
    fields = [("line", pa.int64()), ("bad", pa.string()), ("raw", pa.binary())]
    return pa.schema([*fields, *((f"t{place}", pa.string()) for place in range(width))])


def _writer(table: Path, width: int) -> Any:
    return pq.ParquetWriter(table, _schema(width), compression="lz4", use_dictionary=False, write_statistics=False)


def stage_lines(path: Path, table: Path, lines: Iterable[Line | BadLine], asked: Sequence[Asked]) -> Source:
    """Stage the lines of a reader, row by row. Exceptions of the reader pass through."""
    count = 0
    schema = _schema(len(asked))
    with _writer(table, len(asked)) as writer:
        for some in _batches(lines):
            columns: list[list[Any]] = [
                [line.number for line in some],
                [None] * len(some),
                [_odd(line) for line in some],
            ]
            for name, kind in asked:
                columns.append([_text(line.cells.get(name), kind) if isinstance(line, Line) else None for line in some])
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(some)
    return staged_source(path, table, count, asked)


def _batches(lines: Iterable[Line | BadLine]) -> Iterator[list[Line | BadLine]]:
    some: list[Line | BadLine] = []
    for line in lines:
        some.append(line)
        if len(some) == _ROWS:
            yield some
            some = []
    if some:
        yield some


def _odd(line: Line | BadLine) -> bytes | None:
    plain = isinstance(line, Line) and all(cell is None or _storable(cell) for cell in line.cells.values())
    return None if plain else pickle.dumps(line)


def _storable(cell: Cell) -> bool:
    return isinstance(cell, str) and (cell.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in cell))


def _text(cell: Cell, kind: Type) -> str | None:
    match plain_cell(cell, kind):
        case None:
            return None
        case Problem():
            return UNREADABLE
        case str() as text:
            return text if _storable(text) else UNREADABLE
        case parts:
            joined = ";".join(parts)
            told = isinstance(kind, Regions) and all(part and ";" not in part for part in parts)
            return joined if told and _storable(joined) else UNREADABLE


def stage_plain_csv(
    path: Path, table: Path, columns: Sequence[str], options: ReadOptions, asked: Sequence[Asked], *, header: int
) -> tuple[Source, int] | None:
    """Stage a CSV file without quotes, in whole blocks.

    Args:
        path: the file.
        table: the Parquet file to write.
        columns: its header.
        options: delimiter, encoding and limits.
        asked: the columns to stage; columns that the file does not have are empty.
        header: the line of the header; rows above it are left out.

    Returns:
        The staged source, and the number of rows without any value, which are left out; None where the file contains a
        quote or a byte invalid in the encoding: use `stage_lines`.
    """
    places = {name: place for place, name in enumerate(columns)}
    known = [one for one in asked if one[0] in places]
    wanted = [places[name] for name, _ in known]
    count, remarks = 0, Remarks()
    with _writer(table, len(known)) as writer:
        try:
            texts = _texts(path, options.encoding)
            for block in _tables(
                texts, delimiter_of(path, options), len(columns), wanted, header=header, remarks=remarks
            ):
                writer.write_table(block)
                count += block.num_rows
        except (_QuotedError, UnicodeError, pa.ArrowInvalid):
            return None
    return staged_source(path, table, count, known, columns), remarks.skipped


def delimiter_of(path: Path, options: ReadOptions) -> str:
    """Return the delimiter of a CSV file."""
    return options.delimiter or customary_delimiter(path)


class _QuotedError(Exception):
    """Raised where the file contains a quote."""


def _texts(path: Path, encoding: str) -> Iterator[str]:
    """Give the text in pieces with LF line ends; no piece ends between the two characters of CRLF."""
    decoder = codecs.getincrementaldecoder(encoding)()
    held, mark = "", BYTE_ORDER_MARK
    with path.open("rb") as file:
        while True:
            raw = file.read(_BLOCK)
            text = held + decoder.decode(raw, final=not raw).removeprefix(mark)
            mark = "" if text else mark
            if '"' in text:
                raise _QuotedError
            held = "\r" if raw and text.endswith("\r") else ""
            yield text.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
            if not raw:
                return


def _tables(
    texts: Iterator[str], delimiter: str, width: int, wanted: Sequence[int], *, header: int, remarks: Remarks
) -> Iterator[Any]:
    number, rest = 0, ""
    for text in _ended(texts):
        whole, end, rest_ = (rest + text).rpartition("\n")
        rest = rest_
        if not end:
            continue
        lines = pc.list_flatten(pc.split_pattern(pa.array([whole], pa.large_string()), "\n")).cast(pa.string())
        numbers = pc.add(pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), len(lines))), number)
        above = max(0, header - number)
        number += len(lines)
        lines, numbers = lines[above:], numbers[above:]
        filled = pc.not_equal(lines, "")
        lines, numbers = lines.filter(filled), numbers.filter(filled)
        valued = pc.not_equal(pc.utf8_trim(lines, _BLANKS + delimiter), "")
        if not pc.all(valued).as_py():
            before = len(lines)
            lines, numbers = lines.filter(valued), numbers.filter(valued)
            remarks.skipped += before - len(lines)
        if len(lines):
            yield _table(lines, numbers, delimiter, width, wanted)


def _ended(texts: Iterator[str]) -> Iterator[str]:
    yield from texts
    yield "\n"


def _table(lines: Any, numbers: Any, delimiter: str, width: int, wanted: Sequence[int]) -> Any:
    fields = pc.split_pattern(lines, delimiter)
    good = pc.equal(pc.list_value_length(fields), width)
    schema = _schema(len(wanted))
    kept = fields.filter(good)
    texts = [pc.list_element(kept, place) for place in wanted]
    nothing = pa.nulls(len(kept), pa.string())
    table = pa.table([numbers.filter(good), nothing, pa.nulls(len(kept), pa.binary()), *texts], schema=schema)
    if len(kept) == len(lines):
        return table
    bad = pc.invert(good)
    ragged = lines.filter(bad)
    empty = [pa.nulls(len(ragged), pa.string()) for _ in wanted]
    other = pa.table([numbers.filter(bad), ragged, pa.nulls(len(ragged), pa.binary()), *empty], schema=schema)
    return pa.concat_tables([table, other]).sort_by("line")
