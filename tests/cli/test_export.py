"""`steelyard export`: a case of a portfolio becomes a worked case that passes, with the rows that it needs."""

# pyright: basic

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard import resources
from steelyard.diagnostics import Diagnostics
from steelyard.source import read_yaml

SAMPLE = resources.rulesets() / "motor-small-claims" / "sample"
FACTS = (
    *("--cases", SAMPLE / "claims.csv", "--as-of", "2013-10-16T00:00", "--quiet"),
    *(
        word
        for name in ("weather", "declarations", "complaints")
        for word in ("--relation", f"{name}={SAMPLE}/{name}.csv")
    ),
)
PERSONAL = """
steelyard: 1
ruleset: small
version: 1
title: Small
timezone: UTC
case:
  key: name
  inputs:
    name: {type: text, personal: true}
    handler: {type: text, personal: true}
    born: {type: date, personal: true, optional: true}
    n: {type: integer, range: "[0..100]"}
relations:
  calls:
    of_case: name
    fields: {name: text, minutes: {type: integer, range: "[0..99]"}, clerk: {type: text, personal: true}}
  clerks:
    joins: clerks.clerk = handler
    fields: {clerk: text}
indicators:
  only: {measure: n, better: higher, score: measure, baseline: 100, weight: 1, missing: waive}
score: {method: weighted_mean}
deductions:
  handled: {label: Handled, when: 'handler = "WHO"', deduct: 1}
outputs:
  calls: {value: count(calls) + count(clerks)}
"""


@pytest.fixture(scope="module")
def keys() -> list[str]:
    lines = (SAMPLE / "claims.csv").read_text("utf-8").splitlines()
    return [lines[n].split(",")[0] for n in (4, 99, 300)]


def test_exported_cases_pass_beside_those_of_the_file(tmp_path: Path, steelyard, keys: list[str]) -> None:
    cases = tmp_path / "cases.yaml"
    for key in keys:
        assert steelyard("export", "motor-small-claims", *FACTS, "--case", key, "-o", cases).status == 0
    text = cases.read_text("utf-8")
    done = steelyard("test", "motor-small-claims", "--cases", cases, "--engine", "reference")

    assert done.status == 0, done.out
    assert "3 passed" in done.out
    assert text.count("confirm what is expected") == 3
    rows = len((SAMPLE / "weather.csv").read_text("utf-8").splitlines())
    assert text.count("event_id:") < 3 * (rows - 1)


def test_a_name_twice_changes_nothing(tmp_path: Path, steelyard, keys: list[str]) -> None:
    cases = tmp_path / "cases.yaml"
    given = ("export", "motor-small-claims", *FACTS, "--case", keys[0], "--name", "storm", "-o", cases)
    assert steelyard(*given).status == 0
    before = cases.read_bytes()
    done = steelyard(*given)

    assert (done.status, cases.read_bytes()) == (2, before)
    assert "two cases are named `storm`" in done.err


def policy(folder: Path, who: str = "nobody") -> Path:
    (folder / "ruleset.yaml").write_text(PERSONAL.replace("WHO", who), "utf-8")
    (folder / "claims.csv").write_text("name,handler,born,n\n王小明,赵六,1990-01-01,70\n李四,孙八,,60\n", "utf-8")
    (folder / "calls.csv").write_text("name,minutes,clerk\n王小明,3,赵六\n王小明,4,钱七\n李四,5,赵六\n", "utf-8")
    (folder / "clerks.csv").write_text("clerk\n赵六\n孙八\n", "utf-8")
    return folder


def exported(steelyard, folder: Path):
    relations = (word for name in ("calls", "clerks") for word in ("--relation", f"{name}={folder}/{name}.csv"))
    return steelyard("export", folder, "--cases", folder / "claims.csv", *relations, "--case", "王小明", "--quiet")


def test_what_tells_of_a_person_is_replaced(tmp_path: Path, steelyard) -> None:
    done = exported(steelyard, policy(tmp_path))

    assert done.status == 0, done.err
    assert not {*"王小明赵六钱七"} & {*done.out}
    assert "1990" not in done.out
    (case,) = read_yaml(done.out, "cases.yaml", Diagnostics(), cases=True)
    assert [str(row["clerk"]) for row in case["rows"]["calls"]] == ["x2", "x3"]
    assert [str(row["clerk"]) for row in case["rows"]["clerks"]] == ["x2"]
    assert str(case["case"]) == "taken"
    (tmp_path / "cases.yaml").write_text(done.out, "utf-8")
    assert steelyard("test", tmp_path).status == 0


def test_results_that_depend_on_a_person_are_not_exported(tmp_path: Path, steelyard) -> None:
    done = exported(steelyard, policy(tmp_path, "赵六"))

    assert done.status == 2
    assert "results depend on values that tell of a person" in done.err


def test_a_case_that_is_not_there(steelyard, keys: list[str]) -> None:
    done = steelyard("export", "motor-small-claims", *FACTS, "--case", f"{keys[0]}x")

    assert done.status == 2
    assert f"there is no case `{keys[0]}x` among 603" in done.err
