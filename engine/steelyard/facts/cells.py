"""The values that a field of a file can hold, and their exact conversion to text.

Floats of 64 bits (in workbooks and Parquet) and of 32 bits (in Parquet) are the only floats in the program; here they
become the exact decimal text that they stand for, or a problem.
"""

from __future__ import annotations

import math
import struct
from datetime import date, datetime

from steelyard.diagnostics import msg
from steelyard.facts.format import format_units
from steelyard.facts.problem import Problem
from steelyard.ir.types import Date, DateTime, Number, Region, Regions, Text, Type


class Numeral(str):
    """A number that a file or a caller holds as a number: its point is `.`, whatever notation a field declares."""

    __slots__ = ()


class Single(float):
    """A number that a file holds as a float of 32 bits."""

    __slots__ = ()


NUMERALS = b"steelyard.numerals"
"""Says, in the metadata of a Parquet field of texts, which of them stand for numbers that a caller gave as numbers."""
ALL, SOME = b"all", b"some"
"""All texts; those that begin with `NUMBER`, where the others begin with `OTHER`."""
NUMBER, OTHER = "#", "="


def told(text: str) -> str:
    """Return the text of a field of which `SOME` are numbers."""
    return Numeral(text[1:]) if text.startswith(NUMBER) else text[1:]


Cell = str | tuple[str, ...] | float | date | Problem | None
"""Text; a list (JSONL, Parquet); a float, a date or a local datetime (XLSX, Parquet); a problem; None: empty."""

_EXACT = 10**15
"""Below this, every whole number has a double of its own, and a spreadsheet keeps all of its digits."""
_DISTINCT = 10**14
"""Decimals of fewer digits than this number has are all different doubles."""
_EXACT_SINGLE = 10**7
"""The same for floats of 32 bits."""
_DIGITS_OF_SINGLE = 9
"""So many digits tell every float of 32 bits from all others."""


def plain_cell(cell: Cell, type: Type) -> str | tuple[str, ...] | Problem | None:  # noqa: A002 - the word
    """Return the text of a cell for a declared type; None where it is empty."""
    match cell:
        case None | "" | ():
            return None
        case str() | tuple() | Problem():
            return cell
        case datetime():
            return _datetime(cell, type)
        case date():
            return _date(cell, type)
        case _:  # a float
            return _double(cell if isinstance(cell, Single) else float(cell), type)


def shown(cell: Cell) -> str:
    """Return the text of a cell as it was written, for messages."""
    match cell:
        case None | Problem():
            return ""
        case str():
            return cell
        case tuple():
            return ";".join(cell)
        case datetime():
            return cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case Single():
            return repr(_shortest(cell)).removesuffix(".0")
        case _:  # a double
            return repr(cell).removesuffix(".0")


def masked(text: str) -> str:
    """Return the shape of a text about a person: `x` for each letter, `9` for each digit.

    >>> masked("Li 4711-b")
    'xx 9999-x'
    """
    return "".join("9" if sign.isdigit() else "x" if sign.isalpha() else sign for sign in text)


def _double(value: float, type: Type) -> str | Problem:  # noqa: A002
    exact = _exact(value)
    match type:
        case Number(scale):
            return _decimal(value, scale)
        case Date() if value.is_integer() and 10**7 <= value < min(exact, 10**8):  # `20240501`
            return str(int(value))
        case Date() | DateTime():
            return Problem(msg("a date, but the cell is a number"), msg("give the cell the format of a date"))
        case Text() | Region() | Regions():
            if value.is_integer() and abs(value) < exact:
                return str(int(value))
            return Problem(msg("text, but the cell is a number"), msg("give the cell the format of text"))
        case _:  # the grammar of texts decides
            return shown(value)


def _exact(value: float) -> int:
    """Return below which every whole number has a float of its own."""
    return _EXACT_SINGLE if isinstance(value, Single) else _EXACT


def _decimal(value: float, scale: int) -> str | Problem:
    """Return the one decimal of `scale` digits whose nearest float is this one; a problem where there is none."""
    units = units_of(value, scale)
    if units is not None:
        return format_units(units, scale)
    hint = msg("the cell holds a binary fraction: round it, or store it as text or as a decimal")
    if isinstance(value, Single):
        hint = msg("a float of 32 bits keeps about 7 digits: store it as text, as a decimal or in 64 bits")
    return Problem(msg("a number with at most {scale} {scale:digit|digits} after the point", scale=scale), hint)


def units_of(value: float, scale: int) -> int | None:
    """Return the one integer of 10^-scale whose nearest float is this one; None where there is none, or several.

    >>> units_of(0.3, 2), units_of(0.1 + 0.2, 2)
    (30, None)
    """
    if not math.isfinite(value):
        return None
    one = 10**scale
    # Python divides integers to the nearest double, so the comparisons are exact
    if not isinstance(value, Single) and abs(value) * one < _DISTINCT:
        units = round(value * one)
        return units if units / one == value else None
    top, bottom = value.as_integer_ratio()
    units = (2 * top * one + bottom) // (2 * bottom)
    nearest = _single if isinstance(value, Single) else float
    return (
        units if [near for near in (units - 1, units, units + 1) if nearest(near / one) == value] == [units] else None
    )


def _single(value: float) -> float:
    """Return the nearest float of 32 bits."""
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.inf


def _shortest(value: Single) -> float:
    """Return the number of the fewest digits whose nearest float of 32 bits is this one."""
    shorter = (float(f"{value:.{digits}g}") for digits in range(1, _DIGITS_OF_SINGLE))
    return next((one for one in shorter if _single(one) == value), float(f"{value:.{_DIGITS_OF_SINGLE}g}"))


def _date(value: date, type: Type) -> str | Problem:  # noqa: A002
    match type:
        case Date() | DateTime():  # the grammar of texts asks for a time of day
            return value.isoformat()
        case _:  # every other type
            return _no_date()


def _datetime(value: datetime, type: Type) -> str | Problem:  # noqa: A002
    match type:
        case DateTime():
            return value.isoformat()
        case Date():
            midnight = value.time().isoformat() == "00:00:00"
            return value.date().isoformat() if midnight else Problem(msg("a date without a time of day"))
        case _:  # every other type
            return _no_date()


def _no_date() -> Problem:
    return Problem(msg("no date, but the cell is one"), msg("give the cell the format of text"))
