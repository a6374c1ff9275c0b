"""Reads JSON Lines: one object per line. Numbers keep the text that was written; null means missing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from steelyard.diagnostics import msg
from steelyard.diagnostics.plain import encodable
from steelyard.facts.cells import Cell, Numeral
from steelyard.facts.problem import Problem
from steelyard.facts.readers.table import BadLine, Line, ReadOptions, Table, Wanted, empty_file
from steelyard.facts.readers.text import text_lines

_SHOWN = 80


@contextmanager
def read_jsonl(path: Path, options: ReadOptions, wanted: Wanted) -> Generator[Table]:
    """Read a file of JSON objects. `wanted` is ignored."""
    del wanted
    columns: dict[str, None] = {}
    with text_lines(path, options.encoding) as lines:
        yield Table(columns.keys(), _rows(lines, columns), growing=True)


def _rows(lines: Iterator[str], columns: dict[str, None]) -> Iterator[Line | BadLine]:
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_float=Numeral, parse_int=str, parse_constant=str)
    empty = True
    for number, line in enumerate(lines, 1):
        if not (text := line.strip()):
            continue
        empty = False
        try:
            found = cast("object", decoder.decode(text))
        except (ValueError, RecursionError):
            yield BadLine(number, text[:_SHOWN], _no_object())
            continue
        if not isinstance(found, dict):
            yield BadLine(number, text[:_SHOWN], _no_object())
            continue
        cells = {str(key): _cell(value) for key, value in cast("dict[object, object]", found).items()}
        columns.update(dict.fromkeys(cells))
        yield Line(number, cells)
    if empty:
        raise empty_file()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object. A key that stands twice has a problem for a value, which only matters where it is read."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for key, count in Counter(key for key, _ in pairs).items():
            if count > 1:
                found[key] = Problem(msg("keys that stand once; `{key}` stands twice", key=encodable(key)))
    return found


def _cell(value: object) -> Cell:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case str() | Problem():
            return value
        case list():
            items = cast("list[object]", value)
            texts = tuple(item for item in items if isinstance(item, str))
            return texts if len(texts) == len(items) else Problem(msg("a list of texts"))
        case _:  # an object
            return Problem(msg("a single value, but the field holds an object"))


def _no_object() -> Problem:
    return Problem(msg("a JSON object on each line"))
