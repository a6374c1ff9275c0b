"""The differences of spelling that can be overlooked between two texts."""

from __future__ import annotations

from enum import StrEnum


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
