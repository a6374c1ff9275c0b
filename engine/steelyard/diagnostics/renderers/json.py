"""Findings for programs. The schema is stable: fields are added, never renamed or removed.

`{"diagnostics": [{"code", "name", "severity", "headline", "span", "help", "labels": [{"span", "text"}],
"notes": []}], "errors": N, "warnings": N}`, where a span is `{"file", "line", "column", "end_line",
"end_column"}` counted from 1 with the end exclusive, or null. A place in a workbook counts rows and columns so, and
has "cell" beside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from steelyard.diagnostics.catalogue import Translator
from steelyard.diagnostics.diagnostic import Diagnostic, Severity
from steelyard.diagnostics.message import Message
from steelyard.diagnostics.registry import code
from steelyard.diagnostics.span import Span


def render_json(
    diagnostics: Sequence[Diagnostic],
    *,
    sources: Callable[[str], str | None],  # noqa: ARG001 - places are enough for a program
    translate: Translator = str,
    colour: bool = False,  # noqa: ARG001 - as every renderer
) -> str:
    """Render findings as one JSON object."""
    document = {
        "diagnostics": [_finding(each, translate) for each in diagnostics],
        "errors": sum(each.severity is Severity.ERROR for each in diagnostics),
        "warnings": sum(each.severity is Severity.WARNING for each in diagnostics),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _finding(diagnostic: Diagnostic, translate: Translator) -> dict[str, object]:
    def text(message: Message | None) -> str | None:
        return None if message is None else translate(message)

    return {
        "code": diagnostic.code,
        "name": code(diagnostic.code).name,
        "severity": diagnostic.severity.value,
        "headline": text(diagnostic.headline),
        "span": _span(diagnostic.span),
        "help": text(diagnostic.help),
        "labels": [{"span": _span(label.span), "text": text(label.text)} for label in diagnostic.labels],
        "notes": [text(note) for note in diagnostic.notes],
    }


def _span(span: Span | None) -> dict[str, object] | None:
    if span is None:
        return None
    place: dict[str, object] = {
        "file": span.file,
        "line": span.line + 1,
        "column": span.column + 1,
        "end_line": span.end_line + 1,
        "end_column": span.end_column + 1,
    }
    return {**place, "cell": span.cell} if span.cell else place
