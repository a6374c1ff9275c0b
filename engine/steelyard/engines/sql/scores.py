"""Strata 5 and 6: weights and the base of each score (LANGUAGE.md section 9; `semantics.scores`, `semantics.ledger`).

n and D come from the situation; the base is (Σ n·s) ÷ D, rounded once; what an indicator lost is n·(baseline - s) ÷ D
in millionths. All of it is exact, and the ledger closes by the same identity as in the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.carried import Carried
from steelyard.engines.sql.findings import Findings
from steelyard.engines.sql.indicators import Settled
from steelyard.engines.sql.intervals import Interval, hull, point
from steelyard.engines.sql.scope import Program
from steelyard.engines.sql.situations import DENOMINATOR, KEY, MOST, Situations, share_column
from steelyard.engines.sql.value import Rejection, Value, constant
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import LEDGER_DIGITS, SCORE_DIGITS, Better, Indicator, Method, Score
from steelyard.ir.types import Number
from steelyard.semantics.scores import MISSING_MINIMUM, MISSING_VALUE, NOTHING_TO_SCORE, TOO_FEW_PRESENT

_TO_LEDGER = 10 ** (LEDGER_DIGITS - SCORE_DIGITS)


@dataclass(frozen=True, slots=True)
class Contribution:
    """An indicator's part of a score, in the frame of the cases; NULL where it is waived."""

    settled: Settled
    share: Value
    lost: Value


@dataclass(frozen=True, slots=True)
class RowShares:
    """The shares of a family's rows in a score: n of each row, in a frame that reads the score's weights, and D."""

    settled: Settled
    share: Callable[[Carried], Value]
    denominator: Value


@dataclass(frozen=True, slots=True)
class Start:
    """What a sum starts with: an integer, never NULL, in units of so many digits after the point."""

    value: Value
    scale: int


@dataclass(eq=False)
class Scored:
    """A score while it is compiled.

    Attributes:
        stands: whether it has a value so far; never NULL.
        unscored: pairs of condition and reason why it has none; the first that holds applies.
        base: the base with the score's number of digits.
        denominator: D; None where the method has no shares.
        contributions: those of members that are not families.
        rows: the shares of rows of families, by id.
        situations: those of its weights; None where they are constant.
        start: what its sum starts with; None for nothing.
        counts: by member that counts under a condition, whether it does; never NULL.
    """

    score: Score
    stands: E
    base: Value
    denominator: Value | None = None
    unscored: list[tuple[E, str]] = field(default_factory=lambda: [])
    contributions: list[Contribution] = field(default_factory=lambda: [])
    rows: dict[str, RowShares] = field(default_factory=lambda: {})
    situations: Situations | None = None
    start: Start | None = None
    counts: dict[str, E] = field(default_factory=dict[str, E])


def begun(score: Score, program: Program, findings: Findings, reached: E) -> Scored:
    """Stratum 5: a score with the conditions under which its members count."""
    scored = Scored(score, reached, constant(0))
    for member, when in (score.only_if or {}).items():
        truth = program.value(when, program.case_scope)
        findings.take(truth, reached)
        holds = truth.sql if not truth.nullable else build.true(truth.sql)
        scored.counts[member] = program.cases.put(f"{member}__{score.id}__counts", holds)
    return scored


def counted(scored: Scored, settled: Settled, program: Program) -> Settled:
    """An indicator as the score sees it: waived also where it does not count."""
    counts = scored.counts.get(settled.indicator.id)
    if counts is None:
        return settled
    name = f"{settled.indicator.id}__{scored.score.id}__counted"
    sql = program.cases.put(name, build.where(counts, settled.score.sql))
    return replace(settled, score=replace(settled.score, sql=sql), waivable=True)


