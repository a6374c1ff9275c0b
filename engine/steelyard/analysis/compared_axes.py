"""How cells compare an input with a computed value, beside the axes of the inputs; regions over both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from steelyard.analysis.axes import Axis
from steelyard.diagnostics import Extent, Message, msg
from steelyard.ir.comparisons import ABOVE, ANY, BELOW, EQUAL, HOLDS
from steelyard.ir.coverage import MISSING, Box, TestedColumn
from steelyard.ir.ruleset import TableInput
from steelyard.ir.types import Number, Range


@dataclass(frozen=True, slots=True)
class ComparedAxis:
    """The relation of an input to a computed value.

    Attributes:
        place: the axis of the input.
        name: the input.
        other: the value that cells compare it with; None: the axis says whether the cell of a row holds.
        row: the first row with such a cell, from 1.
        sure: what the cells cover; the last atom is that a side is missing, where it can be.
        possible: what they may cover: a comparison with a missing value is unknown.
        bounds: the range of the value.
    """

    place: int
    name: str
    other: TableInput | None
    row: int
    sure: TestedColumn
    possible: TestedColumn
    bounds: Range

    @property
    def every(self) -> int:
        """All atoms."""
        return (1 << len(self.sure.atoms)) - 1

    def shown(self, atoms: int) -> Message | None:
        """Say in words which relations the atoms are; None where they are all."""
        if atoms == self.every:
            return None
        known = self.known(atoms)
        if known == atoms:
            return self._words(known)
        names = {"name": self.name, "other": f"row {self.row}" if self.other is None else self.other.label.en}
        if not known:
            return msg("`{name}`, or `{other}` that it is compared with, is missing", **names)
        return msg("{relation}, or one of the two is missing", relation=self._words(known))

    def known(self, atoms: int) -> int:
        """The same atoms without the missing value."""
        return atoms & ~self._missing

    def can_be_missing(self, atoms: int) -> bool:
        """Whether a side may be missing."""
        return bool(atoms & self._missing)

    @property
    def _missing(self) -> int:
        return 1 << len(self.sure.atoms) - 1 if MISSING in self.sure.atoms else 0

    def _words(self, known: int) -> Message:
        """Say in words which relations hold, where nothing is missing."""
        names = {"name": self.name, "row": self.row}
        if self.other is None:
            if known == HOLDS:
                return msg("the condition of row {row} on `{name}` holds", **names)
            if known & HOLDS:
                return msg("nothing is missing that the condition of row {row} on `{name}` reads", **names)
            return msg("the condition of row {row} on `{name}` does not hold", **names)
        names = {"name": self.name, "other": self.other.label.en}
        if known == ANY:
            return msg("neither `{name}` nor `{other}` is missing", **names)
        if known == BELOW:
            return msg("`{name}` is below `{other}`", **names)
        if known == BELOW | EQUAL:
            return msg("`{name}` is at most `{other}`", **names)
        if known == EQUAL:
            return msg("`{name}` equals `{other}`", **names)
        if known == EQUAL | ABOVE:
            return msg("`{name}` is at least `{other}`", **names)
        if known == ABOVE:
            return msg("`{name}` is above `{other}`", **names)
        return msg("`{name}` is not `{other}`", **names)

    def extent(self, atoms: int) -> Extent | None:
        """The relations as data; None where they are all."""
        if atoms == self.every:
            return None
        known = self.known(atoms)
        values = tuple(str(one).lower() for place, one in enumerate(self.sure.atoms) if known >> place & 1)
        subject = f"row {self.row}" if self.other is None else self.other.label.en
        return Extent(f"{self.name} : {subject}", values, (), other=False, missing=self.can_be_missing(atoms))

    def allowed(self, tested: Range, scale: int) -> int:
        """The relations that the ranges of both sides leave possible; `scale` is that of the input."""
        if self.other is None:
            return self.every
        own = self.other.type.scale if isinstance(self.other.type, Number) else 0
        low, high = _scaled(tested, max(own - scale, 0))
        other_low, other_high = _scaled(self.bounds, max(scale - own, 0))
        found = self.every
        if low is not None and other_high is not None:
            found &= ~(BELOW if low >= other_high else 0) & ~(EQUAL if low > other_high else 0)
        if high is not None and other_low is not None:
            found &= ~(ABOVE if high <= other_low else 0) & ~(EQUAL if high < other_low else 0)
        return found


def _scaled(one: Range, digits: int) -> tuple[int | None, int | None]:
    low, high = (None if end is None else end * 10**digits for end in (one.low, one.high))
    return low, high


AnyAxis = Axis | ComparedAxis


def possible(axes: Sequence[AnyAxis], box: Box) -> Box | None:
    """A region without what cannot occur as far as ranges tell; None where nothing is left.

    A value that is missing is compared with nothing.
    """
    found = list(box)
    for place, axis in enumerate(axes):
        if not isinstance(axis, ComparedAxis) or box[place] == axis.every:
            continue
        tested = axes[axis.place]
        if isinstance(tested, Axis):
            if not axis.can_be_missing(box[place]):
                found[axis.place] = tested.without_missing(found[axis.place])
            scale = tested.kind.scale if isinstance(tested.kind, Number) else 0
            found[place] &= axis.allowed(tested.bounds_of(found[axis.place]), scale)
    return tuple(found) if all(found) else None


def compared(axes: Sequence[AnyAxis], box: Box) -> tuple[ComparedAxis, ...]:
    """The comparisons that a region depends on."""
    pairs = zip(axes, box, strict=True)
    return tuple(axis for axis, atoms in pairs if isinstance(axis, ComparedAxis) and atoms != axis.every)


def shown(axes: Sequence[AnyAxis], box: Box) -> Message:
    """Say in words which values a region holds, which are not all."""
    parts = [part for axis, atoms in zip(axes, box, strict=True) if (part := axis.shown(atoms)) is not None]
    return reduce(lambda one, other: msg("{one} and {other}", one=one, other=other), parts)


def extents(axes: Sequence[AnyAxis], box: Box) -> tuple[Extent, ...]:
    """A region as data."""
    found = [axis.extent(atoms) for axis, atoms in zip(axes, box, strict=True)]
    return tuple(one for one in found if one is not None)
