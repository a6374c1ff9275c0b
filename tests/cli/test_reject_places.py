"""Rejects name file, line, field and value, whatever rejected the row, on every engine."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

RULESET = """\
steelyard: 1
ruleset: places
version: 1
timezone: UTC
case: {key: id, inputs: {id: text, kind: text}}
relations:
  faults:
    of_case: id
    id: number
    fields: {id: text, number: text, name: {type: text, column: 名称}, part: {type: text, optional: true}}
    define:
      points: points_of.points
tables:
  points_of:
    hit: unique
    inputs: {name: name}
    outputs: {points: integer}
    rows:
      - {name: dent, points: 5}
      - {name: refund, points: -5}
  of_kind:
    hit: unique
    inputs: {kind: kind}
    outputs: {points: integer}
    rows:
      - {kind: motor, points: 1}
score: {start: 100, round: 0, clamp: "[0..100]"}
deductions:
  each-fault: {for_each: faults, when: points > -9, unknown: reject, deduct: points, reason: V1}
  each-kind: {when: of_kind.points > 0, unknown: reject, deduct: 1, reason: V2}
"""
CASES = "id,kind\ngood,motor\nunlisted,motor\ntwice,motor\nother,sail boat\nnegative,motor\n"
FAULTS = (
    "id,number,名称,part\ngood,1,dent,\nunlisted,1,dent,\nunlisted,2,龙 in kitchen,\n"
    "twice,1,dent,\nnegative,1,refund,\n"
)
AGAIN = "id,number,名称,part\ntwice,1,dent,\n"
TWICE = "an id that stands once in a case, but it stands on line faults.csv:5 too"
NO_ROW = "values of `{}` for which the table `{}` has an answer"
EXPECTED = [
    ("twice", "again.csv", "2", "faults.number", "1", TWICE),
    ("unlisted", "faults.csv", "4", "each-fault", "龙 in kitchen", NO_ROW.format("faults.名称", "points_of")),
    ("other", "cases.csv", "5", "each-kind", "sail boat", NO_ROW.format("kind", "of_kind")),
    ("negative", "faults.csv", "6", "each-fault", "-5", "an amount of 0 or more"),
]


@pytest.mark.parametrize("engine", ["reference", "durable", "sql"])
def test_every_reject_has_its_place(engine: str, steelyard, tmp_path: Path) -> None:
    for name, text in (("r.yaml", RULESET), ("cases.csv", CASES), ("faults.csv", FAULTS), ("again.csv", AGAIN)):
        (tmp_path / name).write_text(text, "utf-8")
    relations = [f"--relation=faults={tmp_path / name}" for name in ("faults.csv", "again.csv")]
    rejects = tmp_path / "rejects.csv"
    given = ("evaluate", tmp_path / "r.yaml", "--cases", tmp_path / "cases.csv", *relations, "--engine", engine)

    done = steelyard(*given, "--rejects", rejects, "--allow-rejects", "4")

    assert 0 == done.status, done.err
    with rejects.open(encoding="utf-8", newline="") as file:
        rows = [tuple(row.values())[:6] for row in csv.DictReader(file)]
    assert sorted(EXPECTED) == sorted(rows)