def weigh(
    scored: Scored,
    members: Sequence[Settled],
    fired: Sequence[tuple[str, E]],
    program: Program,
    findings: Findings,
) -> None:
    """Resolve the weights and compute the base of a score without families (strata 5 and 6).

    Args:
        scored: the score.
        members: its indicators, in order.
        fired: the weight adjustments, each with the condition under which it fired.
        program: what is compiled.
        findings: takes the rejections.
    """
    stop(scored, present_count(members, program), program, findings)
    match scored.score.method:
        case Method.WEIGHTED_MEAN:
            _mean(scored, members, fired, program, findings)
        case Method.SUM:
            begin(scored, program, findings)
            _contribute(scored, members, [constant(1)] * len(members), constant(1), program)
        case Method.LOWEST | Method.HIGHEST:
            _extreme(scored, members, program)
        case Method.VALUE | Method.START:
            valued(scored, program, findings)


def present_count(members: Sequence[Settled], program: Program) -> Value:
    """The number of members that are scored."""
    a = program.arithmetic
    flags = [a.flag(build.present(one.score.sql)) if one.waivable else constant(1) for one in members]
    return a.total(flags)


def stop(scored: Scored, present: Value, program: Program, findings: Findings) -> None:
    """Leave the score unscored where no members, or too few, are scored."""
    score = scored.score
    minimum = score.minimum_present
    needs_one = score.method not in {Method.VALUE, Method.START}
    if not isinstance(minimum, int | None):
        _stop_below(scored, minimum, present, program, findings)
        return
    least = max(minimum or 0, 1 if needs_one else 0)
    if not least or present.bounds.low >= least or (present.known is not None and present.known >= least):
        return
    count = program.cases.put(f"{score.id}__present", present.sql)
    if needs_one:
        scored.unscored.append((build.equal(count, build.integer(0)), NOTHING_TO_SCORE))
    if minimum is not None:
        scored.unscored.append((build.less(count, build.integer(minimum)), TOO_FEW_PRESENT))
    enough = build.at_least(count, build.integer(least))
    scored.stands = program.cases.put(f"{score.id}__stands", build.conj((scored.stands, enough)))


def _stop_below(scored: Scored, minimum: Expr, present: Value, program: Program, findings: Findings) -> None:
    """Leave the score unscored where fewer members are scored than an expression asks for, or it is missing."""
    score, put = scored.score, program.cases.put
    asked = program.value(minimum, program.case_scope)
    findings.take(asked, scored.stands)
    least, count = put(f"{score.id}__minimum", asked.sql), put(f"{score.id}__present", present.sql)
    enough = [scored.stands]
    if score.method not in {Method.VALUE, Method.START}:
        scored.unscored.append((build.equal(count, build.integer(0)), NOTHING_TO_SCORE))
        enough.append(build.at_least(count, build.integer(1)))
    if asked.nullable:
        scored.unscored.append((build.missing(least), MISSING_MINIMUM))
        enough.append(build.present(least))
    few = build.less(count, least)
    scored.unscored.append((build.true(few) if asked.nullable else few, TOO_FEW_PRESENT))
    enough.append(build.not_(build.true(few) if asked.nullable else few))
    scored.stands = put(f"{score.id}__stands", build.conj(enough))


def _mean(
    scored: Scored,
    members: Sequence[Settled],
    fired: Sequence[tuple[str, E]],
    program: Program,
    findings: Findings,
) -> None:
    names = [one.indicator.id for one in members]
    waived = [(one.indicator.id, build.missing(one.score.sql)) for one in members if one.waivable]
    situations = Situations(scored.score, program, names, fired, waived)
    only = situations.only()
    if only is not None:
        shares = [constant(only.by_member[name, None]) for name in names]
        _contribute(scored, members, shares, program.arithmetic.literal(only.denominator), program, mean=True)
        return
    scored.situations = situations
    if situations.listed:
        program.small[situations.table] = situations.list_all()
        program.cached["situations", situations.table] = situations
    columns = [DENOMINATOR, *(share_column(place) for place in range(len(names)))]
    found = program.cases.look_up(situations.table, [(KEY, situations.key())], columns)
    denominator, *shares = (
        Value(sql, bounds, not bounds.narrow)
        for sql, bounds in zip(found, _intervals(situations, len(columns), program), strict=True)
    )
    unresolved = build.conj((scored.stands, build.missing(denominator.sql)))
    if _can_fail(situations, program):
        findings.reject([Rejection.at(scored.score.id, unresolved)])
    _contribute(scored, members, shares, denominator, program, mean=True)


