"""Finds in which notation the values of a field are written that the ruleset's own refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.format import format_value
from steelyard.facts.parse import parse
from steelyard.facts.problem import Problem
from steelyard.facts.repair import marks_missing
from steelyard.ir.notation import Notation, Unit
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text
from steelyard.source.yaml_text import quoted_in_yaml

_SIGNS = ((".", ","), (",", "."), (",", None), (",", " "), (".", " "), (".", "'"))
_DAYS = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%d{0}%m{0}%y", "%m{0}%d{0}%y", "%d{0}%b{0}%Y", "%d{0}%b{0}%y", "%d{0}%B{0}%Y")
_WORDY = ("%b %d, %Y", "%B %d, %Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Guess:
    """What could be declared.

    Attributes:
        notation: in which the values are read.
        keys: the declaration, as keys and values of YAML.
        remark: what it would mean, or why it was chosen.
        sure: whether no other notation reads the values; otherwise the person must choose.
    """

    notation: Notation
    keys: tuple[tuple[str, str], ...]
    remark: Message | None = None
    sure: bool = True


def guesses(field: InputField, texts: Sequence[str], read: Mapping[str, bool], zone: Zone) -> list[Guess]:
    """Return what could be declared so that refused texts are read: one guess, or several to choose from.

    Args:
        field: the field.
        texts: distinct texts that are refused, apart from marks of what is missing.
        read: for a boolean the texts that are read, with their meaning.
        zone: the time zone of local times.
    """
    if not texts:
        return []
    candidates = [*_candidates(field, texts, read)]
    found = [(count, one, values) for one in candidates if (count := _count(values := _read(field, one, texts, zone)))]
    most = max((count for count, _, _ in found), default=0)
    best: dict[tuple[str, ...], Guess] = {}
    for count, guess, values in found:
        if count == most:
            best.setdefault(values, guess)
    if len(best) == 1:
        return list(best.values())
    return [
        replace(one, sure=False, remark=msg("`{text}` would be {value}", text=text, value=value))
        for values, one in best.items()
        for text, value in [next((text, value) for text, value in zip(texts, values, strict=True) if value)]
    ]


def marks_of(field: InputField, texts: Sequence[str]) -> list[str]:
    """Return the texts that people write where a value is missing, if it may be."""
    return [text for text in dict.fromkeys(map(str.strip, texts)) if field.can_be_missing and marks_missing(text)]


def _read(field: InputField, guess: Guess, texts: Sequence[str], zone: Zone) -> tuple[str, ...]:
    """Return how texts are read, as text; empty where they are not."""
    values = (parse(text, field.type, field.range, zone, guess.notation) for text in texts)
    return tuple(
        "" if value is None or isinstance(value, Problem) else format_value(value, field.type, zone) for value in values
    )


def _count(values: Sequence[str]) -> int:
    return sum(map(bool, values))


def _candidates(field: InputField, texts: Sequence[str], read: Mapping[str, bool]) -> Iterator[Guess]:
    own = field.notation
    match field.type:
        case Date() | DateTime():
            days = [day.format(sign) for sign in "/-. " for day in _DAYS] + list(_WORDY)
            for form in (f"{day}{time}" for day in days for time in _TIMES):
                yield Guess(replace(own, formats=(form,)), (("format", quoted_in_yaml(form)),))
        case Number():
            for point, grouping in _SIGNS:
                keys = [("decimal", quoted_in_yaml(point))] * (point != ".")
                keys += [] if grouping is None else [("grouping", quoted_in_yaml(grouping))]
                yield Guess(replace(own, point=point, grouping=grouping), tuple(keys))
        case Boolean() if len(pair := (*texts, *read)) == _PAIR:
            for true, false in (pair, pair[::-1]):
                if read.get(true, True) and not read.get(false, False):
                    words = replace(own, true=(true,), false=(false,))
                    yield Guess(words, (('"true"', quoted_in_yaml(true)), ('"false"', quoted_in_yaml(false))))
        case Duration():
            for unit in (Unit.HOURS, Unit.MINUTES, Unit.SECONDS, Unit.DAYS):
                yield Guess(replace(own, unit=unit), (("unit", unit.value),))
        case Boolean() | Days() | Text() | Region() | Regions():
            return
        case _ as unreachable:
            assert_never(unreachable)


def refused(texts: Sequence[str]) -> Message:
    """Say which values stay refused."""
    return msg("still refused: {texts}", texts=listed(texts[:3]))
