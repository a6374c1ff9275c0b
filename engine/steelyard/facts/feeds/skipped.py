"""Items of a feed that were not used, counted by reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.plain import encodable

EXAMPLES = 5
"""How many examples of a reason are named at most."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """The items of a feed that were left out for one reason.

    Attributes:
        role: the relation's id.
        reason: why they were left out.
        count: how many.
        examples: their places or names, at most `EXAMPLES`.
    """

    role: str
    reason: Message
    count: int
    examples: tuple[str, ...]

    @property
    def warning(self) -> Message:
        """The same as a sentence for the user."""
        shown = ", ".join(f"`{example}`" for example in self.examples)
        if self.count > len(self.examples):
            return msg(
                "{role}: {count} left out: {reason}; such as {examples}",
                role=self.role,
                count=self.count,
                reason=self.reason,
                examples=shown,
            )
        return msg(
            "{role}: {count} left out: {reason}: {examples}",
            role=self.role,
            count=self.count,
            reason=self.reason,
            examples=shown,
        )


class Skips:
    """Collects the items left out of one relation."""

    def __init__(self, role: str) -> None:
        self.role = role
        self._found: dict[Message, list[str]] = {}

    def add(self, reason: Message, example: str) -> None:
        """Count one item."""
        self._found.setdefault(reason, []).append(encodable(" ".join(example.split())[:120]))

    def finish(self) -> tuple[Skipped, ...]:
        """Return what was left out, in the order in which the reasons first occurred."""
        return tuple(
            Skipped(self.role, reason, len(examples), _few(examples)) for reason, examples in self._found.items()
        )


def _few(examples: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(examples))[:EXAMPLES]
