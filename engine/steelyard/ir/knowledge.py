"""Derives from declarations the range of an expression's value, and whether it can be missing.

Used while a ruleset is lowered (which lowers names on demand), and again once its parameters are bound. The result for
each define is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, assert_never

from steelyard.ir import coverage
from steelyard.ir.comparisons import DividedCells, divided
from steelyard.ir.expressions import (
    Aggregation,
    Argument,
    Bounded,
    Coalesce,
    Define,
    Expr,
    Field,
    If,
    Input,
    Literal,
    OneRow,
    Parameter,
    Scale,
    Stored,
    TableAggregate,
    TableCall,
)
from steelyard.ir.missing import NOTHING, Knowledge, can_be_missing, given_by
from steelyard.ir.ranges import UNBOUNDED, Bounds, Leaf, hull, range_of
from steelyard.ir.ruleset import HitPolicy, InputField, ParameterDeclaration, Said, Table
from steelyard.ir.table_cells import aware
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

    def declared_rows(self, relation: str) -> Range | None:
        """The range of the number of rows of a relation that belong to a case."""
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
        self._gaps: dict[tuple[str, tuple[Range, ...], frozenset[int]], bool] = {}
        self._aware: dict[str, frozenset[int]] = {}

    def value_range(self, expr: Expr, target: Range = UNBOUNDED, measure: Range = UNBOUNDED) -> Range:
        """Return the range of a value under the parameters' current values."""
        return range_of(expr, Bounds(lambda leaf: self._leaf_range(leaf, valued=True), self._rows, target, measure))

    def widest_range(self, expr: Expr) -> Range:
        """Return the range of a value for any values of the parameters."""
        return range_of(expr, Bounds(lambda leaf: self._leaf_range(leaf, valued=False), self._rows))

    def range_where(self, expr: Expr, known: Callable[[Leaf], Range | None]) -> Range:
        """Return the range of a value under the parameters' current values, given what is known of some leaves."""
        defines: dict[str, Range | None] = {}

        def leaf(one: Leaf) -> Range | None:
            found = known(one)
            if found is not None or not isinstance(one, Define):
                return self._leaf_range(one, valued=True) if found is None else found
            if one.name not in defines:
                value = self._declared.defined(one.name)
                defines[one.name] = None if value is None else range_of(value, Bounds(leaf, self._rows))
            return defines[one.name]

        return range_of(expr, Bounds(leaf, self._rows))

    def _rows(self, relation: str) -> Range:
        return self._declared.declared_rows(relation) or UNBOUNDED

    def missing(self, expr: Expr, *, target: bool = False, measure: bool = False, when: Expr | None = None) -> bool:
        """Return whether an expression can be missing, or a condition unknown.

        `target` and `measure` say whether the indicator's own can be missing; where `when` is false or unknown the
        expression does not count.
        """
        known = Knowledge(
            self._leaf_missing,
            self._define_value,
            self.membership_unknown,
            self._has_row,
            self._table_missing,
            target,
            measure,
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
            case Bounded(operand=operand):
                return self.values(operand, depth)
            case Scale(operand=operand, digits=digits):
                values = self.values(operand, depth)
                return None if values is None else frozenset(one * 10**digits for one in values if isinstance(one, int))
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
            case TableCall(table=name, output=output, arguments=arguments):
                table = self._declared.declared_table(name)
                if table is None or not depth:
                    return None
                return _outputs(
                    table, output, lambda one: self.values(arguments[one.position], depth - 1) if arguments else None
                )
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

    def _has_row(self, relation: str) -> bool:
        return (self._rows(relation).low or 0) > 0

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
            case TableCall():
                return _table_range(self._said(leaf, valued=valued))
            case TableAggregate(aggregation=aggregation, call=call):
                return _list_range(self._said(call, valued=valued), aggregation)

    def _said(self, call: TableCall, *, valued: bool) -> _Answers | None:
        """The ranges of what a table may answer; None where it has an error."""
        table = self._declared.declared_table(call.table)
        if table is None:
            return None
        place = next(i for i, one in enumerate(table.outputs) if one.id == call.output)

        def of(said: Said) -> Range | None:
            if isinstance(said, Argument):
                if said.position >= len(call.arguments):  # only the type of the call was wanted
                    return UNBOUNDED
                argument = call.arguments[said.position]
                return self.value_range(argument) if valued else self.widest_range(argument)
            return Range(said, said) if isinstance(said, int) and not isinstance(said, bool) else None

        rows = tuple(found for row in table.rows if (found := of(row.outputs[place])) is not None)
        return _Answers(
            table.hit,
            len(table.rows),
            rows,
            None if table.default is None else of(table.default[place]),
            table.default is not None,
        )

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

    def _table_missing(self, node: TableCall | TableAggregate, missing: Callable[[Expr], bool]) -> bool:
        call = node if isinstance(node, TableCall) else node.call
        table = self._declared.declared_table(call.table)
        if table is None:
            return True
        if table.id not in self._aware:
            self._aware[table.id] = aware(table)
        handled = self._aware[table.id]
        lacking = frozenset(place for place, one in enumerate(call.arguments) if missing(one))
        if not lacking <= handled:
            return True
        place = next(i for i, o in enumerate(table.outputs) if o.id == call.output)
        counts = table.hit is HitPolicy.COLLECT_COUNT
        if not counts and any(row.outputs[place] is None for row in table.rows):
            return True
        if table.default is not None:
            return table.default[place] is None
        return not isinstance(node, TableAggregate) and self._has_gap(table, call, lacking)

    def _has_gap(self, table: Table, call: TableCall, lacking: frozenset[int]) -> bool:
        ranges = tuple(self.widest_range(argument) for argument in call.arguments)
        key = table.id, ranges, lacking
        if key not in self._gaps:
            cells = divided(table)
            columns = list(columns_of(table, ranges, cells))
            for place in lacking:
                columns[place] = coverage.with_missing(columns[place], _cells(table, place))[0]
            columns += [one.column for one in cells.compared]
            found = coverage.gap(columns) is not None if table.inputs else not table.rows
            self._gaps[key] = found
        return self._gaps[key]


@dataclass(frozen=True, slots=True)
class _Answers:
    """The ranges of one output of a table.

    Attributes:
        count: how many rows there are.
        rows: of the rows that give a number.
        default: of the default; None where it is no number.
        has_default: whether there is one.
    """

    hit: HitPolicy
    count: int
    rows: tuple[Range, ...]
    default: Range | None
    has_default: bool


def _table_range(said: _Answers | None) -> Range | None:
    if said is None:
        return None
    bounds = list(said.rows)
    match said.hit:
        case HitPolicy.COLLECT_COUNT:
            bounds = [Range(0, said.count)]
        case HitPolicy.COLLECT_SUM:
            bounds += [_sum(said.rows)] if len(said.rows) > 1 else []
        case HitPolicy.UNIQUE | HitPolicy.ANY | HitPolicy.PRIORITY | HitPolicy.FIRST:
            pass
        case HitPolicy.RULE_ORDER | HitPolicy.OUTPUT_ORDER | HitPolicy.COLLECT:
            pass
        case HitPolicy.COLLECT_MIN | HitPolicy.COLLECT_MAX:
            pass
        case _:
            assert_never(said.hit)
    if said.default is not None:
        bounds.append(said.default)
    return hull(tuple(bounds)) if bounds else None


def _sum(ranges: Sequence[Range]) -> Range:
    """The range of the sum of any of some values, none of them too."""
    lows, highs = [one.low for one in ranges], [one.high for one in ranges]
    return Range(
        None if None in lows else sum(min(low, 0) for low in lows if low is not None),
        None if None in highs else sum(max(high, 0) for high in highs if high is not None),
    )


def _list_range(said: _Answers | None, aggregation: Aggregation) -> Range | None:
    """The range of an aggregate over the list of a table's hits: of any of its rows, else of its default."""
    if said is None:
        return None
    match aggregation:
        case Aggregation.COUNT:
            return Range(0, max(said.count, said.has_default))
        case Aggregation.SUM:
            return hull((_sum(said.rows), *(() if said.default is None else (said.default,))))
        case Aggregation.MIN | Aggregation.MAX:
            return _table_range(said)
        case Aggregation.MEAN | Aggregation.ANY | Aggregation.ALL:
            return None
        case _:
            assert_never(aggregation)


def _outputs(
    table: Table, output: str, computed: Callable[[Argument], frozenset[Stored] | None]
) -> frozenset[Stored] | None:
    """All values of one output of the rows and the default; None where it is computed from them."""
    if table.hit.gives_list or table.hit in {HitPolicy.COLLECT_COUNT, HitPolicy.COLLECT_SUM}:
        return None
    place = next(i for i, one in enumerate(table.outputs) if one.id == output)
    given = [row.outputs[place] for row in table.rows]
    if table.default is not None:
        given.append(table.default[place])
    found: set[Stored] = set()
    for value in given:
        values = computed(value) if isinstance(value, Argument) else () if value is None else (value,)
        if values is None:
            return None
        found.update(values)
    return frozenset(found)


def _cells(table: Table, place: int) -> list[Expr | None]:
    return [row.cells[place] for row in table.rows]


def columns_of(
    table: Table, ranges: tuple[Range, ...], cells: DividedCells | None = None
) -> tuple[coverage.TestedColumn, ...]:
    """Return the table's inputs as sets of atoms, within the ranges of the arguments; no comparisons."""
    found = divided(table) if cells is None else cells
    return tuple(
        coverage.column(one.type, asked_range(one.type, asked), alone)
        for one, asked, alone in zip(table.inputs, ranges, found.alone, strict=False)
    )


def asked_range(kind: Type, known: Range) -> Range | None:
    """A known range, with the ends of the type where it has none; None for what has no order."""
    bounds = default_range(kind)
    if bounds is None:
        return None
    return Range(bounds.low if known.low is None else known.low, bounds.high if known.high is None else known.high)
