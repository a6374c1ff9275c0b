"""Comments in a ruleset's file that ignore warnings: `# steelyard: ignore L101 read by the next version`.

A comment is about its own line; one that stands alone is about the line below it. Errors cannot be ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from steelyard.diagnostics import Diagnostic, Diagnostics, Message, Severity, Span, msg
from steelyard.diagnostics.registry import CODES

_COMMENT = re.compile(
    r"(?:^|(?<=\s))#\s*steelyard:\s*ignore\b[ \t]*(?P<codes>[A-Za-z]\d{3}(?:\s*,\s*[A-Za-z]\d{3})*)?(?P<why>.*)$"
)
_FORM = msg("write `# steelyard: ignore CODE REASON`")
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class _Ignore:
    """A code that a comment ignores.

    Attributes:
        span: of the comment.
        line: that it is about.
        code: of warnings, in capitals.
    """

    span: Span
    line: int
    code: str


def without_ignored(
    found: Iterable[Diagnostic], files: Iterable[str], read: Callable[[str], str | None]
) -> tuple[Diagnostic, ...]:
    """The findings that no comment ignores, and findings about comments.

    Args:
        found: what was found.
        files: the files of the ruleset, whose comments count.
        read: gives the text of a file; None: it has none.
    """
    remarks = Diagnostics()
    ignores = [one for file in dict.fromkeys(files) for one in _ignores(file, read(file) or "", remarks)]
    by_place = {(one.span.file, one.line, one.code): one for one in ignores}
    used: set[_Ignore] = set()
    for one in found:
        place = None if one.span is None or one.span.cell else (one.span.file, one.span.line, one.code)
        ignore = None if place is None else by_place.get(place)
        if ignore is None or one.severity is Severity.ERROR:
            remarks.extend((one,))
        else:
            used.add(ignore)
    for ignore in ignores:
        if ignore not in used:
            remarks.add("L135", ignore.span, _idle(ignore))
    return remarks.sorted()


def _idle(ignore: _Ignore) -> Message:
    if ignore.code in CODES and CODES[ignore.code].severity is Severity.ERROR:
        return msg("`{code}` is an error, which cannot be ignored", code=ignore.code)
    return msg("there is no `{code}` to ignore in line {line}", code=ignore.code, line=ignore.line + 1)


def _ignores(file: str, text: str, remarks: Diagnostics) -> Iterator[_Ignore]:
    lines = _BREAK.split(text.removeprefix("\ufeff"))
    for number, line in enumerate(lines):
        found = _COMMENT.search(line)
        if found is None:
            continue
        span = Span(file, number, found.start(), number, len(line))
        about = number if line[: found.start()].strip() else _next(lines, number)
        if found["codes"] is None:
            remarks.add("L136", span, msg("no code is named, so nothing is ignored"), help=_FORM)
            continue
        if not found["why"].strip():
            remarks.add("L136", span, msg("no reason is given for what is ignored"), help=_FORM)
        for code in re.split(r"\s*,\s*", found["codes"]):
            yield _Ignore(span, about, code.upper())


def _next(lines: list[str], number: int) -> int:
    """The line that a comment alone on its line is about: the next one that is no comment."""
    after = range(number + 1, len(lines))
    return next((one for one in after if not lines[one].lstrip().startswith("#")), number)
