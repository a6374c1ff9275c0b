"""Derives from declarations the range of an expression's value, and whether it can be missing.

Used while a ruleset is lowered (which lowers names on demand), and again once its parameters are bound. The result for
each define is computed once.
"""

from __future__ import annotations

from typing import Protocol, assert_never

from steelyard.ir import coverage
from steelyard.ir.expressions import (
    Aggregation,
    Coalesce,
    Define,
    Expr,
    Field,
    If,
    Input,
    Literal,
    OneRow,
    Parameter,
    Stored,
    TableAggregate,
    TableCall,
)
from steelyard.ir.missing import NOTHING, Knowledge, can_be_missing, given_by
from steelyard.ir.ranges import UNBOUNDED, Bounds, Leaf, hull, range_of
from steelyard.ir.ruleset import HitPolicy, InputField, ParameterDeclaration, Table
from steelyard.ir.types import Range, Text, Type, default_range

Value = InputField | Expr
"""The declaration of a name of a row: a field, or the expression of a define."""


MOST_NAMES = 20
"""Values are followed through so many names at most."""


class Declared(Protocol):
    """The declarations of a ruleset; None where one does not exist or has an error."""

    def declared_input(self, name: str) -> InputField | None:
        """An input of the case."""
        ...

    def declared_parameter(self, name: str) -> ParameterDeclaration | None:
        """A parameter."""
        ...

    def defined(self, name: str) -> Expr | None:
        """The expression of a define of the case."""
        ...

    def row_value(self, relation: str, name: str) -> Value | None:
        """A field of a row, or the expression of a define of it."""
        ...

    def joins(self, relation: str) -> Expr | None:
        """The condition of a relation's join."""
        ...

    def declared_table(self, name: str) -> Table | None:
        """A table."""
        ...


