"""The explanation of any case of any ruleset keeps its schema, and every change that it names holds when run again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from jsonschema import Draft202012Validator

from conformance.harness import Broken, load_ruleset
from properties.strategies import examples
from steelyard.explain.data import explanation_schema
from steelyard.explain.explain import explain
from steelyard.explain.records import Change
from steelyard.facts.case import Case
from steelyard.facts.texts import case_from_texts
from steelyard.report.formats.render import render
from steelyard.semantics import prepare, run

SCHEMA = Draft202012Validator(explanation_schema())


@settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(examples())
def test_every_explanation_keeps_its_schema_and_its_changes_hold(example: tuple[str, list[dict[str, Any]]]) -> None:
    text, drawn = example
    try:
        rules = load_ruleset(text)
    except Broken:
        assume(False)
        return
    program = prepare(rules)
    for one in drawn[:2]:
        case = case_from_texts(rules, one["given"], one["rows"])
        if not isinstance(case, Case):
            continue
        told = explain(run(program, case))
        SCHEMA.validate(json.loads(render(told, "zh", "json")))

        assert all(render(told, "en", layout) for layout in ("text", "md", "html"))
        for regain in told.regains:
            for change in regain.changes:
                outcome = run(program, changed(case, change)).outcome
                score = next(one for one in outcome.scores if one.id == regain.score.id)
                moved = sum(
                    line.amount.value
                    for line in score.ledger
                    if line.rule == regain.cause.id and (regain.row is None or line.row == regain.row)
                )

                assert score.final == change.final
                if change.still_lost is None:
                    assert moved == 0 or (moved > 0) != (regain.lost.value > 0)


def changed(case: Case, change: Change) -> Case:
    """The case with one value changed, of an input or of a field of a row."""
    value = change.after.stored
    assert not isinstance(value, tuple)
    if change.relation is None or change.row is None:
        return replace(case, values={**case.values, change.field.id: value})
    name = change.field.id.rpartition(".")[2]
    rows = tuple(
        replace(row, values={**row.values, name: value}) if row.id == change.row.id else row
        for row in case.rows[change.relation]
    )
    return replace(case, rows={**case.rows, change.relation: rows})
