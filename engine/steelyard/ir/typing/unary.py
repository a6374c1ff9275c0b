"""Conditions on a value (FEEL's unary tests): table cells, bands.

Where the value is a number, a time or a duration, names and formulas stand bare in a table's cells; where it is a text,
a bare word is that text, and a cell that begins with `:=` is what must be equal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol, assert_never

from steelyard.diagnostics import Diagnostics, msg
from steelyard.ir.describe import describe
from steelyard.ir.expressions import (
    And,
    Argument,
    Comparator,
    Compare,
    Expr,
    IsMissing,
    Literal,
    Not,
    Or,
    Within,
)
from steelyard.ir.negation import normalise
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Boolean, Date, DateTime, Region, Text
from steelyard.ir.typing.literals import is_literal, literal
from steelyard.ir.typing.logic import compare, interval
from steelyard.ir.walk import nodes
from steelyard.language import syntax
from steelyard.language.parser import parse_expression, parse_interval, parse_literal, parse_test
from steelyard.language.printer import print_expression
from steelyard.model.scalars import COMPUTED, is_computed
from steelyard.source import Text as Written

_WORDS = re.compile(r"[^\s\"“”<>=!()\[\],.-](?:[^\"“”<>=!()\[\],]*[^\s\"“”<>=!()\[\],])?")
"""A bare word as text: no quotes, operators or brackets; `01001`, `NO`, `third party`."""


class Names(Protocol):
    """What the cells of a table may name."""

    def known(self, word: str) -> bool:
        """Whether a word begins a name of the ruleset."""
        ...

    def value(self, tree: syntax.Expression) -> Expr | None:
        """The value of an expression where the table is asked; None after an error."""
        ...


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a condition stands: `names` is None where it may compare with constants only."""

    scope: NameScope
    names: Names | None


def read_test(
    cell: Written, tested: Expr, scope: NameScope, names: Names | None = None
) -> Expr | syntax.AnyValue | None:
    """Read a condition on a value; None after an error was reported.

    Where text is tested a bare word, even one that looks like a number, is text; where a date is tested
    dates need no `@`.
    """
    place = _Place(scope, names)
    if names is not None and is_computed(cell):
        found = _computed(cell, tested, place)
    else:
        tree = _of_words(cell, tested) or _of_dates(cell, tested) or parse_test(cell, scope.diagnostics)
        found = None if tree is None else _test(tree, tested, place)
    return found if found is None or isinstance(found, syntax.AnyValue) else normalise(found)


def formula(cell: Written, diagnostics: Diagnostics) -> syntax.Expression | None:
    """The expression after `:=`; None after an error."""
    return parse_expression(formula_text(cell), diagnostics)


def formula_text(cell: Written) -> Written:
    """The text after `:=`."""
    start = cell.index(COMPUTED) + len(COMPUTED)
    start += len(cell[start:]) - len(cell[start:].lstrip())
    return part(cell, start)


def part(cell: Written, start: int, end: int | None = None) -> Written:
    """A part of a text, at its place."""
    end = len(cell) if end is None else end
    origin = tuple(
        (max(at - start, 0), line, column + max(start - at, 0)) for at, line, column in cell.origin if at < end
    )
    last = max((place for place, one in enumerate(origin) if one[0] == 0), default=0)
    return Written(cell[start:end], cell.at(start, end), quoted=cell.quoted, origin=origin[last:])


def _computed(cell: Written, tested: Expr, place: _Place) -> Expr | syntax.AnyValue | None:
    """`:= EXPRESSION`: what must be equal."""
    tree = formula(cell, place.scope.diagnostics)
    if tree is None:
        return None
    if isinstance(tree, syntax.MissingLiteral):
        return IsMissing(tested, type=Boolean(), span=cell.span)
    other = _value(tree, tested, place)
    node = syntax.CompareTest("=", tree, span=cell.span)
    return None if other is None else compare(Comparator.EQ, tested, other, node, place.scope)


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
        if not _WORDS.fullmatch(word) or word == "not":
            return None
        begin = start + part.index(word)
        span = cell.at(begin, begin + len(word))
        nothing = syntax.CompareTest("=", syntax.MissingLiteral(span=span), span=span)
        words.append(nothing if word == "missing" else syntax.BareWord(word, span=span))
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


def _test(node: syntax.UnaryTest, tested: Expr, place: _Place) -> Expr | syntax.AnyValue | None:
    scope = place.scope
    match node:
        case syntax.AnyValue():
            return node
        case syntax.BareWord():
            return _word(node, tested, place)
        case syntax.CompareTest(operator="=" | "!=" as operator, value=syntax.MissingLiteral()) if (
            place.names is not None
        ):
            return IsMissing(tested, operator == "!=", type=Boolean(), span=node.span)
        case syntax.CompareTest(operator=operator, value=value):
            other = _other(value, tested, place)
            return None if other is None else compare(Comparator(operator), tested, other, node, scope)
        case syntax.IntervalTest(interval=bounds):
            return _interval(bounds, node, tested, place)
        case syntax.OneOfTests(tests=tests) | syntax.AllOfTests(tests=tests):
            items = tuple(_test(item, tested, place) for item in tests)
            if any(isinstance(item, syntax.AnyValue) for item in items):
                return syntax.AnyValue(span=node.span)
            good = tuple(item for item in items if item is not None and not isinstance(item, syntax.AnyValue))
            kind = Or if isinstance(node, syntax.OneOfTests) else And
            return kind(good, type=Boolean(), span=node.span) if len(good) == len(items) else None
        case syntax.NotTest(test=inner):
            found = _test(inner, tested, place)
            if isinstance(found, syntax.AnyValue):
                scope.diagnostics.add("T106", node.span, msg("`not(-)` matches nothing"), help=msg("leave the row out"))
                return None
            return None if found is None else Not(found, type=Boolean(), span=node.span)
        case _:
            assert_never(node)


