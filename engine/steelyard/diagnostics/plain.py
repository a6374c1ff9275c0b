"""Makes text safe to show: nothing in it moves the cursor, changes the reading direction or is invisible."""

from __future__ import annotations

import re

TAB = 4
"""The width of a tab in columns."""

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # of no width
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # directions, joiners, line separators
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)
HALF = re.compile("[\ud800-\udfff]")
"""A lone surrogate: half of a pair, which UTF-8 cannot encode, or a byte that is no text."""
_BREAK = re.compile(r"\s*[\r\n]\s*")


def encodable(text: str) -> str:
    r"""Replace lone surrogates by escapes, because UTF-8 cannot encode them.

    Those that Python makes of bytes that are no text (`surrogateescape`) are shown as these bytes.

    >>> encodable("a\ud800"), encodable("b\udcff")
    ('a\\ud800', 'b\\xff')
    """
    return text if text.isascii() else HALF.sub(_number, text)


def one_line(text: str) -> str:
    r"""Return a text as one line without control characters, so that text from files cannot forge output lines.

    >>> one_line("C-1\n  Score: 100")
    'C-1 Score: 100'
    """
    return visible(_BREAK.sub(" ", text))


def visible(text: str) -> str:
    r"""Return a text with invisible characters replaced by their code points; lines are kept.

    >>> visible("a\u202eb")
    'a\\u202eb'
    """
    return _UNPRINTABLE.sub(_number, text.replace("\t", " " * TAB))


def in_xml(text: str) -> str:
    r"""Return a text that XML can hold: without control characters and lone surrogates; `<` and `&` are the writer's.

    >>> in_xml("a\x00<b>")
    'a\\u0000<b>'
    """
    return encodable(visible(text))


def _number(found: re.Match[str]) -> str:
    point = ord(found[0])
    if 0xDC80 <= point <= 0xDCFF:
        return f"\\x{point - 0xDC00:02x}"
    return f"\\u{point:04x}" if point < 1 << 16 else f"\\U{point:08x}"
