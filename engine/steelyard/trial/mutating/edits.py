"""Changes a ruleset at one place at a time.

The walk follows the forms of nodes (ir/forms.py), so it comes to whatever a digest is made of. Left as they are: inputs
and their ranges, calendars, types, names, texts, hit policies, limits of scores, baselines, and what is better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, cast

from steelyard.calendars.recurrence import RecurrenceError, starts
from steelyard.calendars.recurrence_rule import read_rule
from steelyard.calendars.zones import zone
from steelyard.diagnostics import Span
from steelyard.ir.declared import Said
from steelyard.ir.expressions import Expr, Literal, Node
from steelyard.ir.forms import FORMS
from steelyard.ir.ruleset import (
    Adjustment,
    AtLeastGrant,
    Band,
    Bands,
    Curve,
    Exemption,
    Grade,
    Indicator,
    MissingRule,
    OnMissing,
    ParameterDeclaration,
    PauseGrant,
    PointsRule,
    Recurring,
    Relation,
    RelativeStep,
    Ruleset,
    Score,
    Table,
    TargetGrant,
    Unscored,
    WaiveGrant,
    Weights,
)
from steelyard.ir.types import Duration, Number, Type
from steelyard.trial.comparing.walk import WHOLE, columns_by_name
from steelyard.trial.mutating.bounds import moved
from steelyard.trial.mutating.expressions import changed
from steelyard.trial.mutating.units import PERCENT_DIGITS, POINTS, shifted, unit

SECTIONS = (
    "parameters",
    "relations",
    "defines",
    "tables",
    "indicators",
    "exemptions",
    "weights",
    "scores",
    "unscored",
    "points",
    "outputs",
)
"""The parts of a ruleset that are changed."""
_GRANTS = (TargetGrant, PauseGrant, AtLeastGrant, WaiveGrant)
_DROPPED = (Exemption, Adjustment, PointsRule, Unscored, *_GRANTS)
"""What can be dropped; a score's gates are points rules."""
_LEFT: Mapping[type, frozenset[str]] = {
    Relation: frozenset({"fields", "rows", "window", "severity", "kinds", "levels"}),
    Indicator: frozenset({"reason", "family"}),
    PointsRule: frozenset({"reason"}),
    Band: frozenset({"test"}),
    Table: frozenset({"rows", "default", "inputs", "outputs", "carried"}),
    Score: frozenset({"grades"}),
    Weights: frozenset({"total"}),
}
"""Attributes that are not walked: left as they are, or changed together with others by `_own`."""
_CONSTANTS = frozenset({"weight", "multiply", "set", "at_least", "at_most"})
"""Properties that are read as exact numbers, of any scale."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A small change of a part of a ruleset.

    Attributes:
        after: the part with the change.
        parent, attribute: what was changed: a property of something; the key where the property is a mapping.
        old, new: the values that a reader is shown; `new` is None for what was dropped.
        around: the parts around it, the outermost first.
        span: where it stands; None where that is not known.
        section: of the ruleset, e.g. `indicators`.
    """

    after: object
    parent: object
    attribute: str
    old: object
    new: object
    around: tuple[object, ...] = ()
    key: str = ""
    span: Span | None = None
    section: str = ""

    @property
    def ruleset(self) -> Ruleset:
        """The whole ruleset with the change, of an edit of a ruleset."""
        return cast("Ruleset", self.after)


def edits(ruleset: Ruleset) -> Iterator[Edit]:
    """Every small change of a ruleset; `after` is the whole ruleset."""
    for section in SECTIONS:
        for one in _of(getattr(ruleset, section), ruleset, section):
            after = _without_loose_ends(replace(ruleset, **{section: one.after}))
            if isinstance(one.parent, Recurring) and one.attribute != "duration":
                try:
                    after = _recurring_again(after)
                except RecurrenceError:  # no window is left
                    continue
            yield replace(one, after=after, section=section)


def _without_loose_ends(ruleset: Ruleset) -> Ruleset:
    """A ruleset without what names rules that are gone."""
    known = {one.id for one in ruleset.points}
    if all(known.issuperset(one.lifts) for one in ruleset.exemptions):
        return ruleset
    kept = tuple(replace(one, lifts=tuple(each for each in one.lifts if each in known)) for one in ruleset.exemptions)
    return replace(ruleset, exemptions=kept)


def _of(value: object, parent: object, attribute: str) -> Iterator[Edit]:
    """The changes of a property."""
    match value:
        case Node():
            expr = cast("Expr", value)
            for one in changed(_fine(expr) if attribute in _CONSTANTS else expr):
                yield Edit(one.expr, parent, attribute, one.old, one.new, span=one.span)
        case tuple():
            items = cast("tuple[object, ...]", value)
            for place, item in enumerate(items):
                before, after = items[:place], items[place + 1 :]
                if _can_go(item, parent, attribute):
                    yield Edit((*before, *after), parent, attribute, item, None, span=getattr(item, "span", None))
                for one in _of(item, parent, attribute):
                    yield replace(one, after=(*before, one.after, *after))
        case Mapping():
            entries = cast("Mapping[str, object]", value)
            for key, entry in entries.items():
                for one in _of(entry, parent, attribute):
                    yield replace(one, after={**entries, key: one.after}, key=one.key or key)
        case _ if type(value) in FORMS and not isinstance(value, WHOLE):
            yield from _node(value, parent)
        case _:  # a value of which only its owner knows what it is
            pass


