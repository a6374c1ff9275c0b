"""Reads event logs in XES (IEEE 1849), plain or gzipped, as a stream: one row per event, or one per trace.

The attributes of an event or a trace are its columns, under their keys; those of four standard extensions have short
names too. Classifiers, global defaults and nested attributes are ignored. Document types and entities are refused.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from steelyard.diagnostics import msg
from steelyard.diagnostics.plain import encodable
from steelyard.facts.cells import Cell, Numeral
from steelyard.facts.problem import Problem
from steelyard.facts.readers.remarks import Remarks
from steelyard.facts.readers.table import Line, ReadOptions, Table, UnreadableError, Wanted, damaged, too_large

CASE = "case"
TRACE_COLUMNS = {"concept:name": CASE}
EVENT_COLUMNS = {
    "concept:name": "activity",
    "lifecycle:transition": "transition",
    "time:timestamp": "time",
    "org:resource": "resource",
}
"""The short names of columns beside `case`, by the attribute that fills them."""

_CHUNK = 1 << 16
_DEEPEST = 64
_MOST_COLUMNS = 10_000
"""Limit of different attributes in a log."""
_EXTENSION = re.compile(r".*[/:](\w+)\.xesext")
"""The address of a standard extension, which names the prefix of its keys; a log may choose another one."""
_FLOAT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?[eE][-+]?[0-9]{1,2}")
"""A double of few digits as Java writes it: `1.2E7`."""


@contextmanager
def read_xes(path: Path, options: ReadOptions, wanted: Wanted) -> Generator[Table]:
    """Read a log. Events have the columns case, activity, transition, time, resource and attributes; traces likewise.

    Events that lie in no trace with a name belong to no case. They are left out, and counted, where every row must
    name its case.
    """
    with path.open("rb") as raw:
        data = gzip.GzipFile(fileobj=raw) if path.name.lower().endswith(".gz") else raw
        handler = _Traces(wanted) if options.traces else _Events(wanted)
        rows = _rows(data, handler, options.max_bytes)
        yield Table(handler.columns.keys(), rows, growing=True, remarks=handler.remarks)


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

    def __init__(self, wanted: Wanted, short: Mapping[str, str]) -> None:
        """Prepare.

        Args:
            wanted: the columns that are read; cells of others are dropped.
            short: the short names of columns, by the attribute that fills them.
        """
        super().__init__()
        self._wanted = wanted
        self._short = short
        self._reserved = {CASE, *short.values()}
        self._prefixes: dict[str, str] = {}
        self._open: list[str] = []
        self._done: list[Line] = []
        self._cells: dict[str, Cell] = {}
        self._plain: dict[str, Cell] = {}
        """Attributes whose key is the short name of a column; they count where the standard attribute is missing."""
        self.columns: dict[str, None] = {}
        self.remarks = Remarks()
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
        inside = tuple(self._open[1:])
        key, value = attrs.get("key"), attrs.get("value")
        if key is not None and tag in ("list", "container"):
            self.attribute(inside, self._standard(key), Problem(msg("a single value, but the attribute holds several")))
        elif key is not None and value is not None:
            self.attribute(inside, self._standard(key), _plain_number(value) if tag == "float" else value)
        elif tag == "extension" and not inside and (found := _EXTENSION.fullmatch(attrs.get("uri", ""))):
            self._prefixes[attrs.get("prefix", "")] = found[1]
        else:
            self.opened((*inside, tag))
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

    def attribute(self, inside: tuple[str, ...], key: str, value: Cell) -> None:
        """Handle an attribute of the element at the path `inside`."""

    def begin(self) -> None:
        """Begin the row of an event or a trace."""
        self._cells, self._plain = {}, {}

    def put(self, key: str, value: Cell) -> None:
        """Add an attribute to the row."""
        if key in self._reserved:
            self._set(self._plain, key, value)
            return
        short = self._short.get(key)
        if short is not None:
            self._set(self._cells, short, value)
        if short is None or key in self._wanted.columns:
            self._set(self._cells, key, value)

    def finished(self, case: Cell) -> dict[str, Cell]:
        """Return the cells of the row; `case` is the name of its trace."""
        if case is not None:
            self._set(self._cells, CASE, case)
        for name, value in self._plain.items():
            if self._cells.setdefault(name, value) != value:
                self.remarks.overruled[name] = self.remarks.overruled.get(name, 0) + 1
        return self._cells

    def _set(self, cells: dict[str, Cell], name: str, value: Cell) -> None:
        self.columns[name] = None
        if len(self.columns) > _MOST_COLUMNS:
            headline = msg("the log has more than {limit} different attributes", limit=_MOST_COLUMNS)
            raise UnreadableError("E118", headline, line=self.line())
        if name in cells:
            value = Problem(msg("keys that stand once; `{key}` stands twice", key=encodable(name)))
        if name in self._wanted.columns:
            cells[name] = value

    def _standard(self, key: str) -> str:
        """Return a key with the usual prefix of its extension."""
        prefix, colon, rest = key.partition(":")
        return f"{self._prefixes.get(prefix, prefix)}:{rest}" if colon else key


def _plain_number(text: str) -> str:
    return Numeral(format(Decimal(text), "f") if _FLOAT.fullmatch(text) else text)


class _Events(_Log):
    """Gives one row per event."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(wanted, EVENT_COLUMNS)
        self._case: Cell = None
        self._waiting: list[tuple[int, dict[str, Cell], dict[str, Cell]]] = []
        self._begun = 1

    def opened(self, inside: tuple[str, ...]) -> None:
        match inside:
            case ("trace",):
                self._case = None
            case ("trace", "event") | ("event",):
                self.begin()
                self._begun = self.line()
            case _:  # other elements are skipped
                pass

    def attribute(self, inside: tuple[str, ...], key: str, value: Cell) -> None:
        match inside:
            case ("trace",) if key == "concept:name":
                self._case = value or None
            case ("trace", "event") | ("event",):
                self.put(key, value)
            case _:  # other attributes are skipped
                pass

    def closed(self, inside: tuple[str, ...]) -> None:
        match inside:
            case ("trace", "event"):
                self._waiting.append((self._begun, self._cells, self._plain))
            case ("event",):
                self._finish(self._begun, None)
            case ("trace",):  # the trace's name may come after its events
                for number, cells, plain in self._waiting:
                    self._cells, self._plain = cells, plain
                    self._finish(number, self._case)
                self._waiting = []
            case _:  # no other element ends a row
                pass

    def _finish(self, number: int, case: Cell) -> None:
        cells = self.finished(case)
        if CASE in self._wanted.needed and cells.get(CASE) is None:
            self.columns[CASE] = None
            self.remarks.lost_events += 1
            self.remarks.first_lost = self.remarks.first_lost or number
        else:
            self._done.append(Line(number, cells))


class _Traces(_Log):
    """Gives one row per trace."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(wanted, TRACE_COLUMNS)
        self.columns[CASE] = None
        self._begun = 1

    def opened(self, inside: tuple[str, ...]) -> None:
        if inside == ("trace",):
            self.begin()
            self._begun = self.line()

    def attribute(self, inside: tuple[str, ...], key: str, value: Cell) -> None:
        if inside == ("trace",):
            self.put(key, value)

    def closed(self, inside: tuple[str, ...]) -> None:
        if inside == ("trace",):
            self._done.append(Line(self._begun, self.finished(None)))
