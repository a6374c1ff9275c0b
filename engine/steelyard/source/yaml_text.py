"""Writes texts as YAML, for suggestions and proposals."""

from __future__ import annotations

import re

_SIGN = r"(?:[\w./%-]|\([\w./%-]*\))"
_PLAIN = re.compile(rf"[^\W_]{_SIGN}*(?: {_SIGN}+)*")
"""What YAML reads as it stands, also within `[…]` and `{…}`; brackets in pairs, since `[0)` is an interval."""
_MEANT = re.compile(r"null|true|false|yes|no|on|off|[yn]", re.IGNORECASE)
"""Words that YAML may read as something else."""
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def in_yaml(text: str) -> str:
    """Return a text as YAML; in quotes unless it can stand without them."""
    return text if _PLAIN.fullmatch(text) and not _MEANT.fullmatch(text) else quoted_in_yaml(text)


def quoted_in_yaml(text: str) -> str:
    """Return a text as YAML in quotes."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(sign: str) -> str:
    if sign in _SHORT or sign.isprintable():
        return _SHORT.get(sign, sign)
    code = ord(sign)
    return f"\\x{code:02x}" if code < 1 << 8 else f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"
