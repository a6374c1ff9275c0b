"""Finds the format of each file of a relation, and reads its rows in the columns that the ruleset declares."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.cells import Cell
from steelyard.facts.feeds import fema
from steelyard.facts.feeds.alerts import Alert
from steelyard.facts.feeds.cap import read_alert
from steelyard.facts.feeds.skipped import Skips
from steelyard.facts.feeds.tdi import bulletins
from steelyard.facts.feeds.warnings import Vocabulary, warnings
from steelyard.facts.feeds.xml import NoAlert, read_alerts
from steelyard.facts.fields import Fault
from steelyard.facts.readers import BadLine, Line, UnreadableError
from steelyard.facts.reading import Files, Place, Reading
from steelyard.ir.ruleset import Relation
from steelyard.ir.types import Region, Regions

FORMATS = {"cap": "warnings", "fema": "declarations", "tdi": "declarations"}
"""The formats, and the feed that each one can fill."""
SCHEMES = {"cap": ("gb2260", "fips", "name"), "fema": ("fips",), "tdi": ("fips", "name")}
"""The schemes in which each format can write places."""
ALERT_ENDINGS = (".xml", ".cap", ".atom")

_SAID = re.compile(rf"({'|'.join(FORMATS)}):(.+)", re.DOTALL)

FeedLine = tuple[Place, Line | BadLine | Fault]


@dataclass(slots=True)
class _Sorted:
    """The files of a relation by format."""

    tables: list[Path] = field(default_factory=list[Path])
    formats: dict[str, list[Path]] = field(default_factory=dict[str, list[Path]])


def feed_lines(relation: Relation, files: Files, zone: Zone, reading: Reading, skips: Skips) -> Iterator[FeedLine]:
    """Give the rows of a relation from all its files. Faults of a whole file become diagnostics."""
    found = _sorted(relation, files, reading)
    scheme = _scheme(relation)
    yield from reading.rows(relation.id, found.tables, relation.fields)
    for name, paths in found.formats.items():
        if (error := _unfit(relation, name, scheme)) is not None:
            reading.report(paths[0], error)
            continue
        feed = _Feed(relation, scheme or "name", zone, reading, skips)
        for place, line in feed.rows(name, paths):
            yield place, feed.declared(line) if isinstance(line, Line) else line


def _sorted(relation: Relation, files: Files, reading: Reading) -> _Sorted:
    found = _Sorted()
    for file in files:
        said = _SAID.fullmatch(file) if isinstance(file, str) and not Path(file).exists() else None
        for path in reading.found([said[2] if said else file]):
            name = said[1] if said else _told(relation, path, reading)
            if name is None:
                found.tables.append(path)
            else:
                found.formats.setdefault(name, []).append(path)
    return found


def _told(relation: Relation, path: Path, reading: Reading) -> str | None:
    """Recognise the format of a path by its kind or its columns; None for a table of rows."""
    name = path.name.lower()
    match relation.feed:
        case "warnings":
            return "cap" if path.is_dir() or name.endswith(ALERT_ENDINGS) else None
        case "declarations":
            if name.endswith(".json"):
                return "tdi"
            return "fema" if reading.columns(path, fema.MARKS) >= fema.MARKS else None
        case _:  # relations without a feed
            return None


def _scheme(relation: Relation) -> str | None:
    kind = next((one.type for one in relation.fields if one.id == "areas"), None)
    return kind.scheme if isinstance(kind, Region | Regions) else None


def _unfit(relation: Relation, name: str, scheme: str | None) -> UnreadableError | None:
    """Say why a format cannot fill a relation; None where it can."""
    feed = FORMATS[name]
    if relation.feed != feed:
        return UnreadableError(
            "E123",
            msg("`{relation}` cannot be read from the format {format}", relation=relation.id, format=name),
            help=msg("the format fills relations with `{line}`", line=f"feed: {feed}"),
        )
    if scheme not in SCHEMES[name]:
        return UnreadableError(
            "E123",
            msg("the format {format} has no places of the scheme {scheme}", format=name, scheme=scheme),
            help=msg("the relation's `regions` may be {schemes}", schemes=listed(SCHEMES[name])),
        )
    return None


class _Feed:
    """Reads one relation from files of one format."""

    def __init__(
        self,
        relation: Relation,
        scheme: str,
        zone: Zone,
        reading: Reading,
        skips: Skips,
    ) -> None:
        self._relation = relation
        self._scheme = scheme
        self._zone = zone
        self._reading = reading
        self._skips = skips
        self._columns = {one.id: one.column for one in relation.fields}
        self._kinds: Mapping[str, str] = dict(relation.kinds)

    def rows(self, name: str, paths: Sequence[Path]) -> Iterator[FeedLine]:
        """Give the rows, with cells by the ids of the feed's fields."""
        match name:
            case "cap":
                return self._cap(paths)
            case "fema":
                lines = self._reading.rows(self._relation.id, paths, fema.COLUMNS)
                return fema.declarations(lines, self._relation, self._zone, self._skips, self._reading.warnings)
            case _:  # the feed `tdi`
                return self._tdi(paths)

    def declared(self, line: Line) -> Line:
        """Rename cells to the columns that the ruleset declares."""
        cells: dict[str, Cell] = {self._columns[id_]: cell for id_, cell in line.cells.items() if id_ in self._columns}
        return Line(line.number, cells)

    def _cap(self, paths: Sequence[Path]) -> Iterator[FeedLine]:
        alerts: list[Alert] = []
        for path in paths:
            if path.is_dir():
                alerts += self._folder(path)
                continue
            with self._reported(path):
                alerts += self._alerts(path, path.name)
        found = warnings(alerts, Vocabulary(self._relation, self._scheme), self._zone, self._skips)
        self._reading.warnings.extend(found.remarks)
        for number, row in enumerate(found.rows, 1):
            yield Place(row.alert.file, row.alert.line, number), Line(row.alert.line, row.cells)

    def _tdi(self, paths: Sequence[Path]) -> Iterator[FeedLine]:
        number = 0
        for path in paths:
            with self._reported(path):
                for line in bulletins(path, self._scheme, self._kinds, self._skips):
                    number += 1
                    yield Place(path.name, line.number, number), line
                self._reading.used(self._relation.id, path, path.name)

    def _folder(self, folder: Path) -> list[Alert]:
        """Read all alerts below a folder. Files that cannot be read are left out and reported."""
        alerts: list[Alert] = []
        files = 0
        for path, name in _below(folder):
            if not path.name.lower().endswith(ALERT_ENDINGS):
                self._skips.add(msg("files that are no alerts"), name)
                continue
            files += 1
            try:
                alerts += self._alerts(path, name)
            except UnreadableError as error:
                self._skips.add(error.headline, name)
            except OSError as error:
                self._skips.add(msg("cannot read the file: {reason}", reason=error.strerror or ""), name)
        if not files:
            advice = msg("files of alerts end in {endings}", endings=listed(ALERT_ENDINGS))
            self._reading.report(folder, UnreadableError("E114", msg("the folder holds no alerts"), help=advice))
        return alerts

    def _alerts(self, path: Path, name: str) -> list[Alert]:
        """Read the alerts of a file and report elements that are none. A file that breaks off gives no alerts."""
        alerts: list[Alert] = []
        left_out: list[tuple[Message, str]] = []
        for found in read_alerts(path):
            if isinstance(found, NoAlert):
                left_out.append((found.reason, f"{name}:{found.line} {found.name}"))
                continue
            alert = read_alert(found, name, self._zone)
            if isinstance(alert, Message):
                left_out.append((alert, f"{name}:{found.line}"))
            else:
                alerts.append(alert)
        for reason, example in left_out:
            self._skips.add(reason, example)
        self._reading.used(self._relation.id, path, name)
        return alerts

    @contextmanager
    def _reported(self, path: Path) -> Generator[None]:
        """Turn a fault of the whole of a named file into a diagnostic."""
        try:
            yield
        except UnreadableError as error:
            self._reading.report(path, error)
        except FileNotFoundError:
            advice = msg("check the path and its spelling")
            self._reading.report(path, UnreadableError("E110", msg("there is no such file"), help=advice))
        except OSError as error:
            headline = msg("cannot read the file: {reason}", reason=error.strerror or "")
            self._reading.report(path, UnreadableError("E110", headline))


def _below(folder: Path) -> list[tuple[Path, str]]:
    """Find all files below a folder, named relative to it. Links to folders are not followed."""
    paths = [Path(top, name) for top, _, names in os.walk(folder) for name in names]
    named = [(path, f"{folder.resolve().name}/{path.relative_to(folder).as_posix()}") for path in paths]
    return sorted(named, key=lambda one: one[1])
