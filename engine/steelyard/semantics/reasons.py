"""Reason codes: why points were lost, most first (LANGUAGE.md section 7).

Ranked by the points lost as they are published; ties in the order: indicators before points rules, the
order written, the order of rows. Only what lost points counts, a code is listed once, `score.reasons`
limits how many.
"""

from __future__ import annotations

from operator import itemgetter

from steelyard.ir.ruleset import LEDGER_DIGITS, Better, PointsRule, Score
from steelyard.semantics.outcome import Line, LineKind
from steelyard.semantics.records import Scored
from steelyard.semantics.values import rescale


def rank(score: Score, scored: Scored, ledger: list[Line], rules: tuple[PointsRule, ...]) -> tuple[str, ...]:
    """The reason codes of one score.

    Args:
        score: its rule.
        scored: what its indicators lost.
        ledger: its lines; a points rule loses what its lines (after the cap) take away.
        rules: every points rule, in the order written.
    """
    digits = max((line.amount.scale for line in ledger), default=LEDGER_DIGITS)
    unit = 10 ** (digits - LEDGER_DIGITS)
    ranked = [(c.lost * unit, c.result.reason) for c in scored.contributions if c.lost > 0]
    lost: dict[str, int] = {}
    for line in ledger:
        if line.rule is not None and line.kind is not LineKind.LOST:
            lost[line.rule] = lost.get(line.rule, 0) + rescale(line.amount.value, line.amount.scale, digits)
    if lost:
        sign = 1 if score.better is Better.LOWER else -1
        ranked += [(sign * lost[rule.id], rule.reason) for rule in rules if rule.id in lost]
    ranked.sort(key=itemgetter(0), reverse=True)  # stable, in reverse too
    codes = dict.fromkeys(code for points, code in ranked if points > 0 and code is not None)
    return tuple(codes)[: score.reasons]
