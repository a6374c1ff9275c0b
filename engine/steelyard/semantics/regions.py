"""Tests whether one place lies in another: `covers` (LANGUAGE.md section 4).

A place lies in each of its levels. gb2260: province, prefecture, county (2, 4, 6 digits); fips: state and county (2, 5
digits). A code padded with zeros is the same place as without them; all zeros are the whole country. A `name` covers
only itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from steelyard.facts.places import levels

__all__ = ["coverer", "levels"]


def coverer(scheme: str) -> Callable[[str | tuple[str, ...], str], bool]:
    """Build `covers(area or areas, place)` for a scheme. The levels of recent places are cached."""

    @lru_cache(maxsize=4096)
    def remembered(place: str) -> frozenset[str]:
        return levels(scheme, place)

    def covers(areas: str | tuple[str, ...], place: str) -> bool:
        if isinstance(areas, str):
            return areas in remembered(place)
        return not remembered(place).isdisjoint(areas)

    return covers
