"""The stratum of an expression: that of the latest value that it reads (LANGUAGE.md section 10)."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import assert_never

from steelyard.ir.expressions import (
    Add,
    Aggregate,
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
    Part,
    Rank,
    Scale,
    ScoreValue,
    Subtract,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.walk import nodes


class Level(IntEnum):
    """The latest stratum that an expression reads; each place in a ruleset allows up to one of these."""

    CASE = 0
    """inputs, parameters, defines without relations; in a join the row at hand"""
    ROWS = 1
    """relation rows and aggregates, tables"""
    TARGET = 3
    """the own base target"""
    MEASURE = 4
    """the own measure and resolved target"""
    STATUS = 5
    """whether indicators were scored or waived"""
    INDICATORS = 6
    """indicator results"""
    SCORE = 7
    """`score` so far"""
    ALL = 8
    """everything"""


def level_of(
    expr: Expr, define_level: Callable[[Define | Field | OneRow], Level], join_of: str | None = None
) -> tuple[Level, Expr | None]:
    """Return the level, and the first node with this level.

    Args:
        expr: the expression.
        define_level: of a define of the case or of a row; level CASE for a plain field.
        join_of: the relation whose join reads it: its own row is at hand then.
    """
    highest, culprit = Level.CASE, None
    for node in nodes(expr):
        level = _own_level(node, define_level, join_of)
        if level > highest:
            highest, culprit = level, node
    return highest, culprit


def _own_level(node: Expr, define_level: Callable[[Define | Field | OneRow], Level], join_of: str | None) -> Level:
    match node:
        case Define():
            return define_level(node)
        case Field(relation=relation) if relation == join_of:
            return define_level(node)
        case Field() | OneRow():
            return max(Level.ROWS, define_level(node))
        case Aggregate() | TableCall() | TableAggregate():
            return Level.ROWS
        case OwnTarget():
            return Level.TARGET
        case OwnMeasure():
            return Level.MEASURE
        case IndicatorPart(part=Part.STATUS):
            return Level.STATUS
        case IndicatorPart():
            return Level.INDICATORS
        case ScoreValue():
            return Level.SCORE
        case Literal() | Input() | Parameter() | Argument():
            return Level.CASE
        case Negate() | Add() | Subtract() | Multiply() | Scale() | Divide() | Rank() | OpenEnd() | Apply():
            return Level.CASE
        case Compare() | Within() | OneOf() | And() | Or() | Not() | If() | Coalesce() | IsMissing() | Bounded():
            return Level.CASE
        case _:
            assert_never(node)
