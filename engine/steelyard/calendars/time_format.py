"""Written forms of dates and times, such as `%d/%m/%Y %H:%M`: a closed list of directives, and what a text means.

A text that matches is written anew, year first, for the one grammar of clock_text.py, which decides whether the day
and the time exist.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_ONE_OR_TWO = frozenset("mdHI")
"""Directives of one digit or two; of two where another directive of digits is beside them."""
_DIGITS = {"Y": "[0-9]{4}", "y": "[0-9]{2}", "M": "[0-9]{2}", "S": "[0-9]{2}", "f": "[0-9]{1,6}"}
_LETTERS = {
    "b": "|".join(name[:3] for name in _MONTHS),
    "B": "|".join(_MONTHS),
    "p": r"[ap]\.m\.|[ap]m",
    "z": r"Z|UTC|[-+][0-9]{2}:?[0-9]{2}",
}
DIRECTIVES = ("%Y", "%y", "%m", "%b", "%B", "%d", "%H", "%I", "%p", "%M", "%S", "%f", "%z", "%%")
"""All that may stand behind a percent sign."""
CENTURY = 69
"""Two digits of a year from this one on are of the 20th century, those below of the 21st."""
_PIECE = re.compile(r"%(.?)|([^%]+)", re.DOTALL)
_PARTS = {"y": "Y", "b": "m", "B": "m", "I": "H"}
"""Directives that say the same part of a time as another one."""


def fault_of(form: str, *, time: bool) -> Message | None:
    """Return what is wrong with a form; None where it can be used.

    Args:
        form: e.g. `%d/%m/%Y %H:%M`.
        time: whether the time of day must be said.
    """
    named = [name for name, _ in _pieces(form) if name]
    for name in named:
        if f"%{name}" not in DIRECTIVES:
            return msg("`%{name}` is none of {directives}", name=name.strip(), directives=listed(DIRECTIVES))
    parts = [_PARTS.get(name, name) for name in named if name != "%"]
    twice = next((part for part in parts if parts.count(part) > 1), None)
    if twice is not None:
        return msg("it says one part of the time twice: `%{part}`", part=twice)
    if [part for part in parts if part in "Ydm"] == ["Y", "d", "m"]:
        return msg("nobody writes year, day, month in this order")
    lacking = next((part for part in ("YmdH" if time else "Ymd") if part not in parts), None)
    if lacking is not None:
        return _lacks(lacking)
    for part, before in (("f", "S"), ("S", "M"), ("M", "H"), ("z", "H"), ("p", "I"), ("I", "p")):
        known = named if part in "pI" else parts
        if part in known and before not in known:
            return msg("`%{part}` stands without `%{before}`", part=part, before=before)
    return None


def _lacks(part: str) -> Message:
    match part:
        case "Y":
            return msg("it says no year: `%Y`, or `%y` for two digits")
        case "m":
            return msg("it says no month: `%m`")
        case "d":
            return msg("it says no day: `%d`")
        case _:  # the hour
            return msg("it says no time of day: `%H:%M`, or `%I:%M %p` with AM and PM")


def rewritten(text: str, form: str) -> str | None:
    """Write a text anew, year first; None where it does not match the form.

    Args:
        text: without blanks at its edges, its digits and signs those of ASCII.
        form: one without fault.

    >>> rewritten("7/4/2024 1:05:00 PM", "%m/%d/%Y %I:%M:%S %p"), rewritten("4.7.69", "%d.%m.%y")
    ('2024-07-04 13:05:00', '1969-07-04')
    """
    found = _compiled(form).fullmatch(text)
    if found is None:
        return None
    said = found.groupdict()
    year = said.get("Y") or _year(said["y"])
    month = said["m"].rjust(2, "0") if "m" in said else _month(said)
    day = f"{year}-{month}-{said['d'].rjust(2, '0')}"
    if "H" in said:
        hour = said["H"].rjust(2, "0")
    elif "I" not in said:
        return day
    elif not (hour := _hour(said)):
        return None
    second = f":{said['S']}" if "S" in said else ""
    fraction = f".{said['f']}" if "f" in said else ""
    return f"{day} {hour}:{said.get('M', '00')}{second}{fraction}{_offset(said['z']) if 'z' in said else ''}"


def example(form: str) -> str:
    """Return a text of the form: the last minute but one of a year.

    >>> example("%d/%m/%Y %I:%M %p")
    '31/12/2024 11:58 PM'
    """
    said = {
        "Y": "2024", "y": "24", "m": "12", "b": "Dec", "B": "December", "d": "31", "H": "23", "I": "11", "p": "PM",
        "M": "58", "S": "30", "f": "5", "z": "+00:00", "%": "%",
    }  # fmt: skip
    return "".join(said[name] if name else literal for name, literal in _pieces(form))


def _pieces(form: str) -> Iterator[tuple[str, str]]:
    """Give the directives, by the letter behind their sign, and the texts between them."""
    for found in _PIECE.finditer(unicodedata.normalize("NFKC", form).strip()):
        yield ("", found[2]) if found[2] is not None else (found[1] or " ", "")


@cache
def _compiled(form: str) -> re.Pattern[str]:
    pieces = list(_pieces(form))
    beside = [_is_digits(name) for name, _ in pieces]
    parts: list[str] = []
    for place, (name, literal) in enumerate(pieces):
        crowded = any(beside[near] for near in (place - 1, place + 1) if 0 <= near < len(pieces))
        if not name or name == "%":
            parts.append("%" if name else " +".join(map(re.escape, re.split(" +", literal))))
        elif name in _ONE_OR_TWO:
            parts.append(f"(?P<{name}>[0-9]{{2}})" if crowded else f"(?P<{name}>[0-9]{{1,2}})")
        else:
            parts.append(f"(?P<{name}>{_DIGITS.get(name) or _LETTERS[name]})")
    return re.compile("".join(parts), re.IGNORECASE | re.ASCII)


def _is_digits(name: str) -> bool:
    return name in _ONE_OR_TWO or name in _DIGITS


def _year(digits: str) -> str:
    return str((1900 if int(digits) >= CENTURY else 2000) + int(digits))


def _month(said: dict[str, str]) -> str:
    name = (said.get("b") or said["B"]).lower()
    return f"{1 + next(place for place, month in enumerate(_MONTHS) if month.startswith(name)):02}"


def _hour(said: dict[str, str]) -> str:
    """Return the hour of the day; an empty text where no clock of twelve hours shows it."""
    hour = int(said["I"])
    return f"{hour % 12 + (12 if said['p'].lower().startswith('p') else 0):02}" if 1 <= hour <= 12 else ""


def _offset(text: str) -> str:
    return "Z" if text.upper() in ("Z", "UTC") else text
