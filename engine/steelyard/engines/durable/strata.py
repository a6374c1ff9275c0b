"""Runs one case through the strata (LANGUAGE.md section 10), with durable evaluating every condition.

Shared with semantics: the arithmetic of measures, targets, ways and weights, the opening of the ledger, the ranking of
reasons. Everything else is implemented independently.
"""

from __future__ import annotations

from steelyard.diagnostics import InternalError, Message, msg
from steelyard.engines.durable import grants as combine
from steelyard.engines.durable.outcome import conclude
from steelyard.engines.durable.plan import Answering, Plan, both, member_keys
from steelyard.engines.durable.stages import Running, run_stage
from steelyard.facts.case import Case
from steelyard.ir.ruleset import OnMissing
from steelyard.semantics import scores
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.bounds import check_clock, check_rows
from steelyard.semantics.clocks import elapsed, passed, read_clock
from steelyard.semantics.env import Env
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.exemptions import PreparedGrant, PreparedRule, give
from steelyard.semantics.indicators import PreparedIndicator, reason_of
from steelyard.semantics.ledger import open_ledger
from steelyard.semantics.outcome import Outcome
from steelyard.semantics.records import Judged, Result
from steelyard.semantics.values import Missing, Rejected, Truth, divide, names, union


def run_strata(plan: Plan, case: Case) -> Outcome:
    """Evaluate a case.

    Raises:
        Rejected: the case cannot be evaluated.
    """
    program = plan.program
    count = len(program.relations)
    env = Env(
        case,
        case.values,
        [None] * len(program.ruleset.defines),
        [None] * count,
        [[] for _ in range(count)],
        [None] * count,
    )
    evaluation = Evaluation(program.ruleset, program.scope, case, env)
    answering = Answering(plan, env)
    _join(answering)
    activations = _conditions(answering, evaluation)
    _indicators(answering, activations, evaluation)
    reason = _unscored(answering, evaluation)
    if reason is not None:
        return conclude(program, evaluation, reason, {})
    running = _bases(answering, evaluation)
    for stage, rules in program.stages:
        if running:
            run_stage(stage, rules, running, answering, evaluation)
            standing = {*running}
            for scored in evaluation.scores:
                if scored.unscored is None and scored.id not in standing:
                    scored.unscored = "missing_amount"
    reason = evaluation.scores[0].unscored if program.scores and not running else None
    return conclude(program, evaluation, reason, running)


def _join(answering: Answering) -> None:
    """Stratum 1: find the rows that belong to the case."""
    env, program = answering.env, answering.plan.program
    for number, relation in enumerate(program.relations):
        if relation.joins is not None:
            rows, index = env.case.rows.get(relation.id, ()), answering.plan.indexes.get(number)
            likely = rows if index is None else index.find(rows, env)
            answering.candidates[number] = [BoundRow(row, row.values, True, {}) for row in likely]
    for number, relation in enumerate(program.relations):
        if relation.joins is None:
            env.rows[number] = [BoundRow(row, row.values, True, {}) for row in env.case.rows.get(relation.id, ())]
        else:
            rows = answering.candidates[number]
            for row, truth in zip(rows, answering.on_rows(("joins", relation.id), number, rows), strict=True):
                if truth is not False:
                    row.member = truth
                    env.rows[number].append(row)
        if relation.one_row:
            env.single[number] = _single(relation.id, env.rows[number])
        if relation.bounds is not None:
            check_rows(relation.id, relation.bounds, env.rows[number])
    answering.candidates = {}


def _single(relation: str, rows: list[BoundRow]) -> BoundRow | Missing | None:
    members = [row for row in rows if row.member is True]
    match members:
        case [first, second, *_]:
            both_ids = names(frozenset((first.row.id, second.row.id)))
            raise Rejected(
                relation, both_ids, msg("at most one row of `{relation}` for the case", relation=relation), second.row
            )
        case _ if len(rows) > len(members):
            return union([row.member for row in rows])
        case [only]:
            return only
        case _:  # the relation has no row for this case
            return None


