"""The differences of spelling that can be overlooked between two texts."""

from __future__ import annotations

from enum import StrEnum

BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""The characters that count as blanks at the edges of a text: those that `str.strip` takes away."""


class Folding(StrEnum):
    """One kind of difference between spellings of a text. `facts/spelling.py` takes them away."""

    TRIM = "trim"
    """Blanks before and after the text."""
    NFC = "nfc"
    """Unicode form: `é` as one character or as a letter with an accent that follows."""
    WIDTH = "width"
    """Full-width forms, and the ideographic blank."""
    CASE = "case"
    """Letter case."""
