"""The ruleset that checks examine, with knowledge about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Message, msg
from steelyard.facts.format import Style, format_value
from steelyard.ir import coverage
from steelyard.ir.expressions import Expr, Stored, TableCall
from steelyard.ir.knowledge import Knower, columns_of
from steelyard.ir.ranges import UNBOUNDED, hull
from steelyard.ir.ruleset import (
    AsMeasure,
    AtLeastGrant,
    Bands,
    Clock,
    Curve,
    Grant,
    Met,
    PauseGrant,
    PointsExpression,
    Proportion,
    RelativeStep,
    Ruleset,
    Steps,
    Table,
    TargetGrant,
    WaiveGrant,
    Way,
)
from steelyard.ir.types import Type
from steelyard.ir.walk import nodes
from steelyard.model.ruleset import RulesetFile


@dataclass(frozen=True)
class Subject:
    """A ruleset under check.

    Attributes:
        ruleset: its lowered form; parameters may have no value.
        file: the file as written, for details that the lowered form omits.
        knower: derives ranges and missing values from its declarations.
    """

    ruleset: Ruleset
    file: RulesetFile
    knower: Knower

    def columns(self, table: Table) -> tuple[coverage.TestedColumn, ...]:
        """Return the table's inputs as atoms, within the ranges of all calls."""
        calls = self.calls.get(table.id, ())
        if not calls:
            return columns_of(table, (UNBOUNDED,) * len(table.inputs))
        asked = zip(*(call.arguments for call in calls), strict=True)
        return columns_of(table, tuple(hull(tuple(map(self.knower.value_range, each))) for each in asked))

    @cached_property
    def calls(self) -> dict[str, list[TableCall]]:
        """Every call of a table, by table."""
        found: dict[str, list[TableCall]] = {}
        for expr in expressions(self.ruleset):
            for node in nodes(expr):
                if isinstance(node, TableCall):
                    found.setdefault(node.table, []).append(node)
        return found

    def shown(self, value: Stored, kind: Type) -> Message:
        """A value for a reader, as a part of a message."""
        if value == coverage.OTHER:
            return msg("any other text")
        return msg("{value}", value=format_value(value, kind, zone(self.ruleset.timezone), Style.READER))


def expressions(ruleset: Ruleset) -> Iterator[Expr]:
    """Every expression that a case can meet, weights and limits too; not the cells of tables."""
    for relation in ruleset.relations:
        yield from (define.value for define in relation.defines)
        yield from _there(relation.joins)
    yield from (define.value for define in ruleset.defines)
    for indicator in ruleset.indicators:
        clock = indicator.measure
        yield from _there(*((clock.start, clock.stop, clock.until) if isinstance(clock, Clock) else (clock,)))
        yield from _there(indicator.only_if, indicator.target, indicator.weight)
        yield from way_expressions(indicator.way)
    for exemption in ruleset.exemptions:
        yield exemption.when
        yield from (value for grant in exemption.grants for value in grant_expressions(grant))
    for adjustment in ruleset.weights.adjustments:
        yield from (adjustment.when, *adjustment.multiply.values(), *adjustment.set.values())
    for limit in ruleset.weights.limits:
        yield from _there(limit.at_least, limit.at_most)
    yield from _there(ruleset.weights.total, *(score.value for score in ruleset.scores))
    yield from (rule.when for rule in ruleset.unscored)
    for rule in ruleset.points:
        yield from _there(rule.when, rule.amount, rule.cap)
    yield from (output.value for output in ruleset.outputs)


def way_expressions(way: Way) -> Iterator[Expr]:
    """Give the expressions of a way to score."""
    match way:
        case Steps(each=each, deduct=deduct, floor=floor):
            yield from (deduct, floor)
            if not isinstance(each, RelativeStep):
                yield each
        case Bands(bands=bands):
            yield from (band.test for band in bands)
        case PointsExpression(value=value):
            yield value
        case Met() | Proportion() | Curve() | AsMeasure():
            pass
        case _:
            assert_never(way)


def grant_expressions(grant: Grant) -> Iterator[Expr]:
    """Give the expressions of a grant."""
    match grant:
        case TargetGrant(target=value) | AtLeastGrant(points=value):
            yield value
        case PauseGrant() | WaiveGrant():
            pass
        case _:
            assert_never(grant)


def _there(*found: Expr | None) -> Iterator[Expr]:
    return (expr for expr in found if expr is not None)
