"""Compiles a ruleset for a run, or reports why it cannot be compiled."""

from __future__ import annotations

from collections.abc import Mapping

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.engines.sql.arithmetic import TooWideError
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.statement import Statement, compile_ruleset
from steelyard.ir.canonical import policy_digest
from steelyard.ir.ruleset import Ruleset


def compile_for(
    ruleset: Ruleset,
    diagnostics: Diagnostics,
    cases: str,
    sources: Mapping[str, str],
    name: str = "duckdb",
    *,
    details: bool = False,
) -> Statement | None:
    """Compile a ruleset with bound parameters; report B201 and return None where a number may exceed 128 bits.

    Args:
        ruleset: what to compile.
        diagnostics: receives the finding.
        cases: the table of cases.
        sources: the table of each relation.
        name: the dialect's name.
        details: whether to compute the rows for which rules fired.
    """
    try:
        return compile_ruleset(ruleset, dialect(name), cases, sources, policy_digest(ruleset), details=details)
    except TooWideError as error:
        report_too_wide(error, ruleset, diagnostics)
        return None


def report_too_wide(error: TooWideError, ruleset: Ruleset, diagnostics: Diagnostics) -> None:
    """Report B201 at the expression that is too wide; where that is unknown, at the file."""
    diagnostics.add(
        "B201",
        error.span or Span(ruleset.file, 0, 0, 0, 0),
        msg(
            "a number of this ruleset may need more than 128 bits: it has up to {digits} digits",
            digits=len(str(error.interval.magnitude)),
        ),
        help=msg("declare a `range` for the inputs and fields that it is computed from"),
    )
