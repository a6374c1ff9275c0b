"""The values of one input of a table, or of a measure, in words and as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Extent, InternalError, Interval, Message, msg
from steelyard.facts.format import Style, format_value
from steelyard.ir.coverage import MISSING, OTHER, TestedColumn
from steelyard.ir.expressions import Stored
from steelyard.ir.shadows import runs
from steelyard.ir.types import Boolean, Date, DateTime, Days, Number, Range, Region, Type

MOST_VALUES = 8
"""So many values, or intervals, of one input are named at most."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One input of a table.

    Attributes:
        name: the input; of bands `measure`.
        kind: its type.
        zone: the time zone in which instants are written.
        bounds: the range of what is asked; None for what has no order.
        sure: what the cells cover.
        possible: what they may cover: cells are unknown for a missing value.
        listed: whether only the atoms themselves are asked for, none of the values between them.
    """

    name: str
    kind: Type
    zone: Zone
    bounds: Range | None
    sure: TestedColumn
    possible: TestedColumn
    listed: bool = False

    def shown(self, atoms: int) -> Message | None:
        """Say in words which values the atoms are; None where they are all, the missing one too."""
        if atoms == self.every:
            return None
        if atoms == self._values:
            return msg("`{name}` is not missing", name=self.name)
        return msg("`{name}` is {value}", name=self.name, value=self.words(atoms))

    def words(self, atoms: int) -> Message:
        """Name the values that the atoms are."""
        extent = self._extent(atoms, Style.READER)
        parts = [self._plain(value) for value in extent.values]
        others = [self._plain(value) for value in self._extent(self._values & ~atoms, Style.READER).values]
        if extent.other:
            parts = [_any_other(self.kind, joined(others) if parts else None)]
        elif self.bounds is None and len(parts) > max(MOST_VALUES, len(others)):
            parts = [msg("anything but {items}", items=joined(others))]
        parts += [_interval(one, timed=isinstance(self.kind, DateTime | Date)) for one in extent.intervals]
        if extent.missing:
            parts.append(msg("missing"))
        return joined(parts)

    def extent(self, atoms: int) -> Extent | None:
        """The atoms as data; None where they are all values, the missing one too."""
        return None if atoms == self.every else self._extent(atoms, Style.DATA)

    def bounds_of(self, atoms: int) -> Range:
        """The least and the largest of some values, in stored units; open where there is no order."""
        values = atoms & self._values
        if self.bounds is None or not values:
            return Range(None, None)
        return Range(self._low((values & -values).bit_length() - 1), self._high(values.bit_length() - 1))

    def without_missing(self, atoms: int) -> int:
        """The same atoms without the missing value."""
        return atoms & self._values

    @property
    def every(self) -> int:
        """All atoms."""
        return (1 << len(self.sure.atoms)) - 1

    @property
    def _values(self) -> int:
        """All atoms but the missing value."""
        return (1 << len(self.sure.atoms) - (MISSING in self.sure.atoms[-1:])) - 1

    def _extent(self, atoms: int, style: Style) -> Extent:
        values: list[str] = []
        intervals: list[Interval] = []
        named: list[Stored] = []
        for first, end in runs(atoms & self._values):
            if self.bounds is None or self.listed:
                named += self.sure.atoms[first:end]
                continue
            low, high = self._low(first), self._high(end - 1)
            if low is not None and low == high:
                values.append(self._text(low, style))
            else:
                intervals.append(self._between(first, end, style))
        values += [self._text(value, style) for value in named if value != OTHER]
        return Extent(self.name, tuple(values), tuple(intervals), OTHER in named, bool(atoms & ~self._values))

    def _between(self, first: int, end: int, style: Style) -> Interval:
        """The values from one atom to another (not included); an end of the range asked is left open."""
        whole = isinstance(self.kind, Date | Days) or self.kind == Number(0)
        low = high = None
        low_included = high_included = False
        if first > 0 and (start := self._low(first)) is not None:
            low_included = whole or start == self._high(first)
            low = self._text(start if low_included else start - 1, style)
        if end < self._values.bit_length() and (stop := self._high(end - 1)) is not None:
            high_included = whole or stop == self._low(end - 1)
            high = self._text(stop if high_included else stop + 1, style)
        return Interval(low, low_included, high, high_included)

    def _low(self, place: int) -> int | None:
        """The least value of an atom: the one after the atom before."""
        if place == 0:
            return None if self.bounds is None else self.bounds.low
        before = self._high(place - 1)
        return None if before is None else before + 1

    def _high(self, place: int) -> int | None:
        """The largest value of an atom: it stands for the atom, except for the last one."""
        if place == self._values.bit_length() - 1:
            return None if self.bounds is None else self.bounds.high
        value = self.sure.atoms[place]
        if isinstance(value, int):
            return value
        raise InternalError(f"no atom of numbers: {value!r}")

    def _plain(self, value: str) -> Message:
        """A value in words; texts stand in backticks."""
        plain = self.bounds is not None or isinstance(self.kind, Boolean)
        return msg("{value}", value=value) if plain else msg("`{name}`", name=value)

    def _text(self, value: Stored, style: Style) -> str:
        return format_value(value, self.kind, self.zone, style)


def joined(parts: Sequence[Message]) -> Message:
    """List parts with commas and `or`; of many only the first."""
    if len(parts) > MOST_VALUES:
        named = tuple(parts[: MOST_VALUES - 1])
        return msg("{items} or {count} more", items=named, count=len(parts) - len(named))
    if len(parts) == 1:
        return parts[0]
    return msg("{items} or {last}", items=tuple(parts[:-1]), last=parts[-1])


def _any_other(kind: Type, others: Message | None) -> Message:
    """Name the values of an open type that no cell names, or all but some others."""
    if isinstance(kind, Region):
        return msg("any other region") if others is None else msg("any region but {items}", items=others)
    return msg("any other text") if others is None else msg("any text but {items}", items=others)


def _interval(one: Interval, *, timed: bool) -> Message:
    low, high = one.low, one.high
    if low is None and high is None:
        return msg("any value")
    if low is None:
        if one.high_included:
            return msg("up to {high}", high=high) if timed else msg("at most {high}", high=high)
        return msg("before {high}", high=high) if timed else msg("below {high}", high=high)
    if high is None:
        if one.low_included:
            return msg("from {low} on", low=low) if timed else msg("at least {low}", low=low)
        return msg("after {low}", low=low) if timed else msg("above {low}", low=low)
    return msg(
        "from {low} to {high}",
        low=msg("{value}", value=low) if one.low_included else msg("{value} (not included)", value=low),
        high=msg("{value}", value=high) if one.high_included else msg("{value} (not included)", value=high),
    )
