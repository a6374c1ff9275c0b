"""What a command says, and where: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Protocol, TextIO

from steelyard.diagnostics import Diagnostic, Message, msg
from steelyard.diagnostics.plain import one_line

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0
"""Seconds before a progress bar appears."""


class Output:
    """The two streams of a command, in the reader's language.

    Attributes:
        lang: `en` or `zh`.
        quiet: whether only results, warnings and errors are shown.
    """

    def __init__(self, lang: str, *, quiet: bool = False) -> None:
        self.lang = lang
        self.quiet = quiet

    def text(self, message: Message) -> str:
        """A message in the reader's language, on one line: its values may come from any file."""
        if self.lang == "en":
            return one_line(str(message))
        from steelyard.diagnostics.catalogue import translator

        return one_line(translator(self.lang)(message))

    def result(self, text: str) -> None:
        """Write a result."""
        sys.stdout.write(text)

    def line(self, message: Message) -> None:
        """Write a result of one line."""
        self.result(f"{self.text(message)}\n")

    def say(self, message: Message) -> None:
        """Tell what is going on; silent under `--quiet`."""
        if not self.quiet:
            sys.stderr.write(f"{self.text(message)}\n")

    def tell(self, text: str) -> None:
        """Write text that is in the reader's language already beside the results."""
        sys.stderr.write(f"{text}\n")

    def warn(self, message: Message) -> None:
        """Tell what may surprise; never silent."""
        sys.stderr.write(f"{self._marked(msg('warning'), '33')}: {self.text(message)}\n")

    def error(self, message: Message) -> None:
        """Tell why the command cannot go on."""
        sys.stderr.write(f"{self._marked(msg('error'), '31')}: {self.text(message)}\n")

    def findings(self, diagnostics: Sequence[Diagnostic], *, result: bool = False) -> None:
        """Show findings: as the result of the command, or beside it."""
        from steelyard.diagnostics.renderers import read_source, render_text

        stream = sys.stdout if result else sys.stderr
        shown = render_text(diagnostics, sources=read_source, translate=self.text, colour=coloured(stream))
        stream.write(shown)

    @contextmanager
    def progress(self, stage: Message, total: int | None = None) -> Generator[Ticker]:
        """Show how far something is, on a terminal and only where it takes more than a second."""
        ticker = (
            Ticker(self.text(stage), total)
            if not self.quiet and is_terminal(sys.stderr)
            else Ticker("", None, show=False)
        )
        try:
            yield ticker
        finally:
            ticker.close()

    def _marked(self, word: Message, style: str) -> str:
        text = self.text(word)
        return f"\x1b[1;{style}m{text}\x1b[0m" if coloured(sys.stderr) else text


class Ticker:
    """A progress bar that appears late. `ticker(n)`: n of the total are done."""

    def __init__(self, text: str, total: int | None, *, show: bool = True) -> None:
        self._text = text
        self._total = total
        self._show = show
        self._since = monotonic()
        self._bar: Progress | None = None

    def __call__(self, done: int) -> None:
        """Tell how many are done."""
        if not self._show or (self._bar is None and monotonic() - self._since < PATIENCE):
            return
        if self._bar is None:
            self._bar = _bar()
            self._bar.add_task(self._text, total=self._total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True, no_color=not coloured(sys.stderr)), transient=True)


class Terminal(Protocol):
    """The part of a stream that matters here."""

    def isatty(self) -> bool:
        """Whether a person sees it."""
        ...


def is_terminal(stream: Terminal) -> bool:
    """Whether a person sees the stream."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def coloured(stream: Terminal) -> bool:
    """Whether to write colours: on a terminal, unless NO_COLOR is set to anything."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def default_language() -> str:
    """The reader's language by the environment: STEELYARD_LANG, else LC_ALL, LC_MESSAGES, LANG."""
    for name in ("STEELYARD_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def steady(stream: TextIO) -> None:
    """Make sure that no text can fail to be written: what a stream cannot show is escaped."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
