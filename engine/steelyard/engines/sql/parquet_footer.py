"""Reads and writes the footer of a Parquet file, without reading its rows.

The footer is a structure of Apache Thrift in the compact protocol, whose fields have numbers instead of names. The
numbers that are used here are those of parquet.thrift in Apache's parquet-format; fields that they do not name are
kept as they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from steelyard.diagnostics import InternalError

Struct = dict[int, "Field"]
"""The fields of a structure by number, ascending."""
Value = bool | int | bytes | list["Value"] | Struct
_MAGIC = b"PAR1"
_LENGTH = 4
"""Bytes of the footer's length, which stands before the last `PAR1`, the lowest byte first."""
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _TEXT, _LIST, _SET, _STRUCT = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a structure.

    Attributes:
        kind: its type in the protocol; of a list also the type of its items.
        value: numbers and texts as they are stored, structures as `Struct`.
        items: of a list.
    """

    kind: int
    value: Value
    items: int = 0

    @property
    def number(self) -> int:
        """The value of a number."""
        if isinstance(self.value, int):
            return self.value
        raise InternalError("a field of a Parquet footer is no number")

    @property
    def struct(self) -> Struct:
        """The value of a structure."""
        if isinstance(self.value, dict):
            return self.value
        raise InternalError("a field of a Parquet footer is no structure")

    @property
    def structs(self) -> list[Struct]:
        """The items of a list of structures."""
        if isinstance(self.value, list):
            return [Field(_STRUCT, item).struct for item in self.value]
        raise InternalError("a field of a Parquet footer is no list")


def number(kind: Field, value: int) -> Field:
    """A number in the type of another field."""
    return Field(kind.kind, value)


def structs(items: Iterable[Struct]) -> Field:
    """A list of structures."""
    return Field(_LIST, list(items), _STRUCT)


def key_values(texts: dict[str, str]) -> Field:
    """Texts by key, as the footer has them."""
    return structs({1: Field(_TEXT, key.encode()), 2: Field(_TEXT, text.encode())} for key, text in texts.items())


def read_footer(file: BinaryIO) -> tuple[Struct, int]:
    """Return the footer of a file, and the position where it begins."""
    start, end = _bounds(file)
    file.seek(start)
    return _Reader(file.read(end - start)).struct(), start


def write_footer(file: BinaryIO, footer: Struct) -> None:
    """Write a footer, and the end of the file, at the present position."""
    out = bytearray()
    _write_struct(out, footer)
    _write_end(file, bytes(out))


def replace_metadata(path: Path, key: str, old: str, new: str) -> None:
    """Replace a text in the metadata of a file.

    Args:
        path: a Parquet file that is not encrypted.
        key: of the text.
        old: the text that is there.
        new: the text in its place.

    Raises:
        InternalError: the file does not have `old` under this key.
        OSError: the file cannot be changed.
    """
    with path.open("r+b") as file:
        start, end = _bounds(file)
        file.seek(start)
        footer = file.read(end - start)
        # as bytes: to read a footer of thousands of row groups field by field takes seconds
        there = _entry(key, old)
        at = footer.rfind(there)  # the metadata come after the row groups, whose statistics may hold any text
        if at < 0:
            raise InternalError(f"the metadata of {path.name} has no `{key}` to replace")
        file.seek(start)
        _write_end(file, footer[:at] + _entry(key, new) + footer[at + len(there) :])
        file.truncate()


def _entry(key: str, text: str) -> bytes:
    """Return a structure of a key and its text as bytes."""
    out = bytearray()
    _write_struct(out, {1: Field(_TEXT, key.encode()), 2: Field(_TEXT, text.encode())})
    return bytes(out)


def _bounds(file: BinaryIO) -> tuple[int, int]:
    """Return the positions where the footer of a file begins and ends."""
    end = file.seek(-_LENGTH - len(_MAGIC), os.SEEK_END)
    return end - int.from_bytes(file.read(_LENGTH), "little"), end


def _write_end(file: BinaryIO, footer: bytes) -> None:
    file.write(footer + len(footer).to_bytes(_LENGTH, "little") + _MAGIC)


class _Reader:
    """Reads values from bytes, one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def struct(self) -> Struct:
        """A structure: each field begins with its type and how far its number is from the one before."""
        found: Struct = {}
        number = 0
        while head := self._byte():
            kind = head & 0x0F
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            found[number] = self._list() if kind in {_LIST, _SET} else Field(kind, self._value(kind))
        return found

    def _list(self) -> Field:
        head = self._byte()
        items = head & 0x0F
        size = self._varint() if head >> 4 == 0x0F else head >> 4
        if items in {_TRUE, _FALSE}:  # in a list, a truth value is a byte of its own
            return Field(_LIST, [self._byte() for _ in range(size)], items)
        return Field(_LIST, [self._value(items) for _ in range(size)], items)

    def _value(self, kind: int) -> Value:
        if kind in {_TRUE, _FALSE}:
            return kind == _TRUE
        if kind in {_I16, _I32, _I64}:
            return self._zigzag()
        if kind == _BYTE:
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _TEXT:
            return self._bytes(self._varint())
        if kind == _STRUCT:
            return self.struct()
        raise InternalError(f"a Parquet footer has a value of type {kind}")

    def _byte(self) -> int:
        self._at += 1
        return self._content[self._at - 1]

    def _bytes(self, count: int) -> bytes:
        self._at += count
        return self._content[self._at - count : self._at]

    def _varint(self) -> int:
        found, shift = 0, 0
        while (byte := self._byte()) & 0x80:
            found |= (byte & 0x7F) << shift
            shift += 7
        return found | byte << shift

    def _zigzag(self) -> int:
        found = self._varint()
        return (found >> 1) ^ -(found & 1)


def _write_struct(out: bytearray, struct: Struct) -> None:
    before = 0
    for number, field in struct.items():
        kind = field.kind if field.kind not in {_TRUE, _FALSE} else _TRUE if field.value else _FALSE
        if 0 < number - before < 0x10:
            out.append((number - before) << 4 | kind)
        else:
            out.append(kind)
            _write_zigzag(out, number)
        before = number
        _write_value(out, field)
    out.append(0)


def _write_value(out: bytearray, field: Field) -> None:
    match field.value:
        case bool():  # in the head of the field
            pass
        case bytes():
            if field.kind == _TEXT:
                _write_varint(out, len(field.value))
            out += field.value
        case int():
            if field.kind in {_TRUE, _FALSE, _BYTE}:
                out.append(field.value)
            else:
                _write_zigzag(out, field.value)
        case list():
            size = len(field.value)
            out.append(min(size, 0x0F) << 4 | field.items)
            if size >= 0x0F:
                _write_varint(out, size)
            for item in field.value:
                _write_value(out, Field(field.items, item))
        case dict():
            _write_struct(out, field.value)


def _write_zigzag(out: bytearray, number: int) -> None:
    _write_varint(out, number << 1 if number >= 0 else (-number << 1) - 1)


def _write_varint(out: bytearray, number: int) -> None:
    """Write a number in groups of seven bits, the lowest first; the high bit says that more follow."""
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