def _intervals(situations: Situations, count: int, program: Program) -> list[Interval]:
    """The intervals of the denominator D and of each indicator's numerator n."""
    table = program.small.get(situations.table)
    if table is None:
        return [Interval(1, MOST)] + [Interval(0, MOST)] * (count - 1)
    found: list[Interval] = []
    for place in range(1, count + 1):
        numbers = [row[place] for row in table.rows]
        known = [point(number) for number in numbers if isinstance(number, int)]
        found.append(hull(*known) if known else point(1))
    return found


def _can_fail(situations: Situations, program: Program) -> bool:
    table = program.small.get(situations.table)
    return table is None or any(row[1] is None for row in table.rows)


def _contribute(
    scored: Scored,
    members: Sequence[Settled],
    shares: Sequence[Value],
    denominator: Value,
    program: Program,
    *,
    mean: bool = False,
) -> None:
    """Compute the base, and the points that every member loses; `mean`: whether the shares add up to D."""
    a, score = program.arithmetic, scored.score
    weighed: list[Value] = []
    for settled, share in zip(members, shares, strict=True):
        weighed.append(a.multiply(share, or_zero(settled)))
        scored.contributions.append(contribution(score, settled, share, denominator, program))
    scored.denominator = denominator
    of_members = hull(point(0), *(one.score.bounds for one in members)) if mean else None
    scored.base = based(score, weighed, denominator, of_members, program, start=scored.start)


