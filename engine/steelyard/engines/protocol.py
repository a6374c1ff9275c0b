"""The protocol that every engine follows."""

from __future__ import annotations

from typing import Protocol

from steelyard.diagnostics import Diagnostics
from steelyard.facts.case import Case
from steelyard.ir.ruleset import Ruleset
from steelyard.semantics.outcome import Outcome


class Compiled(Protocol):
    """A ruleset compiled for one engine. Not safe to share between threads."""

    def evaluate(self, case: Case) -> Outcome:
        """Return the outcome of one case. The same case always gets the same outcome."""
        ...


class Engine(Protocol):
    """A way to evaluate rulesets."""

    @property
    def name(self) -> str:
        """The engine's value of `--engine`."""
        ...

    def compile(self, ruleset: Ruleset, diagnostics: Diagnostics) -> Compiled | None:
        """Compile a ruleset whose parameters are bound.

        Whatever the engine cannot do is reported as a B diagnostic, and the result is None; nothing is left out
        silently.
        """
        ...
