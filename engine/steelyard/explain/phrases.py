"""Describes expressions in words, with labels in place of ids."""

from __future__ import annotations

from typing import assert_never

from steelyard.diagnostics import Message, msg
from steelyard.explain.functions import applied
from steelyard.explain.terms import Text
from steelyard.explain.words import Words
from steelyard.ir.expressions import (
    Add,
    Aggregate,
    Aggregation,
    And,
    Apply,
    Argument,
    Bounded,
    Coalesce,
    Comparator,
    Compare,
    Define,
    Divide,
    Expr,
    Field,
    Function,
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
from steelyard.ir.ruleset import CASES

SIGNS = {
    Comparator.EQ: "=",
    Comparator.NE: "≠",
    Comparator.LT: "<",
    Comparator.LE: "≤",
    Comparator.GT: ">",
    Comparator.GE: "≥",
}
_LISTS = frozenset({Function.MIN, Function.MAX, Function.CLAMP, Function.CONCAT})
"""Functions whose words are a list of their arguments."""
_ENCLOSED = frozenset({Function.OVERLAPS, Function.OVERLAP_TIME})
"""Functions whose words show where each argument ends."""


def bare(expr: Expr) -> Expr:
    """Strip what the compiler put around an expression to make it comparable: scale, rank, open end."""
    while isinstance(expr, Scale | Bounded | Rank | OpenEnd):
        expr = expr.operand
    return expr


def phrase(expr: Expr, words: Words) -> Text:  # noqa: C901 - a case for each node
    """Describe an expression in words; the call of a formula as it is written."""
    if expr.formula is not None:
        arguments = tuple(phrase(argument, words) for _, argument in expr.formula.arguments)
        return msg("{formula}({arguments})", formula=words.formula(expr.formula.name), arguments=arguments)
    match expr:
        case Scale() | Bounded() | Rank() | OpenEnd():
            return phrase(bare(expr), words)
        case And(items=items):
            return _chain(items, words, both=True)
        case Or(items=items):
            return _chain(items, words, both=False)
        case Not(operand=operand):
            return msg("not {condition}", condition=_part(operand, words))
        case Compare(comparator=comparator, left=left, right=right):
            shown = _side_of(named(left, right), words), SIGNS[comparator], _side_of(named(right, left), words)
            return msg("{left} {sign} {right}", left=shown[0], sign=shown[1], right=shown[2])
        case Within():
            return msg("{what} in {interval}", what=_side_of(expr.operand, words), interval=interval(expr, words))
        case OneOf(operand=operand, items=items):
            listed = tuple(_term(named(item, operand), words) for item in items)
            return msg("{what} is one of {items}", what=_side_of(operand, words), items=listed)
        case IsMissing(operand=operand, negated=negated):
            what = _term(operand, words)
            return msg("{what} is given", what=what) if negated else msg("{what} is missing", what=what)
        case If(condition=condition, yes=yes, no=no):
            return msg(
                "if {condition} then {yes}, otherwise {no}",
                condition=_part(condition, words),
                yes=_side_of(yes, words),
                no=phrase(no, words) if isinstance(bare(no), If) else _side_of(no, words),
            )
        case Coalesce(items=items):
            return _first_given(items, words)
        case Aggregate():
            return _aggregate(expr, words)
        case TableAggregate(aggregation=aggregation, call=call):
            return msg("{function} of {what}", function=_function(aggregation), what=phrase(call, words))
        case Apply():
            shown = phrase if expr.function in _ENCLOSED else _term
            return applied(expr, tuple(shown(argument, words) for argument in expr.arguments), words)
        case Negate() | Add() | Subtract() | Multiply() | Divide():
            return _arithmetic(expr, words)
        case Literal() | Input() | Parameter() | Define() | Field() | OneRow():
            return _read(expr, words)
        case IndicatorPart() | OwnTarget() | OwnMeasure() | ScoreValue() | Argument() | TableCall():
            return _read(expr, words)
        case _:
            assert_never(expr)


def _first_given(items: tuple[Expr, ...], words: Words) -> Text:
    """Describe `coalesce`: its first item as what it is, with what takes its place beside it in parentheses."""
    first, *others = items
    named = isinstance(bare(first), Literal | Input | Parameter | Define | Field | OneRow) and first.formula is None
    what = _bracketed(phrase(first, words), not named)
    if len(others) == 1:
        return msg("{what} ({other} where it is missing)", what=what, other=_term(others[0], words))
    listed = tuple(_term(item, words) for item in others)
    return msg("{what} (the first given of {others} where it is missing)", what=what, others=listed)


def interval(expr: Within, words: Words) -> Message:
    """Describe an interval in the notation of the ruleset: `[60 to 75)`."""
    low = "…" if expr.low is None else phrase(named(expr.low, expr.operand), words)
    high = "…" if expr.high is None else phrase(named(expr.high, expr.operand), words)
    brackets = "[" if expr.low_closed else "(", "]" if expr.high_closed else ")"
    return msg("{opening}{low} to {high}{closing}", opening=brackets[0], low=low, high=high, closing=brackets[1])


def band_text(test: Expr, words: Words) -> Text:
    """Describe which values lie in a band, without naming the measured value that it tests."""
    match test:
        case Literal():
            return msg("any other value")
        case Or(items=items) if all(isinstance(item, Compare | Within) for item in items):
            return _joined([band_text(item, words) for item in items], both=False)
        case And(items=items) if all(isinstance(item, Compare | Within) for item in items):
            return _joined([band_text(item, words) for item in items], both=True)
        case Compare(comparator=comparator, left=left, right=right):
            return _side(comparator, phrase(named(right, left), words))
        case Within(operand=operand, low=low, high=high):
            ends = [None if end is None else phrase(named(end, operand), words) for end in (low, high)]
            return _between(ends[0], ends[1], test)
        case _:  # any other test says what it tests
            return phrase(test, words)


def _side(comparator: Comparator, bound: Text) -> Text:
    match comparator:
        case Comparator.EQ:
            return bound
        case Comparator.NE:
            return msg("other than {bound}", bound=bound)
        case Comparator.LT:
            return msg("under {bound}", bound=bound)
        case Comparator.LE:
            return msg("{bound} or less", bound=bound)
        case Comparator.GT:
            return msg("over {bound}", bound=bound)
        case Comparator.GE:
            return msg("{bound} or more", bound=bound)
        case _:
            assert_never(comparator)


def _between(low: Text | None, high: Text | None, ends: Within) -> Text:
    if low is None or high is None:
        below = Comparator.LE if ends.high_closed else Comparator.LT
        above = Comparator.GE if ends.low_closed else Comparator.GT
        return _side(below, high) if high is not None else msg("any value") if low is None else _side(above, low)
    match ends.low_closed, ends.high_closed:
        case True, True:
            return msg("{low} to {high}", low=low, high=high)
        case True, False:
            return msg("{low} to under {high}", low=low, high=high)
        case False, True:
            return msg("over {low} to {high}", low=low, high=high)
        case False, False:
            return msg("over {low} to under {high}", low=low, high=high)


def _chain(items: tuple[Expr, ...], words: Words, *, both: bool) -> Text:
    return _joined([_part(item, words) for item in items], both=both)


def _joined(parts: list[Text], *, both: bool) -> Text:
    text = parts[0]
    for part in parts[1:]:
        text = (
            msg("{left} and {right}", left=text, right=part)
            if both
            else msg("{left} or {right}", left=text, right=part)
        )
    return text


def _part(expr: Expr, words: Words) -> Text:
    """Describe an operand of `and`, `or` or `not`, in parentheses where it is a chain, an `if` or about rows."""
    rows = isinstance(expr, Aggregate) and expr.where is not None
    return _bracketed(phrase(expr, words), rows or isinstance(expr, And | Or | If))


def _side_of(expr: Expr, words: Words) -> Text:
    """Describe a side of a comparison or a branch, in parentheses where its end could not be seen."""
    return _bracketed(phrase(expr, words), _open(bare(expr)))


def _term(expr: Expr, words: Words) -> Text:
    """Describe an argument, in parentheses where it is computed."""
    plain = bare(expr)
    computed = isinstance(
        plain, Negate | Add | Subtract | Multiply | Divide | Not | Compare | Within | OneOf | IsMissing
    )
    return _bracketed(phrase(expr, words), computed or _open(plain))


def _open(expr: Expr) -> bool:
    """Whether the words of an expression have no end of their own: chains, choices, lists, conditions on rows."""
    match expr:
        case And() | Or() | If() | Divide(denominator=Literal(value=1)):
            return True
        case Apply(function=function):
            return function in _LISTS
        case Aggregate(where=where):
            return where is not None
        case _:  # a value, or something with signs or words around it
            return False


def _bracketed(text: Text, needed: bool) -> Text:
    return msg("({part})", part=text) if needed else text


def _arithmetic(expr: Negate | Add | Subtract | Multiply | Divide, words: Words) -> Text:
    match expr:
        case Negate(operand=operand):
            return msg("−{operand}", operand=_factor(operand, words))
        case Add(left=left, right=right):
            return msg("{left} + {right}", left=_side_of(left, words), right=_side_of(right, words))
        case Subtract(left=left, right=right):
            return msg("{left} − {right}", left=_side_of(left, words), right=_factor(right, words))
        case Multiply(left=left, right=right):
            return msg("{left} × {right}", left=_factor(left, words), right=_factor(right, words))
        case Divide(numerator=numerator, denominator=Literal(value=1)):
            return msg("{what}, rounded", what=_factor(numerator, words))
        case Divide(numerator=numerator, denominator=denominator):
            return msg("{left} ÷ {right}", left=_factor(numerator, words), right=_factor(denominator, words))
        case _:
            assert_never(expr)


def _factor(expr: Expr, words: Words) -> Text:
    plain = bare(expr)
    return _bracketed(phrase(expr, words), _open(plain) or isinstance(plain, Add | Subtract | Multiply | Divide))


def _aggregate(expr: Aggregate, words: Words) -> Message:
    relation = words.name(expr.relation)
    where = None if expr.where is None else phrase(expr.where, words)
    match expr.aggregation:
        case Aggregation.ANY:
            return msg("{relation}: some row has {condition}", relation=relation, condition=where or msg("yes"))
        case Aggregation.ALL:
            return msg("{relation}: every row has {condition}", relation=relation, condition=where or msg("yes"))
        case Aggregation.COUNT if expr.relation == CASES:
            return msg("number of cases") if where is None else msg("number of cases with {condition}", condition=where)
        case Aggregation.COUNT if where is None:
            return msg("number of rows of {relation}", relation=relation)
        case Aggregation.COUNT:
            return msg("number of rows of {relation} with {condition}", relation=relation, condition=where)
        case Aggregation.SUM | Aggregation.MIN | Aggregation.MAX | Aggregation.MEAN:
            what = relation if expr.argument is None else _term(expr.argument, words)
            function = _function(expr.aggregation)
            if where is None:
                return msg("{function} of {what}", function=function, what=what)
            return msg("{function} of {what} where {condition}", function=function, what=what, condition=where)
        case _:
            assert_never(expr.aggregation)


def _function(aggregation: Aggregation) -> Message:
    match aggregation:
        case Aggregation.COUNT:
            return msg("the number")
        case Aggregation.SUM:
            return msg("the sum")
        case Aggregation.MIN:
            return msg("the least")
        case Aggregation.MAX:
            return msg("the greatest")
        case Aggregation.MEAN:
            return msg("the mean")
        case Aggregation.ANY:
            return msg("any")
        case Aggregation.ALL:
            return msg("all")
        case _:
            assert_never(aggregation)


_Read = (
    Literal
    | Input
    | Parameter
    | Define
    | Field
    | OneRow
    | IndicatorPart
    | OwnTarget
    | OwnMeasure
    | ScoreValue
    | Argument
    | TableCall
)


def _read(expr: _Read, words: Words) -> Text:
    """Describe what an expression reads: a constant, a named value, or the answer of a table."""
    match expr:
        case Literal(value=value):
            return msg("nothing") if value is None else words.value(value, expr.type)
        case Input(name=name) | Parameter(name=name) | Define(name=name):
            return words.name(name)
        case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
            return words.name(f"{relation}.{name}")
        case IndicatorPart(indicator=indicator, part=part):
            return words.part(indicator, part)
        case OwnTarget():
            return msg("the target")
        case OwnMeasure():
            return msg("the measured value")
        case ScoreValue(name=name):
            return words.score(name)
        case Argument():
            return msg("the value asked for")
        case TableCall(table=table, output=output):
            outputs = words.tables[table].outputs
            if len(outputs) == 1:
                return words.name(table)
            return msg("{output} by {table}", output=output, table=words.name(table))
        case _:
            assert_never(expr)
