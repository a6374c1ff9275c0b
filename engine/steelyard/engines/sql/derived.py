"""The rows of a derived relation as one statement over the cases (`semantics.derived`).

The cases become one frame, to which keys and the parts of each sum are added; the groups are another, whose base
aggregates it. Rows of relations are summed by the key of their case first, so that the cases are read once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, expressions
from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects import Dialect
from steelyard.engines.sql.frame import Base, Emission, Frame, Names
from steelyard.engines.sql.intervals import ROWS, Interval
from steelyard.engines.sql.received import REJECT_AT
from steelyard.engines.sql.row_fields import ROW, ROW_ID
from steelyard.engines.sql.scope import Program, Scope, interval_of
from steelyard.engines.sql.statement import constant_table
from steelyard.engines.sql.value import Value, Why
from steelyard.ir.derivation import Derivation, derivation
from steelyard.ir.expressions import Aggregate, Aggregation
from steelyard.ir.ruleset import CASES, InputField, Relation, Ruleset
from steelyard.ir.types import Region, Text

SIZE = "_size"
"""The column of the number of cases in a group."""


class DerivationStatements:
    """The statements about a derived relation.

    Raises:
        TooWideError: an integer may need more than 128 bits.
    """

    def __init__(  # noqa: PLR0917 - all of a relation
        self,
        ruleset: Ruleset,
        relation: Relation,
        dialect: Dialect,
        cases: str,
        sources: Mapping[str, str],
        names: Names | None = None,
    ) -> None:
        """Compile.

        Args:
            ruleset: that declares it, with its parameters bound.
            relation: derived.
            dialect: the dialect to write.
            cases: the table of cases: a column per input, named by its id.
            sources: the table of each relation, as for `compile_ruleset`.
            names: those of the statement that this becomes a part of; None: it is one of its own.
        """
        if relation.derived is None:
            raise InternalError(f"{relation.id} is not derived")
        made = derivation(relation.derived)
        self._relation = relation
        if names is None:
            names = Names()
            for name in (*(one.id for one in ruleset.inputs), cases, *sources.values()):
                names.take(name)

        def over_cases() -> Program:
            frame = Frame(names.take(f"{relation.id}_cases"), _reading(cases), names)
            return Program(ruleset, dialect, sources, frame, names, expressions.value)

        self._over_cases, self._made = over_cases, made
        self._program = program = over_cases()
        self._cases, self._by = program.cases, _keys(made, program)
        sums = [_Sum(one, program) for one in made.sums]
        self._columns: dict[str, E] = {}
        self._groups = Frame(names.take(f"{relation.id}_groups"), self._base, names)
        keys = [self._held(f"group__{one.id}", e) for one, e in zip(made.by, self._by, strict=True)]
        of_group = Scope(self._groups, arguments=tuple(one.value(self._held) for one in sums))
        values = ((one.id, program.value(one.value, of_group)) for one in made.values)
        self._values = {name: replace(one, sql=self._groups.put(name, one.sql)) for name, one in values}
        self._keys = dict(zip((one.id for one in made.by), keys, strict=True))

    def rows(self) -> exp.Select:
        """Return a statement for the rows: the fields by id and `SIZE`, in the order of the keys."""
        found = {name: one.sql for name, one in self._values.items()}
        size = self._held("size", self._program.dialect.count_if(build.boolean(value=True)))
        query = self._select({**self._keys, **found, SIZE: size}, self._groups)
        return query.order_by(*self._keys.values(), copy=False)

    @property
    def may_fail(self) -> bool:
        """Whether a value can be beyond what its type holds."""
        return any(not build.is_false(self._beyond(one)) for one in self._relation.fields)

    def table(self, *, places: bool) -> exp.Select:
        """Return a statement for the rows as a table of a relation.

        It has the fields by id as they are stored, with `places` also the position of a row and its id, and where it
        `may_fail` the column `REJECT_AT`: the first value that is beyond its type.
        """
        fields = self._relation.fields
        found = {one.id: self._stored(one) for one in fields} | (self._places() if places else {})
        if self.may_fail:
            faults = ((self._beyond(one), build.text(f"{self._relation.id}.{one.id}")) for one in fields)
            found[REJECT_AT] = build.case(faults, build.null())
        return self._select(found, self._groups)

    def _beyond(self, field: InputField) -> E:
        """Whether a value is outside the range of its field; as far as its interval tells, it is not."""
        value, range_ = self._values.get(field.id), interval_of(field)
        if value is None or value.interval is None or range_ is None:
            return build.boolean(value=False)
        (low, high), (least, most) = value.interval, range_
        below = build.less(value.sql, build.integer(least)) if low < least else build.boolean(value=False)
        above = build.greater(value.sql, build.integer(most)) if high > most else build.boolean(value=False)
        return build.disj((below, above))

    def _stored(self, field: InputField) -> E:
        """A key or value in 64 bits where it is an integer; NULL where it is beyond its type."""
        value, range_ = self._values.get(field.id), interval_of(field)
        if value is None:
            return self._keys[field.id]
        if value.interval is None or range_ is None:
            return value.sql
        inside = replace(value, sql=build.case([(self._beyond(field), build.null())], value.sql))
        return self._program.arithmetic.known_within(inside, range_).sql

    def _places(self) -> dict[str, E]:
        """The position of each row in the order of the keys, and the same as the row's id."""
        dialect, types = self._program.dialect, {one.id: one.type for one in self._relation.fields}
        keys = (
            dialect.by_code_point(e) if isinstance(types[name], Text | Region) else e for name, e in self._keys.items()
        )
        order = exp.Order(expressions=[exp.Ordered(this=one) for one in keys])
        number = exp.Window(this=exp.RowNumber(), order=order)
        return {ROW: number, ROW_ID: exp.Cast(this=number.copy(), to=dialect.text())}

    def members(self, columns: Sequence[str]) -> exp.Select:
        """Return a statement for inputs of the cases; their group stands in `_key_0` and so on."""
        # over steps of their own, which read no other relation
        program = self._over_cases()
        keys = {f"_key_{n}": e for n, e in enumerate(_keys(self._made, program))}
        read = {name: program.cases.want(name) for name in columns}
        return self._select(read | keys, program.cases, program)

    def _select(self, found: Mapping[str, E], frame: Frame, program: Program | None = None) -> exp.Select:
        emission, made = Emission(hints=False), program or self._program
        query = exp.select(*(build.aliased(e, name) for name, e in found.items()), copy=False)
        query = query.from_(build.table(emission.last(frame)), copy=False)
        given = [constant_table(name, table, made.dialect) for name, table in made.small.items()]
        query.set("with_", exp.With(expressions=[*given, *emission.ctes]))
        return query

    def _held(self, hint: str, e: E) -> E:
        """A column of the base of the groups."""
        name = self._program.names.take(hint)
        self._columns[name] = e
        return self._groups.want(name)

    def _base(self, emission: Emission, groups: Frame, wanted: Sequence[str]) -> exp.Query:
        del groups, wanted
        query = exp.select(*(build.aliased(e, name) for name, e in self._columns.items()), copy=False)
        query = query.from_(build.table(emission.last(self._cases)), copy=False)
        present = build.conj(build.present(e) for e in self._by)
        return query.where(present, copy=False).group_by(*self._by, copy=False)


