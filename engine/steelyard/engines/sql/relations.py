"""Stratum 1: joins the rows of relations to their cases (LANGUAGE.md sections 2, 5 and 12; `semantics.relations`).

Membership is three-valued. Equalities and `covers` become equality joins, which engines can hash; other conditions
become filters. A row whose `joins` is unknown stays, as a row that may belong.

- *keyed*: where a relation joins only by equal keys that are never missing, and nothing about the case is read in its
  rows, the rows are aggregated by those keys before they are joined to the cases.
- *pairs*: otherwise each case is paired with each of its rows.
- *pass*: a later stratum joins the pairs again, with the results settled by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from steelyard.engines.sql import build, definitions, expressions, functions, logic
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Emission, Frame
from steelyard.engines.sql.scope import Program, Rows, Scope, interval_of
from steelyard.engines.sql.value import Rejection, Value
from steelyard.ir.expressions import (
    Aggregate,
    And,
    Apply,
    Argument,
    Comparator,
    Compare,
    Define,
    Expr,
    Field,
    Function,
    IndicatorPart,
    Input,
    OneRow,
    OwnMeasure,
    OwnTarget,
    ScoreValue,
    TableCall,
)
from steelyard.ir.ruleset import InputField, Relation, Table
from steelyard.ir.types import DateTime, Region
from steelyard.ir.walk import nodes

ROW, ROW_ID = "_row", "_id"
"""The columns of every relation's table besides its fields: the position of a row, and its id."""

_LEAVES = (Input, Define, OneRow, IndicatorPart, OwnTarget, OwnMeasure, ScoreValue, Argument)


@dataclass(frozen=True, slots=True)
class Key:
    """An equality in `joins`: an expression of the row, and one of the case."""

    of_row: Expr
    of_case: Expr


def joined(relation: Relation, program: Program) -> Joined:
    """Return the join of a relation; built once."""
    found = program.cached.get(("joined", relation.id))
    if not isinstance(found, Joined):
        found = Joined(relation, program)
        program.cached["joined", relation.id] = found
    return found


def key_fields(relation: Relation) -> tuple[str, ...]:
    """Return the fields by whose equality alone a relation joins; empty where it joins in another way."""
    found: list[str] = [] if relation.of_case is None else [relation.of_case]
    for part in _conjuncts(relation):
        key = _key(part, relation)
        if key is None or not isinstance(key.of_row, Field):
            return ()
        found.append(key.of_row.name)
    return tuple(found)


def rows_for(relation: Relation, program: Program, outer: Scope, asked: Sequence[Expr], seen: Sequence[E] = ()) -> Rows:
    """Return the rows of a relation in a frame below `outer` that can read the columns of `asked` and `seen`."""
    level, reads = reach(asked, relation, program, outer)
    level, reads = max([level, *(outer.frame.depth_of(e) for e in seen)]), reads or bool(seen)
    own = joined(relation, program)
    if outer.frame is program.cases:
        if not reads and own.keys is not None:
            return own.keyed
        if level <= own.pairs.frame.level:
            return own.pairs
    return own.at(outer.frame, level)


def reach(asked: Iterable[Expr], relation: Relation, program: Program, outer: Scope) -> tuple[int, bool]:
    """Return the deepest layer of the outer frame that the expressions read, and whether they read it at all."""
    deepest, reads = 0, False
    for node in _leaves(asked, relation, program):
        if not _unsettled(node, outer):
            found = expressions.value(node, program, outer)
            rejects = (e for one in found.rejects for e in (one.condition, one.where))
            everything = (found.sql, *found.why.values(), *rejects)
            deepest, reads = max(deepest, *(outer.frame.depth_of(e) for e in everything)), True
    return deepest, reads


def _leaves(asked: Iterable[Expr], relation: Relation, program: Program) -> Iterator[Expr]:
    """Give what expressions on rows read besides those rows, including through definitions and table cells.

    Each definition and table is visited once.
    """
    open_, seen = [*asked], set[tuple[str | None, str]]()
    while open_:
        for node in definitions.outside_aggregates(open_.pop()):
            if isinstance(node, Field) and node.relation == relation.id:
                key = relation.id, node.name
                if key in program.expressions and key not in seen:
                    seen.add(key)
                    open_.append(program.expressions[key])
            elif isinstance(node, TableCall):
                if (None, node.table) not in seen:
                    seen.add((None, node.table))
                    open_ += _reading_cells(program.decision_tables[node.table])
            elif isinstance(node, (Field, Aggregate, *_LEAVES)):
                yield node