def _conditions(answering: Answering, evaluation: Evaluation) -> dict[str, list[BoundRow | None]]:
    """Stratum 2: evaluate exemptions with the rules they lift, and adjustments. Returns activations by exemption."""
    program = answering.plan.program
    activations: dict[str, list[BoundRow | None]] = {}
    for rule, exemption in zip(program.exemptions, program.ruleset.exemptions, strict=True):
        judged = _judge(rule, "exemption", answering)
        evaluation.exemptions += judged
        activations[rule.id] = [judgement.row for judgement in judged if judgement.truth is True]
        if activations[rule.id]:
            evaluation.lifted.update((lifted, rule.id) for lifted in exemption.lifts)
    for rule in program.adjustments:
        evaluation.adjustments += _judge(rule, "adjustment", answering)
    for judgement in (*evaluation.exemptions, *evaluation.adjustments):
        evaluation.note(judgement.truth)
    return activations


def _judge(rule: PreparedRule, kind: str, answering: Answering) -> list[Judged]:
    key = kind, rule.id
    if rule.relation is None:
        return [Judged(rule.id, None, answering.on_case(key))]
    rows = answering.env.rows[rule.relation]
    truths = answering.on_rows(key, rule.relation, rows)
    return [Judged(rule.id, row, both(row.member, truth)) for row, truth in zip(rows, truths, strict=True)]


def _indicators(answering: Answering, activations: dict[str, list[BoundRow | None]], evaluation: Evaluation) -> None:
    """Strata 2 to 4 of all indicators."""
    started = [(prepared, _start(prepared, answering)) for prepared in answering.plan.program.indicators]
    for prepared, results in started:
        for result in results:
            _settle(prepared, result, activations, answering.env)
            for value in (result.only_if, result.measure, result.target):
                evaluation.note(value)
            for granted in result.grants:
                evaluation.note(granted.refused)
            if result.scoring is not None:
                evaluation.note(result.scoring.missing)
        evaluation.results += results


def _start(prepared: PreparedIndicator, answering: Answering) -> list[Result]:
    rule, key = prepared.rule, ("only_if", prepared.rule.id)
    if prepared.relation is None:
        return [Result(rule, None, None, True if rule.only_if is None else answering.on_case(key))]
    rows = answering.env.rows[prepared.relation]
    ids = _row_ids(prepared, rows)
    truths = [True] * len(rows) if rule.only_if is None else answering.on_rows(key, prepared.relation, rows)
    results = [
        Result(rule, row, row_id, both(row.member, truth)) for row_id, row, truth in zip(ids, rows, truths, strict=True)
    ]
    return sorted(results, key=lambda result: result.row_id or "")


def _row_ids(prepared: PreparedIndicator, rows: list[BoundRow]) -> list[str]:
    field, seen = prepared.row_id, list[str]()
    for row in rows:
        value = row.values.get(field)
        if value is None:
            raise Rejected(prepared.rule.id, "", msg("an id in `{field}` of every row", field=field), row.row)
        if str(value) in seen:
            raise Rejected(
                prepared.rule.id, str(value), msg("each id in `{field}` once in a case", field=field), row.row
            )
        seen.append(str(value))
    return seen


def _settle(
    prepared: PreparedIndicator, result: Result, activations: dict[str, list[BoundRow | None]], env: Env
) -> None:
    """Strata 3 and 4: target, pauses, measure, then only_if, waive, missing, way, clamp, round, at_least."""
    if prepared.relation is not None:
        env.bound[prepared.relation] = result.row
    result.base_target = None if prepared.target is None else prepared.target(env)
    if prepared.clock is not None:
        result.timing, untimed = read_clock(prepared.clock, prepared.rule.id, env)
        result.measure = untimed or elapsed(result.timing)
    env.own_target = result.base_target
    for grant in prepared.grants:
        result.grants += [give(grant, row, result, env) for row in _rows_of(grant, activations, result)]
    result.target = env.own_target = combine.resolved_target(result)
    if prepared.measure is not None:
        result.measure = prepared.measure(env)
    if result.timing is not None and isinstance(result.measure, int):
        timing = result.timing
        result.measure -= sum(passed(timing, start, end) for start, end in combine.stretches(result.grants))
    if prepared.clock is not None:
        check_clock(prepared.rule, result.measure, result.row)
    result.waived = _waived(result)
    if result.waived is None:
        _score(prepared, result, env)
    if prepared.relation is None:
        env.results[prepared.rule.id] = result
    else:
        env.bound[prepared.relation] = None


