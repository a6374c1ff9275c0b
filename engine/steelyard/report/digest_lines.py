"""The digests of a run as lines for readers."""

from __future__ import annotations

from collections.abc import Iterable

from steelyard.diagnostics import msg
from steelyard.explain.terms import show
from steelyard.facts.digest import Digests

_DIGESTS = {
    "policy": msg("digest of the policy"),
    "parameters": msg("digest of the parameters"),
    "facts": msg("digest of the facts"),
}


def digest_lines(runs: Iterable[Digests], lang: str) -> tuple[tuple[str, str], ...]:
    """The digests of one version or several: for each kind that is known its name and the digests that differ."""
    found: dict[str, dict[str, None]] = {}
    for run in runs:
        for name, digest in run.named():
            found.setdefault(name, {}).setdefault(digest)
    return tuple((show(_DIGESTS[name], lang), ", ".join(one)) for name, one in found.items())
