"""Several versions on one engine: each case goes to the version of its reference date."""

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
    """The versions of a ruleset, each made ready for one engine.

    Attributes:
        compiled: by the version's name.
    """

    versions: Versions
    compiled: dict[str, Compiled]

    def evaluate(self, case: Case) -> Outcome:
        """Give the outcome under the version in force; a case that none is for is rejected, as intake would."""
        version = self.versions.of(case.values)
        if version is not None:
            return self.compiled[version.version].evaluate(case)
        expected = msg("a day on which a version is effective")
        reject = Reject(case.key, self.versions.newest.reference_date or "", "", expected)
        return Outcome(case.key, Status.REJECTED, rejection=reject)


def compile_versions(engine: Engine, rules: Ruleset | Versions, diagnostics: Diagnostics) -> Compiled | None:
    """Make every version ready for an engine; None where it cannot do one of them, with the diagnostics saying why."""
    versions = versions_of(rules)
    found = {one.version: engine.compile(one, diagnostics) for one in versions.rulesets}
    compiled = {name: one for name, one in found.items() if one is not None}
    return VersionsCompiled(versions, compiled) if len(compiled) == len(found) else None
