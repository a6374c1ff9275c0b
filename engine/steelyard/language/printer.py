"""From syntax tree to text: canonical spelling, the fewest parentheses. Parsing the text gives an equal tree."""

from __future__ import annotations

from enum import IntEnum
from typing import assert_never

from steelyard.language.literals import UNITS
from steelyard.language.syntax import (
    AllOfTests,
    And,
    AnyValue,
    Arithmetic,
    BareWord,
    Call,
    CompareTest,
    Comparison,
    DateLiteral,
    DaysLiteral,
    DurationLiteral,
    Expression,
    If,
    InInterval,
    InList,
    Interval,
    IntervalTest,
    MissingLiteral,
    Name,
    Negative,
    Not,
    NotTest,
    Number,
    OneOfTests,
    Or,
    Quoted,
    Truth,
    UnaryTest,
)


class _Level(IntEnum):
    """Precedence of an expression; an operand with lower precedence than required is put in parentheses."""

    IF = 0
    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    SIGN = 7
    PRIMARY = 8


def print_expression(tree: Expression) -> str:
    """Write an expression.

    >>> from steelyard.diagnostics import Diagnostics, Span
    >>> from steelyard.language.parser import parse_expression
    >>> from steelyard.source.nodes import Text
    >>> text = Text("(a × 2) ≤ 90min", Span("r.yaml", 0, 0, 0, 15))
    >>> print_expression(parse_expression(text, Diagnostics()))
    'a * 2 <= 1h30min'
    """
    return _expression(tree, _Level.IF)


def print_test(tree: UnaryTest) -> str:
    """Write a condition on a value."""
    match tree:
        case AnyValue():
            return "-"
        case CompareTest(operator="=", value=value) if _is_bare(value):
            return print_expression(value)
        case CompareTest(operator=operator, value=value):
            return f"{operator} {_expression(value, _Level.SUM)}"
        case BareWord(text=text):
            return text
        case IntervalTest(interval=interval):
            return print_interval(interval)
        case OneOfTests(tests=tests):
            return ", ".join(print_test(test) for test in tests)
        case AllOfTests(tests=tests):
            return " and ".join(print_test(test) for test in tests)
        case NotTest(test=test):
            return f"not({print_test(test)})"
        case _:
            assert_never(tree)


def print_interval(interval: Interval) -> str:
    """Write an interval, with `@` before dates."""
    low = "" if interval.low is None else _expression(interval.low, _Level.SUM)
    high = "" if interval.high is None else _expression(interval.high, _Level.SUM)
    return f"{'[' if interval.low_closed else '('}{low}..{high}{']' if interval.high_closed else ')'}"


def _expression(tree: Expression, least: _Level) -> str:
    level, text = _parts(tree)
    return f"({text})" if level < least else text


def _parts(tree: Expression) -> tuple[_Level, str]:
    match tree:
        case If(condition=condition, yes=yes, no=no):
            parts = print_expression(condition), print_expression(yes), print_expression(no)
            return _Level.IF, "if {} then {} else {}".format(*parts)
        case Or(items=items):
            return _Level.OR, " or ".join(_expression(item, _Level.AND) for item in items)
        case And(items=items):
            return _Level.AND, " and ".join(_expression(item, _Level.NOT) for item in items)
        case Not(operand=operand):
            return _Level.NOT, f"not {_expression(operand, _Level.NOT)}"
        case Comparison(operator=operator, left=left, right=right):
            return _Level.COMPARISON, f"{_expression(left, _Level.SUM)} {operator} {_expression(right, _Level.SUM)}"
        case InInterval(operand=operand, interval=interval):
            return _Level.COMPARISON, f"{_expression(operand, _Level.SUM)} in {print_interval(interval)}"
        case InList(operand=operand, items=items):
            listed = ", ".join(_expression(item, _Level.SUM) for item in items)
            return _Level.COMPARISON, f"{_expression(operand, _Level.SUM)} in ({listed})"
        case Arithmetic(operator=operator, left=left, right=right):
            level, right_least = (
                (_Level.SUM, _Level.PRODUCT) if operator in {"+", "-"} else (_Level.PRODUCT, _Level.SIGN)
            )
            return level, f"{_expression(left, level)} {operator} {_expression(right, right_least)}"
        case Negative(operand=operand):
            return _Level.SIGN, f"-{_expression(operand, _Level.SIGN)}"
        case Call():
            return _Level.PRIMARY, _call(tree)
        case Name(parts=parts):
            return _Level.PRIMARY, ".".join(parts)
        case _:  # a literal: `_literal` takes no other tree
            return _Level.PRIMARY, _literal(tree)


def _call(call: Call) -> str:
    arguments = [print_expression(argument) for argument in call.arguments]
    if call.where is not None:
        arguments[0] = f"{arguments[0]} where {print_expression(call.where)}"
    return f"{call.function}({', '.join(arguments)})"


def _literal(
    tree: Number | Quoted | Truth | DurationLiteral | DaysLiteral | DateLiteral | MissingLiteral,
) -> str:
    match tree:
        case Number():
            return _number(tree)
        case Quoted(text=text):
            return '"{}"'.format(text.replace('"', '""'))
        case Truth(value=value):
            return "true" if value else "false"
        case DurationLiteral(microseconds=microseconds):
            return _duration(microseconds)
        case DaysLiteral(days=days, business=business):
            return f"{days}{'bd' if business else 'd'}"
        case DateLiteral(text=text):
            return f"@{text}"
        case MissingLiteral():
            return "missing"
        case _:
            assert_never(tree)


def _number(number: Number) -> str:
    scale = number.scale - (2 if number.percent else 0)
    digits = str(number.units).zfill(scale + 1)
    whole, fraction = digits[: len(digits) - scale], digits[len(digits) - scale :]
    return f"{whole}{'.' if fraction else ''}{fraction}{'%' if number.percent else ''}"


def _duration(microseconds: int) -> str:
    hours, rest = divmod(microseconds, UNITS["h"])
    minutes, rest = divmod(rest, UNITS["min"])
    seconds, fraction = divmod(rest, UNITS["s"])
    tail = f"{seconds}.{fraction:06d}".rstrip("0").removesuffix(".") if fraction else str(seconds)
    shown = [
        f"{hours}h" if hours else "",
        f"{minutes}min" if minutes else "",
        f"{tail}s" if seconds or fraction or not microseconds else "",
    ]
    return "".join(shown)


def _is_bare(value: Expression) -> bool:
    """Return whether a value can be written alone as a test: a literal, possibly with a sign."""
    bare = value.operand if isinstance(value, Negative) else value
    return isinstance(bare, Number | Quoted | Truth | DurationLiteral | DaysLiteral | DateLiteral | MissingLiteral)
