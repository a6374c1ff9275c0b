"""Collects findings, so that one run reports them all."""

from __future__ import annotations

from steelyard.diagnostics import registry
from steelyard.diagnostics.diagnostic import Diagnostic, Label, Severity
from steelyard.diagnostics.message import Message
from steelyard.diagnostics.span import Span
from steelyard.diagnostics.value_regions import ValueRegions


class Diagnostics:
    """Collects the findings of one run; a pass receives it, adds to it and never prints."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._errors = 0

    def add(
        self,
        code: str,
        span: Span | None,
        headline: Message,
        *,
        help: Message | None = None,  # noqa: A002 - the field's name
        labels: tuple[Label, ...] = (),
        notes: tuple[Message, ...] = (),
        regions: ValueRegions | None = None,
    ) -> None:
        """Add a finding; its severity comes from the registry. The same finding twice counts once."""
        severity = registry.code(code).severity
        self.extend((Diagnostic(code, headline, span, help, labels, notes, severity, regions),))

    def extend(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Take over the findings of another pass."""
        for one in diagnostics:
            if one not in self._found:
                self._found[one] = None
                self._errors += one.severity is Severity.ERROR

    @property
    def errors(self) -> int:
        """The number of errors so far."""
        return self._errors

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return all findings in the order of the text; those without a place first."""
        return tuple(sorted(self._found, key=lambda d: (d.span is not None, d.span or Span("", 0, 0, 0, 0), d.code)))
