"""Exemptions and their grants (LANGUAGE.md section 8; `semantics.exemptions`).

An *activation* is an exemption that fired, once or for a row. What it grants to an indicator is gathered over all
activations into one column of the indicator's frame: the largest relaxation (or the sum), the highest floor, whether it
waives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, logic, rows
from steelyard.engines.sql.build import E
from steelyard.engines.sql.findings import Findings
from steelyard.engines.sql.intervals import Interval, hull, point
from steelyard.engines.sql.pauses import Clocked, Pause, paused
from steelyard.engines.sql.scope import Program, Scope
from steelyard.engines.sql.value import Value, Why, constant, guarded, resolved, under
from steelyard.ir.expressions import Expr, Field
from steelyard.ir.ruleset import (
    SCORE_DIGITS,
    AtLeastGrant,
    Better,
    Exemption,
    Indicator,
    PauseGrant,
    Relation,
    TargetGrant,
    WaiveGrant,
)
from steelyard.ir.types import OPEN, DateTime, Number


@dataclass(frozen=True, slots=True)
class Fired:
    """An exemption evaluated for the case: whether it fired (never NULL), and its rows where it has a relation."""

    rule: str
    holds: E
    judged: rows.Judged | None = None


@dataclass(frozen=True, slots=True)
class Activation:
    """Where a grant is evaluated: once in the frame of the scope, or in the rows of a relation below it."""

    scope: Scope
    holds: E
    below: bool

    def largest(self, value: E, hint: str, program: Program) -> E:
        """The largest value over the activations; NULL where there is none that is not NULL."""
        if not self.below:
            return build.where(self.holds, value)
        return self.scope.frame.aggregate(hint, program.dialect.greatest(build.wrapped(value), self.holds))

    def total(self, value: E, hint: str, program: Program, *, wide: bool) -> E:
        """The sum over the activations; 0 where there is none."""
        if not self.below:
            return build.coalesce(build.where(self.holds, value), build.integer(0))
        found = build.coalesce(program.dialect.sum_wide(build.wrapped(value), self.holds), build.integer(0))
        return self.scope.frame.aggregate(hint, found if wide else program.dialect.cast_narrow(found), build.integer(0))


@dataclass(frozen=True, slots=True)
class Granted:
    """The grants to an indicator, as SQL in its frame; None where the kind cannot be granted.

    Attributes:
        target: the resolved target.
        floor: the highest at_least in hundredths; NULL where none is granted.
        waives: whether the indicator is waived; never NULL.
        paused: microseconds to subtract from the clock.
    """

    target: Value | None
    floor: Value | None
    waives: E
    paused: Value | None


def judge(exemption: Exemption, program: Program, findings: Findings) -> Fired:
    """Stratum 2: whether an exemption fires."""
    if exemption.for_each is None:
        truth = program.value(exemption.when, program.case_scope)
        findings.take(truth)
        return Fired(exemption.id, program.cases.put(exemption.id, _holds(truth)))
    relation = program.relations[exemption.for_each]
    judged = rows.judge(relation, exemption.when, program, program.case_scope)
    below = findings.of_rows(judged.rows.frame)
    below.note(judged.truth.why)
    findings.give(below)
    findings.reject(rows.rejecting(judged, [judged.truth], exemption.id, program))
    return Fired(exemption.id, rows.some(judged, judged.holds, exemption.id, program), judged)


class Grants:
    """The grants to one indicator, or to each row of a family."""

    def __init__(self, indicator: Indicator, program: Program, scope: Scope, findings: Findings) -> None:
        self._indicator = indicator
        self._program = program
        self._scope = scope
        self._findings = findings

    def settle(self, fired: dict[str, Fired], base: Value | None, clock: Clocked | None) -> Granted:
        """Return everything granted, in the order written."""
        relaxations: list[Value] = []
        floors: list[Value] = []
        waives: list[E] = []
        pauses: list[Pause] = []
        for exemption in self._program.ruleset.exemptions:
            for grant in exemption.grants:
                if grant.indicator != self._indicator.id:
                    continue
                match grant:
                    case TargetGrant(target=target):
                        relaxations.append(self._relaxation(exemption, fired, target, base))
                    case AtLeastGrant(points=points):
                        floors.append(self._floor(exemption, fired, points))
                    case WaiveGrant():
                        waives.append(self._waived(exemption, fired))
                    case PauseGrant():
                        pauses.append(self._pause(exemption, fired, clock))
                    case _:
                        assert_never(grant)
        stopped = None
        if pauses and clock is not None:
            stopped = paused(pauses, clock, self._indicator.id, self._program, self._scope)
        return Granted(self._target(base, relaxations), self._highest(floors), build.disj(waives), stopped)

    def _activation(
        self,
        exemption: Exemption,
        fired: dict[str, Fired],
        asked: Sequence[Expr],
        scope: Scope,
        seen: Sequence[E] = (),
    ) -> Activation:
        """Where the grants of an exemption are evaluated; `asked` are their expressions."""
        if exemption.for_each is None:
            return Activation(scope, fired[exemption.id].holds, below=False)
        family = self._indicator.family
        if family is not None and family.relation == exemption.for_each:
            at_hand = scope.rows[exemption.for_each]
            truth = self._program.value(exemption.when, scope)
            truth = logic.both(at_hand.member, truth, scope.frame)
            return Activation(scope, scope.frame.put(exemption.id, _holds(truth)), below=False)
        relation = self._program.relations[exemption.for_each]
        judged = rows.judge(relation, exemption.when, self._program, scope, asked, seen)
        return Activation(judged.scope, judged.holds, below=True)

    def _relaxation(self, exemption: Exemption, fired: dict[str, Fired], target: Expr, base: Value | None) -> Value:
        """The difference to the base target in the lenient direction, at least 0; 0 where refused."""
        if base is None or self._indicator.better is None:
            raise InternalError(f"`{self._indicator.id}` has no target to relax")
        a, hint = self._program.arithmetic, f"{exemption.id}__relaxes__{self._indicator.id}"
        scope = replace(self._scope, target=base)
        at = self._activation(exemption, fired, (target,), scope, (base.sql, *base.why.values()))
        milder = self._program.value(target, at.scope)
        self._refused(at, [base, replace(milder, why=_after(base, milder))], hint)
        self._rejected(at, milder, hint)
        difference = a.subtract(milder, base) if self._indicator.better is Better.LOWER else a.subtract(base, milder)
        lenient = Interval(0, max(0, difference.bounds.high))
        positive = build.case([(build.greater(difference.sql, build.integer(0)), difference.sql)], build.integer(0))
        if self._indicator.stack:
            summed = lenient.summed() if at.below else lenient
            sql = at.total(positive, hint, self._program, wide=not summed.narrow)
            return Value(sql, summed, not summed.narrow)
        found = at.largest(positive, hint, self._program)
        return Value(build.coalesce(found, build.integer(0)), lenient, difference.wide)

    def _floor(self, exemption: Exemption, fired: dict[str, Fired], points: Expr) -> Value:
        hint = f"{exemption.id}__holds__{self._indicator.id}"
        at = self._activation(exemption, fired, (points,), self._scope)
        found = self._program.value(points, at.scope)
        self._refused(at, [found], hint)
        self._rejected(at, found, hint)
        scale = points.type.scale if isinstance(points.type, Number) else 0
        units = self._program.arithmetic.times(found, 10 ** (SCORE_DIGITS - scale))
        return Value(at.largest(units.sql, hint, self._program), units.bounds, units.wide)

    def _waived(self, exemption: Exemption, fired: dict[str, Fired]) -> E:
        at = self._activation(exemption, fired, (), self._scope)
        if not at.below:
            return at.holds
        return fired[exemption.id].holds

    def _pause(self, exemption: Exemption, fired: dict[str, Fired], clock: Clocked | None) -> Pause:
        """A row's window, and the condition that it counts; a missing start, or end that is not open, refuses it."""
        if clock is None or exemption.for_each is None:
            raise InternalError(f"`{self._indicator.id}` has no clock to pause")
        relation = self._program.relations[exemption.for_each]
        start_at, end_at, opened = _window(relation)
        at = self._activation(exemption, fired, (start_at, end_at), self._scope, (clock.start.sql, clock.end.sql))
        start = self._program.value(start_at, at.scope)
        end = self._program.value(end_at, at.scope)
        if opened and end.nullable:
            end = Value(
                build.coalesce(end.sql, build.integer(OPEN)), hull(end.bounds, point(OPEN)), rejects=end.rejects
            )
        hint = f"{exemption.id}__pauses__{self._indicator.id}"
        self._refused(at, [start, end], hint)
        self._rejected(at, start, hint)
        self._rejected(at, end, hint)
        return Pause(at.scope, at.holds, start, end, at.below)

    def _refused(self, at: Activation, values: list[Value], hint: str) -> None:
        """Record what was missing for a refused grant."""
        for value in values:
            refused = under(value.why, at.holds)
            if not at.below:
                self._findings.note(refused)
                continue
            frame, dialect, nothing = at.scope.frame, self._program.dialect, build.boolean(value=False)
            for name, condition in resolved({name: [one] for name, one in refused.items()}, frame).items():
                self._findings.note({name: frame.aggregate(f"{hint}__lacks", dialect.bool_or(condition), nothing)})

    def _rejected(self, at: Activation, value: Value, hint: str) -> None:
        found = guarded(value.rejects, at.holds)
        if not at.below:
            self._findings.reject(found)
            return
        frame, dialect, nothing = at.scope.frame, self._program.dialect, build.boolean(value=False)
        for one in (part for each in found for part in each.by_name()):
            condition = frame.aggregate(f"{hint}__rejects", dialect.bool_or(one.condition), nothing)
            self._findings.reject([replace(one, condition=condition)])

    def _target(self, base: Value | None, relaxations: list[Value]) -> Value | None:
        if base is None or not relaxations:
            return base
        a = self._program.arithmetic
        relaxation = a.total(relaxations) if self._indicator.stack else a.maximum(relaxations)
        lower = self._indicator.better is Better.LOWER
        made = a.add(base, relaxation) if lower else a.subtract(base, relaxation)
        return replace(made, sql=self._scope.frame.put(f"{self._indicator.id}__target", made.sql))

    def _highest(self, floors: list[Value]) -> Value | None:
        """The highest floor that is granted; NULL where none is."""
        if not floors:
            return None
        interval = hull(*(one.bounds for one in floors))
        if len(floors) == 1:
            return replace(floors[0], why={"": build.missing(floors[0].sql)})
        least = constant(min(0, interval.low) - 1)
        there = [Value(build.coalesce(one.sql, least.sql), hull(one.bounds, least.bounds), one.wide) for one in floors]
        top = self._program.arithmetic.maximum(there)
        sql = build.where(build.disj([build.present(one.sql) for one in floors]), top.sql)
        sql = self._scope.frame.put(f"{self._indicator.id}__floor", sql)
        return Value(sql, interval, top.wide, {"": build.missing(sql)})


def _after(base: Value, milder: Value) -> Why:
    """Restrict the reasons of the milder target to cases in which the base target is present."""
    return under(milder.why, build.present(base.sql)) if base.nullable else milder.why


def _holds(truth: Value) -> E:
    return truth.sql if not truth.nullable else build.true(truth.sql)


def _window(relation: Relation) -> tuple[Field, Field, bool]:
    if relation.window is None:
        raise InternalError(f"`{relation.id}` has no window")
    types = {field.id: field.type for field in relation.fields} | {d.id: d.value.type for d in relation.defines}
    start, end = relation.window.start, relation.window.end
    kind = types[end]
    opened = isinstance(kind, DateTime) and kind.open
    return Field(relation.id, start, type=types[start]), Field(relation.id, end, type=kind), opened
