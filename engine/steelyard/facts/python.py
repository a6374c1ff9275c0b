"""Converts Python values to cells, which are then read like those of files; and stored values to Python values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from numbers import Integral
from typing import Any, assert_never, cast

from steelyard.calendars.zones import MICROSECOND, Zone, day_of
from steelyard.diagnostics import InternalError, Message, msg
from steelyard.facts.cells import Cell, Numeral
from steelyard.facts.format import format_units, iso_duration
from steelyard.facts.numbers import TOO_MANY_DIGITS
from steelyard.facts.problem import Problem
from steelyard.ir.expressions import Stored
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type

Value = str | bool | int | Decimal | date | datetime | timedelta | tuple[str, ...]
"""A value of a result: see `value_of`."""

_MOST_BITS = 4096
"""Larger integers are refused, because Python limits the conversion of large integers to text."""
_MINUTE = timedelta(minutes=1)
_SMALLEST_EXPONENT = -200
"""Python writes decimals with more fractional digits with an exponent, which no declared type accepts."""


class ArgumentError(Exception):
    """Raised for a name that is not declared, or a value of a type that intake cannot read.

    Attributes:
        name: the input, the relation, or `relation.field`.
        value: the value given.
        expected: what is accepted.
        hint: the name that was probably meant; None where unknown.
    """

    def __init__(self, name: str, value: object, expected: Message, hint: Message | None = None) -> None:
        super().__init__(name, value, expected, hint)
        self.name = name
        self.value = value
        self.expected = expected
        self.hint = hint


def cell_of(value: object, name: str) -> Cell:
    """Convert a Python value to a cell.

    Args:
        value: None (missing), str, bool, int, float, Decimal, date, datetime, timedelta, an Enum whose value is
            one of these, a list or tuple of texts, or a number type that is registered as `numbers.Integral`. A
            datetime without a zone is local to the ruleset.
        name: the input or field, for the error.

    Raises:
        ArgumentError: the value is of another type.
    """
    convert = _EXACT.get(type(value))
    if convert is not None:
        return convert(value)
    if isinstance(value, Enum):
        return cell_of(value.value, name)
    for kind, convert in _EXACT.items():  # order matters: bool is a subclass of int, datetime of date
        if isinstance(value, kind):
            return convert(value)
    if isinstance(value, Integral):
        return _whole(int(value))
    raise ArgumentError(name, value, _readable())


def cells_of(values: Mapping[Any, object], prefix: str = "") -> dict[str, Cell]:
    """Convert the values of a mapping to cells. The caller checks its keys."""
    found: dict[str, Cell] = {}
    for name, value in values.items():
        found[name] = value if type(value) is str else cell_of(value, f"{prefix}{name}")
    return found


def value_of(stored: Stored, type: Type, zone: Zone) -> Value:  # noqa: A002 - the word
    """Convert a stored value to a Python value.

    Returns:
        A Decimal with exactly the declared digits; an int for a whole number and for days; an aware datetime with the
        offset of `zone` at this instant; a timedelta; a date; text; a boolean; a tuple of regions.

    Raises:
        InternalError: the value is not in the stored form of its type.
    """
    match type, stored:
        case Boolean(), bool():
            return stored
        case ((Text() | Region()), str()):
            return stored
        case Regions(), tuple():
            return stored
        case _, bool() | str() | tuple():
            raise InternalError(f"{stored!r} is no value of {type!r}")
        case ((Number(scale=0) | Days()), _):
            return stored
        case Number(scale), _:
            return decimal_of(stored, scale)
        case Date(), _:
            return day_of(stored)
        case DateTime(), _:
            offset = zone.offset(stored)
            return zone.local(stored).replace(tzinfo=timezone(timedelta(seconds=offset)))
        case Duration(), _:
            return timedelta(microseconds=stored)
        case Boolean() | Text() | Region() | Regions(), _:
            raise InternalError(f"{stored!r} is no value of {type!r}")
        case _ as unreachable:
            assert_never(unreachable)


def decimal_of(units: int, scale: int) -> Decimal:
    """Convert an integer of 10^-scale to a Decimal with exactly `scale` fractional digits, of any length.

    >>> decimal_of(9800, 2), decimal_of(-5, 2)
    (Decimal('98.00'), Decimal('-0.05'))
    """
    return Decimal(format_units(units, scale))


def _readable() -> Message:
    return msg(
        "a text, a boolean, a number, a date, a datetime, a timedelta, a list of texts, or None where it is missing"
    )


def _text(value: str) -> Cell:
    return str.__str__(value)


def _boolean(value: bool) -> Cell:
    return "true" if value else "false"


def _whole(value: int) -> Cell:
    if value.bit_length() <= _MOST_BITS:
        return int.__repr__(value)
    return "-" * (value < 0) + "9" * (TOO_MANY_DIGITS + 1)  # a value this large exceeds every range


def _decimal(value: Decimal) -> Cell:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < _SMALLEST_EXPONENT or value.adjusted() > TOO_MANY_DIGITS:
        return Numeral(Decimal.__str__(value))
    return Numeral(Decimal.__format__(value, "f"))


def _double(value: float) -> Cell:
    return float(value)


def _datetime(value: datetime) -> Cell:
    offset = value.utcoffset()
    if offset is None:
        return value
    if offset % _MINUTE:  # local mean time: text cannot state an offset with seconds
        try:
            return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        except OverflowError:
            return Problem(msg("a date and time such as `2024-05-01 10:00`"))
    return value.isoformat()


def _date(value: date) -> Cell:
    return value.isoformat()


def _duration(value: timedelta) -> Cell:
    return iso_duration(value // MICROSECOND)


def _list(value: list[object] | tuple[object, ...]) -> Cell:
    items = [item.value if isinstance(item, Enum) else item for item in value]
    texts = tuple(str.__str__(item) for item in items if isinstance(item, str))
    return texts if len(texts) == len(items) else Problem(msg("a list of texts"))


def _object(value: Mapping[str, object]) -> Cell:
    del value
    return Problem(msg("a single value, but the field holds an object"))


def _none(value: None) -> Cell:
    return value


_EXACT = cast(
    "dict[type, Callable[[object], Cell]]",
    {
        type(None): _none,
        str: _text,
        bool: _boolean,
        int: _whole,
        float: _double,
        Decimal: _decimal,
        datetime: _datetime,
        date: _date,
        timedelta: _duration,
        list: _list,
        tuple: _list,
        dict: _object,
    },
)
