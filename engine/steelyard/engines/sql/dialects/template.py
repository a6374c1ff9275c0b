"""Templates: SQL of a dialect with `:slots`, parsed once, filled with expressions.

What a template says is parsed by sqlglot in its own dialect, so that it is known there and printed again as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import cast

from sqlglot import exp, parse_one

from steelyard.engines.sql.build import E


@lru_cache(maxsize=512)
def _parsed(template: str, dialect: str) -> E:
    return cast(E, parse_one(template, dialect=dialect))


def fill(template: str, dialect: str, /, **slots: E | Sequence[E]) -> E:
    """The template with its slots filled; a sequence fills a slot in a list of arguments."""
    root = _parsed(template, dialect).copy()
    if isinstance(root, exp.Placeholder):
        raise TypeError(template)
    for slot in list(root.find_all(exp.Placeholder)):
        value = slots[slot.name]
        if isinstance(value, exp.Expr):
            slot.replace(value.copy())
        elif slot.index is None:
            raise TypeError(f":{slot.name} is no list of arguments in {template}")
        else:
            slot.replace([item.copy() for item in value])
    return root


def slots_for(items: Sequence[E]) -> tuple[str, dict[str, E]]:
    """Text and slots for several items where a template cannot take a sequence: `:s0, :s1`."""
    slots = {f"s{n}": item for n, item in enumerate(items)}
    return ", ".join(f":{slot}" for slot in slots), slots
