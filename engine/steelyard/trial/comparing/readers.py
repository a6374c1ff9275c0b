"""Which rules and indicators depend on a part of a ruleset, over whatever stands between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import cast

from steelyard.ir.expressions import (
    Aggregate,
    Apply,
    Define,
    Field,
    IndicatorPart,
    Input,
    OneRow,
    Parameter,
    ScoreValue,
    TableCall,
)
from steelyard.ir.indicators import Clock, Family
from steelyard.ir.ruleset import Adjustment, Exemption, Indicator, Named, Output, PointsRule, Ruleset, Score, Unscored

Rule = Indicator | Exemption | Adjustment | Unscored | PointsRule | Score | Output
"""What results show."""
CALENDAR = "calendar "
"""Stands before the id of a calendar: calendars have a namespace of their own."""


@dataclass(frozen=True)
class Readers:
    """What reads what in a ruleset."""

    ruleset: Ruleset

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """Everything that can read something."""
        rules = self.ruleset
        sections: tuple[tuple[Named, ...], ...] = (
            *(rules.relations, rules.defines, rules.indicators, rules.exemptions, rules.weights.adjustments),
            *(rules.scores, rules.unscored, rules.points, rules.outputs),
        )
        return tuple(one for section in sections for one in section)

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """By the id of what reads, the ids that it reads itself."""
        found = {one.id: frozenset(names_in(one)) for one in self.named}
        for one in self.ruleset.exemptions:  # what an exemption grants depends on it, it does not depend on that
            found[one.id] -= {grant.indicator for grant in one.grants}
        return found

    def directly(self, id: str) -> tuple[Named, ...]:  # noqa: A002 - the word
        """What reads something itself, in the order of the ruleset."""
        return tuple(one for one in self.named if id in self.reads[one.id] and one.id != id)

    def rules(self, id: str) -> tuple[Rule, ...]:  # noqa: A002 - the word
        """The rules that something is, or that depend on it over whatever stands between; not by way of a score."""
        reached, size = {id}, 0
        grants = {one.id: {grant.indicator for grant in one.grants} | {*one.lifts} for one in self.ruleset.exemptions}
        while len(reached) > size:
            size = len(reached)
            reached |= {one.id for one in self.named if self.reads[one.id] & reached}
            reached |= {given for name in reached & grants.keys() for given in grants[name]}
        return tuple(one for one in self.named if isinstance(one, Rule) and one.id in reached)


def names_in(value: object) -> Iterator[str]:  # noqa: C901 - a case a kind of reader
    """The names that a part of a ruleset reads."""
    match value:
        case Input(name=name) | Parameter(name=name) | Define(name=name) | ScoreValue(name=name):
            yield name
        case Field(relation=relation) | OneRow(relation=relation) | Family(relation=relation):
            yield relation
        case IndicatorPart(indicator=indicator):
            yield indicator
        case TableCall(table=table):
            yield table
        case Aggregate(relation=relation):
            yield relation
        case Apply(calendar=str() as calendar):
            yield CALENDAR + calendar
        case Clock():
            yield from (CALENDAR + one for one in value.calendars())
        case Exemption(for_each=str() as relation) | PointsRule(for_each=str() as relation):
            yield relation
        case _:  # reads nothing itself
            pass
    if isinstance(value, tuple):
        for one in cast("tuple[object, ...]", value):
            yield from names_in(one)
    elif isinstance(value, Mapping):
        for one in cast("Mapping[str, object]", value).values():
            yield from names_in(one)
    elif is_dataclass(value):
        for each in fields(value):
            if each.compare:
                yield from names_in(getattr(value, each.name))
