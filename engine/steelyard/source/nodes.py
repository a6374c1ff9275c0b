"""The nodes of a YAML file: text with places, mappings, sequences. Values have no types yet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self, TypeVar

from steelyard.diagnostics import Span

V = TypeVar("V")


class Text(str):
    """A scalar's source text with its place. It is a `str`; places are not compared.

    Attributes:
        span: the whole scalar, quotes included; empty, after the colon, where nothing was written.
        quoted: whether it was written with quotes or as a block.
        origin: runs of the text, ascending: (offset in the text, line, column); each run is verbatim in the file. Empty
            where the places of characters are unknown.
    """

    __slots__ = ("origin", "quoted", "span")
    span: Span
    quoted: bool
    origin: tuple[tuple[int, int, int], ...]

    def __new__(
        cls, value: str, span: Span, *, quoted: bool = False, origin: tuple[tuple[int, int, int], ...] = ()
    ) -> Self:
        """Create a text with its place."""
        self = super().__new__(cls, value)
        self.span = span
        self.quoted = quoted
        self.origin = origin
        return self

    def at(self, start: int, end: int) -> Span:
        """Return the place of `self[start:end]` in the file; that of the whole scalar where unknown."""
        first = self._locate(start)
        last = self._locate_end(end) if end > start else first
        if first is None or last is None:
            return self.span
        return Span(self.span.file, first[0], first[1], last[0], last[1])

    def _locate(self, offset: int) -> tuple[int, int] | None:
        index = bisect_right(self.origin, offset, key=lambda run: run[0])
        if index == 0:
            return None
        begin, line, column = self.origin[index - 1]
        return line, column + offset - begin

    def _locate_end(self, offset: int) -> tuple[int, int] | None:
        """Return the place after the last character; an escape is longer in the file than in the text."""
        last, following = self._locate(offset - 1), self._locate(offset)
        if last is None or following is None:
            return None
        return following if following[0] == last[0] else (last[0], last[1] + 1)


class Map(dict[Text, "Node"]):
    """A mapping in the order written; `span` is its place."""

    span: Span
    __slots__: ClassVar = ("span",)

    def __init__(self, entries: Mapping[Text, Node], span: Span) -> None:
        super().__init__(entries)
        self.span = span


class Seq(tuple["Node", ...]):  # noqa: SLOT001 - a tuple takes no slots of its own
    """A sequence; `span` is its place."""

    span: Span

    def __new__(cls, items: Sequence[Node], span: Span) -> Self:
        """Create a sequence with its place."""
        self = super().__new__(cls, items)
        self.span = span
        return self


Node = Text | Map | Seq


class Keys:
    """The keys of the sections of one file, each with its place; built once per section, which may have many names."""

    def __init__(self) -> None:
        self._keys: dict[int, tuple[object, dict[str, Text]]] = {}  # the section is held, so that its id stays its own

    def entry(self, section: Mapping[Text, V], name: str) -> tuple[Text, V]:
        """Return a name's key with its place, and its declaration.

        Raises:
            KeyError: the name is not declared.
        """
        if id(section) not in self._keys:
            self._keys[id(section)] = section, {str(key): key for key in section}
        key = self._keys[id(section)][1][name]
        return key, section[key]
