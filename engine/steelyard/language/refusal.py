"""The exception by which parts of the parser report that a text is not an expression."""

from __future__ import annotations

from steelyard.diagnostics import Label, Message, Span

_SHOWN = 40


def clip(text: str) -> str:
    """Shorten a piece of the text to what a headline can show: one line, 40 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


class Refusal(Exception):  # noqa: N818 - never leaves the package; it is no error of ours
    """Raised for the first error in an expression; the parser turns it into a diagnostic.

    Attributes:
        code: the diagnostic code.
        span: the exact place.
        headline: what is wrong.
        help: what to write instead.
        labels: further places, such as the bracket left open.
        unfinished: whether the text is incomplete at its end.
    """

    def __init__(
        self,
        code: str,
        span: Span,
        headline: Message,
        advice: Message | None = None,
        labels: tuple[Label, ...] = (),
        *,
        unfinished: bool = False,
    ) -> None:
        super().__init__(str(headline))
        self.code = code
        self.span = span
        self.headline = headline
        self.help = advice
        self.labels = labels
        self.unfinished = unfinished
