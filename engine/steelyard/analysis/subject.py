"""What the checks look at, and what they know of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from steelyard.calendars.zones import zone
from steelyard.diagnostics import InternalError, Message, msg
from steelyard.facts.format import Style, format_value
from steelyard.ir import coverage
from steelyard.ir.expressions import Define, Expr, Field, Input, OneRow, Parameter, Stored, TableAggregate, TableCall
from steelyard.ir.missing import Knowledge, can_be_missing
from steelyard.ir.ranges import UNBOUNDED, Bounds, hull, range_of
from steelyard.ir.ruleset import (
    AtLeastGrant,
    Bands,
    Clock,
    Definition,
    Grant,
    HitPolicy,
    InputField,
    PointsExpression,
    Relation,
    RelativeStep,
    Ruleset,
    Steps,
    Table,
    TargetGrant,
    Way,
)
from steelyard.ir.types import Range, Type, default_range
from steelyard.ir.walk import nodes
from steelyard.model.ruleset import RulesetFile


@dataclass(frozen=True, slots=True)
class Subject:
    """A ruleset under check.

    Attributes:
        ruleset: its meaning; parameters may lack a value.
        file: as written, for what the meaning no longer shows.
    """

    ruleset: Ruleset
    file: RulesetFile
    _ranges: dict[str, Range] = field(default_factory=dict[str, Range], init=False, repr=False, compare=False)
    _missing: dict[str, bool] = field(default_factory=dict[str, bool], init=False, repr=False, compare=False)

    def value_range(self, expr: Expr) -> Range:
        """Where an expression's value can lie."""
        return range_of(expr, Bounds(self._leaf_range))

    def can_be_missing(self, expr: Expr) -> bool:
        """Whether an expression can be missing, or a condition unknown. Errs on the side of yes."""
        known = Knowledge(self._leaf_missing, self.membership_unknown, self._table_missing)
        return can_be_missing(expr, known)

    def columns(self, table: Table) -> tuple[coverage.Column, ...]:
        """The table's inputs as atoms, within what its callers can ask."""
        calls = [call for call in self.calls() if call.table == table.id]
        found: list[coverage.Column] = []
        for position, one in enumerate(table.inputs):
            bounds = default_range(one.type)
            if bounds is not None and calls:
                asked = hull(tuple(self.value_range(call.arguments[position]) for call in calls))
                low = bounds.low if asked.low is None else asked.low
                high = bounds.high if asked.high is None else asked.high
                bounds = Range(low, high)
            found.append(coverage.column(one.type, bounds, tuple(row.cells[position] for row in table.rows)))
        return tuple(found)

    def calls(self) -> Iterator[TableCall]:
        """Every question that is asked of a table."""
        return (node for expr in expressions(self.ruleset) for node in nodes(expr) if isinstance(node, TableCall))

    def shown(self, value: Stored, kind: Type) -> Message:
        """A value for a reader, as a part of a message."""
        if value == coverage.OTHER:
            return msg("any other text")
        return msg("{value}", value=format_value(value, kind, zone(self.ruleset.timezone), Style.READER))

    def _leaf_range(self, leaf: Input | Parameter | Define | Field | OneRow | TableCall) -> Range | None:
        match leaf:
            case Input(name=name):
                return _named(self.ruleset.inputs, name).range
            case Parameter(name=name):
                parameter = next(p for p in self.ruleset.parameters if p.id == name)
                value = parameter.value
                if isinstance(value, int) and not isinstance(value, bool):
                    return Range(value, value)
                return parameter.range
            case Define(name=name):
                return self._defined_range(name, self._define(name))
            case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
                one = self._row_value(relation, name)
                return one.range if isinstance(one, InputField) else self._defined_range(f"{relation}.{name}", one)
            case TableCall(table=name, output=output):
                return _result_range(self._table(name), output)

    def _leaf_missing(self, leaf: Input | Define | Field) -> bool:
        match leaf:
            case Input(name=name):
                return _named(self.ruleset.inputs, name).optional
            case Define(name=name):
                return self._defined_missing(name, self._define(name))
            case Field(relation=relation, name=name):
                one = self._row_value(relation, name)
                return one.optional if isinstance(one, InputField) else self._defined_missing(f"{relation}.{name}", one)

    def _defined_range(self, name: str, define: Definition) -> Range:
        """The range of a define, found out once: defines may share much of each other."""
        if name not in self._ranges:
            self._ranges[name] = self.value_range(define.value)
        return self._ranges[name]

    def _defined_missing(self, name: str, define: Definition) -> bool:
        if name not in self._missing:
            self._missing[name] = self.can_be_missing(define.value)
        return self._missing[name]

    def membership_unknown(self, relation: str) -> bool:
        """Whether it can be unknown if a row belongs to the case."""
        joins = self._relation(relation).joins
        return joins is not None and self.can_be_missing(joins)

    def _table_missing(self, node: TableCall | TableAggregate) -> bool:
        call = node if isinstance(node, TableCall) else node.call
        table = self._table(call.table)
        place = next(i for i, output in enumerate(table.outputs) if output.id == call.output)
        if any(row.outputs[place] is None for row in table.rows):
            return True
        if table.default is not None:
            return table.default[place] is None
        if isinstance(node, TableAggregate) or table.hit is HitPolicy.COLLECT_COUNT:
            return False
        return coverage.gap(self.columns(table)) is not None

    def _define(self, name: str) -> Definition:
        return next(define for define in self.ruleset.defines if define.id == name)

    def _relation(self, name: str) -> Relation:
        return next(relation for relation in self.ruleset.relations if relation.id == name)

    def _table(self, name: str) -> Table:
        return next(table for table in self.ruleset.tables if table.id == name)

    def _row_value(self, relation: str, name: str) -> InputField | Definition:
        row = self._relation(relation)
        return next(one for one in (*row.fields, *row.defines) if one.id == name)


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
    """What a way to score reads."""
    match way:
        case Steps(each=each, deduct=deduct, floor=floor):
            yield from (deduct, floor)
            if not isinstance(each, RelativeStep):
                yield each
        case Bands(bands=bands):
            yield from (band.test for band in bands)
        case PointsExpression(value=value):
            yield value
        case _:
            pass


def grant_expressions(grant: Grant) -> Iterator[Expr]:
    """What a grant reads."""
    match grant:
        case TargetGrant(target=value) | AtLeastGrant(points=value):
            yield value
        case _:
            pass


def _there(*found: Expr | None) -> Iterator[Expr]:
    return (expr for expr in found if expr is not None)


def _named(fields: tuple[InputField, ...], name: str) -> InputField:
    for field in fields:
        if field.id == name:
            return field
    raise InternalError(f"no input `{name}`")


def _result_range(table: Table, output: str) -> Range | None:
    if table.hit in {HitPolicy.COLLECT_SUM, HitPolicy.COLLECT_COUNT}:
        return None
    place = next(i for i, one in enumerate(table.outputs) if one.id == output)
    values = [row.outputs[place] for row in table.rows] + ([] if table.default is None else [table.default[place]])
    known = tuple(Range(v, v) for v in values if isinstance(v, int) and not isinstance(v, bool))
    return hull(known) if known else None
