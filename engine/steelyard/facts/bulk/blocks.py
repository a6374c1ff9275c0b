"""Splits the rows of files into blocks, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from steelyard.facts.bulk.sources import Source


def blocks(sources: Sequence[Source], size: int) -> Iterator[tuple[Source, ...]]:
    """Give `size` rows at a time: whole files, and parts of files. The last block may have fewer.

    There is a block also where there are no rows; so the file of results gets its columns.
    """
    block: list[Source] = []
    room = size
    for source in sources:
        start = 0
        while source.rows - start > room:
            block.append(replace(source, part=(start, start + room)))
            yield tuple(block)
            start, room, block = start + room, size, []
        if start < source.rows:
            block.append(source if start == 0 else replace(source, part=(start, source.rows)))
            room -= source.rows - start
    if block or not any(source.rows for source in sources):
        yield tuple(block or sources)
