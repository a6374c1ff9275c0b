"""The reference semantics behind the engine protocol."""

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
        """Return the outcome by the reference semantics."""
        return evaluate(self.program, case)


@dataclass(frozen=True, slots=True)
class ReferenceEngine:
    """The reference semantics, which support every ruleset."""

    name: str = "reference"

    def compile(self, ruleset: Ruleset, diagnostics: Diagnostics) -> ReferenceCompiled:  # noqa: ARG002 - nothing to report
        """Prepare the ruleset. Nothing is unsupported."""
        return ReferenceCompiled(prepare(ruleset))
