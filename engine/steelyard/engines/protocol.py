"""What every engine looks like from outside."""

from __future__ import annotations

from typing import Protocol

from steelyard.diagnostics import Diagnostics
from steelyard.facts.case import Case
from steelyard.ir.ruleset import Ruleset
from steelyard.semantics.outcome import Outcome


class Compiled(Protocol):
    """A ruleset made ready for one engine. Not safe to share between threads."""

    def evaluate(self, case: Case) -> Outcome:
        """Give the outcome of one case; the same case always gets the same outcome."""
        ...


class Engine(Protocol):
    """A way to evaluate rulesets."""

    @property
    def name(self) -> str:
        """What `--engine` calls it."""
        ...

    def compile(self, ruleset: Ruleset, diagnostics: Diagnostics) -> Compiled | None:
        """Make a ruleset ready, its parameters bound.

        What the engine cannot do is reported as a B diagnostic and gives None; it is never left out silently.
        """
        ...
