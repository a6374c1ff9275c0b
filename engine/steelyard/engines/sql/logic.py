"""Three-valued logic and the nodes that test for missing values (LANGUAGE.md section 5), with their reasons.

SQL's own AND and OR have the same three-valued logic; CASE has not, and gets only conditions that are never NULL.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from steelyard.engines.sql import build
from steelyard.engines.sql.arithmetic import Arithmetic
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.intervals import hull
from steelyard.engines.sql.value import Value, Why, column_of, guarded, longer, rejections, under, union

_FEW_ITEMS = 24
"""Items of an AND or OR with up to this many nodes are repeated in its reasons."""


def conjunction(items: Sequence[Value], frame: Frame) -> Value:
    """Three-valued AND: false if one is false, else unknown with the reasons of all unknown items, else true."""
    return _junction(items, build.conj([item.sql for item in items]), [build.false(item.sql) for item in items], frame)


def disjunction(items: Sequence[Value], frame: Frame) -> Value:
    """Three-valued OR: true if one is true, else unknown with the reasons of all unknown items, else false."""
    return _junction(items, build.disj([item.sql for item in items]), [build.true(item.sql) for item in items], frame)


def _junction(items: Sequence[Value], sql: E, decides: list[E], frame: Frame) -> Value:
    """An AND or OR; `decides` gives the condition that an item decides the result by itself.

    The reasons of an item count where no other item decides, that is, where the result is NULL. A long result becomes a
    column, which is tested instead of the other items.
    """
    rejects = rejections(items)
    if not any(item.why for item in items):
        return Value(sql, rejects=rejects)
    if longer(sql, _FEW_ITEMS):
        sql = frame.put("truth", sql)
        return Value(sql, why=under(union(item.why for item in items), build.missing(sql)), rejects=rejects)
    found: list[Why] = []
    for position, item in enumerate(items):
        others = [d for other, d in enumerate(decides) if other != position and not build.is_false(d)]
        found.append(under(item.why, build.not_(build.disj(others))) if item.why else {})
    return Value(sql, why=union(found), rejects=rejects)


def negation(operand: Value) -> Value:
    """Not."""
    return Value(build.not_(operand.sql), why=operand.why, rejects=operand.rejects)


def choice(condition: Value, yes: Value, no: Value, arithmetic: Arithmetic) -> Value:
    """The value of the branch taken; missing where the condition is unknown."""
    holds, fails = build.true(condition.sql), build.false(condition.sql)
    if not condition.nullable:
        holds, fails = condition.sql, build.not_(condition.sql)
    if yes.wide or no.wide:
        yes, no = arithmetic.widened(yes), arithmetic.widened(no)
    if condition.nullable:
        sql = build.case([(condition.sql, yes.sql), (fails, no.sql)], build.null())
    else:
        sql = build.case([(condition.sql, yes.sql)], no.sql)
    interval = None if yes.interval is None or no.interval is None else hull(yes.interval, no.interval)
    if interval is None:
        interval = yes.interval or no.interval
    why = union((condition.why, under(yes.why, holds), under(no.why, fails)))
    rejects = (*condition.rejects, *guarded(yes.rejects, holds), *guarded(no.rejects, fails))
    return Value(sql, interval, yes.wide, why, rejects)


def first_present(items: Sequence[Value], arithmetic: Arithmetic, frame: Frame) -> Value:
    """The first item that is not missing; else missing with the reasons of all."""
    kept: list[Value] = []
    for item in items:
        kept.append(item)
        if not item.nullable:
            break
    if any(item.wide for item in kept):
        kept = [arithmetic.widened(item) for item in kept]
    if len(kept) == 1:
        return kept[0]
    sql = column_of(build.coalesce(*(item.sql for item in kept)), "first", frame)
    why = {} if not kept[-1].nullable else under(union(item.why for item in kept), build.missing(sql))
    intervals = [item.interval for item in kept if item.interval is not None]
    rejects = list(kept[0].rejects)
    before: E = build.boolean(value=True)
    for item, following in pairwise(kept):
        before = build.conj((before, build.missing(item.sql)))
        if following.rejects:
            before = column_of(before, "absent", frame)
            rejects += guarded(following.rejects, before)
    return Value(sql, hull(*intervals) if intervals else None, kept[0].wide, why, tuple(rejects))


def absence(operand: Value, *, negated: bool) -> Value:
    """Whether the operand is missing; never missing itself."""
    if not operand.nullable:
        return Value(build.boolean(value=negated), rejects=operand.rejects)
    return Value((build.present if negated else build.missing)(operand.sql), rejects=operand.rejects)


def strictly(sql: E, operands: Sequence[Value]) -> Value:
    """A boolean or text that is missing where an operand is; its SQL must already be NULL there."""
    return Value(sql, why=union(operand.why for operand in operands), rejects=rejections(operands))


def both(member: Value, condition: Value, frame: Frame) -> Value:
    """Combine a row's membership and a condition on it."""
    return condition if build.is_true(member.sql) else conjunction((member, condition), frame)