def _interval(bounds: syntax.Interval, node: syntax.IntervalTest, tested: Expr, place: _Place) -> Expr | None:
    scope = place.scope
    low = None if bounds.low is None else _end(bounds.low, tested, place)
    high = None if bounds.high is None else _end(bounds.high, tested, place)
    if (low is None) is not (bounds.low is None) or (high is None) is not (bounds.high is None):
        return None
    written = syntax.Interval(low, bounds.low_closed, high, bounds.high_closed, span=bounds.span)
    found = interval(tested, written, node, scope, lambda tree, _: _value(tree, tested, place))
    if found is not None and _empty(found):
        scope.diagnostics.add("T109", node.span, msg("this interval is empty"), help=msg("write the lower end first"))
        return None
    return _compared(found) if isinstance(found, Within) and _names_something(found) else found


def _names_something(found: Within) -> bool:
    ends = (end for end in (found.low, found.high) if end is not None)
    return any(isinstance(node, Argument) for end in ends for node in nodes(end))


def _compared(found: Within) -> Expr:
    """The comparisons with both ends: one that fails is enough, also where the other end is missing."""
    low = Comparator.GE if found.low_closed else Comparator.GT
    high = Comparator.LE if found.high_closed else Comparator.LT
    ends = ((low, found.low), (high, found.high))
    parts: list[Expr] = [
        Compare(comparator, found.operand, end, type=Boolean(), span=found.span)
        for comparator, end in ends
        if end is not None
    ]
    return And(tuple(parts), type=Boolean(), span=found.span) if len(parts) > 1 else parts[0]


def _empty(found: Expr) -> bool:
    ends = (getattr(found, "low", None), getattr(found, "high", None))
    low, high = (end.value if isinstance(end, Literal) else None for end in ends)
    return isinstance(low, int) and isinstance(high, int) and low > high


def _other(node: syntax.Expression, tested: Expr, place: _Place) -> Expr | None:
    """What a value is compared with."""
    end = _end(node, tested, place)
    return None if end is None else _value(end, tested, place)


def _value(node: syntax.Expression, tested: Expr, place: _Place) -> Expr | None:
    """The value of a literal, or of an expression in a cell."""
    if is_literal(node):
        return literal(node, place.scope.lookup.zone, place.scope.diagnostics, tested.type)
    return None if place.names is None else place.names.value(node)


def _end(node: syntax.Expression, tested: Expr, place: _Place) -> syntax.Expression | None:
    """What may stand after `>=` or in an interval; where text is tested a bare word is text."""
    textual = isinstance(tested.type, Text | Region)
    if is_literal(node) or (place.names is not None and not textual and not isinstance(tested.type, Boolean)):
        return node
    if isinstance(node, syntax.Name) and len(node.parts) == 1 and textual:
        return syntax.Quoted(node.parts[0], span=node.span)
    place.scope.diagnostics.add(
        "T106",
        node.span,
        msg("a condition on a value compares it with constants only"),
        help=msg("compare what is measured, such as `{line}`, and write constants here", line="measure: x - y")
        if place.names is None
        else msg("a cell that begins with `:=` says what must be equal: `:= {text}`", text=print_expression(node)),
    )
    return None


def _word(node: syntax.BareWord, tested: Expr, place: _Place) -> Expr | None:
    scope, quoted = place.scope, syntax.Quoted(node.text, span=node.span)
    wrapped = syntax.CompareTest("=", quoted, span=node.span)
    if isinstance(tested.type, Text | Region):
        typed = literal(quoted, scope.lookup.zone, scope.diagnostics, tested.type)
        return None if typed is None else compare(Comparator.EQ, tested, typed, wrapped, scope)
    if place.names is not None and not isinstance(tested.type, Boolean) and place.names.known(node.text):
        other = place.names.value(syntax.Name((node.text,), span=node.span))
        return None if other is None else compare(Comparator.EQ, tested, other, wrapped, scope)
    named = place.names is not None and place.names.known(node.text)
    scope.diagnostics.add(
        "T106",
        node.span,
        msg("`{word}` is a word, but the value tested is {kind}", word=node.text, kind=describe(tested.type)),
        help=msg("a cell that begins with `:=` says what must be equal: `:= {text}`", text=node.text)
        if named
        else msg("write a condition such as `>= 90`, `[60..75)` or `-`"),
    )
    return None
