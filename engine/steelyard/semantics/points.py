"""Stratum 7: deductions, bonuses and gates, stage by stage (LANGUAGE.md section 9).

In a stage every rule reads the scores as the stage before left them, and every rule of every score is
judged before any score moves. Then, per score: deductions, bonuses and corrections add, each capped for the rule;
the highest at_least; the lowest at_most, which wins; the clamp. All gates of a stage give one ledger line: the total
change they made, under the gate that decided it. A missing amount leaves the score unscored (`missing_amount`); a
negative one rejects the case, except of a correction, which takes points then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from steelyard.diagnostics import InternalError, msg
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Effect, OnUnknown, PointsRule, Score
from steelyard.ir.types import Number
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.exemptions import PreparedRule, judge
from steelyard.semantics.indicators import code
from steelyard.semantics.lookups import unknown_condition
from steelyard.semantics.outcome import Fixed, Line, LineKind
from steelyard.semantics.records import Applied, Judged
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.values import Missing, Rejected, rescale

MISSING_AMOUNT = "missing_amount"
"""The unscored reason of a score for which a points rule's amount is missing."""


_MOVES = (
    (Effect.DEDUCT, LineKind.DEDUCTION, -1),
    (Effect.ADD, LineKind.BONUS, 1),
    (Effect.ADJUST, LineKind.CORRECTION, 1),
)
"""What moves a score, in this order, with its line of the ledger and its sign."""


@dataclass(frozen=True, slots=True)
class PreparedPoints:
    """A points rule with its meanings, and the scales of its amount and its cap.

    `reason` is set where its reason code is computed.
    """

    rule: PointsRule
    judged: PreparedRule
    amount: Meaning
    scale: int
    cap: Meaning | None
    cap_scale: int
    reason: Meaning | None


@dataclass(slots=True)
class Standing:
    """A score during the stages: its current value times 10^-scale, and the ledger lines so far."""

    score: Score
    value: int
    scale: int
    lines: list[Line]


def prepare_points(rule: PointsRule, meaning: Callable[[Expr], Meaning], scope: RulesetScope) -> PreparedPoints:
    """Prepare a points rule."""
    relation = None if rule.for_each is None else scope.relations[rule.for_each]
    judged = PreparedRule(rule.id, relation, meaning(rule.when))
    cap = None if rule.cap is None else meaning(rule.cap)
    cap_scale = 0 if rule.cap is None else _scale(rule.cap)
    reason = meaning(rule.reason) if isinstance(rule.reason, Expr) else None
    return PreparedPoints(rule, judged, meaning(rule.amount), _scale(rule.amount), cap, cap_scale, reason)


def working_scale(score: Score, rules: tuple[PreparedPoints, ...]) -> int:
    """Return the scale of a score while points rules are applied to it."""
    return max([score.digits, *(max(p.scale, p.cap_scale) for p in rules if p.rule.on == score.id)])


@dataclass(slots=True)
class _Total:
    """A points rule that fired, with its applications and its cap."""

    prepared: PreparedPoints
    applied: list[Applied]
    cap: int | None
    missing: bool


def run_stage(
    number: int, rules: list[PreparedPoints], standings: dict[str, Standing], evaluation: Evaluation
) -> set[str]:
    """Run one stage on the given scores. Returns the ids of scores for which an amount is missing.

    Raises:
        Rejected: an amount is negative, or a condition is unknown and its rule says `unknown: reject`.
    """
    env = evaluation.env
    env.scores = {name: Fixed(standing.value, standing.scale) for name, standing in standings.items()}
    totals: dict[str, list[_Total]] = {}
    lacking: set[str] = set()
    for prepared in rules:
        if prepared.rule.on not in standings or prepared.rule.id in evaluation.lifted:
            continue
        total = _apply(prepared, standings[prepared.rule.on], evaluation)
        if total is not None:
            totals.setdefault(prepared.rule.on, []).append(total)
            if total.missing:
                lacking.add(prepared.rule.on)
    for name, moved in totals.items():
        if name not in lacking:
            _move(standings[name], number, moved)
    return lacking


