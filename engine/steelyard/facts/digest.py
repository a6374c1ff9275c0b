"""The digest of the facts of a run (specified in rulesets/DIGESTS.md), and the three digests of a run together."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from steelyard.calendars.zones import zone_digest
from steelyard.facts.portfolio import Provenance
from steelyard.ir.canonical import FORM, parameters_digest, policy_digest
from steelyard.ir.ruleset import Ruleset

INTAKE = 1
"""The number of the grammar by which files are read; a change that gives the same bytes other values raises it."""


@dataclass(frozen=True, slots=True)
class Digests:
    """What a result follows from, each as SHA-256 in hexadecimal; empty where it is not known.

    Attributes:
        policy: of what the ruleset means.
        parameters: of the values that its parameters had.
        facts: of what was read, and how.
    """

    policy: str = ""
    parameters: str = ""
    facts: str = ""

    def named(self) -> tuple[tuple[str, str], ...]:
        """The known ones with their names, e.g. `policy`."""
        pairs = (("policy", self.policy), ("parameters", self.parameters), ("facts", self.facts))
        return tuple((name, digest) for name, digest in pairs if digest)


def digests(ruleset: Ruleset, provenance: Provenance) -> Digests:
    """Give the three digests of a run under one version, its parameters bound."""
    return Digests(policy_digest(ruleset), parameters_digest(ruleset), facts_digest(ruleset, provenance))


def facts_digest(ruleset: Ruleset, provenance: Provenance) -> str:
    """SHA-256 in hexadecimal of what was read for a version and of how it was read.

    The files count by their bytes and roles, not by their names and order; the time zone and the calendars by the
    offsets and working days that this machine's data give them.
    """
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
        },
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
