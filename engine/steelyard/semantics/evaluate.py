"""One case under one ruleset, stratum by stratum (LANGUAGE.md section 10).

1 joins; 2 exemptions, adjustments, only_if; 3 targets, pauses; 4 measures, indicator scores; 5 unscored,
weights; 6 scores; 7 points, by stage; 8 grades, outputs. A rejection in any stratum that is reached wins.
An unscored rule, or too few scored indicators, stops a score before stratum 6. Where no score is left, the case is
unscored for the reason of the first score, and nothing further is evaluated. A ruleset without scores has outputs
only: every case that is not rejected is decided.
"""

from __future__ import annotations

from steelyard.facts.case import Case, Reject
from steelyard.semantics import scores
from steelyard.semantics.env import Env
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.exemptions import judge
from steelyard.semantics.indicators import settle, start_results
from steelyard.semantics.ledger import open_ledger
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
from steelyard.semantics.points import MISSING_AMOUNT, Standing, run_stage
from steelyard.semantics.program import Program
from steelyard.semantics.reasons import rank
from steelyard.semantics.records import Judged, Result, Scored
from steelyard.semantics.relations import join
from steelyard.semantics.values import Missing, Rejected


def evaluate(program: Program, case: Case) -> Outcome:
    """Return the outcome of a case."""
    return run(program, case).outcome


def run(program: Program, case: Case) -> Evaluation:
    """Evaluate a case and keep all intermediate results."""
    evaluation = _begun(program, case)
    try:
        evaluation.outcome = _strata(program, evaluation)
    except Rejected as rejected:
        evaluation.outcome = Outcome(case.key, Status.REJECTED, rejection=rejected.reject(case, program.quoting))
    return evaluation


def rejected(program: Program, case: Case, reject: Reject) -> Evaluation:
    """Return the evaluation of a case that intake rejected; nothing was evaluated.

    Args:
        program: the version by which the case was read.
        case: the values that could be read.
        reject: the rejection by intake.
    """
    evaluation = _begun(program, case)
    evaluation.outcome = Outcome(case.key, Status.REJECTED, rejection=reject)
    return evaluation


def _begun(program: Program, case: Case) -> Evaluation:
    relations = len(program.relations)
    env = Env(
        case,
        case.values,
        [None] * len(program.ruleset.defines),
        [None] * relations,
        [[] for _ in range(relations)],
        [None] * relations,
    )
    return Evaluation(program.ruleset, program.scope, case, env)


def _strata(program: Program, evaluation: Evaluation) -> Outcome:
    env = evaluation.env
    join(program.relations, env)
    judged = _conditions(program, evaluation)
    _indicators(program, judged, evaluation)
    reason = _unscored(program, evaluation)
    if reason is not None:
        return _outcome(program, evaluation, reason, {})
    fired = tuple(judgement.rule for judgement in evaluation.adjustments if judgement.truth is True)
    scored = [scores.weigh(score, fired, scores.counting(score, evaluation), evaluation) for score in program.scores]
    standings: dict[str, Standing] = {}
    for prepared, score in zip(program.scores, scored, strict=True):
        if score.unscored is None:
            scores.find_base(prepared, score, evaluation)
        if score.unscored is None:
            standings[score.id] = _standing(program, prepared.rule.id, score, evaluation)
    _points(program, standings, evaluation)
    if scored and not standings:
        return _outcome(program, evaluation, scored[0].unscored, {})
    ledgers = {name: _close(evaluation, name, standing) for name, standing in standings.items()}
    return _outcome(program, evaluation, None, ledgers)


def _conditions(program: Program, evaluation: Evaluation) -> dict[str, list[Judged]]:
    """Stratum 2: exemptions by id, adjustments, only_if."""
    env = evaluation.env
    judged: dict[str, list[Judged]] = {}
    for rule, exemption in zip(program.exemptions, program.ruleset.exemptions, strict=True):
        judged[rule.id] = judge(rule, env)
        evaluation.exemptions += judged[rule.id]
        if any(judgement.truth is True for judgement in judged[rule.id]):
            for lifted in exemption.lifts:
                evaluation.lifted.setdefault(lifted, rule.id)
    for rule in program.adjustments:
        evaluation.adjustments += judge(rule, env)
    for judgement in (*evaluation.exemptions, *evaluation.adjustments):
        evaluation.note(judgement.truth)
    return judged


def _indicators(program: Program, judged: dict[str, list[Judged]], evaluation: Evaluation) -> None:
    """Strata 2 to 4 of every indicator."""
    env = evaluation.env
    started = [(prepared, start_results(prepared, env)) for prepared in program.indicators]
    for prepared, results in started:
        for result in results:
            settle(prepared, result, judged, env)
            _note(result, evaluation)
        evaluation.results += results


def _note(result: Result, evaluation: Evaluation) -> None:
    """Record what was missing in a result."""
    scoring = None if result.scoring is None else result.scoring.missing
    for value in (result.only_if, result.measure, result.target, scoring):
        if isinstance(value, Missing):
            evaluation.note(value)
    for granted in result.grants:
        evaluation.note(granted.refused)


