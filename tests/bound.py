"""Binds the parameters of a single ruleset."""

from __future__ import annotations

from collections.abc import Mapping

from steelyard.diagnostics import Diagnostics
from steelyard.ir.bind import bind_versions
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions


def bind(ruleset: Ruleset, settings: Mapping[str, str], diagnostics: Diagnostics) -> Ruleset | None:
    """The ruleset with a value for every parameter; None where a setting is wrong or a value is missing."""
    found = bind_versions(Versions((ruleset,)), settings, diagnostics)
    return None if found is None else found.newest
