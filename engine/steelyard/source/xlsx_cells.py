"""Takes the cells that need no parser out of the XML of a sheet: values as every program writes them, without formulas.

A parser that calls Python for every element takes several times as long. What stands here must be a whole cell
wherever it matches; all other cells stay in the XML, and a parser reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_CELL = re.compile(
    rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?(?: t="(?:s|b|n|str|inlineStr)")?'
    rb"(?:/>|>(?:<v>[^<&]*</v>|<is><t(?: [^<>]*)?>[^<]*</t></is>)?</c>)"
)
_STYLED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})" s="([0-9]+)"(?: t="n")?><v>([^<&]+)</v></c>')
_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})[0-9]')
_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
_END_OF_ROW = b"</row>"
_MARKUP = b"<!"
"""Begins comments and the like, in which no text is a cell."""


def taken_out(
    xml: bytes, plain: frozenset[str], number: Callable[[bytes, bytes, bytes, bytes], None]
) -> tuple[bytes, set[str]]:
    """Take cells out of a sheet.

    Args:
        xml: the sheet.
        plain: styles of numbers that need no attention.
        number: is called with column, row, style and text of each number in another style.

    Returns:
        The sheet without these cells; the names of cells that name each row and each column of the sheet.
    """
    if _MARKUP in xml:
        return xml, set()
    passed = {style.encode() for style in plain}
    rows: set[bytes] = set()
    columns: set[bytes] = set()
    rest: list[bytes] = []
    for part in xml.split(_END_OF_ROW):
        columns.update(_COLUMN.findall(part))
        rows.update(_ROW.findall(part))
        for column, row, style, value in _STYLED.findall(part):
            if style not in passed:
                number(column, row, style, value)
        rest.append(_CELL.sub(b"", part))
    return _END_OF_ROW.join(rest), {column.decode() + "1" for column in columns} | {"A" + row.decode() for row in rows}