def _unscored(program: Program, evaluation: Evaluation) -> str | None:
    """Return the reason of the first rule that leaves the case unscored; None where none fires."""
    reason = None
    for rule, unscored in zip(program.unscored, program.ruleset.unscored, strict=True):
        (judgement,) = judge(rule, evaluation.env)
        evaluation.unscored.append(judgement)
        evaluation.note(judgement.truth)
        if judgement.truth is not True:
            continue
        if unscored.on is not None:
            evaluation.stopped.setdefault(unscored.on, unscored.reason)
        elif reason is None:
            reason = unscored.reason
    return reason


def _standing(program: Program, name: str, scored: Scored, evaluation: Evaluation) -> Standing:
    """Stratum 6: compute the base of a score and start its ledger."""
    rule = next(prepared.rule for prepared in program.scores if prepared.rule.id == name)
    lines = open_ledger(rule, scored)
    evaluation.env.bases.append(scored)
    scale = program.scales[name]
    base = scored.base or Fixed(0, rule.digits)
    evaluation.env.scores[name] = base
    return Standing(rule, base.value * 10 ** (scale - base.scale), scale, lines)


def _points(program: Program, standings: dict[str, Standing], evaluation: Evaluation) -> None:
    """Stratum 7. A score for which an amount is missing is dropped from the standings."""
    by_id = {scored.id: scored for scored in evaluation.scores}
    for stage, rules in program.stages:
        if not standings:
            return
        before = {name: Fixed(standing.value, standing.scale) for name, standing in standings.items()}
        for name in run_stage(stage, rules, standings, evaluation):
            del standings[name]
            by_id[name].unscored = MISSING_AMOUNT
        for name, standing in standings.items():
            by_id[name].stages.append((stage, before[name], Fixed(standing.value, standing.scale)))


def _close(evaluation: Evaluation, name: str, standing: Standing) -> tuple[Line, ...]:
    """Add the last lines of a ledger."""
    final, rounding = scores.finish(standing.score, standing.value, standing.scale)
    if rounding is not None:
        standing.lines.append(Line(LineKind.FINAL_ROUNDING, rounding))
    standing.lines.append(Line(LineKind.FINAL, final))
    next(scored for scored in evaluation.scores if scored.id == name).final = final
    return tuple(standing.lines)


def _outcome(
    program: Program, evaluation: Evaluation, reason: str | None, ledgers: dict[str, tuple[Line, ...]]
) -> Outcome:
    """Stratum 8: evaluate grades and outputs, and assemble the outcome."""
    status = Status.SCORED if ledgers else Status.UNSCORED if program.scores else Status.DECIDED
    outputs = () if status is Status.UNSCORED else evaluation.outputs(program.outputs)
    scored = tuple(
        _score_outcome(evaluation, prepared.rule.id, position, ledgers)
        for position, prepared in enumerate(program.scores)
        if evaluation.scores
    )
    return Outcome(
        key=evaluation.case.key,
        status=status,
        reason=reason,
        indicators=tuple(_indicator_outcome(result) for result in evaluation.results),
        scores=scored,
        fired=_fired(evaluation),
        missing=tuple(sorted(evaluation.missing)),
        outputs=outputs,
    )


def _score_outcome(
    evaluation: Evaluation, name: str, position: int, ledgers: dict[str, tuple[Line, ...]]
) -> ScoreOutcome:
    scored, rule = evaluation.scores[position], evaluation.ruleset.scores[position]
    ledger = ledgers.get(name)
    if ledger is None or scored.final is None:
        return ScoreOutcome(name, None, (), None, None, None, scored.unscored, (), ())
    grade = scores.grade_of(rule, scored.final.value)
    shares = tuple(
        IndicatorShare(result.indicator.id, result.row_id, share, Fixed(lost, 6))
        for result, share, lost in scored.contributions
    )
    reasons = rank(rule, scored, ledger, evaluation)
    grade_id = None if grade is None else grade.id
    return ScoreOutcome(name, scored.denominator, shares, scored.base, scored.final, grade_id, None, ledger, reasons)


def _indicator_outcome(result: Result) -> IndicatorOutcome:
    measure = None if isinstance(result.measure, Missing) else result.measure
    target = None if isinstance(result.target, Missing) else result.target
    return IndicatorOutcome(
        result.indicator.id, result.row_id, measure, target, result.score, result.waived, result.missing_score
    )


def _fired(evaluation: Evaluation) -> tuple[Fired, ...]:
    """Return the exemptions, adjustments and points rules that fired, with their rows."""
    rows: dict[str, list[str]] = {}
    for rule, row, truth in (*evaluation.exemptions, *evaluation.adjustments):
        if truth is True:
            rows.setdefault(rule, []).extend(() if row is None else (row.row.id,))
    for applied in evaluation.points:
        if applied.fired:
            rows.setdefault(applied.rule, []).extend(() if applied.row is None else (applied.row.row.id,))
    return tuple(sorted(Fired(rule, tuple(sorted(ids))) for rule, ids in rows.items()))
