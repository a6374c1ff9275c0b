"""What is wrong with a cell, or a row, of a file."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.diagnostics import Message


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that cannot be taken: what was expected there, and what to write instead where that can be told."""

    expected: Message
    hint: Message | None = None
