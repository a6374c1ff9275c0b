"""Converts the areas of an alert to places of a scheme.

Areas without a code of the scheme are reported, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from steelyard.diagnostics import Message, msg
from steelyard.facts.feeds.alerts import Area
from steelyard.facts.places import well_formed

_SAME = frozenset({"fips6", "same"})
"""Names of six-digit SAME codes: part of the county (0: all of it), state, county (000: the whole state)."""
_FIPS = frozenset({"fips", "fips5"})
_CHINESE = ("2260", "行政区划")
"""The names of codes of GB/T 2260 contain one of these."""

_SEVERAL = re.compile(r"[\s,;，；、]+")
_PARTS = re.compile(r"\s*[;；]\s*")
_LONG_CODE = re.compile(r"([0-9]{6})(?:000|0{6}|0{8})?")
"""Codes of 9, 12 or 14 digits name a part of a county; only those that end in zeros name the county itself."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places of areas, sorted, and the codes or areas that are no places, each with the reason."""

    places: tuple[str, ...]
    unusable: tuple[tuple[Message, str], ...]


def places(areas: Iterable[Area], scheme: str) -> Places:
    """Find the places of areas in a scheme (gb2260, fips, name)."""
    found: set[str] = set()
    unusable: list[tuple[Message, str]] = []
    for area in areas:
        if scheme == "name":
            named = _names(area)
            found.update(named)
            if not named:
                unusable.append((msg("areas without a description"), ""))
            continue
        usable = False
        for code in _codes(area, scheme):
            if isinstance(code, tuple):
                unusable.append(code)
            else:
                found.add(code)
            usable = True
        if not usable:
            unusable.append((_no_code(area, scheme), area.name))
    return Places(tuple(sorted(found)), tuple(unusable))


def _names(area: Area) -> set[str]:
    """Return the names of an area. Codes of forecast zones (UGC) count as names."""
    names = {part for part in _PARTS.split(area.name) if part}
    names.update(part for name, value in area.codes if _plain(name) == "ugc" for part in _split(value))
    return names


def _codes(area: Area, scheme: str) -> Iterator[str | tuple[Message, str]]:
    """Return the area's codes in the scheme; for an invalid code, the reason and the code."""
    for name, value in area.codes:
        plain = _plain(name)
        for code in _split(value):
            if scheme == "fips" and plain in _SAME:
                yield _county(code)
            elif scheme == "fips" and plain in _FIPS:
                yield _checked(code, scheme)
            elif scheme == "gb2260" and any(part in plain for part in _CHINESE):
                long = _LONG_CODE.fullmatch(code)
                yield _checked(code if long is None else long[1], scheme)


def _county(code: str) -> str | tuple[Message, str]:
    if re.fullmatch(r"[0-9]{6}", code) is None:
        return msg("codes that are no places ({scheme})", scheme="SAME"), code
    if code[0] != "0":
        return msg("parts of counties, for which there is no code"), code
    found = _checked(code[1:], "fips")
    return found if isinstance(found, str) else (found[0], code)


def _checked(code: str, scheme: str) -> str | tuple[Message, str]:
    if well_formed(scheme, code):
        return code
    return msg("codes that are no places ({scheme})", scheme=scheme), code


def _no_code(area: Area, scheme: str) -> Message:
    if area.shapes and not area.codes:
        return msg("areas drawn on a map, without a code ({scheme})", scheme=scheme)
    return msg("areas without a code ({scheme})", scheme=scheme)


def _split(value: str) -> list[str]:
    return [part for part in _SEVERAL.split(value) if part]


def _plain(name: str) -> str:
    """Reduce the name of a code to lower-case letters and digits: `GB/T 2260-2007` becomes `gbt22602007`."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())
