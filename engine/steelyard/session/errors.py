"""Exceptions of the public API. All are `SteelyardError`; `PolicyError` carries the diagnostics of a ruleset or file.

Each carries messages and hints, so that a caller can show them in the reader's language; `str(error)` is English.
A fault of this program other than a disagreement of engines is an `InternalError`, which is no `SteelyardError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostic, Message, PolicyError, SteelyardError, msg

if TYPE_CHECKING:
    from steelyard.facts import Reject
    from steelyard.session.disagreement import Disagreement

SHOWN = 5
"""How many disagreements are described."""


class MessageError(SteelyardError):
    """An exception that consists of messages.

    Attributes:
        messages: what went wrong, the most important first; at least one.
        hints: what may help; empty where there is no advice.
    """

    def __init__(self, *messages: Message, hints: tuple[Message, ...] = ()) -> None:
        super().__init__("; ".join(str(message) for message in (*messages, *hints)))
        self.messages = messages
        self.hints = hints


class UsageError(MessageError):
    """The caller's mistake: an unknown name, two options that exclude each other, a file that must not be written."""


class InputError(UsageError):
    """A value that the caller passed cannot be read.

    Attributes:
        name: of the input, relation or parameter.
        value: what was passed, as text.
        expected: what is accepted in its place.
    """

    def __init__(self, name: str, value: object, expected: Message, hints: tuple[Message, ...] = ()) -> None:
        shown = str(value)[:80]
        message = msg("`{name}` is “{value}”, expected {expected}", name=name, value=shown, expected=expected)
        super().__init__(message, hints=hints)
        self.name = name
        self.value = shown
        self.expected = expected


class CaseRejectedError(MessageError):
    """The row of the case that is asked for was rejected when it was read, so that there is no case to evaluate.

    Attributes:
        rejects: one for each rejected row with the key: `file`, `line`, `where`, `value`, `expected`, `hint`.
    """

    def __init__(self, key: str, rejects: tuple[Reject, ...]) -> None:
        super().__init__(msg("the case `{key}` has no score: it was rejected before it was scored", key=key))
        self.rejects = rejects


class EngineError(MessageError):
    """An engine is unknown, not installed, refuses the ruleset, or could not finish.

    Attributes:
        diagnostics: why it refuses the ruleset; empty where that is not the reason.
    """

    def __init__(
        self, *messages: Message, diagnostics: tuple[Diagnostic, ...] = (), hints: tuple[Message, ...] = ()
    ) -> None:
        super().__init__(*messages, hints=hints)
        self.diagnostics = diagnostics
        if not messages:
            self.args = ("; ".join(str(one.headline) for one in diagnostics),)


class DisagreementError(MessageError):
    """Two engines give different outcomes for the same case: a fault of this program. Nothing was written.

    Attributes:
        differences: one for each case and checking engine.
    """

    def __init__(self, differences: tuple[Disagreement, ...], described: tuple[Message, ...]) -> None:
        count = len({one.case.key for one in differences})
        counted = msg("{count} {count:case differs|cases differ} between engines; nothing was written", count=count)
        report = msg("this is a fault of this program: please report it with the ruleset and these cases")
        super().__init__(*described, counted, report)
        self.differences = differences


class LimitError(MessageError):
    """What is asked for is allowed, and cannot be done for this ruleset: a format that cannot hold a cell, say."""


class IntakeError(PolicyError):
    """The file that says how files are written has errors: these are its diagnostics."""


class CasesError(PolicyError):
    """The file of worked cases has errors: these are its diagnostics."""


class OutputError(MessageError):
    """An output cannot be written; none of the outputs of the same call exists then."""


__all__ = [
    "CaseRejectedError",
    "CasesError",
    "DisagreementError",
    "EngineError",
    "InputError",
    "IntakeError",
    "LimitError",
    "MessageError",
    "OutputError",
    "PolicyError",
    "SteelyardError",
    "UsageError",
]
