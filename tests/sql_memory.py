"""Compiles a ruleset, and scores a few cases in memory, on databases that tests share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from databases import database
from steelyard.diagnostics import Diagnostics
from steelyard.engines.sql import memory
from steelyard.engines.sql.arithmetic import TooWideError
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.engine import report_too_wide
from steelyard.engines.sql.memory import CASES, Found
from steelyard.engines.sql.statement import Statement, compile_ruleset
from steelyard.facts.case import Case
from steelyard.ir.canonical import policy_digest
from steelyard.ir.ruleset import Ruleset

__all__ = ["CASES", "Found", "InMemory", "compile_for"]


def compile_for(
    ruleset: Ruleset,
    diagnostics: Diagnostics,
    cases: str,
    sources: Mapping[str, str],
) -> Statement | None:
    """Compile a ruleset, its parameters bound; None, and B201, where a number may need more than 128 bits.

    Args:
        ruleset: what to compile.
        diagnostics: what takes the finding.
        cases: the table of cases.
        sources: by relation its table.
    """
    try:
        return compile_ruleset(ruleset, dialect("duckdb"), cases, sources, policy_digest(ruleset))
    except TooWideError as error:
        report_too_wide(error, ruleset, diagnostics)
        return None


class InMemory(memory.InMemory):
    """A ruleset ready to score cases in a database of the tests."""

    def score_cases(self, cases: Sequence[Case]) -> list[Found]:
        """Score cases, in their order."""
        with database() as connection:
            return self.score(connection, cases)
