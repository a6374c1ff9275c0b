"""Joins Parquet files of the same columns: their row groups are copied as they are, and get one footer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from steelyard.diagnostics import InternalError
from steelyard.engines.sql.parquet_footer import Field, Struct, key_values, number, read_footer, structs, write_footer

_HEAD = b"PAR1"
_PIECE = 1 << 22
"""How many bytes are copied at a time."""
# numbers of fields, as parquet.thrift has them
_SCHEMA, _ROWS, _GROUPS, _TEXTS, _ORDERS = 2, 3, 4, 5, 7
_CHILDREN = 5
_COLUMNS, _SIZE, _GROUP_START, _PACKED, _ORDINAL = 1, 2, 5, 6, 7
_CHUNK_START, _CHUNK, _POSITIONS = 2, 3, (4, 6)
_UNPACKED_SIZE, _PACKED_SIZE, _PAGES, _DICTIONARY, _CHUNK_POSITIONS = 6, 7, 9, 11, (9, 10, 11, 14)


class Joined:
    """A Parquet file that is made of others, without the last column of each."""

    def __init__(self, path: Path, metadata: Mapping[str, str]) -> None:
        """Begin the file.

        Args:
            path: the file.
            metadata: text by key, kept in it.
        """
        self.rows = 0
        self._metadata = dict(metadata)
        self._file = path.open("wb")
        self._file.write(_HEAD)
        self._groups: list[Struct] = []
        self._first: Struct | None = None

    def add(self, path: Path) -> None:
        """Append the rows of a file.

        Raises:
            InternalError: its columns are not those of the files before.
        """
        with path.open("rb") as part:
            footer, end = read_footer(part)
            if self._first is None:
                self._first = footer
            elif footer[_SCHEMA] != self._first[_SCHEMA]:
                raise InternalError(f"{path.name} has other columns than the parts before it")
            groups = footer[_GROUPS].structs
            holes = sorted(_extent(group[_COLUMNS].structs[-1]) for group in groups)
            moved = _Moved(self._file.tell() - len(_HEAD), holes)
            start = len(_HEAD)
            for hole, size in (*holes, (end, 0)):
                _copy(part, start, hole, self._file)
                start = hole + size
            for group in groups:
                self._groups.append(_group(group, moved, len(self._groups)))
        self.rows += footer[_ROWS].number

    def close(self) -> None:
        """Write the footer; without any part the file is left as it is."""
        with self._file:
            if self._first is not None:
                write_footer(self._file, self._footer(self._first))

    def _footer(self, first: Struct) -> Struct:
        schema = first[_SCHEMA].structs
        root, columns = schema[0], schema[1:-1]
        root = {**root, _CHILDREN: number(root[_CHILDREN], root[_CHILDREN].number - 1)}
        footer = {
            **first,
            _SCHEMA: structs((root, *columns)),
            _ROWS: number(first[_ROWS], self.rows),
            _GROUPS: structs(self._groups),
            _TEXTS: key_values(self._metadata),
        }
        if _ORDERS in first:
            footer[_ORDERS] = structs(first[_ORDERS].structs[:-1])
        return dict(sorted(footer.items()))


class _Moved:
    """Where what is in a part stands in the file that it is joined to."""

    def __init__(self, by: int, holes: list[tuple[int, int]]) -> None:
        self._by = by
        self._holes = holes

    def place(self, field: Field) -> Field:
        """A position of the part; 0 stands for none."""
        at = field.number
        left_out = sum(size for start, size in self._holes if start < at)
        return number(field, at + self._by - left_out) if at else field

    def places(self, struct: Struct, fields: tuple[int, ...]) -> Struct:
        """A structure, some of whose fields are positions."""
        return {name: self.place(field) if name in fields else field for name, field in struct.items()}


def _group(group: Struct, moved: _Moved, ordinal: int) -> Struct:
    """A row group without its last column, as it stands in the joined file."""
    *columns, dropped = group[_COLUMNS].structs
    sizes = dropped[_CHUNK].struct
    found = {**moved.places(group, (_GROUP_START,)), _COLUMNS: structs(_column(one, moved) for one in columns)}
    for of, size in ((_SIZE, _UNPACKED_SIZE), (_PACKED, _PACKED_SIZE)):
        if of in group:
            found[of] = number(group[of], group[of].number - sizes[size].number)
    if _ORDINAL in group:
        found[_ORDINAL] = number(group[_ORDINAL], ordinal)
    return found


def _column(column: Struct, moved: _Moved) -> Struct:
    chunk = column[_CHUNK]
    inner = Field(chunk.kind, moved.places(chunk.struct, _CHUNK_POSITIONS))
    return {**moved.places(column, (_CHUNK_START, *_POSITIONS)), _CHUNK: inner}


def _extent(column: Struct) -> tuple[int, int]:
    """Where the data of a column of a row group begin, and how many bytes they are."""
    chunk = column[_CHUNK].struct
    start = chunk[_PAGES].number
    if _DICTIONARY in chunk and 0 < chunk[_DICTIONARY].number < start:
        start = chunk[_DICTIONARY].number
    return start, chunk[_PACKED_SIZE].number


def _copy(source: BinaryIO, start: int, end: int, target: BinaryIO) -> None:
    source.seek(start)
    while start < end:
        piece = source.read(min(_PIECE, end - start))
        if not piece:
            raise InternalError("a part of the results ends before its footer says")
        target.write(piece)
        start += len(piece)
