"""Text as it can be shown: nothing in it moves the cursor, turns the reading direction or hides what stands there."""

from __future__ import annotations

import re

TAB = 4
"""Columns that a tab takes on the screen."""

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # of no width
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # directions, joiners, line separators
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)
_BREAK = re.compile(r"\s*[\r\n]\s*")


def encodable(text: str) -> str:
    r"""The text with each half of a surrogate pair spelled out, for UTF-8 cannot hold one.

    >>> encodable("a\ud800")
    'a\\\\ud800'
    """
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def one_line(text: str) -> str:
    r"""Show a text on one line: what was read from a file can neither begin a line of its own nor steer a terminal.

    >>> one_line("C-1\n  Score: 100")
    'C-1 Score: 100'
    """
    return visible(_BREAK.sub(" ", text))


def visible(text: str) -> str:
    r"""Show a text, its lines as they are; a character that cannot be seen is shown by its number.

    >>> visible("a\u202eb")
    'a\\u202eb'
    """
    return _UNPRINTABLE.sub(_number, text.replace("\t", " " * TAB))


def _number(found: re.Match[str]) -> str:
    point = ord(found[0])
    return f"\\u{point:04x}" if point < 1 << 16 else f"\\U{point:08x}"
