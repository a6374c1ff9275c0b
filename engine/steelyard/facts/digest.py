"""The digest of the facts of a run (specified in rulesets/DIGESTS.md), and the three digests of a run together."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from steelyard.calendars.zones import zone_digest
from steelyard.facts.portfolio import Provenance
from steelyard.ir.canonical import FORM, parameters_digest, policy_digest
from steelyard.ir.ruleset import Ruleset

INTAKE = 2
"""Version of the intake grammar. It is increased when a change gives other values to the same bytes."""


@dataclass(frozen=True, slots=True)
class Digests:
    """The SHA-256 digests, in hexadecimal, of everything that a result depends on; empty where unknown.

    Attributes:
        policy: digest of the meaning of the ruleset.
        parameters: digest of the values of its parameters.
        facts: digest of the files read and of how they were read.
    """

    policy: str = ""
    parameters: str = ""
    facts: str = ""

    def named(self) -> tuple[tuple[str, str], ...]:
        """Return the known digests by name, e.g. `policy`."""
        pairs = (("policy", self.policy), ("parameters", self.parameters), ("facts", self.facts))
        return tuple((name, digest) for name, digest in pairs if digest)


def digests(ruleset: Ruleset, provenance: Provenance) -> Digests:
    """Compute the three digests of a run under one version, its parameters bound."""
    return Digests(policy_digest(ruleset), parameters_digest(ruleset), facts_digest(ruleset, provenance))


def facts_digest(ruleset: Ruleset, provenance: Provenance) -> str:
    """Return the SHA-256 digest, in hexadecimal, of the facts read for a version and of how they were read.

    Files enter with their bytes and roles, not with their names and order; the time zone and calendars enter with the
    offsets and working days that this installation's data gives them.
    """
    if any(not file.digest for file in provenance.files):
        return ""
    options = provenance.options
    content = {
        "form": FORM,
        "facts": {
            "intake": INTAKE,
            "files": sorted([file.role, file.digest] for file in provenance.files),
            "empty": sorted(provenance.empty),
            "delimiter": options.delimiter,
            "encoding": options.encoding,
            "timezone": zone_digest(ruleset.timezone),
            "calendars": {one.id: one.digest for one in ruleset.calendars},
        }
        | ({} if options.by_file is None else {"written": options.by_file.digest}),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
