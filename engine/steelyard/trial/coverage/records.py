"""What there is to try in a ruleset, and whether a case tried it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from steelyard.diagnostics import Span
from steelyard.explain.terms import Text


class Kind(Enum):
    """What a case can try."""

    FIRED = "fired"
    NOT_FIRED = "not_fired"
    GRANTED = "granted"
    REFUSED = "refused"
    ROW = "row"
    DEFAULT = "default"
    BAND = "band"
    GRADE = "grade"
    STATUS = "status"
    MISSING = "missing"
    CONDITION_TRUE = "condition_true"
    CONDITION_FALSE = "condition_false"
    ATOM_TRUE = "atom_true"
    """An atom of a condition, being true, alone decides it."""
    ATOM_FALSE = "atom_false"


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a case can try.

    Attributes:
        version: of the ruleset.
        of: the id of a rule, an indicator, a table or a score; the status.
        place: of a row, a band, a grade, an atom: its number, from 0.
        member: of a condition under which a member counts in a score: the member; of a grant: the indicator.
    """

    version: str
    kind: Kind
    of: str
    place: int = 0
    member: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that a case can try, for readers.

    Attributes:
        name: the label of what it belongs to.
        text: what it is.
        span: where it stands; None where that is not known.
        covered: whether a case tried it.
    """

    key: Key
    name: Text = field(compare=False)
    text: Text = field(compare=False)
    span: Span | None = field(compare=False)
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the cases tried of a ruleset, of all its versions.

    Attributes:
        points: everything that there is to try, in the order of the ruleset.
    """

    points: tuple[Point, ...] = field(repr=False)

    @property
    def total(self) -> int:
        """How much there is to try."""
        return len(self.points)

    @property
    def covered(self) -> int:
        """How much of it a case tried."""
        return sum(one.covered for one in self.points)

    @property
    def uncovered(self) -> tuple[Point, ...]:
        """What no case tried."""
        return tuple(one for one in self.points if not one.covered)

    @property
    def percent(self) -> int:
        """Covered of total, rounded down: 100 only where everything was tried."""
        return 100 * self.covered // self.total if self.total else 100

    def under(self, percent: int) -> bool:
        """Whether less than so many percent was tried."""
        return 100 * self.covered < percent * self.total
