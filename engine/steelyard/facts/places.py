"""Places and their codes: which codes there can be, and which place lies in which.

GB/T 2260 names counties of China by six digits: two for the province, two for the prefecture (a
municipality's districts stand under 01, its counties under 02; what is ruled by the province itself
under 90), two for the county. Zeros stand for the whole: 310000, 310100, 310115. FIPS names the states
of the USA by two digits and counties by five; SS000 is the whole state. All zeros are the country. A
`name` is any text, and lies only in itself.
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
    """The codes of a scheme that has them: gb2260 or fips."""
    return _FORMS[scheme]


def well_formed(scheme: str, code: str) -> bool:
    """Whether a code can name a place: no part of it stands under a whole.

    >>> [well_formed("gb2260", code) for code in ("310115", "429004", "310000", "310015", "31")]
    [True, True, True, False, False]
    """
    form = _FORMS.get(scheme)
    return form is None or form.fullmatch(code) is not None


def levels(scheme: str, code: str) -> frozenset[str]:
    """Give every code, in every spelling, that covers the place; the place itself among them.

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
