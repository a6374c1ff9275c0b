"""Splits text into tokens in one pass, with hints for spellings of other languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from steelyard.diagnostics import Span, msg
from steelyard.language import foreign
from steelyard.language.refusal import Refusal, clip
from steelyard.source.nodes import Text

MAX_NESTING = 100
"""The greatest nesting depth of brackets and other constructs."""

KEYWORDS = {
    "if": "IF",
    "then": "THEN",
    "else": "ELSE",
    "or": "OR",
    "and": "AND",
    "not": "NOT",
    "in": "IN",
    "between": "BETWEEN",
    "where": "WHERE",
    "true": "TRUTH",
    "false": "TRUTH",
    "missing": "MISSING",
}

_TWINS = {"≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "，": ",", "（": "(", "）": ")"}

_PUNCTUATION = {
    "+": "PLUS",
    "-": "MINUS",
    "*": "STAR",
    "/": "SLASH",
    ",": "COMMA",
    "(": "LPAR",
    ")": "RPAR",
    "[": "LSQB",
    "]": "RSQB",
}

_TOKEN = re.compile(
    r"""
      (?P<BLANK> \s+ )
    | (?P<QUOTED> "(?:[^"]|"")*"(?!") | “[^”]*” )
    | (?P<DATE> @?[0-9]{4}-[0-9]{2}-[0-9]{2}
        (?: [T\ ][0-9]{2}:[0-9]{2} (?: :[0-9]{2} (?:\.[0-9]+)? )? (?: Z | [+-][0-9]{2}:[0-9]{2} )? )?
        (?! [\w:] ) )
    | (?P<DURATION> [0-9]+ (?:\.[0-9]+)? (?:h|min|s) (?: \s*[0-9]+ (?:\.[0-9]+)? (?:h|min|s) )* (?!\w) )
    | (?P<DAYS> [0-9]+ (?:\.[0-9]+)? (?:bd|d) (?!\w) )
    | (?P<NUMBER> [0-9]+ (?:\.[0-9]+)?
        (?: % | \ % (?! \s* (?: [0-9("“@] | (?! (?:and|or|then|else|in|between|where) \b ) [^\W\d] ) ) )?
        (?! [\w%] | \.(?!\.) ) )
    | (?P<BAD_NUMBER> [0-9]\w* (?:\.\w+)* (?:\.(?!\.))? %? \w* )
    | (?P<NAME> [^\W\d]\w* (?: \.[^\W\d]\w* )* )
    | (?P<DOTDOT> \.\. )
    | (?P<FOREIGN> == | => | =< | <> | && | \|\| | \*\* | !(?!=) )
    | (?P<COMPARE> <= | >= | != | [=<>≤≥≠] )
    | (?P<PUNCTUATION> [-+*/×,，()（）\[\]] )
    """,
    re.VERBOSE,
)

_WORD = re.compile(r"[^\W\d]\w*(?:-\w+)*(?![\w(（]|\.\w|\s*\()")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Mode(Enum):
    """The kind of text."""

    EXPRESSION = "expression"
    """Dates start with `@`."""

    TEST = "condition on a value"
    """As an expression, but a bare word as a test is text."""

    BARE_DATES = "literal or interval"
    """Dates may be written without `@`."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the grammar sees it (`type`) and as it was written.

    Attributes:
        type: a terminal of grammar.lark, or `$END`.
        text: as written, with Chinese punctuation replaced by the ASCII equivalents.
        span: its place.
        start: its offset in the text.
    """

    type: str
    text: str
    span: Span
    start: int


def tokenize(text: Text, mode: Mode) -> Iterator[Token]:
    """Yield the tokens of a text, without the end mark.

    Raises:
        Refusal: no token matches at some position, or a bracket is nested too deep.
    """
    if unprintable := _UNPRINTABLE.search(text):
        raise Refusal(
            "Y201",
            text.at(*unprintable.span()),
            msg("unprintable character {code}", code=f"U+{ord(unprintable[0]):04X}"),
        )
    brackets = _Brackets()
    position = 0
    while position < len(text):
        if mode is Mode.TEST and brackets.at_test and (word := _WORD.match(text, position)):
            kind, end = "NAME" if word[0] in KEYWORDS else "WORD", word.end()
        elif found := _TOKEN.match(text, position):
            kind, end = str(found.lastgroup), found.end()
        else:
            raise foreign.character(text, position)
        if kind != "BLANK":
            token = _token(kind, text[position:end], text.at(position, end), position, mode)
            brackets.see(token)
            yield token
        position = end


def _token(kind: str, written: str, span: Span, start: int, mode: Mode) -> Token:
    match kind:
        case "NAME":
            kind = _name(written, span, mode)
        case "WORD":
            foreign.check_word(written, span, tests=mode is Mode.TEST)
        case "DATE" if mode is not Mode.BARE_DATES and not written.startswith("@"):
            raise foreign.bare_date(written, span)
        case "COMPARE":
            written = _TWINS.get(written, written)
        case "PUNCTUATION":
            written = _TWINS.get(written, written)
            kind = _PUNCTUATION[written]
        case "BAD_NUMBER":
            raise foreign.number(written, span)
        case "FOREIGN":
            raise foreign.operator(written, span)
        case _:  # every other kind is taken as written
            pass
    return Token(kind, written, span, start)


def _name(written: str, span: Span, mode: Mode) -> str:
    if keyword := KEYWORDS.get(written):
        return keyword
    foreign.check_word(written, span, tests=mode is Mode.TEST)
    for part in written.split("."):
        if part in KEYWORDS:
            raise Refusal(
                "Y201",
                span,
                msg("`{word}` cannot be part of the name `{name}`", word=part, name=clip(written)),
                msg("`{word}` is a word of the language: choose another name", word=part),
            )
    return "NAME"


_BEFORE_OPENING = {None, "COMMA", "LPAR", "AND", "OR", "NOT", "IN", "IF", "THEN", "ELSE", "WHERE", "COMPARE"}


def opens(kind: str, last: str | None) -> bool | None:
    """Whether a token opens a bracket or closes one, given the token before it; None where it is no bracket.

    Square brackets may be turned outward: `]1..3[` leaves both ends out.
    """
    match kind:
        case "LPAR":
            return True
        case "RPAR":
            return False
        case "LSQB":
            return last in _BEFORE_OPENING
        case "RSQB":
            return last in _BEFORE_OPENING
        case _:  # any other token
            return None


class _Brackets:
    """The brackets open so far, and whether a condition on a value starts at the present place."""

    def __init__(self) -> None:
        self._of_not: list[bool] = []
        self._last: str | None = None

    @property
    def at_test(self) -> bool:
        """Whether the position is at the start, after a comma, `and` or `not (`, outside all other brackets."""
        return self._last in {None, "COMMA", "LPAR", "AND"} and all(self._of_not)

    def see(self, token: Token) -> None:
        """Update the state by a token.

        Raises:
            Refusal: more than MAX_NESTING brackets are open.
        """
        opening = opens(token.type, self._last)
        if opening:
            self._of_not.append(token.type == "LPAR" and self._last == "NOT")
            if len(self._of_not) > MAX_NESTING:
                raise Refusal(
                    "Y202",
                    token.span,
                    msg("more than {limit} brackets are open here", limit=MAX_NESTING),
                    msg("give parts of the expression names under `define`"),
                )
        elif opening is False and self._of_not:
            self._of_not.pop()
        self._last = token.type
