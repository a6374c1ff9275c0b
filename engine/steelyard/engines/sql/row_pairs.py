"""The join of cases with rows: which conditions are hashed, which filter, which are judged on each pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, functions, logic
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Emission, Frame
from steelyard.engines.sql.row_fields import ROW, RowFields
from steelyard.engines.sql.scope import Program, RelationRows, Scope
from steelyard.engines.sql.value import Value
from steelyard.ir.join_keys import JoinKey, case_key, conjuncts, covering_of, key_of
from steelyard.ir.ruleset import Relation


def paired(relation: Relation, level: int, program: Program) -> RelationRows:
    """The rows of a relation, each with each case that it may belong to.

    Args:
        relation: whose rows they are.
        level: the depth of the cases up to which the join reads them.
        program: what is compiled.
    """
    fields = RowFields(relation, program)
    join = _Join(relation, fields, program)
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
    rows = RelationRows(relation, frame, Value(build.boolean(value=True)), fields.fetch(frame))
    rows.member = join.compile(rows)
    return rows


@dataclass(frozen=True, slots=True)
class _AreaJoin:
    """A `covers` that joins, over the columns of the pairs' frame."""

    areas: E
    place: E
    scheme: str


class _Join:
    """How cases meet the rows of a relation."""

    def __init__(self, relation: Relation, fields: RowFields, program: Program) -> None:
        self._relation = relation
        self._fields = fields
        self._program = program
        self._hashed: list[tuple[E, E]] = []
        self._filters: list[E] = []
        self._areas: _AreaJoin | None = None

    def compile(self, rows: RelationRows) -> Value:
        """Sort the conditions of the join; gives the membership of a pair, TRUE where the join settles it.

        A condition that can be unknown filters out the rows for which it is false, and is judged on the others. Once
        a condition can reject the case, every one is judged, for a row that is filtered out rejects nothing.
        """
        program, relation, frame = self._program, self._relation, rows.frame
        inner = program.case_scope.of_row(rows)
        parts = conjuncts(relation)
        compiled = [program.value(part, inner) for part in parts]
        rejecting = any(one.rejects for one in compiled)
        judged: list[Value] = []
        for part, found in zip(parts, compiled, strict=True):
            if rejecting or frame.depth_of(found.sql) > 0:
                judged.append(found)
            elif found.nullable:
                judged.append(found)
                self._filters.append(build.not_(build.false(found.sql)))
            elif (key := key_of(part, relation)) is not None:
                self._hashed.append(self._sides(key, inner))
            elif self._areas is None and (covering := covering_of(part, relation)) is not None:
                areas, place = program.value(covering.areas, inner).sql, program.value(covering.place, inner).sql
                self._areas = _AreaJoin(areas, place, covering.scheme)
            else:
                self._filters.append(found.sql)
        if relation.of_case is not None:
            key = case_key(relation, program.inputs[program.ruleset.key])
            self._hashed.append(self._sides(key, inner))
        covered = [] if self._areas is None else [self._areas.areas, self._areas.place]
        for one in (*(side for pair in self._hashed for side in pair), *self._filters, *covered):
            frame.inherit(one)
        if not judged:
            return rows.member
        member = logic.conjunction(judged, frame) if len(judged) > 1 else judged[0]
        return replace(member, sql=frame.put(f"{relation.id}__member", member.sql))

    def _sides(self, key: JoinKey, inner: Scope) -> tuple[E, E]:
        return self._program.value(key.of_row, inner).sql, self._program.value(key.of_case, inner).sql

    def base(self, emission: Emission, frame: Frame, wanted: Sequence[str]) -> exp.Query:
        """The SELECT of the pairs: cases as `it` joined to rows as `r` (a frame's `Base`)."""
        if frame.parent is None:
            raise InternalError("pairs without cases")
        cases = emission.met(frame.parent, frame.level)
        source = self._program.sources[self._relation.id]
        qualified = self._fields.qualified()
        query = exp.select(*self._fields.selected(wanted), copy=False).from_(build.table(cases, "it"), copy=False)
        on = [build.equal(qualified(row), qualified(case)) for row, case in self._hashed]
        on += [qualified(one) for one in self._filters]
        if self._areas is not None:
            joined = replace(self._areas, areas=qualified(self._areas.areas), place=qualified(self._areas.place))
            source = self._by_place(emission, cases, source, joined)
            on.insert(0, build.equal(build.column("place_", "r"), joined.place))
        return query.join(build.table(source, "r"), on=build.conj(on), copy=False)

    def _by_place(self, emission: Emission, cases: str, source: str, joined: _AreaJoin) -> str:
        """A CTE of the rows with each place of a case that they cover, once each, as `place_`.

        The cases can then be joined by equality.
        """
        names, own = self._program.names, self._relation.id
        listed = self._program.dialect.unnest(joined.areas, "u")
        row, area = build.aliased(build.column(ROW, "r"), "row_"), build.aliased(listed.value, "area_")
        one = exp.select(row, area, copy=False).from_(build.table(source, "r"), copy=False)
        one.append("joins", listed.join)
        spread = emission.cte(names.take(f"{own}_areas"), one.distinct(copy=False))
        spelled = self._covering_codes(emission, cases, joined)
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

    def _covering_codes(self, emission: Emission, cases: str, joined: _AreaJoin) -> str:
        """A CTE of every place of the cases with every code that covers it, as `place_` and `area_`.

        All relations that ask about the same place share it.
        """
        key = cases, joined.place, joined.scheme
        if key in emission.shared:
            return emission.shared[key]
        names = self._program.names
        occurring = exp.select(build.aliased(joined.place, "place_"), copy=False)
        occurring = occurring.from_(build.table(cases, "it"), copy=False).distinct(copy=False)
        places = emission.cte(names.take("places"), occurring)
        every: exp.Query | None = None
        for level in functions.covering(joined.scheme, build.column("place_"), self._program):
            own = build.aliased(build.column("place_"), "place_")
            step = exp.select(own, build.aliased(level, "area_"), copy=False).from_(build.table(places), copy=False)
            every = step if every is None else exp.union(every, step, distinct=False, copy=False)
        if every is None:
            raise InternalError(f"no levels in {joined.scheme}")
        emission.shared[key] = emission.cte(names.take("places_covered"), every)
        return emission.shared[key]
