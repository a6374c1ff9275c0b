"""Families: one indicator per row of a relation (LANGUAGE.md section 7, For each).

The rows have a frame of their own, in which the indicator is computed like any other. Scores read sums over them. What
depends on a score's weights (shares, points lost) is in a further frame, which joins the rows with these results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, literals, scores
from steelyard.engines.sql.build import E
from steelyard.engines.sql.carried import Carried, further
from steelyard.engines.sql.findings import Findings
from steelyard.engines.sql.indicators import Settled
from steelyard.engines.sql.intervals import ROWS, Interval, hull, point
from steelyard.engines.sql.points import RowCodes, Standing
from steelyard.engines.sql.reach import reach
from steelyard.engines.sql.relations import joined
from steelyard.engines.sql.scope import Program, Scope
from steelyard.engines.sql.scores import RowShares, Scored
from steelyard.engines.sql.situations import (
    DENOMINATOR,
    KEY,
    MEMBER,
    MOST,
    RECORD,
    ROW,
    SHARE,
    UNIT,
    Situations,
    share_column,
)
from steelyard.engines.sql.value import Rejection, Value, constant
from steelyard.ir.expressions import Expr
from steelyard.ir.result_columns import Content, Origin, ResultColumn
from steelyard.ir.ruleset import (
    AsMeasure,
    AtLeastGrant,
    Bands,
    Clock,
    Curve,
    Family,
    Indicator,
    Met,
    Method,
    PauseGrant,
    PointsExpression,
    Proportion,
    RelativeStep,
    Score,
    Steps,
    TargetGrant,
    WaiveGrant,
)
from steelyard.ir.types import Number


def start(indicator: Indicator, program: Program, findings: Findings) -> tuple[Scope, Findings]:
    """Stratum 2: the rows of a family. A row without an id, or with the id of another, rejects the case."""
    family = _family(indicator)
    relation = program.relations[family.relation]
    asked = [*_expressions(indicator), *_granted(indicator, program)]
    reach(asked, relation, program, program.case_scope)  # what it reads must be compiled before the frame is created
    rows = further(joined(relation, program).pairs, program.cases, program.cases.depth, program, indicator.id)
    frame = rows.frame
    place = rows.fetch("_row").sql
    frame.identity = ("_case", place.name)
    row_id = rows.fetch(family.row_id).sql
    kept = _kept(rows.member.sql)
    dialect, nothing = program.dialect, build.integer(0)
    without_id = build.conj((kept, build.missing(row_id)))
    one = exp.Count(this=exp.Distinct(expressions=[build.where(kept, row_id)]))
    named = frame.aggregate(
        f"{indicator.id}__named", dialect.count_if(build.conj((kept, build.present(row_id)))), nothing
    )
    distinct = frame.aggregate(f"{indicator.id}__names", one, nothing)
    lacking = frame.aggregate(f"{indicator.id}__nameless", dialect.bool_or(without_id), build.boolean(value=False))
    findings.reject([Rejection.at(indicator.id, build.disj((lacking, build.greater(named, distinct))))])
    return Scope(frame, {relation.id: rows}), findings.of_rows(frame)


def weigh(  # noqa: PLR0917 - all of a score
    score: Score,
    members: Sequence[Settled],
    fired: Sequence[tuple[str, E]],
    program: Program,
    findings: Findings,
    reached: E,
) -> Scored:
    """Resolve the weights and compute the base of a score (see `scores.weigh`), with or without families."""
    a = program.arithmetic
    scored = scores.begun(score, program, findings, reached)
    members = [one if one.indicator.family is not None else scores.counted(scored, one, program) for one in members]
    plain = [one for one in members if one.indicator.family is None]
    rows = [one for one in members if one.indicator.family is not None]
    if not rows:
        scores.weigh(scored, members, fired, program, findings)
        return scored
    counts = [scores.present_count(plain, program), *(_count(one, scored, program) for one in rows)]
    scores.stop(scored, a.total(counts), program, findings)
    match score.method:
        case Method.WEIGHTED_MEAN:
            _mean(scored, members, fired, program, findings)
        case Method.SUM:
            scores.begin(scored, program, findings)
            shares = dict.fromkeys((one.indicator.id for one in members), constant(1))
            _contribute(scored, members, shares, constant(1), program)
        case Method.LOWEST | Method.HIGHEST:
            _extreme(scored, members, program)
        case Method.VALUE | Method.START:
            scores.valued(scored, program, findings)
    return scored


def listed(column: ResultColumn, settled: Settled, standings: Mapping[str, Standing], program: Program) -> E:
    """The list of a family's rows, ordered by id, each with the fields of its result column."""
    indicator = settled.indicator
    family = _family(indicator)
    carried = Carried(settled.scope.frame, program.cases, program.cases.depth, program, f"{indicator.id}_shown")
    row_id = carried.carry(settled.scope.rows[family.relation].fetch(family.row_id).sql, "row")
    nothing = literals.typed_null(Number(0), program)
    shown_target = nothing if settled.target is None else carried.carry(settled.target.sql, "target")
    values: dict[Origin, E] = {
        Origin(Content.ROW, indicator.id): row_id,
        Origin(Content.MEASURE, indicator.id): carried.carry(settled.measure.sql, "measure"),
        Origin(Content.TARGET, indicator.id): shown_target,
        Origin(Content.INDICATOR_SCORE, indicator.id): (score := carried.carry(settled.score.sql, "score")),
    }
    for name in dict.fromkeys(one.origin.score for one in column.fields if one.origin is not None and one.origin.score):
        scored = standings[name].scored
        weighed = scored.rows.get(indicator.id)
        share, lost = nothing, nothing
        if weighed is not None:
            n, points = _weighed(weighed, scored, carried, program)
            there = build.conj((scored.stands, build.present(score))) if settled.waivable else scored.stands
            there = build.conj((there, scored.counts[indicator.id])) if indicator.id in scored.counts else there
            share, lost = build.where(there, n.sql), build.where(there, points.sql)
        values[Origin(Content.SHARE, indicator.id, name)] = share
        values[Origin(Content.LOST, indicator.id, name)] = lost
    fields = {one.name: values[one.origin] for one in column.fields if one.origin is not None}
    member = settled.scope.rows[family.relation].member
    kept = _kept(carried.carry(member.sql, "member"))
    rows = program.dialect.collect_structs(fields, [row_id], None if build.is_true(kept) else kept)
    return carried.frame.aggregate(f"{indicator.id}__rows", rows, program.dialect.no_structs())


