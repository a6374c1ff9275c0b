"""Builds the outcome from an evaluation: stratum 8, and the list of fired rules."""

from __future__ import annotations

from collections.abc import Mapping

from steelyard.engines.durable.stages import Running
from steelyard.ir.ruleset import LEDGER_DIGITS, Score
from steelyard.semantics import scores
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import (
    Fired,
    Fixed,
    IndicatorOutcome,
    IndicatorShare,
    Line,
    LineKind,
    Outcome,
    ScoreOutcome,
    Status,
)
from steelyard.semantics.program import Program
from steelyard.semantics.reasons import rank
from steelyard.semantics.records import Result, Scored
from steelyard.semantics.values import Missing


def conclude(program: Program, evaluation: Evaluation, reason: str | None, running: Mapping[str, Running]) -> Outcome:
    """Close the ledgers, evaluate outputs, and build the outcome.

    Args:
        program: the prepared ruleset.
        evaluation: everything up to the scores.
        reason: why the case is unscored; None where it is scored.
        running: the scores after the last stage; empty in an unscored case and where the ruleset has none.
    """
    rules = {score.id: score for score in evaluation.ruleset.scores}
    for scored in evaluation.scores:
        if scored.id in running:
            _close(scored, running[scored.id])
    status = Status.SCORED if running else Status.UNSCORED if program.scores else Status.DECIDED
    outputs = () if status is Status.UNSCORED else evaluation.outputs(program.outputs)
    return Outcome(
        key=evaluation.case.key,
        status=status,
        reason=reason,
        indicators=tuple(_indicator(result) for result in evaluation.results),
        scores=tuple(_score(evaluation, rules[s.id], s, running.get(s.id)) for s in evaluation.scores),
        fired=_fired(evaluation),
        missing=tuple(sorted(evaluation.missing)),
        outputs=outputs,
    )


def _close(scored: Scored, run: Running) -> None:
    scored.final, rounding = scores.finish(run.score, run.value, run.scale)
    if rounding is not None:
        run.lines.append(Line(LineKind.FINAL_ROUNDING, rounding))
    run.lines.append(Line(LineKind.FINAL, scored.final))


def _score(evaluation: Evaluation, rule: Score, scored: Scored, run: Running | None) -> ScoreOutcome:
    if run is None or scored.final is None:
        return ScoreOutcome(rule.id, None, (), None, None, None, scored.unscored, (), ())
    grade = scores.grade_of(rule, scored.final.value)
    return ScoreOutcome(
        id=rule.id,
        denominator=scored.denominator,
        shares=tuple(
            IndicatorShare(result.indicator.id, result.row_id, share, Fixed(lost, LEDGER_DIGITS))
            for result, share, lost in scored.contributions
        ),
        base=scored.base,
        final=scored.final,
        grade=None if grade is None else grade.id,
        unscored=None,
        ledger=tuple(run.lines),
        reasons=rank(rule, scored, run.lines, evaluation),
    )


def _indicator(result: Result) -> IndicatorOutcome:
    measure, target = (None if isinstance(v, Missing) else v for v in (result.measure, result.target))
    return IndicatorOutcome(
        result.indicator.id, result.row_id, measure, target, result.score, result.waived, result.missing_score
    )


def _fired(evaluation: Evaluation) -> tuple[Fired, ...]:
    pairs = [
        *((j.rule, j.row) for j in (*evaluation.exemptions, *evaluation.adjustments) if j.truth is True),
        *((applied.rule, applied.row) for applied in evaluation.points),
    ]
    rules = sorted({rule for rule, _ in pairs})
    return tuple(
        Fired(rule, tuple(sorted(row.row.id for fired, row in pairs if fired == rule and row is not None)))
        for rule in rules
    )
