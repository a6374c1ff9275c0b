"""Declared ranges of computed values, and of the number of rows a case (LANGUAGE.md section 3).

A bound is checked wherever the value is computed; a missing value is within every bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steelyard.calendars.zones import Zone, zone
from steelyard.diagnostics import Message, msg
from steelyard.facts.case import Row
from steelyard.facts.format import Style, format_value
from steelyard.facts.parse import describe_range
from steelyard.ir.expressions import Bounded
from steelyard.ir.ruleset import Clock, Indicator
from steelyard.ir.types import Duration, Number, Range, Type
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.values import Missing, Rejected, Value

if TYPE_CHECKING:
    from steelyard.semantics.scope import RulesetScope


def bounded(node: Bounded, operand: Meaning, scope: RulesetScope) -> Meaning:
    """Build the meaning of a value with a declared range: its own, or the rejection of the case."""
    if node.proved:
        return operand
    holds = node.range.holds
    relation = None if node.relation is None else scope.relations[node.relation]

    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        value = operand(env)
        if isinstance(value, Missing) or holds(value):
            return value
        row = None if relation is None else env.bound[relation]
        raise _outside(node.where, value, (node.range, node.type), scope.zone, None if row is None else row.row)

    return evaluate


def check_clock(rule: Indicator, time: Value | None, row: BoundRow | None) -> None:
    """Check the time that the clock of an indicator shows, less its pauses.

    Raises:
        Rejected: it is outside the declared range.
    """
    clock = rule.measure
    if not isinstance(clock, Clock) or clock.range is None or not isinstance(time, int) or clock.range.holds(time):
        return
    raise _outside(rule.id, time, (clock.range, Duration()), zone("UTC"), None if row is None else row.row)


def check_rows(relation: str, declared: Range, rows: list[BoundRow]) -> None:
    """Check the number of rows that belong to a case; of those whose membership is unknown any number may.

    Raises:
        Rejected: no number that is possible is in the declared range.
    """
    least = sum(row.member is True for row in rows)
    if declared.high is not None and least > declared.high:
        raise Rejected(relation, str(least), _rows(declared))
    if declared.low is not None and len(rows) < declared.low:
        raise Rejected(relation, str(len(rows)), _rows(declared))


def _rows(declared: Range) -> Message:
    low, high = declared.low or 0, declared.high
    if high is None:
        return msg("at least {low} {low:row|rows} a case", low=low)
    if low == high:
        return msg("{low} {low:row|rows} a case", low=low)
    if low == 0:
        return msg("at most {high} {high:row|rows} a case", high=high)
    return msg("from {low} to {high} {high:row|rows} a case", low=low, high=high)


def _outside(where: str, value: int, declared: tuple[Range, Type], here: Zone, row: Row | None) -> Rejected:
    kind = declared[1]
    style = Style.READER if isinstance(kind, Number) else Style.DATA
    return Rejected(where, format_value(value, kind, here, style), describe_range(*declared, here), row)
