"""Small rulesets to check, written as sections beside a plain case."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analysis_texts import CASE, findings, lowered
from steelyard.diagnostics import Diagnostic
from steelyard.ir.ruleset import Ruleset


@pytest.fixture
def found() -> Callable[..., list[Diagnostic]]:
    """What the checks find."""
    return findings


@pytest.fixture
def ruleset() -> Callable[[str], Ruleset]:
    """The meaning of the sections given."""
    return lambda sections: lowered(CASE + sections)[0]
