"""Explains how weights became shares: every stage with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from steelyard.diagnostics import Message, msg
from steelyard.explain.records import Clause, WeightStage, WeightStory
from steelyard.explain.terms import Text, decimal_text, share_text
from steelyard.explain.words import Words
from steelyard.ir.declared import Source
from steelyard.ir.ruleset import Adjustment, Ruleset, Waived
from steelyard.ir.typing.percent import is_percent
from steelyard.semantics.weights import Situation, Stage, StageKind

Amounts = tuple[Fraction | None, ...]


def weight_story(
    situation: Situation, ruleset: Ruleset, words: Words, fired: tuple[str, ...], *, left_out: bool = False
) -> WeightStory:
    """Explain a resolved situation.

    Args:
        situation: the resolved weights.
        ruleset: the ruleset that the weights belong to.
        words: the labels of the ruleset.
        fired: ids of the adjustments that fired.
        left_out: whether members do not count in the score although they are not waived.
    """
    telling = _Telling(situation, ruleset, words, fired, left_out)
    return WeightStory(
        members=tuple(words.name(unit) for unit, _ in situation.members),
        rows=tuple(row for _, row in situation.members),
        stages=tuple(telling.stage(position) for position in range(len(situation.stages))),
        shares=situation.shares,
        denominator=situation.denominator,
        notes=situation.notes,
    )


@dataclass(frozen=True, slots=True)
class _Telling:
    situation: Situation
    ruleset: Ruleset
    words: Words
    fired: tuple[str, ...]
    left_out: bool

    def stage(self, position: int) -> WeightStage:
        """Describe a stage: its reason, the clause it comes from if any, and every member's amount after it."""
        stage = self.situation.stages[position]
        amounts, written = stage.amounts, self._in_percent()
        match stage.kind:
            case StageKind.BASE:
                return WeightStage(msg("weights of the ruleset"), None, amounts, written)
            case StageKind.MULTIPLY:
                by = tuple(one for one in self.ruleset.weights.adjustments if one.id == stage.adjustment)
                reason = msg("multiplied: {adjustment}", adjustment=self.words.name(stage.adjustment or ""))
                return WeightStage(reason, self._clause(by), amounts, written)
            case StageKind.WAIVE:
                return WeightStage(self._leaving(), None, amounts, written)
            case StageKind.SET:
                by = tuple(one for one in self.ruleset.weights.adjustments if one.set and one.id in self.fired)
                reason = msg("shares set: {adjustments}", adjustments=tuple(self.words.name(one.id) for one in by))
                return WeightStage(reason, self._clause(by), amounts, percent=True)
            case StageKind.LIMIT:
                held = dict(self._held(self.situation.stages[position - 1], stage))
                behind = {one.source for one in self.ruleset.weights.limits if one.group in held}
                return WeightStage(self._limits(stage, held), self._only(behind), amounts, percent=True)
            case _:
                assert_never(stage.kind)

    def _leaving(self) -> Message:
        stays = self.ruleset.weights.waived is Waived.WITHIN_GROUP
        match stays, self.left_out:
            case True, True:
                return msg("what is waived or does not count leaves, its weight stays in the group")
            case False, True:
                return msg("what is waived or does not count leaves")
            case True, False:
                return msg("waived ones leave, their weight stays in the group")
            case False, False:
                return msg("waived ones leave")

    def _in_percent(self) -> bool:
        """Whether the weights of the ruleset are written as percentages."""
        units = {unit for unit, _ in self.situation.members}
        weights = [one.weight for one in self.ruleset.indicators if one.id in units and one.weight is not None]
        return any(is_percent(weight.type) for weight in weights)

    def _limits(self, stage: Stage, held: dict[str, Message]) -> Text:
        if not held:
            return msg("every group is within its limits")
        if stage.factor is None or len(held) == len(self._totals(stage.amounts)):
            return msg("limits of groups: {held}", held=tuple(held.values()))
        return msg(
            "limits of groups: {held}; every other group × {factor}",
            held=tuple(held.values()),
            factor=decimal_text(stage.factor),
        )

    def _held(self, before: Stage, after: Stage) -> Iterator[tuple[str, Message]]:
        """List the groups whose share was set by a bound, so that it is not λ times the share before."""
        old, new = self._totals(before.amounts), self._totals(after.amounts)
        whole = sum(old.values(), Fraction(0))
        for limit in self.ruleset.weights.limits:
            group = limit.group
            if group not in new or after.factor is None:
                continue
            free = after.factor * old[group] / whole
            if new[group] > free:
                yield (
                    group,
                    msg("{group} is raised to {share}", group=self.words.name(group), share=share_text(new[group])),
                )
            elif new[group] < free:
                yield (
                    group,
                    msg("{group} is cut to {share}", group=self.words.name(group), share=share_text(new[group])),
                )

    def _totals(self, amounts: Amounts) -> dict[str, Fraction]:
        """What each group has, and each indicator without a group; those with nothing left are not there."""
        groups = {indicator.id: indicator.group for indicator in self.ruleset.indicators}
        found: dict[str, Fraction] = {}
        for (unit, _), amount in zip(self.situation.members, amounts, strict=True):
            if amount is not None:
                name = groups[unit] or unit
                found[name] = found.get(name, Fraction(0)) + amount
        return found

    def _clause(self, by: tuple[Adjustment, ...]) -> Clause | None:
        return self._only({one.source for one in by})

    def _only(self, sources: set[Source | None]) -> Clause | None:
        """The source of a line, where there is just one."""
        return self.words.clause(next(iter(sources))) if len(sources) == 1 else None
