"""Comparisons for programs (schema: diff.schema.json, printed by `steelyard schema diff`).

The form is stable: fields are added, never renamed or removed without another `format`. Scores and means are texts with
all their digits.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from steelyard.semantics.outcome import Fixed
from steelyard.trial.comparing.changes import Change, Pair
from steelyard.trial.comparing.comparison import Affected, Comparison, OnCases, ScoreShift, Shift, Spread
from steelyard.trial.comparing.sentences import headline, said, signed, summary

FORMAT = 1
"""Version number of the format."""


def data(found: Comparison, lang: str) -> dict[str, Any]:
    """A comparison as mappings, lists, texts and numbers; sentences are in a language."""
    return {
        "format": FORMAT,
        "old": found.old,
        "new": found.new,
        "same_meaning": found.same,
        "differs": found.differs,
        "summary": said(summary(found), lang),
        "versions": [_pair(one, lang) for one in found.pairs],
        "notes": [said(one, lang) for one in found.notes],
        "cases": None if found.cases is None else _on_cases(found.cases, lang),
    }


def as_json(found: Comparison, lang: str) -> str:
    """A comparison as one JSON object."""
    return json.dumps(data(found, lang), ensure_ascii=False, indent=2) + "\n"


def diff_schema() -> dict[str, Any]:
    """The JSON Schema of the form."""
    schema: dict[str, Any] = json.loads(Path(__file__).with_name("diff.schema.json").read_text("utf-8"))
    return schema


def _pair(pair: Pair, lang: str) -> dict[str, Any]:
    sides = [
        None if one is None else {"ruleset": one.id, "version": one.version, "digest": digest}
        for one, digest in zip((pair.old, pair.new), pair.digests, strict=True)
    ]
    return {
        "old": sides[0],
        "new": sides[1],
        "same_meaning": pair.same,
        "changes": [_change(one, lang) for one in pair.changes],
        "shares": [
            {
                "score": one.score.id,
                "indicator": one.indicator.id,
                "old": None if one.old is None else str(one.old),
                "new": None if one.new is None else str(one.new),
            }
            for one in pair.shares
        ],
    }


def _change(one: Change, lang: str) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "sort": one.sort.value,
        "section": one.section,
        "id": one.id,
        "path": one.path,
        "text": headline(one, lang),
        "old": None if one.old is None else said(one.old, lang),
        "new": None if one.new is None else said(one.new, lang),
        "targets": [{"indicator": name.id, "turn": turn.value} for name, turn in one.targets],
        "turn": None if one.turn is None else one.turn.value,
        "notes": [said(note, lang) for note in one.notes],
    }


def _on_cases(cases: OnCases, lang: str) -> dict[str, Any]:
    return {
        "engines": [{"name": one.name, "verified": one.verified} for one in cases.engines],
        "rejected": list(cases.rejected),
        "different": cases.different,
        "statuses": [{"old": old, "new": new, "cases": count} for old, new, count in cases.statuses],
        "restated": [{"case": key, "old": old, "new": new} for key, old, new in cases.restated],
        "by": [said(one, lang) for one in cases.by],
        "scores": [_score(one, lang) for one in cases.scores],
        "examples": [
            {
                "version": version,
                "path": path,
                "case": None if one is None else one.key,
                "alone": one is not None and one.alone,
                "old": None if one is None else _text(one.old),
                "new": None if one is None else _text(one.new),
            }
            for (version, path), one in cases.examples.items()
        ],
    }


def _score(one: ScoreShift, lang: str) -> dict[str, Any]:
    return {
        "score": one.id,
        "old": _spread(one.old),
        "new": _spread(one.new),
        "all": _shift(one.all, one.digits),
        "groups": [_shift(each, one.digits) for each in one.groups],
        "grades": [{"old": old, "new": new, "cases": count} for old, new, count in one.migration],
        "affected": [_affected(each, lang) for each in one.affected],
    }


def _spread(one: Spread) -> dict[str, Any]:
    return {"scored": one.count, "mean": _text(one.mean), **{name: _text(value) for name, value in one.quantiles}}


def _shift(one: Shift, digits: int) -> dict[str, Any]:
    return {
        "key": list(one.key),
        "scored": one.count,
        "higher": one.higher,
        "lower": one.lower,
        "graded": one.graded,
        "grade_changes": one.grades,
        "mean_shift": None if one.mean is None else signed(one.mean, digits).replace("−", "-").lstrip("±+"),
        "total_shift": str(one.total),
    }


def _affected(one: Affected, lang: str) -> dict[str, Any]:
    return {
        "case": one.key,
        "old": _text(one.old),
        "new": _text(one.new),
        "old_grade": one.old_grade,
        "new_grade": one.new_grade,
        "lines": [
            {"text": said(line.text, lang), "old": _text(line.old), "new": _text(line.new)} for line in one.lines
        ],
    }


def _text(value: Fixed | None) -> str | None:
    return None if value is None else str(value)
