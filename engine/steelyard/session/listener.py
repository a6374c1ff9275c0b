"""What a service tells while it works: how far it is, and what the user should know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from steelyard.diagnostics import Diagnostic, Message, msg
from steelyard.report.provenance import Warned

Tick = Callable[[int], None]
"""Is told how many of the stage's total are done: rows, cases, or percent."""


class Listener(Protocol):
    """Receives progress and messages. Every method is called in the thread of the caller."""

    def progress(self, stage: Message, total: int | None = None) -> AbstractContextManager[Tick]:
        """A stage begins (`reading`, `scoring`, `writing`, `writing pages`); it ends with the context.

        Args:
            stage: its name.
            total: the count at which it is complete; None where that is not known.
        """
        ...

    def say(self, message: Message) -> None:
        """Something worth knowing that needs no action."""
        ...

    def warn(self, message: Message) -> None:
        """Something that may surprise, such as a file of which rows were left out."""
        ...

    def findings(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Diagnostics of files or of the ruleset that do not prevent the work."""
        ...


class Once:
    """A listener that passes each message on once, for work that may have to begin anew."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._told: list[object] = []

    def progress(self, stage: Message, total: int | None = None) -> AbstractContextManager[Tick]:
        """Pass the stage on."""
        return self._listener.progress(stage, total)

    def say(self, message: Message) -> None:
        """Pass a new message on."""
        if self._new(message):
            self._listener.say(message)

    def warn(self, message: Message) -> None:
        """Pass a new message on."""
        if self._new(message):
            self._listener.warn(message)

    def findings(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Pass new diagnostics on."""
        self._listener.findings([one for one in diagnostics if self._new(one)])

    def _new(self, one: object) -> bool:
        known = one in self._told
        self._told.append(one)
        return not known


class Noting:
    """A listener that passes everything on, and keeps what was warned of."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._warned: list[Warned] = []

    @property
    def warned(self) -> tuple[Warned, ...]:
        """The warnings and findings so far, in their order."""
        return tuple(self._warned)

    def progress(self, stage: Message, total: int | None = None) -> AbstractContextManager[Tick]:
        """Pass the stage on."""
        return self._listener.progress(stage, total)

    def say(self, message: Message) -> None:
        """Pass the message on."""
        self._listener.say(message)

    def warn(self, message: Message) -> None:
        """Pass the message on and keep it."""
        self._warned.append(Warned("", message, _count(message)))
        self._listener.warn(message)

    def findings(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Pass diagnostics on and keep them, their notes behind the headline."""
        for one in diagnostics:
            self._warned.append(Warned(one.code, in_one_line(one), _count(one.headline)))
        self._listener.findings(diagnostics)


def in_one_line(finding: Diagnostic) -> Message:
    """Return what a finding says: its headline, and its notes in brackets."""
    headline, notes = finding.headline, finding.notes
    return msg("{headline} ({notes})", headline=headline, notes=notes) if notes else headline


def _count(message: Message) -> int | None:
    count = message.values.get("count")
    return count if isinstance(count, int) else None


class Silent:
    """A listener that ignores everything."""

    def progress(self, stage: Message, total: int | None = None) -> AbstractContextManager[Tick]:
        """Ignore the stage."""
        del stage, total
        return nullcontext(_ignore)

    def say(self, message: Message) -> None:
        """Ignore the message."""

    def warn(self, message: Message) -> None:
        """Ignore the message."""

    def findings(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Ignore the diagnostics."""


def _ignore(done: int) -> None:
    del done
