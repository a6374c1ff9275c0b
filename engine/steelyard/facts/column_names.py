"""Finds the column of a file that may be that of an input under another name."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from steelyard.diagnostics.suggestions import closest, edits
from steelyard.ir.ruleset import InputField

_SHORTEST = 5
"""How many letters a name has at least, for another name that is one edit away to count as the same."""
_IGNORED = str.maketrans("", "", " \t\r\n_-")


@dataclass(frozen=True, slots=True)
class Likeness:
    """A column whose name is like that of an input.

    Attributes:
        column: its name.
        sure: whether it is taken for the input's column; otherwise it is only worth a look.
    """

    column: str
    sure: bool


def likeness(
    field: InputField, columns: Collection[str], readable: Callable[[str], bool], *, weak: bool = True
) -> Likeness | None:
    """Find the column that is most like an input's.

    Sure is a name that differs from the input's column, id or label only by letter case, width, blanks, `_`, `-` or
    Unicode form, and one that is a single edit away where both are long enough and the values can be read.

    Args:
        field: the input, or the field of a relation.
        columns: those that are nobody's.
        readable: whether the values of a column can be read as the field's type.
        weak: whether names that are less alike are found too.
    """
    names = dict.fromkeys((field.column, field.id, field.label.zh, field.label.en))
    plain = {plain_name(name) for name in names}
    for column in columns:
        if plain_name(column) in plain:
            return Likeness(column, sure=True)
    near = [column for column in columns if _one_edit(plain_name(column), plain)]
    for column in near:
        if readable(column):
            return Likeness(column, sure=True)
    if not weak:
        return None
    found = next((found for name in names if (found := closest(name, columns)) is not None), None)
    return None if found is None else Likeness(found, sure=False)


def plain_name(name: str) -> str:
    """Return the name without what readers overlook: letter case, width, blanks, `_`, `-` and Unicode form."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return folded.translate(_IGNORED)


def _one_edit(name: str, others: Iterable[str]) -> bool:
    return any(min(len(name), len(other)) >= _SHORTEST and edits(name, other) == 1 for other in others)
