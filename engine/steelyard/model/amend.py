"""Applies an amendment to a base ruleset: the amendment contains only what differs.

It works on nodes, so that each value keeps its file and line. Mappings are merged recursively; texts and lists are
replaced. `remove` lists the paths that are removed from the base first, so that a value written under a removed path
replaces it completely. The name of a ruleset is its own: `steelyard`, `ruleset`, `version` and `title` are never
inherited.
"""

from __future__ import annotations

from steelyard.diagnostics import Diagnostics, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.source import Map, Node, Seq, Text

AMENDS, REMOVE = "amends", "remove"
OWN = ("steelyard", "ruleset", "version", "title")
"""The keys that an amendment never inherits."""


def amend(base: Map, over: Map, diagnostics: Diagnostics) -> Map:
    """Apply an amendment to its base.

    Args:
        base: the root of the amended ruleset, with its own amendments applied.
        over: the root of the amendment.
        diagnostics: takes what is wrong with `remove`.

    Returns:
        The root of the result: the amendment's own keys, then those of the base in its order, then new keys.
    """
    kept = Map({key: value for key, value in base.items() if key not in OWN}, base.span)
    for path in _paths(over, diagnostics):
        left = _without(kept, str(path))
        if left is None:
            _report_idle(kept, path, diagnostics)
        else:
            kept = left
    own = {key: value for key, value in over.items() if key in OWN}
    rest = Map({key: value for key, value in over.items() if key not in (*OWN, AMENDS, REMOVE)}, over.span)
    return Map({**own, **_merged(kept, rest)}, over.span)


def _merged(base: Map, over: Map) -> Map:
    """The keys of the base in their order, then new ones; a key that both have stands where the amendment has it."""
    written = {str(key): key for key in over}
    entries: dict[Text, Node] = {}
    for key, value in base.items():
        entries[written.get(str(key), key)] = _laid(value, over[key]) if key in over else value
    entries.update({key: value for key, value in over.items() if key not in base})
    return Map(entries, over.span)


def _laid(base: Node, over: Node) -> Node:
    return _merged(base, over) if isinstance(base, Map) and isinstance(over, Map) else over


def _paths(over: Map, diagnostics: Diagnostics) -> list[Text]:
    key = next((key for key in over if key == REMOVE), None)
    if key is None:
        return []
    node = over[key]
    if isinstance(node, Seq) and all(isinstance(path, Text) for path in node):
        return [path for path in node if isinstance(path, Text)]
    diagnostics.add(
        "M103",
        key.span,
        msg("`remove` needs a list of paths"),
        help=msg("write them as `{example}`", example="remove: [indicators.survey, weights.limits.quality]"),
    )
    return []


def _without(node: Map, path: str) -> Map | None:
    """The mapping without what stands under a path of keys joined by dots (keys may hold dots); None: nothing does."""
    if path in node:
        return Map({key: value for key, value in node.items() if key != path}, node.span)
    for key, value in node.items():
        if isinstance(value, Map) and path.startswith(f"{key}."):
            left = _without(value, path.removeprefix(f"{key}."))
            if left is not None:
                return Map({other: left if other == key else old for other, old in node.items()}, node.span)
    return None


def _report_idle(node: Map, path: Text, diagnostics: Diagnostics) -> None:
    near = _nearest(node, str(path))
    diagnostics.add(
        "N134",
        path.span,
        msg("the base has no `{path}` to remove", path=path),
        help=None if near is None else msg("did you mean `{near}`?", near=near),
    )


def _nearest(node: Map, path: str) -> str | None:
    """The path of the base that is nearly the given one: right up to one step, which is misspelt."""
    first, dot, rest = path.partition(".")
    meant = first if first in node else closest(first, node)
    if meant is None or not dot:
        return meant
    inner = node[Text(meant, node.span)]
    if not isinstance(inner, Map):
        return None
    further = rest if _without(inner, rest) is not None else _nearest(inner, rest)
    return None if further is None else f"{meant}.{further}"
