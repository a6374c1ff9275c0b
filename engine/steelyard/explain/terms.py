"""The building blocks of text for readers: messages, bilingual names, typed values.

A `Name` or a value can be a field of a `Message`; `show` renders the whole text in one language. Nothing is rounded
here: a value is written with exactly the digits it is stored with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

from steelyard.calendars.zones import Zone, day_of
from steelyard.diagnostics import InternalError, Message, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.facts.format import format_units, percent_text
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import Label
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Type
from steelyard.ir.types import Text as TextType
from steelyard.semantics.outcome import Fixed

_HOUR, _MINUTE, _SECOND = 3_600_000_000, 60_000_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Name:
    """The label of something in the ruleset, with its id for small print.

    Attributes:
        id: the id in the ruleset; empty where the label belongs to nothing in it.
        label: the label in both languages; not compared.
    """

    id: str
    label: Label = field(compare=False)

    def __str__(self) -> str:
        return self.label.en


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A value with its type: `show` writes it for a reader, `data` for programs.

    Attributes:
        stored: the value in stored form (ir/types.py); for a list, a tuple of them, None where one is missing.
        type: the type, for a list that of its items.
        zone: the time zone in which an instant is shown.
        reader: the text for a reader.
    """

    stored: Stored | tuple[Stored | None, ...]
    type: Type
    zone: Zone = field(compare=False, repr=False)
    reader: Message | str = field(compare=False, repr=False)

    def __str__(self) -> str:
        return str(self.reader)


Text = Message | Name | TypedValue | str
"""A text for a reader, not yet in a language."""


def together(texts: Sequence[Text]) -> Text:
    """Put sentences into one, with semicolons between them; "" for none."""
    said: Text = texts[0] if texts else ""
    for text in texts[1:]:
        said = msg("{first}; {second}", first=said, second=text)
    return said


def show(text: Text, lang: str) -> str:
    """Render the text in a language.

    >>> show(msg("{what} is missing", what=Name("rating", Label("客户评分", "Rating"))), "en")
    'Rating is missing'
    """
    match text:
        case str():
            return text
        case Name():
            return text.label.in_language(lang)
        case TypedValue():
            return show(text.reader, lang)
        case Message():
            return translator(lang)(_localised(text, lang))
        case _:
            assert_never(text)


def _localised(message: Message, lang: str) -> Message:
    """Put the names of a message in one language. The message's template itself is translated later."""
    values: Mapping[str, object] = {key: _value(value, lang) for key, value in message.values.items()}
    return Message(message.template, values)


def _value(value: object, lang: str) -> object:
    match value:
        case Name():
            return value.label.in_language(lang)
        case TypedValue():
            return _value(value.reader, lang)
        case Message():
            return _localised(value, lang)
        case Fixed():  # must come before tuple, which Fixed is as well
            return str(value)
        case tuple():
            parts: tuple[object, ...] = value  # pyright: ignore[reportUnknownVariableType] - of anything
            return tuple(_value(part, lang) for part in parts)
        case _:  # any other field needs no translation
            return value


def value_text(value: Stored, type: Type, zone: Zone) -> TypedValue:  # noqa: A002 - the word
    """Convert a stored value to text for a reader.

    Raises:
        InternalError: the value is not in the stored form of its type.
    """
    return TypedValue(value, type, zone, _reader_text(value, type, zone))


def _reader_text(value: Stored, type: Type, zone: Zone) -> Message | str:  # noqa: A002 - the word
    match type, value:
        case Boolean(), bool():
            return msg("yes") if value else msg("no")
        case ((TextType() | Region()), str()):
            return value
        case Regions(), tuple():
            return msg("{items}", items=value)
        case Number(scale, percent), int():
            return percent_text(value, scale) if percent else format_units(value, scale)
        case Duration(), int():
            return duration_text(value)
        case Days(), int():
            return msg("{days} {days:day|days}", days=value)
        case Date(), int():
            return day_of(value).isoformat()
        case DateTime(), int():
            return zone.local_text(value)
        case _:
            raise InternalError(f"{value!r} is no value of {type!r}")


def share_text(value: Fraction) -> str:
    """Write a share: as a percentage where that is a finite decimal, else as a fraction.

    >>> share_text(Fraction(1, 8)), share_text(Fraction(1, 3))
    ('12.5%', '1/3')
    """
    percentage = decimal_text(value * 100)
    return decimal_text(value) if "/" in percentage else f"{percentage}%"


def percentage_points(count: str) -> Message:
    """Name the difference of two percentages."""
    return msg("{count} percentage {count:point|points}", count=count)


def duration_text(microseconds: int) -> Message:
    """Write a duration exactly, in hours, minutes and seconds.

    >>> str(duration_text(95_040_000_000)), str(duration_text(-1_500_000)), str(duration_text(0))
    ('26 h 24 min', 'minus 1.5 s', '0 s')
    """
    if microseconds < 0:
        return msg("minus {time}", time=duration_text(-microseconds))
    hours, rest = divmod(microseconds, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    seconds = format_units(rest, 6).rstrip("0").rstrip(".") if rest else "0"
    match hours > 0, minutes > 0, rest > 0:
        case True, True, True:
            return msg("{hours} h {minutes} min {seconds} s", hours=hours, minutes=minutes, seconds=seconds)
        case True, True, False:
            return msg("{hours} h {minutes} min", hours=hours, minutes=minutes)
        case True, False, True:
            return msg("{hours} h {seconds} s", hours=hours, seconds=seconds)
        case True, False, False:
            return msg("{hours} h", hours=hours)
        case False, True, True:
            return msg("{minutes} min {seconds} s", minutes=minutes, seconds=seconds)
        case False, True, False:
            return msg("{minutes} min", minutes=minutes)
        case _:  # less than a minute, including zero
            return msg("{seconds} s", seconds=seconds)


def decimal_text(value: Fraction) -> str:
    """Write a fraction exactly: as a decimal where 12 digits suffice, else as `n/d`.

    >>> decimal_text(Fraction(5, 4)), decimal_text(Fraction(1, 3)), decimal_text(Fraction(-20))
    ('1.25', '1/3', '-20')
    """
    for digits in range(13):
        if (value * 10**digits).denominator == 1:
            return format_units(int(value * 10**digits), digits)
    return f"{value.numerator}/{value.denominator}"
