"""Evaluates several versions of a ruleset on one engine: each case by the version in force on its reference date."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.diagnostics import Diagnostics, msg
from steelyard.engines.protocol import Compiled, Engine
from steelyard.facts.case import Case, Reject
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.semantics.outcome import Outcome, Status


@dataclass(frozen=True, slots=True)
class VersionsCompiled:
    """The versions of a ruleset, each compiled for one engine.

    Attributes:
        compiled: by the version's name.
    """

    versions: Versions
    compiled: dict[str, Compiled]

    def evaluate(self, case: Case) -> Outcome:
        """Return the outcome under the version in force; without one the case is rejected as intake would reject it."""
        version = self.versions.of(case.values)
        if version is not None:
            return self.compiled[version.version].evaluate(case)
        expected = msg("a day on which a version is effective")
        reject = Reject(case.key, self.versions.newest.reference_date or "", "", expected)
        return Outcome(case.key, Status.REJECTED, rejection=reject)


def compile_versions(engine: Engine, rules: Ruleset | Versions, diagnostics: Diagnostics) -> Compiled | None:
    """Compile every version for an engine; None, with diagnostics, where the engine cannot do one of them."""
    versions = versions_of(rules)
    found = {one.version: engine.compile(one, diagnostics) for one in versions.rulesets}
    compiled = {name: one for name, one in found.items() if one is not None}
    return VersionsCompiled(versions, compiled) if len(compiled) == len(found) else None
