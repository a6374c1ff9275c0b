"""From the text of a ruleset to the columns of a result, on any engine: what the golden tests have in common."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostics
from steelyard.engines.choice import choose
from steelyard.engines.protocol import Compiled
from steelyard.facts import Case, case_from_texts, format_value
from steelyard.facts.format import format_units
from steelyard.ir.bind import bind
from steelyard.ir.from_model import lower
from steelyard.ir.ruleset import Indicator, Ruleset
from steelyard.model import from_source
from steelyard.semantics import Outcome, ScoreOutcome, Status
from steelyard.source import load_file

ENGINES = ("reference", "durable")


def lowered(path: Path, diagnostics: Diagnostics) -> Ruleset | None:
    """A ruleset from its file."""
    node = load_file(path, diagnostics)
    model = None if node is None else from_source(node, diagnostics)
    return None if model is None else lower(model, diagnostics)


@cache
def bound(path: Path, settings: tuple[tuple[str, str], ...] = ()) -> Ruleset:
    """A ruleset without errors, its parameters set."""
    diagnostics = Diagnostics()
    ruleset = lowered(path, diagnostics)
    assert ruleset is not None, [str(found.headline) for found in diagnostics.sorted()]
    found = bind(ruleset, dict(settings), diagnostics)
    assert found is not None, [str(found.headline) for found in diagnostics.sorted()]
    return found


@cache
def compiled(path: Path, settings: tuple[tuple[str, str], ...], engine: str) -> Compiled:
    """A ruleset made ready for an engine."""
    diagnostics = Diagnostics()
    choice = choose(engine, 1)
    assert choice.engine is not None, choice.note
    ready = choice.engine.compile(bound(path, settings), diagnostics)
    assert ready is not None, [str(found.headline) for found in diagnostics.sorted()]
    return ready


def worked_cases(path: Path) -> list[dict[str, Any]]:
    """A file of worked cases; every scalar is its text."""
    return YAML(typ="base").load(path.read_text(encoding="utf-8"))


def run(path: Path, case: Mapping[str, Any], engine: str) -> dict[str, str]:
    """The columns that an engine gives for a worked case."""
    settings = tuple(case.get("set", {}).items())
    ruleset = bound(path, settings)
    facts = case_from_texts(ruleset, {ruleset.key: case["case"], **case["given"]}, case.get("rows", {}))
    if not isinstance(facts, Case):
        return {"status": "rejected", "rejected": facts.where}
    return columns(ruleset, compiled(path, settings, engine).evaluate(facts))


def columns(ruleset: Ruleset, outcome: Outcome) -> dict[str, str]:
    """The result columns of a ruleset with one score and no family (LANGUAGE.md section 11), as text."""
    if outcome.status is Status.REJECTED:
        assert outcome.rejection is not None
        return {"status": "rejected", "rejected": outcome.rejection.where}
    score = outcome.scores[0] if outcome.scores else None
    found = {
        "status": outcome.status.value,
        "score": str(score.final) if score and score.final is not None else "",
        "grade": (score.grade or "") if score else "",
        "shares": "" if score is None or score.denominator is None else str(score.denominator),
        "fired": ";".join(fired.rule for fired in outcome.fired),
        "reasons": ";".join(score.reasons) if score else "",
        "missing": ";".join(outcome.missing),
    }
    for indicator in ruleset.indicators:
        found |= indicator_columns(ruleset, indicator, outcome, score)
    here = zone(ruleset.timezone)
    types = {output.id: output.value.type for output in ruleset.outputs}
    for output in outcome.outputs:
        assert not isinstance(output.value, list)
        found[output.id] = "" if output.value is None else format_value(output.value, types[output.id], here)
    return found


def indicator_columns(
    ruleset: Ruleset, indicator: Indicator, outcome: Outcome, score: ScoreOutcome | None
) -> dict[str, str]:
    """The columns of one indicator."""
    here = zone(ruleset.timezone)
    result = next((one for one in outcome.indicators if one.id == indicator.id), None)
    share = next((one for one in (score.shares if score else ()) if one.id == indicator.id), None)

    def shown(value: Any) -> str:
        return "" if value is None else format_value(value, indicator.measure_type, here)

    return {
        f"{indicator.id}.measure": shown(result.measure if result else None),
        f"{indicator.id}.target": shown(result.target if result else None),
        f"{indicator.id}.score": "" if result is None or result.score is None else format_units(result.score, 2),
        f"{indicator.id}.share": "" if share is None else str(share.share),
        f"{indicator.id}.lost": "" if share is None else str(share.lost),
    }
