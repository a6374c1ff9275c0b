"""The lines in which the ledgers of one case differ under two rulesets."""

from __future__ import annotations

from steelyard.explain.explain import explain
from steelyard.explain.records import Provenance
from steelyard.explain.terms import Text
from steelyard.facts.case import Case
from steelyard.semantics import Fixed, LineKind, Program, run
from steelyard.trial.comparing.comparison import LineShift

LineKey = tuple[LineKind, str | None, str | None, int | None]
Ledger = dict[LineKey, tuple[Text, Fixed]]


def ledger(program: Program, case: Case, score: str) -> Ledger:
    """The lines of a case's ledger by what they are; empty where it has none."""
    evaluation = run(program, case)
    told = {one.name.id: one for one in explain(evaluation, Provenance()).scores}
    outcome = next((one for one in evaluation.outcome.scores if one.id == score), None)
    if outcome is None or score not in told:
        return {}
    found: Ledger = {}
    for line, said in zip(outcome.ledger, told[score].ledger, strict=True):
        key = line.kind, line.rule, line.row, line.stage
        before = found.get(key)
        amount = line.amount if before is None else Fixed(before[1].value + line.amount.value, line.amount.scale)
        found[key] = said.text, amount
    return found


def line_shifts(old: Ledger, new: Ledger) -> tuple[LineShift, ...]:
    """The lines that differ, sums left out; in the order of the new ledger, then those that are gone."""
    found: list[LineShift] = []
    for key in dict.fromkeys((*new, *old)):
        if key[0] in (LineKind.BASE, LineKind.FINAL, LineKind.ROUNDING, LineKind.FINAL_ROUNDING):
            continue
        before, after = old.get(key), new.get(key)
        amounts = [None if one is None else one[1] for one in (before, after)]
        if any(_nonzero(one) for one in amounts) and not _equal(amounts[0], amounts[1]):
            text = (after or before or ("", Fixed(0, 0)))[0]
            found.append(LineShift(text, amounts[0], amounts[1]))
    return tuple(found)


def _nonzero(one: Fixed | None) -> bool:
    return one is not None and one.value != 0


def _equal(one: Fixed | None, other: Fixed | None) -> bool:
    before, after = one or Fixed(0, 0), other or Fixed(0, 0)
    return before.value * 10**after.scale == after.value * 10**before.scale
