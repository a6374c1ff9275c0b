"""Reason codes: why points were lost, most points first (LANGUAGE.md section 7).

They are ranked by the published points lost. Ties are broken by order: indicators before points rules, then the order
written, then the order of rows; where a code is computed, its text comes before the order of rows. Only losses above 0
count, a code is listed once, and `score.reasons` limits how many.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import LEDGER_DIGITS, Better, Effect, PointsRule, Score
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Line, LineKind
from steelyard.semantics.records import Scored
from steelyard.semantics.values import rescale


class _Loss(NamedTuple):
    """Points lost, the position of the rule, what decides ties within it, and the code."""

    points: int
    place: int
    tie: str
    code: str | None


def rank(score: Score, scored: Scored, ledger: Sequence[Line], evaluation: Evaluation) -> tuple[str, ...]:
    """Return the reason codes of one score.

    Args:
        score: the score.
        scored: the result of its indicators.
        ledger: its ledger lines; a points rule loses what its lines, including the cap, take away.
        evaluation: with every points rule that was applied.
    """
    digits = max((line.amount.scale for line in ledger), default=LEDGER_DIGITS)
    unit = 10 ** (digits - LEDGER_DIGITS)
    places = {one: place for place, one in enumerate(score.members)}
    ranked: list[_Loss] = []
    for result, _, lost in scored.contributions:
        rule, code = result.indicator, result.reason or ""
        tie = code if isinstance(rule.reason, Expr) else ""
        ranked.append(_Loss(lost * unit, places[rule.id], tie, result.reason))
    of_rules: dict[str, int] = {}
    for line in ledger:
        if line.rule is not None and line.kind is not LineKind.LOST:
            of_rules[line.rule] = of_rules.get(line.rule, 0) + rescale(line.amount.value, line.amount.scale, digits)
    sign = 1 if score.better is Better.LOWER else -1
    for place, rule in enumerate(evaluation.ruleset.points if of_rules else (), len(places)):
        if rule.id not in of_rules:
            continue
        total = sign * of_rules[rule.id]
        if isinstance(rule.reason, Expr):
            ranked += [
                _Loss(points, place, code, code) for code, points in _computed(rule, sign, total, digits, evaluation)
            ]
        else:
            ranked.append(_Loss(total, place, "", rule.reason))
    ranked.sort(key=lambda one: (-one.points, one.place, one.tie))
    codes = dict.fromkeys(one.code for one in ranked if one.points > 0 and one.code is not None)
    return tuple(codes)[: score.reasons]


def _computed(rule: PointsRule, sign: int, total: int, digits: int, evaluation: Evaluation) -> list[tuple[str, int]]:
    """The computed codes of a rule, each with the points of the rows that have it, at most what a cap leaves of all.

    A gate has one code, which counts with all that it moved.
    """
    lost: dict[str, int] = {}
    moved = -1 if rule.effect is Effect.DEDUCT else 1
    for one in evaluation.points:
        if one.rule == rule.id and one.reason is not None and one.amount is not None:
            points = sign * moved * rescale(one.amount.value, one.amount.scale, digits)
            lost[one.reason] = lost.get(one.reason, 0) + points
    if rule.effect in {Effect.AT_MOST, Effect.AT_LEAST}:
        return [(code, total) for code in lost]
    return [(code, points if rule.cap is None else min(points, total)) for code, points in lost.items()]
