"""Reason codes: why points were lost, most points first (LANGUAGE.md section 7; `semantics.reasons`).

Every possible code is an item with its points lost. Ties are broken by the order of items, which is that of the
reference: indicators as the score lists them, then points rules as written. Where a code is computed, the items become
texts that sort in this order (`computed_reasons`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from steelyard.engines.sql import build, computed_reasons, families
from steelyard.engines.sql.build import E
from steelyard.engines.sql.points import RowCodes, Standing
from steelyard.engines.sql.scope import Program
from steelyard.engines.sql.scores import Contribution
from steelyard.engines.sql.value import Value, constant
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import LEDGER_DIGITS

Item = tuple[Value, str | E]
"""The points that were lost under a code."""


def ranked(standing: Standing, program: Program) -> E:
    """The codes of one score as a list; the ranking is skipped where nothing is lost."""
    found = list(_items(standing, program))
    dialect, limit = program.dialect, standing.scored.score.reasons
    if any(isinstance(one, RowCodes) or not isinstance(one[1], str) for one in found):
        return computed_reasons.ranked(found, limit, program)
    items = [(points, code) for points, code in _written(found) if points.bounds.high > 0]
    if not items:
        return dialect.empty_list()
    codes = list(dict.fromkeys(code for _, code in items))
    bound = max(points.bounds.high for points, _ in items)
    texts = dialect.reasons([(points.sql, code) for points, code in items], limit, bound)
    some = build.disj([build.true(build.greater(points.sql, build.integer(0))) for points, _ in items])
    if len(codes) == 1:
        texts = dialect.list_of([build.text(codes[0])])
        if limit == 0:
            return dialect.empty_list()
    return build.case([(some, texts)], dialect.empty_list())


def _written(found: list[Item | RowCodes]) -> Iterator[tuple[Value, str]]:
    for one in found:
        if not isinstance(one, RowCodes):
            points, code = one
            if isinstance(code, str):
                yield points, code


def _items(standing: Standing, program: Program) -> Iterator[Item | RowCodes]:
    """Every code with the points lost, in units of the score's working scale, or of the ledger if that is finer."""
    digits = max(LEDGER_DIGITS, standing.scale)
    a, scored = program.arithmetic, standing.scored
    of_ledger, of_score = 10 ** (digits - LEDGER_DIGITS), 10 ** (digits - standing.scale)
    plain = {one.settled.indicator.id: one for one in scored.contributions}
    for member in scored.score.members:
        if member in plain:
            yield from _of_indicator(plain[member], digits, program)
        elif member in scored.rows and scored.rows[member].settled.code is not None:
            rows = families.coded_losses(member, scored, program)
            yield replace(rows, lost=a.times(rows.lost, of_ledger))
        elif member in scored.rows:
            lost = families.losses(member, scored, program)
            yield from ((a.times(points, of_ledger), code) for points, code in lost)
    for rule in program.ruleset.points:
        lost = standing.lost.get(rule.id)
        if lost is None or rule.reason is None:
            continue
        code = standing.codes[rule.id] if isinstance(rule.reason, Expr) else rule.reason
        if isinstance(code, RowCodes):
            yield replace(code, lost=a.times(code.lost, of_score))
        else:
            yield a.times(replace(lost, why={}), of_score), code


def _of_indicator(contribution: Contribution, digits: int, program: Program) -> Iterator[Item]:
    """The codes of an indicator: that of the band whose condition holds, else its own."""
    a, settled = program.arithmetic, contribution.settled
    lost = a.times(replace(contribution.lost, why={}), 10 ** (digits - LEDGER_DIGITS))
    for condition, code in settled.codes:
        yield lost if build.is_true(condition) else a.choose([(condition, lost)], constant(0)), code
