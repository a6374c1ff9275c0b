"""Recognises spellings from other languages or input methods, and suggests the ones of this language."""

from __future__ import annotations

import re
import unicodedata

from steelyard.diagnostics import Message, Span, msg
from steelyard.language.refusal import Refusal, clip
from steelyard.source.nodes import Text

_OPERATORS = {
    "==": msg("write `=`"),
    "=>": msg("write `>=`"),
    "=<": msg("write `<=`"),
    "<>": msg("write `!=`"),
    "&&": msg("write `and`"),
    "||": msg("write `or`"),
    "**": msg("there are no powers: multiply, as in `x * x`"),
    "!": msg("write `not`, or `!=` for unequal"),
}

_ASCII = frozenset('0123456789+-*/=<>%()[],."@')
"""The ASCII characters that a full-width character may stand for."""

_QUOTES = msg('write text in double quotes, as in `"motor"`')

_CHARACTERS = {
    "&": msg("write `and`"),
    "|": msg("write `or`"),
    "^": msg("there are no powers: multiply, as in `x * x`"),
    "%": msg("percent stands directly after a number, as in `98%`; there is no remainder"),
    "‰": msg("write per mille as percent: `0.5%` for five per thousand"),
    "'": _QUOTES,
    "‘": _QUOTES,
    "’": _QUOTES,
    "「": _QUOTES,
    "÷": msg("write `/`"),
    "−": msg("write `-`"),
    "–": msg("write `-`"),
    "、": msg("write `,`"),
    "…": msg("write `..` between the ends of an interval"),
    ".": msg("no blanks around the dot of `a.b`, a digit before the dot of `0.5`, and two dots in `[1..5]`"),
    "@": msg("write a date as `@2024-05-01` or `@2024-05-01T10:00:00+08:00`"),
    "{": msg("a list of values is written `(1, 2)`"),
    "?": msg("write `if … then … else …`"),
}

_WORDS = {
    **dict.fromkeys(("null", "NULL", "Null", "None", "nil", "NaN", "nan"), "missing"),
    **dict.fromkeys(("True", "TRUE"), "true"),
    **dict.fromkeys(("False", "FALSE"), "false"),
}

_UNITS = {
    "h": ("H", "hr", "hrs", "hour", "hours", "小时", "时"),
    "min": ("m", "mins", "minute", "minutes", "分钟", "分"),
    "s": ("S", "sec", "secs", "second", "seconds", "秒"),
    "d": ("D", "day", "days", "天", "日"),
    "bd": ("BD", "wd", "工作日", "个工作日"),
}
_UNIT_OF = {foreign: unit for unit, words in _UNITS.items() for foreign in words}
UNIT_WORDS = frozenset(_UNITS) | frozenset(_UNIT_OF)
"""The words accepted as units after a number, including foreign spellings."""


def unit(word: str) -> str:
    """Return the language's spelling of a unit of UNIT_WORDS."""
    return _UNIT_OF.get(word, word)


def operator(written: str, span: Span) -> Refusal:
    """Refuse an operator of another language."""
    return Refusal("Y201", span, msg("unknown operator `{written}`", written=written), _OPERATORS[written])


def character(text: Text, position: int) -> Refusal:
    """Refuse a character that starts no token."""
    found = text[position]
    span = text.at(position, position + 1)
    if found in '"“”':
        return Refusal(
            "Y201",
            text.at(position, len(text)),
            msg("text in quotes has no end"),
            msg('close it with `"`; a quote inside the text is written twice'),
            unfinished=True,
        )
    ascii_twin = unicodedata.normalize("NFKC", found)
    advice: Message | None = _CHARACTERS.get(found)
    if advice is None and ascii_twin in _ASCII:
        advice = msg("write `{ascii}`", ascii=ascii_twin)
    if not found.isprintable():
        return Refusal("Y201", span, msg("unprintable character {code}", code=f"U+{ord(found):04X}"), advice)
    return Refusal("Y201", span, msg("unexpected character `{found}`", found=found), advice)


def means_missing(word: str) -> bool:
    """Return whether a word stands for no value in other languages."""
    return _WORDS.get(word) == "missing"


def check_word(word: str, span: Span, *, tests: bool) -> None:
    """Refuse another language's spelling of `missing`, `true` and `false`.

    Args:
        word: what is written.
        span: its place.
        tests: whether it tests a value.

    Raises:
        Refusal: always; it suggests the spelling of this language.
    """
    ours = _WORDS.get(word)
    if ours is None:
        return
    text = f"'\"{word}\"'" if tests else f'"{word}"'  # YAML would take the quotes of a cell away
    if tests or ours != "missing":
        advice = msg("write `{ours}`, or `{text}` if it is a text", ours=ours, text=text)
    else:
        advice = msg("write `missing`, in a comparison `is_missing(x)`, or `{text}` if it is a text", text=text)
    raise Refusal("Y201", span, msg("unknown word `{word}`", word=word), advice)


def bare_date(written: str, span: Span) -> Refusal:
    """Refuse a date without `@`, which would be a subtraction."""
    return Refusal("Y201", span, msg("date `{date}` without `@`", date=written), msg("write `@{date}`", date=written))


def number(written: str, span: Span) -> Refusal:
    """Refuse a word that starts with a digit and is neither a number nor a duration."""
    headline = msg("`{written}` is neither a number nor a duration", written=clip(written))
    digits, rest = _split(written)
    if rest in _UNIT_OF:
        advice = msg("write `{suggestion}`", suggestion=digits + _UNIT_OF[rest])
    elif rest.startswith("_"):
        advice = msg("digits are not grouped: write `1000`")
    elif rest[:1] in {"e", "E"} and rest[1:].isdigit():
        advice = msg("numbers have no exponent: write all digits")
    elif rest.startswith("%"):
        advice = msg("percent stands directly after a number, as in `98%`; there is no remainder")
    elif rest == ".":
        advice = msg("write digits after the dot, or no dot")
    else:
        advice = msg(
            "units are `h`, `min`, `s`, `d` (days) and `bd` (working days), as in `1h30min`; "
            "days do not mix with hours, and a name does not start with a digit"
        )
    return Refusal("Y201", span, headline, advice)


def _split(written: str) -> tuple[str, str]:
    found = re.match(r"[0-9]+(?:\.[0-9]+)?", written)
    digits = found[0] if found else ""
    return digits, written[len(digits) :]
