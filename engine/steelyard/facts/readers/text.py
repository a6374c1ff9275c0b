"""Reads the lines of a text file in a stated encoding."""

from __future__ import annotations

import codecs
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from steelyard.diagnostics import Message, msg
from steelyard.facts.readers.table import UnreadableError
from steelyard.source.files import BYTE_ORDER_MARK


@contextmanager
def text_lines(path: Path, encoding: str) -> Generator[Iterator[str]]:
    """Give the lines with their line ends: LF, CRLF or CR.

    Raises:
        UnreadableError: the encoding is unknown, or (while reading) a byte is invalid in it.
    """
    try:
        "".encode(encoding)
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):  # unknown, no text encoding, or not a valid name
        raise UnreadableError(
            "E113", msg("unknown encoding `{encoding}`", encoding=encoding), help=msg("try `utf-8` or `gb18030`")
        ) from None
    with path.open(encoding=name, newline="") as file:
        yield _decoded(file, path, name)


def _decoded(lines: Iterator[str], path: Path, encoding: str) -> Iterator[str]:
    try:
        yield next(lines, "").removeprefix(BYTE_ORDER_MARK)
        yield from lines
    except UnicodeError:
        raise UnreadableError(
            "E112",
            msg("the file is not `{encoding}`", encoding=encoding),
            help=_other_encoding(path, encoding),
            line=_bad_line(path, encoding),
        ) from None


def _bad_line(path: Path, encoding: str) -> int:
    """Find the line, from 1, of the first byte that cannot be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    number = 1
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):  # noqa: B007 - a broken last character shows at the end only
            try:
                decoder.decode(raw)
            except UnicodeError:
                break
    return number


def _other_encoding(path: Path, encoding: str) -> Message:
    with path.open("rb") as file:
        start = file.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return msg("the file begins as UTF-16 does: try `--encoding utf-16`")
    if encoding == "utf-8":
        return msg("say how the file is encoded: `--encoding gb18030` for files of Chinese spreadsheets")
    return msg("say how the file is encoded: try `--encoding utf-8`")
