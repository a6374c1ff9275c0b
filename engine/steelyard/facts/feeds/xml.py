"""Reads alerts from XML safely: no document types, no entities; size, depth and number of elements are limited.

A file is one `alert`, or an Atom feed whose entries contain alerts. Entries that only link to an alert are reported;
nothing is fetched. Only elements in the alert's own namespace are kept (no signatures, no foreign markup).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesNSImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from steelyard.diagnostics import Message, msg
from steelyard.facts.readers.table import UnreadableError, damaged, guarded

MAX_BYTES = 64 * 1024**2
"""Limit for one file; the largest national feeds are a few megabytes."""
DEEPEST = 32
MOST_ELEMENTS = 100_000
"""Limit for one alert."""

ATOM = "http://www.w3.org/2005/Atom"
_CHUNK = 1 << 16


@dataclass(slots=True)
class Element:
    """An element of an alert: its local name, its own text, its child elements, the line on which it begins."""

    namespace: str
    name: str
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list["Element"])


@dataclass(frozen=True, slots=True)
class NoAlert:
    """An element that should have been an alert: why it is none, and its name."""

    reason: Message
    name: str
    line: int


def read_alerts(path: Path) -> Iterator[Element | NoAlert]:
    """Give the alerts of a file while it is read.

    Raises:
        UnreadableError: the file is not XML, is too large or too deep, has a document type, or is neither an alert nor
            a feed.
        OSError: the file cannot be read.
    """
    handler = _Alerts()
    parser = DefusedExpatParser(namespaceHandling=1, forbid_dtd=True)
    parser.setContentHandler(handler)
    handler.locator = parser
    with path.open("rb") as data:
        yield from guarded(_parsed(data, parser, handler))


def _parsed(data: BinaryIO, parser: DefusedExpatParser, handler: _Alerts) -> Iterator[Element | NoAlert]:
    size = 0
    try:
        while chunk := data.read(_CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                raise UnreadableError(
                    "E118",
                    msg("the file has more than {limit} bytes", limit=MAX_BYTES),
                    help=msg("split it into several files"),
                )
            parser.feed(chunk)
            yield from handler.take()
        parser.close()
        yield from handler.take()
    except DefusedXmlException:
        raise damaged("a document type or entities, which alerts have no use for") from None
    if not size:
        raise damaged("no element found")


class _Alerts(ContentHandler):
    """SAX handler that follows the nesting of a file and collects finished alerts."""

    def __init__(self) -> None:
        super().__init__()
        self.locator: Locator | None = None
        self._done: list[Element | NoAlert] = []
        self._depth = 0
        self._feed = False
        self._entry: _Entry | None = None
        self._open: list[Element | None] = []
        """From the alert down; None for what is not of its namespace."""
        self._count = 0
        self._pieces: list[str] = []

    def take(self) -> list[Element | NoAlert]:
        """Return the alerts finished since the last call."""
        done, self._done = self._done, []
        return done

    def startElementNS(  # noqa: N802 - SAX's name
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        """Handle the start of an element."""
        del qname, attrs
        namespace, local = name[0] or "", name[1]
        line = (self.locator.getLineNumber() if self.locator else None) or 1
        self._flush()
        self._depth += 1
        if self._depth > DEEPEST:
            raise UnreadableError(
                "E118",
                msg("elements are nested more than {limit} deep", limit=DEEPEST),
                help=msg("alerts follow the Common Alerting Protocol, feeds of them Atom"),
                line=line,
            )
        if self._open:
            self._inside(namespace, local, line)
        elif self._depth == 1 and local == "feed" and namespace == ATOM:
            self._feed = True
        elif local == "alert" and namespace != ATOM:
            if self._depth == 1 or self._entry is not None:
                self._count = 0
                self._open.append(Element(namespace, local, line))
            else:
                self._done.append(NoAlert(msg("alerts outside the entries of a feed"), "", line))
        elif self._depth == 1:
            raise UnreadableError(
                "E118",
                msg("the file is neither an alert nor a feed: it begins with `{name}`", name=local[:80]),
                help=msg("alerts follow the Common Alerting Protocol, feeds of them Atom"),
                line=line,
            )
        elif self._feed and self._depth == 2 and (namespace, local) == (ATOM, "entry"):
            self._entry = _Entry(line)

    def _inside(self, namespace: str, local: str, line: int) -> None:
        parent = self._open[-1]
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise UnreadableError(
                "E118",
                msg("an alert has more than {limit} elements", limit=MOST_ELEMENTS),
                help=msg("alerts follow the Common Alerting Protocol, feeds of them Atom"),
                line=line,
            )
        if parent is None or namespace != parent.namespace:
            self._open.append(None)
            return
        element = Element(namespace, local, line)
        parent.children.append(element)
        self._open.append(element)

    def characters(self, content: str) -> None:
        """Handle a piece of text."""
        if self._open or (self._entry is not None and self._depth == 3):
            self._pieces.append(content)

    def _flush(self) -> str:
        """Add the text read last to the element that contains it."""
        text, self._pieces = "".join(self._pieces), []
        if text and self._open and self._open[-1] is not None:
            self._open[-1].text += text
        return text

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: N802 - SAX's name
        """Handle the end of an element."""
        del qname
        text = self._flush()
        if self._open:
            element = self._open.pop()
            if not self._open and element is not None:
                self._done.append(element)
                if self._entry is not None:
                    self._entry.alerts += 1
        elif self._entry is not None and self._depth == 3 and name == (ATOM, "id"):
            self._entry.name = text.strip()
        elif self._entry is not None and self._depth == 2:
            if not self._entry.alerts:
                self._done.append(
                    NoAlert(msg("entries of a feed without their alert; links are not followed"), *self._entry.place)
                )
            self._entry = None
        self._depth -= 1


@dataclass(slots=True)
class _Entry:
    """An entry of a feed that is being read."""

    line: int
    name: str = ""
    alerts: int = 0

    @property
    def place(self) -> tuple[str, int]:
        return self.name, self.line