def _reading_cells(table: Table) -> list[Expr]:
    """Return the cells of a table that read more than their argument."""
    leaves = tuple(one for one in _LEAVES if one is not Argument)
    cells = [cell for row in table.rows for cell in row.cells if cell is not None]
    return [cell for cell in cells if any(isinstance(node, leaves) for node in nodes(cell))]


def _unsettled(node: Expr, outer: Scope) -> bool:
    """Return whether a leaf belongs to the rows that are being joined, not to the outer frame."""
    match node:
        case Argument():
            return not outer.arguments
        case OwnTarget():
            return outer.target is None
        case OwnMeasure():
            return outer.measure is None
        case _:
            return False


class Joined:
    """A relation joined to the cases, in the forms that are requested.

    Attributes:
        keys: the equalities, where the relation joins only by them and they are never unknown; else None.
        rejects: conditions under which joining the rows rejects the case.
    """

    def __init__(self, relation: Relation, program: Program) -> None:
        self.relation = relation
        self._program = program
        self._parts = _conjuncts(relation)
        self.keys = self._only_keys()
        self._keyed: Rows | None = None
        self._pairs: Rows | None = None
        self._passes: list[Rows] = []

    @property
    def keyed(self) -> Rows:
        """The frame of rows grouped by their keys."""
        if self._keyed is None:
            self._keyed = self._by_keys(self.keys or [])
        return self._keyed

    @property
    def pairs(self) -> Rows:
        """The frame of pairs of case and row."""
        if self._pairs is None:
            self._pairs = self._paired()
        return self._pairs

    def at(self, parent: Frame, level: int) -> Rows:
        """Return the rows below a frame of cases or of a family's rows, reading its columns up to a depth."""
        fits = [one for one in self._passes if one.frame.parent is parent and one.frame.level >= level]
        if fits:
            return min(fits, key=lambda one: one.frame.level)
        made = self._passed(parent, level)
        self._passes.append(made)
        return made

    # by keys

    def _only_keys(self) -> list[Key] | None:
        found: list[Key] = []
        for part in self._parts:
            key = _key(part, self.relation)
            if key is None or self._can_lack(key.of_row) or self._can_lack(key.of_case):
                return None
            found.append(key)
        if self.relation.of_case is not None:
            found.append(_case_key(self.relation, self._program))
        return found or None

    def _can_lack(self, expr: Expr) -> bool:
        from steelyard.ir.resolved import knower

        known = self._program.cached.get("knower")
        if known is None:
            known = self._program.cached["knower"] = knower(self._program.ruleset)
        return known.missing(expr)  # type: ignore[attr-defined]

    def _by_keys(self, keys: list[Key]) -> Rows:
        program, relation = self._program, self.relation
        fields = _Fields(relation, program)
        name = program.names.take(relation.id)
        frame = Frame(name, fields.alone, program.names)
        rows = Rows(relation, frame, Value(build.boolean(value=True)), fields.fetch(frame))
        inner = Scope(frame, {relation.id: rows})
        of_row = [expressions.value(key.of_row, program, inner).sql for key in keys]
        of_case = [expressions.value(key.of_case, program, program.case_scope).sql for key in keys]
        frame.key = tuple(frame.put(f"{relation.id}__key", e).name for e in of_row)
        frame.on = tuple(of_case)
        frame.parent = program.cases
        frame.level = max(program.cases.depth_of(e) for e in of_case)
        return rows

    # with the cases

    def _paired(self) -> Rows:
        program, relation = self._program, self.relation
        level, _ = reach(self._parts, relation, program, program.case_scope)
        fields = _Fields(relation, program)
        join = _Join(self, fields)
        frame = Frame(
            program.names.take(f"{relation.id}_pairs"),
            join.base,
            program.names,
            program.cases,
            level,
            key=("_case",),
            on=(build.column("_case"),),
        )
        frame.want("_case")
        rows = Rows(relation, frame, Value(build.boolean(value=True)), fields.fetch(frame))
        join.compile(self._parts, rows, program)
        rows.member = join.member
        return rows

    # the pass of a later stratum

    def _passed(self, parent: Frame, level: int) -> Rows:
        return further(self.pairs, parent, level, self._program, f"{self.relation.id}_later")