def _fine(expr: Expr) -> Expr:
    """A percentage with so many digits that it can be changed by one percent."""
    match expr:
        case Literal(value=int() as value, type=Number(scale=scale, percent=True)) if scale < PERCENT_DIGITS:
            more = 10 ** (PERCENT_DIGITS - scale)
            return replace(expr, value=value * more, type=Number(PERCENT_DIGITS, percent=True))
        case _:  # it has them, or is no percentage
            return expr


def _node(node: object, parent: object) -> Iterator[Edit]:
    for one in _own(node, parent):
        yield replace(one, around=(node, *one.around))
    left = _LEFT.get(type(node), frozenset[str]())
    for attribute in FORMS[type(node)].fields:
        if attribute not in left:
            for one in _of(getattr(node, attribute), node, attribute):
                after = replace(cast("Any", node), **{attribute: one.after})
                yield replace(one, after=after, around=(node, *one.around))


def _can_go(item: object, parent: object, attribute: str) -> bool:
    """Whether an item of a list can be dropped; the last thing that an exemption does goes with the exemption."""
    if isinstance(parent, Exemption):
        several = len(parent.grants) + len(parent.lifts) > 1
        return several and (isinstance(item, _GRANTS) or attribute == "lifts")
    return isinstance(item, _DROPPED)


def _own(node: object, parent: object) -> Iterator[Edit]:
    """The changes of the values of a node that are no expressions."""
    match node:
        case ParameterDeclaration(default=int() as default) if not isinstance(default, bool):
            for new in shifted(default, node.type):
                if node.range is None or node.range.holds(new):
                    yield _set(node, "default", new, value=new if node.value == default else node.value)
        case Relation(open_at_most=int() as longest):
            yield from _numbers(node, "open_at_most", longest, Duration(), least=1)
        case Recurring():
            yield from _windows(node)
        case Table():
            yield from _cells(node)
            yield from _outputs(node)
        case Indicator(way=Bands() as bands):
            yield from _bands(node, bands)
        case Indicator(way=Curve() as curve):
            yield from _curve(node, curve)
        case RelativeStep():
            yield from _relative(node)
        case MissingRule(action=OnMissing.SCORE, score=int() as score) if isinstance(parent, Indicator):
            yield from (_set(node, "score", new) for new in _points(score, parent))
        case MissingRule(action=action):
            other = OnMissing.REJECT if action is OnMissing.WAIVE else OnMissing.WAIVE
            after = MissingRule(other)
            yield Edit(after, parent, "missing", node, after)
        case Score():
            yield from _grades(node)
            if isinstance(node.minimum_present, int):
                yield from _numbers(node, "minimum_present", node.minimum_present, Number(0), least=0)
        case _:  # it has no such values
            pass


def _set(node: object, attribute: str, new: object, **more: object) -> Edit:
    after = replace(cast("Any", node), **{attribute: new}, **more)
    return Edit(after, node, attribute, getattr(node, attribute), new, span=getattr(node, "span", None))


def _numbers(node: object, attribute: str, value: int, kind: Type, *, least: int | None = None) -> Iterator[Edit]:
    for new in shifted(value, kind):
        if least is None or new >= least:
            yield _set(node, attribute, new)


def _relative(step: RelativeStep) -> Iterator[Edit]:
    """Steps in percent of the target, by one percent."""
    scale = max(step.scale, PERCENT_DIGITS)
    units = step.units * 10 ** (scale - step.scale)
    for new in shifted(units, Number(scale, percent=True)):
        if new > 0:
            after = RelativeStep(new, scale)
            yield Edit(after, step, "each", step, after)


def _windows(node: Recurring) -> Iterator[Edit]:
    """Windows that are longer or shorter; or begin to recur, or end, a day earlier or later."""
    for new in shifted(node.duration, Duration()):
        if new > 0:
            windows = tuple((begin, begin + new) for begin, _ in node.windows)
            yield replace(_set(node, "duration", new), after=replace(node, duration=new, windows=windows))
    for attribute in ("first", "last"):
        for days in (1, -1):
            moment = datetime.fromisoformat(getattr(node, attribute)) + timedelta(days=days)
            yield _set(node, attribute, moment.isoformat())


def _recurring_again(ruleset: Ruleset) -> Ruleset:
    """A ruleset with the windows of its recurring relations as their rules give them.

    Raises:
        RecurrenceError: a rule gives none, or too many.
    """
    here = zone(ruleset.timezone)

    def again(found: Recurring) -> Recurring:
        first, last = datetime.fromisoformat(found.first), datetime.fromisoformat(found.last)
        begins = starts(read_rule(found.rule), first, last, here)
        return replace(found, windows=tuple((begin, begin + found.duration) for begin in begins))

    relations = tuple(
        one if one.recurring is None else replace(one, recurring=again(one.recurring)) for one in ruleset.relations
    )
    return replace(ruleset, relations=relations)


