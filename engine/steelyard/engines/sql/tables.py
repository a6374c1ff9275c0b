"""Decision tables (`semantics.tables`): outputs of calls, and aggregates over lists of hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, literals, table_lookup, table_rows
from steelyard.engines.sql.build import E
from steelyard.engines.sql.intervals import hull, point
from steelyard.engines.sql.scope import Program, Scope, is_boolean, ordered
from steelyard.engines.sql.table_facts import asked_with, bound
from steelyard.engines.sql.table_rows import EvaluatedTable
from steelyard.engines.sql.value import Missed, Rejection, Value, Why, constant, rejections, under, union
from steelyard.ir.expressions import Aggregation, Argument, TableAggregate, TableCall
from steelyard.ir.ruleset import HitPolicy, Said
from steelyard.ir.types import Number, Type

Items = Sequence[tuple[E, Said]]
"""What cells say, each with the condition, never NULL, under which it counts."""


@dataclass(frozen=True, slots=True)
class TableResult:
    """The result of the hits where unknown rows change nothing.

    Attributes:
        lacks: whether it can be missing for what the table says: no hit, or the word `missing`.
        nothing: the condition for that; None: the value itself shows it.
        why: conditions for the reasons of computed outputs that are missing.
    """

    value: Value
    lacks: bool
    nothing: E | None = None
    why: Why = field(default_factory=dict[Missed, E])


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
        asked = table_rows.ask(table, known, program, scope)
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
    def default(self) -> Said:
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
    def in_order(self) -> Items:
        """The items in the order of the list; a row whose rank is computed stands at each that it can have."""
        ranked: list[tuple[int, E, Said]] = []
        for row in self.asked.rows:
            if row.rank is None:
                return self.items
            for rank in row.rank.possible:
                there = build.equal(row.rank.value.sql, build.integer(rank)) if len(row.rank.possible) > 1 else None
                hits = row.hits if there is None else build.conj((row.hits, there))
                ranked.append((rank, hits, row.row.outputs[self.position]))
        ranked.sort(key=lambda one: one[0])
        return [*((hits, stored) for _, hits, stored in ranked), *self.items[len(self.asked.rows) :]]

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
            lacking = build.missing(sql) if found.nothing is None else found.nothing
            nothing: Why = {table.id: build.conj((lacking, build.not_(changed)))}
            why = union((why, nothing))
        if found.why:
            why = union((why, under(found.why, build.not_(changed))))
        return replace(value, sql=sql, why=why, rejects=(*self.rejects, *self.asked.rejects))

    def chosen(self, kind: Type) -> TableResult:
        """The output of the one row that hits."""
        lacks = any(stored is None for _, stored in self.rows) or (self.asked.misses and self.default is None)
        value = self._constants(self.rows, self.default, kind)
        if not self._computed:
            return TableResult(value, lacks)
        nothing = [self._lacking, *([build.not_(self.asked.some)] if self.nothing else [])]
        return TableResult(value, lacks, build.disj(nothing), self._reasons(self.items))

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
                if self._computed:
                    return self._strict(self._extreme(aggregation, kind), self.nothing)
                present = [(one, stored) for one, stored in self.items if isinstance(stored, int)]
                present.sort(key=lambda one: one[1], reverse=aggregation is Aggregation.MAX)
                return self._strict(self._constants(present, None, kind), self.nothing)
            case Aggregation.MEAN:
                return self._strict(self._mean(kind, result), self.nothing)
            case Aggregation.ANY | Aggregation.ALL:
                decisive = aggregation is Aggregation.ANY
                decided = build.disj(self._decides(one, stored, decisive) for one, stored in self.items)
                lacking = build.disj((self._lacking, *self._absent))
                whens = [(decided, build.boolean(value=decisive)), (lacking, build.null())]
                sql = build.case(whens, build.boolean(value=not decisive))
                open_ = build.not_(decided)
                nothing = build.conj((self._lacking, open_)) if self._computed else None
                why = under(self._reasons(self.items), open_)
                return TableResult(Value(sql), not build.is_false(self._lacking), nothing, why)
            case _:
                assert_never(aggregation)

    def listed(self, kind: Type) -> TableResult:
        """The list of the hits, in order."""
        dialect, several = self.program.dialect, self.array(kind)

        def array(*items: E) -> E:
            return exp.Cast(this=exp.Array(expressions=[*items]), to=several.copy())

        narrow = not (isinstance(several.expressions[0], exp.DataType) and several.expressions[0] == dialect.wide())
        lists: list[E] = []
        for one, stored in self.in_order:
            said = self._said(stored, kind)
            value = build.null() if said is None else said.sql
            if said is not None and said.wide and narrow:
                value = dialect.cast_narrow(value)
            lists.append(build.case([(one, array(value))], array()))
        while len(lists) > 1:
            pairs = [dialect.concat(lists[i], lists[i + 1]) for i in range(0, len(lists) - 1, 2)]
            lists = pairs + lists[len(lists) - len(lists) % 2 :]
        return TableResult(Value(lists[0] if lists else array()), lacks=False)

    def array(self, kind: Type) -> exp.DataType:
        """The SQL type of a list."""
        dialect, item = self.program.dialect, self.program.dialect.text()
        if ordered(kind):
            said = (self._said(stored, kind) for _, stored in self.items)
            narrow = all(one is None or one.bounds.narrow for one in said)
            item = dialect.bigint() if narrow else dialect.wide()
        elif is_boolean(kind):
            item = dialect.boolean()
        return exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[item], nested=True)

    def _cast(self, sql: E, value: Value) -> E:
        """Cast to 64 bits, because a CASE of a single constant has 32."""
        return self.program.dialect.cast_narrow(sql) if value.known is not None and isinstance(sql, exp.Case) else sql

    @property
    def _lacking(self) -> E:
        """Whether one of the hits says `missing`."""
        return build.disj(one for one, stored in self.items if stored is None)

    @property
    def _computed(self) -> bool:
        """Whether an output of a hit may be computed."""
        return any(isinstance(stored, Argument) for _, stored in self.items)

    @property
    def _absent(self) -> list[E]:
        """Of each computed output whether it is missing where its row hits."""
        pairs = (
            (one, self.asked.arguments[stored.position]) for one, stored in self.items if isinstance(stored, Argument)
        )
        return [build.conj((one, build.missing(value.sql))) for one, value in pairs if value.nullable]

    def _reasons(self, items: Items) -> Why:
        """The reasons of computed outputs, each where its row hits."""
        hits: dict[int, list[E]] = {}
        for one, stored in items:
            if isinstance(stored, Argument):
                hits.setdefault(stored.position, []).append(one)
        return union(under(self.asked.arguments[place].why, build.disj(ones)) for place, ones in hits.items())

    def _decides(self, one: E, stored: Said, decisive: bool) -> E:
        """Whether a hit decides `any` or `all` alone; never NULL."""
        if not isinstance(stored, Argument):
            return one if stored is decisive else build.boolean(value=False)
        sql = self.asked.arguments[stored.position].sql
        return build.conj((one, build.true(sql) if decisive else build.false(sql)))

    def _said(self, stored: Said, kind: Type) -> Value | None:
        """The value of an output cell; None is missing."""
        if isinstance(stored, Argument):
            return self.asked.arguments[stored.position]
        return None if stored is None else literals.literal(stored, kind, self.program)

    def _extreme(self, aggregation: Aggregation, kind: Type) -> Value:
        """The least or greatest value of the hits, of which none is missing; any value where there is no hit."""
        arithmetic, least = self.program.arithmetic, aggregation is Aggregation.MIN
        said = [(one, value) for one, stored in self.items if (value := self._said(stored, kind)) is not None]
        bounds = hull(*(value.bounds for _, value in said))
        beyond = arithmetic.literal(bounds.high if least else bounds.low)
        found = [arithmetic.choose([(one, value)], beyond) for one, value in said]
        return arithmetic.minimum(found) if least else arithmetic.maximum(found)

    def _strict(self, value: Value, empty: bool) -> TableResult:
        """Make a value missing where the output of a hit is and, if `empty`, where there are no hits."""
        nothing = build.disj((self._lacking, build.not_(self.asked.some) if empty else build.boolean(value=False)))
        sql = build.case([(build.disj((nothing, *self._absent)), build.null())], value.sql)
        sql = self._cast(sql, value)
        found = TableResult(replace(value, sql=sql, why={}), not build.is_false(nothing))
        return replace(found, nothing=nothing, why=self._reasons(self.items)) if self._computed else found

    def _number(self, items: Items) -> Value:
        """The number of items that count."""
        return self._total([(one, constant(1)) for one, _ in items])

    def _sum(self) -> Value:
        """The sum of the items that count."""
        said = ((one, self._said(stored, Number(0))) for one, stored in self.items)
        return self._total([(one, value) for one, value in said if value is not None])

    def _total(self, items: Sequence[tuple[E, Value]]) -> Value:
        """The sum of values, each under its condition."""
        arithmetic = self.program.arithmetic
        always = sum(value.known for one, value in items if build.is_true(one) and value.known is not None)
        total = [
            arithmetic.choose([(one, value)], constant(0))
            for one, value in items
            if value.known != 0 and not build.is_false(one) and not (build.is_true(one) and value.known is not None)
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

    def _constants(self, whens: Items, otherwise: Said, kind: Type) -> Value:
        """What the cell of the first condition that holds says."""
        present = [
            value for _, stored in (*whens, (None, otherwise)) if (value := self._said(stored, kind)) is not None
        ]
        if not present:
            return Value(literals.typed_null(kind, self.program), point(0) if ordered(kind) else None)
        wide = any(one.wide for one in present)

        def sql_of(stored: Said) -> E:
            found = self._said(stored, kind)
            if found is None:
                return build.null()
            return self.program.arithmetic.widened(found).sql if wide else found.sql

        sql = build.case([(one, sql_of(stored)) for one, stored in whens], sql_of(otherwise))
        if not ordered(kind):
            return Value(sql)
        if isinstance(sql, exp.Case):
            sql = self.program.dialect.cast_wide(sql) if wide else self.program.dialect.cast_narrow(sql)
        return Value(sql, hull(*(one.bounds for one in present)), wide)


def _digits(kind: Type) -> int:
    return kind.scale if isinstance(kind, Number) else 0
