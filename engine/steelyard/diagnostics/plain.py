"""Text as it can be shown: nothing in it moves the cursor, turns the reading direction or hides what stands there."""

from __future__ import annotations

import re

TAB = 4
"""Columns that a tab takes on the screen."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
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
    """Show a text, its lines as they are; a sign that cannot be seen becomes U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\t", " " * TAB))
