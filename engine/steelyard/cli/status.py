"""Exit statuses."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from steelyard.diagnostics import Diagnostic, Severity


class Status(IntEnum):
    """How a command ends.

    YES: done. NO: the check found errors, or the score is under the threshold. USAGE: wrong usage, or a file that
    cannot be read. REJECTS: rows were rejected. BUG: a fault of this program. INTERRUPTED and PIPE: ended from outside.
    """

    YES = 0
    NO = 1
    USAGE = 2
    REJECTS = 3
    BUG = 70
    INTERRUPTED = 130
    PIPE = 141


class Stop(Exception):  # noqa: N818 - no error: everything has been said
    """Ends a command with a status after everything has been said."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status


def status_of(diagnostics: Iterable[Diagnostic]) -> Status:
    """USAGE where every error is about files or settings, NO where a ruleset itself is wrong, else YES."""
    errors = [one for one in diagnostics if one.severity is Severity.ERROR]
    if not errors:
        return Status.YES
    return Status.USAGE if all(_outside(one) for one in errors) else Status.NO


def _outside(diagnostic: Diagnostic) -> bool:
    setting = diagnostic.span is not None and diagnostic.span.file.startswith("--")
    return setting or diagnostic.code.startswith("E")
