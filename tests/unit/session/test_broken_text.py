"""A run over Parquet with text that is not UTF-8: the run begins anew, and the rows are rejected."""

# pyright: basic

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import steelyard
from steelyard.diagnostics import Message
from steelyard.facts.bulk import opening
from steelyard.session.listener import Silent

POLICY = """
steelyard: 1
ruleset: small
version: 1
title: {en: Small, zh: 小}
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: {type: text, label: {en: Id, zh: 号}}
    line: {type: text, label: {en: Line, zh: 线}}
    note: {type: text, label: {en: Note, zh: 注}, optional: true}
    rate: {type: decimal(2), range: "[0..1]", label: {en: Rate, zh: 率}}
groups:
  one: {en: One, zh: 一}
indicators:
  share:
    label: {en: Share, zh: 率}
    group: one
    measure: rate
    target: 1
    better: higher
    score: proportion
    weight: 1
    reason: S1
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}

"""


class Heard(Silent):
    """Keeps the warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, message: Message) -> None:
        self.warnings.append(str(message))


@pytest.fixture
def policy(tmp_path: Path) -> steelyard.Policy:
    (tmp_path / "small.yaml").write_text(POLICY, "utf-8")
    return steelyard.load(tmp_path / "small.yaml")


def cases(path: Path, number: int, **broken: bytes) -> Path:
    """Cases of which the last but one has broken values."""
    columns: dict[str, Any] = {"id": [b"K%d" % one for one in range(number)], "line": [b"motor"] * number}
    for name, value in broken.items():
        columns[name][-2] = value
    table = {name: pa.array(values, pa.binary()).view(pa.string()) for name, values in columns.items()}
    pq.write_table(pa.table({**table, "rate": [0.5] * number}), path, row_group_size=1000)
    return path


@pytest.mark.parametrize("broken", [{"line": b"m\xb1"}, {"id": b"\xff"}, {"id": b"\xff", "line": b"\xfe"}])
def test_sql_rejects_what_the_reference_rejects(policy: steelyard.Policy, tmp_path: Path, broken: Any) -> None:
    path = cases(tmp_path / "c.parquet", 3000, **broken)
    runs = [policy.score(path, engine=engine, listener=Silent()) for engine in ("reference", "sql")]

    one, two = ((run.rejects.to_arrow().to_pylist(), run.results.to_arrow().to_pylist()) for run in runs)

    assert one == two
    assert [2999] == [row["line"] for row in one[0]]
    assert 2999 == len(one[1])


def test_warnings_are_told_once(policy: steelyard.Policy, tmp_path: Path) -> None:
    heard = Heard()

    policy.score(cases(tmp_path / "c.parquet", 10, line=b"\xff"), engine="sql", listener=heard)

    assert ["cases: no column `note`, it is missing in every row"] == [one for one in heard.warnings if "note" in one]


def test_good_text_is_not_looked_at_twice(
    policy: steelyard.Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(opening, "has_broken_text")

    run = policy.score(cases(tmp_path / "c.parquet", 10), engine="sql", listener=Silent())

    assert 10 == len(run.results)
