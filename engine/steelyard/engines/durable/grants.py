"""How the grants of fired exemptions combine (LANGUAGE.md section 8), found out independently of semantics.

What one activation grants (the difference to the base target, a window cut to the clock) is arithmetic and
comes from semantics; which grants count is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.ir.ruleset import AtLeastGrant, Better, TargetGrant, WaiveGrant
from steelyard.semantics.records import Granted, Result
from steelyard.semantics.values import Value


def resolved_target(result: Result) -> Value | None:
    """The base target and the largest relaxation, or all where they stack."""
    base, indicator = result.base_target, result.indicator
    steps = [g.value for g in result.grants if isinstance(g.grant, TargetGrant) and g.value is not None]
    if not steps or not isinstance(base, int):
        return base
    relaxed = sum(steps) if indicator.stack else max(steps)
    return base - relaxed if indicator.better is Better.HIGHER else base + relaxed


def stretches(grants: Sequence[Granted]) -> list[tuple[int, int]]:
    """The stretches of time that the windows cover together, apart from each other."""
    edges: list[tuple[int, int]] = []
    for granted in grants:
        if granted.window is not None:
            edges += ((granted.window[0], 1), (granted.window[1], -1))
    found: list[tuple[int, int]] = []
    depth = since = 0
    for instant, change in sorted(edges):
        if depth == 0:
            since = instant
        depth += change
        if depth == 0:
            found.append((since, instant))
    return found


def floor_of(grants: Sequence[Granted]) -> int | None:
    """The highest at_least, hundredths."""
    return max((g.value for g in grants if isinstance(g.grant, AtLeastGrant) and g.value is not None), default=None)


def waiver(grants: Sequence[Granted]) -> str | None:
    """The exemption written first that waives the indicator."""
    return next((g.exemption for g in grants if isinstance(g.grant, WaiveGrant)), None)
