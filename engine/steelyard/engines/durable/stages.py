"""Combines deductions, bonuses, corrections and gates (LANGUAGE.md section 9), independently of semantics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.diagnostics import InternalError, msg
from steelyard.engines.durable.plan import Answering, both
from steelyard.ir.ruleset import Effect, OnUnknown, PointsRule, Score
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.lookups import unknown_condition
from steelyard.semantics.outcome import Fixed, Line, LineKind
from steelyard.semantics.points import MISSING_AMOUNT, PreparedPoints, reason_of
from steelyard.semantics.records import Applied
from steelyard.semantics.values import Missing, Rejected, Truth, rescale


@dataclass(slots=True)
class Running:
    """A score during the stages.

    Attributes:
        score: the score's rule.
        value: the current value, in units of 10^-scale.
        lines: the ledger lines so far.
        lacking: why the score is unscored, once an amount was missing; None before.
    """

    score: Score
    value: int
    scale: int
    lines: list[Line]
    lacking: str | None = None

    def move(self, line: Line) -> None:
        """Add a ledger line to the score."""
        self.value += line.amount.value
        self.lines.append(line)


@dataclass(frozen=True, slots=True)
class Effects:
    """A rule that fired: each row's id with its amount at the score's scale, and the cap."""

    rule: PointsRule
    amounts: tuple[tuple[str | None, int], ...]
    cap: int | None


def run_stage(
    stage: int,
    rules: Sequence[PreparedPoints],
    running: dict[str, Running],
    answering: Answering,
    evaluation: Evaluation,
) -> None:
    """Evaluate every rule of a stage, then apply them. A score with a missing amount is removed from `running`.

    Raises:
        Rejected: an amount is negative, or a condition is unknown and its rule says `unknown: reject`.
    """
    env = answering.env
    env.scores = {name: Fixed(run.value, run.scale) for name, run in running.items()}
    effects: dict[str, list[Effects]] = {name: [] for name in running}
    for prepared in rules:
        run = running.get(prepared.rule.on)
        if run is not None and prepared.rule.id not in evaluation.lifted:
            found = _effects(prepared, run, answering, evaluation)
            if found is not None:
                effects[prepared.rule.on].append(found)
    for name in list(running):
        if running[name].lacking is not None:
            del running[name]
        else:
            _move(running[name], stage, effects[name])


def _effects(prepared: PreparedPoints, run: Running, answering: Answering, evaluation: Evaluation) -> Effects | None:
    """Return what a rule contributes; None where it does not fire, or an amount is missing."""
    env, rule, relation = answering.env, prepared.rule, prepared.judged.relation
    fired: list[tuple[str | None, int]] = []
    lacking = False
    for row, truth in _judged(prepared, answering):
        if not _fires(rule, truth, row, evaluation):
            continue
        if relation is not None:
            env.bound[relation] = row
        value: int | Missing = prepared.amount(env)
        reason = reason_of(prepared, env)
        if relation is not None:
            env.bound[relation] = None
        evaluation.note(value)
        lacking |= isinstance(value, Missing)
        row_id = None if row is None else row.row.id
        amount = 0 if isinstance(value, Missing) else _amount(rule, value, prepared.scale, run, row)
        fired.append((row_id, amount))
        evaluation.points.append(Applied(rule.id, row, truth, Fixed(amount, run.scale), None, reason))
    if not fired:
        return None
    cap: int | Missing | None = None if prepared.cap is None else prepared.cap(env)
    evaluation.note(cap)
    if isinstance(cap, int):
        cap = _amount(rule, cap, prepared.cap_scale, run)
    if lacking or isinstance(cap, Missing):
        run.lacking = MISSING_AMOUNT
        return None
    return Effects(rule, tuple(fired), cap)


def _judged(prepared: PreparedPoints, answering: Answering) -> list[tuple[BoundRow | None, Truth]]:
    key, relation = ("points", prepared.rule.id), prepared.judged.relation
    if relation is None:
        return [(None, answering.on_case(key))]
    rows = answering.env.rows[relation]
    truths = answering.on_rows(key, relation, rows)
    return [(row, both(row.member, truth)) for row, truth in zip(rows, truths, strict=True)]


def _fires(rule: PointsRule, truth: Truth, row: BoundRow | None, evaluation: Evaluation) -> bool:
    if not isinstance(truth, Missing):
        return truth
    evaluation.note(truth)
    if rule.unknown is None:
        raise InternalError(f"`{rule.id}` is unknown, and its rule says nothing")
    if rule.unknown is OnUnknown.REJECT:
        raise unknown_condition(rule, truth, evaluation.ruleset, evaluation.case, row)
    return rule.unknown is OnUnknown.FIRE


def _amount(rule: PointsRule, value: int, scale: int, run: Running, row: BoundRow | None = None) -> int:
    amount = rescale(value, scale, run.scale)
    if amount < 0 and rule.effect in (Effect.DEDUCT, Effect.ADD):
        at = None if row is None else row.row
        raise Rejected(rule.id, str(Fixed(amount, run.scale)), msg("an amount of 0 or more"), at)
    return amount


def _move(run: Running, stage: int, effects: Sequence[Effects]) -> None:
    kinds = {Effect.DEDUCT: LineKind.DEDUCTION, Effect.ADD: LineKind.BONUS, Effect.ADJUST: LineKind.CORRECTION}
    for wanted, kind in kinds.items():
        sign = -1 if wanted is Effect.DEDUCT else 1
        for effect in effects:
            if effect.rule.effect is wanted:
                for row, amount in effect.amounts:
                    run.move(Line(kind, Fixed(sign * amount, run.scale), effect.rule.id, row, stage))
                over = sum(amount for _, amount in effect.amounts) - (effect.cap or 0)
                if effect.cap is not None and over > 0:
                    run.move(Line(LineKind.CAP, Fixed(-sign * over, run.scale), effect.rule.id, stage=stage))
    _gates(run, stage, effects)
    unit = 10 ** (run.scale - run.score.digits)
    for bound, side in ((run.score.clamp.low, 1), (run.score.clamp.high, -1)):
        if bound is not None and (bound * unit - run.value) * side > 0:
            run.move(Line(LineKind.CLAMP, Fixed(bound * unit - run.value, run.scale), stage=stage))


def _gates(run: Running, stage: int, effects: Sequence[Effects]) -> None:
    """Apply the highest at_least, then the lowest at_most, which wins; the deciding gate gets the ledger line."""
    lifts = [(amount, e.rule.id, row) for e in effects if e.rule.effect is Effect.AT_LEAST for row, amount in e.amounts]
    lids = [(amount, e.rule.id, row) for e in effects if e.rule.effect is Effect.AT_MOST for row, amount in e.amounts]
    result, decider = run.value, None
    for gate in lifts:
        if gate[0] > result:
            result, decider = gate[0], gate
    for gate in lids:
        if gate[0] < result:
            result, decider = gate[0], gate
    if decider is not None and result != run.value:
        run.move(Line(LineKind.GATE, Fixed(result - run.value, run.scale), decider[1], decider[2], stage))
