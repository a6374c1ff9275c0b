"""Relations: rows that belong to a case, from a file or a feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from steelyard.model.case import Define, Definition, RowField
from steelyard.model.keys import AnyOf, KeyRule, Needs
from steelyard.model.scalars import Expression, Flag, Interval, Literal, NameText, PlainText, Word
from steelyard.model.section import Described, Label, Section
from steelyard.source import Text

RegionScheme = Annotated[Text, Word("How areas are written.", words=("gb2260", "fips", "name"))]
SEVERITIES = ("Minor", "Moderate", "Severe", "Extreme", "Unknown")
"""The severities of CAP 1.2, as they are spelled there."""
SeverityWord = Annotated[Text, Word("A severity of CAP.", words=SEVERITIES)]


Origin = Annotated[Text, Word("What a relation is derived from.", words=("cases",))]


DayWord = Annotated[Text, Word("A day at an end of an event of a feed.", words=("first_day", "last_day"))]


class Derived(Section):
    """Of which cases a derived relation has a row."""

    from_: Origin = Field(alias="from")
    """`cases`: those of the run."""
    by: Mapping[NameText, Definition]
    """The keys of a group, by name: expressions that cases of one group have in common."""


class Window(Section):
    """The fields between which a row's event lasts; what a pause subtracts."""

    from_: NameText = Field(alias="from")
    """The field of the start."""
    to: NameText
    """The field of the end, exclusive."""


class Relation(Described):
    """Rows that belong to a case."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (
        AnyOf(("of_case", "joins", "recurring")),
        *(Needs("recurring", key) for key in ("duration", "from", "until")),
        *(Needs(key, "recurring") for key in ("duration", "from", "until")),
        Needs("severity", "levels"),
        Needs("kinds", "feed"),
        Needs("labels", "feed"),
        Needs("open_at_most", "feed"),
        Needs("leave_out", "feed"),
    )

    feed: NameText | None = None
    """The feed that the rows come from: `warnings` or `declarations`."""
    levels: tuple[Literal, ...] | None = None
    """The levels of the feed's warnings, lowest first."""
    severity: Mapping[SeverityWord, Literal] = {}
    """The level of each severity of an alert (CAP), or `skip`; needless where the levels are CAP's own words."""
    kinds: Mapping[PlainText, Literal] = {}
    """The kind that stands for an event's name in alerts and declarations; others keep their name, and are reported."""
    labels: Mapping[PlainText, Label] = {}
    """What people read for a level or a kind, e.g. `yellow: {zh: 黄色, en: Yellow}`."""
    open_at_most: Literal | None = None
    """How long an event lasts that names no end, e.g. `90d`; without it, until its end is known."""
    leave_out: tuple[DayWord, ...] = ()
    """`first_day` or `last_day` or both: an event given in whole days does not last on them; without it, on both."""
    regions: RegionScheme | None = None
    """How the feed's areas are written."""
    of_case: NameText | None = None
    """The field that holds the key of the row's case."""
    id: NameText | None = None
    """The field that tells a case's rows apart."""
    one_row: Flag | None = None
    """Whether a case has at most one row, whose fields then read like inputs."""
    rows: Interval | None = None
    """The interval that the number of rows of a case lies in, e.g. "[0..50]"; a case outside is rejected."""
    joins: Expression | None = None
    """The condition under which a row belongs to a case."""
    derived: Derived | None = None
    """Where its rows follow from the cases of the run: how these are grouped."""
    recurring: PlainText | None = None
    """The recurrence rule (RFC 5545) of windows that no file gives, e.g. `FREQ=WEEKLY;BYDAY=SA;BYHOUR=2`."""
    duration: Literal | None = None
    """How long each recurring window lasts, e.g. `4h`."""
    from_: Literal | None = Field(default=None, alias="from")
    """The local date or time from which on recurring windows begin."""
    until: Literal | None = None
    """The last day, or local time, on which a recurring window begins."""
    window: Window | None = None
    """What a pause subtracts."""
    fields: Mapping[NameText, RowField] = {}
    """The fields of a row, by name."""
    define: Mapping[NameText, Define] = {}
    """Values computed for each row, by name."""
