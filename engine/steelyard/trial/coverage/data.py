"""Coverage for programs, beside a trial (schema: test.schema.json)."""

from __future__ import annotations

from typing import Any

from steelyard.explain.terms import show
from steelyard.trial.coverage.records import Coverage, Kind, Point


def coverage_data(found: Coverage, lang: str) -> dict[str, Any]:
    """Coverage as mappings, lists, texts and numbers; names and texts are in a language."""
    kinds = {kind: [one for one in found.points if one.key.kind is kind] for kind in Kind}
    return {
        "covered": found.covered,
        "total": found.total,
        "percent": found.percent,
        "kinds": {
            kind.value: {"covered": sum(one.covered for one in points), "total": len(points)}
            for kind, points in kinds.items()
            if points
        },
        "uncovered": [_point(one, lang) for one in found.uncovered],
    }


def _point(one: Point, lang: str) -> dict[str, Any]:
    key, span = one.key, one.span
    return {
        "kind": key.kind.value,
        "version": key.version,
        "of": key.of,
        "name": show(one.name, lang),
        "text": show(one.text, lang),
        "file": None if span is None else span.file,
        "line": None if span is None else span.line + 1,
        "column": None if span is None else span.column + 1,
    }