def based(
    score: Score,
    weighed: list[Value],
    denominator: Value,
    of_members: Interval | None,
    program: Program,
    *,
    start: Start | None = None,
) -> Value:
    """The clamped, rounded base. Bounds have the score's own digits, so rounding before clamping is equivalent.

    Args:
        score: the score.
        weighed: n·s of each member, or of all rows of a family together.
        denominator: D.
        of_members: an interval of the members' scores and 0, if their shares add up to D; else None.
        program: the state of compilation.
        start: what is added to the sum, where D is 1.
    """
    a, digits = program.arithmetic, SCORE_DIGITS
    total = a.total(weighed, None if of_members is None else denominator.bounds.times(of_members))
    if start is not None:
        digits = max(SCORE_DIGITS, start.scale)
        total = a.add(a.times(total, 10 ** (digits - SCORE_DIGITS)), a.times(start.value, 10 ** (digits - start.scale)))
    up, down = 10 ** max(0, score.digits - digits), 10 ** max(0, digits - score.digits)
    exact = a.divide(a.times(total, up), a.times(denominator, down))
    if of_members is not None:
        exact = a.known_within(exact, Interval(of_members.low * up // down, -(-of_members.high * up // down)))
    made = clamped(score, exact, 1, program)
    return replace(made, sql=program.cases.put(f"{score.id}__base", made.sql))


def clamped(score: Score, value: Value, unit: int, program: Program) -> Value:
    """Clamp a score; `unit`: how many units of the value are one unit of the clamp's bounds."""
    a = program.arithmetic
    low, high = score.clamp.low, score.clamp.high
    if low is not None and value.bounds.low < low * unit:
        value = a.maximum([value, constant(low * unit)])
    if high is not None and value.bounds.high > high * unit:
        value = a.minimum([value, constant(high * unit)])
    return value


def lost_points(  # noqa: PLR0917 - all of a rule
    score: Score, indicator: Indicator, points: Value, share: Value, denominator: Value, program: Program
) -> Value:
    """Share × (baseline - points) ÷ D in millionths of a point; a gain is negative."""
    a = program.arithmetic
    bare = replace(points, why={}, rejects=())
    baseline = constant(indicator.baseline)
    difference = a.subtract(bare, baseline) if score.better is Better.LOWER else a.subtract(baseline, bare)
    lost = a.divide(a.times(a.multiply(share, difference), _TO_LEDGER), denominator)
    return a.known_within(lost, hull(point(0), difference.bounds).times(point(_TO_LEDGER)))  # n is at most D


def contribution(score: Score, settled: Settled, share: Value, denominator: Value, program: Program) -> Contribution:
    """The contribution of an indicator with this share."""
    put, name = program.cases.put, f"{settled.indicator.id}__{score.id}"
    lost = lost_points(score, settled.indicator, settled.score, share, denominator, program)
    lost = replace(lost, sql=put(f"{name}__lost", lost.sql), why={})
    if settled.waivable:
        share = replace(share, sql=build.where(build.present(settled.score.sql), share.sql))
    return Contribution(settled, share, lost)


def or_zero(settled: Settled) -> Value:
    """An indicator's score; 0 where it is waived."""
    bare = replace(settled.score, why={}, rejects=())
    if not settled.waivable:
        return bare
    return replace(bare, sql=build.coalesce(bare.sql, build.integer(0)), interval=hull(bare.bounds, point(0)))


def _extreme(scored: Scored, members: Sequence[Settled], program: Program) -> None:
    """Take the lowest (or highest) score, the first of several equal ones."""
    if not members:  # a group without indicators: the score never has a value
        _contribute(scored, members, [], constant(1), program)
        return
    a, score = program.arithmetic, scored.score
    lowest = score.method is Method.LOWEST
    bounds = hull(*(one.score.bounds for one in members))
    beyond = constant(bounds.high + 1 if lowest else bounds.low - 1)
    there = [
        Value(build.coalesce(one.score.sql, beyond.sql) if one.waivable else one.score.sql, hull(bounds, beyond.bounds))
        for one in members
    ]
    chosen = (a.minimum if lowest else a.maximum)(there) if len(there) > 1 else there[0]
    column = program.cases.put(f"{score.id}__chosen", chosen.sql)
    shares: list[Value] = []
    taken: list[E] = []
    for one, found in zip(members, there, strict=True):
        mine = build.equal(found.sql, column)
        if one.waivable:
            mine = build.conj((build.present(one.score.sql), mine))
        shares.append(a.flag(build.conj((mine, *(build.not_(other) for other in taken)))))
        taken.append(mine)
    _contribute(scored, members, shares, constant(1), program)


def begin(scored: Scored, program: Program, findings: Findings) -> None:
    """Find what a sum starts with; where it is missing, the score does not stand, and the sum starts with 0."""
    if scored.score.value is not None:
        found, scale, nullable = _written(scored, program, findings)
        sql = build.coalesce(found.sql, build.integer(0)) if nullable else found.sql
        scored.start = Start(replace(found, sql=sql, interval=hull(found.bounds, point(0))), scale)


def _written(scored: Scored, program: Program, findings: Findings) -> tuple[Value, int, bool]:
    """The value that is written for a score, its scale, and whether it may be missing, which leaves it unscored."""
    score = scored.score
    if score.value is None or not isinstance(score.value.type, Number):
        raise InternalError(f"`{score.id}` has no value")
    found = program.value(score.value, program.case_scope)
    findings.take(found, scored.stands)
    sql = program.cases.put(f"{score.id}__value", found.sql)
    if found.nullable:
        scored.unscored.append((build.missing(sql), MISSING_VALUE))
        scored.stands = program.cases.put(f"{score.id}__stands", build.conj((scored.stands, build.present(sql))))
    return Value(sql, found.bounds, found.wide), score.value.type.scale, found.nullable


def valued(scored: Scored, program: Program, findings: Findings) -> None:
    """Take the value of an expression as the base; no points are lost."""
    score = scored.score
    bare, scale, nullable = _written(scored, program, findings)
    a, sql = program.arithmetic, bare.sql
    exact = a.divide(a.times(bare, 10 ** max(0, score.digits - scale)), constant(10 ** max(0, scale - score.digits)))
    if nullable:
        # LEAST and GREATEST would return the bound for a missing value
        made = build.case([(build.missing(sql), build.null())], clamped(score, exact, 1, program).sql)
    else:
        made = clamped(score, exact, 1, program).sql
    scored.base = replace(exact, sql=program.cases.put(f"{score.id}__base", made))
