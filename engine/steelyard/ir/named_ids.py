"""Finds the ids of declarations that are named by their labels."""

from __future__ import annotations

from collections.abc import Iterable

from steelyard.ir.versions import Versions


def ids_by_name(named: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Return what each name means: an id, else another name of one declaration alone.

    Args:
        named: ids, each with the other names of its declaration; an id may stand more than once.
    """
    found: dict[str, set[str]] = {}
    ids: dict[str, str] = {}
    for one, names in named:
        ids[one] = one
        for name in names:
            found.setdefault(name, set()).add(one)
    return {name: next(iter(some)) for name, some in found.items() if len(some) == 1} | ids


def parameter_ids(versions: Versions) -> dict[str, str]:
    """Return what each name of a parameter means."""
    parameters = [p for one in versions.rulesets for p in one.parameters]
    return ids_by_name((p.id, (p.label.zh, p.label.en)) for p in parameters)


def relation_ids(versions: Versions) -> dict[str, str]:
    """Return what each name of a relation means."""
    relations = [r for one in versions.rulesets for r in one.relations]
    return ids_by_name((r.id, (r.label.zh, r.label.en)) for r in relations)