def _keys(made: Derivation, program: Program) -> list[E]:
    """The keys of the group of a case, as columns of the cases."""
    scope = program.case_scope
    return [program.cases.put(f"key__{one.id}", program.value(one.value, scope).sql) for one in made.by]


class _Sum:
    """One aggregate over the cases of a group; its parts are columns of the cases."""

    def __init__(self, node: Aggregate, program: Program) -> None:
        self._node, self._program, self._frame = node, program, program.cases
        truth = None if node.where is None else program.value(node.where, program.case_scope)
        self._argument = None if node.argument is None else program.value(node.argument, program.case_scope)
        self._holds, unknown = build.boolean(value=True), build.boolean(value=False)
        if truth is not None:
            where = self._frame.put("counts", truth.sql)
            self._holds, self._refuted = build.true(where), build.false(where)
            unknown = build.missing(where) if truth.nullable else unknown
        else:
            self._refuted = build.boolean(value=False)
        if self._argument is not None:
            self._part = self._frame.put("part", self._argument.sql)
            if self._argument.nullable:
                unknown = build.disj((unknown, build.conj((self._holds, build.missing(self._part)))))
        self._unknown = self._frame.put("unknown", unknown)
        self._holds = self._frame.put("holds", self._holds)

    def value(self, held: Callable[[str, E], E]) -> Value:
        """The aggregate of a group, made of columns that `held` adds to the groups."""
        dialect, nothing = self._program.dialect, build.integer(0)
        certain = build.is_false(self._unknown)
        some_unknown = self._unknown if certain else dialect.bool_or(self._unknown)
        match self._node.aggregation, self._argument:
            case Aggregation.ANY, _:
                decided, other = self._decided(dialect.bool_or(self._holds), some_unknown, decided=True)
            case Aggregation.ALL, _:
                refuted = self._frame.put("refuted", self._refuted)
                decided, other = self._decided(dialect.bool_or(refuted), some_unknown, decided=False)
            case Aggregation.COUNT, _:
                decided, other = self._known(dialect.count_if(self._holds), some_unknown), Interval(0, ROWS)
            case Aggregation.SUM, Value() as argument:
                total = build.coalesce(dialect.sum_wide(build.wrapped(self._part), self._holds), nothing)
                # a sum over rows of cases is bounded by the number of rows already
                of_rows = isinstance(self._node.argument, Aggregate)
                decided = self._known(total, some_unknown)
                other = argument.bounds if of_rows else argument.bounds.summed()
            case (Aggregation.MIN | Aggregation.MAX) as kind, Value() as argument:
                choose = dialect.least if kind is Aggregation.MIN else dialect.greatest
                decided = self._known(choose(build.wrapped(self._part), self._holds), some_unknown)
                other = argument.interval
            case kind, _:
                raise InternalError(f"{kind.value} of the cases of a group")
        column = held("sum", decided)
        wide = self._node.aggregation is Aggregation.SUM or (self._argument is not None and self._argument.wide)
        why: Why = {CASES: build.missing(column)}
        found = Value(column, other, wide, why)
        return self._program.arithmetic.narrowed(found) if wide else found

    def _known(self, found: E, some_unknown: E) -> E:
        """The aggregate, or NULL where that of a counted case is unknown."""
        return build.case([(some_unknown, build.null())], found)

    @staticmethod
    def _decided(some: E, some_unknown: E, *, decided: bool) -> tuple[E, None]:
        whens = [(some, build.boolean(value=decided)), (some_unknown, build.null())]
        return build.case(whens, build.boolean(value=not decided)), None


def _reading(table: str) -> Base:
    def base(_: Emission, __: Frame, wanted: Sequence[str]) -> exp.Query:
        return exp.select(*(build.column(one) for one in wanted), copy=False).from_(build.table(table), copy=False)

    return base
