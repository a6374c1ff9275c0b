"""Finds files that are of another kind than their name says, by how they begin."""

from __future__ import annotations

import codecs
import re
import zipfile
from enum import Enum
from os import SEEK_END
from typing import BinaryIO, assert_never

from steelyard.diagnostics import Message, msg

_LOOKED_AT = 1024
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|meta|table)\b", re.IGNORECASE)
_TEXTS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8)


class Content(Enum):
    """What a file is."""

    WORKBOOK = "workbook"
    OLD_WORKBOOK = "old workbook"
    """A binary one, or any that a password protects."""
    OTHER_WORKBOOK = "other workbook"
    ARCHIVE = "archive"
    GZIP = "gzip"
    PARQUET = "parquet"
    PDF = "pdf"
    PAGE = "page"
    """With a table, as some programs write it for spreadsheets."""
    TEXT = "text"
    TABBED_TEXT = "tabbed text"


_BEGIN = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": Content.OLD_WORKBOOK,
    b"\x1f\x8b": Content.GZIP,
    b"PAR1": Content.PARQUET,
    b"%PDF-": Content.PDF,
}
_RIGHT = {
    ".xlsx": {Content.WORKBOOK},
    ".parquet": {Content.PARQUET},
    ".xes.gz": {Content.GZIP},
    ".xls": {Content.OLD_WORKBOOK},
    ".xlsm": {Content.WORKBOOK},
    ".xlsb": {Content.OTHER_WORKBOOK},
    ".ods": {Content.OTHER_WORKBOOK},
    **dict.fromkeys((".csv", ".tsv", ".jsonl", ".xes"), frozenset((Content.TEXT, Content.TABBED_TEXT))),
}
"""What files with these endings are."""


def disguise(name: str, file: BinaryIO) -> tuple[Message, Message] | None:
    """Return what a file is that is not what its name says, and what to do; None where it is, or nothing is known.

    Args:
        name: of the file.
        file: its bytes, from the beginning.
    """
    ending = next((one for one in sorted(_RIGHT, key=len, reverse=True) if name.lower().endswith(one)), None)
    found = None if ending is None else _content(file)
    if ending is None or found is None or found in _RIGHT[ending]:
        return None
    what, advice = _described(found)
    return msg("the file is {content}, though its name ends in `{ending}`", content=what, ending=ending), advice


def _content(file: BinaryIO) -> Content | None:
    start = file.read(_LOOKED_AT)
    if start.startswith((b"PK\3\4", b"PK\5\6")):
        return _archived(file)
    found = next((content for begin, content in _BEGIN.items() if start.startswith(begin)), None)
    if found is not None and (found is not Content.PARQUET or _ends_as_parquet(file)):
        return found
    if _PAGE.match(start):
        return Content.PAGE
    if not start or (b"\0" in start and not start.startswith(_TEXTS)):
        return None
    return Content.TABBED_TEXT if b"\t" in start.partition(b"\n")[0] else Content.TEXT


def _ends_as_parquet(file: BinaryIO) -> bool:
    """Return whether a file ends as those of Parquet do; a column of text may well be called `PAR1`."""
    file.seek(-4, SEEK_END)
    return file.read() == b"PAR1"


def _archived(file: BinaryIO) -> Content:
    try:
        names = set(zipfile.ZipFile(file).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError):
        return Content.ARCHIVE
    if "xl/workbook.xml" in names:
        return Content.WORKBOOK
    return Content.OTHER_WORKBOOK if names & {"xl/workbook.bin", "content.xml"} else Content.ARCHIVE


def _described(content: Content) -> tuple[Message, Message]:
    """Return the words for what a file is, and what to do with it."""
    match content:
        case Content.WORKBOOK:
            return msg("a workbook"), _renamed(".xlsx")
        case Content.OLD_WORKBOOK:
            without = msg("open it in a spreadsheet and save it as `.xlsx`, without a password")
            return msg("an old workbook, or one that a password protects"), without
        case Content.OTHER_WORKBOOK:
            return msg("a workbook of another kind"), msg("open it in a spreadsheet and save it as `.xlsx`")
        case Content.ARCHIVE:
            return msg("a ZIP archive"), msg("unpack it, and give the file that is in it")
        case Content.GZIP:
            return msg("packed by gzip"), msg("unpack it, and give the file that is in it")
        case Content.PARQUET:
            return msg("a Parquet file"), _renamed(".parquet")
        case Content.PDF:
            return msg("a PDF"), msg("ask for the table as a workbook or as CSV")
        case Content.PAGE:
            return msg("a web page"), msg("open it in a spreadsheet and save it as `.xlsx`")
        case Content.TEXT:
            return msg("text"), _renamed(".csv")
        case Content.TABBED_TEXT:
            return msg("text with tabs"), _renamed(".tsv")
        case _ as unreachable:
            assert_never(unreachable)


def _renamed(ending: str) -> Message:
    return msg("rename it so that it ends in `{ending}`", ending=ending)
