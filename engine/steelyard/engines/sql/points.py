"""Stratum 7: deductions, bonuses, corrections and gates, stage by stage (LANGUAGE.md section 9; `semantics.points`).

In a stage every rule reads the scores as the stage before left them. A rule becomes a column of the cases: the sum of
its amounts up to its cap, or, for a gate, the strictest of its bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, rows
from steelyard.engines.sql.build import E
from steelyard.engines.sql.findings import Findings
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.intervals import hull
from steelyard.engines.sql.scope import Program, Scope
from steelyard.engines.sql.scores import Scored, clamped
from steelyard.engines.sql.value import Rejection, Value, constant
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Better, Effect, OnUnknown, PointsRule, Score
from steelyard.ir.types import Number
from steelyard.semantics.points import MISSING_AMOUNT


@dataclass(eq=False)
class Standing:
    """A score during the stages: a value at its working scale.

    Attributes:
        lost: by rule, the points that it took away, at the working scale; NULL or 0 where it took none.
        codes: by rule whose reason code is computed, that code; of a rule with a relation, by row.
    """

    scored: Scored
    value: Value
    scale: int
    lost: dict[str, Value] = field(default_factory=lambda: {})
    codes: dict[str, E | RowCodes] = field(default_factory=lambda: {})


@dataclass(frozen=True, slots=True)
class RowCodes:
    """The reason codes of the rows of a points rule, in their frame.

    Attributes:
        holds: whether the rule fires for the row; never NULL.
        lost: the points that the rows with this code took away together, up to the rule's cap.
    """

    frame: Frame
    holds: E
    code: E
    lost: Value


@dataclass(frozen=True, slots=True)
class Brought:
    """A points rule evaluated in its stage.

    Attributes:
        fires: whether it fires; never NULL.
        amount: the sum up to the cap, or the strictest bound; NULL or 0 where it does not fire.
        lacks: whether an amount is missing; never NULL.
        judged: for a rule with a relation, its rows with the truth that it fires for each; else None.
    """

    rule: PointsRule
    fires: E
    amount: Value
    lacks: E
    judged: tuple[rows.Judged, E] | None = None


def working_scale(score: Score, rules: Sequence[PointsRule]) -> int:
    """The scale of a score while points rules are applied."""
    own = [rule for rule in rules if rule.on == score.id]
    scales = [_scale(e) for rule in own for e in (rule.amount, rule.cap) if e is not None]
    return max([score.digits, *scales])


def run_stage(
    stage: int,
    standings: Mapping[str, Standing],
    lifted: Mapping[str, E],
    program: Program,
    findings: Findings,
) -> list[Brought]:
    """Evaluate every rule of a stage, then apply them to the scores."""
    rules = [rule for rule in program.ruleset.points if rule.stage == stage]
    scope = replace(program.case_scope, scores=scores_so_far(standings))
    brought = [_apply(rule, standings[rule.on], lifted, scope, program, findings) for rule in rules]
    for name, standing in standings.items():
        own = [one for one in brought if one.rule.on == name]
        _lack(standing, own, program)
        _move(standing, own, stage, program)
    return brought


def scores_so_far(standings: Mapping[str, Standing]) -> dict[str, tuple[Value, int]]:
    """The scores as expressions read them; a score without a value is missing, with its name as the reason."""
    found: dict[str, tuple[Value, int]] = {}
    for name, standing in standings.items():
        stands = standing.scored.stands
        if build.is_true(stands):
            found[name] = replace(standing.value, why={}), standing.scale
            continue
        sql = build.where(stands, standing.value.sql)
        found[name] = replace(standing.value, sql=sql, why={name: build.not_(stands)}), standing.scale
    return found


def _apply(  # noqa: PLR0917 - all of a rule
    rule: PointsRule,
    standing: Standing,
    lifted: Mapping[str, E],
    scope: Scope,
    program: Program,
    findings: Findings,
) -> Brought:
    active = build.conj((standing.scored.stands, build.not_(lifted.get(rule.id, build.boolean(value=False)))))
    if rule.for_each is None:
        return _once(rule, standing, active, scope, program, findings)
    return _each(rule, standing, active, scope, program, findings)


def _once(  # noqa: PLR0917 - all of a rule
    rule: PointsRule, standing: Standing, active: E, scope: Scope, program: Program, findings: Findings
) -> Brought:
    truth = program.value(rule.when, scope)
    findings.take(truth, active)
    fires = program.cases.put(f"{rule.id}__fires", build.conj((active, _fires(rule, truth))))
    _reject_unknown(rule, active, truth, findings)
    amount = _units(rule.amount, standing, program, scope)
    findings.take(amount, fires)
    _refuse_negative(rule, amount, fires, findings)
    if isinstance(rule.reason, Expr):
        found = program.value(rule.reason, scope)
        findings.take(found, fires)
        standing.codes[rule.id] = program.cases.put(f"{rule.id}__reason", found.sql)
    lacks = build.conj((fires, build.missing(amount.sql))) if amount.nullable else build.boolean(value=False)
    given = replace(amount, why={}, rejects=())
    given, lacks = _capped(rule, given, fires, lacks, standing, scope, program, findings)
    sql = program.cases.put(f"{rule.id}__amount", build.where(fires, given.sql))
    return Brought(rule, fires, replace(given, sql=sql), lacks)


def _each(  # noqa: PLR0917 - all of a rule
    rule: PointsRule, standing: Standing, active: E, scope: Scope, program: Program, findings: Findings
) -> Brought:
    if rule.for_each is None:
        raise InternalError(f"`{rule.id}` has no rows")
    dialect, nothing = program.dialect, build.boolean(value=False)
    asked, seen, cap = [rule.amount], list[E](), None
    if isinstance(rule.reason, Expr):
        asked.append(rule.reason)
        cap = _cap_column(rule, standing, scope, program)
        seen += [active, build.column("_case"), *(() if cap is None else (cap.sql,))]
    judged = rows.judge(program.relations[rule.for_each], rule.when, program, scope, asked, seen)
    frame, truth = judged.rows.frame, judged.truth
    below = findings.of_rows(frame)
    below.take(truth)
    holds = _fires(rule, truth)
    _reject_unknown(rule, build.boolean(value=True), truth, below)
    amount = _units(rule.amount, standing, program, judged.scope)
    below.take(amount, holds)
    _refuse_negative(rule, amount, holds, below)
    if isinstance(rule.reason, Expr):
        code = program.value(rule.reason, judged.scope)
        below.take(code, holds)
        fired = frame.put(f"{rule.id}__holds", build.conj((active, holds)))
        standing.codes[rule.id] = _row_codes(rule, standing, amount, fired, code.sql, cap, frame, program)
    handed = Findings(program, program.cases)
    handed.give(below)
    for name, conditions in handed.missing.items():
        findings.note({name: build.conj((active, build.disj(conditions)))})
    findings.reject(handed.rejects, active)
    some = frame.aggregate(f"{rule.id}__some", dialect.bool_or(holds), nothing)
    fires = program.cases.put(f"{rule.id}__fires", build.conj((active, some)))
    lacks: E = nothing
    if amount.nullable:
        lack = build.conj((holds, build.missing(amount.sql)))
        lacks = build.conj((fires, frame.aggregate(f"{rule.id}__lacks", dialect.bool_or(lack), nothing)))
    given = _gathered(rule, amount, holds, frame, program)
    given, lacks = _capped(rule, given, fires, lacks, standing, scope, program, findings)
    sql = program.cases.put(f"{rule.id}__amount", build.where(fires, given.sql))
    return Brought(rule, fires, replace(given, sql=sql), lacks, (judged, holds))


def _cap_column(rule: PointsRule, standing: Standing, scope: Scope, program: Program) -> Value | None:
    """The cap of a rule as a column of the cases; None where it has none."""
    if rule.cap is None:
        return None
    cap = _units(rule.cap, standing, program, scope)
    return replace(cap, sql=program.cases.put(f"{rule.id}__cap", cap.sql), why={}, rejects=())


def _row_codes(  # noqa: PLR0917 - all of a rule
    rule: PointsRule,
    standing: Standing,
    amount: Value,
    fired: E,
    code: E,
    cap: Value | None,
    frame: Frame,
    program: Program,
) -> RowCodes:
    """Add up the points of all rows of a case that have the same code."""
    a = program.arithmetic
    code = frame.put(f"{rule.id}__reason", code)
    summed = program.dialect.sum_wide(build.where(fired, amount.sql))
    total = frame.put(f"{rule.id}__of_code", exp.Window(this=summed, partition_by=[build.column("_case"), code]))
    lost = Value(total, amount.bounds.summed(), wide=True)
    lost = lost if cap is None else a.minimum([lost, cap])
    lower = standing.scored.score.better is Better.LOWER
    return RowCodes(frame, fired, code, a.negate(lost) if (rule.effect is Effect.DEDUCT) is lower else lost)


def _gathered(rule: PointsRule, amount: Value, holds: E, frame: Frame, program: Program) -> Value:
    """Combine the amounts of all rows that fired: the strictest bound of gates, the sum of all others."""
    dialect, hint = program.dialect, f"{rule.id}__of_rows"
    bare = build.wrapped(amount.sql)
    match rule.effect:
        case Effect.AT_LEAST:
            return Value(frame.aggregate(hint, dialect.greatest(bare, holds)), amount.bounds, amount.wide)
        case Effect.AT_MOST:
            return Value(frame.aggregate(hint, dialect.least(bare, holds)), amount.bounds, amount.wide)
        case Effect.DEDUCT | Effect.ADD | Effect.ADJUST:
            bounds = amount.bounds.summed()
            total = build.coalesce(dialect.sum_wide(bare, holds), build.integer(0))
            if bounds.narrow:
                total = dialect.cast_narrow(total)
            return Value(frame.aggregate(hint, total, build.integer(0)), bounds, not bounds.narrow)


def _capped(  # noqa: PLR0917 - all of a rule
    rule: PointsRule,
    given: Value,
    fires: E,
    lacks: E,
    standing: Standing,
    scope: Scope,
    program: Program,
    findings: Findings,
) -> tuple[Value, E]:
    """The amount of a rule up to its cap, and whether it is missing."""
    if rule.cap is None:
        return given, lacks
    cap = _units(rule.cap, standing, program, scope)
    findings.take(cap, fires)
    _refuse_negative(rule, cap, fires, findings)
    if cap.nullable:
        lacks = build.disj((lacks, build.conj((fires, build.missing(cap.sql)))))
    return program.arithmetic.minimum([replace(given, why={}), replace(cap, why={}, rejects=())]), lacks


def _units(expr: Expr, standing: Standing, program: Program, scope: Scope) -> Value:
    found = program.value(expr, scope)
    return program.arithmetic.times(found, 10 ** (standing.scale - _scale(expr)))


def _fires(rule: PointsRule, truth: Value) -> E:
    """Whether the rule fires for a truth; never NULL."""
    if not truth.nullable:
        return truth.sql
    return build.not_(build.false(truth.sql)) if rule.unknown is OnUnknown.FIRE else build.true(truth.sql)


def _reject_unknown(rule: PointsRule, active: E, truth: Value, findings: Findings) -> None:
    if truth.nullable and rule.unknown is OnUnknown.REJECT:
        findings.reject([Rejection.at(rule.id, build.conj((active, build.missing(truth.sql))))])


def _refuse_negative(rule: PointsRule, amount: Value, fires: E, findings: Findings) -> None:
    if rule.effect in {Effect.DEDUCT, Effect.ADD} and amount.bounds.low < 0:
        negative = build.true(build.less(amount.sql, build.integer(0)))
        findings.reject([Rejection.at(rule.id, build.conj((fires, negative)))])


def _lack(standing: Standing, own: Sequence[Brought], program: Program) -> None:
    """Leave a score unscored where an amount is missing."""
    lacks = build.disj([one.lacks for one in own])
    if build.is_false(lacks):
        return
    name = standing.scored.score.id
    lacks = program.cases.put(f"{name}__lacks", lacks)
    standing.scored.unscored.append((lacks, MISSING_AMOUNT))
    stands = build.conj((standing.scored.stands, build.not_(lacks)))
    standing.scored.stands = program.cases.put(f"{name}__stands", stands)


def _move(standing: Standing, own: Sequence[Brought], stage: int, program: Program) -> None:
    """Apply deductions, bonuses and corrections, gates, then the clamp."""
    if not own:
        return
    a, score = program.arithmetic, standing.scored.score
    hint = f"{score.id}__{stage}"
    sums: list[Value] = []
    for one in own:
        if one.rule.effect in {Effect.AT_MOST, Effect.AT_LEAST}:
            continue
        there = replace(one.amount, sql=build.coalesce(one.amount.sql, build.integer(0)))
        there = replace(there, interval=hull(constant(0).bounds, there.bounds))
        moved = a.negate(there) if one.rule.effect is Effect.DEDUCT else there
        sums.append(moved)
        _lose(standing, one.rule, moved, program)
    value = a.total([standing.value, *sums])
    value = replace(value, sql=program.cases.put(f"{hint}_moved", value.sql))
    value = _gate(standing, own, value, hint, program)
    value = clamped(score, value, 10 ** (standing.scale - score.digits), program)
    standing.value = replace(value, sql=program.cases.put(hint, value.sql), rejects=())


def _lose(standing: Standing, rule: PointsRule, moved: Value, program: Program) -> None:
    """Record the points that a rule took away: the amount by which it made the score worse."""
    if rule.reason is None:
        return
    lower = standing.scored.score.better is Better.LOWER
    standing.lost[rule.id] = moved if lower else program.arithmetic.negate(moved)


def _gate(standing: Standing, own: Sequence[Brought], value: Value, hint: str, program: Program) -> Value:
    """Apply the highest at_least, then the lowest at_most; of several equal gates the first written decides."""
    a, put = program.arithmetic, program.cases.put
    floors = [one for one in own if one.rule.effect is Effect.AT_LEAST]
    tops = [one for one in own if one.rule.effect is Effect.AT_MOST]
    if not floors and not tops:
        return value
    made, raised, lowered = value, build.boolean(value=False), build.boolean(value=False)
    deciding: list[tuple[Brought, E]] = []
    if floors:
        bound = _tightest(floors, program, highest=True)
        bound = replace(bound, sql=put(f"{hint}_at_least", bound.sql))
        raised = build.true(build.greater(bound.sql, made.sql))
        deciding += _deciders(floors, bound, raised)
        made = a.choose([(raised, bound)], made)
        made = replace(made, sql=put(f"{hint}_raised", made.sql))
    if tops:
        bound = _tightest(tops, program, highest=False)
        bound = replace(bound, sql=put(f"{hint}_at_most", bound.sql))
        lowered = build.true(build.less(bound.sql, made.sql))
        deciding = [(one, build.conj((decides, build.not_(lowered)))) for one, decides in deciding]
        deciding += _deciders(tops, bound, lowered)
        made = a.choose([(lowered, bound)], made)
    made = replace(made, sql=put(f"{hint}_gated", made.sql))
    moved = a.subtract(replace(made, why={}), replace(value, why={}))
    for one, decides in deciding:
        _lose(standing, one.rule, a.choose([(decides, moved)], constant(0)), program)
    return made


def _tightest(gates: Sequence[Brought], program: Program, *, highest: bool) -> Value:
    """The strictest bound of the gates that fire; NULL where none does."""
    if len(gates) == 1:
        return gates[0].amount
    a = program.arithmetic
    bounds = hull(*(one.amount.bounds for one in gates))
    beyond = constant(bounds.low - 1 if highest else bounds.high + 1)
    there = [
        replace(one.amount, sql=build.coalesce(one.amount.sql, beyond.sql), interval=hull(bounds, beyond.bounds))
        for one in gates
    ]
    made = (a.maximum if highest else a.minimum)(there)
    return replace(made, sql=build.where(build.disj([one.fires for one in gates]), made.sql), interval=bounds)


def _deciders(gates: Sequence[Brought], bound: Value, moves: E) -> list[tuple[Brought, E]]:
    """For each gate the condition that it decides, where gates change the score: it has the strictest bound first."""
    found: list[tuple[Brought, E]] = []
    before: list[E] = []
    for one in gates:
        mine = build.true(build.equal(one.amount.sql, bound.sql)) if len(gates) > 1 else one.fires
        found.append((one, build.conj((moves, mine, *(build.not_(other) for other in before)))))
        before.append(mine)
    return found


def _scale(expr: Expr) -> int:
    if not isinstance(expr.type, Number):
        raise InternalError("an amount is no number")
    return expr.type.scale
