"""Strata 2 to 4 of indicators: targets, clocks, measures, scores (LANGUAGE.md section 7; `semantics.indicators`).

An indicator is computed in the frame of the cases, the rows of a family in a frame of their own. The order is that of
the reference: only_if, waive grant, missing, way, clamp, round, at_least.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, expressions, literals, logic, ways
from steelyard.engines.sql.build import E
from steelyard.engines.sql.clocks import Picked, elapsed
from steelyard.engines.sql.exemptions import Fired, Granted, Grants
from steelyard.engines.sql.findings import Findings
from steelyard.engines.sql.intervals import Interval, hull, point
from steelyard.engines.sql.pauses import Clocked
from steelyard.engines.sql.scope import Program, Scope, ordered
from steelyard.engines.sql.value import Rejection, Value, Why, constant, guarded, under, union
from steelyard.ir.expressions import Expr, Part
from steelyard.ir.ruleset import ChosenCalendar, Clock, Indicator, OnMissing


@dataclass(frozen=True, slots=True)
class Settled:
    """The SQL of an indicator, or of the rows of a family, in the frame of `scope`.

    Attributes:
        only_if: the truth of its condition combined with the membership of a family's row.
        measure, target: as published, NULL where missing; target is None where the indicator has none.
        score: in hundredths, NULL where waived.
        waivable: whether it can be waived.
        reasons: reason codes of bands by condition; where none holds, the indicator's own code applies.
        code: the indicator's own code, where that is computed; else None.
    """

    indicator: Indicator
    scope: Scope
    measure: Value
    target: Value | None
    score: Value
    waivable: bool
    reasons: tuple[tuple[E, str], ...] = ()
    code: E | None = None

    @property
    def codes(self) -> list[tuple[E, str | E]]:
        """Every code with the condition under which it is that of the points lost."""
        found: list[tuple[E, str | E]] = [*self.reasons]
        own = self.code or self.indicator.reason
        if own is not None and not isinstance(own, Expr):
            found.append((build.not_(build.disj([condition for condition, _ in self.reasons])), own))
        return found


def only_if(indicator: Indicator, program: Program, scope: Scope, findings: Findings) -> Value:
    """Stratum 2: whether the indicator applies."""
    condition = Value(build.boolean(value=True))
    if indicator.only_if is not None:
        condition = program.value(indicator.only_if, scope)
        findings.reject(condition.rejects)
    if indicator.family is not None:
        member = scope.rows[indicator.family.relation].member
        condition = logic.both(member, replace(condition, rejects=()), scope.frame)
    if build.is_true(condition.sql):
        return condition
    return replace(condition, sql=scope.frame.put(f"{indicator.id}__applies", condition.sql), rejects=())


def settle(  # noqa: PLR0917 - all of a rule
    indicator: Indicator,
    applies: Value,
    fired: Mapping[str, Fired],
    program: Program,
    scope: Scope,
    findings: Findings,
) -> Settled:
    """Strata 3 and 4."""
    frame = scope.frame
    findings.note(applies.why)
    base = None if indicator.target is None else program.value(indicator.target, scope)
    if base is not None:
        findings.reject(base.rejects)
        base = replace(base, sql=frame.put(f"{indicator.id}__base", base.sql), rejects=())
    clock, timed = _clock(indicator, program, scope, findings)
    granted = Grants(indicator, program, scope, findings).settle({**fired}, base, clock)
    target = granted.target
    if timed is None:
        if isinstance(indicator.measure, Clock):
            raise InternalError("a clock that was not read")
        measure = program.value(indicator.measure, replace(scope, target=target))
        findings.reject(measure.rejects)
    elif granted.paused is not None:
        measure = program.arithmetic.subtract(timed, granted.paused)
        longest = max(0, timed.bounds.high)
        measure = replace(measure, interval=Interval(min(0, timed.bounds.low), longest))
    else:
        measure = timed
    if isinstance(indicator.measure, Clock) and indicator.measure.range is not None:
        interval = expressions.declared_interval(indicator.measure.range, measure)
        measure = expressions.bounded(measure, interval, indicator.id, program, scope)
        findings.reject(measure.rejects)
    measure = replace(measure, sql=frame.put(f"{indicator.id}__measure", measure.sql), rejects=())
    findings.note(measure.why)
    if target is not None:
        findings.note(target.why)
    return _scored(indicator, applies, measure, target, granted, program, scope, findings)


def publish(settled: Settled, program: Program) -> None:
    """Make the parts of an indicator (not of a family) readable for other expressions."""
    name = settled.indicator.id
    score, parts = settled.score, program.parts
    waived = build.missing(score.sql) if settled.waivable else build.boolean(value=False)

    def named(part: Part, value: Value, condition: E) -> Value:
        why = {} if build.is_false(condition) else {f"{name}.{part.value}": condition}
        return replace(value, why=why, rejects=())

    parts[name, Part.MEASURE] = settled.measure
    status = build.case([(waived, build.text("waived"))], build.text("scored"))
    parts[name, Part.STATUS] = Value(status)
    parts[name, Part.SCORE] = named(Part.SCORE, score, waived)
    if settled.target is None:
        null = literals.typed_null(settled.indicator.measure_type, program)
        parts[name, Part.TARGET] = named(Part.TARGET, Value(null, point(0)), build.boolean(value=True))
        return
    target = settled.target
    if settled.waivable:
        sql = build.case([(waived, build.null())], target.sql)
        why = {f"{name}.{Part.TARGET.value}": waived, **under(target.why, build.not_(waived))}
        parts[name, Part.TARGET] = replace(target, sql=sql, why=why, rejects=())
    else:
        parts[name, Part.TARGET] = replace(target, rejects=())


def _clock(
    indicator: Indicator, program: Program, scope: Scope, findings: Findings
) -> tuple[Clocked | None, Value | None]:
    """Read a clock: its instants, and the time it shows before pauses."""
    clock = indicator.measure
    if not isinstance(clock, Clock):
        return None, None
    start = program.value(clock.start, scope)
    stop = program.value(clock.stop, scope)
    findings.reject(start.rejects)
    findings.reject(stop.rejects)
    end = replace(stop, rejects=())
    if clock.until is not None and stop.nullable:
        until = program.value(clock.until, scope)
        findings.reject(guarded(until.rejects, build.missing(stop.sql)))
        end = logic.first_present([end, replace(until, rejects=())], program.arithmetic, scope.frame)
    # short expressions do not become columns, so that rows can read them at a lower layer
    start = replace(start, sql=build.shortened(start.sql, f"{indicator.id}__start", scope.frame.put), rejects=())
    end = replace(end, sql=build.shortened(end.sql, f"{indicator.id}__end", scope.frame.put))
    if end.bounds.low < start.bounds.high and not _ordered(clock, program):
        reversed_ = build.true(build.less(end.sql, start.sql))
        findings.reject([Rejection.at(indicator.id, reversed_)])
    calendar = clock.calendar
    if isinstance(calendar, ChosenCalendar):
        number = program.value(calendar.number, scope)
        findings.reject(number.rejects)
        picked = Picked(calendar.calendars, build.shortened(number.sql, f"{indicator.id}__calendar", scope.frame.put))
        if number.nullable:
            there = build.where(build.present(picked.number), end.sql)
            end = replace(end, sql=scope.frame.put(f"{indicator.id}__end", there), why=union((end.why, number.why)))
        calendar = picked
    shown = elapsed(start, end, calendar, indicator.id, program, scope.frame)
    findings.reject(shown.rejects)
    longest = max(0, end.bounds.high - start.bounds.low)
    timed = replace(shown, interval=Interval(0, longest), why=union((start.why, end.why)), rejects=())
    return Clocked(start, end, calendar), timed


def _ordered(clock: Clock, program: Program) -> bool:
    """Whether intake guarantees that the end is not before the start: `not_before`, and no `until`."""
    from steelyard.ir.expressions import Input

    match clock.start, clock.stop:
        case Input(name=start), Input(name=stop) if clock.until is None:
            return program.inputs[stop].not_before == start
        case _:  # a clock between other expressions
            return False


def _scored(  # noqa: PLR0917 - all of a rule
    indicator: Indicator,
    applies: Value,
    measure: Value,
    target: Value | None,
    granted: Granted,
    program: Program,
    scope: Scope,
    findings: Findings,
) -> Settled:
    frame, a = scope.frame, program.arithmetic
    holds = applies.sql if not applies.nullable else build.true(applies.sql)
    asked = build.conj((holds, build.not_(granted.waives)))
    there = [build.present(one.sql) for one in (measure, target) if one is not None and one.nullable]
    scored = build.conj((asked, *there))
    way = ways.score(indicator, measure, target, program, scope)
    findings.take(way.score, scored)
    score = _clamped(indicator, replace(way.score, why={}, rejects=()), program)
    lacks = [build.missing(one.sql) for one in (measure, target, way.score) if one is not None and one.nullable]
    rule = indicator.missing
    lacking = build.disj(lacks) if rule is not None else build.boolean(value=False)
    waivable = not build.is_true(asked)
    whens: list[tuple[E, Value]] = []
    nothing = Value(build.null(), None)
    if waivable:
        whens.append((build.not_(asked), nothing))
    # without a `missing` rule, the check has proved that nothing can be missing
    if rule is not None and not build.is_false(lacking):
        match rule.action:
            case OnMissing.WAIVE:
                waivable = True
                whens.append((lacking, nothing))
            case OnMissing.REJECT:
                findings.reject([Rejection.at(indicator.id, build.conj((asked, lacking)))])
            case OnMissing.SCORE:
                whens.append((lacking, constant(rule.score or 0)))
    made = a.choose(whens, score) if whens else score
    made = replace(made, interval=hull(score.bounds, *(v.bounds for _, v in whens if v.interval is not None)))
    if granted.floor is not None:
        made = _floored(made, granted.floor, program)
    if not ordered(indicator.measure_type):
        measure = replace(measure, interval=None)
    made = a.narrowed(made)
    sql = program.dialect.cast_narrow(made.sql) if build.number_of(made.sql) is not None else made.sql
    sql = frame.put(f"{indicator.id}__score", sql)
    why: Why = {f"{indicator.id}.score": build.missing(sql)} if waivable else {}
    reasons = way.reasons
    if reasons and not build.is_false(lacking):
        reasons = tuple((build.conj((build.not_(lacking), condition)), code) for condition, code in reasons)
    settled = Settled(indicator, scope, measure, target, Value(sql, made.bounds, False, why), waivable, reasons)
    return _coded(settled, program, findings)


def _coded(settled: Settled, program: Program, findings: Findings) -> Settled:
    """With the computed reason code; it is computed where the indicator has a score and its band has no code."""
    own = settled.indicator.reason
    if not isinstance(own, Expr):
        return settled
    found = program.value(own, settled.scope)
    banded = build.disj([condition for condition, _ in settled.reasons])
    there = build.present(settled.score.sql) if settled.waivable else build.boolean(value=True)
    findings.take(found, build.conj((there, build.not_(banded))))
    return replace(settled, code=settled.scope.frame.put(f"{settled.indicator.id}__reason", found.sql))


def _clamped(indicator: Indicator, score: Value, program: Program) -> Value:
    a, clamp = program.arithmetic, indicator.clamp
    if clamp is None:
        return score
    if clamp.low is not None and score.bounds.low < clamp.low:
        score = a.maximum([score, constant(clamp.low)])
    if clamp.high is not None and score.bounds.high > clamp.high:
        score = a.minimum([score, constant(clamp.high)])
    return score


def _floored(score: Value, floor: Value, program: Program) -> Value:
    """The score, raised to the floor where one is granted."""
    higher = build.true(build.greater(floor.sql, score.sql))
    made = program.arithmetic.choose([(higher, replace(floor, why={}))], replace(score, why={}))
    return replace(
        made, interval=hull(score.bounds, Interval(score.bounds.low, max(score.bounds.high, floor.bounds.high)))
    )