def _rows_of(
    grant: PreparedGrant, activations: dict[str, list[BoundRow | None]], result: Result
) -> list[BoundRow | None]:
    rows = activations[grant.exemption.id]
    return [row for row in rows if row is result.row] if grant.own_row else rows


def _waived(result: Result) -> Message | None:
    if result.only_if is False:
        return msg("not applicable: its condition does not hold")
    if isinstance(result.only_if, Missing):
        missing = names(result.only_if.reasons)
        return msg("unknown whether it applies: `{missing}` is missing", missing=missing)
    exemption = combine.waiver(result.grants)
    return None if exemption is None else msg("waived by the exemption `{exemption}`", exemption=exemption)


def _score(prepared: PreparedIndicator, result: Result, env: Env) -> None:
    rule, measure, target = prepared.rule, result.measure, result.target
    lacking = [value for value in (measure, target) if isinstance(value, Missing)]
    if not lacking:
        env.own_measure, env.own_target = measure, target
        way = prepared.way(env, measure if isinstance(measure, int) else 0, target if isinstance(target, int) else 0)
        env.own_measure = env.own_target = None
        result.scoring = way
        if way.exact is None:
            lacking = [way.missing or union(())]
        else:
            score = divide(way.exact[0] * 100, way.exact[1])
            low, high = (None, None) if rule.clamp is None else (rule.clamp.low, rule.clamp.high)
            score = score if low is None or score > low else low
            result.score = score if high is None or score < high else high
    if lacking:
        _missing(prepared, result, names(union([*lacking]).reasons))
    if result.score is not None:
        result.reason = reason_of(prepared, result, env)
    floor = combine.floor_of(result.grants)
    if result.score is not None and floor is not None and floor > result.score:
        result.score = floor


def _missing(prepared: PreparedIndicator, result: Result, missing: str) -> None:
    action = prepared.rule.missing
    if action is None:
        raise InternalError(f"`{prepared.rule.id}` is missing {missing}, and its rule says nothing")
    match action.action:
        case OnMissing.WAIVE:
            result.waived = msg("waived: `{missing}` is missing", missing=missing)
        case OnMissing.REJECT:
            row = None if result.row is None else result.row.row
            raise Rejected(prepared.rule.id, "", msg("a value; `{missing}` is missing", missing=missing), row)
        case OnMissing.SCORE:
            result.score, result.missing_score = action.score, True


def _unscored(answering: Answering, evaluation: Evaluation) -> str | None:
    """Stratum 5: return the reason of the first rule that leaves the case unscored; all are evaluated."""
    reasons: list[str] = []
    for rule in answering.plan.program.ruleset.unscored:
        truth = answering.on_case(("unscored", rule.id))
        evaluation.note(truth)
        evaluation.unscored.append(Judged(rule.id, None, truth))
        if truth is True and rule.on is None:
            reasons.append(rule.reason)
        elif truth is True and rule.on is not None and rule.on not in evaluation.stopped:
            evaluation.stopped[rule.on] = rule.reason
    return reasons[0] if reasons else None


def _bases(answering: Answering, evaluation: Evaluation) -> dict[str, Running]:
    """Strata 5 and 6: resolve weights, then compute the base of every score that has one."""
    program = answering.plan.program
    fired = tuple(judgement.rule for judgement in evaluation.adjustments if judgement.truth is True)
    for prepared in program.scores:
        counts: dict[str, Truth] = {}
        if prepared.rule.id not in evaluation.stopped:
            counts = {member: answering.on_case(("member", key)) for member, key in member_keys(prepared.rule)}
        scores.weigh(prepared, fired, counts, evaluation)
    running: dict[str, Running] = {}
    for prepared, scored in zip(program.scores, evaluation.scores, strict=True):
        if scored.unscored is None:
            scores.find_base(prepared, scored, evaluation)
        if scored.unscored is None:
            lines = open_ledger(prepared.rule, scored)
            evaluation.env.bases.append(scored)
            if scored.base is None:
                raise InternalError(f"`{scored.id}` has no base")
            evaluation.env.scores[scored.id] = scored.base
            scale = program.scales[scored.id]
            value = scored.base.value * 10 ** (scale - scored.base.scale)
            running[scored.id] = Running(prepared.rule, value, scale, lines)
    return running
