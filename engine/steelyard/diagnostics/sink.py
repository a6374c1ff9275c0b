"""Collects findings, so that one run reports them all."""

from __future__ import annotations

from steelyard.diagnostics import registry
from steelyard.diagnostics.diagnostic import Diagnostic, Label, Severity
from steelyard.diagnostics.message import Message
from steelyard.diagnostics.span import Span


class Diagnostics:
    """Collects the findings of one run; a pass receives it, adds to it and never prints."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    def add(
        self,
        code: str,
        span: Span | None,
        headline: Message,
        *,
        help: Message | None = None,  # noqa: A002 - the field's name
        labels: tuple[Label, ...] = (),
        notes: tuple[Message, ...] = (),
    ) -> None:
        """Add a finding; its severity comes from the registry. The same finding twice counts once."""
        severity = registry.code(code).severity
        diagnostic = Diagnostic(code, headline, span, help, labels, notes, severity)
        self._found.setdefault(diagnostic)

    def extend(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Take over the findings of another pass."""
        self._found.update(dict.fromkeys(diagnostics))

    @property
    def errors(self) -> int:
        """The number of errors so far."""
        return sum(d.severity is Severity.ERROR for d in self._found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return all findings in the order of the text; those without a place first."""
        return tuple(sorted(self._found, key=lambda d: (d.span is not None, d.span or Span("", 0, 0, 0, 0), d.code)))
