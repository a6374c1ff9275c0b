"""What is asked of a run, and which way it is scored: case by case in memory, or by SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.diagnostics import msg
from steelyard.session.errors import OutputError, UsageError


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a run.

    Attributes:
        engine: its name; `auto` depends on the number of cases.
        pages: whether pages of single cases are wanted, which engines for portfolios cannot give.
        master: of Spark; None: this machine.
        groups: names that the record keeps, so that it can be summed up and parted by them.
        added: inputs by id that stand among the results.
        rejects: whether every reject is explained; otherwise the first ones are.
        lang: of the texts of rejects.
        verify: so many cases are checked on other engines, 0 none; None: as `sample_size` says.
        memory_limit: of DuckDB, as it reads it; None: its own choice.
        most: so many cases may be scored, because the results are a workbook; None: any number.
    """

    engine: str = "auto"
    pages: bool = False
    master: str | None = None
    groups: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    rejects: bool = True
    lang: str = "en"
    verify: int | None = None
    memory_limit: str | None = None
    most: int | None = None

    def check_count(self, count: int) -> None:
        """Refuse, before anything is scored, more cases than the file of results holds.

        Raises:
            OutputError: there are more.
        """
        from steelyard.report.book import too_many

        if self.most is not None and count > self.most:
            raise OutputError(too_many(count))

    def takes_bulk(self, cases: Sequence[str]) -> bool:
        """Whether SQL scores: where it is asked for, or there are many cases and nobody wants a page of each.

        Raises:
            UsageError: pages are wanted of an engine for portfolios.
        """
        from steelyard.engines.choice import AUTO_LIMIT, PORTFOLIO_NAMES
        from steelyard.facts.counting import more_rows_than

        if self.engine in PORTFOLIO_NAMES and self.pages:
            raise UsageError(msg("--report writes a page a case: take another engine, or `explain` for single cases"))
        return self.engine in PORTFOLIO_NAMES or (
            self.engine == "auto" and not self.pages and more_rows_than(AUTO_LIMIT, cases)
        )
