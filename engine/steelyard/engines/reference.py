"""The definition itself as an engine, so that callers treat all alike."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.diagnostics import Diagnostics
from steelyard.facts.case import Case
from steelyard.ir.ruleset import Ruleset
from steelyard.semantics import Program, evaluate, prepare
from steelyard.semantics.outcome import Outcome


@dataclass(frozen=True, slots=True)
class ReferenceCompiled:
    """A prepared ruleset."""

    program: Program

    def evaluate(self, case: Case) -> Outcome:
        """Give the outcome by definition."""
        return evaluate(self.program, case)


@dataclass(frozen=True, slots=True)
class ReferenceEngine:
    """The reference semantics: it can do whatever the language can say."""

    name: str = "reference"

    def compile(self, ruleset: Ruleset, diagnostics: Diagnostics) -> ReferenceCompiled:  # noqa: ARG002 - nothing to report
        """Prepare the ruleset; nothing is unsupported."""
        return ReferenceCompiled(prepare(ruleset))
