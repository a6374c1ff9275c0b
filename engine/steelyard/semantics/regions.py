"""Which places lie in which: `covers` (LANGUAGE.md section 4).

A place lies in each of its levels. gb2260: province, prefecture, county (2, 4, 6 digits);
fips: state and county (2, 5 digits). A code filled up with zeros is the same place as without, and all
zeros are the whole country. A `name` covers only itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

GB2260_LEVELS = (2, 4, 6)
FIPS_LEVELS = (2, 5)


def levels(scheme: str, code: str) -> frozenset[str]:
    """Every code, in every spelling, that covers the place.

    >>> sorted(levels("fips", "48201"))
    ['00', '00000', '48', '48000', '48201']
    """
    match scheme:
        case "gb2260":
            return _coded(code, GB2260_LEVELS)
        case "fips":
            return _coded(code, FIPS_LEVELS)
        case _:
            return frozenset((code,))


def coverer(scheme: str) -> Callable[[str | tuple[str, ...], str], bool]:
    """Build `covers(area or areas, place)` for a scheme; it remembers the levels of recent places."""

    @lru_cache(maxsize=4096)
    def remembered(place: str) -> frozenset[str]:
        return levels(scheme, place)

    def covers(areas: str | tuple[str, ...], place: str) -> bool:
        if isinstance(areas, str):
            return areas in remembered(place)
        return not remembered(place).isdisjoint(areas)

    return covers


def _coded(code: str, lengths: tuple[int, ...]) -> frozenset[str]:
    """The levels of a code whose prefixes of these lengths are its levels."""
    if len(code) not in lengths:
        return frozenset((code,))
    covering = {code}
    covering.update("0" * length for length in lengths)
    for length in lengths:
        prefix = code[:length]
        covering.update(prefix.ljust(spelled, "0") for spelled in lengths if spelled >= length)
        if not code[length:].strip("0"):
            break
    return frozenset(covering)
