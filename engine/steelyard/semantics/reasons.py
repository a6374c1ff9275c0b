"""Reason codes: why points were lost, most first (LANGUAGE.md section 7).

Ranked by the points lost as they are published; ties in the order: indicators before points rules, the
order written, the order of rows. Only what lost points counts, a code is listed once, `score.reasons`
limits how many.
"""

from __future__ import annotations

from steelyard.ir.ruleset import LEDGER_DIGITS, Better, PointsRule, Score
from steelyard.semantics.outcome import Line, LineKind
from steelyard.semantics.records import Scored
from steelyard.semantics.values import rescale

_POINTS_LINES = frozenset({LineKind.DEDUCTION, LineKind.BONUS, LineKind.CAP, LineKind.GATE})


def rank(score: Score, scored: Scored, ledger: list[Line], rules: tuple[PointsRule, ...]) -> tuple[str, ...]:
    """The reason codes of one score.

    Args:
        score: its rule.
        scored: what its indicators lost.
        ledger: its lines; a points rule loses what its lines (after the cap) take away.
        rules: every points rule, in the order written.
    """
    digits = max((line.amount.scale for line in ledger), default=LEDGER_DIGITS)
    ranked = [(rescale(c.lost, LEDGER_DIGITS, digits), c.result.reason) for c in scored.contributions]
    sign = 1 if score.better is Better.LOWER else -1
    lost: dict[str, int] = {}
    for line in ledger:
        if line.kind in _POINTS_LINES and line.rule is not None:
            lost[line.rule] = lost.get(line.rule, 0) + sign * rescale(line.amount.value, line.amount.scale, digits)
    ranked += [(lost[rule.id], rule.reason) for rule in rules if rule.id in lost]
    ranked.sort(key=lambda entry: -entry[0])
    codes = dict.fromkeys(code for points, code in ranked if points > 0 and code is not None)
    return tuple(codes)[: score.reasons]