def losses(name: str, scored: Scored, program: Program) -> list[tuple[Value, str]]:
    """The most points that a row of a family lost by reason code, as items whose ties go by their order.

    0 or less where no row lost any. Ties between codes of a family are broken by the order of rows, which the fixed
    order of items cannot express; so there is one item for each position that a code can have among them.
    """
    weighed = scored.rows[name]
    settled = weighed.settled
    carried = Carried(settled.scope.frame, program.cases, program.cases.depth, program, f"{name}_lost")
    _, lost = _weighed(weighed, scored, carried, program)
    given: list[tuple[E, str]] = []
    for condition, code in settled.reasons:
        given.append((carried.carry(condition, "reason"), code))
    if isinstance(settled.indicator.reason, str):
        others = build.disj([here for here, _ in given])
        given.append((build.not_(others), settled.indicator.reason))
    most = [_most(carried, lost, here, program) for here, _ in given]
    if len(given) == 1:
        return [(most[0], given[0][1])]
    first = [_most(carried, _before(carried, settled, lost, program), here, program) for here, _ in given]
    return _placed(most, first, [code for _, code in given], program)


def coded_losses(name: str, scored: Scored, program: Program) -> RowCodes:
    """The points that each row of a family lost, with its code, where the family's code is computed."""
    weighed = scored.rows[name]
    carried = Carried(weighed.settled.scope.frame, program.cases, program.cases.depth, program, f"{name}_coded")
    _, lost = _weighed(weighed, scored, carried, program)
    codes = [
        (condition, build.text(code) if isinstance(code, str) else code) for condition, code in weighed.settled.codes
    ]
    code = carried.carry(build.case(codes, build.null()), "code")
    return RowCodes(carried.frame, build.boolean(value=True), code, replace(lost, why={}))


