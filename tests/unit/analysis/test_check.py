from __future__ import annotations

from pathlib import Path

import pytest

from steelyard.analysis.check import CHECKS, load
from steelyard.analysis.pretty import pretty

RULESET = """
steelyard: 1
ruleset: r
version: 1
parameters: {p: {type: integer}}
case: {key: k, inputs: {k: text, a: integer}}
indicators:
  x: {measure: a, target: p, better: higher, score: met, weight: 1}
score: {method: weighted_mean}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ruleset.yaml"
    path.write_text(RULESET, "utf-8")
    return path


def test_parameters_need_no_value_until_they_are_bound(file: Path):
    assert load(str(file)).ruleset is not None
    bound = load(str(file), {})
    assert (None, ["E130"]) == (bound.ruleset, [one.code for one in bound.diagnostics])
    given = load(str(file), {"p": "3"})
    assert given.ruleset is not None
    assert 3 == given.ruleset.parameters[0].value


def test_folder_file_and_name_are_found(file: Path):
    assert [file] == [part.path for part in load(str(file.parent)).parts]
    assert load("claims-efficiency").ruleset is not None
    assert ["E101"] == [one.code for one in load(str(file.parent / "no")).diagnostics]
    assert ["E101"] == [one.code for one in load("\0").diagnostics]


def test_folder_without_ruleset(tmp_path: Path):
    [one] = load(str(tmp_path)).diagnostics

    assert str(one.headline).endswith("holds no `ruleset.yaml`")


def test_an_error_leaves_no_ruleset_but_what_was_read(file: Path):
    file.write_text(RULESET.replace("measure: a", "measure: aa"), "utf-8")
    loaded = load(str(file))

    assert loaded.ruleset is None
    assert loaded.errors
    assert loaded.parts[0].file is not None


def test_checks_can_be_left_out(file: Path):
    file.write_text(RULESET + "define: {d: a + 1}\n", "utf-8")

    assert ["L101"] == [one.code for one in load(str(file)).diagnostics]
    assert () == load(str(file), lint=False).diagnostics


def test_every_check_is_run_once():
    assert len(CHECKS) == len(set(CHECKS))


@pytest.mark.parametrize("name", ["motor-small-claims", "claims-efficiency", "teleclaims"])
def test_pretty_prints_every_shipped_ruleset_the_same_each_time(name: str):
    one, other = load(name).ruleset, load(name).ruleset
    assert one is not None
    assert other is not None

    assert pretty(one) == pretty(other)
    assert "object at 0x" not in pretty(one)
    assert "Node" not in pretty(one)
