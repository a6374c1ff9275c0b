"""Recognises where YAML cuts or misreads an expression, from the text itself and not from the parser's message.

A comma ends an expression inside `{}`, ` #` begins a comment, and a leading `@ " % > ! * [ {` means
something else to YAML (LANGUAGE.md section 1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.diagnostics import Label, Message, Span, msg
from steelyard.source.events import Broken, Close, Event, Mark, Open, Scalar
from steelyard.source.nodes import Text
from steelyard.source.places import lines_of

QUOTE = msg("quote the expression or put it on its own line")

_STRING = re.compile(r'"[^"]*"')
_COMMENT = re.compile(r"[ \t]+#")
_RANGE = re.compile(r"\S*\.\.\S*")
_HALF_OPEN = re.compile(r"\[[^\[\]{}\r\n]*\.\.[^\[\]{}\r\n]*\)")
_KEY_WITHOUT_SPACE = re.compile(r"\s*(?:- +)*[^\s:：\"'#]+(?:：|:(?=[^\s:]))")
_WIDE_COLON = re.compile(r"\s*(?:- +)*[^\s:：\"'#{}\[\],]+\s*：")
_NEXT_KEY = re.compile(r"[^\s:,(){}\[\]]+\s*:(?:\s|$)")
_EXPRESSION_SIGNS = frozenset('()"<>=')
_MEANS_SOMETHING_ELSE = frozenset("@%`>|*&!]}-")


@dataclass(frozen=True, slots=True)
class Finding:
    """The content of a diagnostic; its place where that is not the one that was looked at."""

    code: str
    headline: Message
    help: Message | None = None
    labels: tuple[Label, ...] = ()
    notes: tuple[Message, ...] = ()
    span: Span | None = None


def balanced(text: str) -> bool:
    """Return whether brackets and double quotes are paired; `(` may be closed by `]`, as in ranges.

    >>> balanced("x in (0..5]"), balanced('kind in ("a"'), balanced('"(" = x')
    (True, False, True)
    """
    bare = _STRING.sub("", text)
    opened = sum(bare.count(sign) for sign in "([")
    return '"' not in bare and opened == sum(bare.count(sign) for sign in ")]")


def eaten_scalar(scalar: Scalar, line: str, column: int, *, flow: bool) -> Finding | None:
    """Check a scalar that YAML accepts for an expression that was cut.

    Args:
        scalar: the value or key.
        line: its last line.
        column: where it ends there.
        flow: whether it is inside `{}` or `[]`.
    """
    if scalar.style in ("|", ">"):
        if scalar.value.strip():
            return None
        return _own_sign(scalar.style)
    if scalar.style:
        return None
    if _COMMENT.match(line, column) and not balanced(scalar.value):
        return Finding("Y109", msg("YAML takes the rest of `{text}` for a comment", text=scalar.value), QUOTE)
    if flow and not balanced(scalar.value):
        return Finding("Y109", msg("YAML ends the expression `{text}` here", text=scalar.value), QUOTE)
    return None


def wide_colon(text: Text) -> Finding | None:
    """Check a plain scalar for a key with a full-width colon at its beginning."""
    match = _WIDE_COLON.match(text)
    if text.quoted or match is None:
        return None
    return _wide_colon(text.span.file, text.span.line, text.span.column + match.end() - 1)


def _wide_colon(file: str, line: int, column: int) -> Finding:
    return Finding(
        "Y112",
        msg("the full-width colon `：` ends no key"),
        msg("write `:` and a space between a key and its value"),
        span=Span(file, line, column, line, column + 1),
    )


def eaten_key(key: Text) -> Finding | None:
    """Check a key without a value inside `{}`: it is often the rest of an expression after a comma."""
    if (wide := wide_colon(key)) is not None:
        return wide
    if not key.quoted and _EXPRESSION_SIGNS.isdisjoint(key):
        return None
    return Finding("Y109", msg("a comma inside `{{}}` cuts the expression before `{text}`", text=key), QUOTE)


def eaten_range(items: Sequence[str]) -> Finding | None:
    """Check a `[]` of plain scalars: YAML reads `[0..1]` as a list with one text."""
    if len(items) == 1 and _RANGE.fullmatch(items[0]):
        return Finding("Y109", msg("YAML takes the range `[{text}]` for a list", text=items[0]), QUOTE)
    return None


def explain(broken: Broken, last: Event | None, flow: Open | None, text: str, file: str) -> Finding:
    """Explain the probable mistake where the parser failed.

    Args:
        broken: the place.
        last: the last event that covers characters of the text.
        flow: the innermost `{` or `[` that is open.
        text: the whole file.
        file: its name, for labels.
    """
    lines = lines_of(text)
    at = broken.start
    line = lines[at.line] if at.line < len(lines) else ""
    sign = text[at.index : at.index + 1]
    indentation = line[: len(line) - len(line.lstrip())]

    if sign == "\t" or "\t" in indentation:
        return Finding("Y107", msg("a tab where YAML wants spaces"), msg("indent and separate with spaces"))
    inner = None if flow is None or last is None else _WIDE_COLON.match(text, _after_sign(text, last.end.index))
    if inner is not None:
        before = lines_of(text[: inner.end() - 1])
        return _wide_colon(file, len(before) - 1, len(before[-1]))
    for number in range(_first_line(last), min(at.line + 1, len(lines))):
        if match := _WIDE_COLON.match(lines[number]):
            return _wide_colon(file, number, match.end() - 1)
    eaten = _eaten(broken, last, flow, text, line)
    if eaten is not None:
        return eaten
    if broken.lost:
        return _syntax(broken, msg("look at the escapes in the text that follows"))
    first = last.start.line if isinstance(last, Scalar) else at.line
    if any(_KEY_WITHOUT_SPACE.match(each) for each in lines[first : at.line + 1]):
        return _syntax(broken, msg("write `:` and a space between a key and its value"))
    context = broken.context
    if context is not None and not sign and text[context.index : context.index + 1] in ("'", '"'):
        opened = Span(file, context.line, context.column, context.line, context.column + 1)
        return _syntax(broken, msg("close the quote"), Label(opened, msg("opened here")))
    if flow is not None and (sign != ":" or first != at.line):
        opened = Span(file, flow.start.line, flow.start.column, flow.end.line, flow.end.column)
        advice = msg("separate entries with a comma and close each bracket")
        return _syntax(broken, advice, Label(opened, msg("opened here")))
    if sign in tuple("]}"):
        return _syntax(broken, msg("separate entries with a comma and close each bracket"))
    if sign == ":":
        return _syntax(broken, msg("quote a text that contains `: `, and indent what belongs to a key"))
    return _syntax(broken, msg("indent with spaces, entries of one level alike"))


def _first_line(last: Event | None) -> int:
    """The first line that the parser was not done with when it failed."""
    if last is None:
        return 0
    return last.start.line if isinstance(last, Scalar) and not last.style else last.end.line


def _after_sign(text: str, index: int) -> int:
    """Skip the blanks and the comma before the next entry of `{}` or `[]`."""
    while text[index : index + 1] in {",", " ", "\n", "\r"}:
        index += 1
    return index


def _syntax(broken: Broken, advice: Message, *labels: Label) -> Finding:
    note = msg("the YAML reader says: {problem}", problem=broken.problem)
    return Finding("Y101", msg("the text is not YAML from here on"), advice, labels, (note,))


def _eaten(broken: Broken, last: Event | None, flow: Open | None, text: str, line: str) -> Finding | None:
    """Return the misread expression that made the parser fail; None where it was something else."""
    at, context = broken.start, broken.context
    sign = text[at.index : at.index + 1]
    opened = text[context.index : context.index + 1] if context else ""

    if sign in _MEANS_SOMETHING_ELSE and _starts_value(line, at.column):
        return _own_sign(sign)
    if context and context.line == at.line and opened in tuple(">|*&!"):
        return _own_sign(opened)
    if last is not None and sign not in tuple("]}") and not _NEXT_KEY.match(line, at.column):
        if _follows(last, at, text):
            return _own_sign(_first_sign(last, text))
        if _comment_between(last, at, text) and sign != ":":
            headline = msg("a comment ends the expression before it")
            return Finding("Y109", headline, msg("write the comment above the key"))
    if flow is None:
        return None
    if _HALF_OPEN.match(text, flow.start.index):
        return _own_sign("[")
    if sign in tuple(")]") or not balanced(text[flow.start.index + 1 : at.index]):
        return Finding("Y109", msg("YAML cuts an expression inside `{{}}` or `[]`"), QUOTE)
    return None


def _own_sign(sign: str) -> Finding:
    return Finding("Y109", msg("YAML reads the leading `{sign}` as a sign of its own", sign=sign), QUOTE)


def _starts_value(line: str, column: int) -> bool:
    """Whether a value of a key or an item may begin at this column."""
    before = line[:column].rstrip(" ")
    return before.endswith(("{", "[")) or (column > len(before) and before.endswith((":", ",", "-")))


def _follows(last: Event, at: Mark, text: str) -> bool:
    """Return whether text follows a closing quote or bracket on the same line."""
    closed = isinstance(last, Close) or (isinstance(last, Scalar) and last.style in ("'", '"'))
    if not closed or last.end.line != at.line:
        return False
    return text[last.end.index - 1] in tuple("\"']}") and not text[last.end.index : at.index].strip()


def _first_sign(last: Event, text: str) -> str:
    """Return the opening quote or bracket of a value, from its last character."""
    sign = text[last.end.index - 1]
    return {"]": "[", "}": "{"}.get(sign, sign)


def _comment_between(last: Event, at: Mark, text: str) -> bool:
    """Return whether only a comment is between a plain scalar and the place where the parser failed."""
    if not isinstance(last, Scalar) or last.style:
        return False
    between = [line.strip() for line in lines_of(text[last.end.index : at.index])]
    return any(between) and all(not line or line.startswith("#") for line in between)
