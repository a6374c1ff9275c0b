"""Whatever a ruleset's texts hold, what is compiled is one statement, and its texts are data."""

# a ruleset's parts are rebuilt without their types; neither Jinja's callables nor ruamel.yaml have usable ones
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false

from __future__ import annotations

import dataclasses
import json
import unicodedata
from enum import Enum
from typing import Any

import pytest
import sqlglot
from jinja2 import Environment, StrictUndefined
from ruamel.yaml import YAML
from sqlglot import exp

import steelyard
from passes.fragments import lowered
from steelyard.diagnostics import Diagnostics
from steelyard.engines.sql.dbt import model
from steelyard.engines.sql.dialects import NAMES, dialect
from steelyard.engines.sql.layout import comment
from steelyard.engines.sql.readable import readable
from steelyard.ir.ruleset import Ruleset
from steelyard.source import read_yaml
from steelyard.source.places import CONTROL

HOSTILE = (
    "a\nDROP TABLE claims;\n--",
    "*/ DROP TABLE claims; /*",
    "'; DROP TABLE claims; --",
    "\\'; DROP TABLE claims; --",
    '"; DROP TABLE claims; --',
    "`; DROP TABLE claims; --",
    "{{ env_var(1) }}",
    "{% endraw %}{{ 9 }}{% raw %}",
    "{# gone #}{{{%{#{",
    "-- steelyard_source_cases steelyard_cases",
    "\u202e;selcia ELBAT PORD",
    "$$; DROP TABLE claims; $$",
    "a\0'; DROP TABLE claims; --",
    "a\x01\x08\x0b\x0c\x1a\x1b[31m\x7f\x85; DROP TABLE claims; --",
    "a\u2028DROP TABLE claims;\u2029--",
    "\ufeff'; DROP TABLE claims; --",
    "\ud800'; DROP TABLE claims; --",
)
INVISIBLE = ("\x01", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff")
STAND_IN = "stands for a text"

RULESET = """
steelyard: 1
ruleset: 考核-1.a
version: 2024.1-b
title: TEXT
timezone: UTC
source: {title: TEXT, clause: TEXT}
case:
  key: id
  inputs:
    id: {type: text, label: TEXT}
    line: {type: text, values: [other, TEXT], label: TEXT}
    n: {type: integer, range: "[0..10]", label: TEXT}
parameters:
  wanted: {type: text, value: TEXT, label: TEXT}
tables:
  factors:
    hit: unique
    inputs: {line: line}
    outputs: {factor: integer}
    rows:
      - {line: TEST, factor: 2}
    default: {factor: 1}
indicators:
  one:
    label: TEXT
    measure: n * factors.factor
    target: 2
    better: higher
    score: met
    weight: 1
    reason: TEXT
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
deductions:
  same: {label: TEXT, when: line = wanted or id = wanted, deduct: 5, reason: TEXT}
grades: {TEXT: 50, low: 0}
"""


def hostile(text: str) -> Ruleset:
    """A ruleset whose every text is this one. What no file may hold is put in the place of another text."""
    refused = CONTROL.search(text) is not None
    ruleset, diagnostics = written(STAND_IN if refused else text)
    assert ruleset is not None, [(one.code, str(one.headline)) for one in diagnostics.sorted()]
    return replaced(ruleset, text) if refused else ruleset


def written(text: str) -> tuple[Ruleset | None, Diagnostics]:
    """The ruleset as it is read from a file."""
    literal = '"' + text.replace('"', '""') + '"'  # of the expression language
    return lowered("", RULESET.replace("TEST", json.dumps(literal)).replace("TEXT", json.dumps(text)))


def replaced(node: Any, text: str) -> Any:
    """A part of a ruleset with the text in place of `STAND_IN`."""
    match node:
        case Enum():
            return node
        case str():
            return text if node == STAND_IN else node
        case tuple() if hasattr(node, "_fields"):  # a named tuple
            return type(node)(*(replaced(one, text) for one in node))
        case tuple():
            return tuple(replaced(one, text) for one in node)
        case frozenset():
            return frozenset(replaced(one, text) for one in node)
        case dict():
            return {replaced(key, text): replaced(value, text) for key, value in node.items()}
        case _ if dataclasses.is_dataclass(node) and not isinstance(node, type):
            parts = {one.name: replaced(getattr(node, one.name), text) for one in dataclasses.fields(node) if one.init}
            return dataclasses.replace(node, **parts)
        case _:
            return node


@pytest.mark.parametrize("sign", [*INVISIBLE, "\0", "\ud800", "\uffff"])
def test_no_file_of_a_ruleset_holds_invisible_characters(sign: str) -> None:
    for written in (json.dumps(sign), f"b{sign}"):
        found = Diagnostics()
        assert read_yaml(f"a: {written}\n", "ruleset.yaml", found) is None
        assert ["Y111"] == [one.code for one in found.sorted()]


def test_what_a_parameter_holds_is_data() -> None:
    """Its value comes from the caller, not from a file."""
    text = f"a{'b'.join(INVISIBLE)}'; DROP TABLE claims; --"
    policy = steelyard.load(RULESET.replace("TEST", "'\"b\"'").replace("TEXT", "b"), parameters={"wanted": text})

    for name in NAMES:
        (tree,) = sqlglot.parse(policy.compile_sql(name), read=dialect(name).sqlglot)
        assert tree is not None
        assert text in {one.this for one in tree.find_all(exp.Literal) if one.is_string}
    assert ["same"] == list(policy.evaluate({"id": text, "line": "other", "n": 1}).fired)
    run = policy.score([{"id": text, "line": "other", "n": 1}], engine="sql")
    assert [(text, ["same"])] == [(row["id"], row["fired"]) for row in run.results]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", HOSTILE)
def test_one_statement_is_read_back_with_its_texts(name: str, text: str) -> None:
    ruleset = hostile(text)
    sql = readable(ruleset, name).text
    trees = sqlglot.parse(sql, read=dialect(name).sqlglot)

    assert 1 == len(trees)
    (tree,) = trees
    assert tree is not None
    assert not list(tree.find_all(exp.Drop, exp.Command))
    assert text in {one.this for one in tree.find_all(exp.Literal) if one.is_string}
    assert all(line.isprintable() for line in sql.split("\n") if line.lstrip().startswith("--"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", HOSTILE)
def test_dbt_renders_the_same_text(name: str, text: str) -> None:
    ruleset = hostile(text)
    files = model(ruleset, name)
    jinja = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    rendered = jinja.from_string(files["考核_1_a.sql"]).render(
        config=lambda **_: "", source=lambda _, table: f"source_of_{table}"
    )

    (tree,) = sqlglot.parse(rendered, read=dialect(name).sqlglot)
    assert tree is not None
    assert text in {one.this for one in tree.find_all(exp.Literal) if one.is_string}
    assert {"source_of_cases"} == {one.name for one in tree.find_all(exp.Table) if one.name.startswith("source_of")}

    described = YAML(typ="safe").load(jinja.from_string(files["schema.yml"]).render())
    flat = json.dumps(described, ensure_ascii=False)
    for delimiter in ("{{ env_var(1) }}", "{% endraw %}", "{# gone #}"):
        assert (delimiter in text) == (delimiter in flat)


def test_a_comment_is_one_line_whatever_it_holds() -> None:
    for text in (*HOSTILE, "a\0b\x0b\x0c\x85\x1b;\r\n\n;c", "".join(map(chr, range(0x3000)))):
        said = comment(text)
        assert said.startswith("-- ")
        assert not {unicodedata.category(one) for one in said} & {"Cc", "Zl", "Zp"}
        assert [said] == said.splitlines()


@pytest.mark.parametrize("key", ["ruleset", "version"])
@pytest.mark.parametrize(
    "text",
    ["a\nDROP TABLE claims;\n--", "../../evil", "a b", "", "-a", ".a", "_a", "a/b", "{{ 9 }}", "a" * 101, "a\u202eb"],
)
def test_ids_and_versions_are_one_line_of_a_small_alphabet(key: str, text: str) -> None:
    diagnostics = lowered(f"{key}: {json.dumps(text)}\n")[1].sorted()

    assert diagnostics
    assert {"N108", "Y104", "M104"} & {one.code for one in diagnostics} or text == ""


@pytest.mark.parametrize("text", ["a", "机动车-2024.1_b", "1", "2024.1", "é" * 100])
def test_letters_of_every_script_are_allowed(text: str) -> None:
    for key in ("ruleset", "version"):
        assert not lowered(f"{key}: {json.dumps(text)}\n")[1].sorted()
