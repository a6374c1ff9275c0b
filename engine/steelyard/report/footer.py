"""Text kept in the footer of a Parquet file, replaced without writing the rows again.

The footer is a Thrift structure in compact encoding at the end of the file. Nothing in it depends on the length of a
text in it, and nothing before it depends on the footer, so a text can be replaced by one of another length.
"""

from __future__ import annotations

import os
from pathlib import Path

from steelyard.diagnostics import InternalError

_MAGIC = b"PAR1"
_LENGTH = 4
"""Bytes of the footer's length, which stands before the last `PAR1`, the lowest byte first."""
_TEXT = b"\x18"
"""In compact encoding: the next field of a structure is a text."""
_END = b"\x00"


def replace_metadata(path: Path, key: str, old: str, new: str) -> None:
    """Replace a text in the metadata of a file.

    Args:
        path: a Parquet file that is not encrypted.
        key: of the text.
        old: the text that is there.
        new: the text in its place.

    Raises:
        InternalError: the file does not have `old` under this key exactly once.
        OSError: the file cannot be changed.
    """
    with path.open("r+b") as file:
        end = file.seek(-_LENGTH - len(_MAGIC), os.SEEK_END)
        length = int.from_bytes(file.read(_LENGTH), "little")
        file.seek(end - length)
        footer = file.read(length)
        before, after = _entry(key, old), _entry(key, new)
        if footer.count(before) != 1:
            raise InternalError(f"the metadata of {path.name} has no `{key}` to replace")
        changed = footer.replace(before, after)
        file.seek(end - length)
        file.write(changed + len(changed).to_bytes(_LENGTH, "little") + _MAGIC)
        file.truncate()


def _entry(key: str, value: str) -> bytes:
    """A key with its text, as a structure of two texts."""
    return _TEXT + _text(key) + _TEXT + _text(value) + _END


def _text(text: str) -> bytes:
    content = text.encode()
    return _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """A number in groups of seven bits, the lowest first; the high bit says that more follow."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*found, number))
