"""What is found: how many small changes of a policy worked cases notice, and which they do not."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.diagnostics import Span
from steelyard.explain.terms import Text


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change that no worked case notices.

    Attributes:
        version: of the ruleset that was changed.
        id, rule: what was changed: a rule, indicator, parameter, table ...
        what: the property of it; empty where the whole is dropped.
        old, new: in words; `new` is None for what was dropped.
        span: where it stands.
    """

    version: str
    id: str
    rule: Text
    what: Text
    old: Text
    new: Text | None
    span: Span | None


@dataclass(frozen=True, slots=True)
class Mutation:
    """The small changes of a policy, tried on its worked cases.

    Attributes:
        counted: how many there are, without those that mean the same and those that make no valid policy.
        survivors: those that no case notices, in the order of the ruleset.
        cases: how many cases were asked: those that come out as expected without a change.
        seconds: how long it took.
    """

    counted: int
    survivors: tuple[Survivor, ...]
    cases: int
    seconds: float

    @property
    def killed(self) -> int:
        """How many changes a case notices."""
        return self.counted - len(self.survivors)

    @property
    def percent(self) -> float:
        """The killed ones of a hundred; all where there are none."""
        return 100 * self.killed / self.counted if self.counted else 100.0
