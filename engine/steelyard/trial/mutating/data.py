"""Small changes of a policy for programs, a part of the form of trials (test.schema.json)."""

from __future__ import annotations

from typing import Any

from steelyard.explain.terms import show
from steelyard.trial.mutating.records import Mutation, Survivor


def mutation_data(mutation: Mutation, lang: str) -> dict[str, Any]:
    """What worked cases notice, as mappings, lists, texts and numbers; words are in a language."""
    return {
        "counted": mutation.counted,
        "killed": mutation.killed,
        "cases": mutation.cases,
        "seconds": round(mutation.seconds, 3),
        "survivors": [_survivor(one, lang) for one in mutation.survivors],
    }


def _survivor(one: Survivor, lang: str) -> dict[str, Any]:
    return {
        "version": one.version,
        "id": one.id,
        "rule": show(one.rule, lang),
        "what": show(one.what, lang),
        "old": show(one.old, lang),
        "new": None if one.new is None else show(one.new, lang),
        "file": None if one.span is None else one.span.file,
        "line": None if one.span is None else one.span.line + 1,
        "column": None if one.span is None else one.span.column + 1,
    }