def _apply(prepared: PreparedPoints, standing: Standing, evaluation: Evaluation) -> _Total | None:
    """Evaluate a rule and its amounts; None where it does not fire."""
    env, rule = evaluation.env, prepared.rule
    judged_at = len(evaluation.points)
    relation = prepared.judged.relation
    for judgement in judge(prepared.judged, env):
        if not _fires(rule, judgement, evaluation):
            evaluation.points.append(Applied(rule.id, judgement.row, judgement.truth, None, None))
            continue
        if relation is not None:
            env.bound[relation] = judgement.row
        value = prepared.amount(env)
        amount, missing = None, None
        if isinstance(value, Missing):
            missing = value
            evaluation.note(value)
        else:
            amount = Fixed(rescale(value, prepared.scale, standing.scale), standing.scale)
            _refuse_negative(rule, amount, judgement.row)
        reason = reason_of(prepared, env)
        evaluation.points.append(Applied(rule.id, judgement.row, judgement.truth, amount, missing, reason))
    if relation is not None:
        env.bound[relation] = None
    fired = [applied for applied in evaluation.points[judged_at:] if applied.fired]
    if not fired:
        return None
    cap = None if prepared.cap is None else prepared.cap(env)
    evaluation.note(cap)
    if isinstance(cap, Missing):
        return _Total(prepared, fired, None, missing=True)
    if cap is not None:
        cap = rescale(cap, prepared.cap_scale, standing.scale)
        _refuse_negative(rule, Fixed(cap, standing.scale))
    return _Total(prepared, fired, cap, any(applied.missing is not None for applied in fired))


def reason_of(prepared: PreparedPoints, env: Env) -> str | None:
    """The reason code of a rule that fired, where it is computed."""
    return None if prepared.reason is None else code(prepared.reason, prepared.rule.id, env)


def _fires(rule: PointsRule, judgement: Judged, evaluation: Evaluation) -> bool:
    truth = judgement.truth
    if not isinstance(truth, Missing):
        return truth
    evaluation.note(truth)
    match rule.unknown:
        case OnUnknown.IGNORE:
            return False
        case OnUnknown.FIRE:
            return True
        case OnUnknown.REJECT:
            raise unknown_condition(rule, truth, evaluation.ruleset, evaluation.case, judgement.row)
        case None:
            raise InternalError(f"`{rule.id}` is unknown, and its rule says nothing")
        case _:
            assert_never(rule.unknown)


def _refuse_negative(rule: PointsRule, amount: Fixed, row: BoundRow | None = None) -> None:
    if amount.value < 0 and rule.effect in {Effect.DEDUCT, Effect.ADD}:
        at = None if row is None else row.row
        raise Rejected(rule.id, str(amount), msg("an amount of 0 or more"), at)


def _move(standing: Standing, stage: int, totals: list[_Total]) -> None:
    """Apply deductions with their caps, bonuses with theirs, corrections, gates, then the clamp."""
    for effect, kind, sign in _MOVES:
        for total in totals:
            if total.prepared.rule.effect is effect:
                _add(standing, stage, total, kind, sign)
    _gate(standing, stage, totals)
    _clamp(standing, stage)


def _add(standing: Standing, stage: int, total: _Total, kind: LineKind, sign: int) -> None:
    rule, brought = total.prepared.rule.id, 0
    for applied in total.applied:
        amount = _amount(applied)
        brought += amount
        _line(standing, Line(kind, Fixed(sign * amount, standing.scale), rule, _row_id(applied), stage))
    if total.cap is not None and brought > total.cap:
        back = Fixed(sign * (total.cap - brought), standing.scale)
        _line(standing, Line(LineKind.CAP, back, rule, stage=stage))


def _gate(standing: Standing, stage: int, totals: list[_Total]) -> None:
    """Apply the highest at_least, then the lowest at_most; of several equal gates the first written decides."""
    value, decided = standing.value, None
    for effect, better in ((Effect.AT_LEAST, max), (Effect.AT_MOST, min)):
        gates = [applied for total in totals if total.prepared.rule.effect is effect for applied in total.applied]
        if gates:
            tightest = better(gates, key=_amount)  # the first of several equal ones
            if better(value, _amount(tightest)) != value:
                value, decided = _amount(tightest), tightest
    if decided is not None and value != standing.value:
        moved = Fixed(value - standing.value, standing.scale)
        _line(standing, Line(LineKind.GATE, moved, decided.rule, _row_id(decided), stage))


def _clamp(standing: Standing, stage: int) -> None:
    unit = 10 ** (standing.scale - standing.score.digits)
    low, high = standing.score.clamp.low, standing.score.clamp.high
    value = standing.value if low is None else max(standing.value, low * unit)
    value = value if high is None else min(value, high * unit)
    if value != standing.value:
        _line(standing, Line(LineKind.CLAMP, Fixed(value - standing.value, standing.scale), stage=stage))


def _line(standing: Standing, line: Line) -> None:
    standing.value += line.amount.value
    standing.lines.append(line)


def _row_id(applied: Applied) -> str | None:
    return None if applied.row is None else applied.row.row.id


def _amount(applied: Applied) -> int:
    if applied.amount is None:  # pragma: no cover - a score with a missing amount is dropped before this
        raise InternalError(f"`{applied.rule}` lacks an amount")
    return applied.amount.value


def _scale(expr: Expr) -> int:
    if not isinstance(expr.type, Number):
        raise InternalError("an amount is no number")
    return expr.type.scale
