"""A compiled expression: its SQL, where it can lie, and what it says where it is missing.

SQL's NULL stands for missing. `why` tells the reasons: for each name a condition, never NULL, that is true only where
the value is NULL and the name is among its reasons. `rejects` are conditions, never NULL, under which evaluating the
expression rejects the case, in the order of the reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.intervals import Interval, point

Why = Mapping[str, E]
"""By the name of what was missing, the condition under which it was."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A condition, never NULL, under which the case is rejected, and the rule, table or relation at fault."""

    condition: E
    where: str


@dataclass(frozen=True, slots=True)
class Value:
    """A compiled expression.

    Attributes:
        sql: of a type that `wide` and the IR's type tell: BIGINT or the 128-bit type, VARCHAR, BOOLEAN, a list.
        interval: of integers; None for what has no order.
        wide: whether the SQL has the 128-bit type.
        why: empty where the value is never missing.
    """

    sql: E
    interval: Interval | None = None
    wide: bool = False
    why: Why = field(default_factory=dict[str, E])
    rejects: tuple[Rejection, ...] = ()

    @property
    def nullable(self) -> bool:
        """Whether it can be missing."""
        return bool(self.why)

    @property
    def lies(self) -> Interval:
        """The interval of an integer."""
        if self.interval is None:
            raise TypeError("no integer")
        return self.interval

    @property
    def known(self) -> int | None:
        """The value of an integer constant."""
        return build.number_of(self.sql)


def constant(value: int) -> Value:
    """An integer constant."""
    return Value(build.integer(value), point(value))


def union(whys: Iterable[Why]) -> dict[str, E]:
    """The reasons of several."""
    found: dict[str, list[E]] = {}
    for why in whys:
        for name, condition in why.items():
            found.setdefault(name, []).append(condition)
    return {name: build.disj(conditions) for name, conditions in found.items()}


def under(why: Why, condition: E) -> dict[str, E]:
    """The reasons where a condition holds as well."""
    return (
        {name: build.conj((condition, one)) for name, one in why.items()} if not build.is_true(condition) else {**why}
    )


def rejections(values: Iterable[Value]) -> tuple[Rejection, ...]:
    """All rejections, in order."""
    return tuple(one for value in values for one in value.rejects)


def guarded(rejects: Iterable[Rejection], condition: E) -> tuple[Rejection, ...]:
    """The rejections where a condition holds as well."""
    return tuple(Rejection(build.conj((condition, one.condition)), one.where) for one in rejects)
