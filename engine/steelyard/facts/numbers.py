"""Reads numbers, durations and days from text as integers, without floats (LANGUAGE.md sections 3 and 12)."""

from __future__ import annotations

import re

from steelyard.diagnostics import Message, msg
from steelyard.facts.problem import Problem

UNITS = {"h": 3_600_000_000, "min": 60_000_000, "s": 1_000_000}
"""The units of a duration in microseconds, longest first."""

TOO_MANY_DIGITS = 60
"""A number of more digits than this exceeds every range, and is refused before it is converted."""

_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(%?)")
_DAYS = re.compile(r"(-?)([0-9]+)d?")
_PART = r"([0-9]+(?:\.[0-9]+)?)"
_SPELLED = re.compile(rf"(-?)(?=[0-9])(?:{_PART}h)?(?:{_PART}min)?(?:{_PART}s)?")
_ISO = re.compile(rf"(-?)PT(?=[0-9])(?:{_PART}H)?(?:{_PART}M)?(?:{_PART}S)?")


def read_number(text: str, scale: int) -> int | Problem | None:
    """Read a number as an integer of 10^-scale; a percent sign moves the decimal point by two places.

    Digits beyond the declared ones are refused even where they are 0.

    Returns:
        The integer; a problem where there are too many digits; None where the text is no number.

    >>> read_number("98.5%", 4), read_number("-3", 1), read_number("1e2", 0)
    (9850, -30, None)
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, whole, fraction, percent = match[1], match[2], match[3] or "", match[4]
    digits = len(fraction) + (2 if percent else 0)
    if digits > scale:
        return Problem(_expected(scale), _fewer_digits(match, scale))
    units = _integer(whole + fraction) * 10 ** (scale - digits)
    return -units if sign else units


def read_days(text: str) -> int | None:
    """Read `15d` or `15`; None where the text is neither."""
    match = _DAYS.fullmatch(text)
    if match is None:
        return None
    return -_integer(match[2]) if match[1] else _integer(match[2])


def read_duration(text: str) -> int | None:
    """Read `1h30min`, as the language spells it, or ISO 8601's `PT1H30M`, into microseconds.

    Returns None where it is neither, or no whole number of microseconds. Each unit occurs at most once, longest first.
    The days of ISO 8601 are not accepted, because a day is not always 24 hours.

    >>> read_duration("26h24min") == read_duration("PT26H24M") == 26 * UNITS["h"] + 24 * UNITS["min"]
    True
    """
    match = _SPELLED.fullmatch(text) or _ISO.fullmatch(text)
    if match is None:
        return None
    total = 0
    for part, unit in zip(match.groups()[1:], UNITS.values(), strict=True):
        whole, _, fraction = (part or "0").partition(".")
        microseconds, rest = divmod(_integer(whole + fraction) * unit, 10 ** len(fraction))
        if rest:
            return None
        total += microseconds
    return -total if match[1] else total


def _integer(digits: str) -> int:
    significant = digits.lstrip("0")
    return 10**TOO_MANY_DIGITS if len(significant) > TOO_MANY_DIGITS else int(significant or "0")


def _expected(scale: int) -> Message:
    if scale == 0:
        return msg("a whole number")
    return msg("a number with at most {scale} {scale:digit|digits} after the point", scale=scale)


def _fewer_digits(match: re.Match[str], scale: int) -> Message | None:
    """Return a hint where the digits beyond the declared ones are all zero."""
    sign, whole, fraction, percent = match[1], match[2], match[3] or "", match[4]
    if percent:
        padded = whole.rjust(3, "0")
        whole, fraction = padded[:-2].lstrip("0") or "0", padded[-2:] + fraction
    if fraction[scale:].strip("0"):
        return None
    fraction = fraction[:scale]
    return msg("write `{text}`", text=f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}")
