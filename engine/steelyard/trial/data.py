"""Trials for programs (schema: test.schema.json, printed by `steelyard schema test`).

The form is stable: fields are added, never renamed or removed without another `format`. Lines and columns are counted
from 1. Values are texts, as files of results write them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from steelyard.diagnostics import Span
from steelyard.diagnostics.catalogue import translator
from steelyard.diagnostics.renderers.json import check_schema, finding
from steelyard.trial.coverage.data import coverage_data
from steelyard.trial.mutating.data import mutation_data
from steelyard.trial.records import Contradiction, Difference, Trial, Untried, Verdict
from steelyard.trial.text import EXPLAINED
from steelyard.trial.why import why

FORMAT = 1
"""Version number of the format."""


def data(trials: Sequence[Trial], untried: Sequence[Untried], lang: str) -> dict[str, Any]:
    """Trials as mappings, lists, texts and numbers; sentences are in a language."""
    told = translator(lang)
    return {
        "format": FORMAT,
        "passed": sum(one.passed for one in trials),
        "failed": sum(len(one.failures) for one in trials),
        "seconds": round(sum(one.seconds for one in trials), 3),
        "rulesets": [_trial(one, lang) for one in trials],
        "untried": [
            {"ruleset": one.ruleset, "diagnostics": [finding(each, told) for each in one.diagnostics]}
            for one in untried
        ],
    }


def as_json(trials: Sequence[Trial], untried: Sequence[Untried], lang: str) -> str:
    """Trials as one JSON object."""
    return json.dumps(data(trials, untried, lang), ensure_ascii=False, indent=2) + "\n"


def test_schema() -> dict[str, Any]:
    """The JSON Schema of the form."""
    schema = json.loads(Path(__file__).with_name("test.schema.json").read_text("utf-8"))
    findings = check_schema()
    schema["$defs"] |= {"finding": findings["properties"]["diagnostics"]["items"], **findings["$defs"]}
    return schema


def _trial(trial: Trial, lang: str) -> dict[str, Any]:
    told = translator(lang)
    failed = {one.name: number for number, one in enumerate(trial.failures)}
    tried = {} if trial.coverage is None else {"coverage": coverage_data(trial.coverage, lang)}
    return {
        "ruleset": trial.ruleset,
        "file": trial.file,
        "engines": list(trial.engines),
        "unable": [{"engine": one.engine, "why": told(one.why)} for one in trial.unable],
        "passed": trial.passed,
        "failed": len(failed),
        "left_out": trial.left_out,
        "seconds": round(trial.seconds, 3),
        **({} if trial.mutation is None else {"mutation": mutation_data(trial.mutation, lang)}),
        "cases": [_verdict(one, lang, explained=failed.get(one.name, EXPLAINED) < EXPLAINED) for one in trial.verdicts],
        **tried,
    }


def _verdict(verdict: Verdict, lang: str, *, explained: bool) -> dict[str, Any]:
    paragraphs = why(verdict, lang) if explained else ()
    return {
        "case": verdict.name,
        **_place(verdict.worked.name.span),
        "passed": verdict.passed,
        "version": verdict.version.version,
        "differences": [_difference(one) for one in verdict.differences],
        "contradictions": [_contradiction(one) for one in verdict.contradictions],
        "uncompared": list(verdict.uncompared),
        "why": [{"title": title, "lines": [line.strip() for line in lines]} for title, lines in paragraphs],
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {"result": one.name, "expected": one.expected, "found": one.found, "engine": one.engine, **_place(one.span)}


def _contradiction(one: Contradiction) -> dict[str, Any]:
    return {"result": one.name, "found": {one.first: one.first_found, one.second: one.second_found}}


def _place(span: Span) -> dict[str, int]:
    return {"line": span.line + 1, "column": span.column + 1}
