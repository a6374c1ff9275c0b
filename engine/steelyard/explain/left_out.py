"""Explains which indicators do not count in a score because of its `only_if`, and what the score would be with them."""

from __future__ import annotations

from steelyard.diagnostics import msg
from steelyard.explain.counterfactual import Without
from steelyard.explain.distance import why_not
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import LeftOut
from steelyard.explain.terms import Text
from steelyard.explain.words import Words
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Score
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.records import Scored
from steelyard.semantics.values import Missing, Truth


def left_out(
    rule: Score, scored: Scored, evaluation: Evaluation, without: Without, words: Words
) -> tuple[LeftOut, ...]:
    """Explain every indicator and family that does not count in the score. The case is run again with each of them."""
    at = EvaluationPlace(evaluation, words)
    found: list[LeftOut] = []
    for member, truth in scored.left_out.items():
        outcome = without.counting(evaluation.case, rule.id, member)
        final = next((one.final for one in outcome.scores if one.id == rule.id), None)
        why = _why((rule.only_if or {})[member], truth, at)
        found.append(LeftOut(words.name(member), why, None if final == scored.final else final))
    return tuple(found)


def _why(when: Expr, truth: Truth, at: EvaluationPlace) -> tuple[Text, ...]:
    if isinstance(truth, Missing):
        return (msg("unknown, because {missing} is missing", missing=at.words.missing(truth.reasons)),)
    return tuple(miss.text for miss in why_not(when, at))