def further(rows: Rows, parent: Frame, level: int, program: Program, hint: str) -> Rows:
    """Return the same rows in a new frame below a parent, reading its columns up to a depth."""
    carried = Carried(rows.frame, parent, level, program, hint)
    relation = rows.relation
    fetched: dict[str, Value] = {}

    def fetch(name: str) -> Value:
        if name not in fetched:
            found = rows.fetch(name)
            sql = carried.carry(found.sql, f"{relation.id}__{name.lstrip('_')}")
            fetched[name] = replace(found, sql=sql, why={k: build.missing(sql) for k in found.why})
        return fetched[name]

    member = rows.member
    if not build.is_true(member.sql):
        sql = carried.carry(member.sql, f"{relation.id}__member")
        why = {name: carried.carry(one, f"{relation.id}__unknown") for name, one in member.why.items()}
        member = Value(sql, why=why)
    return Rows(relation, carried.frame, member, fetch)


class Carried:
    """A frame that copies columns from another frame of rows, and also reads a parent's columns."""

    def __init__(self, source: Frame, parent: Frame, level: int, program: Program, hint: str) -> None:
        self._source = source
        self._program = program
        self._columns: dict[str, str] = {}
        self.frame = Frame(
            program.names.take(hint),
            self._base,
            program.names,
            parent,
            level,
            key=parent.identity,
            on=tuple(build.column(name) for name in parent.identity),
        )
        self.frame.sources.append(source)
        for name in parent.identity:
            self.frame.want(name)

    def carry(self, e: E, hint: str) -> E:
        """Copy an expression over the source as a column of this frame."""
        source = self._source.put(hint, e)
        if not isinstance(source, exp.Column):
            return source
        name = self._program.names.take(hint)
        self._columns[name] = source.name
        return self.frame.want(name)

    def _base(self, emission: Emission, frame: Frame, wanted: Sequence[str]) -> exp.Query:
        if frame.parent is None:
            raise TypeError("rows without a parent")
        parent, source = emission.met(frame.parent, frame.level), emission.last(self._source)
        on = build.equal(build.column("_case", "p"), build.column("_case", "it"))
        query = exp.select(copy=False).from_(build.table(source, "p"), copy=False)
        query = query.join(build.table(parent, "it"), on=on, copy=False)
        for name in wanted:
            own = name in self._columns
            column = build.column(self._columns[name], "p") if own else build.column(name, "it")
            query = query.select(build.aliased(column, name), copy=False)
        return query


class _Fields:
    """The fields of a relation's table as columns of a frame."""

    def __init__(self, relation: Relation, program: Program) -> None:
        self._relation = relation
        self._program = program
        self._columns: dict[str, str] = {}
        self._values: dict[str, Value] = {}

    def fetch(self, frame: Frame) -> Callable[[str], Value]:
        """Return the function that gives a field in a frame."""

        def fetch(name: str) -> Value:
            if name not in self._values:
                column = self._program.names.take(f"{self._relation.id}__{name.lstrip('_')}")
                self._columns[column] = name
                self._values[name] = self._value(name, frame.want(column))
            return self._values[name]

        return fetch

    def _value(self, name: str, sql: E) -> Value:
        declared = next((one for one in self._relation.fields if one.id == name), None)
        if declared is None:  # the position and the id of a row
            return Value(sql)
        return Value(
            sql,
            interval_of(declared),
            why={f"{self._relation.id}.{name}": build.missing(sql)} if can_lack(declared) else {},
        )

    def selected(self, wanted: Sequence[str]) -> list[E]:
        """The wanted columns: fields of `r`, the others of `it`."""
        return [
            build.aliased(build.column(self._columns[name], "r"), name)
            if name in self._columns
            else build.aliased(build.column(name, "it"), name)
            for name in wanted
        ]

    def alone(self, _: Emission, __: Frame, wanted: Sequence[str]) -> exp.Query:
        """The query of rows without cases."""
        source = build.table(self._program.sources[self._relation.id], "r")
        return exp.select(*self.selected(wanted), copy=False).from_(source, copy=False)


