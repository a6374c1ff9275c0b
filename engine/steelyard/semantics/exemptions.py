"""Exemptions: who is granted what (LANGUAGE.md section 8).

An exemption fires once, or for each row for which membership and condition are true; each such *activation* gives its
grants. Over all activations, within one indicator: the largest relaxation of the target wins (or all add up: `combine:
stack`), pauses count as their union, the highest at_least, and waive wins over all. Unlike grants all apply. A grant
whose expression is missing is refused.

Where an exemption and a family run over the same relation, an activation grants only to the family's indicator of the
same row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import assert_never

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import Expr, Field
from steelyard.ir.ruleset import (
    SCORE_DIGITS,
    AtLeastGrant,
    Better,
    Exemption,
    Grant,
    PauseGrant,
    Ruleset,
    TargetGrant,
    WaiveGrant,
)
from steelyard.ir.types import OPEN, DateTime, Number
from steelyard.semantics.aggregates import both
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.clocks import cut, passed, paused
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.records import Granted, Judged, Result
from steelyard.semantics.values import Missing, Value, union

Compiler = Callable[[Expr], Meaning]


@dataclass(frozen=True, slots=True)
class PreparedRule:
    """A rule's condition with its meaning, evaluated once, or for each row of the relation at position `relation`."""

    id: str
    relation: int | None
    when: Meaning


Give = Callable[[Granted, Result, Env], None]
"""A function that computes what a grant gives to an indicator in the bound row, and records it in the `Granted`."""


@dataclass(frozen=True, slots=True)
class PreparedGrant:
    """A grant for one indicator.

    Attributes:
        exemption: the exemption that grants it.
        grant: the grant as written.
        give: computes the grant's value in a case.
        own_row: whether the indicator is a family over the exemption's relation.
    """

    exemption: PreparedRule
    grant: Grant
    give: Give
    own_row: bool


def judge(rule: PreparedRule, env: Env) -> list[Judged]:
    """Evaluate a rule's condition, once or in each row of its relation."""
    if rule.relation is None:
        return [Judged(rule.id, None, rule.when(env))]
    judged: list[Judged] = []
    bound = env.bound
    outer = bound[rule.relation]
    for row in env.rows[rule.relation]:
        bound[rule.relation] = row
        judged.append(Judged(rule.id, row, both(row.member, rule.when(env))))
    bound[rule.relation] = outer
    return judged


def prepare_grants(
    ruleset: Ruleset, rules: Iterable[PreparedRule], meaning: Compiler
) -> dict[str, list[PreparedGrant]]:
    """Prepare the grants of every exemption, by indicator, in the order written."""
    grants: dict[str, list[PreparedGrant]] = {}
    families = {indicator.id: indicator.family for indicator in ruleset.indicators}
    for rule, exemption in zip(rules, ruleset.exemptions, strict=True):
        for grant in exemption.grants:
            family = families[grant.indicator]
            own_row = family is not None and family.relation == exemption.for_each
            prepared = PreparedGrant(rule, grant, _prepare(grant, exemption, ruleset, meaning), own_row)
            grants.setdefault(grant.indicator, []).append(prepared)
    return grants


def activations(grant: PreparedGrant, judged: dict[str, list[Judged]], result: Result) -> list[BoundRow | None]:
    """Return the rows in which a grant's exemption fired for an indicator; [None] if the exemption has no relation."""
    rows = [judgement.row for judgement in judged[grant.exemption.id] if judgement.truth is True]
    return [row for row in rows if row is result.row] if grant.own_row else rows


def give(grant: PreparedGrant, row: BoundRow | None, result: Result, env: Env) -> Granted:
    """Compute what one activation grants to an indicator. The settle functions decide later which grants count."""
    granted = Granted(grant.exemption.id, row, grant.grant)
    relation = grant.exemption.relation
    outer = None if relation is None else env.bound[relation]
    if relation is not None:
        env.bound[relation] = row
    grant.give(granted, result, env)
    if relation is not None:
        env.bound[relation] = outer
    return granted


def settle_target(result: Result) -> Value | None:
    """Return the resolved target: the base target with the relaxation that counts."""
    base = result.base_target
    given = [g for g in result.grants if isinstance(g.grant, TargetGrant) and g.value]
    if not given or base is None or isinstance(base, Missing):
        return base
    # max returns the first of several equal ones
    counted = given if result.indicator.stack else [max(given, key=_value)]
    for granted in counted:
        granted.counted = True
    relaxation = sum(_value(granted) for granted in counted)
    return _number(base) + (relaxation if result.indicator.better is Better.LOWER else -relaxation)