def _before(carried: Carried, settled: Settled, lost: Value, program: Program) -> Value:
    """The points that a row lost, made distinct: among equal ones the first row by id has more."""
    family = _family(settled.indicator)
    row_id = program.dialect.by_code_point(settled.scope.rows[family.relation].fetch(family.row_id).sql)
    order = exp.Order(expressions=[exp.Ordered(this=row_id, nulls_first=True)])
    number = exp.Window(this=exp.RowNumber(), partition_by=[build.column("_case")], order=order)
    place = carried.carry(settled.scope.frame.put(f"{settled.indicator.id}__place", number), "place")
    a = program.arithmetic
    later = a.subtract(constant(ROWS), Value(place, Interval(1, ROWS)))
    found = a.add(a.times(lost, ROWS), later)
    return replace(found, sql=carried.frame.put("lost_first", found.sql))


def _placed(most: list[Value], first: list[Value], codes: list[str], program: Program) -> list[tuple[Value, str]]:
    """For each position, and each code that can have it, the points of the code where it has that position."""
    a = program.arithmetic
    found: list[tuple[Value, str]] = []
    ranks: list[E] = []
    for own, mine in enumerate(first):
        before = [
            a.flag((build.at_least if other < own else build.greater)(one.sql, mine.sql))
            for other, one in enumerate(first)
            if other != own
        ]
        ranks.append(program.cases.put("rank", a.total(before).sql))
    for place in range(len(codes)):
        for points, rank, code in zip(most, ranks, codes, strict=True):
            here = a.choose([(build.equal(rank, build.integer(place)), points)], constant(0))
            found.append((here, code))
    return found


def _most(carried: Carried, lost: Value, condition: E, program: Program) -> Value:
    where = None if build.is_true(condition) else condition
    found = program.dialect.greatest(build.wrapped(lost.sql), where)
    sql = carried.frame.aggregate(
        f"{carried.frame.name}__most", build.coalesce(found, build.integer(0)), build.integer(0)
    )
    return Value(sql, hull(lost.bounds, point(0)), lost.wide)


def _weighed(weighed: RowShares, scored: Scored, carried: Carried, program: Program) -> tuple[Value, Value]:
    """The n of each row and what it lost; NULL where the row is waived."""
    settled = weighed.settled
    own = Value(carried.carry(settled.score.sql, "score"), settled.score.bounds)
    share = weighed.share(carried)
    lost = scores.lost_points(scored.score, settled.indicator, own, share, weighed.denominator, program)
    return share, replace(lost, sql=carried.frame.put("lost", lost.sql))


# the base


def _contribute(
    scored: Scored, members: Sequence[Settled], shares: Mapping[str, Value], denominator: Value, program: Program
) -> None:
    """The base where all rows of a family have equal weight."""
    a = program.arithmetic
    sums: list[Value] = []
    for settled in members:
        share = shares[settled.indicator.id]
        if settled.indicator.family is None:
            sums.append(a.multiply(share, scores.or_zero(settled)))
            scored.contributions.append(scores.contribution(scored.score, settled, share, denominator, program))
        else:
            counts = scored.counts.get(settled.indicator.id)
            total = _sum(settled, settled.score, program)
            sums.append(a.multiply(share, _where(counts, total)))
            own = share if counts is None else replace(share, sql=build.where(counts, share.sql))
            scored.rows[settled.indicator.id] = RowShares(settled, lambda _, one=own: one, denominator)
    scored.denominator = denominator
    scored.base = scores.based(scored.score, sums, denominator, None, program, start=scored.start)


