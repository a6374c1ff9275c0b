"""The head of a case's page: branch, handler and cut-off by their roles, in every format and both languages."""

import json

import pytest
from jsonschema import Draft202012Validator

from golden.reports.worked import evaluate
from steelyard.analysis.check import load_text
from steelyard.diagnostics import Severity
from steelyard.explain.data import explanation_schema
from steelyard.explain.explain import explain
from steelyard.ir.canonical import policy_digest
from steelyard.report.formats.render import render

RULES = """
steelyard: 1
ruleset: headed
version: 1
timezone: UTC
case:
  key: id
  %s
  inputs:
    id: text
    note: {type: text, optional: true, label: {zh: 备注, en: Note}}
    surveyor: {type: text, optional: true, label: {zh: 查勘员, en: Surveyor}}
    area: {type: region(gb2260), label: {zh: 地区, en: Area}}
    days: integer
parameters:
  first: {type: date, value: 2024-01-01}
  as_of: {type: date, value: 2024-06-01, label: {zh: 截止日, en: Cut-off}}
indicators: {speed: {measure: days, target: 2, better: lower, score: met, weight: 1}}
score: {method: weighted_mean, round: 2}
"""
GIVEN = {"id": "x", "note": "late", "surveyor": "Li Na", "area": "310115", "days": "1"}
ROLES = "roles: {branch: area, handler: surveyor}"


def heads(roles: str, given: dict[str, str] = GIVEN) -> list[tuple[str, str, object]]:
    data = json.loads(render(explain(evaluate(RULES % roles, given)), "en", "json"))
    Draft202012Validator(explanation_schema()).validate(data)
    return [(one["role"], one["id"], one["value"]) for one in data["head"]]


def test_roles_say_what_stands_in_the_head() -> None:
    assert [("branch", "area"), ("handler", "surveyor"), ("cut_off", "as_of")] == [one[:2] for one in heads(ROLES)]


def test_a_role_whose_value_is_missing_is_not_silent() -> None:
    given = {name: value for name, value in GIVEN.items() if name != "surveyor"}

    assert ("handler", "surveyor", None) == heads(ROLES, given)[1]
    assert "Surveyor: missing" in render(explain(evaluate(RULES % ROLES, given)), "en", "text").split("Score")[0]


def test_without_roles_the_texts_of_the_case_stand_there() -> None:
    assert [("text", "note"), ("text", "surveyor"), ("cut_off", "as_of")] == [one[:2] for one in heads("")]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Area", "310115", "Surveyor", "Li Na", "Cut-off", "2024-06-01")),
        ("zh", ("地区", "310115", "查勘员", "Li Na", "截止日", "2024-06-01")),
    ],
)
@pytest.mark.parametrize("layout", ["text", "md", "html"])
def test_the_head_stands_above_everything_else(lang: str, words: tuple[str, ...], layout: str) -> None:
    page = render(explain(evaluate(RULES % ROLES, GIVEN)), lang, layout)
    top = page[: page.index("100.00")]

    assert [True] * len(words) == [word in top for word in words]


def test_roles_are_no_part_of_the_digest() -> None:
    with_roles, without = (evaluate(RULES % one, GIVEN).ruleset for one in (ROLES, ""))

    assert with_roles.roles != without.roles
    assert policy_digest(with_roles) == policy_digest(without)


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        ("roles: {branch: days}", "T107"),
        ("roles: {handler: as_of}", "N101"),
        ("roles: {}", "M102"),
        ("roles: {branch: note, boss: note}", "M101"),
    ],
)
def test_a_role_is_an_input_of_text_or_region(roles: str, code: str) -> None:
    assert [code] == [one.code for one in load_text(RULES % roles).diagnostics if one.severity is Severity.ERROR]


def test_an_input_with_a_role_is_used() -> None:
    unused = {
        name
        for name in ("surveyor", "area")
        for one in load_text(RULES % ROLES).diagnostics
        if f"`{name}`" in str(one.headline)
    }

    assert set() == unused
    assert any("`surveyor`" in str(one.headline) for one in load_text(RULES % "").diagnostics)
