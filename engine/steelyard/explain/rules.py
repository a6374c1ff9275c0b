"""Explains every rule other than indicators: where it fired and with what values, or why it did not fire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from steelyard.diagnostics import msg
from steelyard.explain.distance import no_rows, row_misses, why_not
from steelyard.explain.gaps import Miss
from steelyard.explain.grants import concerns, grant_story
from steelyard.explain.naming import called
from steelyard.explain.phrases import bare, phrase
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import Judgement, Node, RuleKind, RuleStory
from steelyard.explain.recurring import in_time_of_case
from steelyard.explain.terms import Name, Text, decimal_text
from steelyard.explain.tree import ROWS, grow, spoken, worked
from steelyard.explain.words import Words
from steelyard.facts.format import percent_text
from steelyard.ir.expressions import Expr, Literal
from steelyard.ir.ruleset import (
    Adjustment,
    AtLeastGrant,
    Effect,
    Exemption,
    Grant,
    Named,
    PauseGrant,
    PointsRule,
    TargetGrant,
    Unscored,
    WaiveGrant,
)
from steelyard.ir.types import Number
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Fixed
from steelyard.semantics.records import Applied, Judged
from steelyard.semantics.values import Missing, fraction

_KINDS = {
    Effect.DEDUCT: RuleKind.DEDUCTION,
    Effect.ADD: RuleKind.BONUS,
    Effect.ADJUST: RuleKind.CORRECTION,
    Effect.AT_MOST: RuleKind.GATE,
    Effect.AT_LEAST: RuleKind.GATE,
}


def rule_stories(evaluation: Evaluation, words: Words) -> tuple[RuleStory, ...]:
    """Explain every rule in the order written. Rules that the evaluation did not reach are left out."""
    ruleset = evaluation.ruleset
    at = EvaluationPlace(evaluation, words)
    stories: list[RuleStory] = []
    judged = _by_rule((*evaluation.exemptions, *evaluation.adjustments, *evaluation.unscored))
    for exemption in ruleset.exemptions:
        if exemption.for_each is not None or exemption.id in judged:
            found = _judgements(judged.get(exemption.id, []), exemption.when, exemption.for_each, at)
            idle = _idle(exemption, at)
            found = [(replace(one, effective=id(row.row) not in idle), row) for one, row in found]
            does = (*(_given(exemption, evaluation, words)), *_lifts(exemption, words))
            stories.append(_story(RuleKind.EXEMPTION, exemption, does, found, at))
    for adjustment in ruleset.weights.adjustments:
        if adjustment.id in judged:
            found = _judgements(judged[adjustment.id], adjustment.when, None, at)
            stories.append(_story(RuleKind.ADJUSTMENT, adjustment, _shifts(adjustment, at), found, at))
    for unscored in ruleset.unscored:
        if unscored.id in judged:
            found = _judgements(judged[unscored.id], unscored.when, None, at)
            none = msg("the case has no score")
            does = (none if unscored.on is None else msg("{score} has no value", score=words.score(unscored.on)),)
            stories.append(_story(RuleKind.UNSCORED, unscored, does, found, at))
    stories += _points_stories(evaluation, at)
    return tuple(stories)


def _points_stories(evaluation: Evaluation, at: EvaluationPlace) -> list[RuleStory]:
    applied: dict[str, list[Applied]] = {}
    for one in evaluation.points:
        applied.setdefault(one.rule, []).append(one)
    reached = {stage for scored in evaluation.scores for stage, _, _ in scored.stages}
    stories: list[RuleStory] = []
    for rule in sorted(evaluation.ruleset.points, key=lambda rule: rule.stage):
        if rule.stage not in reached and rule.id not in applied:
            continue
        there = EvaluationPlace(evaluation, at.words, scores=_before(evaluation, rule.stage))
        found = [_applied(one, rule, there) for one in applied.get(rule.id, [])]
        does = _effect(rule, there)
        stories.append(_story(_KINDS[rule.effect], rule, does, found, there))
    return stories


def _story(
    kind: RuleKind,
    rule: Exemption | Adjustment | Unscored | PointsRule,
    does: tuple[Text, ...],
    found: list[tuple[Judgement, Judged | Applied]],
    at: EvaluationPlace,
) -> RuleStory:
    relation = rule.for_each if isinstance(rule, Exemption | PointsRule) else None
    fired = any(judgement.fired for judgement, _ in found)
    lifted = at.evaluation.lifted.get(rule.id)
    # rows in which the rule fired come first, so that they are shown; of recurring windows those in the case's time
    misses = () if fired or lifted is not None else _misses(rule.when, relation, found, at)
    near = [pair for pair in found if _in_time(relation, pair[1], at)]
    shown = sorted(near, key=lambda pair: (not pair[0].fired, not pair[0].effective))
    return RuleStory(
        kind=kind,
        name=_name(rule, at.words),
        clause=at.words.clause(rule.source),
        fired=fired,
        does=does,
        judgements=tuple(judgement for judgement, _ in shown[:ROWS]),
        more=len(found) - len(shown[:ROWS]),
        why_not=tuple(miss.text for miss in misses),
        distances=tuple(miss.distance for miss in misses),
        lifted_by=None if lifted is None else at.words.name(lifted),
        reason=rule.reason if isinstance(rule, Unscored | PointsRule) and isinstance(rule.reason, str) else None,
        nearness=_nearness(misses, by_row=relation is not None),
    )


def _idle(exemption: Exemption, at: EvaluationPlace) -> set[int]:
    """The identities of the rows that are no reason for anything: recurring windows that took no time of any clock."""
    grants = [one for result in at.evaluation.results for one in result.grants if one.exemption == exemption.id]
    told = [one for one in grants if concerns(one, at.words)]
    return {id(one.row) for one in grants} - {id(one.row) for one in told}


def _in_time(relation: str | None, one: Judged | Applied, at: EvaluationPlace) -> bool:
    if relation is None or one.row is None:
        return True
    return in_time_of_case(at.words.relations[relation], one.row, at.evaluation)


def _nearness(misses: tuple[Miss, ...], *, by_row: bool) -> tuple[int, int]:
    """Of a rule with a relation its nearest row counts, of any other every part that failed."""
    counted = misses[:1] if by_row else misses
    return sum(miss.atoms for miss in counted), sum(miss.size for miss in counted)


def _misses(
    when: Expr, relation: str | None, found: list[tuple[Judgement, Judged | Applied]], at: EvaluationPlace
) -> tuple[Miss, ...]:
    if relation is None:
        return why_not(when, at)
    rows = [(judged.row, when) for _, judged in found if judged.row is not None]
    return row_misses(relation, rows, at) if rows else no_rows(relation, at)


def _judgements(
    judged: list[Judged], when: Expr, relation: str | None, at: EvaluationPlace
) -> list[tuple[Judgement, Judged | Applied]]:
    found: list[tuple[Judgement, Judged | Applied]] = []
    for one in judged:
        there = at if relation is None or one.row is None else at.within(relation, one.row)
        row = None if relation is None or one.row is None else at.words.row(relation, one.row.row)
        truth = None if isinstance(one.truth, Missing) else one.truth
        found.append((Judgement(row, truth, truth is True, grow(when, there)), one))
    return found


def _applied(one: Applied, rule: PointsRule, at: EvaluationPlace) -> tuple[Judgement, Judged | Applied]:
    there = at if rule.for_each is None or one.row is None else at.within(rule.for_each, one.row)
    row = None if rule.for_each is None or one.row is None else at.words.row(rule.for_each, one.row.row)
    truth = None if isinstance(one.truth, Missing) else one.truth
    amount: Text | None = None
    if one.missing is not None:
        amount = msg("the amount is missing: {missing}", missing=at.words.missing(one.missing.reasons))
    elif one.amount is not None:
        amount = _moved(rule, one.amount)
    working: tuple[Node, ...] = ()
    if one.fired:
        working = worked(msg("points"), rule.amount, there)
        working += () if rule.cap is None else worked(msg("points in all at most"), rule.cap, at)
        working += worked(msg("reason code"), rule.reason, there) if isinstance(rule.reason, Expr) else ()
    name = None if rule.naming is None else called(rule, one.row, at)
    tree = grow(rule.when, there)
    return Judgement(row, truth, one.fired, tree, amount, one.amount, working, one.reason, name), one


def _moved(rule: PointsRule, amount: Fixed) -> Text:
    match rule.effect:
        case Effect.DEDUCT:
            return msg("{points} points off", points=amount)
        case Effect.ADJUST if amount.value < 0:
            return msg("{points} points off", points=Fixed(-amount.value, amount.scale))
        case Effect.ADD | Effect.ADJUST:
            return msg("{points} points added", points=amount)
        case Effect.AT_MOST:
            return msg("{points} points at most", points=amount)
        case Effect.AT_LEAST:
            return msg("{points} points at least", points=amount)
        case _:
            assert_never(rule.effect)


def _effect(rule: PointsRule, at: EvaluationPlace) -> tuple[Text, ...]:
    amount = spoken(rule.amount, at)
    cap = None if rule.cap is None else phrase(rule.cap, at.words)
    match rule.effect:
        case Effect.DEDUCT | Effect.ADD if not isinstance(bare(rule.amount), Literal):
            text = _computed_effect(rule.effect, amount, cap)
        case Effect.DEDUCT if cap is None:
            text = msg("takes {points} points off", points=amount)
        case Effect.DEDUCT:
            text = msg("takes {points} points off each time, {cap} in all at most", points=amount, cap=cap)
        case Effect.ADD if cap is None:
            text = msg("adds {points} points", points=amount)
        case Effect.ADD:
            text = msg("adds {points} points each time, {cap} in all at most", points=amount, cap=cap)
        case Effect.ADJUST:
            text = msg("moves the score by {points} points", points=amount)
        case Effect.AT_MOST:
            text = msg("the score is {points} at most", points=amount)
        case Effect.AT_LEAST:
            text = msg("the score is {points} at least", points=amount)
        case _:
            assert_never(rule.effect)
    return (text,)


def _computed_effect(effect: Effect, amount: Text, cap: Text | None) -> Text:
    """What a rule takes off or adds where the amount is no plain number."""
    if effect is Effect.DEDUCT and cap is None:
        return msg("takes points off: {points}", points=amount)
    if effect is Effect.DEDUCT:
        return msg("takes points off each time: {points}; {cap} in all at most", points=amount, cap=cap or "")
    if cap is None:
        return msg("adds points: {points}", points=amount)
    return msg("adds points each time: {points}; {cap} in all at most", points=amount, cap=cap)


def grant_text(grant: Grant, words: Words) -> Text:
    """What an exemption grants, in words."""
    indicator = words.name(grant.indicator)
    match grant:
        case TargetGrant(target=target):
            return msg("{indicator}: the target becomes {target}", indicator=indicator, target=phrase(target, words))
        case PauseGrant():
            return msg("{indicator}: the clock stands still meanwhile", indicator=indicator)
        case AtLeastGrant(points=points):
            return msg("{indicator}: {points} points at least", indicator=indicator, points=phrase(points, words))
        case WaiveGrant():
            return msg("{indicator}: not scored", indicator=indicator)
        case _:
            assert_never(grant)


def _given(exemption: Exemption, evaluation: Evaluation, words: Words) -> tuple[Text, ...]:
    """Describe what an exemption granted if it fired, else what it would grant."""
    pairs = [
        (granted, result)
        for result in evaluation.results
        for granted in result.grants
        if granted.exemption == exemption.id
    ]
    told = [(granted, result) for granted, result in pairs if concerns(granted, words)]
    given: list[Text] = [
        msg(
            "{name}: {row}",
            name=words.name(result.indicator.id),
            row=grant_story(granted, result, evaluation, words).text,
        )
        for granted, result in told
    ]
    if pairs and not given:
        none = msg("none of its windows took time of the clock")
        given = [msg("{name}: {row}", name=words.name(result.indicator.id), row=none) for _, result in pairs]
    if given:
        return tuple(dict.fromkeys(given))
    return tuple(grant_text(grant, words) for grant in exemption.grants)


def _lifts(exemption: Exemption, words: Words) -> tuple[Text, ...]:
    return tuple(msg("{rule}: does not apply", rule=words.name(lifted)) for lifted in exemption.lifts)


def _shifts(adjustment: Adjustment, at: EvaluationPlace) -> tuple[Text, ...]:
    return (*_constants(adjustment.multiply, at, multiply=True), *_constants(adjustment.set, at, multiply=False))


def _constants(values: Mapping[str, Expr], at: EvaluationPlace, *, multiply: bool) -> tuple[Text, ...]:
    found: list[Text] = []
    for name, expr in values.items():
        value = at.value(expr)
        if not isinstance(value, int) or not isinstance(expr.type, Number):
            continue
        number = decimal_text(fraction(value, expr.type.scale))
        who = at.words.name(name)
        if multiply:
            found.append(msg("the weight of {name} is multiplied by {factor}", name=who, factor=number))
        else:
            share = percent_text(value, expr.type.scale)
            found.append(msg("the share of {name} is set to {share}", name=who, share=share))
    return tuple(found)


def _before(evaluation: Evaluation, stage: int) -> dict[str, Fixed]:
    """Return the scores as they were before a stage, by score id."""
    return {scored.id: before for scored in evaluation.scores for number, before, _ in scored.stages if number == stage}


def _by_rule(judged: tuple[Judged, ...]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for one in judged:
        found.setdefault(one.rule, []).append(one)
    return found


def _name(rule: Named, words: Words) -> Name:
    return words.name(rule.id)
