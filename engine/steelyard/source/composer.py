"""Converts events to nodes with an explicit stack, so that nesting cannot exhaust Python's stack.

Each scalar stays the text that was written. Everything that YAML would silently reinterpret (duplicate keys, anchors,
tags, a second document, an expression that it cuts) is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from steelyard.diagnostics import Diagnostics, Label, Message, Span, msg
from steelyard.source import accidents
from steelyard.source.accidents import Finding
from steelyard.source.events import Alias, Begin, Broken, Close, Event, Mark, Open, Scalar
from steelyard.source.nodes import Map, Node, Seq, Text
from steelyard.source.places import CONTROL, lines_of, origin

DEPTH_LIMIT = 100
FINDINGS_LIMIT = 100
NODES_LIMIT = 100_000
"""So many texts, lists and mappings a file may have, which bounds the time of every pass over it."""
CHARACTERS_LIMIT = 1_000_000
"""So many characters the texts may have together that can be expressions, for the same reason."""
CASES_TIMES = 10
"""A file of worked cases may have so many times as much: few passes go over it."""
SHORT = 10_000
"""Longer texts are no expressions, and are not counted."""


@dataclass(slots=True)
class _Frame:
    """A mapping or sequence that is being read.

    Attributes:
        opened: how it began.
        items: for a sequence, its nodes so far.
        entries: for a mapping, its entries so far.
        keys: the keys as written, by their text.
        key: the key whose value comes next; None where that value is dropped.
        awaits_value: whether a mapping has read a key.
        end: (line, column) after the text read so far.
    """

    opened: Open
    end: tuple[int, int]
    items: list[Node] = field(default_factory=list["Node"])
    entries: dict[Text, Node] = field(default_factory=dict["Text", "Node"])
    keys: dict[str, Text] = field(default_factory=dict[str, "Text"])
    key: Text | None = None
    awaits_value: bool = False


class Composer:
    """Composes the nodes of one text."""

    def __init__(self, text: str, file: str, diagnostics: Diagnostics, *, cases: bool = False) -> None:
        self._text = text
        self._lines = lines_of(text)
        self._file = file
        self._diagnostics = diagnostics
        self._stack: list[_Frame] = []
        self._root: Node | None = None
        self._begun = False
        self._findings = 0
        self._nodes = 0
        self._characters = 0
        self._cases = cases
        self._misleading = False
        self._last: Event | None = None
        self._judged: Open | None = None

    def result(self) -> Node | None:
        """The root; None where part of it is certainly not what its writer meant."""
        root = self._root
        if root is None or (isinstance(root, Text) and not root and not root.quoted):
            if not self._findings:
                self._say(Finding("Y110", msg("the file is empty")), Span(self._file, 0, 0, 0, 0))
            return None
        return None if self._misleading else root

    def take(self, event: Event) -> bool:
        """Process one event; returns whether to continue."""
        if isinstance(event, Open | Scalar):
            self._nodes += 1
            limit = NODES_LIMIT * (CASES_TIMES if self._cases else 1)
            if self._nodes > limit:
                headline = msg("more than {limit} keys and values", limit=f"{limit:,}")
                return self._refuse_size(event, headline)
        if isinstance(event, Scalar) and len(event.value) <= SHORT:
            self._characters += len(event.value)
            limit = CHARACTERS_LIMIT * (CASES_TIMES if self._cases else 1)
            if self._characters > limit:
                headline = msg("keys and values of more than {limit} characters", limit=f"{limit:,}")
                return self._refuse_size(event, headline)
        match event:
            case Begin():
                goes_on = self._begin(event)
            case Alias() | Open(anchor=str()) | Scalar(anchor=str()):
                goes_on = self._refuse_anchor(event)
            case Open():
                goes_on = self._open(event)
            case Scalar():
                goes_on = self._scalar(event)
            case Close():
                goes_on = self._close(event)
            case Broken():
                goes_on = self._broken(event)
            case _:
                assert_never(event)
        self._last = event if event.end.index > event.start.index else self._last
        return goes_on and self._findings < FINDINGS_LIMIT

    # events

    def _begin(self, event: Begin) -> bool:
        if self._begun:
            self._say(
                Finding("Y105", msg("a second document in the file"), msg("write one document a file, without `---`")),
                self._span(event.start, event.end),
            )
            return False
        self._begun = True
        return True

    def _refuse_size(self, event: Open | Scalar, headline: Message) -> bool:
        advice = (
            msg("part the file, and try each part by itself")
            if self._cases
            else msg("keep rows of tables in CSV or XLSX files, and give data as relations")
        )
        self._mislead(Finding("E103", headline, advice), self._span(event.start, event.end))
        return False

    def _refuse_anchor(self, event: Alias | Open | Scalar) -> bool:
        sign = "*" if isinstance(event, Alias) else "&"
        headline = msg("YAML's `{sign}{name}` is not used in rulesets", sign=sign, name=event.anchor)
        advice = msg("write the value out; if it is an expression, quote the expression or put it on its own line")
        end = Mark(event.start.line, event.start.column + 1 + len(str(event.anchor)), 0)
        self._mislead(Finding("Y103", headline, advice), self._span(event.start, end))
        return False

    def _refuse_tag(self, event: Open | Scalar) -> None:
        if event.tag is not None:
            headline = msg("YAML's tag `{tag}` is not used in rulesets", tag=event.tag)
            advice = msg("remove it; if it is an expression, quote the expression or put it on its own line")
            end = Mark(event.start.line, event.start.column + 1, 0)
            self._mislead(Finding("Y104", headline, advice), self._span(event.start, end))

    def _open(self, event: Open) -> bool:
        self._refuse_tag(event)
        if len(self._stack) == DEPTH_LIMIT:
            headline = msg("nested more than {limit} deep", limit=DEPTH_LIMIT)
            advice = msg("close the brackets, or quote the text that they belong to")
            self._mislead(Finding("Y108", headline, advice), self._span(event.start, event.end))
            return False
        self._stack.append(_Frame(event, (event.end.line, event.end.column)))
        return True

    def _close(self, event: Close) -> bool:
        frame = self._stack.pop()
        start = frame.opened.start
        # for YAML a block ends where the next element begins; here it ends with its last entry
        end = (event.end.line, event.end.column) if frame.opened.flow else frame.end
        span = Span(self._file, start.line, start.column, *end)
        if frame.opened.mapping:
            self._put(Map(frame.entries, span), span)
            return True
        if frame.opened.flow:
            plain = [str(item) for item in frame.items if isinstance(item, Text) and not item.quoted]
            self._judge(accidents.eaten_range(plain) if len(plain) == len(frame.items) else None, span)
        self._put(Seq(frame.items, span), span)
        return True

    def _scalar(self, event: Scalar) -> bool:
        self._refuse_tag(event)
        span = self._scalar_span(event)
        line = self._lines[span.end_line] if span.end_line < len(self._lines) else ""
        flow = bool(self._stack) and self._stack[-1].opened.flow
        self._judge(accidents.eaten_scalar(event, line, span.end_column, flow=flow), span)
        if CONTROL.search(event.value):
            headline = msg("an escape makes an invisible character")
            self._mislead(Finding("Y111", headline, msg("write the character itself, or leave it out")), span)
        runs = origin(event, self._text)
        self._put(Text(event.value, span, quoted=bool(event.style), origin=runs), span)
        return True

    def _broken(self, event: Broken) -> bool:
        flow = next((frame.opened for frame in reversed(self._stack) if frame.opened.flow), None)
        finding = accidents.explain(event, self._last, flow, self._text, self._file)
        end = Mark(event.start.line, event.start.column + 1, 0)
        self._misleading = True
        if self._outermost_flow() is None or self._outermost_flow() is not self._judged:
            self._say(finding, self._span(event.start, end))
        return False

    # nodes

    def _put(self, node: Node, span: Span) -> None:
        """Add a finished node to the node that contains it."""
        if not self._stack:
            self._root = node
            return
        frame = self._stack[-1]
        frame.end = (span.end_line, span.end_column)
        if not frame.opened.mapping:
            frame.items.append(node)
        elif not frame.awaits_value:
            frame.key = self._key(frame, node)
            frame.awaits_value = True
        else:
            if frame.key is not None:
                frame.entries[frame.key] = node
                if frame.opened.flow and isinstance(node, Text) and not node and not node.quoted:
                    self._judge(accidents.eaten_key(frame.key), frame.key.span)
            frame.awaits_value = False

    def _key(self, frame: _Frame, node: Node) -> Text | None:
        """Return the key if it is valid: a text that is not empty and not a duplicate; else None."""
        if not isinstance(node, Text) or not node:
            self._mislead(Finding("Y106", msg("a key must be a text"), accidents.QUOTE), node.span)
            return None
        first = frame.keys.setdefault(node, node)
        if first is node:
            return node
        labels = (Label(first.span, msg("first written here")),)
        finding = Finding("Y102", msg("the key `{key}` is written twice", key=node), msg("remove one of them"), labels)
        self._say(finding, node.span)
        return None

    # findings and places

    def _judge(self, finding: Finding | None, span: Span) -> None:
        """Report a misread expression; only the first within outermost brackets, because others follow from it."""
        if finding is None:
            return
        flow = self._outermost_flow()
        if flow is None or flow is not self._judged:
            self._mislead(finding, span)
        self._judged = flow

    def _outermost_flow(self) -> Open | None:
        return next((frame.opened for frame in self._stack if frame.opened.flow), None)

    def _mislead(self, finding: Finding, span: Span) -> None:
        """Report a finding after which the nodes must not be used."""
        self._misleading = True
        self._say(finding, span)

    def _say(self, finding: Finding, span: Span) -> None:
        self._findings += 1
        self._diagnostics.add(
            finding.code,
            finding.span or span,
            finding.headline,
            help=finding.help,
            labels=finding.labels,
            notes=finding.notes,
        )

    def _span(self, start: Mark, end: Mark) -> Span:
        return Span(self._file, start.line, start.column, end.line, end.column)

    def _scalar_span(self, event: Scalar) -> Span:
        """Return a scalar's span, without blank lines after a block; an empty scalar is right after its key's colon."""
        if event.style in ("|", ">"):
            written = lines_of(self._text[event.start.index : event.end.index].rstrip(" \t\r\n"))
            column = len(written[-1]) + (event.start.column if len(written) == 1 else 0)
            return Span(self._file, event.start.line, event.start.column, event.start.line + len(written) - 1, column)
        key = self._stack[-1].key if self._stack and self._stack[-1].awaits_value else None
        if event.end.index == event.start.index and key is not None and event.start.line > key.span.end_line:
            line, column = key.span.end_line, key.span.end_column + 1
            return Span(self._file, line, column, line, column)
        return self._span(event.start, event.end)
