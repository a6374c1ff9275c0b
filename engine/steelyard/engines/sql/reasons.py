"""Reason codes: why points were lost, most points first (LANGUAGE.md section 7; `semantics.reasons`).

Every possible code is an item with its points lost. Ties are broken by the order of items, which is that of the
reference: indicators as the score lists them, then points rules as written.
"""

from __future__ import annotations

from dataclasses import replace

from steelyard.engines.sql import build, families
from steelyard.engines.sql.build import E
from steelyard.engines.sql.points import Standing
from steelyard.engines.sql.scope import Program
from steelyard.engines.sql.scores import Contribution
from steelyard.engines.sql.value import Value, constant
from steelyard.ir.ruleset import LEDGER_DIGITS


def ranked(standing: Standing, program: Program) -> E:
    """The codes of one score as a list; the ranking is skipped where nothing is lost."""
    digits = max(LEDGER_DIGITS, standing.scale)
    a, dialect = program.arithmetic, program.dialect
    items: list[tuple[Value, str]] = []
    plain = {one.settled.indicator.id: one for one in standing.scored.contributions}
    for member in standing.scored.score.members:
        if member in plain:
            items += _of_indicator(plain[member], digits, program)
        elif member in standing.scored.rows:
            lost = families.losses(member, standing.scored, program)
            items += [(a.times(points, 10 ** (digits - LEDGER_DIGITS)), code) for points, code in lost]
    for rule in program.ruleset.points:
        lost = standing.lost.get(rule.id)
        if lost is not None and rule.reason is not None:
            items.append((a.times(replace(lost, why={}), 10 ** (digits - standing.scale)), rule.reason))
    items = [(points, code) for points, code in items if points.bounds.high > 0]
    if not items:
        return dialect.empty_list()
    codes = list(dict.fromkeys(code for _, code in items))
    bound = max(points.bounds.high for points, _ in items)
    texts = dialect.reasons([(points.sql, code) for points, code in items], standing.scored.score.reasons, bound)
    some = build.disj([build.true(build.greater(points.sql, build.integer(0))) for points, _ in items])
    if len(codes) == 1:
        texts = dialect.list_of([build.text(codes[0])])
        if standing.scored.score.reasons == 0:
            return dialect.empty_list()
    return build.case([(some, texts)], dialect.empty_list())


def _of_indicator(contribution: Contribution, digits: int, program: Program) -> list[tuple[Value, str]]:
    """The codes of an indicator: that of the band whose condition holds, else its own."""
    a, settled = program.arithmetic, contribution.settled
    lost = a.times(replace(contribution.lost, why={}), 10 ** (digits - LEDGER_DIGITS))
    found: list[tuple[Value, str]] = []
    for condition, code in settled.reasons:
        found.append((a.choose([(condition, lost)], constant(0)), code))
    own = settled.indicator.reason
    if own is not None:
        others = build.disj([condition for condition, _ in settled.reasons])
        found.append((lost if build.is_false(others) else a.choose([(build.not_(others), lost)], constant(0)), own))
    return found
