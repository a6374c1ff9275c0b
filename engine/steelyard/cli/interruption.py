"""Ctrl-C and SIGTERM end a command within two seconds, whatever it is doing.

The main thread gets a KeyboardInterrupt, cleans up and ends. It cannot hear this while a library does not return:
DuckDB's planner takes no interruption, and a KeyboardInterrupt that is raised in a callback of C code is lost. So a
thread of its own is woken by the system when a signal comes, and ends the process where the main thread has not.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from time import sleep

from steelyard.cli.status import Status
from steelyard.session.signals import SIGNALS, Held, Interruption
from steelyard.temporary import remove_all

PATIENCE = 1.0
"""Seconds that the main thread has for ending by itself."""
_TELLING = 0.5
"""Seconds for the last message: standard error may be blocked, a module locked by the main thread."""


def install(prepare: Callable[[], object], tell: Callable[[Interruption], None]) -> Interruption:
    """Handle Ctrl-C and SIGTERM from now on. Only for the main thread.

    Args:
        prepare: is called when a signal has come, in another thread: what `tell` needs may take long to load.
        tell: says that the command was interrupted, where the main thread could not; called in another thread.
    """
    interruption = Interruption()
    for number in SIGNALS:
        signal.signal(number, interruption)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reading, interruption, prepare, tell), daemon=True).start()
    return interruption


def ignore_signals() -> None:
    """Ignore Ctrl-C and SIGTERM from now on: the command has ended and its exit status is known."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _watch(
    reading: int, interruption: Interruption, prepare: Callable[[], object], tell: Callable[[Interruption], None]
) -> None:
    """Wait for a signal, then end the process after `PATIENCE`; the process ends before that as a rule."""
    while not any(number in SIGNALS for number in os.read(reading, 64)):
        pass
    threading.Thread(target=prepare, daemon=True).start()
    sleep(PATIENCE)
    while isinstance(signal.getsignal(signal.SIGTERM), Held):  # outputs are being moved into place
        sleep(0.01)
    telling = threading.Thread(target=tell, args=(interruption,), daemon=True)
    telling.start()
    telling.join(_TELLING)
    remove_all()
    os._exit(Status.INTERRUPTED)
