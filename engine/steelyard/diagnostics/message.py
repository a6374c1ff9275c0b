"""Text for people, independent of the language in which it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from string import Formatter
from typing import cast

_WIDE = r"[\u2014-\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_BLANK_BESIDE_WIDE = re.compile(rf"{_WIDE} \{{|\}} {_WIDE}")
_ENDS_WIDE, _BEGINS_WIDE = re.compile(rf"{_WIDE} ?$"), re.compile(rf" ?{_WIDE}")


@dataclass(frozen=True, slots=True)
class Message:
    """An English template with its values; a catalogue translates the template, never the result.

    `{count:row|rows}` stands for the first word where the count is 1, else for the second.

    `str(message)` is the English text. Values may be messages themselves, or tuples of them: a tuple's
    parts are joined with commas in the language shown.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __str__(self) -> str:
        return self.text(lambda template: template)

    def text(self, translate: Callable[[str], str]) -> str:
        """Return the text in another language: `translate` maps each template, including those of nested messages."""
        values = {name: _Text(_shown(value, translate)) for name, value in self.values.items()}
        template = translate(self.template)
        return _closed_up(template, values) if _BLANK_BESIDE_WIDE.search(template) else template.format(**values)


def _closed_up(template: str, values: Mapping[str, _Text]) -> str:
    """Fill a template in; the template's own blanks between two Chinese characters are left out.

    Chinese stands without blanks beside Chinese, but with them beside Latin letters and digits.
    """
    text, blank = "", False
    for literal, name, words in _pieces(template):
        text += literal.removeprefix(" ") if blank and _BEGINS_WIDE.match(literal) else literal
        if name is None:
            break
        value = format(values[name], words)
        if value and literal.endswith(" ") and _ENDS_WIDE.search(text) and re.match(_WIDE, value):
            text = text.removesuffix(" ")
        text += value
        blank = bool(value) and _ENDS_WIDE.search(value) is not None and not value.endswith(" ")
    return text


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[tuple[str, str | None, str], ...]:
    return tuple((literal, name, words or "") for literal, name, words, _ in Formatter().parse(template))


class _Text(str):
    """The text of a value."""

    __slots__ = ()

    def __format__(self, words: str) -> str:
        """Return the text; or one of two words, that for one thing and that for any other number of things."""
        one, _, many = words.partition("|")
        return str(self) if not words else one if self == "1" else many


def msg(template: str, /, **values: object) -> Message:
    """Build a message. The template is the key of the translation catalogue.

    >>> str(msg("unknown name `{name}`", name="surveyd"))
    'unknown name `surveyd`'
    """
    return Message(template, values)


def _shown(value: object, translate: Callable[[str], str]) -> str:
    if isinstance(value, Message):
        return value.text(translate)
    if type(value) is tuple:  # a named tuple, such as a number with its scale, has its own text
        parts = cast("tuple[object, ...]", value)
        return translate(", ").join(_shown(part, translate) for part in parts)
    return str(value)
