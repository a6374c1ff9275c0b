"""Runs statements of DuckDB so that they report progress and Ctrl-C ends them; what each of its cursors is set to."""

# duckdb has no usable type hints
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TypeVar

import duckdb

from steelyard.engines.sql.optimizers import ORDERING, REPEATING, switch_off

Connection = duckdb.DuckDBPyConnection
Tell = Callable[[int], None]
"""Called with the percentage that is done."""
T = TypeVar("T")


def settle(connection: Connection) -> None:
    """Set a cursor to UTC, and to plans that keep the cases on the probe side of joins, as statements are written."""
    connection.execute("SET TimeZone = 'UTC'")
    switch_off(connection, (*ORDERING, *REPEATING))


def running(connection: Connection, statement: str, tell: Tell | None = None) -> None:
    """Run a statement in a thread, so that Ctrl-C ends it at once.

    Raises:
        duckdb.Error: the statement failed.
    """
    waited(connection, lambda: connection.execute(statement), tell)


def waited(connection: Connection, run: Callable[[], T], tell: Tell | None = None) -> T:
    """Run statements of a connection in a thread, and return what they give. Ctrl-C ends them at once.

    Raises:
        duckdb.Error: a statement failed.
    """
    found: list[T] = []
    failed: list[BaseException] = []
    begun, unwanted = Event(), Event()  # Ctrl-C may come before the thread begins: it then leaves the connection alone
    done = Event()  # if Ctrl-C interrupts a join, the thread is marked as ended although it still runs

    def work() -> None:
        begun.set()
        try:
            if not unwanted.is_set():
                found.append(run())
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            failed.append(error)
        finally:
            done.set()

    try:
        Thread(target=work, daemon=True).start()
        while not done.wait(1):  # returns earlier where it is done, or on Ctrl-C
            if tell is not None:
                with suppress(duckdb.Error):  # while DuckDB plans, the connection is busy and knows no progress
                    tell(max(0, min(99, int(connection.query_progress()))))
    except BaseException:
        unwanted.set()
        while begun.is_set() and not done.is_set():
            with suppress(KeyboardInterrupt):  # asking a second time does not shorten the wait
                connection.interrupt()  # again and again: it has no effect on a statement that has not begun
                done.wait(1)
        raise
    if failed:
        raise failed[0]
    return found[0]


@contextmanager
def interruptible() -> Generator[None]:
    """Raise KeyboardInterrupt for Ctrl-C, also where DuckDB runs in the main thread and raises another error for it.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as error:
        if str(error) != "Query interrupted":
            raise
        raise KeyboardInterrupt from None
