"""Converts files that are not Parquet to temporary Parquet files of texts.

A staged file has one row for each row of the file, in its order. Its columns are the line number; the raw line, where
its fields cannot be separated; the pickled raw cells, where one of them is more than text; then the texts: of each
column as each of its fields is written, in the grammar of its type; and as it stands, if no field reads it so.
"""
# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false
# ruff: noqa: ANN401 - as above

from __future__ import annotations

import codecs
import pickle
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steelyard.calendars.zones import Zone
from steelyard.facts.bulk.sources import FIRST_TEXT, Source, staged_source
from steelyard.facts.cells import Cell, Numeral
from steelyard.facts.notation import in_grammar
from steelyard.facts.problem import Problem
from steelyard.facts.readers import BadLine, Line, ReadOptions
from steelyard.facts.readers.notations import Asked
from steelyard.facts.readers.parquet import numerals
from steelyard.facts.readers.remarks import Remarks
from steelyard.ir.notation import AS_THE_GRAMMAR, Notation
from steelyard.ir.types import Regions, Text, Type
from steelyard.source.csv_rows import customary_delimiter
from steelyard.source.files import BYTE_ORDER_MARK

UNREADABLE = "\0"
"""Stands for a cell that no type accepts: NUL is refused as text, and matches no other grammar."""

_BLANKS = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
"""The characters that Python's `str.strip` removes."""
_BLOCK = 1 << 23
"""How many bytes are read at a time."""
_REMEMBERED = 1 << 16
"""How many texts of a column in a notation of its own are remembered."""
_BATCH = 1 << 17
"""How many rows of Parquet are rewritten at a time."""
_ROWS = 1 << 14
"""How many rows are staged at a time."""


def _schema(width: int) -> Any:
    fields = [("line", pa.int64()), ("bad", pa.string()), ("raw", pa.binary())]
    return pa.schema([*fields, *((f"t{place}", pa.string()) for place in range(width))])


def _writer(table: Path, width: int) -> Any:
    return pq.ParquetWriter(table, _schema(width), compression="lz4", use_dictionary=False, write_statistics=False)


def stage_lines(path: Path, table: Path, lines: Iterable[Line | BadLine], asked: Sequence[Asked], zone: Zone) -> Source:
    """Stage the lines of a reader, row by row. Exceptions of the reader pass through."""
    count = 0
    asked = _with_raw(asked)
    readers = [(name, _reader(kind, notation, zone)) for name, kind, notation in asked]
    exact = {name for name, _, notation in asked if notation.point != "." or notation.grouping is not None}
    schema = _schema(len(asked))
    with _writer(table, len(asked)) as writer:
        for some in _batches(lines):
            columns: list[list[Any]] = [
                [line.number for line in some],
                [None] * len(some),
                [_odd(line, exact) for line in some],
            ]
            for name, read in readers:
                columns.append([read(line.cells.get(name)) if isinstance(line, Line) else None for line in some])
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


def _odd(line: Line | BadLine, exact: Collection[str]) -> bytes | None:
    """Return the raw cells where texts do not say all: in columns of `exact` a number is told from its text."""
    plain = (
        isinstance(line, Line)
        and all(cell is None or _storable(cell) for cell in line.cells.values())
        and not any(isinstance(line.cells.get(name), Numeral) for name in exact)
    )
    return None if plain else pickle.dumps(line)


def _storable(cell: Cell) -> bool:
    return isinstance(cell, str) and (cell.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in cell))


def _with_raw(asked: Sequence[Asked]) -> list[Asked]:
    """Add the texts as they stand of columns that no field reads so."""
    plain = {name for name, _, notation in asked if notation == AS_THE_GRAMMAR}
    rest = dict.fromkeys(name for name, _, _ in asked if name not in plain)
    return [*asked, *((name, Text(), AS_THE_GRAMMAR) for name in rest)]


def _reader(kind: Type, notation: Notation, zone: Zone) -> Callable[[Cell], str | None]:
    """Return what gives the text of a cell in the grammar of its type."""

    def read(cell: Cell) -> str | None:
        return _text(cell, kind, notation, zone)

    if notation == AS_THE_GRAMMAR:  # most cells are texts, which stay as they are
        return lambda cell: cell or None if isinstance(cell, str) and cell.isascii() else read(cell)
    known = lru_cache(_REMEMBERED, typed=True)(read)
    return lambda cell: known(cell) if isinstance(cell, str) else read(cell)


