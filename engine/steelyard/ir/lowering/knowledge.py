"""What is known of names while a ruleset is checked: where values can lie, and which can be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steelyard.ir import coverage
from steelyard.ir.expressions import (
    Define,
    Expr,
    Field,
    Input,
    OneRow,
    Parameter,
    TableAggregate,
    TableCall,
)
from steelyard.ir.missing import Knowledge, can_be_missing
from steelyard.ir.ranges import UNBOUNDED, Bounds, hull, range_of
from steelyard.ir.ruleset import HitPolicy, Table
from steelyard.ir.types import Number, Range, default_range

if TYPE_CHECKING:
    from steelyard.ir.lowering.context import Context


def value_range(context: Context, expr: Expr, target: Range = UNBOUNDED, measure: Range = UNBOUNDED) -> Range:
    """Where an expression's value can lie."""
    return range_of(expr, Bounds(lambda leaf: _leaf_range(context, leaf), target, measure))


def _leaf_range(context: Context, leaf: Input | Parameter | Define | Field | OneRow | TableCall) -> Range | None:
    match leaf:
        case Input(name=name):
            field = context.input(name)
            return None if field is None else field.range
        case Parameter(name=name):
            parameter = context.parameter(name)
            if parameter is None:
                return None
            value = parameter.value
            return Range(value, value) if isinstance(value, int) and not isinstance(value, bool) else parameter.range
        case Define(name=name):
            define = context.define(name, None)
            return None if define is None else value_range(context, define.value)
        case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
            row = context.relation(relation)
            if row is not None and name in row.fields:
                return row.fields[name].range
            define = context.row_define(relation, name, None)
            return None if define is None else value_range(context, define.value)
        case TableCall(table=name, output=output):
            return _table_range(context.table(name, None), output)


def _table_range(table: Table | None, output: str) -> Range | None:
    if table is None or table.hit in {HitPolicy.COLLECT_SUM, HitPolicy.COLLECT_COUNT}:
        return None
    place = next(i for i, o in enumerate(table.outputs) if o.id == output)
    rows = [row.outputs[place] for row in table.rows]
    if table.default is not None:
        rows.append(table.default[place])
    values = tuple(Range(v, v) for v in rows if isinstance(v, int) and not isinstance(v, bool))
    return hull(values) if values else None


def missing(context: Context, expr: Expr, *, target: bool = True, measure: bool = True) -> bool:
    """Whether an expression can be missing, or a condition unknown."""
    return can_be_missing(expr, knowledge(context, target=target, measure=measure))


def knowledge(context: Context, *, target: bool = True, measure: bool = True) -> Knowledge:
    """What the ruleset says about missing values."""
    return Knowledge(
        lambda leaf: _leaf_missing(context, leaf),
        lambda relation: membership_unknown(context, relation),
        lambda call: _table_missing(context, call),
        target,
        measure,
    )


def membership_unknown(context: Context, relation: str) -> bool:
    """Whether it can be unknown if a row belongs to the case."""
    full = context.full_relation(relation)
    return full is not None and full.joins is not None and missing(context, full.joins)


def _leaf_missing(context: Context, leaf: Input | Define | Field) -> bool:
    match leaf:
        case Input(name=name):
            field = context.input(name)
            return field is None or field.optional
        case Define(name=name):
            define = context.define(name, None)
            return define is None or missing(context, define.value)
        case Field(relation=relation, name=name):
            row = context.relation(relation)
            if row is not None and name in row.fields:
                return row.fields[name].optional
            define = context.row_define(relation, name, None)
            return define is None or missing(context, define.value)


def _table_missing(context: Context, node: TableCall | TableAggregate) -> bool:
    call = node if isinstance(node, TableCall) else node.call
    table = context.table(call.table, None)
    if table is None:
        return True
    place = next(i for i, o in enumerate(table.outputs) if o.id == call.output)
    if any(row.outputs[place] is None for row in table.rows):
        return True
    if table.default is not None:
        return table.default[place] is None
    if isinstance(node, TableAggregate) or table.hit is HitPolicy.COLLECT_COUNT:
        return False
    ranges = tuple(value_range(context, argument) for argument in call.arguments)
    return coverage.gap(columns_of(table, ranges)) is not None


def columns_of(table: Table, ranges: tuple[Range, ...] | None = None) -> tuple[coverage.Column, ...]:
    """The table's inputs as sets of atoms; `ranges` of what is asked, else each type's own."""
    found: list[coverage.Column] = []
    for position, one in enumerate(table.inputs):
        widest = default_range(one.type)
        bounds = widest
        if widest is not None and ranges is not None:
            asked = ranges[position]
            bounds = Range(
                widest.low if asked.low is None else asked.low, widest.high if asked.high is None else asked.high
            )
        found.append(coverage.column(one.type, bounds, tuple(row.cells[position] for row in table.rows)))
    return tuple(found)


def number_scale(expr: Expr) -> int:
    """The digits of a number; 0 for everything else."""
    return expr.type.scale if isinstance(expr.type, Number) else 0
