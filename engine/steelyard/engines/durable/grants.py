"""Combines the grants of fired exemptions (LANGUAGE.md section 8), independently of semantics.

The value of a single grant (the difference to the base target, a window cut to the clock) is arithmetic and comes from
semantics; which grants count is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.ir.ruleset import AtLeastGrant, Better, TargetGrant, WaiveGrant
from steelyard.semantics.records import Granted, Result
from steelyard.semantics.values import Value


def resolved_target(result: Result) -> Value | None:
    """Return the base target with the largest relaxation, or with the sum of all under `combine: stack`."""
    base, indicator = result.base_target, result.indicator
    steps = [g.value for g in result.grants if isinstance(g.grant, TargetGrant) and g.value is not None]
    if not steps or not isinstance(base, int):
        return base
    relaxed = sum(steps) if indicator.stack else max(steps)
    return base - relaxed if indicator.better is Better.HIGHER else base + relaxed


def stretches(grants: Sequence[Granted]) -> list[tuple[int, int]]:
    """Return the union of windows as disjoint intervals, in time order."""
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
    """Return the highest at_least in hundredths; None where none was granted."""
    return max((g.value for g in grants if isinstance(g.grant, AtLeastGrant) and g.value is not None), default=None)


def waiver(grants: Sequence[Granted]) -> str | None:
    """Return the first exemption, in the order written, that waives the indicator; None where none does."""
    return next((g.exemption for g in grants if isinstance(g.grant, WaiveGrant)), None)
