"""Reads the lines of a text file in a stated encoding.

Bytes that are no text in it belong to one row, so they become lone surrogates (U+DC80 to U+DCFF, as Python's
`surrogateescape` has it), and whatever reads the row rejects it. Lone surrogates of UTF-16 stay what they are.
"""

from __future__ import annotations

import codecs
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from steelyard.diagnostics import Message, msg
from steelyard.facts.readers.table import UnreadableError
from steelyard.source.files import BYTE_ORDER_MARK

_UTF_16 = tuple(mark.decode(errors="surrogateescape") for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


@contextmanager
def text_lines(path: Path, encoding: str) -> Generator[Iterator[str]]:
    """Give the lines with their line ends: LF, CRLF or CR.

    Raises:
        UnreadableError: the encoding is unknown, or (while reading) the file as a whole is not in it.
    """
    try:
        "".encode(encoding)
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):  # unknown, no text encoding, or not a valid name
        raise UnreadableError(
            "E113", msg("unknown encoding `{encoding}`", encoding=encoding), help=msg("try `utf-8` or `gb18030`")
        ) from None
    errors = "surrogatepass" if name.startswith(("utf-16", "utf-32")) else "surrogateescape"
    with path.open(encoding=name, errors=errors, newline="") as file:
        yield _lines(file, name)


def _lines(file: Iterator[str], encoding: str) -> Iterator[str]:
    try:
        first = next(file, "")
        if first.startswith(_UTF_16):
            raise wrong_encoding(encoding, help=msg("the file begins as UTF-16 does: try `--encoding utf-16`"))
        yield first.removeprefix(BYTE_ORDER_MARK)
        yield from file
    except UnicodeError:  # a broken end, or a broken state of an encoding that has states
        raise wrong_encoding(encoding) from None


def wrong_encoding(encoding: str, *, help: Message | None = None, line: int | None = None) -> UnreadableError:  # noqa: A002
    """Return the error of a file that as a whole is not in the stated encoding."""
    if encoding == "utf-8":
        other = msg(
            "say how the file is encoded: `--encoding cp1252` for files of Western spreadsheets, `gb18030` of Chinese "
            "ones; "
            "where files differ, `--intake` says it of each"
        )
    else:
        other = msg("try `--encoding utf-8`; where files differ, `--intake` says it of each")
    return UnreadableError(
        "E112", msg("the file is not `{encoding}`", encoding=encoding), help=help or other, line=line
    )
