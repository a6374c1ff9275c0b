"""OpenFEMA's DisasterDeclarationsSummaries: one row per county and disaster, combined to one declaration per disaster.

Days are local days of the place, and become midnights in the ruleset's time zone. The last day is inclusive. A disaster
without one ends at the latest with the day on which it was closed out; without that it has not ended. County 000 is the
whole state, unless the row names a place that is no county (for example tribal land): it has no FIPS code, and the row
is left out. A county with two periods in one disaster is left out too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from steelyard.calendars.zones import MICROSECOND, Zone
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.cells import Cell, plain_cell, shown
from steelyard.facts.feeds.skipped import Skips
from steelyard.facts.fields import Fault, RowReader
from steelyard.facts.problem import Problem
from steelyard.facts.readers import BadLine, Line
from steelyard.facts.reading import Place
from steelyard.ir.ruleset import InputField, Label, Relation
from steelyard.ir.types import DateTime, Text

_REQUIRED = ("disasterNumber", "incidentType", "incidentBeginDate", "fipsStateCode", "fipsCountyCode")
_OPTIONAL = ("incidentEndDate", "disasterCloseoutDate", "placeCode", "designatedArea", "femaDeclarationString")


def _column(name: str, *, optional: bool) -> InputField:
    return InputField(id=name, label=Label(name, name), type=Text(), column=name, optional=optional)


COLUMNS = (
    *(_column(name, optional=False) for name in _REQUIRED),
    *(_column(name, optional=True) for name in _OPTIONAL),
)
"""The columns that are read from a row."""

MARKS = frozenset({"disasterNumber", "fipsStateCode", "fipsCountyCode"})
"""The columns by which a file of this format is recognised."""

AUTHORITY = "FEMA"
_WHOLE = "statewide"
"""What the whole of a state is called, in any letter case."""
_NAMED = 5
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00:00(?:\.0{1,9})?(?:Z|\+00:00)?)?")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]+(?:Z|\+00:00)?)?")
_DATES = {"incidentBeginDate": _DAY, "incidentEndDate": _DAY, "disasterCloseoutDate": _MOMENT}
"""The columns of days; the time of day of a close-out does not matter."""


@dataclass(slots=True)
class _Disaster:
    """A disaster: the place of its first row, its name, and for each area its periods (begin, end, kind)."""

    place: Place
    name: str
    areas: dict[str, dict[tuple[str, str | None, str], None]] = field(
        default_factory=dict[str, dict[tuple[str, str | None, str], None]]
    )


def declarations(
    lines: Iterable[tuple[Place, Line | BadLine]],
    relation: Relation,
    zone: Zone,
    skips: Skips,
    warnings: list[Message],
) -> Iterator[tuple[Place, Line | BadLine | Fault]]:
    """Give one row per disaster and period, in the feed's columns. Bad rows are passed on where they occur.

    Args:
        lines: the rows of the files.
        relation: names kinds, and how long events last at most that name no end.
        zone: the time zone of the ruleset.
        skips: receives what is left out.
        warnings: receives what else is to be said.
    """
    kinds = dict(relation.kinds)
    closed: dict[str, None] = {}
    disasters: dict[str, _Disaster] = {}
    reader = RowReader(COLUMNS, zone)
    for place, line in lines:
        if isinstance(line, BadLine):
            yield place, line
            continue
        read = _read(line.cells, reader)
        if isinstance(read, Fault):
            yield place, read
            continue
        number, kind = read["disasterNumber"], read["incidentType"]
        area = _area(read)
        if isinstance(area, Fault):
            yield place, area
        elif area is None:
            skips.add(msg("areas that are no county"), read.get("designatedArea") or read["placeCode"])
        else:
            disaster = disasters.setdefault(number, _Disaster(place, read.get("femaDeclarationString") or number))
            begin, end = read["incidentBeginDate"], read.get("incidentEndDate")
            if end is None and (end := _closed(begin, read.get("disasterCloseoutDate"), relation)) is not None:
                closed[disaster.name] = None
            period = begin, end, kinds.get(kind, kind)
            disaster.areas.setdefault(area, {})[period] = None
    for disaster in disasters.values():
        yield from _rows(disaster, skips)
    if closed:
        warnings.append(
            msg(
                "{role}: {count} {count:disaster names|disasters name} no end and "
                "{count:lasts until it was|last until they were} closed out: {names}",
                role=relation.id,
                count=len(closed),
                names=listed(list(closed)[:_NAMED]),
            )
        )


def _closed(begin: str, closeout: str | None, relation: Relation) -> str | None:
    """Return the day of a close-out, where the relation does not end the disaster earlier."""
    most = relation.open_at_most
    if closeout is None or most is None:
        return closeout
    try:
        lasted = date.fromisoformat(closeout) - date.fromisoformat(begin)
    except ValueError:  # no day; the row will be refused
        return closeout
    return None if lasted // MICROSECOND >= most else closeout


def _rows(disaster: _Disaster, skips: Skips) -> Iterator[tuple[Place, Line]]:
    by_period: dict[tuple[str, str | None, str], list[str]] = {}
    for area, periods in disaster.areas.items():
        if len(periods) > 1:
            skips.add(msg("areas that stand with several periods in one disaster"), f"{disaster.name}: {area}")
        else:
            by_period.setdefault(next(iter(periods)), []).append(area)
    for (begin, end, kind), areas in by_period.items():
        cells: dict[str, Cell] = {
            "declaration_id": disaster.name,
            "kind": kind,
            "areas": tuple(sorted(areas)),
            "starts": begin,
            "ends": end,
            "authority": AUTHORITY,
            "reference": disaster.name,
        }
        yield disaster.place, Line(disaster.place.line, cells)


def _read(cells: Mapping[str, Cell], reader: RowReader) -> dict[str, str] | Fault:
    """Read a row; its dates become text without a time of day."""
    texts = dict(cells)
    for name, form in _DATES.items():
        text = plain_cell(cells.get(name), DateTime())
        if text is None:
            continue
        day = form.fullmatch(text) if isinstance(text, str) else None
        if day is None:
            expected = msg("a day such as `2017-08-23` or `2017-08-23T00:00:00.000Z`")
            return Fault(name, shown(cells.get(name)), Problem(expected))
        texts[name] = day[1]
    read = reader.read(texts)
    return read.fault or {name: str(value) for name, value in read.values.items()}


def _zeros(digits: str, length: int) -> Message | None:
    """Return a hint for codes whose leading zeros were dropped by a spreadsheet."""
    if not (digits.isascii() and digits.isdigit() and len(digits) < length):
        return None
    return msg("digits may have been lost: write `{text}`", text=digits.rjust(length, "0"))


def _area(read: Mapping[str, str]) -> str | Fault | None:
    """Return the code of the row's county or state, a fault, or None where the row names neither."""
    state, county = read["fipsStateCode"], read["fipsCountyCode"]
    if not re.fullmatch(r"[0-9]{2}", state) or state == "00":
        return Fault("fipsStateCode", state, Problem(msg("the two digits of a state (FIPS)"), _zeros(state, 2)))
    if not re.fullmatch(r"[0-9]{3}", county):
        return Fault("fipsCountyCode", county, Problem(msg("the three digits of a county (FIPS)"), _zeros(county, 3)))
    if county != "000":
        return state + county
    no_place = not read.get("placeCode", "").strip("0")
    whole = read.get("designatedArea", _WHOLE).strip().casefold() == _WHOLE
    return state if no_place and whole else None