def _points(points: int, indicator: Indicator) -> tuple[int, ...]:
    """Points one unit up and down, as far as the indicator can give them."""
    clamp = indicator.clamp
    low, high = (None, None) if clamp is None else (clamp.low, clamp.high)
    return tuple(
        new for new in shifted(points, POINTS) if (low is None or new >= low) and (high is None or new <= high)
    )


def _bands(indicator: Indicator, bands: Bands) -> Iterator[Edit]:
    """Points and bounds of bands."""
    for place, band in enumerate(bands.bands):
        for points in _points(band.points, indicator):
            listed = (*bands.bands[:place], replace(band, points=points), *bands.bands[place + 1 :])
            whole = replace(indicator, way=Bands(listed))
            yield Edit(whole, band, "points", band.points, points, span=band.span)
    tests = tuple(one.test for one in bands.bands)
    for new in moved(tests):
        after = tuple(replace(band, test=test) for band, test in zip(bands.bands, new, strict=True) if test is not None)
        place = _first(tests, new)
        span = bands.bands[place].span
        whole = replace(indicator, way=Bands(after))
        yield Edit(whole, bands, "bands", tests[place], new[place], span=span)


def _curve(indicator: Indicator, curve: Curve) -> Iterator[Edit]:
    """Points of a curve; measures stay in their order."""
    for place, (measure, points) in enumerate(curve.points):
        around = [(new, points) for new in shifted(measure, indicator.measure_type)]
        around += [(measure, new) for new in _points(points, indicator)]
        for new in around:
            listed = (*curve.points[:place], new, *curve.points[place + 1 :])
            if all(one[0] < other[0] for one, other in pairwise(listed)):
                after = Curve(listed)
                yield Edit(replace(indicator, way=after), indicator, "way", (measure, points), new)


def _grades(score: Score) -> Iterator[Edit]:
    """Bounds between two grades, of which one ends where the other begins."""
    kind = Number(score.digits)
    for lower in score.grades:
        for upper in score.grades:
            low, high = upper.low, lower.high
            if low is None or high is None or low != high + 1:
                continue
            of_low, of_high = unit(low, kind) or 1, unit(high, kind) or 1
            for step in (max(of_low, of_high), -max(of_low, of_high)):
                changes = {lower.id: replace(lower, high=high + step)}
                changes[upper.id] = replace(upper, low=low + step)
                if not all(map(_is_stretch, changes.values())):
                    continue
                after = replace(score, grades=tuple(changes.get(one.id, one) for one in score.grades))
                grade, attribute = (upper, "low") if of_low >= of_high else (lower, "high")
                old, new = getattr(grade, attribute), getattr(changes[grade.id], attribute)
                yield Edit(after, grade, attribute, old, new, around=(grade,))


def _is_stretch(grade: Grade) -> bool:
    return grade.low is None or grade.high is None or grade.low <= grade.high


def _cells(table: Table) -> Iterator[Edit]:
    """Bounds in a column of a decision table, with whatever rows have them."""
    for place in range(len(table.inputs)):
        cells = tuple(row.cells[place] for row in table.rows)
        for new in moved(cells):
            rows = tuple(
                replace(row, cells=(*row.cells[:place], cell, *row.cells[place + 1 :]))
                for row, cell in zip(table.rows, new, strict=True)
            )
            first = _first(cells, new)
            old, changed_cell = (columns_by_name(table, cast("Expr", one[first])) for one in (cells, new))
            span = table.rows[first].span
            yield Edit(replace(table, rows=rows), table, "cells", old, changed_cell, span=span)


def _outputs(table: Table) -> Iterator[Edit]:
    """Numbers and times that a row of a decision table gives."""
    for number, row in enumerate(table.rows):
        for outputs in _said(table, row.outputs):
            after = replace(row, outputs=outputs)
            rows = (*table.rows[:number], after, *table.rows[number + 1 :])
            yield Edit(replace(table, rows=rows), table, "rows", row, after, around=(row,), span=row.span)
    for outputs in () if table.default is None else _said(table, table.default):
        after_all = replace(table, default=outputs)
        yield Edit(after_all, table, "default", table.default, outputs, span=table.span)


def _said(table: Table, outputs: tuple[Said, ...]) -> Iterator[tuple[Said, ...]]:
    for place, (value, column) in enumerate(zip(outputs, table.outputs, strict=True)):
        if isinstance(value, int) and not isinstance(value, bool):
            for new in shifted(value, column.type):
                yield (*outputs[:place], new, *outputs[place + 1 :])


def _first(old: Sequence[Expr | None], new: Sequence[Expr | None]) -> int:
    return next(place for place, (one, other) in enumerate(zip(old, new, strict=True)) if one != other)
