"""Who scores a portfolio: DuckDB in this process, or Spark."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from steelyard.diagnostics import msg
from steelyard.session.errors import EngineError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from steelyard.engines.sql.machines import Machine
    from steelyard.engines.sql.portfolio import Connection
    from steelyard.facts.bulk import Loaded
    from steelyard.session.listener import Listener


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
            EngineError: it cannot run or go on.
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

    listener: Listener
    master: str
    name = "spark"

    def check(self) -> None:
        """Make sure, before any work, that Spark is installed.

        Raises:
            EngineError: it is not.
        """
        from steelyard.engines.sql.spark import available

        problem = available()
        if problem is not None:
            raise EngineError(problem)

    @contextmanager
    def opened(self, folder: Path, connection: Connection, loaded: Loaded) -> Generator[Machine]:
        """Start a session, and end it after."""
        from steelyard.engines.sql.spark import SparkError, SparkMachine, opened
        from steelyard.session.shortage import shortage

        self.listener.say(msg("scoring on Spark at {master}", master=self.master))
        place = folder / "spark"
        place.mkdir(exist_ok=True)
        try:
            with opened(self.master, place) as session:
                yield SparkMachine(session, connection, loaded)
        except SparkError as error:
            refusal = EngineError(msg("Spark could not go on: {reason}", reason=error.reason))
            raise shortage(error, place) or refusal from None


def scorer(engine: str, master: str | None, listener: Listener) -> Scorer:
    """Give the one that scores portfolios: DuckDB, or Spark at `master`.

    Raises:
        EngineError: what it needs is not installed.
    """
    if engine != "spark":
        return InProcess()
    spark = OnSpark(listener, master or "local[*]")
    spark.check()
    return spark
