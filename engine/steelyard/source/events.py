"""Wraps the events of ruamel.yaml. No other module uses the library.

Its event parser is a state machine, so nesting cannot exhaust the stack, and aliases stay unexpanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.scanner import Scanner


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text: line and column from 0, index in characters."""

    line: int
    column: int
    index: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar; `style` is its first sign: `'`, `"`, `|`, `>` or nothing where it is plain."""

    value: str
    style: str
    start: Mark
    end: Mark
    anchor: str | None
    tag: str | None


@dataclass(frozen=True, slots=True)
class Alias:
    """A reference to an anchor."""

    anchor: str
    start: Mark
    end: Mark


@dataclass(frozen=True, slots=True)
class Open:
    """A mapping or a sequence begins; `flow` says that it is written in brackets."""

    mapping: bool
    flow: bool
    start: Mark
    end: Mark
    anchor: str | None
    tag: str | None


@dataclass(frozen=True, slots=True)
class Close:
    """The innermost open mapping or sequence ends."""

    start: Mark
    end: Mark


@dataclass(frozen=True, slots=True)
class Begin:
    """A document begins."""

    start: Mark
    end: Mark


@dataclass(frozen=True, slots=True)
class Broken:
    """The text is not YAML from here on; always the last event.

    Attributes:
        start: where reading stopped.
        context: where the construct that was being read began.
        problem: the library's message, in English.
        lost: whether the library gave no place; `start` is then the end of the text read before.
    """

    start: Mark
    context: Mark | None
    problem: str
    lost: bool = False

    @property
    def end(self) -> Mark:
        """Nothing was read."""
        return self.start


Event = Scalar | Alias | Open | Close | Begin | Broken


def events(text: str) -> Iterator[Event]:
    """Give the events of a text lazily; the caller may stop at any event.

    >>> [type(event).__name__ for event in events("a: [b]")]
    ['Begin', 'Open', 'Scalar', 'Open', 'Scalar', 'Close', 'Close']
    """
    last = Mark(0, 0, 0)
    try:
        yaml = YAML(typ="safe", pure=True)
        yaml.Scanner = _Scanner
        for raw in yaml.parse(text):  # pyright: ignore[reportUnknownMemberType]
            event = _event(raw)
            if event is not None:
                last = event.end
                yield event
    except MarkedYAMLError as error:
        # context without problem: the construct itself is at fault
        start: Any = error.problem_mark or error.context_mark  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        context: Any = error.context_mark  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        problem = str(error.problem or error.context)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        yield Broken(_mark(start) if start else last, _mark(context) if context else None, problem)
    except (YAMLError, ValueError, OverflowError):
        # for escapes such as `\UFFFFFFFF` the library raises chr()'s ValueError
        yield Broken(last, None, "a character beyond Unicode", lost=True)


class _Scanner(Scanner):
    """Takes `:=` after a blank for the begin of a text within `{}` as well, whatever was read before.

    The library decides by tokens that may have been handed on already.
    """

    def check_value(self) -> Any:  # noqa: ANN401 - untyped in the library
        scanner: Any = super()
        peek: Any = self.reader.peek  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        within: Any = self.flow_context  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if within and peek(1) == "=" and peek(-1) in " \t\n":
            return False
        return scanner.check_value()


def _event(raw: Any) -> Event | None:  # noqa: ANN401 - the library's events are untyped
    fields: Any = raw
    start, end = _mark(fields.start_mark), _mark(fields.end_mark)
    match raw:
        case ScalarEvent():
            return Scalar(fields.value, fields.style or "", start, end, fields.anchor, _tag(fields))
        case AliasEvent():
            return Alias(str(fields.anchor), start, end)
        case MappingStartEvent():
            return Open(True, bool(fields.flow_style), start, end, fields.anchor, _tag(fields))
        case SequenceStartEvent():
            return Open(False, bool(fields.flow_style), start, end, fields.anchor, _tag(fields))
        case MappingEndEvent() | SequenceEndEvent():
            return Close(start, end)
        case DocumentStartEvent():
            return Begin(start, end)
        case _:  # the ends of the stream and of a document
            return None


def _mark(mark: Any) -> Mark:  # noqa: ANN401 - untyped in the library
    return Mark(mark.line, mark.column, mark.index)


def _tag(raw: Any) -> str | None:  # noqa: ANN401 - untyped in the library
    return None if raw.tag is None else str(raw.tag)
