"""Names that columns of the results have already: `check` refuses them, so that no engine overwrites a column."""

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard.analysis.check import load

POLICY = """\
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case:
  key: {key}
  inputs:
    {key}: text
    rating: {{type: decimal(1), range: "[1..5]"}}
relations:
  parts:
    of_case: part_of
    id: number
    fields:
      number: text
      part_of: text
      marks: {{type: decimal(1), range: "[1..5]"}}
indicators:
  {indicator}:
    {measure}
    target: 4.0
    better: higher
    score: met
    weight: 1
score: {{method: weighted_mean, round: 2, clamp: "[0..100]"}}
outputs:
  {output}: {{value: rating}}
"""
OURS = [
    "status", "score", "grade", "shares", "digest", "version", "ruleset", "fired", "reasons", "missing", "Status", "ID",
]  # fmt: skip


def found(
    folder: Path,
    *,
    key: str = "id",
    indicator: str = "quality",
    measure: str = "measure: rating",
    output: str = "decision",
):
    (folder / "r.yaml").write_text(POLICY.format(key=key, indicator=indicator, measure=measure, output=output), "utf-8")
    diagnostics = load(str(folder / "r.yaml")).diagnostics
    return [(one.code, str(one.headline)) for one in diagnostics if one.code != "L101"]


def test_other_names_are_fine(tmp_path: Path) -> None:
    assert [] == found(tmp_path)


@pytest.mark.parametrize("output", OURS)
def test_an_output_has_a_name_of_its_own(output: str, tmp_path: Path) -> None:
    assert [("N115", f"`{output.lower()}` is a column of the results already")] == found(tmp_path, output=output)


@pytest.mark.parametrize("key", ["status", "fired"])
def test_so_has_the_key(key: str, tmp_path: Path) -> None:
    assert [("N115", f"`{key}` is a column of the results already")] == found(tmp_path, key=key)


def test_so_has_a_family_which_is_one_column(tmp_path: Path) -> None:
    family = "for_each: parts\n    id: number\n    measure: marks\n    missing: waive"

    assert [] == found(tmp_path, indicator="reasons")
    assert [("N115", "`reasons` is a column of the results already")] == found(
        tmp_path, indicator="reasons", measure=family
    )
    assert [("N115", "`quality` is a column of the results already")] == found(
        tmp_path, output="quality", measure=family
    )
