"""Templates: SQL of a dialect with `:slots`, parsed once and then filled with expressions.

sqlglot parses a template in its own dialect, so that printing it gives the same SQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import cast

from sqlglot import exp, parse_one

from steelyard.engines.sql.build import E


@lru_cache(maxsize=512)
def _parsed(template: str, dialect: str) -> E:
    return parse_one(template, dialect=dialect)


def fill(template: str, dialect: str, /, **slots: E | Sequence[E]) -> E:
    """The template with its slots filled; a sequence fills a slot in a list of arguments."""
    parsed = _parsed(template, dialect)
    if isinstance(parsed, exp.Placeholder):
        raise TypeError(template)
    return _filled(parsed, slots, template)


def _filled(node: E, slots: Mapping[str, E | Sequence[E]], template: str) -> E:
    """Copy a node of a template, with slots replaced by the expressions themselves."""
    args: dict[str, object] = {}
    for key, value in node.args.items():
        if isinstance(value, exp.Placeholder):
            filling = slots[value.name]
            if not isinstance(filling, exp.Expr):
                raise TypeError(f":{value.name} is no list of arguments in {template}")
            args[key] = filling
        elif isinstance(value, exp.Expr):
            args[key] = _filled(value, slots, template)
        elif isinstance(value, list):
            args[key] = _items(cast("list[object]", value), slots, template)
        else:
            args[key] = value
    made = type(node)(**args)
    if node.comments:
        made.add_comments(node.comments)
    return made


def _items(items: Sequence[object], slots: Mapping[str, E | Sequence[E]], template: str) -> list[object]:
    found: list[object] = []
    for item in items:
        if isinstance(item, exp.Placeholder):
            filling = slots[item.name]
            found += [filling] if isinstance(filling, exp.Expr) else filling
        else:
            found.append(_filled(item, slots, template) if isinstance(item, exp.Expr) else item)
    return found


def slots_for(items: Sequence[E]) -> tuple[str, dict[str, E]]:
    """Text and slots for several items where a template cannot take a sequence: `:s0, :s1`."""
    slots = {f"s{n}": item for n, item in enumerate(items)}
    return ", ".join(f":{slot}" for slot in slots), slots
