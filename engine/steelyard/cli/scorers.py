"""Who scores a portfolio: DuckDB in this process, or Spark."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from steelyard.cli.status import Status, Stop
from steelyard.diagnostics import msg

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from steelyard.cli.output import Output
    from steelyard.engines.sql.machines import Machine
    from steelyard.engines.sql.portfolio import Connection
    from steelyard.facts.bulk import Loaded


class Scorer(Protocol):
    """An engine for portfolios, before anything is started."""

    @property
    def name(self) -> str:
        """As the command line has it."""
        ...

    def opened(self, folder: Path, connection: Connection, loaded: Loaded) -> AbstractContextManager[Machine]:
        """Start it.

        Args:
            folder: for its files.
            connection: holds the facts.
            loaded: what they are.

        Raises:
            Stop: it cannot run or go on, which has been said.
        """
        ...


@dataclass(frozen=True, slots=True)
class InProcess:
    """DuckDB."""

    name = "sql"

    @contextmanager
    def opened(self, folder: Path, connection: Connection, loaded: Loaded) -> Generator[Machine]:
        """Nothing has to be started."""
        from steelyard.engines.sql.machines import DuckDBMachine

        del folder, loaded
        yield DuckDBMachine(connection)


@dataclass(frozen=True, slots=True)
class OnSpark:
    """Spark, in this machine or on a cluster."""

    output: Output
    master: str
    name = "spark"

    def check(self) -> None:
        """Make sure, before any work, that Spark is installed.

        Raises:
            Stop: it is not, which has been said.
        """
        from steelyard.engines.sql.spark import available

        problem = available()
        if problem is not None:
            self.output.error(problem)
            raise Stop(Status.USAGE)

    @contextmanager
    def opened(self, folder: Path, connection: Connection, loaded: Loaded) -> Generator[Machine]:
        """Start a session, and end it after."""
        from steelyard.engines.sql.spark import SparkError, SparkMachine, opened

        self.output.say(msg("scoring on Spark at {master}", master=self.master))
        place = folder / "spark"
        place.mkdir()
        try:
            with opened(self.master, place) as session:
                yield SparkMachine(session, connection, loaded)
        except SparkError as error:
            self.output.error(msg("Spark could not go on: {reason}", reason=error.reason))
            raise Stop(Status.USAGE) from None
