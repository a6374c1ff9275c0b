"""Findings for programs (schema: check.schema.json, printed by `steelyard schema check`).

The form is stable: fields are added, never renamed or removed without another `format`. Lines and columns are counted
from 1, the end is exclusive; a place in a workbook counts rows and columns so, and has its `cell` beside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from steelyard.diagnostics.catalogue import Translator
from steelyard.diagnostics.diagnostic import Diagnostic, Severity
from steelyard.diagnostics.message import Message
from steelyard.diagnostics.registry import code
from steelyard.diagnostics.span import Span
from steelyard.diagnostics.value_regions import ValueRegion

FORMAT = 1
"""Version number of the format."""


def render_json(
    diagnostics: Sequence[Diagnostic],
    *,
    sources: Callable[[str], str | None],  # noqa: ARG001 - places are enough for a program
    translate: Translator = str,
    colour: bool = False,  # noqa: ARG001 - as every renderer
) -> str:
    """Render findings as one JSON object."""
    document = {
        "format": FORMAT,
        "diagnostics": [finding(each, translate) for each in diagnostics],
        "errors": sum(each.severity is Severity.ERROR for each in diagnostics),
        "warnings": sum(each.severity is Severity.WARNING for each in diagnostics),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def check_schema() -> dict[str, Any]:
    """The JSON Schema of the form."""
    return json.loads(Path(__file__).with_name("check.schema.json").read_text("utf-8"))


def finding(diagnostic: Diagnostic, translate: Translator) -> dict[str, object]:
    """One finding; its sentences are translated."""

    def text(message: Message | None) -> str | None:
        return None if message is None else translate(message)

    found: dict[str, object] = {
        "code": diagnostic.code,
        "name": code(diagnostic.code).name,
        "severity": diagnostic.severity.value,
        "headline": text(diagnostic.headline),
        "span": _span(diagnostic.span),
        "help": text(diagnostic.help),
        "labels": [{"span": _span(label.span), "text": text(label.text)} for label in diagnostic.labels],
        "notes": [text(note) for note in diagnostic.notes],
    }
    if diagnostic.regions is None:
        return found
    regions = diagnostic.regions
    return found | {
        "regions": [_region(one) for one in regions.regions],
        "regions_complete": regions.complete,
        "regions_certain": regions.certain,
    }


def _region(region: ValueRegion) -> dict[str, object]:
    return {
        "rows": list(region.rows),
        "inputs": {
            one.input: {
                "values": list(one.values),
                "intervals": [asdict(interval) for interval in one.intervals],
                "other": one.other,
                "missing": one.missing,
            }
            for one in region.extents
        },
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