class Knower:
    """Answers about one ruleset.

    Ranges depend on the current values of parameters; `missing` does not, so it holds for all values.
    """

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self._ranges: dict[tuple[str, ...], Range] = {}
        self._widest: dict[tuple[str, ...], Range] = {}
        self._missing: dict[tuple[str, ...], bool] = {}
        self._values: dict[str, frozenset[Stored] | None] = {}
        self._gaps: dict[tuple[str, tuple[Range, ...]], bool] = {}

    def value_range(self, expr: Expr, target: Range = UNBOUNDED, measure: Range = UNBOUNDED) -> Range:
        """Return the range of a value under the parameters' current values."""
        return range_of(expr, Bounds(lambda leaf: self._leaf_range(leaf, valued=True), target, measure))

    def widest_range(self, expr: Expr) -> Range:
        """Return the range of a value for any values of the parameters."""
        return range_of(expr, Bounds(lambda leaf: self._leaf_range(leaf, valued=False)))

    def missing(self, expr: Expr, *, target: bool = False, measure: bool = False, when: Expr | None = None) -> bool:
        """Return whether an expression can be missing, or a condition unknown.

        `target` and `measure` say whether the indicator's own can be missing; where `when` is false or unknown the
        expression does not count.
        """
        known = Knowledge(
            self._leaf_missing, self._define_value, self.membership_unknown, self._table_missing, target, measure
        )
        return can_be_missing(expr, known, NOTHING if when is None else given_by(when, known, truth=True))

    def _define_value(self, leaf: Input | Define | Field) -> Expr | None:
        match leaf:
            case Input():
                return None
            case Define(name=name):
                return self._declared.defined(name)
            case Field(relation=relation, name=name):
                value = self._declared.row_value(relation, name)
                return None if isinstance(value, InputField) else value

    def values(self, expr: Expr, depth: int = MOST_NAMES) -> frozenset[Stored] | None:
        """The values that an expression of a ruleset without errors can have, where these are few and known.

        Known are outputs of tables and closed texts, also by way of up to `depth` names. Besides it may be missing.
        """
        match expr:
            case Literal(value=value):
                return frozenset() if value is None else frozenset((value,))
            case If(yes=yes, no=no):
                return self._either((yes, no), depth)
            case Coalesce(items=items):
                return self._either(items, depth)
            case Define(name=name):
                if name not in self._values and depth:
                    defined = self._declared.defined(name)
                    self._values[name] = None if defined is None else self.values(defined, depth - 1)
                return self._values.get(name)
            case Input(type=Text(values=listed)) | Field(type=Text(values=listed)) | OneRow(type=Text(values=listed)):
                return frozenset(listed) or None
            case TableCall(table=name, output=output):
                table = self._declared.declared_table(name)
                return None if table is None else _outputs(table, output)
            case _:  # computed in any other way
                return None

    def _either(self, items: tuple[Expr, ...], depth: int) -> frozenset[Stored] | None:
        found: set[Stored] = set()
        for item in items:
            values = self.values(item, depth)
            if values is None:
                return None
            found |= values
        return frozenset(found)

    def membership_unknown(self, relation: str) -> bool:
        """Return whether the membership of a row can be unknown."""
        joins = self._declared.joins(relation)
        return joins is not None and self._remembered_missing(("join", relation), joins)

    def learn(self, leaf: Define | Field) -> None:
        """Compute the results for a define now, so that later calls need little recursion."""
        self._leaf_range(leaf, valued=True)
        self._leaf_range(leaf, valued=False)
        self._leaf_missing(leaf)

    def _leaf_range(self, leaf: Leaf, *, valued: bool) -> Range | None:
        match leaf:
            case Input(name=name):
                field = self._declared.declared_input(name)
                return None if field is None else field.range
            case Parameter(name=name):
                return self._parameter_range(name, valued=valued)
            case Define(name=name):
                return self._remembered_range((name,), self._declared.defined(name), valued=valued)
            case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
                value = self._declared.row_value(relation, name)
                if isinstance(value, InputField):
                    return value.range
                return self._remembered_range((relation, name), value, valued=valued)
            case TableCall(table=name, output=output):
                return _table_range(self._declared.declared_table(name), output)
            case TableAggregate(aggregation=aggregation, call=call):
                return _list_range(self._declared.declared_table(call.table), call.output, aggregation)

    def _parameter_range(self, name: str, *, valued: bool) -> Range | None:
        parameter = self._declared.declared_parameter(name)
        if parameter is None:
            return None
        value = parameter.value
        if valued and isinstance(value, int) and not isinstance(value, bool):
            return Range(value, value)
        return parameter.range

    def _remembered_range(self, key: tuple[str, ...], value: Expr | None, *, valued: bool) -> Range | None:
        memory = self._ranges if valued else self._widest
        if value is not None and key not in memory:
            memory[key] = self.value_range(value) if valued else self.widest_range(value)
        return memory.get(key)

    def _leaf_missing(self, leaf: Input | Define | Field) -> bool:
        match leaf:
            case Input(name=name):
                field = self._declared.declared_input(name)
                return field is None or field.can_be_missing
            case Define(name=name):
                return self._remembered_missing((name,), self._declared.defined(name))
            case Field(relation=relation, name=name):
                value = self._declared.row_value(relation, name)
                if isinstance(value, InputField):
                    return value.can_be_missing
                return self._remembered_missing((relation, name), value)

    def _remembered_missing(self, key: tuple[str, ...], value: Expr | None) -> bool:
        if value is not None and key not in self._missing:
            self._missing[key] = True  # the preliminary result, used if the value refers back to itself
            self._missing[key] = self.missing(value)
        return self._missing.get(key, True)

    def _table_missing(self, node: TableCall | TableAggregate) -> bool:
        call = node if isinstance(node, TableCall) else node.call
        table = self._declared.declared_table(call.table)
        if table is None:
            return True
        place = next(i for i, o in enumerate(table.outputs) if o.id == call.output)
        counts = table.hit is HitPolicy.COLLECT_COUNT
        if not counts and any(row.outputs[place] is None for row in table.rows):
            return True
        if table.default is not None:
            return table.default[place] is None
        return not isinstance(node, TableAggregate) and self._has_gap(table, call)

    def _has_gap(self, table: Table, call: TableCall) -> bool:
        ranges = tuple(self.widest_range(argument) for argument in call.arguments)
        if (table.id, ranges) not in self._gaps:
            found = coverage.gap(columns_of(table, ranges)) is not None if table.inputs else not table.rows
            self._gaps[table.id, ranges] = found
        return self._gaps[table.id, ranges]


