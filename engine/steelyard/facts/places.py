"""Places and their codes: which codes are valid, and which place lies in which.

GB/T 2260 names counties of China by six digits: two for the province, two for the prefecture, two for the county. In a
municipality, districts have the prefecture digits 01 and counties 02; units directly under a province have 90. Zeros
stand for the whole: 310000, 310100, 310115. FIPS names the states of the USA by two digits and counties by five; SS000
is the whole state. All zeros are the country. A `name` is any text, and covers only itself.
"""

from __future__ import annotations

import re

GB2260_LEVELS = (2, 4, 6)
FIPS_LEVELS = (2, 5)

_FORMS = {
    "gb2260": re.compile(r"000000|(?!00)[0-9]{2}(?:0000|(?!00)[0-9]{4})"),
    "fips": re.compile(r"00(?:000)?|(?!00)[0-9]{2}(?:[0-9]{3})?"),
}


def pattern(scheme: str) -> re.Pattern[str]:
    """Return the regular expression for the codes of gb2260 or fips."""
    return _FORMS[scheme]


def well_formed(scheme: str, code: str) -> bool:
    """Return whether a code is valid: digits of a smaller unit must not follow zeros for the larger one.

    >>> [well_formed("gb2260", code) for code in ("310115", "429004", "310000", "310015", "31")]
    [True, True, True, False, False]
    """
    form = _FORMS.get(scheme)
    return form is None or form.fullmatch(code) is not None


def levels(scheme: str, code: str) -> frozenset[str]:
    """Return every code, in every spelling, that covers the place, including the place itself.

    >>> sorted(levels("fips", "48201"))
    ['00', '00000', '48', '48000', '48201']
    """
    match scheme:
        case "gb2260":
            return _coded(code, GB2260_LEVELS)
        case "fips":
            return _coded(code, FIPS_LEVELS)
        case _:  # places by name: one level
            return frozenset((code,))


def _coded(code: str, lengths: tuple[int, ...]) -> frozenset[str]:
    """Return the levels of a code; the prefixes of these lengths are its levels."""
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
