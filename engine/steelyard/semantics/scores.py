"""Strata 5 to 7 of scores: weights, base, points, grade (LANGUAGE.md sections 9 and 10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from steelyard.diagnostics import InternalError, msg
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Grade, Method, Ruleset, Score
from steelyard.ir.types import Number
from steelyard.semantics.env import Meaning
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.ledger import begin_with, contribute
from steelyard.semantics.outcome import Fixed
from steelyard.semantics.records import Result, Scored
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.situations import Circumstances, Situation, SituationError
from steelyard.semantics.values import Missing, Rejected, Truth, divide, fraction
from steelyard.semantics.weights import Weighing

NOTHING_TO_SCORE = "nothing_to_score"
TOO_FEW_PRESENT = "too_few_present"
MISSING_VALUE = "missing_value"
MISSING_MINIMUM = "missing_minimum"


@dataclass(frozen=True, slots=True)
class PreparedScore:
    """A score with its meanings.

    Attributes:
        rule: the score as written.
        order: the positions of its members.
        only_if: by member, the meaning of the condition under which it counts.
        minimum: the meaning of `minimum_present`, where it is computed.
        value: the meaning of the opening, for the methods value and start; `value_scale` is its scale.
        weighing: resolves the weights of a weighted mean; None for other methods.
        family_weights: by family id: the meaning of a row's weight, its scale, and the relation's position.
        situations: cache of the situations resolved so far, by circumstances.
    """

    rule: Score
    order: dict[str, int]
    only_if: dict[str, Meaning]
    minimum: Meaning | None
    value: Meaning | None
    value_scale: int
    weighing: Weighing | None
    family_weights: dict[str, tuple[Meaning, int, int]]
    situations: dict[Circumstances, Situation | SituationError]


def prepare_score(
    ruleset: Ruleset, score: Score, meaning: Callable[[Expr], Meaning], scope: RulesetScope
) -> PreparedScore:
    """Prepare a score."""
    weighted = score.method is Method.WEIGHTED_MEAN
    family_weights: dict[str, tuple[Meaning, int, int]] = {}
    for indicator in ruleset.indicators:
        if weighted and indicator.id in score.members and indicator.family is not None:
            if indicator.weight is None:
                raise InternalError(f"`{indicator.id}` has no weight")
            relation = scope.relations[indicator.family.relation]
            family_weights[indicator.id] = meaning(indicator.weight), _scale(indicator.weight), relation
    minimum = score.minimum_present
    return PreparedScore(
        rule=score,
        order={member: position for position, member in enumerate(score.members)},
        only_if={member: meaning(when) for member, when in (score.only_if or {}).items()},
        minimum=None if isinstance(minimum, int | None) else meaning(minimum),
        value=None if score.value is None else meaning(score.value),
        value_scale=0 if score.value is None else _scale(score.value),
        weighing=Weighing(ruleset, score, scope) if weighted else None,
        family_weights=family_weights,
        situations={},
    )


def counting(prepared: PreparedScore, evaluation: Evaluation) -> dict[str, Truth]:
    """Stratum 5: evaluate the conditions under which members count; none where a rule leaves the score unscored."""
    if prepared.rule.id in evaluation.stopped:
        return {}
    return {member: when(evaluation.env) for member, when in prepared.only_if.items()}


def weigh(
    prepared: PreparedScore, fired: tuple[str, ...], counts: Mapping[str, Truth], evaluation: Evaluation
) -> Scored:
    """Stratum 5: decide which members are present, and resolve their weights.

    Args:
        prepared: the score.
        fired: ids of the adjustments that fired.
        counts: by member that counts under a condition, its truth.
        evaluation: all results so far.

    Raises:
        Rejected: the situation cannot be resolved, or a row of a family has no weight above 0.
    """
    rule = prepared.rule
    scored = Scored(rule.id)
    evaluation.scores.append(scored)
    members = members_of(prepared, evaluation.results)
    for member, truth in counts.items():
        evaluation.note(truth)
        if truth is not True:
            scored.left_out[member] = truth
    scored.present = [r for r in members if r.waived is None and r.indicator.id not in scored.left_out]
    if rule.id in evaluation.stopped:
        scored.unscored = evaluation.stopped[rule.id]
        return scored
    minimum = _minimum(prepared, evaluation)
    scored.minimum = None if isinstance(minimum, Missing) else minimum
    if rule.method not in {Method.VALUE, Method.START} and not scored.present:
        scored.unscored = NOTHING_TO_SCORE
    elif isinstance(minimum, Missing):
        scored.unscored = MISSING_MINIMUM
    elif len(scored.present) < minimum:
        scored.unscored = TOO_FEW_PRESENT
    elif prepared.weighing is not None:
        scored.situation = _situation(prepared, scored, prepared.weighing, members, fired, evaluation)
    return scored


def _minimum(prepared: PreparedScore, evaluation: Evaluation) -> int | Missing:
    """Return how many members must be scored; 0 where nothing is asked."""
    minimum = prepared.rule.minimum_present
    if prepared.minimum is None:
        return minimum if isinstance(minimum, int) else 0
    value = prepared.minimum(evaluation.env)
    evaluation.note(value)
    return value


def members_of(prepared: PreparedScore, results: list[Result]) -> list[Result]:
    """Return the results that belong to a score, in the order of its members."""
    order = prepared.order
    return sorted((r for r in results if r.indicator.id in order), key=lambda r: order[r.indicator.id])


def find_base(prepared: PreparedScore, scored: Scored, evaluation: Evaluation) -> None:
    """Stratum 6: compute the exact base and every member's contribution."""
    rule = prepared.rule
    match rule.method:
        case Method.WEIGHTED_MEAN:
            if scored.situation is None:  # pragma: no cover - `weigh` comes first
                raise InternalError(f"`{rule.id}` has no weights")
            by_member = scored.situation.by_member
            shares = [by_member[result.indicator.id, result.row_id] for result in scored.present]
            contribute(rule, scored, shares, scored.situation.denominator)
        case Method.SUM:
            start = _value(prepared, scored, evaluation) if prepared.value is not None else 0
            if start is not None:
                contribute(rule, scored, [1] * len(scored.present), 1)
                begin_with(scored, start, 10**prepared.value_scale)
        case Method.LOWEST | Method.HIGHEST:
            choose = min if rule.method is Method.LOWEST else max
            chosen = choose(scored.present, key=lambda result: result.score or 0)  # the first of several equal ones
            contribute(rule, scored, [int(result is chosen) for result in scored.present], 1)
        case Method.VALUE | Method.START:
            value = _value(prepared, scored, evaluation)
            if value is not None:
                scored.opening = scored.exact = value, 10**prepared.value_scale
        case _:
            assert_never(rule.method)


