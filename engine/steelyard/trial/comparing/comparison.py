"""The result of comparing two rulesets, alone or on the cases of a portfolio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from steelyard.diagnostics import Message
from steelyard.explain.terms import Name, Text
from steelyard.semantics.outcome import Fixed
from steelyard.trial.comparing.changes import Change, Pair


@dataclass(frozen=True, slots=True)
class Spread:
    """The scores of all cases that have one under a ruleset; None where none has.

    Attributes:
        quantiles: by name: `p10`, `p25`, `median`, `p75`, `p90`.
    """

    count: int
    mean: Fixed | None
    quantiles: tuple[tuple[str, Fixed | None], ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """What happens to the cases of a group, or to all, that have a score under both rulesets.

    Attributes:
        key: of the group, a text for each name; empty for all.
        count: how many there are.
        total: the exact sum of the differences of their scores.
        higher, lower: how many have more, and less, than before.
        graded, grades: how many have a grade under both, and another one under the new ruleset.
    """

    key: tuple[str, ...]
    count: int
    total: Fraction
    higher: int
    lower: int
    graded: int
    grades: int

    @property
    def mean(self) -> Fraction | None:
        """The mean difference; None where no case has a score under both."""
        return self.total / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class LineShift:
    """A line of a case's ledger that differs; None where one ledger has no such line."""

    text: Text
    old: Fixed | None
    new: Fixed | None


@dataclass(frozen=True, slots=True)
class Affected:
    """A case whose score or grade differs."""

    key: str
    old: Fixed
    new: Fixed
    old_grade: str | None
    new_grade: str | None
    lines: tuple[LineShift, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreShift:
    """A score that both rulesets have, on a portfolio.

    Attributes:
        digits: of the finer of both.
        grades: of the new ruleset in their order, then those that only the old one has.
        migration: how many cases go from which grade to which; None: without a grade, or not scored.
        groups: sorted by how much they lose, those that lose most first.
        affected: the cases whose score differs most, ties by key.
    """

    id: str
    name: Name
    digits: int
    old: Spread
    new: Spread
    all: Shift
    grades: tuple[str, ...]
    migration: tuple[tuple[str | None, str | None, int], ...]
    groups: tuple[Shift, ...]
    affected: tuple[Affected, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A case in which a change makes a difference.

    Attributes:
        key: None where there is none among the `looked_at` cases that it concerns most, and there are more.
        alone: whether it was evaluated under the old ruleset with this change alone; else other changes may concern
            the case too.
        old, new: its score before and after; None where it has none, or more than one.
    """

    key: str | None
    alone: bool
    old: Fixed | None = None
    new: Fixed | None = None
    looked_at: int | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """By which engine a ruleset was evaluated, and on how many cases others checked it."""

    name: str
    verified: int


@dataclass(frozen=True, slots=True)
class OnCases:
    """Two rulesets on the cases of a portfolio.

    Attributes:
        engines: of the old and the new ruleset.
        rejected: how many rows and cases are rejected under each.
        different: how many cases have any other result, in a column that both have: a measure, an output, what fired.
        statuses: how many cases go from which status to which; `rejected` where a ruleset has no result for it.
        restated: some cases whose status differs: key, old and new status.
        by: the names of the groups.
        scores: those that both rulesets have.
        examples: by version and path of a change of meaning, a case that differs by it; None: there is none.
    """

    engines: tuple[Engine, Engine]
    rejected: tuple[int, int]
    different: int
    statuses: tuple[tuple[str, str, int], ...]
    restated: tuple[tuple[str, str, str], ...]
    by: tuple[Text, ...]
    scores: tuple[ScoreShift, ...]
    examples: Mapping[tuple[str, str], Example | None]

    @property
    def differs(self) -> bool:
        """Whether any case has another result."""
        return self.different > 0 or self.rejected[0] != self.rejected[1]

    @property
    def count(self) -> int:
        """How many cases have a result under either."""
        return sum(count for _, _, count in self.statuses)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rulesets, compared.

    Attributes:
        old, new: what was named.
        pairs: the versions that were compared with each other, by their first day; those of one side alone too.
        cases: on a portfolio; None where none was given.
        notes: what a reader should know, e.g. that days in force were left out of account.
    """

    old: str
    new: str
    pairs: tuple[Pair, ...]
    cases: OnCases | None = None
    notes: tuple[Message, ...] = field(default=())

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes of all versions."""
        return tuple(change for pair in self.pairs for change in pair.changes)

    @property
    def same(self) -> bool:
        """Whether both mean the same, whatever their ids, versions and days."""
        return all(pair.same for pair in self.pairs)

    @property
    def differs(self) -> bool:
        """Whether there is any change of meaning, or of which version is in force, or any case differs."""
        heads = any(pair.old is None or pair.new is None or pair.digests[0] != pair.digests[1] for pair in self.pairs)
        return heads or not self.same or (self.cases is not None and self.cases.differs)
