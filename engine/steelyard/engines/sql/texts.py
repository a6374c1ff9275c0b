"""Writes values as text in DuckDB's SQL, byte for byte as `facts.format` does."""

from __future__ import annotations

from steelyard.calendars.zones import SECOND_US, Zone
from steelyard.facts.bulk import sql
from steelyard.facts.bulk.clocks import local
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Range, Region, Regions, Text, Type

_HOUR, _MINUTE = 3600 * SECOND_US, 60 * SECOND_US
_DASH, _NONE = "'-'", "''"


def plain_text(value: str, type_: Type, here: Zone) -> str:
    """The text of a stored value (ir/types.py); NULL where it is.

    Args:
        value: SQL of the value; it occurs several times in the result.
        type_: the type of the value.
        here: the time zone in which instants are written, with the offset.
    """
    match type_:
        case Number(scale):
            return units_text(value, scale)
        case Date():
            return f"strftime(DATE '1970-01-01' + CAST({value} AS INTEGER), '%Y-%m-%d')"
        case DateTime():
            return _instant(value, here)
        case Duration():
            return _duration(value)
        case Regions():
            return sql.joined(value, ";")
        case Boolean() | Days() | Text() | Region():
            return f"CAST({value} AS VARCHAR)"


def units_text(units: str, scale: int) -> str:
    """An integer of 10^-scale with exactly `scale` digits after the point."""
    if scale == 0:
        return f"CAST({units} AS VARCHAR)"
    size = f"CAST(abs({units}) AS VARCHAR)"
    digits = f"lpad({size}, CAST(greatest({scale + 1}, length({size})) AS INTEGER), '0')"
    whole = f"left({digits}, length({digits}) - {scale}) || '.' || right({digits}, {scale})"
    return sql.when(f"{units} IS NOT NULL", f"{sql.when(f'{units} < 0', _DASH, _NONE)} || {whole}")


def _duration(value: str) -> str:
    """A duration in ISO 8601: hours, minutes and seconds, each only where it is not 0."""
    length = f"abs({value})"
    hours, minutes = f"{length} // {_HOUR}", f"{length} // {_MINUTE} % 60"
    seconds, parts = f"{length} // {SECOND_US} % 60", f"{length} % {SECOND_US}"
    fraction = f"'.' || rtrim(lpad(CAST({parts} AS VARCHAR), 6, '0'), '0')"
    written = (
        sql.when(f"{value} < 0", "'-PT'", "'PT'"),
        sql.when(f"{hours} > 0", f"CAST({hours} AS VARCHAR) || 'H'", _NONE),
        sql.when(f"{minutes} > 0", f"CAST({minutes} AS VARCHAR) || 'M'", _NONE),
        sql.when(
            f"{length} % {_MINUTE} > 0",
            f"CAST({seconds} AS VARCHAR) || {sql.when(f'{parts} > 0', fraction, _NONE)} || 'S'",
            _NONE,
        ),
    )
    some = " || ".join(f"({one})" for one in written)
    return sql.when(f"{value} IS NOT NULL", sql.when(f"{value} = 0", "'PT0S'", some))


def _instant(value: str, here: Zone) -> str:
    """Local time with its offset; UTC where the offset has seconds, which text cannot state."""
    wall = local(value, here, Range(None, None))
    seconds = f"(_w - {value}) // {SECOND_US}"
    size = f"abs({seconds}) // 60"
    hours, minutes = (f"lpad(CAST({part} AS VARCHAR), 2, '0')" for part in (f"{size} // 60", f"{size} % 60"))
    sign = sql.when(f"{seconds} < 0", _DASH, "'+'")
    offset = f"{sign} || {hours} || ':' || {minutes}"
    shown = sql.when(f"({seconds}) % 60 = 0", f"{_clock('_w')} || {offset}", f"{_clock(value)} || 'Z'")
    return f"list_transform([{wall}], lambda _w : {shown})[1]"


def _clock(wall: str) -> str:
    fraction = f"'.' || lpad(CAST(({wall} % {SECOND_US} + {SECOND_US}) % {SECOND_US} AS VARCHAR), 6, '0')"
    shown = f"strftime(make_timestamp({wall}), '%Y-%m-%dT%H:%M:%S')"
    return f"{shown} || {sql.when(f'{wall} % {SECOND_US} <> 0', fraction, _NONE)}"
