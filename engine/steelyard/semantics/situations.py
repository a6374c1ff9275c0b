"""Situations: the circumstances that decide how weights are resolved, and the result (LANGUAGE.md section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from steelyard.diagnostics import Message, msg

MemberKey = tuple[str, str | None]
"""An indicator and, in a family, the id of the row."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything that the resolution of weights depends on.

    Attributes:
        fired: ids of the adjustments that fired, in the order written.
        waived: the members that are waived.
        families: for each family among the members, the weights of its rows by row id. A waived row that has no
            weight above 0 is left out.
    """

    fired: tuple[str, ...] = ()
    waived: frozenset[MemberKey] = frozenset()
    families: tuple[tuple[str, tuple[tuple[str, Fraction], ...]], ...] = ()


class StageKind(Enum):
    """The stages of a situation, in their order."""

    BASE = "base"
    MULTIPLY = "multiply"
    WAIVE = "waive"
    SET = "set"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Stage:
    """The weights (base, multiply, waive) or shares (set, limit) after a stage, one per member; None where waived.

    Attributes:
        adjustment: for multiply, the id of the adjustment; None otherwise.
        factor: for limit, the lambda; None otherwise.
    """

    kind: StageKind
    amounts: tuple[Fraction | None, ...]
    adjustment: str | None = None
    factor: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Resolved weights.

    Attributes:
        members: in the order of the score's members, rows of a family by id, including waived ones.
        stages: base; multiply once for each fired adjustment that multiplies; waive where a member is waived; set
            where a share is set; limit where a limit applies.
        shares: n of each member, None where waived.
        denominator: D.
        notes: what was dropped or scaled, for a reader.
        by_member: n of each member that is not waived.
    """

    members: tuple[MemberKey, ...]
    stages: tuple[Stage, ...]
    shares: tuple[int | None, ...]
    denominator: int
    notes: tuple[Message, ...]
    by_member: Mapping[MemberKey, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        shares = {key: n for key, n in zip(self.members, self.shares, strict=True) if n is not None}
        object.__setattr__(self, "by_member", shares)


@dataclass(frozen=True, slots=True)
class SituationError:
    """Why a situation cannot be resolved. An error of the ruleset, except `NOTHING`."""

    message: Message


NOTHING = SituationError(msg("nothing to score: every member is waived"))
"""No member is left: the score is unscored, and the ruleset is not at fault."""


class UnresolvableError(Exception):
    """Raised where weights cannot be resolved; `Weighing.resolve` returns its `SituationError`."""

    def __init__(self, error: SituationError) -> None:
        super().__init__(str(error.message))
        self.error = error