class _Join:
    """A join split into parts: equalities that can be hashed, filters, and conditions that can be unknown."""

    def __init__(self, own: Joined, fields: _Fields) -> None:
        self._own = own
        self._fields = fields
        self._hashed: list[tuple[E, E]] = []
        self._filters: list[E] = []
        self._places: tuple[E, E, str] | None = None
        self._program: Program | None = None
        self.member = Value(build.boolean(value=True))

    def compile(self, parts: list[Expr], rows: Rows, program: Program) -> None:
        """Classify the parts of a join."""
        self._program = program
        relation = rows.relation
        inner = program.case_scope.of_row(rows)
        compiled = [expressions.value(part, program, inner) for part in parts]
        everything = [c for c in compiled if c.rejects]
        judged: list[Value] = []
        for part, found in zip(parts, compiled, strict=True):
            if everything or rows.frame.depth_of(found.sql) > 0:
                judged.append(found)
                continue
            if found.nullable:
                judged.append(found)
                self._filters.append(_not_false(found.sql))
            elif (key := _key(part, relation)) is not None:
                self._hashed.append(self._sides(key, inner, program))
            elif self._places is None and (place := _place(part, relation)) is not None:
                scheme = place[0].type.scheme if isinstance(place[0].type, Region) else ""
                areas, where = place[1], place[0]
                self._places = (
                    expressions.value(areas, program, inner).sql,
                    expressions.value(where, program, inner).sql,
                    scheme,
                )
            else:
                self._filters.append(found.sql)
        if relation.of_case is not None:
            self._hashed.append(self._sides(_case_key(relation, program), inner, program))
        for row_side, case_side in self._hashed:
            rows.frame.depth_of(row_side)
            rows.frame.depth_of(case_side)
        self.member = logic.conjunction(judged, rows.frame) if len(judged) > 1 else (judged or [self.member])[0]
        if judged:
            self.member = replace(self.member, sql=rows.frame.put(f"{relation.id}__member", self.member.sql))

    @staticmethod
    def _sides(key: Key, inner: Scope, program: Program) -> tuple[E, E]:
        return expressions.value(key.of_row, program, inner).sql, expressions.value(key.of_case, program, inner).sql

    def base(self, emission: Emission, frame: Frame, wanted: Sequence[str]) -> exp.Query:
        """The SELECT of the pairs."""
        parent, program = frame.parent, self._program
        if parent is None or program is None:
            raise TypeError("pairs without cases")
        cases = emission.met(parent, frame.level)
        source = program.sources[self._own.relation.id]
        said = self._said()
        query = exp.select(*self._fields.selected(wanted), copy=False).from_(build.table(cases, "it"), copy=False)
        on = [build.equal(said(row), said(case)) for row, case in self._hashed]
        on += [said(one) for one in self._filters]
        if self._places is not None:
            areas, place, scheme = self._places
            source = self._by_place(emission, cases, source, said(areas), said(place), scheme)
            on.insert(0, build.equal(build.column("place_", "r"), said(place)))
        return query.join(build.table(source, "r"), on=build.conj(on), copy=False)

    def _said(self) -> Callable[[E], E]:
        """Map columns of the frame to those of the two sides."""
        own = self._fields

        def change(node: E) -> E:
            if not isinstance(node, exp.Column) or node.table:
                return node
            (found,) = own.selected((node.name,))
            return found.this

        return lambda e: e.transform(change)

    def _by_place(self, emission: Emission, cases: str, source: str, areas: E, place: E, scheme: str) -> str:  # noqa: PLR0917 - all of a rule
        """Pair rows with the occurring places that they cover, once each, so that cases join by equality of places."""
        program, own = self._program, self._own.relation.id
        if program is None:
            raise TypeError("pairs without a program")
        names = program.names
        listed = program.dialect.unnest(areas, "u")
        row, area = build.aliased(build.column(ROW, "r"), "row_"), build.aliased(listed.value, "area_")
        one = exp.select(row, area, copy=False).from_(build.table(source, "r"), copy=False)
        one.append("joins", listed.join)
        spread = emission.cte(names.take(f"{own}_areas"), one.distinct(copy=False))
        spelled = self._spelled(emission, cases, place, scheme)
        place_, row_ = build.column("place_", "p"), build.column("row_", "a")
        met = exp.select(build.aliased(place_, "place_"), build.aliased(row_, "row_"), copy=False)
        met = met.from_(build.table(spelled, "p"), copy=False)
        same = build.equal(build.column("area_", "p"), build.column("area_", "a"))
        met = met.join(build.table(spread, "a"), on=same, copy=False).distinct(copy=False)
        covering = emission.cte(names.take(f"{own}_covering"), met)
        whole = exp.Column(this=exp.Star(), table=build.name("r"))
        full = exp.select(build.aliased(build.column("place_", "c"), "place_"), whole, copy=False)
        full = full.from_(build.table(covering, "c"), copy=False)
        back = build.equal(build.column(ROW, "r"), build.column("row_", "c"))
        full = full.join(build.table(source, "r"), on=back, copy=False)
        return emission.cte(names.take(f"{own}_by_place"), full)

    def _spelled(self, emission: Emission, cases: str, place: E, scheme: str) -> str:
        """Every code that covers an occurring place; shared by all relations that test the same place."""
        program = self._program
        if program is None:
            raise TypeError("pairs without a program")
        key = cases, place, scheme
        if key in emission.shared:
            return emission.shared[key]
        names = program.names
        occurring = exp.select(build.aliased(place, "place_"), copy=False).from_(build.table(cases, "it"), copy=False)
        places = emission.cte(names.take("places"), occurring.distinct(copy=False))
        every: exp.Query | None = None
        for level in functions.covering(scheme, build.column("place_"), program):
            own = build.aliased(build.column("place_"), "place_")
            step = exp.select(own, build.aliased(level, "area_"), copy=False).from_(build.table(places), copy=False)
            every = step if every is None else exp.union(every, step, distinct=False, copy=False)
        if every is None:
            raise TypeError(f"no levels in {scheme}")
        emission.shared[key] = emission.cte(names.take("places_covered"), every)
        return emission.shared[key]


