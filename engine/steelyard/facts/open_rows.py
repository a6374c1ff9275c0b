"""Reports events without an end that began long before cases for which they still count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from steelyard.calendars.zones import DAY_US
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.case import Case, Row
from steelyard.facts.idle_areas import areas_of, compared_areas
from steelyard.facts.places import levels
from steelyard.facts.row_rules import row_rules
from steelyard.ir.expressions import Input
from steelyard.ir.ruleset import Relation, Ruleset
from steelyard.ir.types import Date, DateTime, Region, Regions
from steelyard.ir.versions import Versions
from steelyard.ir.walk import nodes

LONG = 90
"""An event that began so many days before a case, and names no end, is reported."""
_NAMED = 5

Group = tuple[str | None, int, frozenset[str]]
"""The place of some cases (None: any), their day in UTC, counted from 1970, and the rules that fired."""


def open_rows(relation: Relation, rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a feed that are joined to cases and name no end."""
    if relation.feed is None or relation.joins is None:
        return []
    return [row for row in rows if "ends" not in row.values]


def long_open(versions: Versions, scored: Iterable[tuple[Case, Collection[str]]]) -> Iterator[Message]:
    """Warn of such events in a run that is held in memory. `scored`: every case, with the rules that fired."""
    by_version: dict[str, list[tuple[Case, Collection[str]]]] = {}
    for case, fired in scored:
        version = versions.of(case.values) or versions.newest
        by_version.setdefault(version.version, []).append((case, fired))
    for ruleset in versions.rulesets:
        cases = by_version.get(ruleset.version, [])
        for relation in ruleset.relations if cases else ():
            if rows := open_rows(relation, cases[0][0].rows.get(relation.id, ())):
                yield from report_open(ruleset, relation, rows, _grouped(ruleset, relation, cases))


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


def _grouped(
    ruleset: Ruleset, relation: Relation, scored: Iterable[tuple[Case, Collection[str]]]
) -> Mapping[Group, int]:
    """Count cases by place, day and rules that fired."""
    time, place = time_of_case(ruleset, relation), place_of_case(relation)
    dated = next((isinstance(one.type, Date) for one in ruleset.inputs if one.id == time), False)
    found: Counter[Group] = Counter()
    for case, fired in scored:
        moment = case.values.get(time or "")
        where = None if place is None else case.values.get(place)
        if isinstance(moment, int) and (place is None or isinstance(where, str)):
            day = moment if dated else moment // DAY_US
            found[str(where) if place else None, day, frozenset(fired)] += 1
    return found


def report_open(
    ruleset: Ruleset, relation: Relation, rows: Collection[Row], groups: Mapping[Group, int]
) -> Iterator[Message]:
    """Warn about events that began more than `LONG` days before cases in their areas that they affected.

    Args:
        ruleset: of the cases.
        relation: the feed.
        rows: its rows without an end.
        groups: the cases. Where only rules that results list as fired read the feed, cases count in which one fired
            that the event may have made fire; elsewhere all cases.
    """
    kind = next((one.type for one in relation.fields if one.id == "areas"), None)
    scheme = kind.scheme if isinstance(kind, Region | Regions) else "name"
    rules = row_rules(ruleset, relation)
    last: dict[str | None, dict[frozenset[str], int]] = {}
    """By place and rules that fired, the day of the last case."""
    for place, day, fired in groups:
        days = last.setdefault(place, {})
        days[fired] = max(day, days.get(fired, day))
    covering = {place: None if place is None else levels(scheme, place) for place in last}
    used: list[Row] = []
    firing: set[str] = set()
    since: dict[tuple[str | None, frozenset[str]], int] = {}
    for row in rows:
        begun = row.values["starts"]
        areas = set(areas_of(row, "areas"))
        limit = begun // DAY_US + LONG if isinstance(begun, int) else 0
        mine = None if rules is None else rules.of(row)
        found = [
            (place, fired)
            for place, codes in covering.items()
            if codes is None or not areas.isdisjoint(codes)
            for fired, day in last[place].items()
            if day > limit and (mine is None or not mine.isdisjoint(fired))
        ]
        if found:
            used.append(row)
        for place, fired in found:
            since[place, fired] = min(since.get((place, fired), limit), limit)
            firing |= fired & (mine or set())
    if not used:
        return
    count = sum(number for (place, day, fired), number in groups.items() if day > since.get((place, fired), day))
    names = listed(dict.fromkeys(row.id for row in used[:_NAMED]))
    values = {"relation": relation.id, "count": len(used), "days": LONG, "cases": count, "names": names}
    line = f"open_at_most: {LONG}d"
    if rules is None:
        yield msg(
            "{relation}: {count} {count:event|events} without an end began more than {days} {days:day|days} before "
            "{cases} "
            "{cases:case|cases} for which they "
            "still count: {names}; `{line}` bounds them",
            **values,
            line=line,
        )
    else:
        yield msg(
            "{relation}: {count} {count:event|events} without an end began more than {days} {days:day|days} before "
            "{cases} "
            "{cases:case|cases} that they "
            "concern and in which {rules} fired: {names}; `{line}` bounds them",
            **values,
            rules=listed(sorted(firing)),
            line=line,
        )
