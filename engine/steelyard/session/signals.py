"""Ctrl-C and SIGTERM: what they interrupt, and what they must not."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """A signal handler that raises KeyboardInterrupt at the first signal and ignores all others.

    Attributes:
        asked: whether a signal came, or signals no longer matter.
        written: whether outputs have been moved into place.
        told: whether the user has been told of the interruption.
    """

    def __init__(self) -> None:
        self.asked = False
        self.written = False
        self.told = False

    def __call__(self, *_: object) -> None:
        """Handle a signal."""
        if not self.asked:
            self.asked = True
            raise KeyboardInterrupt


class Held:
    """A signal handler that keeps the numbers of the signals that came."""

    def __init__(self) -> None:
        self.came: list[int] = []

    def __call__(self, number: int, _: object) -> None:
        """Handle a signal."""
        self.came.append(number)


@contextmanager
def uninterrupted() -> Generator[None]:
    """Hold back Ctrl-C and SIGTERM until the block has ended, then let the first of them take effect.

    For moving outputs into place, which takes an instant and must not stop half-way. An `Interruption` that is
    installed learns that outputs are there. Outside the main thread, which alone hears signals, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = Held()
    # handlers that were not set from Python are None, and could not be set again
    before = {number: handler for number in SIGNALS if (handler := signal.getsignal(number)) is not None}
    try:
        for number in before:
            signal.signal(number, held)
        yield
        for handler in before.values():
            if isinstance(handler, Interruption):
                handler.written = True
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in held.came[:1]:
            signal.raise_signal(number)
