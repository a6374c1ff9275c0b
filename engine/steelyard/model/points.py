"""The score, what moves it afterwards, and its grade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, Tag

from steelyard.model.keys import AnyOf, KeyRule, OneOf
from steelyard.model.scalars import (
    BY_KIND,
    MAPPING,
    TEXT,
    Clamp,
    Code,
    Count,
    Direction,
    Expression,
    Literal,
    NameText,
    Test,
    Word,
)
from steelyard.model.section import Described
from steelyard.source import Text

Method = Annotated[Text, Word("How indicator scores become one.", words=("weighted_mean", "sum", "lowest", "highest"))]
Unknown = Annotated[Text, Word("What an unknown condition does.", words=("ignore", "fire", "reject"))]


class GradeRange(Described):
    """The scores of a grade."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (
        OneOf(("when", "from")),
        OneOf(("when", "to")),
        AnyOf(("when", "from", "to")),
    )

    from_: Literal | None = Field(default=None, alias="from")
    """The lowest score, included."""
    to: Literal | None = None
    """The highest score, excluded."""
    when: Test | None = None
    """The condition on the score."""


Grade = Annotated[Annotated[Test, Tag(TEXT)] | Annotated[GradeRange, Tag(MAPPING)], BY_KIND]
"""A bound (`90`), a condition on the score (`>= 90`), or written out."""


class Score(Described):
    """How the score comes about."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (
        AnyOf(("method", "value", "start")),
        OneOf(("method", "value")),
        OneOf(("value", "start")),
    )

    method: Method | None = None
    """How indicator scores become one."""
    value: Expression | None = None
    """The score, computed."""
    start: Expression | None = None
    """The opening, where only points rules move the score; with `method: sum`, what is added to the sum."""
    round: Count | None = None
    """The digits after the point."""
    clamp: Clamp | None = None
    """The interval that the score is held in."""
    better: Direction | None = None
    """Which scores are better; `higher` unless written."""
    reasons: Count | None = None
    """How many reason codes are given at most."""
    minimum_present: Expression | None = None
    """With fewer indicators than this there is no score."""
    baseline: Literal | None = None
    """The score from which points are lost."""


class NamedScore(Score):
    """One of several scores."""

    of: tuple[NameText, ...] | None = None
    """Its indicators and groups."""
    only_if: Mapping[NameText, Expression] = {}
    """Under which conditions indicators and groups count in it."""
    grades: Mapping[NameText, Grade] = {}
    """Its grades, best first."""


class Unscored(Described):
    """A circumstance in which a case has no score, or lacks one of several."""

    when: Expression
    """The condition."""
    on: NameText | None = None
    """The score that the case lacks; all of them where none is named."""
    reason: Code | None = None
    """The reason code."""


class PointsRule(Described):
    """What deductions, bonuses, corrections and gates have in common."""

    computes_label: ClassVar[bool] = True
    key_rules: ClassVar[tuple[KeyRule, ...]] = (AnyOf(("when", "for_each")),)

    for_each: NameText | None = None
    """The relation for each of whose rows it may fire."""
    when: Expression | None = None
    """The condition; without one it fires for every row."""
    stage: Count | None = None
    """When it works; lower stages first."""
    on: NameText | None = None
    """The score that it moves, where there are several."""
    unknown: Unknown | None = None
    """What an unknown condition does; must be written where it can be unknown."""
    reason: Code | None = None
    """The reason code."""


class Deduction(PointsRule):
    """A rule that takes points."""

    deduct: Expression
    """The points taken, each time that it fires."""
    at_most: Expression | None = None
    """The most points taken for a case."""


class Bonus(PointsRule):
    """A rule that adds points."""

    add: Expression
    """The points added, each time that it fires."""
    at_most: Expression | None = None
    """The most points added for a case."""


class Correction(PointsRule):
    """A rule that takes points or adds them, by the sign of an expression."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = ()

    adjust: Expression
    """The points, each time that it fires: added above 0, taken below."""


class Gate(PointsRule):
    """A rule that bounds the score."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (
        AnyOf(("when", "for_each")),
        OneOf(("at_most", "at_least"), required=True),
    )

    at_most: Expression | None = None
    """The highest score."""
    at_least: Expression | None = None
    """The lowest score."""