def _table_range(table: Table | None, output: str) -> Range | None:
    if table is None:
        return None
    place = next(i for i, o in enumerate(table.outputs) if o.id == output)
    found = [value for row in table.rows if (value := _integer(row.outputs[place])) is not None]
    match table.hit:
        case HitPolicy.COLLECT_COUNT:
            bounds = [Range(0, len(table.rows))]
        case HitPolicy.COLLECT_SUM:
            bounds = [Range(v, v) for v in found]
            bounds += [Range(sum(v for v in found if v < 0), sum(v for v in found if v > 0))] if len(found) > 1 else []
        case HitPolicy.UNIQUE | HitPolicy.ANY | HitPolicy.PRIORITY | HitPolicy.FIRST:
            bounds = [Range(v, v) for v in found]
        case HitPolicy.RULE_ORDER | HitPolicy.OUTPUT_ORDER | HitPolicy.COLLECT:
            bounds = [Range(v, v) for v in found]
        case HitPolicy.COLLECT_MIN | HitPolicy.COLLECT_MAX:
            bounds = [Range(v, v) for v in found]
        case _:
            assert_never(table.hit)
    default = None if table.default is None else _integer(table.default[place])
    if default is not None:
        bounds.append(Range(default, default))
    return hull(tuple(bounds)) if bounds else None


def _list_range(table: Table | None, output: str, aggregation: Aggregation) -> Range | None:
    """The range of an aggregate over the list of a table's hits: of any of its rows, else of its default."""
    if table is None:
        return None
    place = next(i for i, one in enumerate(table.outputs) if one.id == output)
    values = [value for row in table.rows if (value := _integer(row.outputs[place])) is not None]
    default = None if table.default is None else _integer(table.default[place])
    match aggregation:
        case Aggregation.COUNT:
            return Range(0, max(len(table.rows), table.default is not None))
        case Aggregation.SUM:
            ends = (sum(value for value in values if value < 0), sum(value for value in values if value > 0))
            return Range(min(*ends, default or 0), max(*ends, default or 0))
        case Aggregation.MIN | Aggregation.MAX:
            return _table_range(table, output)
        case Aggregation.MEAN | Aggregation.ANY | Aggregation.ALL:
            return None
        case _:
            assert_never(aggregation)


def _outputs(table: Table, output: str) -> frozenset[Stored] | None:
    """All values of one output of the rows and the default; None where it is computed from them."""
    if table.hit.gives_list or table.hit in {HitPolicy.COLLECT_COUNT, HitPolicy.COLLECT_SUM}:
        return None
    place = next(i for i, one in enumerate(table.outputs) if one.id == output)
    given = [row.outputs[place] for row in table.rows]
    if table.default is not None:
        given.append(table.default[place])
    return frozenset(value for value in given if value is not None)


def _integer(value: Stored | None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def columns_of(table: Table, ranges: tuple[Range, ...]) -> tuple[coverage.TestedColumn, ...]:
    """Return the table's inputs as sets of atoms, within the ranges of the arguments."""
    return tuple(
        coverage.column(one.type, asked_range(one.type, asked), tuple(row.cells[position] for row in table.rows))
        for position, (one, asked) in enumerate(zip(table.inputs, ranges, strict=True))
    )


def asked_range(kind: Type, known: Range) -> Range | None:
    """A known range, with the ends of the type where it has none; None for what has no order."""
    bounds = default_range(kind)
    if bounds is None:
        return None
    return Range(bounds.low if known.low is None else known.low, bounds.high if known.high is None else known.high)
