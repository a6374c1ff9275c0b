"""Worked cases of the shipped rulesets, evaluated and explained: what the tests of explanations have in common."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bound import bind
from steelyard import resources
from steelyard.diagnostics import Diagnostics
from steelyard.explain.explain import explain
from steelyard.explain.records import Explanation, Provenance
from steelyard.facts import Case, case_from_texts
from steelyard.facts.digest import Digests
from steelyard.ir.from_model import lower
from steelyard.ir.ruleset import Ruleset
from steelyard.model.from_source import from_source
from steelyard.semantics import Evaluation, Program, prepare, run
from steelyard.source.reader import read_yaml

SHIPPED = ("motor-small-claims", "claims-efficiency")
PROVENANCE = Provenance(
    Digests("d1" * 32, "d2" * 32, "d3" * 32), "reference", "0.1.0", "2026-01-31", ("claims.csv",), ()
)


def ruleset(text: str, **settings: str) -> Ruleset:
    """The ruleset of a text, parameters set."""
    diagnostics = Diagnostics()
    node = read_yaml(text, "ruleset.yaml", diagnostics)
    file = None if node is None else from_source(node, diagnostics)
    lowered = None if file is None else lower(file, diagnostics)
    bound = None if lowered is None else bind(lowered, settings, diagnostics)
    assert bound is not None, [str(found.headline) for found in diagnostics.sorted()]
    return bound


@cache
def program(policy: str, settings: tuple[tuple[str, str], ...]) -> Program:
    """A shipped ruleset, prepared."""
    text = (resources.rulesets() / policy / "ruleset.yaml").read_text("utf-8")
    return prepare(ruleset(text, **dict(settings)))


@cache
def cases(policy: str) -> dict[str, dict[str, Any]]:
    """The worked cases of a shipped ruleset by name; every scalar is its text."""
    path = Path(resources.rulesets() / policy / "cases.yaml")
    return {case["case"]: case for case in YAML(typ="base").load(path.read_text("utf-8"))}


def evaluated(policy: str, name: str) -> Evaluation | None:
    """A worked case evaluated; None where intake rejects it."""
    case = cases(policy)[name]
    prepared = program(policy, tuple(case.get("set", {}).items()))
    facts = case_from_texts(prepared.ruleset, {prepared.ruleset.key: name, **case["given"]}, case.get("rows", {}))
    return run(prepared, facts) if isinstance(facts, Case) else None


def explained(policy: str, name: str) -> Explanation:
    """A worked case explained."""
    evaluation = evaluated(policy, name)
    assert evaluation is not None
    return explain(evaluation, PROVENANCE)


def evaluate(text: str, given: dict[str, str], rows: dict[str, list[dict[str, str]]] | None = None) -> Evaluation:
    """A case under a ruleset given as text."""
    bound = ruleset(text)
    facts = case_from_texts(bound, given, rows or {})
    assert isinstance(facts, Case), facts
    return run(prepare(bound), facts)
