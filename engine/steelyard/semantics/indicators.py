"""Strata 3 and 4: targets, pauses, measures and scores of indicators (LANGUAGE.md section 7).

Measure and target are always computed. Then, in this order: only_if, waive grant, missing, way, clamp,
round to 2 digits (half_up), at_least. A family is one indicator per row, in code-point order of the row ids. A row of
unknown membership is waived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from steelyard.diagnostics import InternalError, msg
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import SCORE_DIGITS, Clock, Indicator, OnMissing
from steelyard.semantics import exemptions
from steelyard.semantics.aggregates import both
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.bounds import check_clock
from steelyard.semantics.clocks import PreparedClock, elapsed, prepare_clock, read_clock
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.exemptions import PreparedGrant
from steelyard.semantics.records import Judged, Result
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.values import Missing, Rejected, divide, names, union
from steelyard.semantics.ways import PreparedWay, prepare_way

_HUNDREDTHS = 10**SCORE_DIGITS


@dataclass(frozen=True, slots=True)
class PreparedIndicator:
    """An indicator with its meanings. It has a measure or a clock; `relation` and `row_id` are set for a family.

    `reason` is set where its reason code is computed.
    """

    rule: Indicator
    relation: int | None
    row_id: str
    only_if: Meaning | None
    measure: Meaning | None
    clock: PreparedClock | None
    target: Meaning | None
    way: PreparedWay
    reason: Meaning | None
    grants: tuple[PreparedGrant, ...]


def prepare_indicator(
    indicator: Indicator, grants: list[PreparedGrant], meaning: Callable[[Expr], Meaning], scope: RulesetScope
) -> PreparedIndicator:
    """Prepare an indicator."""
    family, measure = indicator.family, indicator.measure
    return PreparedIndicator(
        rule=indicator,
        relation=None if family is None else scope.relations[family.relation],
        row_id="" if family is None else family.row_id,
        only_if=None if indicator.only_if is None else meaning(indicator.only_if),
        measure=None if isinstance(measure, Clock) else meaning(measure),
        clock=prepare_clock(measure, meaning, scope.calendars) if isinstance(measure, Clock) else None,
        target=None if indicator.target is None else meaning(indicator.target),
        way=prepare_way(indicator, meaning),
        reason=meaning(indicator.reason) if isinstance(indicator.reason, Expr) else None,
        grants=tuple(grants),
    )


def start_results(prepared: PreparedIndicator, env: Env) -> list[Result]:
    """Stratum 2: create the results of an indicator (one, or one per row), with the truth of only_if.

    Raises:
        Rejected: a row of a family has no id, or its id occurs twice.
    """
    if prepared.relation is None:
        only_if = True if prepared.only_if is None else prepared.only_if(env)
        return [Result(prepared.rule, None, None, only_if)]
    results: list[Result] = []
    for row_id, row in _named(prepared, env.rows[prepared.relation]):
        env.bound[prepared.relation] = row
        only_if = True if prepared.only_if is None else prepared.only_if(env)
        results.append(Result(prepared.rule, row, row_id, both(row.member, only_if)))
    env.bound[prepared.relation] = None
    return results


def settle(prepared: PreparedIndicator, result: Result, judged: dict[str, list[Judged]], env: Env) -> None:
    """Strata 3 and 4 of one result.

    Raises:
        Rejected: the clock ends before it starts or lies outside its calendar, the measure is outside its range, or a
            value is missing and the indicator says `missing: reject`.
    """
    if prepared.relation is not None:
        env.bound[prepared.relation] = result.row
    result.base_target = None if prepared.target is None else prepared.target(env)
    if prepared.clock is not None:
        result.timing, untimed = read_clock(prepared.clock, prepared.rule.id, env)
        result.measure = untimed or elapsed(result.timing)
    if prepared.grants:
        env.own_target = result.base_target
        for grant in prepared.grants:
            for row in exemptions.activations(grant, judged, result):
                result.grants.append(exemptions.give(grant, row, result, env))
    result.target = exemptions.settle_target(result) if result.grants else result.base_target
    if prepared.measure is not None:
        env.own_target = result.target
        result.measure = prepared.measure(env)
    elif result.grants:
        exemptions.settle_pauses(result)
    if prepared.clock is not None:
        check_clock(prepared.rule, result.measure, result.row)
    _score(prepared, result, env)
    if prepared.relation is None:
        env.results[prepared.rule.id] = result
    else:
        env.bound[prepared.relation] = None


def _score(prepared: PreparedIndicator, result: Result, env: Env) -> None:
    rule = prepared.rule
    if result.grants:
        result.at_least = exemptions.settle_floor(result)
    if result.only_if is False:
        result.waived = msg("not applicable: its condition does not hold")
        return
    if isinstance(result.only_if, Missing):
        missing = names(result.only_if.reasons)
        result.waived = msg("unknown whether it applies: `{missing}` is missing", missing=missing)
        return
    if result.grants and (exemption := exemptions.waived_by(result)) is not None:
        result.waived = msg("waived by the exemption `{exemption}`", exemption=exemption)
        return
    lacking = _lacking(result) or _way(prepared, result, env)
    if lacking is not None:
        _miss(rule, result, lacking)
    if result.score is not None:
        result.reason = reason_of(prepared, result, env)
        if result.at_least is not None:
            result.score = max(result.score, result.at_least)


def _lacking(result: Result) -> Missing | None:
    if isinstance(result.measure, Missing) or isinstance(result.target, Missing):
        return union((result.measure, result.target))
    return None


def _way(prepared: PreparedIndicator, result: Result, env: Env) -> Missing | None:
    """Compute the score by the indicator's way, clamp and round it. Returns the reason where there is no score.

    The bounds of a clamp are hundredths, so rounding before clamping gives the same result.
    """
    measure, target = result.measure, result.target
    env.own_measure, env.own_target = measure, target
    # a measure that is text or boolean is read only by bands, through OwnMeasure
    scoring = prepared.way(env, measure if isinstance(measure, int) else 0, target if isinstance(target, int) else 0)
    env.own_measure = env.own_target = None
    result.scoring = scoring
    if scoring.exact is None:
        return scoring.missing
    numerator, denominator = scoring.exact
    score, clamp = divide(numerator * _HUNDREDTHS, denominator), prepared.rule.clamp
    if clamp is not None:
        if clamp.low is not None:
            score = max(score, clamp.low)
        if clamp.high is not None:
            score = min(score, clamp.high)
    result.score = score
    return None


def reason_of(prepared: PreparedIndicator, result: Result, env: Env) -> str | None:
    """The reason code of a scored indicator: that of its band, else its own."""
    if result.scoring is not None and result.scoring.reason is not None:
        return result.scoring.reason
    if prepared.reason is not None:
        return code(prepared.reason, prepared.rule.id, env)
    return prepared.rule.reason if isinstance(prepared.rule.reason, str) else None


def code(meaning: Meaning, rule: str, env: Env) -> str:
    """The computed reason code of a rule, which is never missing."""
    value = meaning(env)
    if not isinstance(value, str):
        raise InternalError(f"`{rule}` has no reason code")
    return value


def _miss(rule: Indicator, result: Result, lacking: Missing) -> None:
    """Apply the indicator's `missing` rule where measure, target or score is missing."""
    if rule.missing is None:
        raise InternalError(f"`{rule.id}` is missing {names(lacking.reasons)}, and its rule says nothing")
    match rule.missing.action:
        case OnMissing.WAIVE:
            result.waived = msg("waived: `{missing}` is missing", missing=names(lacking.reasons))
        case OnMissing.REJECT:
            expected = msg("a value; `{missing}` is missing", missing=names(lacking.reasons))
            raise Rejected(rule.id, "", expected, None if result.row is None else result.row.row)
        case OnMissing.SCORE:
            result.score, result.missing_score = rule.missing.score, True
        case _:
            assert_never(rule.missing.action)


def _named(prepared: PreparedIndicator, rows: list[BoundRow]) -> list[tuple[str, BoundRow]]:
    """Return the rows of a family with their ids, in code-point order."""
    named: dict[str, BoundRow] = {}
    for row in rows:
        row_id = row.values.get(prepared.row_id)
        if row_id is None:
            raise Rejected(prepared.rule.id, "", msg("an id in `{field}` of every row", field=prepared.row_id), row.row)
        if str(row_id) in named:
            raise Rejected(
                prepared.rule.id,
                str(row_id),
                msg("each id in `{field}` once in a case", field=prepared.row_id),
                row.row,
            )
        named[str(row_id)] = row
    return sorted(named.items())