def settle_pauses(result: Result) -> None:
    """Subtract the union of all pauses from the clock."""
    windows: list[tuple[int, int]] = []
    for granted in result.grants:
        if granted.window is not None:
            granted.counted = True
            windows.append(granted.window)
    if windows and result.timing is not None and isinstance(result.measure, int):
        result.timing.paused = paused(result.timing, windows)
        result.measure -= result.timing.paused


def settle_floor(result: Result) -> int | None:
    """Return the highest at_least that was granted, in hundredths; None where none was."""
    given = [g for g in result.grants if isinstance(g.grant, AtLeastGrant) and g.value is not None]
    if not given:
        return None
    highest = max(given, key=_value)
    highest.counted = True
    return highest.value


def waived_by(result: Result) -> str | None:
    """Return the id of the first exemption that waives the indicator; None where none does."""
    return next((g.exemption for g in result.grants if isinstance(g.grant, WaiveGrant)), None)


def _prepare(grant: Grant, exemption: Exemption, ruleset: Ruleset, meaning: Compiler) -> Give:
    match grant:
        case TargetGrant(target=target):
            return _relaxing(meaning(target))
        case AtLeastGrant(points=points):
            return _holding(meaning(points), 10 ** (SCORE_DIGITS - _scale(points)))
        case PauseGrant():
            return _pausing(*_window(ruleset, exemption, meaning))
        case WaiveGrant():
            return _waive
        case _:
            assert_never(grant)


def _waive(granted: Granted, _: Result, __: Env) -> None:
    granted.counted = True


def _holding(points: Meaning, unit: int) -> Give:
    def hold(granted: Granted, _: Result, env: Env) -> None:
        value: Value = points(env)
        if isinstance(value, Missing):
            granted.refused = value
        else:
            granted.value = _number(value) * unit

    return hold


def _relaxing(target: Meaning) -> Give:
    """Build a target grant: it counts as its difference to the base target in the lenient direction, at least 0."""

    def relax(granted: Granted, result: Result, env: Env) -> None:
        base = result.base_target
        milder: Value = target(env)
        granted.target = milder
        if base is None or result.indicator.better is None:
            raise InternalError(f"`{result.indicator.id}` has no target to relax")
        if isinstance(base, Missing):
            granted.refused = base
        elif isinstance(milder, Missing):
            granted.refused = milder
        else:
            difference = _number(milder) - _number(base)
            lenient = difference if result.indicator.better is Better.LOWER else -difference
            granted.value, granted.stricter = max(lenient, 0), lenient < 0

    return relax


def _pausing(start_of: Meaning, end_of: Meaning, open_end: bool) -> Give:
    """Build a pause, which cuts the row's window to the clock.

    A missing start, or a missing end that is not open, refuses the grant.
    """

    def pause(granted: Granted, result: Result, env: Env) -> None:
        timing = result.timing
        if timing is None:
            raise InternalError(f"`{result.indicator.id}` has no clock to pause")
        start: Value = start_of(env)
        end: Value = end_of(env)
        if isinstance(end, Missing) and open_end:
            end = OPEN
        if isinstance(start, Missing) or isinstance(end, Missing):
            granted.refused = union((start, end))
        elif timing.start is not None and timing.end is not None:
            granted.window = cut((_number(start), _number(end)), timing.start, timing.end)
            granted.value = 0 if granted.window is None else passed(timing, *granted.window)

    return pause


def _window(ruleset: Ruleset, exemption: Exemption, meaning: Compiler) -> tuple[Meaning, Meaning, bool]:
    relation = next((r for r in ruleset.relations if r.id == exemption.for_each), None)
    if relation is None or relation.window is None:
        raise InternalError(f"`{exemption.id}` pauses without a window")
    types = {field.id: field.type for field in relation.fields} | {d.id: d.value.type for d in relation.defines}
    start, end = relation.window.start, relation.window.end

    def read(name: str) -> Meaning:
        return meaning(Field(relation.id, name, type=types[name]))

    end_type = types[end]
    return read(start), read(end), isinstance(end_type, DateTime) and end_type.open


def _value(granted: Granted) -> int:
    return granted.value or 0


def _number(value: Value) -> int:
    if not isinstance(value, int):
        raise InternalError("a grant of something that is no number")
    return value


def _scale(expr: Expr) -> int:
    if not isinstance(expr.type, Number):
        raise InternalError("points that are no number")
    return expr.type.scale
