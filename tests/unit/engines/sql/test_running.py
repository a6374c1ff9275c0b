"""A statement in a thread is over when Ctrl-C has ended the wait for it, however early that came."""

from __future__ import annotations

import threading
import time

import duckdb
import pytest

from steelyard.engines.sql import running as module
from steelyard.engines.sql.running import running

LONG = "SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b"


class Interrupted(threading.Thread):
    """A thread whose start is interrupted, before or after it began."""

    early = False

    def start(self) -> None:
        if not self.early:
            super().start()
        raise KeyboardInterrupt


class InterruptedEarly(Interrupted):
    early = True


@pytest.mark.parametrize("kind", [Interrupted, InterruptedEarly])
def test_ctrl_c_while_the_thread_starts_leaves_the_connection_free(
    kind: type[Interrupted], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "Thread", kind)
    since = time.monotonic()
    with duckdb.connect() as connection:
        with pytest.raises(KeyboardInterrupt):
            running(connection, LONG)
        assert [(1,)] == connection.execute("SELECT 1").fetchall()
    assert time.monotonic() - since < 20
