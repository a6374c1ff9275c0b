"""How weights became shares: every stage with its reason."""

from __future__ import annotations

from typing import assert_never

from steelyard.diagnostics import msg
from steelyard.explain.records import Clause, WeightStage, WeightStory
from steelyard.explain.terms import Text, decimal_text
from steelyard.explain.words import Words
from steelyard.ir.ruleset import Ruleset, Waived
from steelyard.semantics.weights import Situation, Stage, StageKind


def weight_story(situation: Situation, ruleset: Ruleset, words: Words, fired: tuple[str, ...]) -> WeightStory:
    """Explain a situation.

    Args:
        situation: resolved.
        ruleset: whose weights they are.
        words: its names.
        fired: the adjustments that fired.
    """
    return WeightStory(
        members=tuple(words.name(unit) for unit, _ in situation.members),
        rows=tuple(row for _, row in situation.members),
        stages=tuple(_stage(stage, ruleset, words, fired) for stage in situation.stages),
        shares=situation.shares,
        denominator=situation.denominator,
        notes=situation.notes,
    )


def _stage(stage: Stage, ruleset: Ruleset, words: Words, fired: tuple[str, ...]) -> WeightStage:
    amounts = tuple(None if amount is None else decimal_text(amount) for amount in stage.amounts)
    return WeightStage(_reason(stage, ruleset, words, fired), _clause(stage, ruleset, words), amounts)


def _clause(stage: Stage, ruleset: Ruleset, words: Words) -> Clause | None:
    found = next((a for a in ruleset.weights.adjustments if a.id == stage.adjustment), None)
    return None if found is None else words.clause(found.source)


def _reason(stage: Stage, ruleset: Ruleset, words: Words, fired: tuple[str, ...]) -> Text:
    match stage.kind:
        case StageKind.BASE:
            return msg("weights of the ruleset")
        case StageKind.MULTIPLY:
            return msg("multiplied: {adjustment}", adjustment=words.name(stage.adjustment or ""))
        case StageKind.WAIVE if ruleset.weights.waived is Waived.WITHIN_GROUP:
            return msg("waived ones leave, their weight stays in the group")
        case StageKind.WAIVE:
            return msg("waived ones leave")
        case StageKind.SET:
            setting = tuple(words.name(a.id) for a in ruleset.weights.adjustments if a.set and a.id in fired)
            return msg("shares set: {adjustments}", adjustments=setting)
        case StageKind.LIMIT:
            factor = "" if stage.factor is None else decimal_text(stage.factor)
            return msg("limits of groups hold (λ = {factor})", factor=factor)
        case _:
            assert_never(stage.kind)
