"""Reason codes: why points were lost, most points first (LANGUAGE.md section 7).

They are ranked by the published points lost. Ties are broken by order: indicators before points rules, then the order
written, then the order of rows. Only losses above 0 count, a code is listed once, and `score.reasons` limits how many.
"""

from __future__ import annotations

from operator import itemgetter

from steelyard.ir.ruleset import LEDGER_DIGITS, Better, PointsRule, Score
from steelyard.semantics.outcome import Line, LineKind
from steelyard.semantics.records import Scored
from steelyard.semantics.values import rescale


def rank(score: Score, scored: Scored, ledger: list[Line], rules: tuple[PointsRule, ...]) -> tuple[str, ...]:
    """Return the reason codes of one score.

    Args:
        score: the score.
        scored: the result of its indicators.
        ledger: its ledger lines; a points rule loses what its lines, including the cap, take away.
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
    ranked.sort(key=itemgetter(0), reverse=True)  # the sort stays stable with reverse
    codes = dict.fromkeys(code for points, code in ranked if points > 0 and code is not None)
    return tuple(codes)[: score.reasons]