def _extreme(scored: Scored, members: Sequence[Settled], program: Program) -> None:
    """Take the lowest (or highest) score: that of the first member that has it, in its first row by id."""
    a, score = program.arithmetic, scored.score
    lowest = score.method is Method.LOWEST
    bounds = hull(*(one.score.bounds for one in members))
    beyond = constant(bounds.high + 1 if lowest else bounds.low - 1)
    found: list[Value] = []
    for one in members:
        sql = one.score.sql
        if one.indicator.family is not None:
            choose = program.dialect.least if lowest else program.dialect.greatest
            sql = one.scope.frame.aggregate(f"{one.indicator.id}__{score.id}", choose(sql))
            counts = scored.counts.get(one.indicator.id)
            sql = sql if counts is None else build.where(counts, sql)
        found.append(Value(build.coalesce(sql, beyond.sql), hull(bounds, beyond.bounds)))
    chosen = (a.minimum if lowest else a.maximum)(found) if len(found) > 1 else found[0]
    best = program.cases.put(f"{score.id}__chosen", chosen.sql)
    taken: list[E] = []
    for one, own in zip(members, found, strict=True):
        mine = build.conj((build.equal(own.sql, best), build.unequal(own.sql, beyond.sql)))
        mine = program.cases.put(f"{one.indicator.id}__chosen", build.conj((mine, *(build.not_(t) for t in taken))))
        taken.append(mine)
        if one.indicator.family is None:
            scored.contributions.append(scores.contribution(score, one, a.flag(mine), constant(1), program))
        else:
            first = _first(one, program, lowest=lowest)
            scored.rows[one.indicator.id] = RowShares(
                one,
                lambda carried, first=first, mine=mine: a.flag(build.conj((mine, carried.carry(first, "first")))),
                constant(1),
            )
    scored.denominator = constant(1)
    scored.base = scores.based(score, [Value(best, hull(bounds, beyond.bounds))], constant(1), None, program)


def _first(settled: Settled, program: Program, *, lowest: bool) -> E:
    """Whether a row is the first by id among those with the lowest (or highest) score."""
    frame = settled.scope.frame
    family = _family(settled.indicator)
    row_id = program.dialect.by_code_point(settled.scope.rows[family.relation].fetch(family.row_id).sql)
    score = settled.score.sql
    lacking = build.case([(build.missing(score), build.integer(1))], build.integer(0))
    order = [
        exp.Ordered(this=lacking, nulls_first=True),
        exp.Ordered(this=score, desc=not lowest, nulls_first=True),
        exp.Ordered(this=row_id, nulls_first=True),
    ]
    number = exp.Window(this=exp.RowNumber(), partition_by=[build.column("_case")], order=exp.Order(expressions=order))
    place = frame.put(f"{settled.indicator.id}__place", number)
    return frame.put(
        f"{settled.indicator.id}__first", build.conj((build.equal(place, build.integer(1)), build.present(score)))
    )


# weights


