"""Reports events without an end that began long before cases for which they still count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from steelyard.calendars.zones import DAY_US
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.case import Case, Row
from steelyard.facts.idle_areas import areas_of, compared_areas
from steelyard.facts.places import levels
from steelyard.ir.expressions import Input
from steelyard.ir.ruleset import Relation, Ruleset
from steelyard.ir.types import Date, DateTime, Region, Regions
from steelyard.ir.walk import nodes

LONG = 90
"""An event that began so many days before a case, and names no end, is reported."""
_NAMED = 5

Groups = Mapping[tuple[str | None, int], int]
"""The number of cases by their place (None: any) and their day in UTC, counted from 1970."""


def open_rows(relation: Relation, rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a feed that are joined to cases and name no end."""
    if relation.feed is None or relation.joins is None:
        return []
    return [row for row in rows if "ends" not in row.values]


def time_of_case(ruleset: Ruleset, relation: Relation) -> str | None:
    """Return the input that tells when a case was: its reference date, else the first time that `joins` reads."""
    if ruleset.reference_date is not None:
        return ruleset.reference_date
    timed = {one.id for one in ruleset.inputs if isinstance(one.type, Date | DateTime)}
    found = () if relation.joins is None else nodes(relation.joins)
    return next((node.name for node in found if isinstance(node, Input) and node.name in timed), None)


def place_of_case(relation: Relation) -> str | None:
    """Return the input that must lie in the areas of an event; None where the areas do not decide alone."""
    inputs = compared_areas(relation).get("areas", set())
    return next(iter(inputs)) if len(inputs) == 1 else None


def grouped(ruleset: Ruleset, relation: Relation, cases: Sequence[Case]) -> Groups:
    """Count cases by place and day."""
    time, place = time_of_case(ruleset, relation), place_of_case(relation)
    dated = next((isinstance(one.type, Date) for one in ruleset.inputs if one.id == time), False)
    found: Counter[tuple[str | None, int]] = Counter()
    for case in cases:
        moment = case.values.get(time or "")
        where = None if place is None else case.values.get(place)
        if isinstance(moment, int) and (place is None or isinstance(where, str)):
            found[str(where) if place else None, moment if dated else moment // DAY_US] += 1
    return found


def long_open(relation: Relation, rows: Collection[Row], groups: Groups) -> Iterator[Message]:
    """Warn about events that began more than `LONG` days before cases in their areas.

    Args:
        relation: the feed.
        rows: its rows without an end.
        groups: the cases.
    """
    kind = next((one.type for one in relation.fields if one.id == "areas"), None)
    scheme = kind.scheme if isinstance(kind, Region | Regions) else "name"
    days: dict[str | None, list[int]] = {}
    for place, day in groups:
        days.setdefault(place, []).append(day)
    covering = {place: None if place is None else levels(scheme, place) for place in days}
    used: list[Row] = []
    since: dict[str | None, int] = {}
    for row in rows:
        begun = row.values["starts"]
        areas = set(areas_of(row, "areas"))
        limit = begun // DAY_US + LONG if isinstance(begun, int) else 0
        inside = [place for place, codes in covering.items() if codes is None or not areas.isdisjoint(codes)]
        found = [place for place in inside if max(days[place]) > limit]
        if found:
            used.append(row)
        for place in found:
            since[place] = min(since.get(place, limit), limit)
    if used:
        count = sum(number for (place, day), number in groups.items() if place in since and day > since[place])
        yield msg(
            "{relation}: {rows} events without an end began more than {days} days before {cases} cases for which they "
            "still count: {names}; `{line}` bounds them",
            relation=relation.id,
            rows=len(used),
            days=LONG,
            cases=count,
            names=listed(dict.fromkeys(row.id for row in used[:_NAMED])),
            line=f"open_at_most: {LONG}d",
        )
