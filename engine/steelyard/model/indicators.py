"""Ways to score, indicators, and the exemptions that are granted to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, Tag

from steelyard.model.keys import AnyOf, KeyRule, Needs, OneOf
from steelyard.model.scalars import (
    BY_KIND,
    MAPPING,
    TEXT,
    Clamp,
    Code,
    Direction,
    Expression,
    Flag,
    Interval,
    Literal,
    NameText,
    Step,
    Test,
    WayName,
    Word,
)
from steelyard.model.section import REST, Described, Section, Sourced
from steelyard.source import Text

Begun = Annotated[Text, Word("Whether a step that has begun counts.", words=("counts", "ignored"))]
MissingWord = Annotated[Text, Word("What a missing measure or target does.", words=("waive", "reject"))]
Combine = Annotated[Text, Word("How target grants add up.", words=("largest", "stack"))]


class Steps(Sourced):
    """Points fall by steps away from the target."""

    each: Step
    """The size of a step."""
    deduct: Expression
    """The points that each step takes."""
    begun: Begun
    """Whether a step that has begun counts."""
    floor: Literal | None = None
    """The fewest points; 0 unless written."""


class Band(Described):
    """The points of a stretch of values."""

    when: Test
    """The condition on the measure."""
    points: Expression
    """The points."""
    reason: Code | None = None
    """The reason code of the points lost here."""


CurvePoint = Annotated[tuple[Literal, ...], Field(min_length=2, max_length=2)]
"""A pair: the measure and its points."""


class Way(Sourced):
    """A way to score that is written out."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (OneOf(("steps", "bands", "curve", "points"), required=True),)

    steps: Steps | None = None
    """Points fall by steps away from the target."""
    bands: Annotated[tuple[Band, ...], Field(min_length=1)] | None = None
    """Points by stretches of values."""
    curve: Annotated[tuple[CurvePoint, ...], Field(min_length=1)] | None = None
    """Straight lines between points, flat outside."""
    points: Expression | None = None
    """The points, computed."""


Scoring = Annotated[Annotated[WayName, Tag(TEXT)] | Annotated[Way, Tag(MAPPING)], BY_KIND]
"""A way to score: a word or a name, or written out."""


class CalendarChoice(Section):
    """A calendar chosen by a value."""

    by: Expression
    """The text that chooses, e.g. `state`."""
    of: Annotated[Mapping[Literal, NameText], Field(min_length=1)]
    """The calendar of each of its values."""
    otherwise: NameText | None = None
    """The calendar of all other values."""


ClockCalendar = Annotated[Annotated[NameText, Tag(TEXT)] | Annotated[CalendarChoice, Tag(MAPPING)], BY_KIND]
"""The name of a calendar, or one chosen by a value."""


class Clock(Sourced):
    """The time between two milestones, less its pauses."""

    from_: Expression = Field(alias="from")
    """The start."""
    to: Expression
    """The end."""
    until: Expression | None = None
    """Where the clock stands while the end is missing."""
    calendar: ClockCalendar | None = None
    """The calendar whose working time is counted; elapsed time without."""


class MissingScore(Section):
    """A score in place of a missing one."""

    score: Literal
    """The score."""


Missing = Annotated[Annotated[MissingWord, Tag(TEXT)] | Annotated[MissingScore, Tag(MAPPING)], BY_KIND]
"""`waive`, `reject` or a score."""


class Indicator(Described):
    """What is measured, against which target, and how it is scored. With `for_each`, one for each row."""

    computes_label: ClassVar[bool] = True
    key_rules: ClassVar[tuple[KeyRule, ...]] = (
        OneOf(("measure", "clock")),
        Needs("id", "for_each"),
        Needs("for_each", "id"),
    )

    group: NameText | None = None
    """The group that it belongs to."""
    for_each: NameText | None = None
    """The relation each of whose rows becomes an indicator."""
    id: Expression | None = None
    """For a family: what tells its members apart."""
    only_if: Expression | None = None
    """The condition under which it counts; anything but true waives it."""
    measure: Expression | None = None
    """What is measured."""
    clock: Clock | None = None
    """The time that is measured."""
    range: Interval | None = None
    """The interval that the measure lies in; a case outside is rejected."""
    target: Expression | None = None
    """What the measure is held against."""
    better: Direction | None = None
    """Which measures are better."""
    score: Scoring
    """The way to score."""
    weight: Expression | None = None
    """Its weight; only the ratio to others counts."""
    missing: Missing | None = None
    """What a missing measure or target does."""
    clamp: Clamp | None = None
    """The interval that the score is held in; [0..100] unless written."""
    combine: Combine | None = None
    """How target grants add up; `largest` unless written."""
    baseline: Literal | None = None
    """The score from which points are lost."""
    reason: Code | None = None
    """The reason code of its points lost."""


class Grant(Section):
    """What an exemption gives to an indicator or a group."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (AnyOf(("target", "pause", "at_least", "waive")),)

    target: Expression | None = None
    """Another target; `target` in it is the one before."""
    pause: Flag | None = None
    """Whether the window of the row is subtracted from the clock."""
    at_least: Expression | None = None
    """The fewest points."""
    waive: Flag | None = None
    """Whether the indicator leaves."""


class Grants(Section):
    """What an exemption gives: to indicators and groups by name, and the deductions that it lifts."""

    deductions: tuple[NameText, ...] | None = None
    """The deductions that are lifted."""
    to: Mapping[NameText, Grant] = Field(alias=REST)
    """The grants, by indicator or group."""


class Exemption(Described):
    """A circumstance that relaxes what is asked of a case."""

    for_each: NameText | None = None
    """The relation each of whose rows may grant it."""
    when: Expression
    """The condition."""
    grants: Grants
    """What is granted."""
