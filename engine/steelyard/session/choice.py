"""Which way a portfolio is scored: case by case in memory, or by SQL."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.diagnostics import msg
from steelyard.session.errors import UsageError


def takes_bulk(engine: str, cases: Sequence[str], *, report: bool = False) -> bool:
    """Whether SQL scores: where it is asked for, or there are many cases and nobody wants a page of each.

    Raises:
        UsageError: a report is wanted of an engine for portfolios.
    """
    from steelyard.engines.choice import AUTO_LIMIT, PORTFOLIO_NAMES
    from steelyard.facts.counting import more_rows_than

    if engine in PORTFOLIO_NAMES and report:
        raise UsageError(msg("--report writes a page a case: take another engine, or `explain` for single cases"))
    return engine in PORTFOLIO_NAMES or (engine == "auto" and not report and more_rows_than(AUTO_LIMIT, cases))
