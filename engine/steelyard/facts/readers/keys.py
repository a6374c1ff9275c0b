"""Keys that stand in no column of their own: several columns joined, or the number of the row."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import punctuation
from typing import assert_never

from steelyard.calendars.zones import zone
from steelyard.diagnostics import msg
from steelyard.facts.cells import Cell, shown
from steelyard.facts.notation import in_grammar
from steelyard.facts.problem import Problem
from steelyard.ir.notation import Notation
from steelyard.ir.types import Text

SIGNS = frozenset(punctuation) - frozenset("<=>")
"""What may stand between the parts of a key. `<`, `=` and `>` make one character with some that follow them."""
_OFFERED = "/|:#~-"


@dataclass(frozen=True, slots=True)
class JoinedKey:
    """A key in several columns.

    Attributes:
        column: the declared column of the key.
        parts: the headings of the columns in the file.
        sign: one of `SIGNS`, which stands between them.
        notation: of the key; it tells which parts mean missing, and how their spelling is normalised.
    """

    column: str
    parts: tuple[str, ...]
    sign: str
    notation: Notation


@dataclass(frozen=True, slots=True)
class RowKey:
    """The number of a row among those of its file, from 1, as the key.

    Attributes:
        column: the declared column of the key.
        after_name: whether the name of the file stands before it, with a colon.
        folders: how many folders stand before that name, where files have the same one.
    """

    column: str
    after_name: bool
    folders: int = 0


def parts_of(key: JoinedKey | RowKey | None) -> tuple[str, ...]:
    """Return the headings of the columns that a key is made of."""
    return key.parts if isinstance(key, JoinedKey) else ()


def folders_needed(paths: Collection[str]) -> int:
    """Return how many folders must stand before the names of files to tell them apart."""
    apart = {Path(one).absolute() for one in paths}
    deepest = max((len(one.parts) for one in apart), default=1)
    return next((folders for folders in range(deepest) if len({_last(one, folders) for one in apart}) == len(apart)), 0)


def _last(path: Path, folders: int) -> tuple[str, ...]:
    return path.absolute().parts[-folders - 1 :]


def key_cell(key: JoinedKey | RowKey, cells: Mapping[str, Cell], path: Path, number: int) -> Cell:
    """Return the key of a row.

    Args:
        key: how it is made.
        cells: of the row, by the headings of the file.
        path: the file.
        number: of the row among the rows of the file, from 1.
    """
    match key:
        case JoinedKey():
            return _joined(key, cells)
        case RowKey(after_name=True, folders=folders):
            return f"{'/'.join(_last(path, folders))}:{number}"
        case RowKey():
            return str(number)
        case _ as unreachable:
            assert_never(unreachable)


def _joined(key: JoinedKey, cells: Mapping[str, Cell]) -> str | Problem:
    """Return the parts of a key with its sign between them. Equal texts have equal parts."""
    texts: list[str] = []
    for part in key.parts:
        text = _text(cells.get(part), key.notation)
        if isinstance(text, Problem):
            return Problem(msg("in `{part}` {expected}", part=part, expected=text.expected), text.hint)
        if text is None:
            return Problem(msg("a value in `{part}`, which is part of the key", part=part))
        texts.append(text)
    for part, text in zip(key.parts, texts[:-1], strict=False):
        if _holds(text, key.sign):
            expected = msg("in `{part}` a text without `{sign}`, which joins the key", part=part, sign=key.sign)
            free = next((sign for sign in _OFFERED if not any(_holds(one, sign) for one in texts)), None)
            hint = None if free is None else msg("declare another sign: `{line}`", line=f'join: "{free}"')
            return Problem(expected, hint)
    return key.sign.join(texts)


def _text(cell: Cell, notation: Notation) -> str | Problem | None:
    cell = shown(cell) if isinstance(cell, date) else cell
    text = in_grammar(cell, Text(), notation, zone("UTC"))
    if isinstance(text, tuple):
        return Problem(msg("a single value"))
    return text if isinstance(text, Problem) or (text and text.strip()) else None


def _holds(text: str, sign: str) -> bool:
    """Return whether a text holds a sign in any of its forms, such as the full-width one."""
    return sign in unicodedata.normalize("NFKC", text)
