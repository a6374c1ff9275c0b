"""Parses text to a syntax tree. Each function returns None after adding one diagnostic with the exact place.

Lark's LALR automaton is driven token by token and builds nodes as it reduces: no recursion, linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from steelyard.diagnostics import Diagnostics, msg
from steelyard.language.hints import END, unexpected
from steelyard.language.limits import check_height, check_length
from steelyard.language.literals import literal
from steelyard.language.refusal import Refusal
from steelyard.language.syntax import Expression, Interval, Negative, Number, RelativeStep, Tree, UnaryTest
from steelyard.language.tokens import Mode, Token, tokenize
from steelyard.source.nodes import Text

if TYPE_CHECKING:
    import lark

T = TypeVar("T")

_LITERALS = {"NUMBER", "DURATION", "DAYS", "QUOTED", "DATE", "TRUTH", "MISSING"}
_SIGNED = {"NUMBER", "DURATION", "DAYS"}
_STEP = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?\ ?%)\s+of\s+target\s*")


def parse_expression(text: Text, diagnostics: Diagnostics) -> Expression | None:
    """Parse an expression (LANGUAGE.md section 4)."""
    return _guarded(text, diagnostics, lambda: cast("Expression", _parse(text, "expression", Mode.EXPRESSION)))


class Trees:
    """Parses expressions, each text once; one with an error is parsed, and reported, every time."""

    def __init__(self) -> None:
        self._trees: dict[int, tuple[Text, Expression]] = {}  # the text is held, so that its id stays its own

    def of(self, text: Text, diagnostics: Diagnostics) -> Expression | None:
        """The tree of a text, as `parse_expression` gives it."""
        known = self._trees.get(id(text))
        if known is not None:
            return known[1]
        tree = parse_expression(text, diagnostics)
        if tree is not None:
            self._trees[id(text)] = text, tree
        return tree


def parse_test(text: Text, diagnostics: Diagnostics) -> UnaryTest | None:
    """Parse a condition on a value: `>= 90`, `[60..75)`, `a, b`, `not(a)`, `-`; a bare word is a BareWord."""
    return _guarded(text, diagnostics, lambda: cast("UnaryTest", _parse(text, "unary_tests", Mode.TEST)))


def parse_interval(text: Text, diagnostics: Diagnostics) -> Interval | None:
    """Parse an interval of a `range`, `effective` or `clamp`; dates may be written without `@`."""
    return _guarded(text, diagnostics, lambda: cast("Interval", _parse(text, "interval", Mode.BARE_DATES)))


def parse_literal(text: Text, diagnostics: Diagnostics) -> Expression | None:
    """Parse a literal; dates may be written without `@`, and a number or duration may be negative.

    Returns:
        The literal. None without a diagnostic where the text is no literal: the caller decides whether plain text is
        allowed. None with a diagnostic where it is a literal without an exact value (Y203, Y204). Do not call this for
        places that hold text: `01001` would become a number.
    """
    try:
        check_length(text)
        tokens = list(tokenize(text, Mode.BARE_DATES))
        match [token.type for token in tokens]:
            case [kind] if kind in _LITERALS:
                return literal(kind, tokens[0].text, tokens[0].span)
            case ["MINUS", kind] if kind in _SIGNED:
                return Negative(literal(kind, tokens[1].text, tokens[1].span), span=text.at(tokens[0].start, len(text)))
            case _:  # no literal
                return None
    except Refusal as refusal:
        if refusal.code in {"Y203", "Y204"}:
            _report(refusal, text, diagnostics)
        return None


def parse_step(text: Text, diagnostics: Diagnostics) -> RelativeStep | Expression | None:
    """Parse the width of a step: `10% of target`, or an expression such as `1h`."""
    if not (found := _STEP.fullmatch(text)):
        return parse_expression(text, diagnostics)
    percent = text.at(*found.span(1))
    whole = text.at(found.start(1), len(text.rstrip()))
    return _guarded(
        text, diagnostics, lambda: RelativeStep(cast("Number", literal("NUMBER", found[1], percent)), span=whole)
    )


def _guarded(text: Text, diagnostics: Diagnostics, parse: Callable[[], T]) -> T | None:
    try:
        check_length(text)
        return parse()
    except Refusal as refusal:
        _report(refusal, text, diagnostics)
        return None


def _report(refusal: Refusal, text: Text, diagnostics: Diagnostics) -> None:
    cut = msg(
        "in YAML a comma inside `{{}}` and a blank before `#` end an unquoted text: "
        "quote the expression or put it on its own line"
    )
    # An incomplete text may have been cut by YAML, unless it was quoted.
    notes = (cut,) if refusal.unfinished and not text.quoted else ()
    diagnostics.add(refusal.code, refusal.span, refusal.headline, help=refusal.help, labels=refusal.labels, notes=notes)


def _parse(text: Text, start: str, mode: Mode) -> Tree:
    from lark.exceptions import UnexpectedToken

    automaton = _grammar().parse_interactive(None, start)  # pyright: ignore[reportUnknownMemberType] - Lark's own type
    before: list[Token] = []
    result: object = None
    for token in _with_end(text, mode):
        try:
            # Lark reads only the type of a token.
            result = automaton.feed_token(cast("lark.Token", token))
        except UnexpectedToken as error:
            raise unexpected(token, before, error.expected, mode) from None
        before.append(token)
    tree = cast("Tree", result)
    check_height(tree)
    return tree


def _with_end(text: Text, mode: Mode) -> Iterator[Token]:
    empty = True
    for token in tokenize(text, mode):
        empty = False
        yield token
    if empty:
        raise Refusal("Y201", text.span, msg("expression is empty"), msg("write a value, a name or a formula"))
    yield Token(END, "", text.at(len(text), len(text)), len(text))


@cache
def _grammar() -> lark.Lark:
    """Compile the grammar, once per process and only when an expression is parsed."""
    import lark
    from lark.lexer import Lexer

    from steelyard.language.builder import Builder

    class NoLexer(Lexer):
        """Replaces Lark's lexer; tokens are passed to the parser with their places."""

        def __init__(self, lexer_conf: object) -> None:
            del lexer_conf

        def lex(self, lexer_state: object, parser_state: object) -> Iterator[lark.Token]:
            del lexer_state, parser_state
            return iter(())

    return lark.Lark(
        Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8"),
        parser="lalr",
        lexer=NoLexer,
        start=["expression", "unary_tests", "interval"],
        transformer=Builder(),
        maybe_placeholders=True,
    )
