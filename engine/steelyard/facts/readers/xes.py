"""Reads event logs in XES (IEEE 1849), plain or gzipped, as a stream: one row per event, or one per trace.

From an event the standard attributes of four extensions are read. Declarations of extensions and classifiers, global
defaults, nested attributes and containers are ignored. Document types and entities are refused.
"""

from __future__ import annotations

import gzip
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from steelyard.diagnostics import msg
from steelyard.facts.cells import Cell
from steelyard.facts.readers.table import Line, ReadOptions, Table, UnreadableError, Wanted, damaged, too_large

CASE = "case"
EVENT_COLUMNS = {
    "concept:name": "activity",
    "lifecycle:transition": "transition",
    "time:timestamp": "time",
    "org:resource": "resource",
}
"""The columns of an event's row beside `case`, by the attribute that fills them."""

_CHUNK = 1 << 16
_DEEPEST = 64
_MOST_ATTRIBUTES = 10_000
"""Limit of attributes per trace, which are held until the trace ends."""


@contextmanager
def read_xes(path: Path, options: ReadOptions, wanted: Wanted) -> Generator[Table]:
    """Read a log. Events have the columns case, activity, transition, time, resource; traces case and attributes."""
    del wanted
    with path.open("rb") as raw:
        data = gzip.GzipFile(fileobj=raw) if path.name.lower().endswith(".gz") else raw
        handler = _Traces() if options.traces else _Events()
        columns = handler.columns.keys()
        yield Table(columns, _rows(data, handler, options.max_bytes), growing=options.traces)


def _rows(data: IO[bytes] | gzip.GzipFile, handler: _Log, max_bytes: int) -> Iterator[Line]:
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    handler.locator = parser
    size = 0
    try:
        while chunk := data.read(_CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise too_large(max_bytes)
            parser.feed(chunk)
            yield from handler.take()
        parser.close()
        yield from handler.take()
    except DefusedXmlException:
        raise damaged("a document type or entities, which logs have no use for") from None
    if not handler.is_log:
        raise damaged("no `log` element")


class _Log(ContentHandler):
    """SAX handler that follows the nesting of a log and collects finished rows."""

    columns: dict[str, None]

    def __init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self._done: list[Line] = []
        self.locator: Locator | None = None
        self.is_log = False

    def take(self) -> list[Line]:
        """Return the rows finished since the last call."""
        done, self._done = self._done, []
        return done

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's name
        """Handle the start of an element; one with a key is an attribute."""
        tag = name.rpartition(":")[2]
        if not self._open:
            self.is_log = tag == "log"
        if len(self._open) >= _DEEPEST:
            raise UnreadableError(
                "E118", msg("elements are nested more than {limit} deep", limit=_DEEPEST), line=self.line()
            )
        key, value = attrs.get("key"), attrs.get("value")
        if key is not None and value is not None:
            self.attribute(tuple(self._open[1:]), key, value)
        else:
            self.opened((*self._open[1:], tag))
        self._open.append(tag)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
        """Handle the end of an element."""
        del name
        inside = tuple(self._open[1:])
        self._open.pop()
        if inside:
            self.closed(inside)

    def line(self) -> int:
        """The line that is being read."""
        number = self.locator.getLineNumber() if self.locator else None
        return number or 1

    def opened(self, inside: tuple[str, ...]) -> None:
        """Handle the start of an element that is no attribute; `inside` is its path below the log."""

    def closed(self, inside: tuple[str, ...]) -> None:
        """Handle the end of an element that is no attribute; `inside` is its path below the log."""

    def attribute(self, inside: tuple[str, ...], key: str, value: str) -> None:
        """Handle an attribute of the element at the path `inside`."""


class _Events(_Log):
    """Gives one row per event."""

    def __init__(self) -> None:
        super().__init__()
        self.columns = dict.fromkeys((CASE, *EVENT_COLUMNS.values()))
        self._case: str | None = None
        self._waiting: list[Line] = []
        self._event: dict[str, Cell] = {}
        self._begun = 1

    def opened(self, inside: tuple[str, ...]) -> None:
        match inside:
            case ("trace",):
                self._case = None
            case ("trace", "event") | ("event",):
                self._event = dict.fromkeys(self.columns)
                self._begun = self.line()
            case _:  # other elements are skipped
                pass

    def attribute(self, inside: tuple[str, ...], key: str, value: str) -> None:
        match inside:
            case ("trace",) if key == "concept:name":
                self._case = value
            case ("trace", "event") | ("event",) if key in EVENT_COLUMNS:
                self._event[EVENT_COLUMNS[key]] = value
            case _:  # other attributes are skipped
                pass

    def closed(self, inside: tuple[str, ...]) -> None:
        match inside:
            case ("trace", "event"):
                self._waiting.append(Line(self._begun, self._event))
            case ("event",):  # an event outside a trace gives a row without a case
                self._done.append(Line(self._begun, self._event))
            case ("trace",):  # the trace's name may come after its events
                for event in self._waiting:
                    self._done.append(Line(event.number, {**event.cells, CASE: self._case}))
                self._waiting = []
            case _:  # no other element ends a row
                pass


class _Traces(_Log):
    """Gives one row per trace: `case`, and every attribute of the trace itself under its own key."""

    def __init__(self) -> None:
        super().__init__()
        self.columns = {CASE: None}
        self._trace: dict[str, Cell] = {}
        self._begun = 1

    def opened(self, inside: tuple[str, ...]) -> None:
        if inside == ("trace",):
            self._trace = {CASE: None}
            self._begun = self.line()

    def attribute(self, inside: tuple[str, ...], key: str, value: str) -> None:
        if inside == ("trace",) and len(self._trace) < _MOST_ATTRIBUTES:
            self._trace[CASE if key == "concept:name" else key] = value

    def closed(self, inside: tuple[str, ...]) -> None:
        if inside == ("trace",):
            self.columns.update(dict.fromkeys(self._trace))
            self._done.append(Line(self._begun, self._trace))
