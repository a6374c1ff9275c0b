"""Bytes -> text. A file that cannot be read is a diagnostic, never an exception."""

from __future__ import annotations

import codecs
from pathlib import Path

from steelyard.diagnostics import Diagnostics, Message, Span, msg

SIZE_LIMIT = 10_000_000
"""In bytes. Rulesets are written by hand; a larger file is a mistake."""

BYTE_ORDER_MARK = "\ufeff"
"""Skipped at the beginning of every text file, whatever its encoding."""

_OTHER_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path, diagnostics: Diagnostics) -> str | None:
    """Read a UTF-8 file, with or without a byte order mark; report why and return None where it cannot be read."""
    data = read_bytes(path, diagnostics)
    return None if data is None else _decoded(data, str(path), diagnostics)


def read_bytes(path: Path, diagnostics: Diagnostics, place: Span | None = None) -> bytes | None:
    """Read a file of a ruleset; None where it cannot be read. `place` is where the ruleset names it, if it does."""
    name = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        diagnostics.add("E101", place, _unreadable(name, error), help=msg("check the path and its spelling"))
        return None
    if len(data) > SIZE_LIMIT:
        headline = msg("`{file}` is larger than {limit} MB", file=name, limit=SIZE_LIMIT // 1_000_000)
        diagnostics.add("E103", place, headline, help=msg("give rows as a relation, not as a part of the ruleset"))
        return None
    return data


def _decoded(data: bytes, name: str, diagnostics: Diagnostics) -> str | None:
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        good = data[: error.start] if data[:3] != codecs.BOM_UTF8 else data[: error.start + 3]
        line = good.count(b"\n")
        column = len(good.rpartition(b"\n")[2].removeprefix(codecs.BOM_UTF8).decode())
        span = None if data.startswith(_OTHER_BOMS) else Span(name, line, column, line, column + 1)
        headline = msg("`{file}` is not UTF-8 text", file=name)
        diagnostics.add("E102", span, headline, help=msg("save the file as UTF-8 (GBK and UTF-16 are not read)"))
        return None


def _unreadable(name: str, error: OSError | ValueError) -> Message:
    match error:
        case FileNotFoundError():
            return msg("there is no file `{file}`", file=name)
        case IsADirectoryError():
            return msg("`{file}` is a folder, not a file", file=name)
        case PermissionError():
            return msg("`{file}` may not be read: permission denied", file=name)
        case OSError(strerror=str(reason)):
            return msg("`{file}` cannot be read: {reason}", file=name, reason=reason)
        case _:  # ValueError: a character that no name can have
            return msg("`{file}` cannot be the name of a file", file=name.replace("\0", "\\0"))
