"""From the grammar's rules to nodes: one method for each alias in grammar.lark, called as the parser reduces."""

# ruff: noqa: D102 - a method does what its rule in grammar.lark says

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from steelyard.diagnostics import Span, msg
from steelyard.language.literals import literal
from steelyard.language.refusal import Refusal
from steelyard.language.syntax import (
    AllOfTests,
    And,
    AnyValue,
    Arithmetic,
    BareWord,
    Call,
    CompareTest,
    Comparison,
    Expression,
    If,
    InInterval,
    InList,
    Interval,
    IntervalTest,
    Name,
    Negative,
    Not,
    NotTest,
    OneOfTests,
    Or,
    UnaryTest,
)
from steelyard.language.tokens import Token

_Argument = tuple[Expression, Expression | None]


class Builder:
    """The nodes of the grammar. It holds no state; each method takes what its rule matched, left to right."""

    def literal(self, children: list[Token]) -> Expression:
        token = children[0]
        return literal(token.type, token.text, token.span)

    def name(self, children: list[Token]) -> Name:
        return Name(tuple(children[0].text.split(".")), span=children[0].span)

    def call(self, children: Sequence[Token | _Argument | None]) -> Call:
        function, last = cast("Token", children[0]), cast("Token", children[-1])
        arguments = [child for child in children if isinstance(child, tuple)]
        conditions = [where for _, where in arguments if where is not None]
        if len(conditions) > 1:
            raise Refusal(
                "Y201",
                conditions[1].span,
                msg("second `where` in `{function}`", function=function.text),
                msg("join the conditions with `and`"),
            )
        return Call(
            function.text,
            tuple(value for value, _ in arguments),
            conditions[0] if conditions else None,
            function_span=function.span,
            span=_cover(function.span, last.span),
        )

    def argument(self, children: list[Expression]) -> _Argument:
        return children[0], children[2] if len(children) > 1 else None

    def parentheses(self, children: tuple[Token, Expression, Token]) -> Expression:
        # The node takes the brackets into its place, so that the place of what surrounds it is whole.
        opening, inner, closing = children
        return replace(inner, span=_cover(opening.span, closing.span))

    def negative(self, children: tuple[Token, Expression]) -> Negative:
        sign, operand = children
        return Negative(operand, span=_cover(sign.span, operand.span))

    def arithmetic(self, children: tuple[Expression, Token, Expression]) -> Arithmetic:
        left, operator, right = children
        return Arithmetic(operator.text, left, right, span=_cover(left.span, right.span))

    def comparison(self, children: tuple[Expression, Token, Expression]) -> Comparison:
        left, operator, right = children
        return Comparison(operator.text, left, right, span=_cover(left.span, right.span))

    def in_interval(self, children: tuple[Expression, Token, Interval]) -> InInterval:
        operand, _, interval = children
        return InInterval(operand, interval, span=_cover(operand.span, interval.span))

    def in_list(self, children: Sequence[Expression | Token]) -> InList:
        operand, *items = (child for child in children if not isinstance(child, Token))
        return InList(operand, tuple(items), span=_cover(operand.span, children[-1].span))

    def between(self, children: tuple[Expression, Token, Expression, Token, Expression]) -> InInterval:
        operand, _, low, _, high = children
        interval = Interval(low, True, high, True, span=_cover(low.span, high.span))
        return InInterval(operand, interval, span=_cover(operand.span, high.span))

    def interval(self, children: tuple[Token, Expression | None, Token, Expression | None, Token]) -> Interval:
        opening, low, _, high, closing = children
        span = _cover(opening.span, closing.span)
        if low is None and high is None:
            raise Refusal("Y201", span, msg("interval has no end"), msg("write at least one end, as in `[0..)`"))
        return Interval(low, opening.type == "LSQB", high, closing.type == "RSQB", span=span)

    def not_(self, children: tuple[Token, Expression]) -> Not:
        word, operand = children
        return Not(operand, span=_cover(word.span, operand.span))

    def and_(self, children: list[Expression]) -> And:
        return And(tuple(children[::2]), span=_cover(children[0].span, children[-1].span))

    def or_(self, children: list[Expression]) -> Or:
        return Or(tuple(children[::2]), span=_cover(children[0].span, children[-1].span))

    def if_(self, children: tuple[Token, Expression, Token, Expression, Token, Expression]) -> If:
        word, condition, _, yes, _, no = children
        return If(condition, yes, no, span=_cover(word.span, no.span))

    def any_value(self, children: list[Token]) -> AnyValue:
        return AnyValue(span=children[0].span)

    def one_of(self, children: list[UnaryTest]) -> OneOfTests:
        return OneOfTests(tuple(children[::2]), span=_cover(children[0].span, children[-1].span))

    def all_of(self, children: list[UnaryTest]) -> AllOfTests:
        return AllOfTests(tuple(children[::2]), span=_cover(children[0].span, children[-1].span))

    def compare_test(self, children: tuple[Token, Expression]) -> CompareTest:
        operator, value = children
        return CompareTest(operator.text, value, span=_cover(operator.span, value.span))

    def equal_test(self, children: list[Expression]) -> CompareTest:
        return CompareTest("=", children[0], span=children[0].span)

    def negative_test(self, children: tuple[Token, Expression]) -> CompareTest:
        return self.equal_test([self.negative(children)])

    def interval_test(self, children: list[Interval]) -> IntervalTest:
        return IntervalTest(children[0], span=children[0].span)

    def not_test(self, children: tuple[Token, Token, UnaryTest, Token]) -> NotTest:
        word, _, test, closing = children
        return NotTest(test, span=_cover(word.span, closing.span))

    def bare_word(self, children: list[Token]) -> BareWord:
        return BareWord(children[0].text, span=children[0].span)


def _cover(first: Span, last: Span) -> Span:
    return Span(first.file, first.line, first.column, last.end_line, last.end_column)