def _value(prepared: PreparedScore, scored: Scored, evaluation: Evaluation) -> int | None:
    """Compute the value that is written for a score; None where it is missing, which leaves the score unscored."""
    if prepared.value is None:
        raise InternalError(f"`{prepared.rule.id}` has no value")
    value = prepared.value(evaluation.env)
    evaluation.note(value)
    if isinstance(value, Missing):
        scored.unscored = MISSING_VALUE
        return None
    return value


def finish(score: Score, value: int, scale: int) -> tuple[Fixed, Fixed | None]:
    """Round after the last stage. Returns the final score and the change by rounding, None where there is none."""
    final = divide(value, 10 ** (scale - score.digits))
    brought = final * 10 ** (scale - score.digits) - value
    return Fixed(final, score.digits), Fixed(brought, scale) if brought else None


def grade_of(score: Score, value: int) -> Grade | None:
    """Return the first grade that covers a score."""
    for grade in score.grades:
        if (grade.low is None or value >= grade.low) and (grade.high is None or value <= grade.high):
            return grade
    return None


def _situation(  # noqa: PLR0917 - all that a situation depends on
    prepared: PreparedScore,
    scored: Scored,
    weighing: Weighing,
    members: list[Result],
    fired: tuple[str, ...],
    evaluation: Evaluation,
) -> Situation:
    left_out = scored.left_out
    waived = frozenset(
        (r.indicator.id, r.row_id) for r in members if r.waived is not None or r.indicator.id in left_out
    )
    families = tuple(
        (family, _row_weights(prepared, family, members, family in left_out, evaluation))
        for family in prepared.family_weights
    )
    circumstances = Circumstances(fired, waived, families)
    situation = prepared.situations.get(circumstances)
    if situation is None:
        situation = prepared.situations[circumstances] = weighing.resolve(circumstances)
    if isinstance(situation, SituationError):
        expected = msg("weights that can be resolved; {problem}", problem=situation.message)
        raise Rejected(prepared.rule.id, _names(circumstances), expected)
    return situation


def _row_weights(
    prepared: PreparedScore, family: str, members: list[Result], left_out: bool, evaluation: Evaluation
) -> tuple[tuple[str, Fraction], ...]:
    """Return the weights of a family's rows. A row that does not count and has no weight above 0 is left out."""
    meaning, scale, relation = prepared.family_weights[family]
    env = evaluation.env
    weights: list[tuple[str, Fraction]] = []
    for result in members:
        if result.indicator.id != family or result.row_id is None:
            continue
        env.bound[relation] = result.row
        weight = meaning(env)
        evaluation.note(weight)
        if not isinstance(weight, Missing) and weight > 0:
            weights.append((result.row_id, fraction(weight, scale)))
        elif result.waived is None and not left_out:
            value = "" if isinstance(weight, Missing) else str(Fixed(weight, scale))
            raise Rejected(family, value, msg("a weight above 0 for the row `{row}`", row=result.row_id))
    env.bound[relation] = None
    return tuple(weights)


def _names(circumstances: Circumstances) -> str:
    """Describe a situation in an error: the adjustments that fired, then the waived members."""
    waived = sorted(unit if row is None else f"{unit}/{row}" for unit, row in circumstances.waived)
    return "; ".join((", ".join(circumstances.fired), ", ".join(waived)))


def _scale(expr: Expr) -> int:
    if not isinstance(expr.type, Number):
        raise InternalError("a weight or a score is no number")
    return expr.type.scale
