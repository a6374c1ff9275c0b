"""Aggregates over rows, and the row of a one_row relation (`semantics.aggregates`).

A row counts where it belongs to the case and its `where` holds, three-valued. An aggregate over no rows comes back
through a left join, and gets a default there instead of NULL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, logic
from steelyard.engines.sql.build import E
from steelyard.engines.sql.intervals import ROWS, WIDE, Interval
from steelyard.engines.sql.relations import joined, rows_for
from steelyard.engines.sql.row_fields import ROW_ID
from steelyard.engines.sql.scope import Program, RelationRows, Scope, ordered
from steelyard.engines.sql.value import Rejection, Value, Why, guarded, resolved, under, union
from steelyard.ir.expressions import (
    Aggregate,
    Aggregation,
    Argument,
    Expr,
    Field,
    OneRow,
    OwnMeasure,
    OwnTarget,
)
from steelyard.ir.ruleset import Relation
from steelyard.ir.types import Boolean, Number, Range, Regions
from steelyard.ir.walk import nodes

TRUE = Value(build.boolean(value=True))


@dataclass(frozen=True, slots=True)
class Judged:
    """A condition on the rows of a relation, in the frame of those rows."""

    rows: RelationRows
    scope: Scope
    truth: Value

    @property
    def holds(self) -> E:
        """Whether the condition is true for a row; never NULL."""
        return self.truth.sql if not self.truth.nullable else build.true(self.truth.sql)


def judge(  # noqa: PLR0917 - all of a rule
    relation: Relation,
    when: Expr | None,
    program: Program,
    outer: Scope,
    more: Sequence[Expr] = (),
    seen: Sequence[E] = (),
) -> Judged:
    """Evaluate membership and a condition on every row; the frame can also read what `more` and `seen` need."""
    asked = [*more] if when is None else [when, *more]
    rows = rows_for(relation, program, outer, asked, seen)
    inner = outer.of_row(rows)
    key = "judged", id(rows.frame), when
    lasting = when is None or not program.reading.reads_score(when)
    truth = program.cached.get(key) if lasting else None
    if not isinstance(truth, Value):
        condition = TRUE if when is None else program.value(when, inner)
        truth = logic.both(rows.member, condition, rows.frame)
        if not isinstance(truth.sql, exp.Boolean):
            truth = replace(truth, sql=rows.frame.put(f"{relation.id}__holds", truth.sql))
        if lasting:
            program.cached[key] = truth
    return Judged(rows, inner, truth)


def some(judged: Judged, condition: E, hint: str, program: Program) -> E:
    """Whether a condition (never NULL) is true for some row; FALSE without rows."""
    if build.is_false(condition):
        return condition
    found = program.dialect.bool_or(condition)
    return judged.rows.frame.aggregate(hint, found, build.boolean(value=False))


def reasons(judged: Judged, why: Why, hint: str, program: Program) -> Why:
    """Combine the reasons of rows to reasons of the case."""
    own = resolved({name: [condition] for name, condition in why.items()}, judged.rows.frame)
    return {name: some(judged, condition, f"{hint}__lacks", program) for name, condition in own.items()}


def rejecting(judged: Judged, values: Sequence[Value], hint: str, program: Program) -> list[Rejection]:
    """Combine the rejections of rows to rejections of the case; rows that do not belong have none."""
    member = judged.rows.member
    kept = build.boolean(value=True) if build.is_true(member.sql) else build.not_(build.false(member.sql))
    found: list[Rejection] = []
    for value in values:
        found += _of_case(guarded(value.rejects, kept), judged, hint, program)
    return found


def _of_case(rejects: Sequence[Rejection], judged: Judged, hint: str, program: Program) -> list[Rejection]:
    """Combine rejections of rows to rejections of the case."""
    parts = [part for one in rejects for part in one.by_name()]
    return [replace(one, condition=some(judged, one.condition, f"{hint}__rejects", program)) for one in parts]


def aggregate(expr: Aggregate, program: Program, scope: Scope) -> Value:
    """An aggregate over the rows of the case."""
    own = any(isinstance(node, OwnTarget | OwnMeasure | Argument) for node in nodes(expr))
    outer = replace(scope, rows={}) if own else replace(program.case_scope, scores=scope.scores)
    cacheable = not own and not program.reading.reads_score(expr)
    key = "aggregate", expr
    if cacheable and key in program.cached:
        found = program.cached[key]
        if isinstance(found, Value):
            return found
    found = _aggregate(expr, program, outer)
    if cacheable:
        program.cached[key] = found
    return found


def _aggregate(expr: Aggregate, program: Program, outer: Scope) -> Value:
    relation = program.relations[expr.relation]
    if expr.aggregation is Aggregation.ALL:
        return _all(expr, relation, program, outer)
    more = () if expr.argument is None else (expr.argument,)
    judged = judge(relation, expr.where, program, outer, more)
    hint = f"{relation.id}__{expr.aggregation.value}"
    truth = judged.truth
    rejects = rejecting(judged, [truth], hint, program)
    why = reasons(judged, truth.why, hint, program)
    if expr.aggregation is Aggregation.ANY:
        sql = some(judged, judged.holds, hint, program)
        if why:
            unknown = some(judged, build.missing(truth.sql), f"{hint}__unknown", program)
            sql = build.case([(sql, build.boolean(value=True)), (unknown, build.null())], build.boolean(value=False))
            column = outer.frame.put(hint, sql)
            return Value(column, why=under(why, build.missing(column)), rejects=tuple(rejects))
        return Value(sql, rejects=tuple(rejects))
    argument = None if expr.argument is None else program.value(expr.argument, judged.scope)
    if argument is not None:
        rejects += rejecting(
            judged, [replace(argument, rejects=guarded(argument.rejects, judged.holds))], hint, program
        )
        why = union((why, reasons(judged, under(argument.why, judged.holds), hint, program)))
    folded = _fold(expr, judged, argument, program, outer, hint)
    if not why:
        return replace(folded, rejects=tuple(rejects))
    lacking = build.disj(why.values())
    sql = build.case([(lacking, build.null())], folded.sql)
    empty = under(folded.why, build.not_(lacking))
    return replace(folded, sql=outer.frame.put(hint, sql), why=union((why, empty)), rejects=tuple(rejects))


def _fold(expr: Aggregate, judged: Judged, argument: Value | None, program: Program, outer: Scope, hint: str) -> Value:  # noqa: PLR0917 - all of a rule
    frame, a, dialect = judged.rows.frame, program.arithmetic, program.dialect
    holds = judged.holds
    nothing = build.integer(0)

    most = program.relations[expr.relation].most_rows

    def counted() -> Value:
        sql = frame.aggregate(f"{hint}__rows", dialect.count_if(holds), nothing)
        return a.held(Value(sql, Interval(0, ROWS)), Interval(0, most))

    def summed(of: Value) -> Value:
        # where a row has a missing argument, the result is missing in any case
        interval = of.bounds.summed(most)
        total = dialect.sum_wide(build.wrapped(of.sql), holds)
        wide = not interval.narrow
        total = build.coalesce(total, nothing)
        if most < ROWS:  # of a case that is rejected for its rows the sum may be larger
            total = a.held(Value(total, Interval(-WIDE, WIDE), wide=True), interval).sql
        sql = frame.aggregate(hint, total if wide else dialect.cast_narrow(total), nothing)
        return a.narrowed(Value(sql, interval, wide))

    match expr.aggregation:
        case Aggregation.COUNT:
            return counted()
        case Aggregation.SUM if argument is not None:
            return summed(argument)
        case Aggregation.MIN | Aggregation.MAX if argument is not None:
            choose = dialect.least if expr.aggregation is Aggregation.MIN else dialect.greatest
            sql = frame.aggregate(hint, choose(build.wrapped(argument.sql), holds))
            return Value(sql, argument.interval, argument.wide, {expr.relation: build.missing(sql)})
        case Aggregation.MEAN if argument is not None:
            digits = _digits(expr) - (argument_scale(expr.argument) if expr.argument is not None else 0)
            total, rows = summed(argument), counted()
            mean = a.divide(a.times(total, 10 ** max(digits, 0)), a.times(rows, 10 ** max(-digits, 0)))
            magnitude = argument.bounds.magnitude * 10 ** max(digits, 0) + 1
            sql = outer.frame.put(hint, mean.sql)
            interval = Interval(-magnitude, magnitude)
            found = Value(sql, interval, mean.wide, {expr.relation: build.equal(rows.sql, nothing)})
            return a.narrowed(found)
        case _:
            raise InternalError(f"{expr.aggregation.value}() without an argument")


def _all(expr: Aggregate, relation: Relation, program: Program, outer: Scope) -> Value:
    """`all` is false if a row that belongs is false; unknown if a row of unknown membership is not true."""
    if expr.where is None:
        raise InternalError("all() without a claim")
    rows = rows_for(relation, program, outer, [expr.where])
    inner = outer.of_row(rows)
    claim = program.value(expr.where, inner)
    judged = Judged(rows, inner, claim)
    hint = f"{relation.id}__all"
    member = rows.member
    certain = member.sql if not member.nullable else build.true(member.sql)
    kept = build.not_(build.false(member.sql)) if member.nullable else member.sql
    refuted = some(
        judged,
        build.conj((certain, build.false(claim.sql) if claim.nullable else build.not_(claim.sql))),
        hint,
        program,
    )
    rejects = tuple(rejecting(judged, [claim], hint, program))
    not_true = build.not_(build.true(claim.sql)) if claim.nullable else build.not_(claim.sql)
    row_why = union((under(claim.why, kept), under(member.why, not_true)))
    why = reasons(judged, row_why, hint, program)
    if not why:
        return Value(build.not_(refuted), rejects=rejects)
    unknown = build.disj(why.values())
    sql = build.case([(refuted, build.boolean(value=False)), (unknown, build.null())], build.boolean(value=True))
    column = outer.frame.put(hint, sql)
    return Value(column, why=under(why, build.missing(column)), rejects=rejects)


# The single row of a one_row relation


@dataclass(frozen=True, slots=True)
class _Single:
    """Whether a one_row relation has a row for the case; conditions are never NULL."""

    there: E
    several: E
    why: Why


def one_row(expr: OneRow, program: Program) -> Value:
    """A field, or a define, of the single row; missing where there is no row, or where membership is unknown."""
    key = "one_row", expr.relation, expr.name
    found = program.cached.get(key)
    if isinstance(found, Value):
        return found
    relation = program.relations[expr.relation]
    single = _single(relation, program)
    field = Field(expr.relation, expr.name, type=expr.type)
    judged = judge(relation, None, program, program.case_scope, (field,))
    inner = program.value(field, judged.scope)
    hint = f"{expr.relation}__{expr.name}"
    sql = _only(expr, judged, inner, hint, program)
    own = reasons(judged, under(inner.why, judged.holds), hint, program)
    why = union((single.why, own))
    # the reasons of the field itself count only where the row exists
    why |= under({name: why[name] for name in own if name not in single.why}, single.there)
    if judged.rows.member.nullable:
        sql = program.cases.put(hint, build.case([(single.there, sql)], build.null()))
    rejects = rejecting(judged, [replace(inner, rejects=guarded(inner.rejects, judged.holds))], hint, program)
    value = Value(sql, inner.interval, inner.wide, why, tuple(guarded(rejects, single.there)))
    program.cached[key] = value
    return value


def _only(expr: OneRow, judged: Judged, inner: Value, hint: str, program: Program) -> E:
    """The value of the single row, by an aggregate; booleans are aggregated as integers."""
    frame, holds = judged.rows.frame, judged.holds
    match expr.type:
        case Boolean():
            as_number = build.case(
                [
                    (build.conj((holds, build.true(inner.sql))), build.integer(1)),
                    (build.conj((holds, build.false(inner.sql))), build.integer(0)),
                ],
                build.null(),
            )
            found = frame.aggregate(hint, exp.Max(this=as_number))
            return build.equal(found, build.integer(1))
        case Regions():
            return frame.aggregate(hint, program.dialect.only_list(build.where(holds, inner.sql)))
        case kind if ordered(kind):
            return frame.aggregate(hint, program.dialect.greatest(build.wrapped(inner.sql), holds))
        case _:  # text
            return frame.aggregate(hint, exp.Max(this=build.where(holds, inner.sql)))


def presence(relation: str, program: Program) -> tuple[E, Why]:
    """Whether the single row of a relation exists, and the reasons where it does not."""
    single = _single(program.relations[relation], program)
    return single.there, single.why


def _single(relation: Relation, program: Program) -> _Single:
    key = "single", relation.id
    found = program.cached.get(key)
    if isinstance(found, _Single):
        return found
    judged = judge(relation, None, program, program.case_scope)
    member = judged.rows.member
    certain = program.dialect.count_if(judged.holds)
    count = judged.rows.frame.aggregate(f"{relation.id}__count", certain, build.integer(0))
    if not member.nullable:
        nothing = build.equal(count, build.integer(0))
        single = _Single(
            build.greater(count, build.integer(0)), build.greater(count, build.integer(1)), {relation.id: nothing}
        )
    else:
        unknown = some(judged, build.missing(judged.truth.sql), f"{relation.id}__unknown", program)
        why = {
            name: build.conj((unknown, one)) for name, one in reasons(judged, member.why, relation.id, program).items()
        }
        nothing = build.conj((build.not_(unknown), build.equal(count, build.integer(0))))
        there = build.conj((build.not_(unknown), build.equal(count, build.integer(1))))
        several = build.greater(count, build.integer(1))
        single = _Single(there, several, union((why, {relation.id: nothing})))
    program.cached[key] = single
    return single


def membership_rejections(program: Program) -> list[Rejection]:
    """Return the conditions under which joining rows rejects a case, in the order of the relations.

    A join can reject; so do two rows of a `one_row` relation, and a number of rows that is not as declared.
    """
    found: list[Rejection] = []
    for relation in program.ruleset.relations:
        if relation.joins is not None and program.reading.may_reject(relation.joins):
            found += _join_rejections(relation, program)
        if relation.one_row and relation.id not in program.unique:
            found.append(Rejection.at(relation.id, _single(relation, program).several))
        if relation.rows is not None:
            found.append(Rejection.at(relation.id, _unlike_rows(relation, relation.rows, program)))
    return found


def _unlike_rows(relation: Relation, declared: Range, program: Program) -> E:
    """Whether no number of rows that is possible for a case is in the declared range."""
    judged = judge(relation, None, program, program.case_scope)
    frame, dialect, hint = judged.rows.frame, program.dialect, f"{relation.id}__members"
    nothing = build.integer(0)
    found: list[E] = []
    if declared.high is not None:
        least = frame.aggregate(hint, dialect.count_if(judged.holds), nothing)
        found.append(build.greater(least, build.integer(declared.high)))
    if declared.low is not None:
        possible = build.not_(build.false(judged.truth.sql)) if judged.truth.nullable else judged.holds
        most = frame.aggregate(hint, dialect.count_if(possible), nothing)
        found.append(build.less(most, build.integer(declared.low)))
    return build.disj(found)


def _join_rejections(relation: Relation, program: Program) -> list[Rejection]:
    """The rejections by joining the rows of a relation."""
    own = joined(relation, program)
    if own.keys is not None:
        return []
    rows = own.pairs
    judged = Judged(rows, program.case_scope.of_row(rows), rows.member)
    return _of_case(rows.member.rejects, judged, relation.id, program)


def row_id(rows: RelationRows) -> E:
    """The id of a row."""
    return rows.fetch(ROW_ID).sql


def argument_scale(expr: Expr) -> int:
    """The scale of a number; 0 for any other type."""
    return expr.type.scale if isinstance(expr.type, Number) else 0


def _digits(expr: Expr) -> int:
    return argument_scale(expr)
