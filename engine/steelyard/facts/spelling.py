"""Takes differences of spelling away from texts, and tells in which of them two texts differ."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from steelyard.ir.folding import Folding

_ALL = frozenset(Folding)
_WIDE = {
    code: int(kind[1], 16)
    for code in (0x3000, *range(0xFF01, 0xFFE7))
    if len(kind := unicodedata.decomposition(chr(code)).split()) == 2 and kind[0] == "<wide>"
}
"""From each full-width character to the usual one."""


def folded(text: str, steps: Collection[Folding] = _ALL) -> str:
    r"""Return the text without differences of the kinds given, whatever their order.

    A text that has been folded stays as it is when it is folded again.

    >>> folded(" ＡＢ\u3000x ")
    'ab x'
    >>> folded(" ＡＢ ", [Folding.TRIM])
    'ＡＢ'
    """
    if text.isascii():
        lower = text.lower() if Folding.CASE in steps else text
        return lower.strip() if Folding.TRIM in steps else lower
    if Folding.WIDTH in steps:
        text = text.translate(_WIDE)
    if Folding.CASE in steps:
        text = text.casefold()
    if Folding.NFC in steps:
        text = unicodedata.normalize("NFC", text)
    if Folding.CASE in steps and Folding.NFC in steps:
        text = unicodedata.normalize("NFC", text.casefold())
    return text.strip() if Folding.TRIM in steps else text


def difference(one: str, other: str) -> tuple[Folding, ...] | None:
    """Return the kinds of difference between two spellings of a text, the fewest that explain it.

    Returns:
        Empty if the texts are equal; None if they are more than spellings of one text.
    """
    if folded(one) != folded(other):
        return None
    kept = list(Folding) if one != other else []
    for step in tuple(kept):
        rest = [other_step for other_step in kept if other_step is not step]
        if folded(one, rest) == folded(other, rest):
            kept = rest
    return tuple(kept)
