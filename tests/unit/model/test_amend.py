"""An amendment is laid upon its base key by key, and every value keeps its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostics
from steelyard.model.amend import amend
from steelyard.source import Map, Node, Seq, Text, read_yaml

BASE = """
steelyard: 1
ruleset: base
version: 1
title: Base
timezone: Asia/Shanghai
indicators:
  survey: {target: 24h, weight: 20, score: {steps: {each: 1h, deduct: 10}}}
  decision: {target: 48h, weight: 30}
grades: {A: 90, B.1: 60}
properties: [a, b]
"""
NAMES = "steelyard: 1\nruleset: branch\nversion: 7\namends: base.yaml\n"


def read(text: str, file: str) -> Map:
    diagnostics = Diagnostics()
    node = read_yaml(text, file, diagnostics)
    assert isinstance(node, Map), diagnostics.sorted()
    return node


def plain(node: Node) -> object:
    match node:
        case Map():
            return {str(key): plain(value) for key, value in node.items()}
        case Seq():
            return [plain(one) for one in node]
        case _:
            return str(node)


def amended(over: str) -> tuple[dict, Diagnostics]:
    diagnostics = Diagnostics()
    found = plain(amend(read(BASE, "base.yaml"), read(NAMES + over, "branch.yaml"), diagnostics))
    assert isinstance(found, dict)
    return found, diagnostics


def sound(over: str) -> dict:
    found, diagnostics = amended(over)
    assert () == diagnostics.sorted()
    return found


def test_what_is_not_mentioned_stays() -> None:
    found = sound("")
    assert {"steelyard": "1", "ruleset": "branch", "version": "7"} == {k: found.pop(k) for k in list(found)[:3]}
    base = plain(read(BASE, "base.yaml"))
    assert isinstance(base, dict)
    assert {k: base[k] for k in ("timezone", "indicators", "grades", "properties")} == found


def test_the_name_of_a_ruleset_is_never_inherited() -> None:
    diagnostics = Diagnostics()
    found = amend(read(BASE, "b"), read("amends: b\n", "o"), diagnostics)

    assert not {"steelyard", "ruleset", "version", "title", "amends", "remove"} & set(found)


def test_mappings_merge_deeply_and_texts_replace() -> None:
    found = sound("indicators: {survey: {target: 12h, score: {steps: {each: 2h}}}, new: {target: 1h}}\n")

    assert {"target": "12h", "weight": "20", "score": {"steps": {"each": "2h", "deduct": "10"}}} == (
        found["indicators"]["survey"]
    )
    assert ["survey", "decision", "new"] == list(found["indicators"])


@pytest.mark.parametrize(
    ("over", "path", "expected"),
    [
        ("properties: [c]", "properties", ["c"]),
        ("properties: []", "properties", []),
        ("properties: c", "properties", "c"),
        ("grades: [a]", "grades", ["a"]),
        ("indicators: none", "indicators", "none"),
        ("timezone: {zh: 上海}", "timezone", {"zh": "上海"}),
    ],
)
def test_lists_and_other_kinds_replace(over: str, path: str, expected: object) -> None:
    assert expected == sound(over + "\n")[path]


def test_every_value_keeps_its_file_and_line() -> None:
    over = read(NAMES + "indicators:\n  survey:\n    target: 12h\n", "branch.yaml")
    found = amend(read(BASE, "base.yaml"), over, Diagnostics())
    survey = found["indicators"]["survey"]  # type: ignore[index,call-overload]
    places = {str(key): (value.span.file, value.span.line + 1) for key, value in survey.items()}
    keys = {str(key): key.span.file for key in survey}

    assert {"target": ("branch.yaml", 7), "weight": ("base.yaml", 8), "score": ("base.yaml", 8)} == places
    assert {"target": "branch.yaml", "weight": "base.yaml", "score": "base.yaml"} == keys
    assert "branch.yaml" == found.span.file


@pytest.mark.parametrize(
    ("paths", "gone"),
    [
        ("[indicators.survey]", [("indicators", "survey")]),
        ("[grades]", [("grades",)]),
        ("[grades.B.1]", [("grades", "B.1")]),
        ("[indicators.survey.score.steps, properties]", [("indicators", "survey", "score", "steps"), ("properties",)]),
        ("[]", []),
    ],
)
def test_what_is_removed_is_gone_and_nothing_else(paths: str, gone: list[tuple[str, ...]]) -> None:
    expected = plain(read(BASE, "b"))
    for path in gone:
        inside = expected
        for step in path[:-1]:
            inside = inside[step]  # type: ignore[index]
        del inside[path[-1]]  # type: ignore[attr-defined]
    found = sound(f"remove: {paths}\n")

    assert isinstance(expected, dict)
    assert {k: v for k, v in expected.items() if k in found and k not in ("ruleset", "version")} == {
        k: v for k, v in found.items() if k not in ("ruleset", "version")
    }
    assert set(expected) - {"title"} == set(found)


def test_what_is_removed_and_written_is_replaced_as_a_whole() -> None:
    found = sound("remove: [indicators.survey.score]\nindicators: {survey: {score: {bands: x}}}\n")

    assert {"bands": "x"} == found["indicators"]["survey"]["score"]


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("indicators.survy", "indicators.survey"),
        ("indicatrs.survey", "indicators.survey"),
        ("indicators.survey.scor.steps", "indicators.survey.score.steps"),
        ("grade", "grades"),
        ("indicators.xyz", None),
        ("zzz", None),
        ("timezone.x", None),
        ("properties.a", None),
        ("title", None),
        ("ruleset", None),
        ("indicators.", None),
        ('""', None),
        ("时效", None),
    ],
)
def test_removing_what_is_not_there(path: str, near: str | None) -> None:
    found, diagnostics = amended(f"remove: [{path}]\n")
    [one] = diagnostics.sorted()

    assert ("N134", "branch.yaml", 4) == (one.code, one.span.file, one.span.line)  # type: ignore[union-attr]
    assert (None if near is None else f"did you mean `{near}`?") == (None if one.help is None else str(one.help))
    assert {"survey", "decision"} == set(found["indicators"])


def test_removing_twice_is_removing_what_is_gone() -> None:
    _, diagnostics = amended("remove: [indicators.survey, indicators.survey.target, grades, grades]\n")

    assert ["N134", "N134"] == [one.code for one in diagnostics.sorted()]


@pytest.mark.parametrize("written", ["grades", "{grades: B}", "[{grades: B}]", "[[grades]]"])
def test_remove_takes_a_list_of_paths(written: str) -> None:
    found, diagnostics = amended(f"remove: {written}\n")

    assert ["M103"] == [one.code for one in diagnostics.sorted()]
    assert "grades" in found


TREES = st.recursive(
    st.text(st.characters(codec="ascii", categories=("Ll",)), min_size=1, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=12,
)
ROOTS = st.dictionaries(st.sampled_from("abc"), TREES, max_size=3)


def node(tree: object, span) -> Node:
    match tree:
        case dict():
            return Map({Text(key, span): node(value, span) for key, value in tree.items()}, span)
        case list():
            return Seq([node(one, span) for one in tree], span)
        case _:
            return Text(str(tree), span)


def overlaid(base: object, over: object) -> object:
    if isinstance(base, dict) and isinstance(over, dict):
        return {k: overlaid(base[k], over[k]) if k in base and k in over else {**base, **over}[k] for k in base | over}
    return over


@given(ROOTS, ROOTS)
def test_merging_is_overlaying(base: dict, over: dict) -> None:
    span = Text("", read("a: b", "f").span).span
    under, upper = node(base, span), node(over, span)
    assert isinstance(under, Map)
    assert isinstance(upper, Map)
    found = amend(under, upper, Diagnostics())

    assert overlaid(base, over) == plain(found)
    assert base == plain(under), "the base is not changed"
