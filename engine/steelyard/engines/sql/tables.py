"""Decision tables (`semantics.tables`): outputs of calls, and aggregates over lists of hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, literals, table_lookup, table_rows
from steelyard.engines.sql.build import E
from steelyard.engines.sql.intervals import hull, point
from steelyard.engines.sql.scope import Program, Scope, is_boolean, ordered
from steelyard.engines.sql.table_facts import asked_with, bound
from steelyard.engines.sql.table_rows import EvaluatedTable
from steelyard.engines.sql.value import Rejection, Value, Why, constant, rejections, union
from steelyard.ir.expressions import Aggregation, Stored, TableAggregate, TableCall
from steelyard.ir.ruleset import HitPolicy
from steelyard.ir.types import Number, Type

Items = Sequence[tuple[E, Stored | None]]
"""Constants, each with the condition, never NULL, under which it counts."""


@dataclass(frozen=True, slots=True)
class TableResult:
    """The result of the hits where unknown rows change nothing; `lacks`: the condition under which it is missing."""

    value: Value
    lacks: bool


def output(node: TableCall, arguments: Sequence[Value], program: Program, scope: Scope) -> Value:
    """One output of a call.

    Raises:
        InternalError: the table returns a list.
    """
    looked_up = None
    if not program.decision_tables[node.table].hit.gives_list:
        looked_up = table_lookup.output(node, arguments, program, scope)
    if looked_up is not None:
        return looked_up
    call = _called(node, arguments, program, scope)
    match call.asked.table.hit:
        case HitPolicy.UNIQUE | HitPolicy.ANY | HitPolicy.FIRST | HitPolicy.PRIORITY:
            found = call.chosen(node.type)
        case HitPolicy.COLLECT_SUM:
            found = call.folded(Aggregation.SUM, node.type, node.type)
        case HitPolicy.COLLECT_MIN:
            found = call.folded(Aggregation.MIN, node.type, node.type)
        case HitPolicy.COLLECT_MAX:
            found = call.folded(Aggregation.MAX, node.type, node.type)
        case HitPolicy.COLLECT_COUNT:
            found = call.counted(node.type)
        case _:
            raise InternalError(f"{node.table} gives a list")
    return call.answer(found, call.null(node.type))


def aggregate(node: TableAggregate, arguments: Sequence[Value], program: Program, scope: Scope) -> Value:
    """An aggregate over the list that a call returns."""
    looked_up = table_lookup.aggregate(node, arguments, program, scope)
    if looked_up is not None:
        return looked_up
    call = _called(node.call, arguments, program, scope)
    return call.answer(call.folded(node.aggregation, node.call.type, node.type), call.null(node.type))


def listed(node: TableCall, arguments: Sequence[Value], program: Program, scope: Scope) -> Value:
    """The list that a call returns: of BIGINT (or the wide type), text or BOOLEAN, NULL where an item is missing."""
    call = _called(node, arguments, program, scope)
    return call.answer(call.listed(node.type), exp.Cast(this=build.null(), to=call.array(node.type)))


def _called(node: TableCall, arguments: Sequence[Value], program: Program, scope: Scope) -> _Call:
    """Return the call; its table is evaluated once for all outputs."""
    table = program.decision_tables[node.table]
    key = "asked", table.id, id(scope.frame), asked_with(arguments, scope)
    asked = program.cached.get(key)
    if not isinstance(asked, EvaluatedTable):
        known = bound(arguments, table.id, scope.frame)
        asked = table_rows.ask(table, known, scope, program.value)
        program.cached[key] = asked
    position = next(index for index, one in enumerate(table.outputs) if one.id == node.output)
    return _Call(asked, position, rejections(arguments), program, scope)


@dataclass(frozen=True)
class _Call:
    """One output of an evaluated table.

    Attributes:
        rejects: the rejections by the arguments.
    """

    asked: EvaluatedTable
    position: int
    rejects: tuple[Rejection, ...]
    program: Program
    scope: Scope

    @property
    def has_default(self) -> bool:
        """Whether a default can be the result."""
        return self.asked.table.default is not None and self.asked.misses

    @property
    def default(self) -> Stored | None:
        """The default; None where there is none or it is missing."""
        found = self.asked.table.default
        return None if found is None else found[self.position]

    @property
    def rows(self) -> Items:
        """The rows with their outputs."""
        return [(row.hits, row.row.outputs[self.position]) for row in self.asked.rows]

    @property
    def items(self) -> Items:
        """The values to aggregate or list: the outputs of the rows that hit, else the default, if there is one."""
        default = [(build.not_(self.asked.some), self.default)] if self.has_default else []
        return [*self.rows, *default]

    @property
    def nothing(self) -> bool:
        """Whether it is possible that there is no value at all."""
        return self.asked.table.default is None and self.asked.misses

    def null(self, kind: Type) -> E:
        """NULL of a type."""
        return literals.typed_null(kind, self.program)

    def answer(self, found: TableResult, null: E) -> Value:
        """The value, missing where the unknown rows could change it, with all reasons and rejections."""
        table, changed, value = self.asked.table, self.asked.changed, found.value
        sql, why = null if isinstance(value.sql, exp.Null) else value.sql, dict(self.asked.why)
        if not build.is_false(changed):
            sql = build.case([(changed, build.null())], sql)
            sql = self._cast(sql, value)
        sql = null if isinstance(sql, exp.Null) else sql
        if found.lacks:
            sql = self.scope.frame.put(f"{table.id}__{table.outputs[self.position].id}", sql)
            nothing: Why = {table.id: build.conj((build.missing(sql), build.not_(changed)))}
            why = union((why, nothing))
        return replace(value, sql=sql, why=why, rejects=(*self.rejects, *self.asked.rejects))

    def chosen(self, kind: Type) -> TableResult:
        """The output of the one row that hits."""
        lacks = any(stored is None for _, stored in self.rows) or (self.asked.misses and self.default is None)
        return TableResult(self._constants(self.rows, self.default, kind), lacks)

    def counted(self, kind: Type) -> TableResult:
        """The number of hits."""
        number = self._number(self.rows)
        if not self.asked.misses:
            return TableResult(number, lacks=False)
        default = self._constants([], self.default, kind)
        sql = build.case([(build.not_(self.asked.some), default.sql)], number.sql)
        sql = self._cast(sql, number)
        return TableResult(Value(sql, hull(number.bounds, default.bounds)), self.default is None)

    def folded(self, aggregation: Aggregation, kind: Type, result: Type) -> TableResult:
        """An aggregate over the hits; `kind` is the type of one, `result` that of the aggregate."""
        match aggregation:
            case Aggregation.COUNT:
                return TableResult(self._number(self.items), lacks=False)
            case Aggregation.SUM:
                return self._strict(self._sum(), self.nothing and not self.asked.table.hit.gives_list)
            case Aggregation.MIN | Aggregation.MAX:
                present = [(one, stored) for one, stored in self.items if stored is not None]
                present.sort(key=lambda one: one[1], reverse=aggregation is Aggregation.MAX)
                return self._strict(self._constants(present, None, kind), self.nothing)
            case Aggregation.MEAN:
                return self._strict(self._mean(kind, result), self.nothing)
            case Aggregation.ANY | Aggregation.ALL:
                decisive = aggregation is Aggregation.ANY
                decided = build.disj(one for one, stored in self.items if stored is decisive)
                whens = [(decided, build.boolean(value=decisive)), (self._lacking, build.null())]
                sql = build.case(whens, build.boolean(value=not decisive))
                return TableResult(Value(sql), not build.is_false(self._lacking))
            case _:
                assert_never(aggregation)

    def listed(self, kind: Type) -> TableResult:
        """The list of the hits, in order."""
        dialect, several = self.program.dialect, self.array(kind)

        def array(*items: E) -> E:
            return exp.Cast(this=exp.Array(expressions=[*items]), to=several.copy())

        lists: list[E] = []
        for one, stored in self.items:
            value = build.null() if stored is None else self._constants([], stored, kind).sql
            lists.append(build.case([(one, array(value))], array()))
        while len(lists) > 1:
            pairs = [dialect.concat(lists[i], lists[i + 1]) for i in range(0, len(lists) - 1, 2)]
            lists = pairs + lists[len(lists) - len(lists) % 2 :]
        return TableResult(Value(lists[0] if lists else array()), lacks=False)

    def array(self, kind: Type) -> exp.DataType:
        """The SQL type of a list."""
        dialect, item = self.program.dialect, self.program.dialect.text()
        if ordered(kind):
            narrow = all(not isinstance(stored, int) or point(stored).narrow for _, stored in self.items)
            item = dialect.bigint() if narrow else dialect.wide()
        elif is_boolean(kind):
            item = dialect.boolean()
        return exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[item], nested=True)

    def _cast(self, sql: E, value: Value) -> E:
        """Cast to 64 bits, because a CASE of a single constant has 32."""
        return self.program.dialect.cast_narrow(sql) if value.known is not None and isinstance(sql, exp.Case) else sql

    @property
    def _lacking(self) -> E:
        """Whether one of the hits is missing."""
        return build.disj(one for one, stored in self.items if stored is None)

    def _strict(self, value: Value, empty: bool) -> TableResult:
        """Make a value missing where the output of a hit is and, if `empty`, where there are no hits."""
        missing = [self._lacking, build.not_(self.asked.some) if empty else build.boolean(value=False)]
        lacking = build.disj(missing)
        sql = build.case([(lacking, build.null())], value.sql)
        sql = self._cast(sql, value)
        return TableResult(replace(value, sql=sql), not build.is_false(lacking))

    def _number(self, items: Items) -> Value:
        """The number of items that count."""
        return self._total([(one, 1) for one, _ in items])

    def _sum(self) -> Value:
        """The sum of the items that count."""
        return self._total([(one, stored) for one, stored in self.items if isinstance(stored, int)])

    def _total(self, items: Sequence[tuple[E, int]]) -> Value:
        """The sum of constants, each under its condition."""
        arithmetic = self.program.arithmetic
        always = sum(stored for one, stored in items if build.is_true(one))
        total = [
            arithmetic.choose([(one, arithmetic.literal(stored))], constant(0))
            for one, stored in items
            if stored and not isinstance(one, exp.Boolean)
        ]
        return arithmetic.total([*total, arithmetic.literal(always)] if always else total)

    def _mean(self, kind: Type, result: Type) -> Value:
        """The sum of the items that count, divided by their number."""
        arithmetic, table = self.program.arithmetic, self.asked.table.id
        digits = _digits(result) - _digits(kind)
        total = arithmetic.times(self._sum(), 10 ** max(digits, 0))
        number = arithmetic.times(self._number(self.items), 10 ** max(-digits, 0))
        total, number = self._column(f"{table}_total", total), self._column(f"{table}_number", number)
        return replace(arithmetic.divide(total, number), why={})

    def _column(self, hint: str, value: Value) -> Value:
        return value if value.known is not None else replace(value, sql=self.scope.frame.put(hint, value.sql))

    def _constants(self, whens: Items, otherwise: Stored | None, kind: Type) -> Value:
        """The constant of the first condition that holds."""
        values = [stored for _, stored in whens] + [otherwise]
        if all(stored is None for stored in values):
            return Value(literals.typed_null(kind, self.program), point(0) if ordered(kind) else None)
        present = [literals.literal(stored, kind, self.program) for stored in values if stored is not None]
        wide = any(one.wide for one in present)

        def sql_of(stored: Stored | None) -> E:
            if stored is None:
                return build.null()
            found = literals.literal(stored, kind, self.program)
            return self.program.arithmetic.widened(found).sql if wide else found.sql

        sql = build.case([(one, sql_of(stored)) for one, stored in whens], sql_of(otherwise))
        if not ordered(kind):
            return Value(sql)
        if isinstance(sql, exp.Case):
            sql = self.program.dialect.cast_wide(sql) if wide else self.program.dialect.cast_narrow(sql)
        return Value(sql, hull(*(one.bounds for one in present)), wide)


def _digits(kind: Type) -> int:
    return kind.scale if isinstance(kind, Number) else 0
