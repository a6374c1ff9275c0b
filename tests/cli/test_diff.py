"""`steelyard diff`: what it writes, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cli.conftest import Done

RULESET = """\
steelyard: 1
ruleset: policy
version: 1
title: Policy
timezone: UTC
case:
  key: id
  inputs: {id: text, branch: text, hours: duration}
parameters: {limit: {type: duration, value: 24h}, as_of: datetime}
indicators:
  payment: {measure: hours, target: limit, better: lower, score: met, weight: 1}
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
grades: {A: 90, B: 0}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    old, new, cases = tmp_path / "old.yaml", tmp_path / "new.yaml", tmp_path / "cases.csv"
    old.write_text(RULESET)
    new.write_text(RULESET.replace("24h", "36h").replace(", as_of: datetime", ""))
    cases.write_text("id,branch,hours\na,north,20h\nb,north,30h\n")
    return old, new, cases


def test_differences_end_with_1_only_where_that_is_asked_for(
    steelyard: Callable[..., Done], files: tuple[Path, Path, Path]
) -> None:
    old, new, _ = files

    assert 0 == steelyard("diff", old, new).status
    assert 1 == steelyard("diff", old, new, "--exit-code").status
    assert 0 == steelyard("diff", old, old, "--exit-code").status


def test_a_parameter_of_one_ruleset_is_given_to_that_one(
    steelyard: Callable[..., Done], files: tuple[Path, Path, Path]
) -> None:
    old, new, cases = files
    options = ("--cases", cases, "--as-of", "2024-01-01T00:00", "--engine", "reference", "--verify", "0")
    done = steelyard("diff", old, new, *options, "--by", "branch")

    assert 0 == done.status
    assert "1 target looser, 1 declaration removed; 1 of 2 grades changes, mean +50.00" == done.out.splitlines()[-1]
    assert 2 == steelyard("diff", old, new, *options, "--set", "other=1").status
    assert 2 == steelyard("diff", old, new, *options, "--by", "nothing").status


def test_a_comparison_is_written_to_a_file(
    steelyard: Callable[..., Done], files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    old, new, _ = files
    target = tmp_path / "diff.json"

    assert 0 == steelyard("diff", old, new, "--format", "json", "-o", target).status
    assert json.loads(target.read_text())["summary"] == "1 target looser, 1 declaration removed"
    assert 2 == steelyard("diff", old, new, "-o", old).status


def test_what_cannot_be_read_ends_with_2(
    steelyard: Callable[..., Done], files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    old, new, cases = files

    assert 2 == steelyard("diff", old, tmp_path / "none.yaml").status
    assert 2 == steelyard("diff", old, f"{new}@9").status
    assert 2 == steelyard("diff", old, new, "--cases", tmp_path / "none.csv", "--as-of", "2024-01-01T00:00").status
    assert 2 == steelyard("diff", old, new, "--as-of", "2024-01-01T00:00").status
    assert 2 == steelyard("diff", old, new, "--cases", cases).status
    new.write_text(RULESET.replace("value: 24h", "value: 24"))
    done = steelyard("diff", old, new, "--exit-code")
    assert 2 == done.status
    assert "T109" in done.err
