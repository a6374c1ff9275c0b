"""Reports measures of time that can be negative, and so meet every target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.ir.expressions import Apply, Coalesce, Define, Expr, Field, Function, Input, Parameter, Subtract
from steelyard.ir.knowledge import Knower
from steelyard.ir.resolved import knower
from steelyard.ir.ruleset import Better, Clock, Indicator, InputField, Ruleset
from steelyard.ir.types import Date, DateTime, Days, Duration
from steelyard.ir.walk import children

Difference = tuple[Expr, Expr, Expr]
"""A difference of two dates or instants, with its start and its end."""


class _Rules(Protocol):
    """A ruleset, and what is known about its values."""

    @property
    def ruleset(self) -> Ruleset: ...

    @property
    def knower(self) -> Knower: ...


@dataclass(frozen=True, slots=True)
class _Lowered:
    ruleset: Ruleset
    knower: Knower


def check_negative(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report indicators, lower being better, whose measure subtracts instants that may be in the wrong order."""
    for indicator, measure, difference in _negative(subject):
        diagnostics.add(
            "L127",
            measure.span or indicator.span,
            msg("`{name}` can be negative, and then meets every target", name=indicator.id),
            help=_advice(subject, measure, difference),
        )


def can_be_negative(ruleset: Ruleset) -> tuple[Indicator, ...]:
    """Return the indicators that `check_negative` reports."""
    return tuple(one for one, _, _ in _negative(_Lowered(ruleset, knower(ruleset))))


def _negative(rules: _Rules) -> Iterator[tuple[Indicator, Expr, Difference]]:
    for indicator in rules.ruleset.indicators:
        measure = indicator.measure
        if isinstance(measure, Clock) or indicator.better is not Better.LOWER:
            continue
        difference = next(_differences(rules, measure), None)
        if difference is not None:
            yield indicator, measure, difference


def _differences(rules: _Rules, expr: Expr) -> Iterator[Difference]:
    """Give the differences in an expression, and in the defines that it reads, that can be negative and make it so."""
    low = rules.knower.value_range(expr).low
    if low is not None and low >= 0:
        return
    match expr:
        case Subtract(left=end, right=start) if isinstance(end.type, Date | DateTime):
            yield from () if _ordered(rules, start, end) else ((expr, start, end),)
        case Apply(
            function=Function.WORKING_TIME | Function.BUSINESS_DAYS_BETWEEN | Function.MONTHS_BETWEEN,
            arguments=(start, end),
        ):
            yield from () if _ordered(rules, start, end) else ((expr, start, end),)
        case Define(name=name):
            yield from _differences(rules, _value(rules, name))
        case Apply(function=Function.MAX, arguments=arguments):
            found = [list(_differences(rules, one)) for one in arguments]
            yield from (one for some in found if all(found) for one in some)
        case _:  # no difference itself
            for child in children(expr):
                yield from _differences(rules, child)


def _value(rules: _Rules, name: str) -> Expr:
    return next(one.value for one in rules.ruleset.defines if one.id == name)


def _ordered(rules: _Rules, start: Expr, end: Expr) -> bool:
    """Return whether `not_before` of the end, or of what it must not precede, names the start.

    A parameter counts as in order: it is the cut-off of a run.
    """
    match end:
        case Define(name=name):
            return _ordered(rules, start, _value(rules, name))
        case Coalesce(items=items) | Apply(function=Function.MIN, arguments=items):
            return all(_ordered(rules, start, one) for one in items)
        case Parameter():
            return True
        case _:  # an input or a field may be in order
            return start == end or _milestones_ordered(rules, start, end)


def _milestones_ordered(rules: _Rules, start: Expr, end: Expr) -> bool:
    found = _fields(rules, start, end)
    if found is None:
        return False
    by_id, first, one = found
    seen: set[str] = set()
    while one.not_before is not None and one.id not in seen:
        if one.not_before == first.id:
            return True
        seen.add(one.id)
        one = by_id[one.not_before]
    return False


def _fields(rules: _Rules, start: Expr, end: Expr) -> tuple[dict[str, InputField], InputField, InputField] | None:
    """Return the fields beside start and end, and these two; None where they are not fields of one case or row."""
    match start, end:
        case Input(name=first), Input(name=second):
            fields = rules.ruleset.inputs
        case Field(relation=owner, name=first), Field(relation=relation, name=second) if owner == relation:
            fields = next(one.fields for one in rules.ruleset.relations if one.id == relation)
        case _:  # computed, or of two rows
            return None
    by_id = {one.id: one for one in fields}
    return (by_id, by_id[first], by_id[second]) if first in by_id and second in by_id else None


def _advice(rules: _Rules, measure: Expr, difference: Difference) -> Message:
    whole, start, end = difference
    found = _fields(rules, start, end)
    if found is not None and found[1].id != found[2].id:
        _, first, second = found
        return msg(
            "write `{line}` at `{name}`: rows in the wrong order are rejected then",
            line=f"not_before: {first.id}",
            name=second.id,
        )
    if measure == whole and isinstance(start.type, DateTime) and isinstance(end.type, DateTime):
        return msg("measure it by a `clock` with `from` and `to`, which rejects an end before the start")
    nothing = "0d" if isinstance(whole.type, Days) else "0h" if isinstance(whole.type, Duration) else "0"
    return msg("write `{form}` where an end before the start counts as no time", form=f"max({nothing}, …)")
