"""Steelyard: scoring policies that people are judged by, computed exactly and explained line by line.

    trial = steelyard.test("motor-small-claims")
    change = steelyard.diff("git:HEAD:my-policy", "my-policy", cases="claims.csv")
    policy = steelyard.load("motor-small-claims", as_of=datetime(2024, 6, 1))
    result = policy.evaluate({"claim_id": "A1", ...}, relations={"weather": [...], ...})
    run = policy.score(frame_or_path, relations={"weather": frame_or_path, ...})

The names in `__all__` are the public API; they are imported when they are first asked for. Other modules may change.

A ruleset travels one way: source (text with places) -> model (as written) -> ir (the meaning,
typed, fixed point) -> semantics (the reference) and engines -> explain -> report.
A package imports only from those before it; a test holds that law.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from steelyard.diagnostics import Diagnostic, InternalError, PolicyError, SteelyardError
    from steelyard.session.checking import check, schema
    from steelyard.session.cluster import ClusterRun
    from steelyard.session.comparing import diff
    from steelyard.session.compiling import DbtTables
    from steelyard.session.errors import (
        CaseRejectedError,
        CasesError,
        DisagreementError,
        EngineError,
        InputError,
        LimitError,
        OutputError,
        UsageError,
    )
    from steelyard.session.explanation import CaseExplanation
    from steelyard.session.listener import Listener
    from steelyard.session.loading import load
    from steelyard.session.policy import Policy
    from steelyard.session.result import IndicatorResult, LedgerLine, Rejection, Result, ScoreResult, Share
    from steelyard.session.rows import Rows
    from steelyard.session.scoring import Run, SteelyardWarning
    from steelyard.session.tables import export_table
    from steelyard.session.testing import test
    from steelyard.trial.comparing.changes import Change
    from steelyard.trial.comparing.comparison import Comparison
    from steelyard.trial.coverage.records import Coverage
    from steelyard.trial.mutating.records import Mutation, Survivor
    from steelyard.trial.records import Contradiction, Difference, Trial, Unable, Verdict

__all__ = [
    "CaseExplanation",
    "CaseRejectedError",
    "CasesError",
    "Change",
    "ClusterRun",
    "Comparison",
    "Contradiction",
    "Coverage",
    "DbtTables",
    "Diagnostic",
    "Difference",
    "DisagreementError",
    "EngineError",
    "IndicatorResult",
    "InputError",
    "InternalError",
    "LedgerLine",
    "LimitError",
    "Listener",
    "Mutation",
    "OutputError",
    "Policy",
    "PolicyError",
    "Rejection",
    "Result",
    "Rows",
    "Run",
    "ScoreResult",
    "Share",
    "SteelyardError",
    "SteelyardWarning",
    "Survivor",
    "Trial",
    "Unable",
    "UsageError",
    "Verdict",
    "__version__",
    "check",
    "diff",
    "export_table",
    "load",
    "schema",
    "test",
]

_HOMES = {
    "steelyard.diagnostics": ("Diagnostic", "InternalError", "PolicyError", "SteelyardError"),
    "steelyard.session.checking": ("check", "schema"),
    "steelyard.session.comparing": ("diff",),
    "steelyard.session.compiling": ("DbtTables",),
    "steelyard.session.errors": (
        "CaseRejectedError",
        "CasesError",
        "DisagreementError",
        "EngineError",
        "InputError",
        "LimitError",
        "OutputError",
        "UsageError",
    ),
    "steelyard.session.cluster": ("ClusterRun",),
    "steelyard.session.explanation": ("CaseExplanation",),
    "steelyard.session.listener": ("Listener",),
    "steelyard.session.loading": ("load",),
    "steelyard.session.policy": ("Policy",),
    "steelyard.session.result": ("IndicatorResult", "LedgerLine", "Rejection", "Result", "ScoreResult", "Share"),
    "steelyard.session.rows": ("Rows",),
    "steelyard.session.scoring": ("Run", "SteelyardWarning"),
    "steelyard.session.tables": ("export_table",),
    "steelyard.session.testing": ("test",),
    "steelyard.trial.comparing.changes": ("Change",),
    "steelyard.trial.comparing.comparison": ("Comparison",),
    "steelyard.trial.coverage.records": ("Coverage",),
    "steelyard.trial.mutating.records": ("Mutation", "Survivor"),
    "steelyard.trial.records": ("Contradiction", "Difference", "Trial", "Unable", "Verdict"),
}
"""Where the public names are defined."""


def __getattr__(name: str) -> object:
    """Import a public name when it is asked for: `steelyard --help` needs none of them."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'steelyard' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
