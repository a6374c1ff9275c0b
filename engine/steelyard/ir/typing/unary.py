"""Conditions on a value (FEEL's unary tests): table cells, bands."""

from __future__ import annotations

import re
from typing import assert_never

from steelyard.diagnostics import Diagnostics, msg
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Argument, Comparator, Expr, Literal, Not, Or
from steelyard.ir.negation import normalise
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Boolean, Date, DateTime, Region, Text
from steelyard.ir.typing.expression import expression
from steelyard.ir.typing.literals import LiteralSyntax, is_literal, literal
from steelyard.ir.typing.logic import compare, interval
from steelyard.language import syntax
from steelyard.language.parser import parse_interval, parse_literal, parse_test
from steelyard.source import Text as Written

_WORDS = re.compile(r"[^\s\"“”<>=!()\[\],.-](?:[^\"“”<>=!()\[\],]*[^\s\"“”<>=!()\[\],])?")
"""A bare word as text: no quotes, operators or brackets; `01001`, `NO`, `third party`."""


def read_test(cell: Written, tested: Expr, scope: NameScope) -> Expr | syntax.AnyValue | None:
    """Read a condition on a value; None after an error was reported.

    Where text is tested a bare word, even one that looks like a number, is text; where a date is tested
    dates need no `@`.
    """
    tree = _of_words(cell, tested) or _of_dates(cell, tested) or parse_test(cell, scope.diagnostics)
    found = None if tree is None else _test(tree, tested, scope)
    return found if found is None or isinstance(found, syntax.AnyValue) else normalise(found)


def _of_words(cell: Written, tested: Expr) -> syntax.UnaryTest | None:
    """Bare words with commas between them, as they stand; `not(…)` around them."""
    if not isinstance(tested.type, Text | Region):
        return None
    if cell.quoted and not cell.strip():
        return syntax.BareWord(str(cell), span=cell.span)
    text, start, negated = str(cell), 0, False
    around = re.fullmatch(r"\s*not\s*\((.*)\)\s*", text, re.DOTALL)
    if around is not None:
        text, start, negated = around[1], around.start(1), True
    words: list[syntax.UnaryTest] = []
    for part in text.split(","):
        word = part.strip()
        if not _WORDS.fullmatch(word) or word in {"missing", "not"}:
            return None
        begin = start + part.index(word)
        words.append(syntax.BareWord(word, span=cell.at(begin, begin + len(word))))
        start += len(part) + 1
    tree = words[0] if len(words) == 1 else syntax.OneOfTests(tuple(words), span=cell.span)
    return syntax.NotTest(tree, span=cell.span) if negated else tree


def _of_dates(cell: Written, tested: Expr) -> syntax.UnaryTest | None:
    """A date, an interval of dates or a comparison with one, without `@`."""
    if not isinstance(tested.type, Date | DateTime) or "@" in cell:
        return None
    silent = Diagnostics()
    if (bounds := parse_interval(cell, silent)) is not None:
        return syntax.IntervalTest(bounds, span=cell.span)
    match = re.fullmatch(r"\s*(<=|>=|!=|<|>|=|)\s*(\S.*?)\s*", str(cell), re.DOTALL)
    if match is None:
        return None
    span = cell.at(*match.span(2))
    value = parse_literal(Written(match[2], span), silent)
    if not isinstance(value, syntax.DateLiteral):
        return None
    return syntax.CompareTest(match[1] or "=", syntax.DateLiteral(value.text, span=span), span=cell.span)


def _test(node: syntax.UnaryTest, tested: Expr, scope: NameScope) -> Expr | syntax.AnyValue | None:
    match node:
        case syntax.AnyValue():
            return node
        case syntax.BareWord():
            return _word(node, tested, scope)
        case syntax.CompareTest(operator=operator, value=value):
            constant = _constant(value, tested, scope)
            typed = None if constant is None else literal(constant, scope.lookup.zone, scope.diagnostics, tested.type)
            return None if typed is None else compare(Comparator(operator), tested, typed, node, scope)
        case syntax.IntervalTest(interval=bounds):
            return _interval(bounds, node, tested, scope)
        case syntax.OneOfTests(tests=tests):
            items = tuple(_test(item, tested, scope) for item in tests)
            if any(isinstance(item, syntax.AnyValue) for item in items):
                return syntax.AnyValue(span=node.span)
            good = tuple(item for item in items if item is not None and not isinstance(item, syntax.AnyValue))
            return Or(good, type=Boolean(), span=node.span) if len(good) == len(items) else None
        case syntax.NotTest(test=inner):
            found = _test(inner, tested, scope)
            if isinstance(found, syntax.AnyValue):
                scope.diagnostics.add("T106", node.span, msg("`not(-)` matches nothing"), help=msg("leave the row out"))
                return None
            return None if found is None else Not(found, type=Boolean(), span=node.span)
        case _:
            assert_never(node)


def _interval(bounds: syntax.Interval, node: syntax.IntervalTest, tested: Expr, scope: NameScope) -> Expr | None:
    low = None if bounds.low is None else _constant(bounds.low, tested, scope)
    high = None if bounds.high is None else _constant(bounds.high, tested, scope)
    if (low is None) is not (bounds.low is None) or (high is None) is not (bounds.high is None):
        return None
    constant = syntax.Interval(low, bounds.low_closed, high, bounds.high_closed, span=bounds.span)
    found = interval(tested, constant, node, scope, expression)
    if found is not None and _empty(found):
        scope.diagnostics.add("T109", node.span, msg("this interval is empty"), help=msg("write the lower end first"))
        return None
    return found


def _empty(found: Expr) -> bool:
    ends = (getattr(found, "low", None), getattr(found, "high", None))
    low, high = (end.value if isinstance(end, Literal) else None for end in ends)
    return isinstance(low, int) and isinstance(high, int) and low > high


def _constant(node: syntax.Expression, tested: Expr, scope: NameScope) -> LiteralSyntax | None:
    """A literal; a bare word after `>=` or in an interval is text where text is tested."""
    if is_literal(node):
        return node
    if isinstance(node, syntax.Name) and len(node.parts) == 1 and isinstance(tested.type, Text | Region):
        return syntax.Quoted(node.parts[0], span=node.span)
    name = ".".join(node.parts) if isinstance(node, syntax.Name) else "y"
    if not isinstance(tested, Argument):
        help_ = msg("compare what is measured, such as `{line}`, and write constants here", line=f"measure: x - {name}")
    elif isinstance(tested.type, Text | Region | Boolean):
        line = f"same: x = {name}"
        help_ = msg(
            "give the table an input of its own, such as `{line}`, with the cells `true` and `false`", line=line
        )
    else:
        help_ = msg(
            "cells hold constants: give the table an input of its own, such as `{line}`, with cells such as `> 0`",
            line=f"d: x - {name}",
        )
    scope.diagnostics.add("T106", node.span, msg("a condition on a value compares it with constants only"), help=help_)
    return None


def _word(node: syntax.BareWord, tested: Expr, scope: NameScope) -> Expr | None:
    if not isinstance(tested.type, Text | Region):
        scope.diagnostics.add(
            "T106",
            node.span,
            msg("`{word}` is a word, but the value tested is {kind}", word=node.text, kind=describe(tested.type)),
            help=msg("write a condition such as `>= 90`, `[60..75)` or `-`"),
        )
        return None
    quoted = syntax.Quoted(node.text, span=node.span)
    typed = literal(quoted, scope.lookup.zone, scope.diagnostics, tested.type)
    wrapped = syntax.CompareTest("=", quoted, span=node.span)
    return None if typed is None else compare(Comparator.EQ, tested, typed, wrapped, scope)
