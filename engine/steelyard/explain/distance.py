"""Explains why a condition did not hold: which parts were false or unknown, and how far they were from holding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from steelyard.diagnostics import InternalError, msg
from steelyard.explain.gaps import Miss, compared, function_missed, within_missed
from steelyard.explain.phrases import bare, phrase
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.terms import Text, together
from steelyard.ir.expressions import (
    Add,
    Aggregate,
    Aggregation,
    And,
    Apply,
    Argument,
    Bounded,
    Coalesce,
    Compare,
    Define,
    Divide,
    Expr,
    Field,
    If,
    IndicatorPart,
    Input,
    IsMissing,
    Literal,
    Multiply,
    Negate,
    Not,
    OneOf,
    OneRow,
    OpenEnd,
    Or,
    OwnMeasure,
    OwnTarget,
    Parameter,
    Rank,
    Scale,
    ScoreValue,
    Subtract,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.levels import named
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.values import Missing

NEAREST = 3
"""How many of the rows in which a condition failed are named, nearest first."""
OUTSIDERS = 200
"""How many rows that do not belong to the case are examined to find the nearest one."""


@dataclass(frozen=True, slots=True)
class RowMiss:
    """A row in which a condition did not hold, and the atoms that failed there."""

    bound: BoundRow
    misses: tuple[Miss, ...]

    @property
    def nearness(self) -> tuple[int, int]:
        """Sort key, nearest first: the number of failed atoms, then the sum of their distances."""
        return len(self.misses), sum(miss.size for miss in self.misses)


def why_not(expr: Expr, at: EvaluationPlace) -> tuple[Miss, ...]:
    """Return the atoms that kept a condition from being true, each with its distance; empty where it is true."""
    truth = at.truth(expr)
    if truth is True:
        return ()
    match expr:
        case And(items=items) | Or(items=items):
            return tuple(miss for item in items for miss in why_not(item, at))
        case Define(name=name):
            return why_not(at.words.definitions[name].value, at)
        case Field(relation=relation, name=name) if (relation, name) in at.words.row_definitions:
            return why_not(at.words.row_definitions[relation, name].value, at)
        case Aggregate(aggregation=Aggregation.ANY, where=where) if where is not None:
            return _any(expr, where, at)
        case If(condition=condition, yes=yes, no=no) if not isinstance(at.truth(condition), Missing):
            return why_not(yes if at.truth(condition) is True else no, at)
        case _:  # an atom, or an `if` whose condition is unknown; `_atom` lists every node
            return (_unknown(expr, truth, at) if isinstance(truth, Missing) else _atom(expr, at),)


def _unknown(expr: Expr, truth: Missing, at: EvaluationPlace) -> Miss:
    lacking = at.words.missing(truth.reasons)
    expr = expr.operand if isinstance(expr, Not) else expr
    if lacking == (phrase(expr, at.words),):
        return Miss(msg("{what}: unknown, it is missing", what=lacking))
    if isinstance(expr, Apply | Aggregate):
        return Miss(msg("unknown, because {missing} is missing", missing=lacking))
    return Miss(msg("{what}: unknown, because {missing} is missing", what=phrase(expr, at.words), missing=lacking))


def _atom(expr: Expr, at: EvaluationPlace) -> Miss:
    match expr:
        case Compare():
            return compared(expr, at)
        case Within():
            return within_missed(expr, at)
        case OneOf(operand=operand, items=items):
            listed = tuple(at.shown(bare(named(item, operand))) for item in items)
            what = phrase(operand, at.words)
            return Miss(
                msg("{what} is {value}, not one of {items}", what=what, value=at.shown(bare(operand)), items=listed)
            )
        case Apply():
            return function_missed(expr, at)
        case IsMissing(operand=operand, negated=negated):
            what = phrase(operand, at.words)
            return Miss(msg("{what} is missing", what=what) if negated else msg("{what} is given", what=what))
        case Aggregate(aggregation=Aggregation.ALL, where=where) if where is not None:
            return _all(expr, where, at)
        case Not(operand=operand):
            return Miss(msg("{what}: yes", what=phrase(operand, at.words)))
        case Literal():
            return Miss(msg("it is never meant to"))
        case Input() | Parameter() | Define() | Field() | OneRow() | TableCall() | TableAggregate() | Aggregate():
            return Miss(msg("{what}: no", what=phrase(expr, at.words)))
        case OwnTarget() | OwnMeasure() | Argument() | And() | Or() | If() | Coalesce():
            return Miss(msg("{what}: no", what=phrase(expr, at.words)))
        case IndicatorPart() | ScoreValue() | Negate() | Add() | Subtract() | Multiply() | Scale() | Divide():
            raise InternalError(f"no condition: {expr}")
        case Bounded() | Rank() | OpenEnd():
            raise InternalError(f"no condition: {expr}")
        case _:
            assert_never(expr)


def _any(expr: Aggregate, where: Expr, at: EvaluationPlace) -> tuple[Miss, ...]:
    members = at.members(expr.relation)
    if not members:
        return no_rows(expr.relation, at)
    return row_misses(expr.relation, [(bound, where) for bound in members], at)


def _all(expr: Aggregate, where: Expr, at: EvaluationPlace) -> Miss:
    """Explain a false `all` by the first row in which its condition is false."""
    for bound in at.members(expr.relation):
        inside = at.within(expr.relation, bound)
        if inside.truth(where) is False:
            row = at.words.row_name(expr.relation, bound.row)
            return Miss(msg("{row}: {reason}", row=row, reason=joined(why_not(where, inside))))
    return Miss(msg("{what}: no", what=phrase(expr, at.words)))


def row_misses(relation: str, rows: list[tuple[BoundRow, Expr]], at: EvaluationPlace) -> tuple[Miss, ...]:
    """Explain why a condition holds in none of these rows: the nearest rows, and how many more there are."""
    found: list[RowMiss] = []
    for bound, condition in rows:
        inside = at.within(relation, bound)
        misses = why_not(condition, inside)
        if isinstance(bound.member, Missing):
            lacking = at.words.missing(bound.member.reasons)
            doubt = msg("unknown whether it belongs to the case, because {missing} is missing", missing=lacking)
            misses = (Miss(doubt), *misses)
        if misses:
            found.append(RowMiss(bound, misses))
    found.sort(key=lambda miss: miss.nearness)
    texts = [_row_miss(relation, miss, at) for miss in found[:NEAREST]]
    if len(found) > NEAREST:
        texts.append(
            Miss(msg("and {count} more {count:row that was|rows that were} further away", count=len(found) - NEAREST))
        )
    return tuple(texts)


def no_rows(relation: str, at: EvaluationPlace) -> tuple[Miss, ...]:
    """Say that no row of the relation belongs to the case; for a relation with `joins`, name the nearest row."""
    rule = at.words.relations[relation]
    name = at.words.name(relation)
    nothing = Miss(msg("{relation}: none belongs to the case", relation=name))
    rows = at.evaluation.case.rows.get(relation, ())
    if rule.joins is None or not rows:
        return (nothing,)
    found: list[RowMiss] = []
    for row in rows[:OUTSIDERS]:
        bound = BoundRow(row, row.values, True, {})
        misses = why_not(rule.joins, at.within(relation, bound))
        if misses:
            found.append(RowMiss(bound, misses))
    if not found:
        return (nothing,)
    nearest = min(found, key=lambda miss: miss.nearness)
    text = msg(
        "{relation}: none belongs to the case; nearest is {row}: {reason}",
        relation=name,
        row=at.words.row_name(relation, nearest.bound.row),
        reason=joined(nearest.misses),
    )
    return (Miss(text, nearest.nearness[1], atoms=len(nearest.misses)),)


def _row_miss(relation: str, miss: RowMiss, at: EvaluationPlace) -> Miss:
    row = at.words.row_name(relation, miss.bound.row)
    distance = miss.misses[0].distance if len(miss.misses) == 1 else None
    return Miss(
        msg("{row}: {reason}", row=row, reason=joined(miss.misses)), miss.nearness[1], distance, len(miss.misses)
    )


def joined(misses: tuple[Miss, ...]) -> Text:
    """Say several misses in one sentence."""
    return together([miss.text for miss in misses])
