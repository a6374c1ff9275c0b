"""YAML as Steelyard sees it: text with places, mappings, sequences. No value has a type yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from steelyard.diagnostics import Span


class Text(str):
    """A scalar's source text with its place. It is a `str`; `span` is where it stands.

    Attributes:
        span: the whole scalar, quotes included.
        quoted: whether it was written with quotes or as a block.
    """

    span: Span
    quoted: bool
    origin: tuple[tuple[int, int, int], ...]
    """Runs of the text: (offset in the text, line, column), ascending; each run is verbatim in the file."""

    def __new__(
        cls, value: str, span: Span, *, quoted: bool = False, origin: tuple[tuple[int, int, int], ...] = ()
    ) -> Text:
        self = super().__new__(cls, value)
        self.span = span
        self.quoted = quoted
        self.origin = origin
        return self

    def at(self, start: int, end: int) -> Span:
        """The place of `self[start:end]` in the file (the whole scalar where it cannot be told)."""
        first, last = self._locate(start), self._locate(end)
        if first is None or last is None:
            return self.span
        return Span(self.span.file, first[0], first[1], last[0], last[1])

    def _locate(self, offset: int) -> tuple[int, int] | None:
        run = next((r for r in reversed(self.origin) if r[0] <= offset), None)
        return None if run is None else (run[1], run[2] + offset - run[0])


class Map(dict[Text, "Node"]):
    """A mapping in the order written; `span` is its place."""

    span: Span
    __slots__: ClassVar = ("span",)

    def __init__(self, entries: Mapping[Text, Node], span: Span) -> None:
        super().__init__(entries)
        self.span = span


class Seq(tuple["Node", ...]):
    """A sequence; `span` is its place."""

    span: Span

    def __new__(cls, items: Sequence[Node], span: Span) -> Seq:
        self = super().__new__(cls, items)
        self.span = span
        return self


Node = Text | Map | Seq