def _text(cell: Cell, kind: Type, notation: Notation, zone: Zone) -> str | None:
    match in_grammar(cell, kind, notation, zone):
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
    path: Path,
    table: Path,
    columns: Sequence[str],
    options: ReadOptions,
    asked: Sequence[Asked],
    *,
    header: int,
    zone: Zone,
) -> tuple[Source, int] | None:
    """Stage a CSV file without quotes, in whole blocks.

    Args:
        path: the file.
        table: the Parquet file to write.
        columns: its header.
        options: delimiter, encoding and limits.
        asked: the columns to stage; columns that the file does not have are empty.
        header: the line of the header; rows above it are left out.
        zone: the time zone of local times.

    Returns:
        The staged source, and the number of rows without any value, which are left out; None where the file contains a
        quote or a byte invalid in the encoding: use `stage_lines`.
    """
    places = {name: place for place, name in enumerate(columns)}
    known = _with_raw([one for one in asked if one[0] in places])
    wanted = [places[name] for name, _, _ in known]
    rewritten = {
        FIRST_TEXT + place: _reader(kind, notation, zone)
        for place, (_, kind, notation) in enumerate(known)
        if notation != AS_THE_GRAMMAR
    }
    count, remarks = 0, Remarks()
    with _writer(table, len(known)) as writer:
        try:
            texts = _texts(path, options.encoding)
            for block in _tables(
                texts, delimiter_of(path, options), len(columns), wanted, header=header, remarks=remarks
            ):
                writer.write_table(_rewritten(block, rewritten))
                count += block.num_rows
        except (_QuotedError, UnicodeError, pa.ArrowInvalid):
            return None
    return staged_source(path, table, count, known, columns), remarks.skipped


def _rewritten(block: Any, readers: Mapping[int, Callable[[Cell], str | None]]) -> Any:
    """Rewrite the texts of some columns, each distinct text once."""
    for place, read in readers.items():
        block = block.set_column(place, block.schema.field(place), _read_distinct(block.column(place), read))
    return block


def stage_parquet(path: Path, table: Path, asked: Sequence[Asked], zone: Zone) -> list[Asked] | None:
    """Copy the columns of a Parquet file that are asked for, and add those in the grammar that have a notation.

    Returns:
        The fields that are added, in the order of their columns, which come last; None where one of them has no texts,
        or texts that are not UTF-8: use `stage_lines`.
    """
    with pq.ParquetFile(path.absolute()) as file:
        schema = file.schema_arrow
        names = [one for one in schema.names if any(one == name for name, _, _ in asked)]
        added = [one for one in asked if one[0] in names and one[2] != AS_THE_GRAMMAR]
        if any(schema.field(name).type not in (pa.string(), pa.large_string()) for name, _, _ in added):
            return None
        fields = [schema.field(name) for name in names]
        fields += [pa.field(f"{place} {name}", pa.string()) for place, (name, _, _) in enumerate(added)]
        readers = [(names.index(name), _reader(kind, notation, zone)) for name, kind, notation in added]
        with pq.ParquetWriter(table, pa.schema(fields), compression="lz4", use_dictionary=False) as writer:
            for batch in file.iter_batches(_BATCH, columns=names):
                try:
                    more = [
                        _read_distinct(batch.column(place), read, numerals(fields[place]) or str)
                        for place, read in readers
                    ]
                except UnicodeDecodeError:
                    return None
                writer.write_batch(pa.record_batch([*batch.columns, *more], schema=pa.schema(fields)))
    return added


def _read_distinct(texts: Any, read: Callable[[Cell], str | None], kind: Callable[[str], str] = str) -> Any:
    """Rewrite the texts of a column, each distinct one once; `kind`: what they are."""
    known = pc.unique(texts)
    cells = (None if one is None else kind(one) for one in known.to_pylist())
    return pa.array(map(read, cells), pa.string()).take(pc.index_in(texts, known))


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