def _mean(
    scored: Scored, members: Sequence[Settled], fired: Sequence[tuple[str, E]], program: Program, findings: Findings
) -> None:
    """A weighted mean with weights of rows. Situations depend on them, so only those that occur are resolved."""
    a, score = program.arithmetic, scored.score
    plain = [one for one in members if one.indicator.family is None]
    rows = [one for one in members if one.indicator.family is not None]
    names = [one.indicator.id for one in plain]
    waived = [(one.indicator.id, build.missing(one.score.sql)) for one in plain if one.waivable]
    waived += [
        (one.indicator.id, build.not_(scored.counts[one.indicator.id]))
        for one in rows
        if one.indicator.id in scored.counts
    ]
    texts = [(one.indicator.id, _scale(one), _weights(one, scored, program, findings)) for one in rows]
    situations = Situations(score, program, names, fired, waived, texts)
    scored.situations = situations
    key = program.cases.put(f"{score.id}__situation", situations.key())
    columns = [DENOMINATOR, *(share_column(place) for place in range(len(names)))]
    found = program.cases.look_up(situations.table, [(KEY, key)], columns)
    within = Interval(0, MOST)
    denominator = Value(found[0], Interval(1, MOST))
    findings.reject([Rejection.at(score.id, build.conj((scored.stands, build.missing(denominator.sql))))])
    sums: list[Value] = []
    for settled, sql in zip(plain, found[1:], strict=True):
        share = Value(sql, within)
        sums.append(a.multiply(share, scores.or_zero(settled)))
        scored.contributions.append(scores.contribution(score, settled, share, denominator, program))
    for settled in rows:
        weighed = RowShares(settled, _lookup(settled, situations, key), denominator)
        scored.rows[settled.indicator.id] = weighed
        carried = Carried(
            settled.scope.frame, program.cases, program.cases.depth_of(key), program, f"{settled.indicator.id}_weighed"
        )
        share = weighed.share(carried)
        own = carried.carry(settled.score.sql, "score")
        bare = Value(own, settled.score.bounds)
        product = a.multiply(share, bare)
        sums.append(_folded(carried, product, f"{settled.indicator.id}__sum", program))
    scored.denominator = denominator
    of_members = hull(point(0), *(one.score.bounds for one in members))
    scored.base = scores.based(score, sums, denominator, of_members, program)


def _lookup(settled: Settled, situations: Situations, key: E) -> Callable[[Carried], Value]:
    family = _family(settled.indicator)

    def share(carried: Carried) -> Value:
        row_id = carried.carry(settled.scope.rows[family.relation].fetch(family.row_id).sql, "row")
        name = build.text(settled.indicator.id)
        keys = [(KEY, key), (MEMBER, name), (ROW, row_id)]
        (found,) = carried.frame.look_up(situations.rows_table, keys, [SHARE])
        return Value(found, Interval(0, MOST))

    return share


def _weights(settled: Settled, scored: Scored, program: Program, findings: Findings) -> E:
    """The rows of a family with their weights, as text. A row that is not waived must have a weight above 0."""
    indicator, frame = settled.indicator, settled.scope.frame
    if indicator.weight is None:
        raise InternalError(f"`{indicator.id}` has no weight")
    family, dialect = _family(indicator), program.dialect
    weight = program.value(indicator.weight, settled.scope)
    below, lacking = findings.of_rows(frame), findings.of_rows(frame)
    below.take(weight)
    above = build.greater(weight.sql, build.integer(0))
    above = build.true(above) if weight.nullable else above
    counts = build.present(settled.score.sql) if settled.waivable else build.boolean(value=True)
    if not (weight.bounds.low > 0 and not weight.nullable):
        lacking.reject([Rejection.at(indicator.id, build.conj((counts, build.not_(above))))])
    handed, unweighed = Findings(program, program.cases), Findings(program, program.cases)
    handed.give(below)
    unweighed.give(lacking)
    for name, conditions in handed.missing.items():
        findings.note({name: build.conj((scored.stands, build.disj(conditions)))})
    findings.reject(handed.rejects, scored.stands)
    matters = [scored.stands, *(scored.counts[one] for one in (indicator.id,) if one in scored.counts)]
    findings.reject(unweighed.rejects, build.conj(matters))
    at_hand = settled.scope.rows[family.relation]
    row_id = at_hand.fetch(family.row_id).sql
    number = exp.Cast(this=build.wrapped(weight.sql), to=dialect.text())
    shown = build.case([(above, number)], build.text(""))
    flag = build.case([(counts, build.text(""))], build.text("w"))
    parts = [row_id, build.text(UNIT), shown, build.text(UNIT), flag]
    row = exp.Concat(expressions=parts, safe=False, coalesce=False)
    kept = _kept(at_hand.member.sql)
    where = None if build.is_true(kept) else kept
    listed = frame.aggregate(f"{indicator.id}__weights", dialect.collect_sorted(row, where))
    text = dialect.join_list(listed, RECORD)
    return build.coalesce(text, build.text(""))


