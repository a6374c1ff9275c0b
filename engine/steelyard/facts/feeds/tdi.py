"""Catastrophe bulletins of the Texas Department of Insurance, as JSON: counties by name, inclusive days.

The file is a list of objects: `bulletin`, `event_start`, `event_end`, `counties`, and `url` for reference. A bulletin
without the first or last day of its event is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import cast

from steelyard.calendars.clock_text import read_date
from steelyard.diagnostics import msg
from steelyard.diagnostics.suggestions import closest
from steelyard.facts.cells import Cell
from steelyard.facts.feeds.skipped import Skips
from steelyard.facts.feeds.texas import COUNTIES, county
from steelyard.facts.readers.table import Line, UnreadableError, damaged
from steelyard.source.broken import BROKEN_FILE, reason_of

MAX_BYTES = 16 * 1024**2
AUTHORITY = "Texas Department of Insurance"
KIND = "catastrophe"
"""The kind of every declaration of this format, whatever the kind of storm."""


def bulletins(path: Path, scheme: str, kinds: Mapping[str, str], skips: Skips) -> Iterator[Line]:
    """Give one row per bulletin, in the feed's fields, with places in `scheme` (fips, or names of counties).

    Raises:
        UnreadableError: the file is not a list of JSON objects.
        OSError: the file cannot be read.
    """
    for number, item in enumerate(_items(path), 1):
        cells = _cells(item, scheme, kinds, skips, f"{path.name}: {_text(item, 'bulletin') or number}")
        if cells is not None:
            yield Line(number, cells)


def _items(path: Path) -> list[object]:
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise UnreadableError("E118", msg("the file has more than {limit} bytes", limit=MAX_BYTES))
    try:
        found = cast("object", json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_object))
    except BROKEN_FILE as error:
        raise damaged(reason_of(error)) from None
    if not isinstance(found, list):
        raise damaged("bulletins are a list of JSON objects")
    return cast("list[object]", found)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return found


def _cells(item: object, scheme: str, kinds: Mapping[str, str], skips: Skips, name: str) -> dict[str, Cell] | None:
    bulletin = _text(item, "bulletin")
    days = [_text(item, key) for key in ("event_start", "event_end")]
    if bulletin is None:
        skips.add(msg("bulletins without a number"), name)
        return None
    if not all(days):
        skips.add(msg("bulletins that do not say when the event began and ended"), name)
        return None
    if not all(isinstance(read_date(day or ""), date) for day in days):
        skips.add(msg("bulletins whose days cannot be read"), name)
        return None
    areas = sorted(_areas(item, scheme, skips, name))
    if not areas:
        skips.add(msg("bulletins without a county that can be used"), name)
        return None
    return {
        "declaration_id": bulletin,
        "kind": kinds.get(KIND, KIND),
        "areas": tuple(areas),
        "starts": days[0],
        "ends": days[1],
        "authority": AUTHORITY,
        "reference": _text(item, "url"),
    }


def _areas(item: object, scheme: str, skips: Skips, name: str) -> set[str]:
    counties = cast("Mapping[str, object]", item).get("counties")
    found: set[str] = set()
    for one in cast("list[object]", counties) if isinstance(counties, list) else []:
        text = one if isinstance(one, str) else ""
        official = county(text)
        if official is not None:
            found.add(COUNTIES[official] if scheme == "fips" else official)
            continue
        near = closest(text, COUNTIES)
        skips.add(
            msg("names that are no county of Texas")
            if near is None
            else msg("names that are no county of Texas; `{near}` may be meant", near=near),
            f"{name}: {text}",
        )
    return found


def _text(item: object, key: str) -> str | None:
    """Return a text field of an object; None where it is absent or blank."""
    value = cast("Mapping[str, object]", item).get(key) if isinstance(item, dict) else None
    return value.strip() or None if isinstance(value, str) else None
