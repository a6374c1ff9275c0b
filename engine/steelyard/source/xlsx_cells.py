"""Takes the cells that need no parser out of the XML of a sheet: values as every program writes them, without formulas.

A parser that calls Python for every element takes several times as long. What stands here must be a whole cell
wherever it matches; all other cells stay in the XML, and a parser reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]+)")?(?: t="(s|b|n|str|inlineStr)")?'
    rb"(?:/>|>(?:<v>([^<&]*)</v>|<is><t(?: [^<>]*)?>[^<]*</t></is>)?</c>)"
)
_MARKUP = b"<!"
"""Begins comments and the like, in which no text is a cell."""


def taken_out(xml: bytes, plain: frozenset[str], number: Callable[[str, str, str], None]) -> tuple[bytes, set[str]]:
    """Take cells out of a sheet.

    Args:
        xml: the sheet.
        plain: styles of numbers that need no attention.
        number: is called with the name of a cell, its style and its text, for numbers in other styles.

    Returns:
        The sheet without these cells; of each row and each column of them the name of a cell.
    """
    if _MARKUP in xml:
        return xml, set()
    passed = {style.encode() for style in plain}
    rows: dict[bytes, bytes] = {}
    columns: dict[bytes, bytes] = {}

    def take(cell: re.Match[bytes]) -> bytes:
        letters, digits, style, kind, value = cell.groups()
        rows[digits] = letters
        columns[letters] = digits
        if style is not None and value and (kind is None or kind == b"n") and style not in passed:
            number((letters + digits).decode(), style.decode(), value.decode())
        return b""

    rest = _CELL.sub(take, xml)
    names = {letters + digits for digits, letters in rows.items()}
    return rest, {name.decode() for name in names | {letters + digits for letters, digits in columns.items()}}
