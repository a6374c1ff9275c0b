"""Finds what a statement can omit: columns of the cases that no selected column depends on, and their joins.

Engines drop columns that are not read, but still execute the joins.
"""

from __future__ import annotations

from collections.abc import Iterable

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame


def needed(cases: Frame, selected: Iterable[E]) -> frozenset[str]:
    """Return the columns of the cases on which expressions depend, directly or indirectly."""
    defined = {name: e for layer in cases.layers for name, e in layer.columns.items()}
    lookups = {lookup.alias: lookup for layer in cases.layers for lookup in layer.lookups}
    children = {name: child for layer in cases.layers for child in layer.children for name in child.aggregates}
    found: set[str] = set()
    waiting = [name for e in selected for name in build.columns_in(e)]
    while waiting:
        name = waiting.pop()
        if name in found or name not in cases.depths:
            continue
        found.add(name)
        if name in children:
            waiting += _read_by(children[name])
        elif name in defined:
            waiting += build.columns_in(defined[name])
            for alias in {column.table for column in build.columns_of(defined[name]) if column.table in lookups}:
                waiting += [one for _, e in lookups[alias].on for one in build.columns_in(e)]
    return frozenset(found)


def _read_by(frame: Frame) -> set[str]:
    """Return the columns that a frame of rows may read from the frames above it."""
    found: set[str] = set()
    open_, seen = [frame], {id(frame)}
    while open_:
        one = open_.pop()
        found |= {*one.wanted, *(name for e in (*one.on, *one.reads) for name in build.columns_in(e))}
        below = [child for layer in one.layers for child in layer.children]
        above = [] if one.parent is None or one.parent.parent is None else [one.parent]
        for other in (*one.sources, *below, *above):
            if id(other) not in seen:
                seen.add(id(other))
                open_.append(other)
    return found
