"""Renders findings for people: headline, the source line with the place underlined, help, notes.

ruleset.yaml:12:14: N101 error: unknown name `surveyd_at`
  12 |     measure: surveyd_at - accepted_at
     |              ^^^^^^^^^^
  help: did you mean `surveyed_at`
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import assert_never
from unicodedata import combining, east_asian_width

from steelyard.diagnostics.catalogue import Translator
from steelyard.diagnostics.diagnostic import Diagnostic, Label, Severity
from steelyard.diagnostics.message import Message, msg
from steelyard.diagnostics.plain import one_line, visible
from steelyard.diagnostics.span import Span

LINE_LIMIT = 160
"""How many characters of a source line are shown; a longer line is cut around the underlined part."""

SHOWN = 20
"""So many warnings of one kind are shown of a file; the JSON renderer shows all."""

_BREAK = re.compile(r"\r\n|\r|\n")
_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "bold": "\x1b[1m", "faint": "\x1b[34m", "plain": "\x1b[0m"}


def render_text(
    diagnostics: Sequence[Diagnostic],
    *,
    sources: Callable[[str], str | None],
    translate: Translator = str,
    colour: bool = False,
) -> str:
    """Render findings one below the other, a blank line between; of many warnings of a kind only the first."""
    page = _Page(sources, translate, _STYLES if colour else {})
    return "\n".join("".join(f"{line}\n" for line in lines) for lines in page.findings(diagnostics))


def _kind(diagnostic: Diagnostic) -> tuple[str, ...]:
    """What makes warnings alike: the file, the code and the sentence, but for its values."""
    inner = diagnostic.headline.values.get("kind")
    file = "" if diagnostic.span is None else diagnostic.span.file
    return file, diagnostic.code, diagnostic.headline.template, inner.template if isinstance(inner, Message) else ""


class _Page:
    """Lays out findings; caches the lines of the files shown."""

    def __init__(self, sources: Callable[[str], str | None], translate: Translator, styles: Mapping[str, str]) -> None:
        self._sources = sources
        self._translate = translate
        self._styles = styles
        self._files: dict[str, list[str]] = {}

    def findings(self, diagnostics: Sequence[Diagnostic]) -> Iterator[Iterable[str]]:
        """The lines of each finding; after `SHOWN` warnings of a kind, the number of the others."""
        totals = Counter(_kind(one) for one in diagnostics if one.severity is Severity.WARNING)
        shown: Counter[tuple[str, ...]] = Counter()
        for one in diagnostics:
            kind = _kind(one)
            shown[kind] += 1
            more = totals[kind] - SHOWN
            if one.severity is not Severity.WARNING or shown[kind] <= SHOWN:
                yield self.finding(one)
            if more > 0 and shown[kind] == SHOWN:
                rest = self._text(msg("and {count} more of the same kind", count=f"{more:,}"))
                yield (f"{self._styled(one.code, 'bold')} {rest}",)

    def finding(self, diagnostic: Diagnostic) -> Iterator[str]:
        """The lines of one finding."""
        where = f"{one_line(str(diagnostic.span))}: " if diagnostic.span else ""
        weight = self._styled(f"{self._severity(diagnostic.severity)}:", diagnostic.severity.value)
        yield self._styled(f"{where}{diagnostic.code} ", "bold") + f"{weight} {self._text(diagnostic.headline)}"

        places = [] if diagnostic.span is None else [(Label(diagnostic.span), "^")]
        places += [(label, "-") for label in diagnostic.labels]
        gutter = max((len(str(label.span.line + 1)) for label, _ in places), default=0) + 2
        file = diagnostic.span.file if diagnostic.span else None
        for label, sign in places:
            if label.span.file != file and self._line(label.span) is not None:
                file = label.span.file
                yield f"{' ' * gutter} {self._styled(f'--> {one_line(str(label.span))}', 'faint')}"
            yield from self._excerpt(label, sign, gutter, diagnostic.severity)

        if diagnostic.help is not None:
            yield f"  {self._styled(self._translate(msg('help')) + ':', 'bold')} {self._text(diagnostic.help)}"
        for note in diagnostic.notes:
            yield f"  {self._styled(self._translate(msg('note')) + ':', 'bold')} {self._text(note)}"

    def _excerpt(self, label: Label, sign: str, gutter: int, severity: Severity) -> Iterator[str]:
        """The source line of a place, with the place underlined and its remark."""
        span = label.span
        remark = "" if label.text is None else self._text(label.text)
        line = self._line(span)
        if line is None:
            if remark:
                yield f"{' ' * gutter} {self._styled('=', 'faint')} {one_line(str(span))}: {remark}"
            return
        end = span.end_column if span.end_line == span.line else len(line)
        before, marked, after = _cut(line, span.column, max(end, span.column))
        bar = self._styled("|", "faint")
        pad = " " * _width(before)
        under = sign * max(1, _width(marked))
        style = severity.value if sign == "^" else "faint"
        number = self._styled(str(span.line + 1).rjust(gutter), "faint")
        yield f"{number} {bar} {visible(before)}{visible(marked)}{visible(after)}".rstrip()
        yield f"{' ' * gutter} {bar} {pad}{self._styled(f'{under} {remark}'.rstrip(), style)}"

    def _line(self, span: Span) -> str | None:
        if span.cell:
            return None  # a workbook has no text lines
        if span.file not in self._files:
            text = self._sources(span.file)
            self._files[span.file] = [] if text is None or "\0" in text else _BREAK.split(text)
        lines = self._files[span.file]
        return lines[span.line] if span.line < len(lines) else None

    def _severity(self, severity: Severity) -> str:
        match severity:
            case Severity.ERROR:
                return self._translate(msg("error"))
            case Severity.WARNING:
                return self._translate(msg("warning"))
            case _:
                assert_never(severity)

    def _text(self, message: Message) -> str:
        return one_line(self._translate(message))

    def _styled(self, text: str, style: str) -> str:
        return f"{self._styles[style]}{text}{self._styles['plain']}" if style in self._styles and text else text


def _width(text: str) -> int:
    """Return the width of a text in columns: a Chinese character takes two, a combining accent none.

    >>> _width("报案 a")
    6
    """
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in visible(text))


def _cut(line: str, start: int, end: int) -> tuple[str, str, str]:
    """Split a line into the parts before, within and after the place, `LINE_LIMIT` characters in total at most."""
    start, end = min(start, len(line)), min(end, len(line))
    if len(line) <= LINE_LIMIT:
        return line[:start], line[start:end], line[end:]
    first = max(0, start - LINE_LIMIT // 2)
    last = min(len(line), first + LINE_LIMIT)
    head, tail = "…" if first else "", "…" if last < len(line) else ""
    return head + line[first:start], line[start : min(end, last)], line[min(end, last) : last] + tail