# sums


def _count(settled: Settled, scored: Scored, program: Program) -> Value:
    counts = build.present(settled.score.sql)
    counted = program.dialect.count_if(build.boolean(value=True) if build.is_true(counts) else counts)
    found = settled.scope.frame.aggregate(f"{settled.indicator.id}__present", counted, build.integer(0))
    return _where(scored.counts.get(settled.indicator.id), Value(found, Interval(0, ROWS)))


def _where(counts: E | None, value: Value) -> Value:
    """A sum over the rows of a family, 0 where it does not count."""
    if counts is None:
        return value
    sql = build.case([(counts, value.sql)], build.integer(0))
    return replace(value, sql=sql, interval=hull(value.bounds, point(0)))


def _sum(settled: Settled, of: Value, program: Program) -> Value:
    bounds = hull(of.bounds, point(0)).summed()
    found = build.coalesce(program.dialect.sum_wide(of.sql), build.integer(0))
    found = program.dialect.cast_narrow(found) if bounds.narrow else found
    sql = settled.scope.frame.aggregate(f"{settled.indicator.id}__sum", found, build.integer(0))
    return Value(sql, bounds, not bounds.narrow)


def _folded(carried: Carried, of: Value, hint: str, program: Program) -> Value:
    bounds = hull(of.bounds, point(0))  # the shares of all rows add up to D at most
    found = build.coalesce(program.dialect.sum_wide(build.wrapped(of.sql)), build.integer(0))
    found = program.dialect.cast_narrow(found) if bounds.narrow else found
    return Value(carried.frame.aggregate(hint, found, build.integer(0)), bounds, not bounds.narrow)


def _expressions(indicator: Indicator) -> list[Expr]:
    """Return all expressions of the indicator."""
    found: list[Expr | None] = [indicator.only_if, indicator.target, indicator.weight]
    match indicator.measure:
        case Clock() as clock:
            found += clock.expressions()
        case measure:
            found.append(measure)
    match indicator.way:
        case Steps(each=each, deduct=deduct, floor=floor):
            found += [None if isinstance(each, RelativeStep) else each, deduct, floor]
        case Bands(bands=bands):
            found += [band.test for band in bands]
        case PointsExpression(value=value):
            found.append(value)
        case Met() | Proportion() | Curve() | AsMeasure():
            pass
    return [one for one in found if one is not None]


def _granted(indicator: Indicator, program: Program) -> list[Expr]:
    """Return the expressions of exemptions that grant to it in its own rows."""
    family = _family(indicator)
    found: list[Expr] = []
    for exemption in program.ruleset.exemptions:
        for grant in exemption.grants:
            if grant.indicator != indicator.id:
                continue
            if exemption.for_each == family.relation:
                found.append(exemption.when)
            match grant:
                case TargetGrant(target=expr) | AtLeastGrant(points=expr):
                    found.append(expr)
                case WaiveGrant() | PauseGrant():
                    pass
    return found


def _kept(member: E) -> E:
    """Whether a row belongs, or may belong, to the case; never NULL."""
    return build.not_(build.false(member))


def _family(indicator: Indicator) -> Family:
    if indicator.family is None:
        raise InternalError(f"`{indicator.id}` is no family")
    return indicator.family


def _scale(settled: Settled) -> int:
    weight = settled.indicator.weight
    return weight.type.scale if weight is not None and isinstance(weight.type, Number) else 0
