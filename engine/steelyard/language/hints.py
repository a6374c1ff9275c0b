"""Explains syntax errors in the terms of ruleset authors."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from steelyard.diagnostics import Label, Message, msg
from steelyard.language.foreign import UNIT_WORDS, unit
from steelyard.language.refusal import Refusal, clip
from steelyard.language.tokens import KEYWORDS, Mode, Token, opens

_VALUES = {"NUMBER", "DURATION", "DAYS", "QUOTED", "DATE", "TRUTH", "MISSING", "NAME", "WORD"}
_OPENING = {"LPAR", "LSQB"}
_CLOSING = {"RPAR", "RSQB"}
END = "$END"


@dataclass(frozen=True, slots=True)
class _Place:
    """A position at which a token is not allowed.

    Attributes:
        before: the tokens before it.
        opened: the brackets open at this position, outermost first.
        expected: the types of token allowed at this position.
        mode: what the text holds.
    """

    before: Sequence[Token]
    opened: Sequence[Token]
    expected: AbstractSet[str]
    mode: Mode

    @property
    def wants_value(self) -> bool:
        return "NUMBER" in self.expected

    @property
    def may_close(self) -> bool:
        """Whether the innermost bracket may be closed here; an interval too may end with a parenthesis."""
        return "RPAR" in self.expected

    @property
    def in_between(self) -> bool:
        """Whether a `between` has no `and` yet."""
        return next((t.type for t in reversed(self.before) if t.type in {"BETWEEN", "AND"}), None) == "BETWEEN"


def unexpected(found: Token, before: Sequence[Token], expected: AbstractSet[str], mode: Mode) -> Refusal:
    """Explain why a token is not allowed at its position.

    Args:
        found: the token, or the end mark, which is never the first token.
        before: the tokens before it.
        expected: the types that could have stood there.
        mode: what the text holds.
    """
    place = _Place(before, _open_brackets(before), expected, mode)
    brackets = (Label(place.opened[-1].span, msg("opened here")),) if place.opened else ()
    if found.type == END:
        last = before[-1]
        headline = msg("expression ends too early, after `{last}`", last=clip(last.text))
        return Refusal("Y201", last.span, headline, _at_end(last, place), brackets, unfinished=True)
    if place.wants_value:
        advice = _value_missing(found, place)
    elif not before:
        advice = msg("an interval begins with `[` or `(`, as in `[0..1]`")
    else:
        advice = _after(before[-1], found, place) or _operator_missing(found, place)
    labels = brackets if found.type in _CLOSING else ()
    return Refusal("Y201", found.span, msg("unexpected `{found}`", found=clip(found.text)), advice, labels)


def _at_end(last: Token, place: _Place) -> Message:
    if last.type == "NOT" and not place.wants_value:
        return msg("write `not` with parentheses, as in `not(1, 2)`")
    if place.wants_value and not place.may_close:
        return msg("a value is missing after `{last}`", last=clip(last.text))
    if _unfinished_if(place.before):
        return msg("write `if … then … else …`, all three parts")
    if "DOTDOT" in place.expected and place.opened[-1].type != "LPAR":
        return msg("an interval has two ends with `..` between, as in `[60..75)`")
    if place.may_close:
        return msg("the bracket `{bracket}` is not closed", bracket=place.opened[-1].text)
    if place.in_between:
        return msg("write `between … and …`")
    return msg("after `in` comes an interval or a list, as in `[60..75)` or `(1, 2)`")


def _value_missing(found: Token, place: _Place) -> Message:
    match found.type:
        case "NOT":
            return msg("put `not …` in parentheses here")
        case "IF":
            return msg("put `if … then … else …` in parentheses here")
        case "LSQB" | "DOTDOT":
            return msg("intervals stand after `in`, as in `x in [60..75)`")
        case "NAME" if found.text == "is_missing":
            return msg("write `missing` alone, for no value")
        case "NAME":
            return msg(
                "cells hold constants: give the table an input of its own, such as `{line}`, with cells such as `> 0`",
                line=f"d: x - {clip(found.text)}",
            )
        case "IN":
            return msg("write the values alone, as in `1, 2` or `[60..75)`")
        case "COMMA" if place.mode is Mode.TEST and [token.type for token in place.before] == ["MINUS"]:
            return msg("`-` is any value where it stands alone; before a comma it lacks a number")
        case "WHERE":
            return msg("`where` follows what is aggregated, as in `count(complaints where upheld)`")
        case _:  # any other token
            return msg("a value is expected before `{found}`", found=clip(found.text))


def _after(last: Token, found: Token, place: _Place) -> Message | None:
    """Explain what the previous token requires, where that is the problem; else None."""
    if last.type == "IN":
        return msg("after `in` comes an interval or a list, as in `[60..75)` or `(1, 2)`")
    if last.type == "NOT":
        return msg("write `not` with parentheses, as in `not(1, 2)`")
    if found.type in _VALUES:
        return _two_values(found, last)
    if place.in_between:
        return msg("write `between … and …`")
    return None


def _operator_missing(found: Token, place: _Place) -> Message:
    opened = place.opened
    match found.type:
        case "NOT":
            return msg("write `not` first, as in `not x in (1, 2)`")
        case "COMPARE" | "IN" | "BETWEEN" if place.mode is Mode.TEST:
            return msg("separate alternatives by a comma; for both at once write `> 2 and < 5`")
        case "OR" if place.mode is Mode.TEST:
            return msg("write `a, b` for either")
        case "COMPARE" | "IN" | "BETWEEN":
            return msg("comparisons cannot be chained: write `a < b and b < c`")
        case "WHERE":
            return msg("`where` stands inside an aggregate, as in `count(complaints where upheld)`")
        case "THEN" | "ELSE":
            return msg("write `if … then … else …`, all three parts")
        case "RPAR" | "RSQB" if not opened:
            return msg("no bracket is open here")
        case "RPAR" | "RSQB":
            return _wrong_end(place)
        case "COMMA" if opened and opened[-1].type == "LSQB":
            return msg("a list stands in parentheses, as in `x in (1, 2)`; an interval has `..` between its ends")
        case "COMMA":
            return msg("commas stand between the arguments of a function or the values of a list")
        case "DOTDOT" | "LSQB":
            return msg("intervals stand after `in`, as in `x in [60..75)`")
        case _:  # any other token
            return msg("an operator such as `+`, `and` or `=` is expected here")


def _two_values(found: Token, last: Token) -> Message:
    if last.type == "NUMBER" and found.text in UNIT_WORDS:
        return msg("write `{duration}`, without a blank", duration=last.text + unit(found.text))
    if last.type == "NUMBER" and found.text == "of":
        return msg("`10% of target` is the width of a step only: write `10% * target`")
    if {last.type, found.type} == {"DAYS", "DURATION"}:
        return msg("days do not mix with hours: write `26h` for a day and two hours")
    if found.text == "is":
        return msg("write `=` to compare, or `is_missing(x)`")
    if found.text.lower() in KEYWORDS:
        return msg("write `{word}` in lower case", word=found.text.lower())
    if last.text.lower() in KEYWORDS and last.type == "NAME":
        return msg("write `{word}` in lower case", word=last.text.lower())
    return msg(
        'an operator is missing between `{last}` and `{found}`; text needs double quotes, as in `"motor"`',
        last=clip(last.text),
        found=clip(found.text),
    )


def _wrong_end(place: _Place) -> Message:
    if _unfinished_if(place.before):
        return msg("write `if … then … else …`, all three parts")
    if "DOTDOT" in place.expected:
        return msg("an interval has two ends with `..` between, as in `[60..75)`; a list is written `(1, 2)`")
    return msg("the bracket `{bracket}` is closed by the wrong one", bracket=place.opened[-1].text)


def _open_brackets(tokens: Sequence[Token]) -> list[Token]:
    opened: list[Token] = []
    last: str | None = None
    for token in tokens:
        opening = opens(token.type, last)
        if opening:
            opened.append(token)
        elif opening is False and opened:
            opened.pop()
        last = token.type
    return opened


def _unfinished_if(tokens: Sequence[Token]) -> bool:
    """Return whether an `if` since the last open bracket has no `else`."""
    level = 0
    missing = 0
    for token in reversed(tokens):
        level += (token.type in _CLOSING) - (token.type in _OPENING)
        if level < 0:
            return False
        if level == 0:
            missing += (token.type == "ELSE") - (token.type == "IF")
            if missing < 0:
                return True
    return False
