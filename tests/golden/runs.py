"""Rulesets from files, made ready once each: what the golden tests have in common."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from conformance import harness
from steelyard.engines.protocol import Compiled
from steelyard.ir.ruleset import Ruleset

Settings = tuple[tuple[str, str], ...]

ENGINES = {engine.name: engine for engine in harness.ENGINES}


@cache
def bound(path: Path, settings: Settings = ()) -> Ruleset:
    """A ruleset without errors, its parameters set."""
    return harness.settle(harness.load_ruleset(path.read_text(encoding="utf-8"), path.name), dict(settings))


@cache
def compiled(path: Path, settings: Settings, engine: str) -> Compiled:
    """A ruleset made ready for an engine."""
    return harness.compiled(ENGINES[engine], bound(path, settings))
