"""What has changed in a ruleset, for readers: records without a language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from steelyard.explain.terms import Name, Text
from steelyard.ir.ruleset import Ruleset
from steelyard.trial.comparing.walk import Difference, Kind, Sort


class Turn(Enum):
    """Which way a bound has moved for those who are scored."""

    LOOSER = "looser"
    STRICTER = "stricter"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a ruleset.

    Attributes:
        section: of the ruleset, e.g. `indicators`; empty for the ruleset itself.
        id, name: what has changed, or is new, or is gone: a rule, indicator, table ...; empty for the ruleset itself.
        path: where in the ruleset, with dots.
        what: the property that has changed; empty where the whole is new or gone.
        old, new: in words; None for what is not there.
        targets: the indicators whose target has moved by it, and which way; the first may be the changed one itself.
        turn: which way any other bound has moved.
        notes: what follows, a sentence each.
        difference: what the words are about.
    """

    kind: Kind
    sort: Sort
    section: str
    id: str
    name: Text
    path: str
    what: Text
    old: Text | None
    new: Text | None
    difference: Difference = field(repr=False, compare=False)
    targets: tuple[tuple[Name, Turn], ...] = ()
    turn: Turn | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """The share of an indicator in the base situation: no adjustment, nothing waived. None: not in the score."""

    score: Name
    indicator: Name
    old: Fraction | None
    new: Fraction | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rulesets, or two versions of one, compared.

    Attributes:
        old, new: None where one side has no such version.
        digests: of the policies; None likewise.
        changes: in the order of the ruleset; none where one side is missing.
        shares: those that differ.
    """

    old: Ruleset | None = field(repr=False)
    new: Ruleset | None = field(repr=False)
    digests: tuple[str | None, str | None]
    changes: tuple[Change, ...] = ()
    shares: tuple[Shared, ...] = ()

    @property
    def meaning(self) -> tuple[Change, ...]:
        """The changes of meaning."""
        return self.of(Sort.MEANING)

    @property
    def cosmetic(self) -> tuple[Change, ...]:
        """The changes by which no result can differ."""
        return tuple(one for one in self.changes if one.sort.cosmetic)

    def of(self, *sorts: Sort) -> tuple[Change, ...]:
        """The changes of some sorts."""
        return tuple(one for one in self.changes if one.sort in sorts)

    @property
    def same(self) -> bool:
        """Whether both mean the same, whatever their ids, versions and days."""
        return self.old is not None and self.new is not None and not self.meaning


def turned(before: Fraction, after: Fraction, *, more_is_looser: bool) -> Turn | None:
    """Which way a bound has moved."""
    if before == after:
        return None
    return Turn.LOOSER if (after > before) is more_is_looser else Turn.STRICTER


def moved_targets(changes: Sequence[Change]) -> dict[Turn, int]:
    """How many targets have become looser, and how many stricter."""
    found = [turn for one in changes for _, turn in one.targets]
    return {turn: found.count(turn) for turn in Turn}
