"""A change applied alone to the old ruleset, so that a case can tell what this change does and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from steelyard.ir.expressions import Field, OneRow, TableCall
from steelyard.ir.ruleset import (
    Adjustment,
    Definition,
    Exemption,
    Limit,
    ParameterDeclaration,
    PointsRule,
    Ruleset,
    Table,
    TableRow,
    Unscored,
)
from steelyard.trial.comparing.readers import CALENDAR, names_in
from steelyard.trial.comparing.walk import Difference, Kind, Sort

_SECTIONS = frozenset(
    {
        "parameters",
        "tables",
        "defines",
        "indicators",
        "exemptions",
        "weights",
        "scores",
        "unscored",
        "points",
        "calendars",
    }
)
_SHAPE = frozenset({"type", "measure_type", "family", "members", "inputs", "outputs", "carried", "for_each", "digits"})
"""Attributes on which others depend, so that they cannot change alone."""
_UNITS = ("type", "measure_type", "digits")
"""Attributes by which the values beside them are stored."""
_RULES = (Exemption, PointsRule, Unscored, Adjustment, Limit, TableRow)
"""What can come or go alone."""


def alone(old: Ruleset, new: Ruleset, one: Difference) -> Ruleset | None:
    """The old ruleset with one change; None where the change needs others, or is no change of meaning."""
    if one.sort is not Sort.MEANING or one.kind is Kind.MOVED or one.path[0] not in _SECTIONS:
        return None
    if any(name in _SHAPE for name in one.path[1:]) or not _known(old, new, one.new):
        return None
    if any(
        getattr(before, name, None) != getattr(after, name, None) for before, after in one.parents for name in _UNITS
    ):
        return None
    parent = one.parents[-1][0]
    if isinstance(parent, Definition) and _type(one.old) != _type(one.new):
        return None
    if isinstance(parent, Table) and any(
        getattr(parent, name) != getattr(one.parents[-1][1], name) for name in ("inputs", "outputs", "carried")
    ):
        return None
    changed = _changed(parent, one)
    if changed is None:
        return None
    for (outer, _), (inner, _) in zip(reversed(one.parents[:-1]), reversed(one.parents[1:]), strict=True):
        changed = _exchanged(outer, inner, changed)
    return cast("Ruleset", changed)


def _changed(parent: object, one: Difference) -> object | None:
    """The parent with the change."""
    attribute = one.path[-1]
    if hasattr(parent, attribute):
        if one.kind is not Kind.CHANGED:
            return None
        more = {"value": one.new} if isinstance(parent, ParameterDeclaration) and _declared(parent, attribute) else {}
        return replace(cast("Any", parent), **{attribute: one.new}, **more)
    around = one.path[-2] if hasattr(parent, one.path[-2]) else ""
    items: object = getattr(parent, around, None)
    if isinstance(items, Mapping):
        entries = {key: value for key, value in cast("Mapping[str, object]", items).items() if key != attribute}
        return replace(cast("Any", parent), **{around: entries if one.new is None else {**entries, attribute: one.new}})
    if not isinstance(items, tuple) or not isinstance(one.old if one.new is None else one.new, _RULES):
        return None
    listed = list(cast("tuple[object, ...]", items))
    if one.old is not None:
        place = next(number for number, each in enumerate(listed) if each is one.old)
        listed[place : place + 1] = [] if one.new is None else [one.new]
    else:
        place = int(attribute) - 1 if isinstance(parent, Table) else len(listed)
        listed.insert(place, one.new)
    return replace(cast("Any", parent), **{around: tuple(listed)})


def _type(value: object) -> object:
    return getattr(value, "type", None)


def _declared(parameter: ParameterDeclaration, attribute: str) -> bool:
    """Whether the declared value is the one that counts."""
    return attribute == "default" and parameter.value == parameter.default


def _exchanged(outer: object, before: object, after: object) -> object:
    """A node with another in the place of one of its parts."""
    for each in fields(cast("Any", outer)):
        value: object = getattr(outer, each.name)
        if value is before:
            return replace(cast("Any", outer), **{each.name: after})
        if isinstance(value, tuple):
            items = cast("tuple[object, ...]", value)
            if any(item is before for item in items):
                changed = tuple(after if item is before else item for item in items)
                return replace(cast("Any", outer), **{each.name: changed})
    raise LookupError(type(before).__name__)


def _known(old: Ruleset, new: Ruleset, value: object) -> bool:
    """Whether everything that a new value reads is there in the old ruleset, with the same shape."""
    tables = [{one.id: (one.inputs, one.outputs, one.carried) for one in side.tables} for side in (old, new)]
    known = {
        *(
            one.id
            for section in (old.inputs, old.parameters, old.defines, old.relations, old.tables)
            for one in section
        ),
        *(one.id for section in (old.indicators, old.scores) for one in section),
        *(CALENDAR + one.id for one in old.calendars),
    }
    for relation in old.relations:
        known |= {f"{relation.id}.{one.id}" for one in (*relation.fields, *relation.defines)}
    read = {*names_in(value), *_fields(value), *_touched(value)}
    return read <= known | {one.id for one in old.points} | {one.id for one in old.groups} and all(
        tables[0].get(name) == tables[1].get(name) for name in _tables(value)
    )


def _touched(value: object) -> Iterator[str]:
    """What a rule acts on."""
    match value:
        case Exemption(grants=grants, lifts=lifts):
            yield from (*(one.indicator for one in grants), *lifts)
        case Adjustment():
            yield from (*value.multiply, *value.set)
        case PointsRule(on=score):
            yield score
        case _:  # it acts on nothing
            pass


def _fields(value: object) -> Iterator[str]:
    yield from (f"{one.relation}.{one.name}" for one in _inside(value) if isinstance(one, Field | OneRow))


def _tables(value: object) -> Iterator[str]:
    yield from (one.table for one in _inside(value) if isinstance(one, TableCall))


def _inside(value: object) -> Iterator[object]:
    """A value and everything in it."""
    yield value
    if isinstance(value, tuple):
        for one in cast("tuple[object, ...]", value):
            yield from _inside(one)
    elif isinstance(value, Mapping):
        for one in cast("Mapping[str, object]", value).values():
            yield from _inside(one)
    elif is_dataclass(value):
        for each in fields(value):
            if each.compare:
                yield from _inside(getattr(value, each.name))
