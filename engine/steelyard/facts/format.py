"""Writes values as text; the inverse of parse."""

from __future__ import annotations

from enum import Enum
from typing import assert_never

from steelyard.calendars.zones import Zone, day_of
from steelyard.diagnostics import InternalError
from steelyard.facts.numbers import UNITS
from steelyard.ir.expressions import Stored
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type


class Style(Enum):
    """The reader of the text: DATA for files (`parse` reads it back), READER for people."""

    DATA = "data"
    READER = "reader"


def format_value(value: Stored, type: Type, zone: Zone, style: Style = Style.DATA) -> str:  # noqa: A002 - the word
    """Write a value.

    Args:
        value: the stored value of the type (ir/types.py).
        type: its type.
        zone: the time zone in which instants are written; with the offset in DATA, without in READER.
        style: DATA writes text that `parse` reads back as the same value, READER text for people.

    Raises:
        InternalError: the value is not in the stored form of its type.
    """
    match type, value:
        case Boolean(), bool():
            return "true" if value else "false"
        case ((Text() | Region()), str()):
            return value
        case Regions(), tuple():
            return ";".join(value)
        case _, bool() | str() | tuple():
            raise InternalError(f"{value!r} is no value of {type!r}")
        case Number(scale, percent), _:
            return percent_text(value, scale) if percent and style is Style.READER else format_units(value, scale)
        case Date(), _:
            return day_of(value).isoformat()
        case DateTime(), _:
            return zone.text(value) if style is Style.DATA else zone.local_text(value)
        case Duration(), _:
            return iso_duration(value) if style is Style.DATA else _read_duration(value)
        case Days(), _:
            return str(value) if style is Style.DATA else f"{value} d"
        case Boolean() | Text() | Region() | Regions(), _:
            raise InternalError(f"{value!r} is no value of {type!r}")
        case _ as unreachable:
            assert_never(unreachable)


def format_units(units: int, scale: int) -> str:
    """Write an integer of 10^-scale with exactly `scale` digits after the point.

    >>> format_units(-5, 2), format_units(9351, 2), format_units(7, 0)
    ('-0.05', '93.51', '7')
    """
    sign = "-" if units < 0 else ""
    digits = str(abs(units)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


def percent_text(units: int, scale: int) -> str:
    """Write an integer of 10^-scale exactly as a percentage, without zeros at its end.

    >>> percent_text(9819, 4), percent_text(-200, 4), percent_text(1, 0), percent_text(25, 5)
    ('98.19%', '-2%', '100%', '0.025%')
    """
    text = format_units(units * 100, scale)
    return f"{text.rstrip('0').rstrip('.') if scale else text}%"


def _parts(us: int) -> tuple[int, int, str]:
    """Split microseconds into hours, minutes and the text of the seconds (empty where they are 0)."""
    hours, rest = divmod(us, UNITS["h"])
    minutes, rest = divmod(rest, UNITS["min"])
    seconds = format_units(rest, 6).rstrip("0").rstrip(".")
    return hours, minutes, "" if rest == 0 else seconds


def iso_duration(us: int) -> str:
    """Write microseconds in ISO 8601, in hours, minutes and seconds."""
    hours, minutes, seconds = _parts(abs(us))
    text = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + (f"{seconds}S" if seconds else "")
    return ("-" if us < 0 else "") + "PT" + (text or "0S")


def _read_duration(us: int) -> str:
    hours, minutes, seconds = _parts(abs(us))
    parts = [f"{hours} h"] if hours else []
    if minutes:
        parts.append(f"{minutes} min")
    if seconds or not parts:
        parts.append(f"{seconds or 0} s")
    return ("-" if us < 0 else "") + " ".join(parts)
