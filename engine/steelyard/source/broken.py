"""The exceptions that libraries raise for files that are damaged, protected or of another format."""

from __future__ import annotations

import zipfile
import zlib
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from xml.sax import SAXException

BROKEN_FILE = (
    *(OSError, EOFError, zlib.error, zipfile.BadZipFile, SAXException, ParseError, ExpatError),
    *(LookupError, ValueError, ArithmeticError),  # defusedxml, json, codecs and most of pyarrow raise subclasses
    RuntimeError,  # zipfile on an encrypted part; too deep a recursion; what a library does not implement
)
"""Catch these only around calls of a library; around other code they would hide bugs."""


def reason_of(error: BaseException) -> str:
    """Return a library's error message on one line, at most 200 characters."""
    text = error.getMessage() if isinstance(error, SAXException) else str(error)
    return " ".join(text.split())[:200]
