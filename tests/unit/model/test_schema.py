"""The JSON Schema: it takes what `from_source` takes, and has a sentence for each key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from steelyard.diagnostics import Diagnostics
from steelyard.model import RulesetFile, json_schema
from steelyard.model.scalars import MARK
from steelyard.model.schema import amendment_schema
from steelyard.model.tables import HIT_POLICIES
from steelyard.source import Map, Node, Seq, Text, load_file

SCHEMA = json_schema()
DEFS: dict[str, dict[str, Any]] = SCHEMA["$defs"]


def objects() -> list[tuple[str, dict[str, Any]]]:
    """Each mapping of the schema, by name; those with a short form stand in an `anyOf`."""
    found = [("RulesetFile", SCHEMA)]
    for name, body in DEFS.items():
        found.append((name, body if "properties" in body else next(b for b in body["anyOf"] if "properties" in b)))
    return found


def test_it_is_json_without_nulls_or_hidden_names():
    text = json.dumps(SCHEMA)

    assert '"null"' not in text
    assert json.dumps(MARK)[1:-1] not in text
    assert SCHEMA["title"] == "Steelyard ruleset"
    assert SCHEMA["properties"]["steelyard"]["const"] == 1


@pytest.mark.parametrize(("name", "body"), objects(), ids=[name for name, _ in objects()])
def test_every_mapping_refuses_unknown_keys_and_explains_the_known_ones(name: str, body: dict[str, Any]):
    takes_names = name in ("Row", "Grants")

    assert (body["additionalProperties"] is False) == (not takes_names)
    assert body["properties"]
    for key, value in body["properties"].items():
        shown = value if "description" in value else DEFS[value["$ref"].removeprefix("#/$defs/")]
        assert shown["description"].endswith("."), key
        assert "title" not in value
        assert not key.endswith("_")
    assert DEFS.get(name, SCHEMA)["description"]


def test_keys_are_those_that_are_read():
    assert set(SCHEMA["properties"]) == set(RulesetFile.known_keys())
    assert SCHEMA["required"] == ["steelyard", "ruleset", "version", "case"]


def test_a_row_takes_cells_beside_its_notes():
    row = DEFS["Row"]

    assert set(row["properties"]) == {"source", "note"}
    assert row["additionalProperties"]["type"] == ["string", "number", "boolean"]
    assert row["required"] == []


def test_grants_take_grants_beside_deductions():
    assert DEFS["Grants"]["additionalProperties"] == {"$ref": "#/$defs/Grant"}


def test_words_flags_and_counts():
    table = DEFS["Table"]["properties"]["hit"]["enum"]

    assert set(HIT_POLICIES) < set(table)
    assert "collect_sum" in table
    assert len(table) == len(set(table))
    assert DEFS["Relation"]["properties"]["one_row"]["type"] == "boolean"
    assert DEFS["Score"]["properties"]["round"]["type"] == "integer"


def test_rules_about_keys_are_in_it():
    fires = {"anyOf": [{"required": ["when"]}, {"required": ["for_each"]}]}
    assert DEFS["Gate"]["allOf"] == [fires, {"oneOf": [{"required": ["at_most"]}, {"required": ["at_least"]}]}]
    assert DEFS["Deduction"]["allOf"] == [fires]
    assert "allOf" not in DEFS["Correction"]
    assert DEFS["Limit"]["allOf"] == [{"anyOf": [{"required": ["at_least"]}, {"required": ["at_most"]}]}]
    assert {"dependentRequired": {"id": ["for_each"]}} in DEFS["Indicator"]["allOf"]


def test_a_short_form_is_offered_beside_the_long_one():
    short, long = DEFS["InputField"]["anyOf"]

    assert short["type"] == "string"
    assert long["required"] == ["type"]


def plain(node: Node) -> Any:
    """What an editor's YAML makes of a node: numbers and booleans where they look so."""
    match node:
        case Map():
            return {str(key): plain(value) for key, value in node.items()}
        case Seq():
            return [plain(item) for item in node]
        case Text():
            if node.quoted:
                return str(node)
            try:
                return json.loads(node)
            except json.JSONDecodeError:
                return str(node)


def example() -> dict[str, Any]:
    node = load_file(Path(__file__).with_name("example.yaml"), Diagnostics())
    assert node is not None
    return plain(node)


def test_an_independent_validator_takes_the_example():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.check_schema(SCHEMA)

    assert [error.message for error in validator.iter_errors(example())] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"inidcators": {}},
        {"scores": {"x": {"method": "sum"}}},
        {"score": {"methd": "sum"}},
        {"weights": {"waived": "all"}},
        {"gates": {"g": {"when": "x", "at_most": 1, "at_least": 0}}},
        {"indicators": {"a": {"score": "met", "id": "code"}}},
        {"title": None},
        {"steelyard": 2},
        {"title": {"fr": "x"}},
    ],
)
def test_an_independent_validator_refuses_what_is_refused(wrong: dict[str, Any]):
    jsonschema = pytest.importorskip("jsonschema")

    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(example() | wrong))


# Amendments

AMENDMENT = {"steelyard": 1, "ruleset": "branch", "version": 1, "amends": "base.yaml"}


def test_the_schema_of_an_amendment_asks_only_for_its_own_name():
    found = amendment_schema()

    assert set(SCHEMA["properties"]) | {"amends", "remove"} == set(found["properties"])
    assert found["required"] == ["steelyard", "ruleset", "version", "amends"]
    assert "amends" not in json_schema()["properties"], "the other one is as it was"


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ({}, True),
        ({"remove": ["indicators.survey"], "indicators": {"survey": {"target": "12h"}}}, True),
        ({"weights": {"limits": {"quality": {}}}, "gates": {"g": {}}}, True),
        ({"remove": "indicators"}, False),
        ({"amends": ["a"]}, False),
        ({"indicatrs": {}}, False),
        ({"indicators": {"survey": {"targt": "12h"}}}, False),
        ({"steelyard": 2}, False),
    ],
)
def test_an_independent_validator_reads_amendments(more: dict[str, Any], good: bool):
    jsonschema = pytest.importorskip("jsonschema")
    errors = list(jsonschema.Draft202012Validator(amendment_schema()).iter_errors(AMENDMENT | more))

    assert good == (not errors)
