"""Slips of authors, and where the text that a hint suggests is to stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

QUOTED = re.compile(r"`([^`]+)`")
SLOT = re.compile(r"«(?P<wrong>[^»→]*)(?:→(?P<mended>[^»]*))?»")
HINT = "•"
"""Stands in a slot for what the hint suggests."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A text with one mistake, whose hint suggests at least one text.

    Attributes:
        code: what is found.
        text: laid upon the minimal ruleset. Without a slot the suggested text replaces what the finding underlines.
            A slot `«wrong→mended»` says where else it belongs: `•` is what is suggested, one text after the other.
        fills: what the author knows and the hint cannot: for each placeholder of it, such as `x`, the author's text.
        omit: texts in backticks that are no suggestions, such as the name at fault.
    """

    code: str
    text: str
    fills: Mapping[str, str] = field(default_factory=dict[str, str])
    omit: tuple[str, ...] = ()

    @property
    def wrong(self) -> str:
        """The text with the mistake."""
        return SLOT.sub(lambda slot: slot["wrong"], self.text)

    def mended(self, suggested: str) -> str | None:
        """The text with what is suggested in its slot; None where it has none."""
        if not SLOT.search(self.text):
            return None
        return SLOT.sub(lambda slot: slot["mended"].replace(HINT, suggested), self.text)

    def suggestions(self, hint: str) -> Iterator[str]:
        """Give the texts that a hint suggests, with placeholders filled in."""
        quoted = QUOTED.findall(hint)
        assert set(self.omit) <= set(quoted), f"not in the hint: {self.omit}"
        used: set[str] = set()
        for text in quoted:
            if text in self.omit:
                continue
            for placeholder, known in self.fills.items():
                filled = re.sub(rf"(?<!\w){re.escape(placeholder)}(?!\w)", lambda _, known=known: known, text)
                used.update({placeholder} if filled != text else ())
                text = filled  # noqa: PLW2901 - one placeholder after the other
            yield text
        assert used == set(self.fills), f"not in the hint: {set(self.fills) - used}"


def value(expression: str) -> str:
    """A ruleset whose one output has this value."""
    return f"outputs:\n  a:\n    value: {expression}\n"