def can_lack(declared: InputField) -> bool:
    """Return whether a field or input may be missing."""
    return declared.optional or (isinstance(declared.type, DateTime) and declared.type.open)


def membership_rejections(program: Program) -> list[Rejection]:
    """Return the conditions under which joining rows rejects a case, by relation."""
    from steelyard.engines.sql import rows

    found: list[Rejection] = []
    for relation in program.ruleset.relations:
        if relation.one_row:
            found += rows.single_rejections(relation, program)
        elif relation.joins is not None and _may_reject(relation.joins):
            found += rows.join_rejections(relation, program)
    return found


def _may_reject(expr: Expr) -> bool:
    return any(
        isinstance(node, TableCall | Define) or (isinstance(node, Apply) and node.calendar) for node in nodes(expr)
    )


def _not_false(e: E) -> E:
    return build.not_(build.false(e))


def _conjuncts(relation: Relation) -> list[Expr]:
    match relation.joins:
        case None:
            return []
        case And(items=items):
            return list(items)
        case single:
            return [single]


def _case_key(relation: Relation, program: Program) -> Key:
    key = program.ruleset.key
    declared = next(one for one in relation.fields if one.id == relation.of_case)
    return Key(Field(relation.id, declared.id, type=declared.type), Input(key, type=program.inputs[key].type))


def _key(part: Expr, relation: Relation) -> Key | None:
    """Return the key for an equality between the row and the case; None for any other condition."""
    match part:
        case Compare(comparator=Comparator.EQ, left=left, right=right):
            for one, other in ((left, right), (right, left)):
                if _reads_row(one, relation) and not _reads_case(one, relation) and not _reads_row(other, relation):
                    return Key(one, other)
        case _:
            pass
    return None


def _place(part: Expr, relation: Relation) -> tuple[Expr, Expr] | None:
    """Return the place of the case and the areas of the row for a `covers`; None for any other condition."""
    match part:
        case Apply(function=Function.COVERS, arguments=(Field() as areas, place)) if areas.relation == relation.id:
            from steelyard.ir.types import Regions

            if isinstance(areas.type, Regions) and not _reads_row(place, relation):
                return place, areas
        case _:
            pass
    return None


def _reads_row(expr: Expr, relation: Relation) -> bool:
    return any(isinstance(node, Field) and node.relation == relation.id for node in nodes(expr))


def _reads_case(expr: Expr, relation: Relation) -> bool:
    """Return whether an expression reads more than the row's own fields and constants."""
    reading = (*_LEAVES, Aggregate, TableCall)
    for node in nodes(expr):
        if isinstance(node, reading):
            return True
        if isinstance(node, Field) and not any(one.id == node.name for one in relation.fields):
            return True  # a define of the row can read anything
    return False
