"""What is wrong with a cell, or a row, of a file."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.diagnostics import Message


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that cannot be read: what was expected, and a hint what to write instead where that is known."""

    expected: Message
    hint: Message | None = None
