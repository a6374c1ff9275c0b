"""What is wrong with a ruleset, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from steelyard.diagnostics.message import Message
from steelyard.diagnostics.span import Span
from steelyard.diagnostics.value_regions import ValueRegions


class Severity(Enum):
    """The severity of a diagnostic; with an error a ruleset cannot be used."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Label:
    """A place with a remark."""

    span: Span
    text: Message | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a ruleset.

    Attributes:
        code: a key of the registry, e.g. `T203`.
        headline: a self-contained summary; starts in lower case, user text in backticks, no final period.
        span: the primary place; None where the finding concerns no text (a missing file).
        labels: further places, each with its remark.
        help: what to write instead.
        notes: facts that help to understand.
        severity: taken from the registry unless given.
        regions: the values that it speaks of, where it is about rows of a table or about bands.
    """

    code: str
    headline: Message
    span: Span | None
    help: Message | None = None
    labels: tuple[Label, ...] = ()
    notes: tuple[Message, ...] = ()
    severity: Severity = Severity.ERROR
    regions: ValueRegions | None = None


class SteelyardError(Exception):
    """Base of every exception that the public API raises on purpose."""


class PolicyError(SteelyardError):
    """Raised at the edge of the API only: a ruleset or a file that cannot be used, with its diagnostics."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(str(d.headline) for d in diagnostics))
        self.diagnostics = diagnostics


class InternalError(Exception):
    """Raised for a bug in Steelyard, never for a mistake of the user. The command line exits with status 70."""
